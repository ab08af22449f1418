"""Formulas that would build or count for ever end at once, and say so."""

from __future__ import annotations

import dataclasses

import pytest

from engine.core.values import NUM
from engine.evaluate.model import Model
from engine.functions import families
from engine.functions.table import TABLE
from tests.functions.evaluate_formula import evaluate_formula
from tests.workbooks import book


@pytest.mark.parametrize(
    "formula",
    [
        "=SUM(SEQUENCE(1048576,16384))",
        "=ROWS(RANDARRAY(1048576,100))",
        "=SUM(MUNIT(20000))",
        "=ROWS(EXPAND(1,1048576,16384,0))",
        "=SUM(MAKEARRAY(5000,5000,LAMBDA(r,c,r)))",
        "=SUM(SEQUENCE(100000)*SEQUENCE(1,100000))",
        "=VDB(1E6,1,1E7,1,9E6)",
        "=BESSELJ(1E9,1E9)",
        "=HYPGEOM.DIST(1E6,2E6,3E6,1E7,TRUE)",
    ],
)
def test_what_would_take_all_memory_or_time_is_not_evaluated(formula: str) -> None:
    """The cell is reported with the size that is too much."""
    value = evaluate_formula(formula)
    assert isinstance(value, str)
    assert value.startswith("not evaluated")
    assert "more than the engine" in value


@pytest.mark.parametrize("formula", ["=COMBIN(1E9,5E8)", "=PERMUT(1E9,5E8)", "=MULTINOMIAL(1E9,1E9)"])
def test_products_beyond_numbers_end_at_once(formula: str) -> None:
    """A count of ways beyond Excel's numbers is #NUM!."""
    assert evaluate_formula(formula) is NUM


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("=BINOM.INV(2000,0.3,0.9)", 626.0),
        ("=BINOM.INV(1E9,0.5,0.5)", 5e8),
        ("=SUM(FREQUENCY({1,2,3,4,5},{4,2,2}))", 5.0),
        ("=INDEX(FREQUENCY({1,2,3,4,5},{4,2,2}),2)", 2.0),
        ("=INDEX(FREQUENCY({1,2,3,4,5},{4,2,2}),3)", 0.0),
    ],
)
def test_large_counts_are_found_by_halving(formula: str, expected: float) -> None:
    """Many trials or values take no longer than few."""
    assert evaluate_formula(formula) == expected


def test_a_fault_of_ours_costs_its_cell_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a function fails as it never should, its cell and its readers are reported, the rest computed."""
    families.load()
    broken = dataclasses.replace(TABLE["UPPER"], call=lambda _text: {}["gone"])  # type: ignore[index]  # the fault
    monkeypatch.setitem(TABLE, "UPPER", broken)
    evaluation = Model(book({"A1": '=UPPER("x")', "A2": "=A1&1", "A3": "=1+1"})).evaluate()
    assert evaluation["Sheet1!A3"] == 2.0
    assert list(evaluation.not_evaluated) == ["Sheet1!A1", "Sheet1!A2"]
    assert "KeyError" in evaluation.not_evaluated["Sheet1!A1"]


def test_a_regular_expression_that_runs_away_is_reported() -> None:
    """A pattern that would take for ever is stopped, and its cell not evaluated; a short one is answered."""
    assert "regular expression" in str(evaluate_formula('=REGEXTEST(REPT("a",90)&"!","^(a|aa)+$")'))
    assert evaluate_formula('=REGEXTEST(REPT("a",90),"^(a|aa)+$")') is True
