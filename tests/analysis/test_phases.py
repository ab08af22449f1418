from __future__ import annotations

import pytest

from engine.analysis import phases
from engine.core.values import DIV0, NA, REF
from engine.workbook.contract import Phase

USERS = [100.0 * month for month in range(1, 61)]


def _phase(name, begins, *, gate="users", comparison=">=", threshold=1000.0, planned=None, plan=""):
    return Phase(
        phase=name,
        begins=begins,
        gate_metric=gate,
        comparison=comparison,
        threshold=threshold,
        planned_month=planned,
        cell="Phases!A2",
        plan=plan,
    )


@pytest.fixture(name="model")
def _model(toy):
    begins = {
        "m1": 1.0,
        "m10": 10.0,
        "m30": 30.0,
        "blank": None,
        "never": NA,
        "text": "soon",
        "half": 2.5,
        "bad": DIV0,
    }
    return toy(
        {name: (None, value, None) for name, value in begins.items()} | {"share": (None, 0.4, None)},
        {},
        {"users": USERS, "errors": [REF] * 60, "cash": [-5.0 + month for month in range(60)]},
    )


def _plan(model, *rows):
    return phases.plan(rows, model.terms(phases=rows), model)


def test_phases_begin_end_and_hold_against_plan(model):
    """A phase ends the month before the next one that begins; slack is planned less actual."""
    plan = _plan(
        model,
        _phase("One", "m1", gate="", planned=1),
        _phase("Two", "m10", planned=8),
        _phase("Three", "never", threshold=1e9, planned=20),
        _phase("Four", "m30", threshold=3000, planned=36),
    )
    assert [(row.begins, row.ends, row.slack) for row in plan.phases] == [
        (1, 9, 0),
        (10, 29, -2),
        (None, None, None),
        (30, None, 6),
    ]
    assert [row.gate_value for row in plan.phases[1:]] == [1000.0, 6000.0, 3000.0]
    assert [row.passed for row in plan.phases] == [True, True, False, True]
    assert [row.month_passed for row in plan.phases] == [None, 10, None, 30]
    assert plan.horizon == 60


@pytest.mark.parametrize(
    ("comparison", "threshold", "passed", "month"),
    [
        (">=", 1000, True, 10),
        (">", 1000, False, 11),
        ("<=", 1000, True, 1),
        ("<", 1000, False, 1),
        ("=", 1000, True, 10),
        ("<>", 1000, False, 1),
    ],
)
def test_a_gate_is_judged_in_the_month_its_phase_begins(model, comparison, threshold, passed, month):
    """Every comparison, at month 10, and the first month that passes."""
    row = _plan(model, _phase("P", "m10", comparison=comparison, threshold=threshold)).phases[0]
    assert (row.gate_value, row.passed, row.month_passed) == (1000.0, passed, month)


@pytest.mark.parametrize(
    ("begins", "parts", "words"),
    [
        ("blank", {}, "does not begin within the horizon"),
        ("never", {}, "does not begin within the horizon"),
        ("text", {}, "text holds soon, not a month number"),
        ("half", {}, "half holds 2.5, not a month from 1"),
        ("bad", {}, "bad holds #DIV/0!, not a month number"),
        ("absent", {}, "the toy has no absent"),
        ("m10", {"comparison": "=>"}, "comparison '=>' is none of >= > <= < = <>"),
        ("m10", {"threshold": DIV0}, "the threshold is #DIV/0!, not a number"),
        ("m10", {"gate": "absent"}, "the toy has no absent"),
        ("m10", {"gate": "share"}, "share is a single figure, so the month it passes is unknown"),
    ],
)
def test_what_is_not_known_says_why(model, begins, parts, words):
    """A phase that can't be read wholly is still a row, with its reason."""
    row = _plan(model, _phase("P", begins, **parts)).phases[0]
    assert words in row.reason


def test_a_phase_that_a_later_one_overtakes_says_so(model):
    """Two phases in one month: the first is passed over."""
    rows = _plan(model, _phase("One", "m10"), _phase("Two", "m10")).phases
    assert (rows[0].ends, rows[0].reason) == (9, "passed over: a later phase begins no later")


def test_a_gate_of_errors_never_passes(model):
    """An error is neither above nor below a threshold, and shows."""
    row = _plan(model, _phase("P", "m10", gate="errors")).phases[0]
    assert (row.gate_value, row.passed, row.month_passed) == (REF, False, None)


def test_phases_of_two_plans_do_not_end_each_other(model):
    """A phase ends before the next of its own plan, wherever the rows of another plan stand."""
    plan = _plan(
        model,
        _phase("One", "m1", plan="Path"),
        _phase("Small", "m10", plan="Ladder"),
        _phase("Two", "m30", plan="path"),
        _phase("Large", "m30", plan="Ladder"),
    )
    assert [(row.plan, row.ends) for row in plan.phases] == [
        ("Path", 29),
        ("Ladder", 29),
        ("path", None),
        ("Ladder", None),
    ]
