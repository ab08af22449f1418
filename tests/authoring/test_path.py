"""The recommended path: businesses on one calendar, each from month 1 of its own sheet, shared costs once."""

from __future__ import annotations

import pytest

from engine.authoring import new_workbook
from engine.evaluate.model import Model
from engine.evaluate.result import Result
from tests.authoring.conftest import MODELS

STARTS = {"ar": "path_month_one", "oc": "path_month_two", "mp": "path_month_four", "cs": "path_month_four"}
CASES: dict[str, dict[str, float]] = {
    "base": {},
    "late gates": {"path_gate_two": 1000.0, "path_gate_four": 200.0},
    "a community that keeps the platform waiting": {"oc_gate": 10000.0},
    "a last gate that is never met": {"path_gate_four": 1e9},
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """Return the path with the businesses it places, composed anew."""
    target = tmp_path_factory.mktemp("path") / "path.xlsx"
    new_workbook([MODELS / "path.toml"], target)
    return Model.open(target)


def line(result: Result, name: str) -> list[float]:
    """Return a row of months."""
    (values,) = result.range(name)
    return [value for value in values if isinstance(value, float)]


def cell(result: Result, name: str) -> float:
    """Return a single figure."""
    value = result[name]
    assert isinstance(value, float), name
    return value


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("business", STARTS)
def test_a_business_starts_at_its_own_month_one(case: str, business: str, path: Model) -> None:
    """Its revenue is nil before it starts and then that of its own sheet from month 1 on, in order."""
    result = path.evaluate(CASES[case])
    own = line(result, f"{business}_revenue")
    before = min(len(own), int(cell(result, STARTS[business])) - 1)
    assert line(result, f"path_{business}_sales") == pytest.approx([0.0] * before + own[: len(own) - before])
    assert result["master_check"] == 0


def test_the_community_grows_while_the_platform_waits(path: Model) -> None:
    """A higher gate opens the platform later, on the community of that month; until then nobody signs up."""
    result = path.evaluate({"oc_gate": 10000.0})
    community, signups = line(result, "oc_community"), line(result, "oc_signups")
    opened = next(month for month, size in enumerate(community, start=1) if size >= 10000)
    assert opened > cell(result, "oc_launch_month")
    assert next(month for month, number in enumerate(signups, start=1) if number > 0) == opened
    assert signups[opened - 1] == pytest.approx(cell(result, "oc_signup_rate") * community[opened - 1])
    assert cell(result, "path_month_three") == cell(result, "path_month_two") + opened - 1
    begins = int(cell(result, "path_month_two"))
    assert line(result, "path_community")[begins - 1 :] == community[: 61 - begins]


@pytest.mark.parametrize(
    ("live", "inputs", "expected"),
    [
        ("the experiment alone", {"path_gate_two": 1e9}, 0.5 * 6000),
        ("and open core", {"path_gate_four": 1e9}, 6000.0),
        ("and consulting", {}, 13500.0),
        ("consulting without the founder", {"cs_start": 0.0}, 6000.0),
    ],
)
def test_the_founder_is_paid_once(live: str, inputs: dict[str, float], expected: float, path: Model) -> None:
    """Whatever sheets hold the founder, the path pays one: a consultant's pay once there is consulting."""
    result = path.evaluate(inputs)
    held = [line(result, f"path_founder_{part}")[-1] for part in ("time", "pay")]
    tools = 0.0 if live == "the experiment alone" else 5.0 + 25.0
    assert line(result, "path_founder")[-1] == pytest.approx(expected)
    assert line(result, "path_shared")[-1] == pytest.approx(sum(held) - expected + tools)


@pytest.mark.parametrize(
    "driver",
    ["ar_content_income", "mp_take_full", "oc_pro_extra", "cs_workshops", "mp_featured_price"],
)
def test_recurring_is_what_is_paid_by_subscription_or_retainer(driver: str, path: Model) -> None:
    """Content, commission, placement, use and workshops are revenue of the path and not recurring."""
    base, dearer = path.evaluate(), path.evaluate({driver: 0.0})
    assert sum(line(dearer, "path_revenue")) < sum(line(base, "path_revenue"))
    arr = [line(one, "path_arr") for one in (base, dearer)]
    assert sum(arr[1]) >= sum(arr[0]) > 0
