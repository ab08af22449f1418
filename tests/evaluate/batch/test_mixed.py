"""Errors, texts, booleans and blanks as inputs of some scenarios, in lanes like numbers."""

from __future__ import annotations

import random

import pytest

from engine.core.values import ERRORS, Value
from engine.evaluate.batch.frames import WORTH_A_PLAN, WORTH_ONE_BASE
from engine.evaluate.batch.sampling import agrees
from engine.evaluate.model import Model
from engine.evaluate.scenario_runs import run_scenarios
from engine.evaluate.state import CellId
from tests.agreement import scenarios
from tests.workbooks import Cell, book

CELLS: dict[str, Cell] = {
    "A1": 3,
    "A2": 0.5,
    "A3": 7,
    "B1": "=A1*A2+1",
    "B2": "=IF(A2>0.4,A1/A3,-A1)",
    "B3": "=IFERROR(A1/A2,A3)",
    "B4": "=SUM(A1:A3)+AVERAGE(A1,A2)",
    "B5": "=MAX(A1:A3)-MIN(A2:A3)",
    "B6": "=A1&A2",
    "B7": "=IF(ISNUMBER(A1),1,IF(ISERROR(A2),2,3))",
    "B8": "=ROUND(A1*A3,1)+B1",
    "B9": '=SUMIF(A1:A3,">1")+COUNT(A1:A3)',
    "B10": '=IF(A1=A2,"same",B2)',
    "B11": "=MEDIAN(A1:A3)+INT(A3)",
}


def test_lanes_of_mixed_inputs() -> None:
    """Every scenario gives the single evaluation's values, and nearly all of them run in lanes."""
    model = Model(book(CELLS))
    inputs = [model.targets.cell(f"Sheet1!A{row}") for row in (1, 2, 3)]
    outputs = [model.targets.cell(f"Sheet1!B{row}") for row in range(1, 12)]
    rows = list(scenarios(model, inputs, 300, seed=5))
    random.Random(1).shuffle(rows)
    found = model.runner.run(rows, outputs)
    for row, values in zip(rows, found, strict=True):
        alone = run_scenarios(model.base, model.targets, [row], list(row), outputs)[0]
        for cell, value, expected in zip(outputs, values, alone, strict=True):
            assert agrees(value, expected), (row, cell, value, expected)
    assert model.runner.told().get("alone", {}) == {}


def test_only_those_that_need_a_base_have_one() -> None:
    """A number written as text under a criterion stops the program; the scenarios beside it stay in lanes."""
    model = Model(book(CELLS))
    number, mixed = (model.targets.cell(f"Sheet1!A{row}") for row in (1, 2))
    outputs = [model.targets.cell(f"Sheet1!B{row}") for row in range(1, 12)]
    odd: tuple[Value, ...] = ("n/a", "7", "", True, False, ERRORS["#N/A"])
    rows: list[dict[CellId, Value]] = [{number: float(n), mixed: odd[n % 6]} for n in range(120)]
    found = model.runner.run(rows, outputs)
    assert set(model.runner.bases) == {((mixed, "7"),)}
    for row, values in list(zip(rows, found, strict=True))[:12]:
        (alone,) = run_scenarios(model.base, model.targets, [row], list(row), outputs)
        assert all(map(agrees, values, alone)), (row, values, alone)


def test_many_different_texts_share_a_program() -> None:
    """A base for each takes seconds on a real model; one program carries them all."""
    model = Model(book(CELLS))
    number, mixed = (model.targets.cell(f"Sheet1!A{row}") for row in (1, 2))
    outputs = [model.targets.cell(f"Sheet1!B{row}") for row in range(1, 12)]
    rows = [{number: float(n), mixed: text} for text in ("n/a", "none", "", True, False) for n in range(12)]
    found = model.runner.run(rows, outputs)
    assert not model.runner.bases
    for row, values in list(zip(rows, found, strict=True))[::12]:
        (alone,) = run_scenarios(model.base, model.targets, [row], list(row), outputs)
        assert all(map(agrees, values, alone)), (row, values, alone)


@pytest.mark.parametrize("count", [WORTH_ONE_BASE - 1, WORTH_ONE_BASE, WORTH_A_PLAN - 1])
def test_a_few_scenarios_of_each_text_are_those_evaluated_alone(count: int) -> None:
    """A switch among texts is evaluated once for the scenarios that set it alike; what is kept is nothing."""
    cells: dict[str, Cell] = {"A1": "low", "A2": 3, "B1": '=IF(A1="low",1,IF(A1="high",9,5))'}
    cells |= {"B2": "=B1*A2+C1", "C1": "=LEN(A1)*2", "C2": "=B2+B1"}
    model = Model(book(cells))
    switch, number = (model.targets.cell(f"Sheet1!A{row}") for row in (1, 2))
    outputs = [model.targets.cell(f"Sheet1!{cell}") for cell in ("B2", "C1", "C2", "A2")]
    texts = [text for text in ("low", "high", "other") for _ in range(count)]
    rows: list[dict[CellId, Value]] = [{switch: text, number: float(n)} for n, text in enumerate(texts)]
    found = model.runner.run(rows, outputs)
    assert not model.runner.bases
    for row, values in zip(rows, found, strict=True):
        (alone,) = run_scenarios(model.base, model.targets, [row], list(row), outputs)
        assert values == alone
