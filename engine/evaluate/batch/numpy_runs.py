"""Scenarios by NumPy: the quick program first, the plain one where that stops, at last the careful one.

What stops the plain program is looked for in parts of parts, so that all other scenarios stay with it; a few
scenarios are sooner evaluated alone than a careful program is made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.careful_program import CarefulProgram
from engine.evaluate.batch.columns import Column, column_of, joined, merged, scenario, taken
from engine.evaluate.batch.lane_arrays import LaneArrays
from engine.evaluate.batch.program import Program
from engine.evaluate.batch.unplanned import Rearranged, Unplanned
from engine.evaluate.state import CellId

# How many scenarios NumPy computes at once: fewer, and Python's own time counts; more, and temporary rows
# leave the cache, or the lane array is large.
_WIDTHS = (4096, 2048, 1024, 512)
_QUICK_BYTES = 192 << 20
_LANE_BYTES = 64 << 20
# Scenarios that stop the plain program are looked for in parts of parts, down to so many together.
_SPLIT, _FEW = 4, 16
# So many of them are sooner evaluated alone than a careful program is made.
_ALONE = 64

Outputs = dict[CellId, Column]


@dataclass(frozen=True)
class NumPyRuns:
    """Computes scenarios' outputs with one plan's NumPy programs.

    ``apart`` counts the scenarios that single evaluations computed, by the reason.
    """

    arrays: LaneArrays
    careful: CarefulProgram
    apart: Counter[str]

    @property
    def width(self) -> int:
        """How many scenarios to compute at once."""
        plain = self.arrays.plain
        rows = len(plain.start) if plain.quick is None else plain.quick.rows
        return next((width for width in _WIDTHS if 8 * rows * width <= _QUICK_BYTES), _WIDTHS[-1])

    @property
    def part(self) -> int:
        """How many scenarios an array with a row for every cell has, so that it is of moderate size."""
        return max(_LANE_BYTES // (8 * max(len(self.arrays.plain.computed), 1)), 16)

    def outputs(self, inputs: Mapping[CellId, Floats]) -> Outputs:
        """Return each output's values; raise Unplanned where scenarios can't be computed."""
        quick = self.arrays.plain.quick
        found = None if quick is None else self.arrays.quickly(quick, inputs)
        if found is not None:
            return found
        return self._joined([self._written(part) for part in self._parts(inputs)])

    def boxed(self, inputs: Mapping[CellId, Floats]) -> Outputs:
        """Return each output's values for inputs that may hold boxes, by the careful program alone."""
        return self._joined([self._carefully(part) for part in self._parts(inputs)])

    def cells(self, inputs: Mapping[CellId, Floats]) -> tuple[Program, Floats]:
        """Return the program with a row for every cell that can compute scenarios, and their lane array."""
        lanes = self.arrays.computed(self.arrays.plain, inputs)
        if lanes is not None:
            return self.arrays.plain, lanes
        return self.careful.program, self._careful_lanes(inputs)

    def _joined(self, parts: Sequence[Outputs]) -> Outputs:
        return {cell: joined([part[cell] for part in parts]) for cell in self.arrays.cone.columns}

    def _parts(self, inputs: Mapping[CellId, Floats]) -> Iterator[Mapping[CellId, Floats]]:
        """Yield inputs in parts so narrow that an array with a row for every cell is of moderate size."""
        count = len(next(iter(inputs.values())))
        width = -(-count // -(-count // self.part))
        for start in range(0, count, width):
            yield taken(inputs, slice(start, start + width))

    def _written(self, inputs: Mapping[CellId, Floats]) -> Outputs:
        """Return outputs by the programs with a row for every cell: what stops the plain one goes apart."""
        count = len(next(iter(inputs.values())))
        found, stopped = self._plainly(inputs, count)
        if len(found) == 1 and not stopped:
            return found[0][1]
        parts: list[tuple[Sequence[int], Outputs]] = [*found]
        if stopped:
            parts.append((stopped, self._with_care(taken(inputs, stopped))))
        columns = self.arrays.cone.columns
        return {c: merged(count, [(places, part[c]) for places, part in parts]) for c in columns}

    def _plainly(
        self, inputs: Mapping[CellId, Floats], count: int
    ) -> tuple[list[tuple[range, Outputs]], list[int]]:
        """Return the outputs of scenarios that the plain program computes, and those that may stop it."""
        found: list[tuple[range, Outputs]] = []
        stopped: list[int] = []
        waiting = [range(count)]
        while waiting:
            some = waiting.pop()
            lanes = self.arrays.computed(self.arrays.plain, taken(inputs, slice(some.start, some.stop)))
            if lanes is not None:
                found.append((some, self.arrays.outputs(lanes, range(len(lanes)), self.arrays.plain)))
            elif len(some) > _FEW:
                step = -(-len(some) // _SPLIT)
                waiting += [some[start : start + step] for start in range(0, len(some), step)]
            else:
                stopped += some
        return found, stopped

    def _with_care(self, inputs: Mapping[CellId, Floats]) -> Outputs:
        """Return the outputs of scenarios in which errors arise; a few do not repay the careful program."""
        count, whole = len(next(iter(inputs.values()))), self.careful.whole
        if whole is not None and not whole.is_made and count <= _ALONE:
            return self._one_by_one(inputs)
        try:
            return self._carefully(inputs)
        except Rearranged as moved:
            if count > _ALONE:
                raise
            self.apart[str(moved)] += count
            return self._one_by_one(inputs)

    def _carefully(self, inputs: Mapping[CellId, Floats]) -> Outputs:
        lanes = self._careful_lanes(inputs)
        return self.arrays.outputs(lanes, range(len(lanes)), self.careful.program)

    def _careful_lanes(self, inputs: Mapping[CellId, Floats]) -> Floats:
        lanes = self.arrays.computed(self.careful.program, inputs)
        if lanes is None:
            raise Unplanned("a lookup in values that do not ascend")
        return lanes

    def _one_by_one(self, inputs: Mapping[CellId, Floats]) -> Outputs:
        """Return the outputs of a few scenarios by single evaluations."""
        count, reference = len(next(iter(inputs.values()))), self.arrays.comparison.reference
        rows = [reference(scenario(inputs, lane)) for lane in range(count)]
        return {cell: column_of([row[cell] for row in rows]) for cell in self.arrays.cone.columns}
