"""What an investor tries in the first hour, on every monthly business of model.xlsx."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from engine.core.address import row_column
from engine.evaluate.model import Model
from engine.evaluate.result import Result


@dataclass(frozen=True)
class Trial:
    """A business and what is tried on it: inputs by trial, and labels of its customers' movements.

    ``each`` are costs and quantities of a customer, which must not matter where there is none; ``fixed`` is
    the cost of the last month that is left then, from base assumptions, or None where it changes with time.
    """

    sheet: str
    dearer: Mapping[str, float]
    sold: str
    larger: Mapping[str, float]
    nobody: Mapping[str, float]
    each: Mapping[str, float]
    fixed: float | None
    leave: Mapping[str, float]
    joins: tuple[str, ...]
    leaves: tuple[str, ...]


TRIALS = {
    "oc": Trial(
        "OpenCore",
        {"oc_pro_price": 35.0, "oc_team_price": 120.0},
        "oc_customers_end",
        {"oc_tam": 2e9},
        {"oc_community_opening": 0.0, "oc_innovation": 0.0},
        {"oc_signup_cost": 8.0, "oc_pro_branches": 25.0, "oc_memory_price": 0.5},
        60 + 5 + 6000 + 2000 + 25,
        {"oc_pro_churn": 1.0, "oc_team_churn": 1.0, "oc_enterprise_churn": 1.0},
        ("Paying accounts won",),
        ("Paying accounts lost",),
    ),
    "dt": Trial(
        "DevTools",
        {"dt_price": 40.0},
        "dt_customers_end",
        {"dt_tam": 5e8},
        {"dt_awareness": 0.0},
        {"dt_serving": 1.5, "dt_trial_cost": 20.0, "dt_sessions": 150.0},
        None,
        {"dt_churn": 1.0, "dt_team_churn": 1.0},
        ("Developers that begin to pay",),
        ("Customers lost, or merged into teams",),
    ),
    "mp": Trial(
        "Marketplace",
        {"mp_order_value": 60.0},
        "mp_gmv_year",
        {"mp_tam": 3e9},
        {"mp_find": 0.0, "mp_featured": 0.0, "mp_recruit": 0.0},
        {"mp_buyer_cost": 40.0, "mp_review_cost": 80.0, "mp_refunds": 0.04},
        500 + 2 * 18000 + 4000,
        {"mp_churn": 1.0},
        ("Buyers won",),
        ("Buyers that leave",),
    ),
    "cs": Trial(
        "Consulting",
        {"cs_day_rate": 2100.0},
        "cs_customers_end",
        {"cs_leads": 2.5},
        {"cs_leads": 0.0, "cs_workshops": 0.0},
        {"cs_lead_cost": 3000.0, "cs_expenses": 0.08},
        2 * 13500 + 4000 + 2 * 900 + 2 * 0.18 / 12 * 12000,
        {"cs_churn": 1.0},
        ("Clients won",),
        ("Clients that are done",),
    ),
    "ar": Trial(
        "AIRun",
        {"ar_price": 16.0},
        "ar_customers_end",
        {"ar_buyers": 15.0},
        {"ar_sellable": 0.0, "ar_licence_rate": 0.0, "ar_followers": 0.0},
        {"ar_win_cost": 20.0, "ar_product_cost": 6.0, "ar_content_cost": 10.0},
        None,
        {"ar_churn": 1.0, "ar_licence_churn": 1.0},
        ("Customers won",),
        ("Customers lost",),
    ),
    "api": Trial(
        "API",
        {"api_price": 0.07},
        "api_customers_end",
        {"api_teams": 250000.0},
        {"api_innovation": 0.0},
        {"api_cost": 0.033, "api_signup_cost": 200.0, "api_free_tokens": 200.0},
        25000 + 10 * 18000 + 80000 + 25000,
        {"api_entry_churn": 1.0, "api_growth_churn": 1.0, "api_enterprise_churn": 1.0},
        ("New paying customers",),
        ("Customers lost",),
    ),
    "pf": Trial(
        "Platform",
        {"pf_price": 4.0},
        "pf_customers_end",
        {"pf_enterprises": 20000.0},
        {"pf_innovation": 0.0},
        {"pf_trial_cost": 4000.0, "pf_team_hours": 600.0, "pf_service_cost": 0.6},
        None,
        {"pf_team_churn": 1.0, "pf_enterprise_churn": 1.0},
        ("New customers",),
        ("Customers lost",),
    ),
    "hw": Trial(
        "Hardware",
        {"hw_price": 33000.0},
        "hw_customers_end",
        {"hw_buyers": 3000.0},
        {"hw_innovation": 0.0},
        {"hw_manufacturing": 10000.0, "hw_logistics": 0.15, "hw_trial_cost": 50000.0},
        None,
        {"hw_churn": 1.0},
        ("New customers",),
        ("Customers lost",),
    ),
    "fm": Trial(
        "Freemium",
        {"fm_personal_price": 20.0, "fm_seat_price": 80.0},
        "fm_customers_end",
        {"fm_developers": 4e6},
        {"fm_innovation": 0.0, "fm_opening_community": 0.0},
        {"fm_free_cost": 0.35, "fm_seat_cost": 4.0, "fm_event_cost": 1.5},
        8000 + 8 * 18000 + 40000 + 25000,
        {"fm_personal_churn": 1.0, "fm_org_churn": 1.0, "fm_enterprise_churn": 1.0},
        ("Free users that pay",),
        ("Customers lost",),
    ),
    "hosted": Trial(
        "Growth",
        {"price_bootstrap": 30.0, "price_break_even": 25.0, "price_mature": 20.0, "price_commodity": 15.0},
        "hosted_customers_end",
        {"adoption_rate": 0.05},
        {"adoption_rate": 0.0},
        {"acquisition_cost": 25.0, "storage_gb": 20.0, "self_hosted_cost": 1.0},
        None,
        {"hosted_churn": 1.0},
        ("Join",),
        ("Leave",),
    ),
}


class Tried:
    """The shipped model's answers to the trials: all businesses at once, as none reads another's inputs."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._known: dict[tuple[str, ...], Result] = {}

    def __call__(self, *trials: str) -> Result:
        """Return every figure with the inputs of these trials."""
        if trials not in self._known:
            inputs = {
                name: value
                for trial in trials
                for one in TRIALS.values()
                for name, value in getattr(one, trial).items()
            }
            self._known[trials] = self.model.evaluate(inputs)
        return self._known[trials]

    def line(self, name: str, *trials: str) -> list[float]:
        """Return a line over the months."""
        (values,) = self(*trials).range(name)
        assert all(isinstance(value, float) for value in values)
        return [value for value in values if isinstance(value, float)]

    def labelled(self, sheet: str, label: str, *trials: str) -> list[float]:
        """Return the first line of a sheet with this label, over the months."""
        result = self(*trials)
        found = self.model.workbook.sheet(sheet)
        rows = [row_column(key)[0] for key, text in found.constants.items() if text == label]
        months = len(result.range("month_number")[0])
        values = result.range(f"{sheet}!D{min(rows)}:{_column(3 + months)}{min(rows)}")[0]
        return [value for value in values if isinstance(value, float)]


