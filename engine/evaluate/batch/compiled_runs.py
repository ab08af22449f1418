"""Scenarios by the compiled program; those in which an Excel error would arise go to NumPy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.columns import Column, taken
from engine.evaluate.batch.comparison import value_of
from engine.evaluate.batch.compiled import CompiledProgram
from engine.evaluate.batch.lane_arrays import LaneArrays
from engine.evaluate.batch.numpy_runs import NumPyRuns
from engine.evaluate.state import CellId

if TYPE_CHECKING:
    from engine.evaluate.batch.machine.shares import Shares

Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class CompiledRuns:
    """Computes scenarios' outputs with one plan's machine code; ``numpy`` computes what that reports back."""

    program: CompiledProgram
    numpy: NumPyRuns

    def outputs(self, inputs: Mapping[CellId, Floats]) -> dict[CellId, Column]:
        """Return each output's values; raise Unplanned where scenarios can't be computed."""
        return self.finished(self.begun(inputs), inputs)

    def begun(self, inputs: Mapping[CellId, Floats], *, alone: bool = True) -> Shares:
        """Begin to compute scenarios; unless ``alone``, other threads start where it repays."""
        slots = self._arrays.plain.slots.numbers
        return self.program.begun(self._given(inputs), [slots[c] for c in self._varying], alone=alone)

    def finished(self, shares: Shares, inputs: Mapping[CellId, Floats]) -> dict[CellId, Column]:
        """Return the outputs of what was begun; what is no number is for NumPy."""
        lanes = shares.finished()
        self._compare_base(lanes[:, -1])
        lanes = lanes[:, :-1]
        again = np.asarray(np.isnan(lanes).any(axis=0))
        by_cell = dict(zip(self._varying, lanes, strict=True))
        arrays = self._arrays
        found = {c: arrays.output(c, by_cell.get(c), lanes.shape[1]) for c in arrays.cone.columns}
        return self._merged(found, again, inputs) if again.any() else found

    def cells(self, inputs: Mapping[CellId, Floats]) -> Floats | None:
        """Return every cell (slots × scenarios), the base case compared; None where one is no number."""
        plain = self._arrays.plain
        lanes = self.program.cells(self._given(inputs))
        if np.isnan(lanes[plain.computed]).any():
            return None
        self._arrays.comparison.base(plain, np.ascontiguousarray(lanes[:, -1]))
        return lanes[:, :-1]

    @property
    def _arrays(self) -> LaneArrays:
        return self.numpy.arrays

    @cached_property
    def _varying(self) -> list[CellId]:
        """The outputs that depend on an input."""
        return [cell for cell in self._arrays.cone.outputs if cell in self._arrays.plain.slots.numbers]

    def _given(self, inputs: Mapping[CellId, Floats]) -> dict[int, Floats]:
        slots = self._arrays.plain.slots.numbers
        return {slots[cell]: values for cell, values in inputs.items()}

    def _compare_base(self, lane: Floats) -> None:
        """Compare the outputs of the base case, but those that NumPy computes."""
        plain = self._arrays.plain
        for cell, number in zip(self._varying, lane.tolist(), strict=True):
            if not math.isnan(number):
                slot = plain.slots.numbers[cell]
                expected = value_of(plain.start[slot], plain.kinds[slot])
                self._arrays.comparison.slot(plain, slot, number, expected)

    def _merged(
        self, found: dict[CellId, Column], again: Truths, inputs: Mapping[CellId, Floats]
    ) -> dict[CellId, Column]:
        """Return outputs with those of some scenarios computed again by NumPy."""
        careful = self.numpy.outputs(taken(inputs, np.flatnonzero(again).tolist()))
        for cell, column in careful.items():
            found[cell] = found[cell].astype(np.result_type(found[cell], column))
            found[cell][again] = column
        return found
