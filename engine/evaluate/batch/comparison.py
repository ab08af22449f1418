"""Lanes of a plan compared with the reference: the base case cell by cell, others whole or some cells."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from engine.core.values import Value
from engine.evaluate.batch.boxes import Floats, unbox
from engine.evaluate.batch.columns import Column
from engine.evaluate.batch.cone import Cone, Keys
from engine.evaluate.batch.program import Program
from engine.evaluate.batch.sampling import CELLS, Samples, agrees
from engine.evaluate.batch.source import BOOLEAN
from engine.evaluate.batch.spots import formula_values
from engine.evaluate.batch.unplanned import Differs
from engine.evaluate.rerun import cone as between
from engine.evaluate.rerun import rerun, settles
from engine.evaluate.scenario_runs import changes
from engine.evaluate.state import CONVERGED, CellId
from engine.functions.date_text import reading
from engine.plan.forms import address_of


def value_of(number: float, kind: str) -> Value:
    """Return the value that one number of a lane stands for."""
    number = float(number)
    return bool(number) if kind == BOOLEAN and not math.isnan(number) else unbox(number)


def _known(held: Sequence[float], kinds: Sequence[str]) -> Callable[[int], Value]:
    """Return what gives the value of a slot."""

    def known(slot: int) -> Value:
        number = held[slot]
        if number == number and kinds[slot] != BOOLEAN:  # noqa: PLR0124 -- no NaN, the usual case
            return number
        return value_of(number, kinds[slot])

    return known


@dataclass(frozen=True)
class Comparison:
    """Compares what a plan computes; every method raises Unplanned, naming the cell, at a difference.

    ``plain`` is the plan's plain program: the careful one has the same slots.
    """

    cone: Cone
    plain: Program

    def base(self, program: Program, lane: Floats) -> None:
        """Compare every computed cell of the base case."""
        found, expected = lane[program.computed], program.start[program.computed]
        alike = (found == expected) | (found.view(np.int64) == expected.view(np.int64))
        for slot in program.computed[~alike].tolist():
            self.slot(program, slot, lane[slot], value_of(program.start[slot], program.kinds[slot]))

    def slot(self, program: Program, slot: int, number: float, expected: Value) -> None:
        """Compare one number of a lane."""
        computed = value_of(number, program.kinds[slot])
        if not agrees(computed, expected):
            cell = next(cell for cell, number in self.plain.slots.numbers.items() if number == slot)
            self._differ(cell, computed, expected)

    def output(self, cell: CellId, computed: Any, expected: Value) -> None:
        """Compare an output's value as a run returns it."""
        value: Value = computed.item() if isinstance(computed, np.generic) else computed
        if not agrees(value, expected):
            self._differ(cell, value, expected)

    def scenario(self, found: Mapping[CellId, Column], lane: int, expected: Mapping[CellId, Value]) -> None:
        """Compare a scenario's outputs; where circles do not settle, only that: values mean nothing."""
        wanted = expected if expected.get(CONVERGED, True) else {CONVERGED: False}
        for cell, value in wanted.items():
            self.output(cell, found[cell][lane], value)

    def _differ(self, cell: CellId, computed: Value, expected: Value) -> None:
        circles = cell == CONVERGED
        name = "whether circles settled" if circles else address_of(self.cone.sheets[cell[0]], cell[1])
        raise Differs(f"{name} is {computed!r} in the batch and {expected!r} alone")

    def reference(self, inputs: Mapping[CellId, Value]) -> dict[CellId, Value]:
        """Return the outputs of one scenario by the reference, which computes what its changes reach."""
        base, outputs = self.cone.base, self.cone.outputs
        changed = changes(base, inputs)
        order = between(base, tuple(changed), outputs)
        evaluation = rerun(base, changed, order)
        with reading(day_first=False, now=evaluation.state.now):
            evaluation.settle([*order, *outputs])
        found: dict[CellId, Value] = {(s, k): evaluation.state.cells[s].get(k) for s, k in outputs}
        return found | {CONVERGED: settles(evaluation, outputs)} if base.iterates else found

    def cells(self, program: Program, lane: Floats, turn: int) -> None:
        """Compare some cells of a lane, others at each turn, with what their formulas give over the lane."""
        sheets, keys = self._formula_cells
        if not len(keys):
            return
        random = np.random.default_rng([turn, len(keys)])
        places = random.integers(0, len(keys), CELLS)
        picked = zip(sheets[places].tolist(), keys[places].tolist(), strict=True)
        slots, known = program.slots.numbers, _known(lane.tolist(), program.kinds)
        expected = formula_values(
            self.cone.base,
            program.slots.by_sheet,
            self._there,
            known,
            [cell for cell in picked if self._has_own_formula(cell)],
        )
        for cell, value in expected.items():
            slot = slots[cell]
            computed = known(slot)
            if computed != value or type(computed) is not type(value):
                self.slot(program, slot, lane[slot], value)

    def samples(self, samples: Samples, found: Mapping[CellId, Column]) -> None:
        """Compare outputs as a run returns them with what they have to be."""
        for lane, expected in samples.whole.items():
            self.scenario(found, lane, expected)
        slots, kinds = samples.program.slots.numbers, samples.program.kinds
        for place, lane in enumerate(samples.others):
            for cell in self.cone.outputs:
                if cell in slots:
                    value = value_of(samples.lanes[slots[cell], place], kinds[slots[cell]])
                    self.output(cell, found[cell][lane], value)

    @cached_property
    def _there(self) -> bytes:
        """A 1 for each slot that a lane has a value of its own in, a 0 for others and at the end."""
        there = np.zeros(len(self.plain.slots.numbers) + 1, dtype=np.uint8)
        cells = np.concatenate([self.plain.computed, self.plain.held])
        there[cells[cells < len(there) - 1]] = 1
        return there.tobytes()

    @cached_property
    def _formula_cells(self) -> tuple[Keys, Keys]:
        """The computed cells that have formulas which the batch expresses, as sheets and keys."""
        steps = [part.step for part in self.plain.parts if not part.step.together]
        runs = [run for step in steps for run in step.runs]
        sheets = np.repeat([run.sheet for run in runs], [len(run.keys) for run in runs])
        none = np.empty(0, dtype=np.int64)
        return sheets, np.concatenate([none, *(run.keys for run in runs)])

    def _has_own_formula(self, cell: CellId) -> bool:
        program = self.cone.base.program
        return cell[1] in program.closures[cell[0]] and cell not in program.arrays
