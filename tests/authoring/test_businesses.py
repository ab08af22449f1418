"""Every business of the source documents in model.xlsx: its sheet, drivers, results, claims and behaviour."""

from __future__ import annotations

import pytest

from engine.evaluate.model import Model

LINES = (
    "customers",
    "revenue",
    "cogs",
    "gross_profit",
    "gross_margin",
    "operating_cost",
    "ebitda",
    "tax",
    "working_capital",
    "cash",
    "funding_need",
    "runway",
)
RESULTS = (
    "arr_end",
    "mrr_end",
    "funding",
    "margin_end",
    "ebitda_month",
    "payback",
    "ltv",
    "cac",
    "customers_end",
    "contribution",
    "break_even",
)
MONTHLY = {
    "oc": "OpenCore",
    "dt": "DevTools",
    "mp": "Marketplace",
    "cs": "Consulting",
    "ar": "AIRun",
    "api": "API",
    "pf": "Platform",
    "hw": "Hardware",
    "fm": "Freemium",
    "hosted": "Growth",
}


@pytest.mark.parametrize("business", MONTHLY)
def test_each_business_has_the_standard_lines(business: str, shipped: Model) -> None:
    """A monthly business has every standard line over the horizon, in one order, and every single result."""
    base = shipped.evaluate()
    months = len(base.range("month_number")[0])
    rects = [shipped.targets.rect(f"{business}_{line}") for line in LINES]
    assert {rect.sheet for rect in rects} == {MONTHLY[business]}
    assert {rect.right - rect.left + 1 for rect in rects} == {months}
    assert [rect.top for rect in rects] == sorted(rect.top for rect in rects)
    for result in RESULTS:
        assert isinstance(base[f"{business}_{result}"], float), result


@pytest.mark.parametrize("business", MONTHLY)
@pytest.mark.parametrize("scenario", ["Base", "As stated", "Downside", "Upside"])
def test_cash_moves_only_by_what_the_lines_say(business: str, scenario: str, shipped: Model) -> None:
    """Each month cash changes by EBITDA less tax less the rise of working capital, and by nothing else."""
    result = shipped.evaluate({"active_scenario": scenario})

    def line(name: str) -> list[float]:
        values = result.range(f"{business}_{name}")[0]
        assert all(isinstance(value, float) for value in values)
        return [value for value in values if isinstance(value, float)]

    cash, capital = [0.0, *line("cash")], [0.0, *line("working_capital")]
    ebitda, tax = line("ebitda"), line("tax")
    for month, earned in enumerate(ebitda):
        moved = cash[month + 1] - cash[month]
        expected = earned - tax[month] - (capital[month + 1] - capital[month])
        assert moved == pytest.approx(expected, rel=1e-9, abs=1e-4)
    assert all(value >= 0 for value in tax)
    assert max(0.0, -min(line("cash"))) == pytest.approx(result[f"{business}_funding"])


MOVES = [
    ("oc_pro_price", "oc_customers_end", -1),
    ("oc_pro_churn", "oc_customers_end", -1),
    ("oc_conversion", "oc_arr_end", 1),
    ("api_price", "api_customers_end", -1),
    ("pf_utilisation", "pf_margin_end", 1),
    ("hw_price", "hw_customers_end", -1),
    ("fm_conversion", "fm_arr_end", 1),
    ("tax_rate", "hosted_cash", -1),
    ("receivable_days", "pf_funding", 1),
    ("engineer_cost", "api_funding", 1),
]


@pytest.mark.parametrize(("driver", "output", "direction"), MOVES)
def test_results_move_as_the_business_says(driver: str, output: str, direction: int, shipped: Model) -> None:
    """From its low to its high, a driver moves the result in the direction an investor expects."""
    (row,) = (one for one in shipped.contract.assumptions if one.name == driver)
    ends = [shipped.evaluate({driver: end}).range(output)[-1][-1] for end in (row.low, row.high)]
    low, high = (value for value in ends if isinstance(value, float))
    assert (high - low) * direction > 0


def test_the_comparison_repeats_every_business(shipped: Model) -> None:
    """Each column of the comparison equals the single result of its business."""
    base = shipped.evaluate()
    for row, result in (("compare_arr", "arr_end"), ("compare_payback", "payback"), ("compare_cac", "cac")):
        shown = base.range(row)[0]
        assert list(shown) == [base[f"{business}_{result}"] for business in MONTHLY]


def test_more_than_fifty_claims(shipped: Model) -> None:
    """All three documents have their stated results on the Claims sheet."""
    ids = [claim.id for claim in shipped.contract.claims]
    assert len(set(ids)) == len(ids) > 50
    assert {name[0] for name in ids} == {"A", "B", "C"}
