"""What cells read at their present values: IF's branch not taken and OFFSET's other targets are left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.core.values import Value
from engine.evaluate.data_tables import table_cell
from engine.evaluate.spill import single
from engine.evaluate.state import CellId
from engine.functions.operands import Kept, Pending, as_rows
from engine.functions.table import Fault

if TYPE_CHECKING:
    from engine.evaluate.reference import Evaluation


class _Recorded(dict[int, Value]):
    """A sheet's cells that note which of them are asked for."""

    def __init__(self, cells: Mapping[int, Value]) -> None:
        super().__init__(cells)
        self.asked: set[int] = set()

    def get(self, key: int, default: Any = None) -> Any:
        self.asked.add(key)
        return super().get(key, default)


def circle_through(
    evaluation: Evaluation, heads: Sequence[CellId], around: Sequence[CellId]
) -> frozenset[CellId]:
    """Return the cells of ``around`` that, at present values, both depend on and feed the heads."""
    wanted = frozenset(around)
    trace = _Trace(evaluation)
    reads: dict[CellId, list[CellId]] = {}
    waiting = list(heads)
    while waiting:
        cell = waiting.pop()
        if cell not in reads:
            reads[cell] = [read for read in trace.reads(cell) if read in wanted]
            waiting.extend(reads[cell])
    readers: dict[CellId, list[CellId]] = {}
    for cell, read in reads.items():
        for other in read:
            readers.setdefault(other, []).append(cell)
    return frozenset(heads) | _reached(heads, readers)


def cells_read(evaluation: Evaluation, cell: CellId) -> list[CellId]:
    """Return the cells that a cell reads at the present values."""
    return _Trace(evaluation).reads(cell)


class _Trace:
    """Reads cells' formulas over a recording copy of an evaluation's cells."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self.cells = [_Recorded(cells) for cells in evaluation.state.cells]
        self.state = replace(evaluation.state, cells=list[dict[int, Value]](self.cells), streams={})

    def reads(self, cell: CellId) -> list[CellId]:
        """Return the cells that a cell reads, computing what it waits for."""
        found = _reads(self.evaluation, cell)
        return self._asked(cell) if found is None else found

    def _asked(self, cell: CellId) -> list[CellId]:
        sheet, key = cell
        for _ in range(_ATTEMPTS):
            self.state.kept = Kept()  # what is kept is not read, and so not noted
            for cells in self.cells:
                cells.asked = set()
            try:
                operand = self.evaluation.program.closures[sheet][key](self.state, key)
                if cell in self.evaluation.program.arrays:
                    as_rows(operand)  # an answer that is a reference is read only now
                else:
                    single(operand, key)
            except Pending as pending:
                waiting = [(pending.sheet, wanted) for wanted in pending.keys]
                self.evaluation.settle_cells(waiting)
                for other, wanted in waiting:
                    self.cells[other][wanted] = self.evaluation.state.cells[other].get(wanted)
                continue
            except (Fault, RecursionError):
                pass
            break
        return [(n, asked) for n, cells in enumerate(self.cells) for asked in cells.asked]


_ATTEMPTS = 100


def _reads(evaluation: Evaluation, cell: CellId) -> list[CellId] | None:
    """Return what a cell of a Data Table or of an array's area reads, None for a formula's own cell."""
    program, (sheet, key) = evaluation.program, cell
    owner = program.parts.get(cell)
    table = None if owner is None else program.formed.data_tables[sheet].get(owner)
    if table is not None:
        asked = table_cell(sheet, table, key)
        return [] if asked is None else [asked.formula, *asked.inputs.values(), *asked.inputs]
    if key in program.closures[sheet]:
        return None
    return [] if owner is None else [(sheet, owner)]


def _reached(start: Iterable[CellId], edges: Mapping[CellId, Iterable[CellId]]) -> frozenset[CellId]:
    found: set[CellId] = set()
    waiting = list(start)
    while waiting:
        for cell in edges.get(waiting.pop(), ()):
            if cell not in found:
                found.add(cell)
                waiting.append(cell)
    return frozenset(found)
