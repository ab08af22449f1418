from __future__ import annotations

import pytest

from engine.analysis import scenarios
from engine.core.exceptions import AnalysisError
from engine.core.values import DIV0
from engine.workbook.contract import ScenarioTable

NAMES = ("Base", "Downside", "Upside")
VALUES = {"Base": {}, "Downside": {"price": 8.0, "cost": 5.0}, "Upside": {"price": 12.0, "users": 100.0}}


@pytest.fixture(name="model")
def _model(toy):
    return toy(
        {"price": (8, 10.0, 12), "cost": (4, 5.0, 6), "users": (50, 100.0, 200)},
        {
            "profit": lambda price, cost, users: (price - cost) * users,
            "bad": lambda price: DIV0 if price else 0.0,
        },
    )


def _switched(toy):
    """A toy whose outputs read the switch, as the workbook's live cells do."""
    prices = {"Base": 10.0, "Downside": 8.0, "Upside": 12.0}
    return toy(
        {
            "active_scenario": (None, "Base", None),
            "price": (8, 10.0, 12),
            "cost": (4, 5.0, 6),
            "users": (50, 100.0, 200),
        },
        {"profit": lambda active_scenario, cost, users: (prices[active_scenario] - cost) * users},
    )


def test_scenarios_run_through_the_workbooks_own_switch(toy, analysis):
    """With an active scenario cell, each scenario is one value of that cell."""
    model = _switched(toy)
    table = ScenarioTable(names=NAMES, values=VALUES, active_cell="Scenarios!B1")
    row = analysis("scenarios", outputs="profit")
    (found,) = scenarios.run(row, model.terms(scenarios=table), model)
    assert found.outputs[0].values == (500.0, 300.0, 700.0)
    assert found.base_scenario == "Base"
    assert model.calls == [3]


def test_scenarios_set_each_input_where_there_is_no_switch(model, analysis):
    """Without an active scenario cell, the table's inputs are set one by one, blanks left at base."""
    table = ScenarioTable(names=NAMES, values=VALUES, active_cell=None)
    (found,) = scenarios.run(analysis("scenarios", outputs="profit bad"), model.terms(scenarios=table), model)
    assert found.outputs[0].values == (500.0, 300.0, 700.0)
    assert found.outputs[1].values == (DIV0, DIV0, DIV0)
    assert (found.outputs[0].label, found.outputs[0].better) == ("Label of profit", "higher")


def test_only_inputs_that_differ_are_listed(model, analysis):
    """An input whose scenarios all equal base is left out; a blank shows the base value."""
    table = ScenarioTable(names=NAMES, values=VALUES, active_cell=None)
    (found,) = scenarios.run(analysis("scenarios", outputs="profit"), model.terms(scenarios=table), model)
    assert [(row.name, row.values) for row in found.changed_inputs] == [("price", (10.0, 8.0, 12.0))]


def test_blank_outputs_mean_every_headline_output(model, analysis):
    """A row without outputs compares all of the Outputs table."""
    table = ScenarioTable(names=NAMES, values=VALUES, active_cell=None)
    (found,) = scenarios.run(analysis("scenarios"), model.terms(scenarios=table), model)
    assert [row.name for row in found.outputs] == ["profit", "bad"]


def test_no_scenarios_is_an_error_with_a_remedy(model, analysis):
    """A workbook without scenarios can't compare them."""
    with pytest.raises(AnalysisError, match="add a column per scenario"):
        scenarios.run(analysis("scenarios"), model.terms(), model)


@pytest.mark.parametrize(("names", "base"), [(("A", "base"), "base"), (("A", "B"), "A")])
def test_the_base_scenario_is_the_one_called_base_or_the_first(names, base):
    """Differences are measured against Base where there is one."""
    assert scenarios.base_of(names) == base
