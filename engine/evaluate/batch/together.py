"""Cells that only the reference computes, as one step of a program: circles, arrays, Data Tables, OFFSET.

What such a cell reads is known as a bound: every varying cell that it may reach. The reference then computes
the step's cells once per distinct set of values, with the workbook's own iteration settings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from engine.core.values import Value
from engine.evaluate.batch.alone import Read
from engine.evaluate.batch.boxes import SETTLED, Floats, box, unbox
from engine.evaluate.batch.cone import Cone, Keys, Run
from engine.evaluate.batch.reads import reads, references
from engine.evaluate.batch.source import BOOLEAN, BOXED
from engine.evaluate.batch.unplanned import NeedsCare, Rearranged, Unplanned
from engine.evaluate.reference import Evaluation
from engine.evaluate.rerun import rerun
from engine.evaluate.state import CellId
from engine.evaluate.tracing import cells_read
from engine.formula.expr import Call, Expr, Name, Ref, Unary, walk
from engine.functions.date_text import reading
from engine.plan.dependencies import DYNAMIC


@dataclass(frozen=True)
class Together:
    """The cells of one step, what they read, and the types of their slots (None in the careful program)."""

    base: Evaluation = field(repr=False)
    cells: tuple[CellId, ...]
    reads: tuple[Read, ...] = field(repr=False)
    kinds: tuple[str, ...] | None

    def __call__(self, lanes: Floats) -> Floats:
        """Return the cells' values as their slots hold them, (cells × scenarios); note what did not settle.

        Raises NeedsCare where a slot does not hold what comes out, Unplanned where nothing does.
        """
        given = np.ascontiguousarray(lanes[[read.slot for read in self.reads]].T)
        known: dict[bytes, tuple[list[float], bool]] = {}
        result, settled = np.empty((len(self.cells), len(given))), lanes[SETTLED]
        for lane, values in enumerate(given):
            same = values.tobytes()
            if same not in known:
                known[same] = self._values(values.tolist())
            result[:, lane], found = known[same]
            settled[lane] *= found
        return result

    def _values(self, held: list[float]) -> tuple[list[float], bool]:
        """Return what the reference gives when what the cells read is held, and whether circles settled."""
        overrides: dict[CellId, Value] = {}
        for read, number in zip(self.reads, held, strict=True):
            truth = read.condition and number in (0.0, 1.0)
            overrides[read.sheet, read.key] = bool(number) if truth else unbox(number)
        evaluation = rerun(self.base, overrides, self.cells, lent=True)
        with reading(day_first=False, now=evaluation.state.now):
            evaluation.settle(self.cells)
        if any(cell in evaluation.unevaluated for cell in self.cells):
            raise Unplanned("a scenario reaches a cell that can't be evaluated")
        if evaluation.circles and not evaluation.iterates:
            raise Unplanned("a circular reference that the workbook does not iterate")
        if evaluation.state.spills != self.base.state.spills:
            raise Rearranged("an array changes its size from scenario to scenario")
        values = [evaluation.state.cells[sheet].get(key) for sheet, key in self.cells]
        return self._slots(values), evaluation.unsettled.isdisjoint(self.cells)

    def _slots(self, values: list[Value]) -> list[float]:
        if self.kinds is None:
            return [box(value) for value in values]
        return [_plain(value, kind) for value, kind in zip(values, self.kinds, strict=True)]


def _plain(value: Value, kind: str) -> float:
    if kind == BOXED:
        return box(value)
    if kind == BOOLEAN and isinstance(value, bool):
        return float(value)
    if kind != BOOLEAN and (value is None or isinstance(value, float)):
        return value or 0.0
    raise NeedsCare


def may_read(cone: Cone, run: Run) -> Iterator[CellId]:
    """Yield the cells that a run may read whose values only the reference can give."""
    program = cone.base.program
    expr = program.formed.forms[run.form].expr
    if expr is None:
        raise Unplanned(program.formed.forms[run.form].problem)
    array = program.formed.forms[run.form].array
    positions = run.keys[:1] if array else run.keys
    for ref in references(expr):
        yield from _cells_of(cone, ref, run.sheet, positions)
    yield from _dynamic_reads(cone, run, expr, positions)


def _cells_of(cone: Cone, ref: Ref, sheet: int, keys: Keys) -> Iterator[CellId]:
    scope = cone.base.program.scope
    if ref.last_sheet is not None:
        yield from cone.varying
        return
    for area in reads(ref, sheet, keys, cone, scope):
        yield from ((area.sheet, key) for key in np.unique(area.keys).tolist())


def _dynamic_reads(cone: Cone, run: Run, expr: Expr, keys: Keys) -> Iterator[CellId]:
    """Yield what OFFSET, INDIRECT and their like may reach: what they do now where they always do the same.

    Otherwise every varying cell of the sheets that OFFSET starts from, or of all.
    """
    nodes = list(walk(expr))
    calls = [node for node in nodes if isinstance(node, Call) and node.function in DYNAMIC]
    spilled = any(isinstance(node, Unary) and node.operator == "#" for node in nodes)
    names = any(isinstance(node, Name) for node in nodes)
    if not calls and not spilled and not names:
        return
    placing = [a for call in calls for a in call.arguments[call.function == "OFFSET" :]]
    steady = not names and not any(
        isinstance(node, Call) and node.function in DYNAMIC for a in placing for node in walk(a)
    )
    placed = {c for a in placing for ref in references(a) for c in _cells_of(cone, ref, run.sheet, keys)}
    if steady and not spilled and placed.isdisjoint(cone.varying):
        for key in keys.tolist():
            yield from cells_read(cone.base, (run.sheet, key))
    elif names or any(call.function == "INDIRECT" for call in calls):
        yield from cone.varying
    else:
        sheets = {_sheet_of(cone, ref, run.sheet) for ref in references(expr)} | {run.sheet}
        yield from (cell for cell in cone.varying if cell[0] in sheets)


def _sheet_of(cone: Cone, ref: Ref, sheet: int) -> int | None:
    return sheet if ref.sheet is None else cone.base.program.scope.number(ref.sheet)
