"""What the runs of a cone read: areas of cells, and which runs what they read comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from engine.evaluate.batch.cone import Cone, Run
from engine.evaluate.batch.reads import Area, reads, references
from engine.evaluate.batch.together import may_read
from engine.evaluate.data_tables import table_cell
from engine.evaluate.state import CellId
from engine.plan.regions import DATA_TABLE


@dataclass(frozen=True)
class Reach:
    """The reads of every run of a cone, found once."""

    cone: Cone
    _known: dict[int, list[Area]] = field(default_factory=dict, repr=False, compare=False)

    def all(self) -> list[list[Area]]:
        """Return the areas that each run reads, in the order of the runs."""
        return [self.of(number) for number in range(len(self.cone.runs))]

    def of(self, number: int) -> list[Area]:
        """Return the areas that a run reads; of what only the reference computes, all that it may read."""
        if number not in self._known:
            run = self.cone.runs[number]
            if run.form == DATA_TABLE:
                self._known[number] = self._areas(self._of_table(run))
            elif run.together:
                self._known[number] = self._areas(may_read(self.cone, run))
            else:
                self._known[number] = _named(self.cone, run)
        return self._known[number]

    @cached_property
    def owner(self) -> dict[CellId, int]:
        """The run of each cell."""
        return {cell: number for number, run in enumerate(self.cone.runs) for cell in run.cells}

    def reached(self, cells: Iterable[CellId]) -> set[int]:
        """Return the runs that cells come from, at any remove; a Data Table stands for itself."""
        found = {self.owner[cell] for cell in cells if cell in self.owner}
        waiting = list(found)
        while waiting:
            number = waiting.pop()
            if self.cone.runs[number].form == DATA_TABLE:
                continue
            before = {self.owner[cell] for cell in self.cells(number) if cell in self.owner} - found
            found |= before
            waiting.extend(before)
        return found

    def cells(self, number: int) -> Iterator[CellId]:
        """Yield the cells that a run reads."""
        for area in self.of(number):
            yield from ((area.sheet, key) for key in np.unique(area.keys).tolist())

    def _of_table(self, run: Run) -> Iterator[CellId]:
        """Yield what a Data Table reads: its headers and inputs, and all that its formulas come from."""
        program = self.cone.base.program
        table = program.formed.data_tables[run.sheet][program.parts[run.sheet, int(run.keys[0])]]
        formulas: set[CellId] = set()
        for key in run.keys.tolist():
            cell = table_cell(run.sheet, table, key)
            if cell is not None:
                yield from (*cell.inputs, *cell.inputs.values(), cell.formula)
                formulas.add(cell.formula)
        for number in self.reached(formulas):
            yield from self.cone.runs[number].cells
            if self.cone.runs[number].form != DATA_TABLE:
                yield from self.cells(number)

    def _areas(self, cells: Iterable[CellId]) -> list[Area]:
        """Return those of some cells that vary, as areas."""
        by_sheet: dict[int, list[int]] = {}
        for sheet, key in sorted(set(cells) & self.cone.varying):
            by_sheet.setdefault(sheet, []).append(key)
        return [
            Area(sheet, np.array(keys, dtype=np.int64)[:, None], len(keys), 1)
            for sheet, keys in by_sheet.items()
        ]


def _named(cone: Cone, run: Run) -> list[Area]:
    scope = cone.base.program.scope
    return [a for ref in references(cone.expr(run)) for a in reads(ref, run.sheet, run.keys, cone, scope)]
