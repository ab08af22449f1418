"""What the batch makes of real financial models when their own inputs vary.

``tests.corpus.coverage_report`` runs it over a corpus.
"""

from __future__ import annotations

import csv
import datetime
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.core.values import Value
from engine.evaluate.batch.lanes import Plan
from engine.evaluate.batch.sampling import agrees
from engine.evaluate.batch.unplanned import Unplanned
from engine.evaluate.model import Model
from engine.evaluate.rerun import bounds_of
from engine.evaluate.scenario_runs import run_scenarios
from engine.evaluate.state import CellId
from engine.plan.forms import address_of

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
NOW = datetime.datetime(2026, 1, 5)  # noqa: DTZ001  # a workbook's time has no zone
COUNTS = (2, 20)
OUTPUTS = 8
LANES = 24
COMPARED = 6
# What the lanes of one line may take, and the single evaluations that they are compared with.
SECONDS = 8.0
_NASTY = (0.0, -1.0, 1e9, -1e-3)


@dataclass(frozen=True)
class Taken:
    """One workbook with some of its inputs varied: what the batch made of it.

    ``reason`` is why the reference computed it instead ("" where the batch did), ``slow`` the functions that
    ran lane by lane, ``mismatches`` the lanes that differ from single evaluations.
    """

    path: str
    inputs: int
    cells: int
    reason: str = ""
    slow: tuple[str, ...] = ()
    mismatches: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def whole(self) -> bool:
        """Whether the batch computed everything for all lanes at once."""
        return not self.reason and not self.slow


def financial_models(corpus: Path = CORPUS) -> list[Path]:
    """Return the paths of the corpus's financial models, none where there is no corpus."""
    if not (corpus / "INDEX.csv").is_file():
        return []
    with (corpus / "INDEX.csv").open(encoding="utf-8", newline="") as lines:
        return [corpus / row["path"] for row in csv.DictReader(lines) if row["kind"] == "financial-model"]


def own_inputs(model: Model) -> list[CellId]:
    """Return the number constants that formulas read, in the workbook's order."""
    dependencies = model.program.dependencies
    return [
        (number, key)
        for number, constants in enumerate(model.program.constants[: len(model.workbook.sheets)])
        for key, value in constants.items()
        if type(value) is float and dependencies.readers_of([bounds_of((number, key))])
    ]


def headline_outputs(model: Model, inputs: list[CellId], draw: random.Random) -> list[CellId]:
    """Return some evaluated cells that depend on the inputs and that little or nothing else reads."""
    program, base = model.program, model.base
    regions = program.dependencies.readers_of(map(bounds_of, inputs))
    sinks = []
    for number in sorted(regions):
        region = program.regions[number]
        read = program.dependencies.readers_of([program.dependencies.bounds(number)]) - {number}
        keys = [key for key in region.keys() if (region.sheet, key) not in base.unevaluated]  # noqa: SIM118 -- no mapping
        if keys:
            sinks.append((len(read), number, (region.sheet, keys[-1])))
    least = [cell for _, _, cell in sorted(sinks)[: 3 * OUTPUTS]]
    return sorted(draw.sample(least, min(OUTPUTS, len(least))))


def scenarios_of(model: Model, inputs: list[CellId], draw: random.Random) -> dict[CellId, list[Value]]:
    """Return random and nasty values for inputs: around their own, zero, negative, huge."""
    lanes: dict[CellId, list[Value]] = {}
    for cell in inputs:
        own = model.base.state.cells[cell[0]][cell[1]]
        assert isinstance(own, float)
        values = [own * draw.uniform(0.7, 1.3) for _ in range(LANES)]
        for place in draw.sample(range(LANES), 4):
            values[place] = draw.choice(_NASTY)
        lanes[cell] = [*values[:-1], own]
    return lanes


def taken(path: Path, counts: tuple[int, ...] = COUNTS, *, lanes: bool = True) -> Iterator[Taken]:
    """Yield, per number of varied inputs, what the batch makes of a workbook, or of its base alone."""
    model = Model.open(path, NOW)
    if model.base.circles and not model.base.iterates:
        return
    candidates = own_inputs(model)
    for count in counts:
        draw = random.Random(f"{path.name} {count}")  # a sample, no secret
        inputs = sorted(draw.sample(candidates, min(count, len(candidates))))
        outputs = headline_outputs(model, inputs, draw)
        if outputs:
            yield _taken(model, path.name, inputs, outputs, draw, lanes=lanes)


def _taken(
    model: Model, path: str, inputs: list[CellId], outputs: list[CellId], draw: random.Random, *, lanes: bool
) -> Taken:
    began = time.perf_counter()
    mismatches: tuple[str, ...] = ()
    try:
        plan = model.runner.plans.planned(tuple(inputs), tuple(outputs))
        if lanes:
            mismatches = tuple(_mismatches(model, plan, scenarios_of(model, inputs, draw), draw))
    except Unplanned as problem:
        return Taken(path, len(inputs), 0, str(problem), seconds=time.perf_counter() - began)
    seconds = time.perf_counter() - began
    return Taken(path, len(inputs), _cells(plan), "", plan.plain.slow, mismatches, seconds)


def _mismatches(
    model: Model, plan: Plan, scenarios: dict[CellId, list[Value]], draw: random.Random
) -> Iterator[str]:
    """Yield the outputs in which some lanes differ from single evaluations, as many as time allows."""
    inputs, outputs = plan.cone.inputs, plan.cone.outputs
    count = int(min(max(SECONDS / max(plan.slow_seconds, 1e-9), 3), LANES))
    found = plan.run({cell: np.array(v[-count:], dtype=float) for cell, v in scenarios.items()}, "numpy")
    names, began = model.program.scope.sheets, time.perf_counter()
    for lane in draw.sample(range(count - 1), min(COMPARED, count - 1)):
        row = {cell: values[-count:][lane] for cell, values in scenarios.items()}
        alone = run_scenarios(model.base, model.targets, [row], inputs, outputs)[0]
        for cell, value in zip(outputs, alone, strict=True):
            if not agrees(_plain(found[cell][lane]), value):
                yield f"{address_of(names[cell[0]], cell[1])} is {found[cell][lane]!r}, alone {value!r}"
        if time.perf_counter() - began > SECONDS:
            return


def _cells(plan: Plan) -> int:
    return sum(len(run.keys) for run in plan.cone.runs)


def _plain(value: object) -> Value:
    return float(value) if isinstance(value, np.floating) else value  # type: ignore[return-value]  # a lane's
