from __future__ import annotations

import pytest

from engine.analysis.results import AnalysisResults
from engine.analysis.run import KINDS, run_analyses
from engine.analysis.runner import outcome
from engine.core.exceptions import FormulaError
from engine.core.values import DIV0, NUM, VALUE


@pytest.fixture(name="model")
def _model(toy):
    return toy(
        {"x": (0.0, 1.0, 2.0), "y": (0.0, 1.0, 2.0)}, {"out": lambda x, y: x - y, "other": lambda x: 2 * x}
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, 1.0),
        (True, 1.0),
        (None, 0.0),
        ("text", VALUE),
        (DIV0, DIV0),
        (float("nan"), NUM),
        (float("inf"), NUM),
        (float("-inf"), NUM),
    ],
)
def test_an_outcome_is_a_finite_number_or_an_error(value, expected):
    """NaN and infinity never get into results."""
    assert outcome(value) == expected


def test_every_kind_lands_in_its_own_results(model, analysis, claim):
    """One row of each kind, and what is not run yet is said."""
    rows = [
        analysis("Sweep", "out", "x", id="S"),
        analysis("grid", "out", "x y", id="G"),
        analysis("tornado", "out", id="T"),
        analysis("Break even", "out", "x", id="B"),
        analysis("crossover", "out other", "x", id="C"),
        analysis("monte-carlo", "out", "x", id="M"),
    ]
    seen = []
    contract = model.contract(analyses=rows, claims=[claim("out", 0.0)])
    found = run_analyses(contract, model, model, lambda *step: seen.append(step))
    for kind, name in (
        (found.sweeps, "S"),
        (found.grids, "G"),
        (found.tornadoes, "T"),
        (found.break_evens, "B"),
        (found.crossovers, "C"),
        (found.claims, "C1"),
    ):
        assert [each.id for each in kind] == [name]
    assert [(each.rule, each.severity, each.cell) for each in found.findings] == [
        ("analysis-not-run", "info", "Analyses!A2")
    ]
    assert "monte-carlo is not run" in found.findings[0].message
    assert seen[0] == ("Sweep S", 0, 8)
    assert seen[-1] == ("claims", 7, 8)


def test_a_row_that_fails_stops_no_other(model, analysis):
    """Each failure is a finding with the row's cell and id."""
    rows = [
        analysis("sweep", "out", "typo", id="A"),
        analysis("histogram", "out", "x", id="B"),
        analysis("sweep", "out", "x", id="C"),
    ]
    found = run_analyses(model.contract(analyses=rows), model, model)
    assert [each.id for each in found.sweeps] == ["C"]
    assert [(each.rule, each.severity) for each in found.findings] == [("analysis-failed", "error")] * 2
    assert "analysis A: the toy has no typo" in found.findings[0].message
    assert f"kind 'histogram' is unknown; it is one of {', '.join(KINDS)}" in found.findings[1].message


def test_a_workbook_without_tables_has_empty_results(model):
    """Nothing declared, nothing run."""
    assert run_analyses(model.contract(), model, model) == AnalysisResults()
    assert model.calls == []


def test_a_claim_the_engine_cannot_run_leaves_the_others_judged(model, claim):
    """Where claims can't be run together, each is run alone and only the broken one is undetermined."""

    class Broken:
        def run(self, scenarios, outputs):
            if "other" in outputs:
                raise FormulaError("Model!B2: FOO is not supported")
            return model.run(scenarios, outputs)

    rows = [claim("other", 2.0, None, "x", id="C1"), claim("out", -1.0, 1.0, "x", id="C2")]
    found = run_analyses(model.contract(claims=rows), Broken(), model).claims
    assert [(each.id, each.verdict) for each in found] == [("C1", "undetermined"), ("C2", "ties")]
    assert found[0].reason == "Model!B2: FOO is not supported"
