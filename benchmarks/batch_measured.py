"""One measurement of ``benchmarks/batch.py``, in a process of its own.

``turns``: by hand, NumPy, compiled on one core and on all, one after the other and again, so that a busy
moment of the machine falls on all of them. Otherwise the first run of one of them, and its memory. Prints a
line of JSON: see ``Measured``.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import numpy as np

import engine
from benchmarks import by_hand, models, row_structure
from engine.core.address import SHIFT, STRIDE
from engine.evaluate.batch import lanes
from engine.evaluate.batch.boxes import Floats

PACK = ("funding_need", "cash_low_point", "users_at_end", "margin_at_scale", "break_even_users")
HAND, NUMPY, COLD, CACHED, TWO_CORES = "hand", "NumPy", "cold", "compiled", "two cores"
_SHOWN = 3

Run = Callable[[], Any]


@dataclass
class Measured:
    """Seconds of planning, peak memory in MB, and by what ran: seconds and processor seconds of each run.

    ``values`` are the outputs of the first scenarios, ``inputs`` these scenarios, ``cells`` where inputs and
    outputs are as [sheet, row, column].
    """

    planned: float = 0.0
    memory: float = 0.0
    seconds: dict[str, list[float]] = field(default_factory=dict)
    processor: dict[str, list[float]] = field(default_factory=dict)
    values: list[list[float]] = field(default_factory=list)
    inputs: list[list[float]] = field(default_factory=list)
    cells: list[list[tuple[str, int, int]]] = field(default_factory=list)

    def run(self, how: str, run: Run) -> Any:
        """Run once, on all cores where that is what is measured, else on one."""
        _cores(None if how == TWO_CORES else 1)
        began, spent = time.perf_counter(), time.process_time()
        found = run()
        self.seconds.setdefault(how, []).append(time.perf_counter() - began)
        self.processor.setdefault(how, []).append(time.process_time() - spent)
        return found


_ALL = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()


def _cores(count: int | None) -> None:
    if _ALL:
        os.sched_setaffinity(0, set(sorted(_ALL)[-count:] if count else _ALL))


def scenarios(model: Any, inputs: int, count: int, size: int) -> dict[str, Floats]:
    """Return values within 20 % of the base case's, or of model.xlsx's own distributions; a fixed seed."""
    if not size:
        drawn = model.random_scenarios(count, seed=1)
        return dict(list(drawn.drawn(0, count).items())[:inputs])
    base = {name: models.INPUTS[name] for name in (models.TWO if inputs == 2 else models.TWENTY)}
    random = np.random.default_rng(1)
    return {name: value * random.uniform(0.8, 1.2, count) for name, value in base.items()}


def _ways(
    model: Any, measured: Measured, x: Mapping[str, Floats], size: int, wanted: set[str]
) -> dict[str, Run]:
    """Return what there is to run, by name."""
    outputs = models.OUTPUTS if size else PACK
    cells = tuple(model.cells(list(x), "input")), tuple(model.cells(outputs, "output"))
    sheets = model.base.program.scope.sheets
    measured.cells = [[(sheets[s], key >> SHIFT, key & (STRIDE - 1)) for s, key in asked] for asked in cells]
    given = dict(zip(cells[0], x.values(), strict=True))
    base = model.base
    began = time.perf_counter()
    plan = lanes.plan(base, *cells)
    measured.planned = time.perf_counter() - began
    found: dict[str, Run] = {NUMPY: partial(plan.run, given, "numpy")}
    if wanted & {COLD, CACHED, TWO_CORES}:
        other = lanes.plan(base, *cells)
        found |= {how: partial(other.run, given, "compiled") for how in (COLD, CACHED, TWO_CORES)}
    hand = partial(by_hand.run, x, models.units_for(size)) if size else None
    found[HAND] = hand or partial(row_structure.written(plan), given)
    return {how: run for how, run in found.items() if how in wanted}


def main() -> None:
    """Measure what the arguments ask for."""
    how, path, size, inputs, count, runs = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:7])
    measured, turns = Measured(), how == "turns"
    _cores(1)
    if how == HAND and size:  # without the engine's memory
        x = scenarios(None, inputs, count, size)
        measured.run(HAND, partial(by_hand.run, x, models.units_for(size)))
    else:
        model = engine.Model.open(path)
        x = scenarios(model, inputs, count, size)
        ways = _ways(model, measured, x, size, {HAND, NUMPY, CACHED, TWO_CORES} if turns else {how})
        for _ in range(runs + 1 if turns else 1):
            for way, run in ways.items():
                found = measured.run(way, run)
                if way == NUMPY:
                    columns = list(found.values())
                    measured.values = [[float(value) for value in column[:_SHOWN]] for column in columns]
    measured.inputs = np.array(list(x.values())).T[:_SHOWN].tolist()
    measured.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(asdict(measured)))


if __name__ == "__main__":
    main()
