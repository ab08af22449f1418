"""Runs whose formulas stand for something else: arrays, functions of one's own, OFFSET, INDIRECT, spills.

Where what they read is the same cells in every scenario they become formulas of single cells.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np

from engine.core.address import SHIFT, STRIDE
from engine.core.values import NA
from engine.evaluate.batch.applied import applied, binds
from engine.evaluate.batch.elements import Elements
from engine.evaluate.batch.grids import GRIDS, Grid, steps
from engine.evaluate.batch.reads import area_of, references
from engine.evaluate.batch.resolved import along, resolved
from engine.evaluate.batch.spread import Absolute, area_forms, value_in_base
from engine.evaluate.batch.unplanned import Unplanned
from engine.evaluate.state import CellId
from engine.formula.expr import Anchor, Call, Error, Expr, Missing, Number, Ref, walk
from engine.functions.operands import Operand
from engine.plan.regions import DATA_TABLE, Region
from engine.plan.spills import single_valued
from engine.plan.whole import WHOLE

if TYPE_CHECKING:
    from engine.evaluate.batch.cone import Cone, Run
    from engine.evaluate.reference import Evaluation

# Holds scenarios to the base's size of an array: its arguments are the size, its value, and an element.
STEADY = "HELD SIZE"
_RANDOM = frozenset(["RAND", "RANDARRAY", "RANDBETWEEN"])
_MOST_CELLS = 20_000


@dataclass(frozen=True)
class Parts:
    """Takes runs apart around a base evaluation, given which cells vary."""

    base: Evaluation
    varying: Collection[CellId]

    def of(self, run: Run, lines: Sequence[Run]) -> list[Run]:
        """Return a run as runs of formulas of single cells; the run itself where that can't be.

        ``lines`` are an array's cells, row by row (or column by column).
        """
        form = self.base.program.formed.forms[run.form] if run.form != DATA_TABLE else None
        if form is None or form.expr is None or not (form.array or run.together or binds(form.expr)):
            return [run]
        try:
            expr = applied(form.expr)
            return self._array(run, expr, lines) if form.array else list(self._cells(run, expr))
        except Unplanned:
            return [run]

    def _cells(self, run: Run, expr: Expr) -> Iterator[Run]:
        keys = run.keys.tolist()
        if not run.together:
            yield replace(run, own=expr)
            return
        exprs = [resolved(self.base, expr, (run.sheet, key), self.varying) for key in keys]
        for start, end, own in along(exprs, keys):
            yield replace(run, keys=run.keys[start:end], together=False, own=own)

    def _array(self, run: Run, expr: Expr, lines: Sequence[Run]) -> list[Run]:
        first = int(run.keys[0])
        owner = run.sheet, self.base.program.parts.get((run.sheet, first), first)
        region = _area(owner, run)
        expr = resolved(self.base, expr, owner, self.varying)
        size = region.bottom - region.top + 1, region.right - region.left + 1
        dynamic = self.base.program.arrays.get(owner) is None
        if dynamic and self.base.state.spills.get(owner, (1, 1)) != size:
            raise Unplanned("an array of another size than it was saved with")
        if size == (1, 1) and (not dynamic or single_valued(expr)):
            return self._one_cell(run, expr, owner)
        if not any(map(_arranges, walk(expr))):
            with contextlib.suppress(Unplanned):
                return _shared(region, area_forms(expr, region.top, region.left, size), lines)
        return self._listed(expr, owner, size, lines, dynamic=dynamic)

    def _one_cell(self, run: Run, expr: Expr, owner: CellId) -> list[Run]:
        """Return an array formula of one cell as a formula; its first element where it gives several."""
        with contextlib.suppress(Unplanned):
            expr = self._elements(owner, {}).at(expr, 0, 0)
        return [replace(run, together=False, own=expr, array=True)]

    def _elements(self, owner: CellId, sizes: dict[Expr, float]) -> Elements:
        return Absolute(self.base, owner, sizes).elements(lambda part: self._held(part, owner))

    def _held(self, expr: Expr, owner: CellId) -> Operand | None:
        """Return what a tree gives that does not vary, None for one that does."""
        if any(isinstance(node, Call) and node.function in _RANDOM for node in walk(expr)):
            return None
        around = cast("Cone", _Around(self.base))
        for ref in references(expr):
            area = area_of(
                ref, owner[0], np.array([owner[1]], dtype=np.int64), around, self.base.program.scope
            )
            if any((area.sheet, key) in self.varying for key in area.keys.ravel().tolist()):
                return None
        return value_in_base(self.base, expr, owner)

    def _listed(
        self, expr: Expr, owner: CellId, size: tuple[int, int], lines: Sequence[Run], *, dynamic: bool
    ) -> list[Run]:
        """Return an array's cells each with its element's tree; raise Unplanned where they do not fill it."""
        if size[0] * size[1] > _MOST_CELLS:
            raise Unplanned("a large array")
        sizes: dict[Expr, float] = {}
        elements = self._elements(owner, sizes)
        if isinstance(expr, Call) and expr.function == "SCAN" and dynamic:
            found = steps(elements, expr.arguments, lambda place: _cell(owner, size[1], place - 1))
            grid = [found[start : start + size[1]] for start in range(0, len(found), size[1])]
        else:
            grid = elements.grid(expr)
        if dynamic and (len(grid), len(grid[0])) != size:
            raise Unplanned("an array of another size than in the base")
        trees = {
            (owner[1] + r * STRIDE + c): _item(grid, r, c) for r in range(size[0]) for c in range(size[1])
        }
        for part, value in sizes.items():
            trees[owner[1]] = Call(STEADY, (part, Number(value), trees[owner[1]]))
        return [
            replace(line, keys=line.keys[start:end], own=own, array=True, together=False)
            for line in lines
            for start, end, own in along([trees[key] for key in line.keys.tolist()], line.keys.tolist())
        ]


@dataclass(frozen=True)
class _Around:
    """What ``area_of`` asks of a cone."""

    base: Evaluation


def _arranges(node: Expr) -> bool:
    """Whether a call gives its elements another place or size than its arguments have."""
    if not isinstance(node, Call):
        return False
    line = node.function == "INDEX" and any(place in (Missing(), Number(0.0)) for place in node.arguments[1:])
    return line or node.function in (*GRIDS, WHOLE)


def _area(owner: CellId, run: Run) -> Region:
    last = int(run.keys[-1])
    row, column = owner[1] >> SHIFT, owner[1] & (STRIDE - 1)
    return Region(run.form, owner[0], row, column, last >> SHIFT, last & (STRIDE - 1))


def _cell(owner: CellId, width: int, place: int) -> Ref:
    row, column = owner[1] >> SHIFT, owner[1] & (STRIDE - 1)
    corner = Anchor(row + place // width, column + place % width, True, True)
    return Ref(None, corner, corner)


def _item(grid: Grid, row: int, column: int) -> Expr:
    """Return the tree at a place of an area: one row or column repeats, beyond the array is #N/A."""
    r, c = row if len(grid) > 1 else 0, column if len(grid[0]) > 1 else 0
    return grid[r][c] if r < len(grid) and c < len(grid[0]) else Error(NA)


def _shared(region: Region, forms: dict[tuple[int, int], Expr] | Expr, lines: Sequence[Run]) -> list[Run]:
    """Return an array's lines with the tree of their cells, cut where it differs."""
    runs = [replace(line, array=True, together=False) for line in lines]
    if not isinstance(forms, dict):
        return [replace(run, own=forms) for run in runs]
    found = []
    for run in runs:
        places = [((k >> SHIFT) - region.top, (k & (STRIDE - 1)) - region.left) for k in run.keys.tolist()]
        start = 0
        for end in range(1, len(places) + 1):
            if end == len(places) or forms[places[end]] != forms[places[start]]:
                found.append(replace(run, keys=run.keys[start:end], own=forms[places[start]]))
                start = end
    return found
