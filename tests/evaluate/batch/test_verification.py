"""What is wrong with a program is found in whichever run it first does harm, and the reference answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from engine.evaluate.batch import plans
from engine.evaluate.batch.lanes import Plan
from engine.evaluate.batch.sampling import LATER, SAMPLES, Sampling, agrees
from engine.evaluate.model import Model
from tests.workbooks import Cell, sheet, workbook

Kernel = Callable[..., Any]
OUTPUT = "Sheet1!G1"
X = np.linspace(-2.0, 5.0, 40)


def _model() -> Model:
    cells: dict[str, Cell] = {
        "A1": 2.0,
        "A2": 3.0,
        "B1": "=MAX(0,A1)",
        "B2": "=B1*2+A2",
        "G1": "=SQRT(B2)+B1",
    }
    return Model(workbook(sheet("Sheet1", cells)))


def _run(model: Model) -> list[float]:
    found = model.run(pd.DataFrame({"Sheet1!A1": X}), [OUTPUT])
    return [float(value) for value in found[OUTPUT]]


EXPECTED = [float(np.sqrt(max(0.0, x) * 2 + 3) + max(0.0, x)) for x in X]


def _namespaces(plan: Plan) -> Iterator[dict[str, object]]:
    """Every namespace that a plan's programs run in."""
    yield cast(dict[str, object], plan.plain.namespace)
    if plan.plain.quick is not None:
        yield cast(dict[str, object], plan.plain.quick.namespace)


def _corrupt(plan: Plan, name: str, kernel: Kernel, *, quick_alone: bool = False) -> None:
    changed = list(_namespaces(plan))[1 if quick_alone else 0 :]
    for namespace in changed:
        assert name in namespace
        namespace[name] = kernel
    _reach_ufuncs(changed, name, kernel)


def _reach_ufuncs(namespaces: list[dict[str, object]], name: str, kernel: Kernel) -> None:
    """Put a kernel in the place of NumPy's own, which results written into their rows go through."""
    for namespace in namespaces:
        namespace["np"] = _Numpy({name: lambda *given, out: np.copyto(out, kernel(*given))})


class _Numpy:
    """NumPy with some functions changed."""

    def __init__(self, changed: Mapping[str, Kernel]) -> None:
        self._changed = changed

    def __getattr__(self, name: str) -> Any:
        return self._changed.get(name) or getattr(np, name)


def _plan(model: Model) -> Plan:
    (plan,) = model.runner.plans.known.values()
    assert isinstance(plan, Plan)
    return plan


WRONG: dict[str, Kernel] = {
    "everywhere": lambda left, right: np.maximum(left, right) + 1e-6,
    "beyond the base case": lambda left, right: np.where(
        np.maximum(left, right) > 2.0, np.maximum(left, right) + 1.0, np.maximum(left, right)
    ),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("earlier", [1, 3])
def test_a_kernel_that_goes_wrong_is_caught_in_a_later_run(wrong: Kernel, earlier: int) -> None:
    """The base case rides in every run, and cells of scenarios are looked at: the wrong plan goes."""
    model = _model()
    for _ in range(earlier):
        assert _run(model) == EXPECTED
    _corrupt(_plan(model), "maximum", wrong)
    assert _run(model) == EXPECTED
    assert model.runner.fallbacks[-1].scenarios == len(X)
    assert "Sheet1!" in model.runner.fallbacks[-1].reason
    assert "in the batch" in model.runner.fallbacks[-1].reason


def test_a_quick_program_that_goes_wrong_is_caught() -> None:
    """Scenarios are computed a second time by the program that has a row for every cell."""
    model = _model()
    assert _run(model) == EXPECTED
    if _plan(model).plain.quick is None:
        pytest.fail("the small model has a quick program")
    _corrupt(_plan(model), "maximum", WRONG["beyond the base case"], quick_alone=True)
    assert _run(model) == EXPECTED
    assert "Sheet1!G1" in model.runner.fallbacks[-1].reason


def test_a_part_that_goes_wrong_takes_the_whole_with_it() -> None:
    """Where a part of what was foreseen is wrong, nothing of it is used again; later runs plan anew."""
    model = _model()
    model.foresee(["Sheet1!A1", "Sheet1!A2"], [OUTPUT])
    whole = model.runner.plans.foreseen
    assert whole is not None
    assert _run(model) == EXPECTED
    (part,) = model.runner.plans.known.values()
    assert isinstance(part, Plan)
    assert part.whole is whole
    namespace = cast(dict[str, object], whole.plain.namespace)
    namespace["maximum"] = WRONG["beyond the base case"]
    assert _run(model) == EXPECTED
    assert model.runner.plans.foreseen is None
    assert model.runner.fallbacks[-1].scenarios == len(X)


def test_parts_give_what_single_evaluations_give(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of what was foreseen equal single evaluations to the last bit, errors included."""
    model = _model()
    model.foresee(["Sheet1!A1", "Sheet1!A2"], [OUTPUT, "Sheet1!B2"])
    made = []
    monkeypatch.setattr(plans, "plan", lambda *given: made.append(given))
    grid = [(x, y) for x in X for y in (-30.0, 3.0)]
    frame = pd.DataFrame(grid, columns=["Sheet1!A1", "Sheet1!A2"])
    found = model.run(frame, [OUTPUT])
    for place, (x, y) in enumerate(grid):
        alone = model.evaluate({"Sheet1!A1": x, "Sheet1!A2": y})[OUTPUT]
        assert agrees(found[OUTPUT].iloc[place], alone)
        assert isinstance(alone, float) is isinstance(found[OUTPUT].iloc[place], float)
    assert not made


@pytest.mark.parametrize("run", range(12))
def test_every_run_looks_at_the_extremes_and_at_random(run: int) -> None:
    """Neither the first run nor a later one is without scenarios to compare."""
    sampling = Sampling(runs=run)
    inputs = {(0, 1): np.random.default_rng(run).uniform(size=500)}
    picked = sampling.lanes(inputs, 500)
    values = inputs[0, 1]
    assert {int(np.argmin(values)), int(np.argmax(values))} < set(picked)
    assert len(picked) == (LATER if run else SAMPLES)
    assert len(sampling.whole(picked)) == (0 if run else SAMPLES)
