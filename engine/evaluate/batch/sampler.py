"""What the scenarios of a run are compared with: single evaluations, and a second computation."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.core.values import Value
from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.columns import scenario, taken
from engine.evaluate.batch.compiled_runs import CompiledRuns
from engine.evaluate.batch.numpy_runs import NumPyRuns
from engine.evaluate.batch.program import Program
from engine.evaluate.batch.sampling import Samples, Sampling
from engine.evaluate.batch.unplanned import Rearranged
from engine.evaluate.state import CellId


@dataclass(frozen=True)
class Sampler:
    """Computes some of a run's scenarios a second time, by the compiled program where it is what runs."""

    sampling: Sampling
    numpy: NumPyRuns
    compiled: CompiledRuns | None

    def samples(
        self, inputs: Mapping[CellId, Floats], count: int, least: int = 0, lanes: Floats | None = None
    ) -> Samples:
        """Compute what scenarios are compared with, and compare the base case, whole, and some cells.

        ``lanes`` are all cells where the plain program has computed them. At least ``least`` scenarios are
        evaluated alone. Raises Unplanned at a difference.
        """
        arrays, picked = self.numpy.arrays, self.sampling.lanes(inputs, count)
        expected = self._evaluated(inputs, self.sampling.whole(picked, least))
        if not arrays.rides:
            arrays.computed(self.numpy.careful.program, {})
        others = [lane for lane in picked if lane not in expected]
        program, cells = arrays.plain, None if lanes is None else lanes[:, others]
        if cells is None:
            try:
                program, cells = self._cells(taken(inputs, others))
            except Rearranged:
                expected |= self._references(inputs, others)
                others, cells = [], np.empty((len(arrays.plain.start), 0))
        for place in range(len(others)):
            arrays.comparison.cells(program, cells[:, place], self.sampling.runs)
        return Samples(expected, others, program, cells)

    def _evaluated(
        self, inputs: Mapping[CellId, Floats], whole: Sequence[int]
    ) -> dict[int, dict[CellId, Value]]:
        """Return the outputs of scenarios compared whole, and note what time they took."""
        began = time.thread_time()
        expected = self._references(inputs, whole)
        self.sampling.spent(time.thread_time() - began, len(whole))
        return expected

    def _references(
        self, inputs: Mapping[CellId, Floats], lanes: Sequence[int]
    ) -> dict[int, dict[CellId, Value]]:
        reference = self.numpy.arrays.comparison.reference
        return {lane: reference(scenario(inputs, lane)) for lane in lanes}

    def _cells(self, inputs: Mapping[CellId, Floats]) -> tuple[Program, Floats]:
        """Return every cell of a few scenarios."""
        lanes = None if self.compiled is None else self.compiled.cells(inputs)
        return self.numpy.cells(inputs) if lanes is None else (self.numpy.arrays.plain, lanes)
