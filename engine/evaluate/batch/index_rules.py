"""INDEX with a batch kernel, and ROW and its like: what stands at a place, and the places themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.core.address import SHIFT, STRIDE
from engine.evaluate.batch.fixed_areas import stack
from engine.evaluate.batch.grids import GRIDS
from engine.evaluate.batch.lower import RULES, Lowering, Rule
from engine.evaluate.batch.range_rules import elements_in
from engine.evaluate.batch.reads import Area, Ragged, corners
from engine.evaluate.batch.rules import rule
from engine.evaluate.batch.source import BOXED, NUMBER, Piece, constant
from engine.evaluate.batch.unplanned import Unplanned
from engine.formula.expr import Call, Expr, Ref
from engine.plan.criteria import bounded

RUNG = "rung("
"""How the source of a search on a ladder begins, which INDEX then needs no second pass for."""


@rule("INDEX")
def index(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """INDEX at a place that may vary, along one row or column."""
    area_expr = arguments[0]
    if isinstance(area_expr, Call) and area_expr.function in (*GRIDS, "TRANSPOSE"):
        return _of_elements(low, area_expr, arguments[1:])
    if not isinstance(area_expr, Ref) or len(arguments) > 3 or area_expr.last_sheet:
        raise Unplanned("INDEX of something other than a range")
    if len(arguments) == 3 and all(low.varies(place) for place in arguments[1:]):
        return _in_block(low, area_expr, arguments)
    line, place = _line(low, area_expr, arguments[1:])
    if not low.varies(place):
        return _picked(low, low.area(line), place)
    area = low.area(line)
    text, fixed, kind = stack(low, line)
    at = low.piece(place)
    boxed = low.care or BOXED in (kind, at.kind)
    if not boxed:
        if fixed and at.text.startswith(RUNG) and len(area.keys) >= len(low.area(_searched(place)).keys):
            return Piece(f"rung_value({at.text.removeprefix(RUNG)[:-1]}, {text})", NUMBER)
        return Piece(f"gather({text}, {low.place(at)}, False)", NUMBER)
    text = f"gather({text}, {low.place(at)}, True, {_own_places(low, area)}, {max(area.size)})"
    return low.settled(Piece(text, BOXED), low.base_values(Call("INDEX", arguments)))


def _of_elements(low: Lowering, array: Call, places: tuple[Expr, ...]) -> Piece:
    """INDEX of an array that a function moves together, at constant places."""
    elements = elements_in(low)
    height, width = elements.size(array)
    numbers = [constant_place(low, place) for place in places]
    if len(numbers) == 1:
        numbers = [1.0, *numbers] if height == 1 else [*numbers, 1.0]
    row, column = numbers
    if row is None or column is None or not (1 <= row < height + 1 and 1 <= column < width + 1):
        raise Unplanned("INDEX of an array at places that vary, or outside it")
    tree = elements.at(array, int(row) - 1, int(column) - 1)
    return low.strict(tree) if low.varies(tree) else low.piece(tree)


def _in_block(low: Lowering, ref: Ref, arguments: tuple[Expr, ...]) -> Piece:
    """INDEX at a row and a column that both vary."""
    text, _, kind = stack(low, ref)
    row, column = (low.piece(place) for place in arguments[1:])
    boxed = low.care or BOXED in (kind, row.kind, column.kind)
    area = low.area(ref)
    places = f"{low.place(row)}, {low.place(column)}, {area.width}"
    found = Piece(f"gather_block({text}, {places}, {boxed}, {area.size})", BOXED if boxed else NUMBER)
    return low.settled(found, low.base_values(Call("INDEX", arguments))) if boxed else found


def _own_places(low: Lowering, area: Area) -> str:
    """Return the source of the item in the formula's own row or column, which place 0 gives.

    -1 is none, -2 that the formula would give all of them.
    """
    if low.array:
        return "-2"
    shift, mask = (SHIFT, -1) if area.width == 1 else (0, STRIDE - 1)
    items = {(key >> shift) & mask: item for item, key in enumerate(area.keys[:, 0].tolist())}
    own = [items.get((key >> shift) & mask, -1) for key in low.keys.tolist()]
    if len(set(own)) == 1:
        return str(own[0])
    name = low.constants.add(np.array(own)[:, None])
    return f"{name}[{low.index}, 0]" if low.index else name


def _line(low: Lowering, ref: Ref, arguments: tuple[Expr, ...]) -> tuple[Ref, Expr]:
    """Return the row or column that INDEX looks along, and the place."""
    height, width = low.area(ref).size
    row = arguments[0]
    column = arguments[1] if len(arguments) > 1 else None
    if height == 1 and (width > 1 or column is not None):
        if column is not None and constant_place(low, row) not in (0.0, 1.0):
            raise Unplanned("INDEX of a row that is not there")
        return ref, row if column is None else column
    if width == 1:
        if column is not None and constant_place(low, column) not in (0.0, 1.0):
            raise Unplanned("INDEX of a column that is not there")
        return ref, row
    if column is None:
        raise Unplanned("INDEX of a block by one place")
    if (at := constant_place(low, column)) is not None:
        return strip(ref, int(at), width, "column"), row
    if (at := constant_place(low, row)) is not None:
        return strip(ref, int(at), height, "row"), column
    raise Unplanned("INDEX by row and column that both vary")


def constant_place(low: Lowering, expr: Expr) -> float | None:
    """Return the place that a tree gives at every position, None where it varies or is no number."""
    if low.varies(expr):
        return None
    places = set(low.base_values(expr))
    only = next(iter(places))
    if len(places) > 1:
        raise Ragged if len(low.keys) > 1 else Unplanned("INDEX at changing places")
    return 0.0 if only is None else only if isinstance(only, float) else None


def strip(ref: Ref, place: int, size: int, along: str) -> Ref:
    """Return one row or column of a range; raise Unplanned where it has none there."""
    if not 1 <= place <= size or ref.last_sheet:
        raise Unplanned("a row or column of a range that is not there")
    ref = bounded(ref)
    first, last = ref.first, ref.last
    if along == "column":
        if first.column_absolute != last.column_absolute or last.column < first.column:
            raise Unplanned("a range with mixed anchors")
        column = first.column + place - 1
        return replace(
            ref,
            first=replace(first, column=column),
            last=replace(last, column=column, column_absolute=first.column_absolute),
        )
    if first.row_absolute != last.row_absolute or last.row < first.row:
        raise Unplanned("a range with mixed anchors")
    row = first.row + place - 1
    return replace(
        ref, first=replace(first, row=row), last=replace(last, row=row, row_absolute=first.row_absolute)
    )


def _picked(low: Lowering, area: Area, place: Expr) -> Piece:
    """Return the cells that INDEX names at constant places."""
    keys = []
    for position, key in enumerate(low.keys.tolist()):
        where = low.reference_value(place, key)
        if not isinstance(where, float) or not 1 <= where < len(area.keys) + 1:
            raise Unplanned("INDEX at a place outside its range")
        keys.append(int(area.keys[int(where) - 1, position if area.keys.shape[1] > 1 else 0]))
    return low.cells(area.sheet, keys)


@rule("ROW", "COLUMN", "ROWS", "COLUMNS")
def placed(low: Lowering, arguments: tuple[Expr, ...], name: str = "ROW") -> Piece:
    """ROW and its like of a reference: where it stands, whatever its cells hold."""
    if len(arguments) != 1 or not isinstance(arguments[0], Ref):
        raise Unplanned(f"{name} of something other than a reference")
    top, left, bottom, right = corners(arguments[0], low.keys)
    if name in ("ROWS", "COLUMNS"):
        numbers = (bottom - top if name == "ROWS" else right - left) + 1
    elif low.array and ((bottom > top).any() or (right > left).any()):
        raise Unplanned(f"{name} of an area")
    else:
        numbers = top if name == "ROW" else left
    return constant(numbers.astype(float).tolist(), low.index, low.constants)


def _placed(name: str) -> Rule:
    return lambda low, arguments: placed(low, arguments, name)


for _name in ("ROW", "COLUMN", "ROWS", "COLUMNS"):
    RULES[_name] = _placed(_name)


def _searched(place: Expr) -> Ref:
    assert isinstance(place, Call)
    assert isinstance(place.arguments[1], Ref)
    return place.arguments[1]
