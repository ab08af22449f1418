"""Scenarios of a switch run through the inputs that it sets, where that is all it does."""

from __future__ import annotations

import pandas as pd
import pytest

from engine.core.values import Value
from engine.evaluate.batch.through import through
from engine.evaluate.model import Model
from tests.workbooks import Cell, sheet, workbook

CELLS: dict[str, Cell] = {
    "A1": "lean",
    "A2": 7.0,
    "B1": '=IF(A1="lean",1,2)',
    "B2": '=IF(A1="lean",3,IF(A1="rich",5,"none"))',
    "C1": "=B1*B2+A2",
    "C2": '=IF(A1="lean",C1,0)',
    "C3": "=C1/(B1-2)",
}


@pytest.fixture
def model() -> Model:
    """A switch in A1 that sets B1 and B2."""
    opened = Model(workbook(sheet("Sheet1", CELLS)))
    opened.foresee(["Sheet1!B1", "Sheet1!B2"], ["Sheet1!C1", "Sheet1!C2", "Sheet1!C3"])
    return opened


def _lanes(model: Model, switches: list[str], output: str) -> dict[str, list[float]] | None:
    assert model.runner.plans.foreseen is not None
    switch = model.targets.cell("Sheet1!A1")
    rows: list[dict[tuple[int, int], Value]] = [{switch: value} for value in switches]
    found = through(model.runner.plans.foreseen.cone, rows, [model.targets.cell(output)])
    names = {model.targets.cell(f"Sheet1!B{row}"): f"B{row}" for row in (1, 2)}
    return None if found is None else {names[cell]: lanes.tolist() for cell, lanes in found.items()}


def test_a_switch_gives_the_inputs_their_values(model: Model) -> None:
    """Each scenario's inputs are what the reference computes for it."""
    assert _lanes(model, ["lean", "rich"], "Sheet1!C1") == {"B1": [1.0, 2.0], "B2": [3.0, 5.0]}


@pytest.mark.parametrize(
    ("switches", "output"),
    [(["lean", "rich"], "Sheet1!C2"), (["lean", "poor"], "Sheet1!C1")],
    ids=["an output reads the switch itself", "an input becomes text"],
)
def test_what_acts_otherwise_is_left_alone(model: Model, switches: list[str], output: str) -> None:
    """Another way from the switch to the output, or an input that is no number, goes to the reference."""
    assert _lanes(model, switches, output) is None


@pytest.mark.parametrize("switches", [["lean", "rich"], ["rich", "lean", "poor"]])
def test_runs_equal_single_evaluations(model: Model, switches: list[str]) -> None:
    """Whichever way they are computed, errors and texts included."""
    outputs = ["Sheet1!C1", "Sheet1!C2", "Sheet1!C3"]
    found = model.run(pd.DataFrame({"Sheet1!A1": switches}), outputs)
    for place, switch in enumerate(switches):
        alone = model.evaluate({"Sheet1!A1": switch})
        assert [found[name].iloc[place] for name in outputs] == [alone[name] for name in outputs]
