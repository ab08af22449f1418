"""What runs read, position by position, as arrays of cell keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.core.address import MAX_COLUMN, MAX_ROW, SHIFT, STRIDE
from engine.evaluate.batch.unplanned import Unplanned
from engine.formula.expr import Anchor, Call, Expr, Ref, walk
from engine.plan.criteria import added_up
from engine.plan.scope import Scope

if TYPE_CHECKING:
    from engine.evaluate.batch.cone import Cone, Keys, Run

_LARGEST_AREA = 20_000


@dataclass(frozen=True, eq=False)
class Area:
    """The cells of a reference: ``keys`` is (cells × positions), row by row of ``height`` × ``width``.

    What lies beyond the sheet's last row and column is left out; ``size`` is height and width with it.
    """

    sheet: int
    keys: Keys
    height: int
    width: int
    size: tuple[int, int] = (1, 1)

    @property
    def fixed(self) -> bool:
        """Whether every position reads the same cells."""
        return bool((self.keys == self.keys[:, :1]).all())


class Ragged(Exception):
    """Positions of a run read areas of different sizes; it has to be taken apart."""


def corners(ref: Ref, keys: Keys) -> tuple[Keys, Keys, Keys, Keys]:
    """Return top, left, bottom and right of a reference for formulas at ``keys``."""
    rows, columns = keys >> SHIFT, keys & (STRIDE - 1)
    top, left = _corner(ref.first, rows, columns)
    bottom, right = _corner(ref.last, rows, columns)
    if ref.whole == "columns":
        top, bottom = np.ones_like(rows), np.full_like(rows, MAX_ROW)
    elif ref.whole == "rows":
        left, right = np.ones_like(rows), np.full_like(rows, MAX_COLUMN)
    return np.minimum(top, bottom), np.minimum(left, right), np.maximum(top, bottom), np.maximum(left, right)


def _corner(anchor: Anchor, rows: Keys, columns: Keys) -> tuple[Keys, Keys]:
    r = np.full_like(rows, anchor.row) if anchor.row_absolute else rows + anchor.row
    c = np.full_like(columns, anchor.column) if anchor.column_absolute else columns + anchor.column
    if (r < 1).any() or (c < 1).any() or (r > MAX_ROW).any() or (c > MAX_COLUMN).any():
        raise Unplanned("a relative reference leaves the sheet")
    return r, c


def area_of(ref: Ref, sheet: int, keys: Keys, cone: Cone, scope: Scope) -> Area:
    """Return the cells that a reference of formulas at ``keys`` of ``sheet`` names.

    Raises Ragged where their number differs from position to position, Unplanned for another workbook's
    missing sheet, a 3-D reference or an area too large to list.
    """
    number = sheet if ref.sheet is None else scope.number(ref.sheet)
    if number is None or ref.last_sheet is not None:
        raise Unplanned("a reference to a sheet that is not there, or across sheets")
    top, left, bottom, right = corners(ref, keys)
    size = int(bottom[0] - top[0]) + 1, int(right[0] - left[0]) + 1
    last_row, last_column = cone.base.state.extents[number]
    bottom, right = (
        np.minimum(bottom, np.maximum(last_row, top)),
        np.minimum(right, np.maximum(last_column, left)),
    )
    heights, widths = bottom - top + 1, right - left + 1
    if (heights != heights[0]).any() or (widths != widths[0]).any():
        raise Ragged
    height, width = int(heights[0]), int(widths[0])
    if height * width * len(keys) > _LARGEST_AREA * 60:
        raise Unplanned(f"an area of {height} by {width} cells is too large to list")
    start = top << SHIFT | left
    steps = np.array([r * STRIDE + c for r in range(height) for c in range(width)], dtype=np.int64)
    return Area(number, steps[:, None] + start[None, :], height, width, size)


_PLACES = frozenset(["COLUMN", "COLUMNS", "ROW", "ROWS"])


def references(expr: Expr) -> list[Ref]:
    """Return the references that a tree reads, each once; ROW and its like only ask where theirs stand."""
    placed = {
        id(argument)
        for node in walk(expr)
        if isinstance(node, Call) and node.function in _PLACES
        for argument in node.arguments
    }
    nodes = list(walk(expr))
    named = (node for node in nodes if isinstance(node, Ref) and id(node) not in placed)
    return list(dict.fromkeys([*named, *added_up(nodes)]))


def reads(ref: Ref, sheet: int, keys: Keys, cone: Cone, scope: Scope) -> list[Area]:
    """Return what a reference reads, taken apart by position where its size differs."""
    try:
        return [area_of(ref, sheet, keys, cone, scope)]
    except Ragged:
        return [area_of(ref, sheet, keys[i : i + 1], cone, scope) for i in range(len(keys))]


def running(cone: Cone, run: Run, expr: Expr) -> list[tuple[int, int]]:
    """Return the cells that each position but the first adds to a row of sums so far; none where it is none.

    Such a row is SUM of a range that grows by one cell from each position to the next.
    """
    if not (isinstance(expr, Call) and expr.function == "SUM" and len(expr.arguments) == 1):
        return []
    ref = expr.arguments[0]
    if not isinstance(ref, Ref) or ref.whole or ref.last_sheet:
        return []
    areas = reads(ref, run.sheet, run.keys, cone, cone.base.program.scope)
    if len(areas) != len(run.keys) or areas[0].keys.shape != (1, 1):
        return []
    longest = areas[-1].keys[:, 0]
    if any(not np.array_equal(area.keys[:, 0], longest[: n + 1]) for n, area in enumerate(areas)):
        return []
    cells = [(areas[-1].sheet, key) for key in longest.tolist()]
    known = cone.base.state.cells[areas[-1].sheet]
    if any(cell not in cone.varying and not isinstance(known.get(cell[1]), float) for cell in cells):
        return []
    return cells[1:]


def intersected(area: Area, cells: Keys) -> Area:
    """Return the cell of a line in each cell's own row or column; raise Unplanned where one has none."""
    first, last = area.keys[0], area.keys[-1]
    rows, columns = cells >> SHIFT, cells & (STRIDE - 1)
    if area.width == 1 and (rows >= first >> SHIFT).all() and (rows <= last >> SHIFT).all():
        return Area(area.sheet, (rows << SHIFT | (first & (STRIDE - 1)))[None, :], 1, 1)
    if (
        area.height == 1
        and (columns >= first & (STRIDE - 1)).all()
        and (columns <= last & (STRIDE - 1)).all()
    ):
        return Area(area.sheet, ((first >> SHIFT) << SHIFT | columns)[None, :], 1, 1)
    raise Unplanned("a range stands where one cell belongs")
