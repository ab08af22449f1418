"""Lane arrays: filled with scenarios' inputs, computed by a NumPy program, and read as outputs.

The base case rides in an array as one more lane, which is compared with the reference and left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from engine.core.exceptions import UnsupportedFormula
from engine.evaluate.batch.boxes import SETTLED, Floats
from engine.evaluate.batch.columns import ARRAYS, Column, unboxed
from engine.evaluate.batch.comparison import Comparison, value_of
from engine.evaluate.batch.cone import Cone
from engine.evaluate.batch.passes.packed import Packed
from engine.evaluate.batch.program import Program
from engine.evaluate.batch.unplanned import NeedsCare, Rearranged, Unplanned
from engine.evaluate.state import CONVERGED, CellId


@dataclass(frozen=True)
class LaneArrays:
    """The lane arrays of one plan: ``plain`` is its plain program.

    ``rides`` says whether the plain program can compute the base case; the careful one always can.
    """

    cone: Cone
    plain: Program
    rides: bool

    @cached_property
    def comparison(self) -> Comparison:
        """Compares what this plan computes with the reference."""
        return Comparison(self.cone, self.plain)

    def computed(self, program: Program, inputs: Mapping[CellId, Floats]) -> Floats | None:
        """Return the lane array of scenarios, None where the program stops.

        The base case is one more lane, where the program can compute it, which is compared and left out.
        """
        width = len(next(iter(inputs.values()))) if inputs else 0
        riding = self.rides or program.careful
        lanes = program.lanes(width + riding)
        lanes[program.held] = program.start[program.held, None]
        for cell, values in inputs.items():
            lanes[program.slots.numbers[cell], :width] = values
        if _traced(program, lanes) is None:
            return None
        if riding:
            self.comparison.base(program, lanes[:, width])
        return lanes[:, :width]

    def quickly(self, quick: Packed, inputs: Mapping[CellId, Floats]) -> dict[CellId, Column] | None:
        """Return the outputs by the quick program, None where it stops; the base case rides along."""
        width = len(next(iter(inputs.values())))
        lanes = self._filled(quick, inputs, width)
        if _traced(quick, lanes) is None:
            return None
        if self.rides:
            self._compare_outputs(quick, lanes[:, width])
        return self.outputs(lanes[:, :width], quick.places, self.plain)

    def _filled(self, quick: Packed, inputs: Mapping[CellId, Floats], width: int) -> Floats:
        """Return the quick program's lane array with inputs, and the base case where it rides."""
        slots = self.plain.slots.numbers
        lanes = ARRAYS.array(quick.rows, width + self.rides)
        for cell, values in inputs.items():
            place = quick.places.get(slots[cell])
            if place is not None:
                lanes[place, :width] = values
                lanes[place, width:] = self.plain.start[slots[cell]]
        return lanes

    def _compare_outputs(self, quick: Packed, lane: Floats) -> None:
        slots = self.plain.slots.numbers
        for slot in (slots[cell] for cell in self.cone.outputs if cell in slots):
            expected = value_of(self.plain.start[slot], self.plain.kinds[slot])
            self.comparison.slot(self.plain, slot, lane[quick.places[slot]], expected)

    def outputs(
        self, lanes: Floats, places: Mapping[int, int] | Sequence[int], program: Program
    ) -> dict[CellId, Column]:
        """Return the outputs that a program's array holds; ``places`` are the rows of its slots."""
        slots, count = program.slots.numbers, lanes.shape[1]
        rows = {cell: lanes[places[slots[cell]]] for cell in self.cone.outputs if cell in slots}
        if isinstance(places, range):  # a row for every cell, and one for what settled
            rows[CONVERGED] = lanes[SETTLED]
        return {cell: self.output(cell, rows.get(cell), count, program) for cell in self.cone.columns}

    def output(
        self, cell: CellId, lanes: Floats | None, count: int, program: Program | None = None
    ) -> Column:
        """Return so many values of an output; without ``lanes`` it is what it is in the base case."""
        if cell == CONVERGED:
            return np.full(count, self.cone.settled) & (True if lanes is None else lanes != 0.0)
        if lanes is None:
            value = self.cone.base.state.cells[cell[0]].get(cell[1])
            kind: type = float if isinstance(value, float) else object
            return np.full(count, value, dtype=kind)
        program = program or self.plain
        return unboxed(lanes, program.kinds[program.slots.numbers[cell]])


def _traced(program: Program | Packed, lanes: Floats) -> Floats | None:
    """Return a lane array after a program has computed it; None where the program stops."""
    careful = isinstance(program, Program) and program.careful
    trap: Literal["ignore", "raise"] = "ignore" if careful else "raise"
    try:
        with np.errstate(divide=trap, over=trap, invalid=trap, under="ignore"):
            program.compute(lanes)
    except (FloatingPointError, NeedsCare):
        return None
    except Rearranged:
        if careful:
            raise
        return None
    except UnsupportedFormula as problem:
        raise Unplanned(f"a scenario reaches a cell that can't be evaluated: {problem}") from problem
    except ValueError as shape:
        raise Unplanned(f"a row of the program has another shape than its cells: {shape}") from shape
    return lanes
