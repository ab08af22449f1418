"""A frame of scenarios to outputs: which columns are numbers, which set another base, who computes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from engine.core.values import Value
from engine.evaluate.batch.boxes import Floats, box
from engine.evaluate.batch.carried import Fixed, Row, carried, grouped
from engine.evaluate.batch.columns import Column
from engine.evaluate.batch.plans import Fallback, Plans
from engine.evaluate.batch.sampling import agrees
from engine.evaluate.batch.through import through
from engine.evaluate.batch.unplanned import Unplanned
from engine.evaluate.reference import Evaluation
from engine.evaluate.rerun import Cones
from engine.evaluate.scenario_runs import evaluated_with, run_scenarios
from engine.evaluate.state import CONVERGED, CellId
from engine.evaluate.targets import Targets

# Below this many scenarios the reference is done before a plan would be made.
WORTH_A_PLAN = 12
# ... where all that is needed of a plan is a part of one that is there.
WORTH_A_PART = 5
# From so many scenarios on that set the same texts, an evaluation of these is sooner done than each whole.
WORTH_ONE_BASE = 4

# Scenarios that set many different texts share the program that carries them; a base for each is for few.
FEW_BASES = 4
WORTH_A_BASE = 20_000


@dataclass
class Runner:
    """Runs scenarios over one base evaluation, with plans kept, and bases of what scenarios set alike."""

    base: Evaluation
    targets: Targets
    bases: dict[Fixed, Runner] = field(default_factory=dict)
    fallbacks: list[Fallback] = field(default_factory=list)
    reported: int = 0
    slow: Counter[str] = field(default_factory=Counter)
    plans: Plans = field(init=False)

    def __post_init__(self) -> None:
        self.plans = Plans(self.base, self.fallbacks, self.slow)

    def told(self) -> dict[str, object]:
        """Return what ran lane by lane and what it costs, and how many scenarios alone, since last asked."""
        alone: Counter[str] = Counter()
        for fallback in self.fallbacks[self.reported :]:
            alone[fallback.reason] += fallback.scenarios
        self.reported = len(self.fallbacks)
        slow, seconds = dict(self.slow), self.plans.slow_seconds
        self.slow.clear()
        self.plans.slow_seconds = 0.0
        found: dict[str, object] = {"lane_by_lane": slow} if slow else {}
        return (
            found
            | ({"seconds_a_scenario": seconds} if slow else {})
            | ({"alone": dict(alone)} if alone else {})
        )

    def run(self, rows: Sequence[Row], outputs: Sequence[CellId]) -> list[list[Value]]:
        """Return a row per scenario and a value per output (CONVERGED among them where asked).

        ``rows`` have a value for each input that a scenario sets. Raises CircularReference or
        UnsupportedFormula where an output depends on what can't be evaluated.
        """
        acting = self._through(rows, outputs)
        if acting is not None:
            return acting
        found: list[list[Value] | None] = [None] * len(rows)
        groups = grouped(rows)
        shared = [n for numbers in _sharing_a_program(groups) for n in numbers]
        for number, values in zip(shared, self._mixed([rows[n] for n in shared], outputs), strict=True):
            found[number] = values
        for fixed, numbers in groups.items():
            if found[numbers[0]] is not None:
                continue
            some = [{c: v for c, v in rows[n].items() if type(v) is float} for n in numbers]
            runner = self._group_runner(fixed, len(numbers), outputs)
            parts = runner.numeric(some if runner is not self else [rows[n] for n in numbers], outputs)
            for number, part in zip(numbers, parts, strict=True):
                found[number] = part
        return [row for row in found if row is not None]

    def _mixed(self, rows: Sequence[Row], outputs: Sequence[CellId]) -> list[list[Value] | None]:
        """Return the outputs of scenarios that set errors, texts or booleans; None for those of no plan.

        Scenarios that leave the same inputs blank have a base in common.
        """
        found: list[list[Value] | None] = [None] * len(rows)
        groups: dict[Fixed, list[int]] = {}
        for number, row in enumerate(rows):
            blanks: Fixed = tuple((c, v) for c, v in row.items() if v is None)
            groups.setdefault(blanks, []).append(number)
        for blanks, numbers in groups.items():
            if len(numbers) < WORTH_A_PLAN:
                continue
            some = [{c: v for c, v in rows[n].items() if v is not None} for n in numbers]
            for number, values in zip(numbers, self._based_on(blanks).boxed(some, outputs), strict=True):
                found[number] = values
        return found

    def boxed(self, rows: Sequence[Row], outputs: Sequence[CellId]) -> list[list[Value] | None]:
        """Return scenarios' outputs by the program that carries errors and texts; None where it can't."""
        inputs = tuple(dict.fromkeys(cell for row in rows for cell in row))
        if not all(isinstance(self.base.state.cells[s].get(k), float) for s, k in inputs):
            return [None] * len(rows)
        try:
            plan = self.plans.planned(inputs, _cells(outputs))
            _ = plan.careful.program
        except Unplanned:
            return [None] * len(rows)

        def compute(some: Sequence[Row]) -> list[list[Value]]:
            values = plan.boxed({cell: self._lanes(some, cell) for cell in inputs})
            return [list(row) for row in zip(*(values[cell].tolist() for cell in outputs), strict=True)]

        return carried(rows, compute)

    def _through(self, rows: Sequence[Row], outputs: Sequence[CellId]) -> list[list[Value]] | None:
        """Return the outputs of scenarios that act through the inputs foreseen alone, None for others.

        One scenario is evaluated whole to see that it is so.
        """
        given = {cell for row in rows for cell in row}
        foreseen = self.plans.foreseen
        if foreseen is None or len(rows) < 2 or given.issubset(foreseen.cone.inputs):
            return None
        lanes = through(foreseen.cone, rows, _cells(outputs))
        values = None if lanes is None else self.lanes(lanes, outputs)
        if values is None:
            return None
        found = [list(row) for row in zip(*(values[cell].tolist() for cell in outputs), strict=True)]
        (alone,) = run_scenarios(self.base, self.targets, [rows[-1]], tuple(given), outputs)
        return found if all(map(agrees, found[-1], alone)) else None

    def _based_on(self, fixed: Fixed) -> Runner:
        if not fixed:
            return self
        if fixed not in self.bases:
            base = evaluated_with(self.base, dict(fixed))
            self.bases[fixed] = Runner(
                _ordered_like(base, self.base), self.targets, fallbacks=self.fallbacks, slow=self.slow
            )
        return self.bases[fixed]

    def _group_runner(self, fixed: Fixed, count: int, outputs: Sequence[CellId]) -> Runner:
        """Return what runs so many scenarios alike but for numbers; a base for a few of them is not kept."""
        if count >= WORTH_A_PLAN or fixed in self.bases:
            return self._based_on(fixed)
        if count < WORTH_ONE_BASE or not fixed:
            return self
        base = evaluated_with(self.base, dict(fixed), _cells(outputs))
        return Runner(base, self.targets, fallbacks=self.fallbacks)

    def numeric(self, rows: Sequence[Row], outputs: Sequence[CellId]) -> list[list[Value]]:
        """Return the outputs of scenarios that set numbers alone, by plan where one is right and worth it."""
        inputs = tuple(dict.fromkeys(cell for row in rows for cell in row))
        if self.worth(len(rows), inputs, outputs) and all(
            type(v) is float for row in rows for v in row.values()
        ):
            try:
                lanes = {cell: self._lanes(rows, cell) for cell in inputs}
                values = self.plans.run(lanes, _cells(outputs))
                return [list(row) for row in zip(*(values[cell].tolist() for cell in outputs), strict=True)]
            except Unplanned as problem:
                self.fallbacks.append(Fallback(len(rows), str(problem)))
        return run_scenarios(self.base, self.targets, rows, inputs, outputs)

    def worth(self, count: int, inputs: Sequence[CellId], outputs: Sequence[CellId]) -> bool:
        """Whether a plan for so many scenarios is done before the reference would be."""
        foreseen = self.plans.covers(inputs, _cells(outputs))
        return bool(inputs) and count >= (WORTH_A_PART if foreseen else WORTH_A_PLAN)

    def lanes(
        self, inputs: Mapping[CellId, Floats], outputs: Sequence[CellId]
    ) -> dict[CellId, Column] | None:
        """Return a column per output for inputs that are always numbers; None where no plan is right."""
        try:
            return self.plans.run(inputs, _cells(outputs))
        except Unplanned:
            return None

    def _lanes(self, rows: Sequence[Row], cell: CellId) -> Floats:
        present = self.base.state.cells[cell[0]].get(cell[1])
        given = [row.get(cell) for row in rows]
        if any(value is None for value in given) and not isinstance(present, float):
            raise Unplanned("an input that some scenarios set and that holds no number")
        return np.array([box(present if value is None else value) for value in given])


def _cells(outputs: Sequence[CellId]) -> tuple[CellId, ...]:
    return tuple(cell for cell in dict.fromkeys(outputs) if cell != CONVERGED)


def _sharing_a_program(groups: Mapping[Fixed, list[int]]) -> list[list[int]]:
    """Return the groups of scenarios, by what they set beside numbers, that a base each does not repay.

    A blank alone has a base: no lane holds one.
    """
    mixed = {fixed: n for fixed, n in groups.items() if any(value is not None for _, value in fixed)}
    many = len(mixed) > FEW_BASES
    shared = [n for n in mixed.values() if len(n) < WORTH_A_PLAN or (many and len(n) < WORTH_A_BASE)]
    return shared + [
        n for fixed, n in groups.items() if fixed and fixed not in mixed and len(n) < WORTH_A_PLAN
    ]


def _ordered_like(evaluation: Evaluation, base: Evaluation) -> Evaluation:
    """Return an evaluation of other inputs as a base for plans: it computed only what differs."""
    evaluation.order = base.order.copy()
    evaluation.cones = Cones()
    return evaluation


def numeric_lanes(
    frame: pd.DataFrame, cells: Sequence[CellId], present: Sequence[float]
) -> dict[CellId, Floats] | None:
    """Return a frame's columns as arrays where every one is of finite numbers, else None.

    A missing value is the number that its cell has at ``present``.
    """
    if not len(cells) or len(set(cells)) < len(cells):
        return None
    if any(kind.kind not in "iuf" for kind in frame.dtypes):
        return None
    columns = frame.to_numpy(dtype=float)
    if np.isinf(columns).any():
        return None
    columns = np.where(np.isnan(columns), np.array(present, dtype=float), columns)
    return {cell: np.ascontiguousarray(columns[:, n]) for n, cell in enumerate(cells)}
