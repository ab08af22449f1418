"""Some cells of one scenario compared: each cell's own formula by the reference, over the lane's values.

Where every cell is what its formula gives for the values that it reads, the lane is right. So a few cells
of a lane tell much about it, at the price of a few formulas rather than of a whole evaluation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from engine.core.values import Value
from engine.evaluate.reference import Evaluation
from engine.evaluate.spill import single
from engine.evaluate.state import CellId
from engine.functions.operands import Kept, Pending
from engine.functions.table import Fault

Known = Callable[[int], Value]


class LaneCells(dict[int, Value]):
    """A sheet's cells in one lane: those that the lane has, else the base's."""

    def __init__(
        self, under: Mapping[int, Value], slots: Mapping[int, int], there: bytes, known: Known
    ) -> None:
        super().__init__()
        self._under, self._slots, self._there, self._known = under, slots, there, known

    def get(self, key: int, default: Value = None) -> Value:  # type: ignore[override]  # cells have one type
        """Return a cell's value."""
        slot = self._slots.get(key, -1)
        return self._known(slot) if self._there[slot] else self._under.get(key, default)

    def __missing__(self, key: int) -> Value:
        return self.get(key)


def formula_values(
    base: Evaluation,
    slots: Mapping[int, Mapping[int, int]],
    there: bytes,
    known: Known,
    cells: Iterable[CellId],
) -> dict[CellId, Value]:
    """Return what cells' formulas give over one lane; a cell whose formula reaches no value is left out.

    ``slots`` are the slots of cells by sheet, ``there`` has a 1 for each that the lane has and a 0 at its
    end; ``known`` is the lane's value in a slot.
    """
    sheets = [
        LaneCells(under, slots[sheet], there, known) if sheet in slots else under
        for sheet, under in enumerate(base.state.cells)
    ]
    state = replace(base.state, cells=sheets, streams={}, kept=Kept(), spills=dict(base.state.spills))
    found: dict[CellId, Value] = {}
    for sheet, key in cells:
        try:
            found[sheet, key] = single(base.program.closures[sheet][key](state, key), key)
        except Fault as fault:
            found[sheet, key] = fault.error
        except Pending:
            continue
    return found
