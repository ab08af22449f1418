"""The order in which an evaluation computed its cells: written often, read seldom."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, repeat

from engine.evaluate.state import CellId
from engine.plan.forms import FormedCells
from engine.plan.runs import Run


class Computed:
    """The cells computed so far, in order, whole runs of one form among them; a cell may come twice."""

    def __init__(self) -> None:
        self._noted: list[Run | CellId] = []
        self._cells: list[CellId] = []
        self._listed = 0

    def append(self, computed: Run | CellId) -> None:
        """Note a cell or a run."""
        self._noted.append(computed)

    def copy(self) -> Computed:
        """Return the same order, to be continued apart."""
        other = Computed()
        other._noted = self._noted.copy()
        return other

    @property
    def cells(self) -> list[CellId]:
        """The cells one by one."""
        for noted in islice(self._noted, self._listed, None):
            if isinstance(noted, Run):
                self._cells.extend(zip(repeat(noted.sheet), noted.keys))
            else:
                self._cells.append(noted)
        self._listed = len(self._noted)
        return self._cells

    def __len__(self) -> int:
        return len(self.cells)

    def __iter__(self) -> Iterator[CellId]:
        return iter(self.cells)

    def __reversed__(self) -> Iterator[CellId]:
        return reversed(self.cells)

    def runs(self, formed: FormedCells) -> list[Run]:
        """Return the order as runs in which each cell is once, where it was computed first.

        Cells without a form are left out: an array's first cell fills them.
        """
        known: list[set[int]] = [set() for _ in formed.cells]
        found: list[Run] = []
        for noted in self._noted:
            sheet, form, keys = noted if isinstance(noted, Run) else _alone(noted, formed)
            if not known[sheet].isdisjoint(keys):
                keys = [key for key in keys if key not in known[sheet]]
            known[sheet].update(keys)
            if form >= 0 and found and found[-1][:2] == (sheet, form):
                found[-1] = Run(sheet, form, found[-1].keys + keys)
            elif form >= 0 and keys:
                found.append(Run(sheet, form, keys))
        return found


def _alone(cell: CellId, formed: FormedCells) -> Run:
    sheet, key = cell
    return Run(sheet, formed.cells[sheet].get(key, -1), [key])