def _column(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@pytest.fixture(scope="module")
def tried(shipped: Model) -> Tried:
    """Return the shipped model's answers, each computed once."""
    return Tried(shipped)


def cost(tried: Tried, business: str, *trials: str) -> list[float]:
    """Return cost of revenue and operating cost by month."""
    parts = (tried.line(f"{business}_{line}", *trials) for line in ("cogs", "operating_cost"))
    return [sum(pair) for pair in zip(*parts, strict=True)]


@pytest.mark.parametrize("business", TRIALS)
def test_a_higher_price_sells_less(business: str, tried: Tried) -> None:
    """Where the price goes up, there are fewer customers, or less is ordered."""
    sold = TRIALS[business].sold
    before, after = tried()[sold], tried("dearer")[sold]
    assert isinstance(before, float)
    assert isinstance(after, float)
    assert after < before


@pytest.mark.parametrize("business", TRIALS)
def test_cost_per_customer_falls_with_scale(business: str, tried: Tried) -> None:
    """In a larger market there are more customers, and each costs less."""
    before, after = (tried.line(f"{business}_customers", *trials)[-1] for trials in ((), ("larger",)))
    assert after > before
    assert cost(tried, business, "larger")[-1] / after < cost(tried, business)[-1] / before


@pytest.mark.parametrize("business", TRIALS)
def test_nobody_costs_only_the_fixed_part(business: str, tried: Tried) -> None:
    """Without a customer nothing is earned, and what a customer would cost does not matter."""
    trial = TRIALS[business]
    assert set(tried.line(f"{business}_customers", "nobody")) == {0.0}
    assert tried.line(f"{business}_revenue", "nobody") == pytest.approx([0.0] * 60)
    spent = cost(tried, business, "nobody")
    assert cost(tried, business, "nobody", "each") == pytest.approx(spent)
    assert cost(tried, business, "each") != pytest.approx(cost(tried, business))
    assert all(value > 0 for value in spent)
    if trial.fixed is not None:
        assert spent[-1] == pytest.approx(trial.fixed)


@pytest.mark.parametrize("business", TRIALS)
def test_full_churn_empties_the_base(business: str, tried: Tried) -> None:
    """Where every customer leaves each month, no month ends with one."""
    assert tried.line(f"{business}_customers", "leave") == pytest.approx([0.0] * 60, abs=1e-9)


@pytest.mark.parametrize("business", TRIALS)
@pytest.mark.parametrize("trials", [(), ("larger",), ("dearer",)], ids="-".join)
def test_customers_balance_from_month_to_month(business: str, trials: tuple[str, ...], tried: Tried) -> None:
    """Customers at the end of a month are those before, and those who came, less those who left."""
    trial = TRIALS[business]
    customers = tried.line(f"{business}_customers", *trials)
    came = [tried.labelled(trial.sheet, label, *trials) for label in trial.joins]
    left = [tried.labelled(trial.sheet, label, *trials) for label in trial.leaves]
    before = [0.0, *customers[:-1]]
    moved = [
        sum(up) - sum(down) for up, down in zip(zip(*came, strict=True), zip(*left, strict=True), strict=True)
    ]
    assert [a + b for a, b in zip(before, moved, strict=True)] == pytest.approx(customers)
    assert all(value >= 0 for value in customers)


@pytest.mark.parametrize("business", TRIALS)
@pytest.mark.parametrize("trials", [(), ("larger",), ("nobody",), ("leave",)], ids="-".join)
def test_the_standard_lines_add_up(business: str, trials: tuple[str, ...], tried: Tried) -> None:
    """Revenue less costs is profit, model years add up to their months, and cash moves by its causes."""

    def line(name: str) -> list[float]:
        return tried.line(f"{business}_{name}", *trials)

    def less(first: list[float], second: list[float]) -> list[float]:
        return [a - b for a, b in zip(first, second, strict=True)]

    assert less(line("revenue"), line("cogs")) == pytest.approx(line("gross_profit"))
    assert less(line("gross_profit"), line("operating_cost")) == pytest.approx(line("ebitda"))
    for name in ("revenue", "cogs", "operating_cost", "ebitda"):
        assert sum(line(f"year_{name}")) == pytest.approx(sum(line(name)))
    capital, cash = [0.0, *line("working_capital")], [0.0, *line("cash")]
    earned = less(less(line("ebitda"), line("tax")), less(capital[1:], capital[:-1]))
    assert less(cash[1:], cash[:-1]) == pytest.approx(earned, rel=1e-9, abs=1e-4)
