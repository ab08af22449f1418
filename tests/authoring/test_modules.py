"""Business modules: a driver pushes results the way the business would; extremes give what they must."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from engine.authoring import new_workbook
from engine.core.values import ExcelError
from engine.evaluate.model import Model
from tests.authoring.conftest import MODELS, SHIPPED

# Module, what an investor expects, inputs, the other inputs, a result, and which way it goes (0: not at all).
BEHAVIOUR: list[tuple[str, str, dict[str, float], dict[str, float], str, int]] = [
    ("agent-costs", "more sessions cost more", {}, {"ac_sessions": 40.0}, "ac_agent_live", 1),
    ("agent-costs", "own work adds no cash cost", {}, {"ac_founder_time": 12000.0}, "ac_fixed_live", 0),
    ("agent-costs", "more tokens leave less margin", {}, {"ac_tokens_in": 0.4}, "ac_pro_margin_derived", -1),
    ("agent-costs", "an agent at rest has no tokens", {}, {"ac_sessions": 0.0}, "ac_agent_live", -1),
    ("open-core", "a dearer plan loses payers", {}, {"oc_pro_price": 39.0}, "oc_customers_end", -1),
    ("open-core", "a later launch earns later", {}, {"oc_launch_month": 12.0}, "oc_first_month", 1),
    ("open-core", "own keys take tokens off the bill", {}, {"oc_own_key": 0.9}, "oc_unit_cost", -1),
    (
        "open-core",
        "dear tokens cost margin",
        {"oc_billed_tokens": 0.0},
        {"ac_price_in": 3.0},
        "oc_margin_end",
        -1,
    ),
    (
        "open-core",
        "a dearer branch beyond quota is used less",
        {},
        {"oc_branch_price": 2.6},
        "oc_arr_end",
        -1,
    ),
    ("open-core", "dearer memory operations are used less", {}, {"oc_memory_price": 0.26}, "oc_arr_end", -1),
    ("open-core", "a dearer message is sent less", {}, {"oc_message_price": 0.0013}, "oc_arr_end", -1),
    ("open-core", "dearer monitoring is bought less", {}, {"oc_monitoring_price": 25.0}, "oc_arr_end", -1),
    ("open-core", "a dearer backup is bought less", {}, {"oc_backup_price": 12.0}, "oc_arr_end", -1),
    ("open-core", "dearer single sign-on is bought less", {}, {"oc_sso_price": 51.0}, "oc_arr_end", -1),
    ("open-core", "a dearer audit log is bought less", {}, {"oc_audit_price": 38.0}, "oc_arr_end", -1),
    ("open-core", "free accounts that stay come to pay", {}, {"oc_free_churn": 0.08}, "oc_customers_end", 1),
    ("freemium", "free users that stay come to pay", {}, {"fm_free_churn": 0.03}, "fm_customers_end", 1),
    ("ai-platform", "cheaper hours take a larger fleet", {}, {"pf_price_decline": 0.2}, "pf_fixed", 1),
    ("consulting", "fewer leads, a later first client", {}, {"cs_leads": 0.1}, "cs_first_month", 1),
    (
        "ai-run",
        "fewer products that sell, a later first customer",
        {},
        {"ar_sellable": 0.01},
        "ar_first_revenue",
        1,
    ),
    (
        "dev-tools",
        "fewer trials that pay, a later first payer",
        {},
        {"dt_awareness": 1e-6},
        "dt_first_month",
        1,
    ),
    ("levers", "a large bill earns a discount", {}, {"volume_discount_on": 0.0}, "lever_price_left", 1),
    ("api-access", "a dearer token loses customers", {}, {"api_price": 0.07}, "api_customers_end", -1),
    ("api-access", "dear inference costs margin", {}, {"api_cost": 0.033}, "api_margin_end", -1),
    ("api-access", "scale makes tokens cheaper", {}, {"api_scale_gain": 0.0}, "api_cost_per_call", 1),
    ("api-access", "cost that lags prices eats margin", {}, {"api_cost_follow": 0.85}, "api_margin_end", -1),
    ("api-access", "prepayment brings cash early", {}, {"prepayment_on": 0.0}, "api_funding", 1),
    ("api-access", "no discount, more per call", {}, {"volume_discount_on": 0.0}, "api_revenue_per_call", 1),
    ("ai-platform", "a dearer hour loses customers", {}, {"pf_price": 5.0}, "pf_customers_end", -1),
    ("ai-platform", "a fuller fleet earns more", {}, {"pf_utilisation": 0.85}, "pf_infrastructure_margin", 1),
    (
        "ai-platform",
        "reserved hours earn less",
        {},
        {"pf_reserved_share": 0.7},
        "pf_infrastructure_margin",
        -1,
    ),
    ("ai-platform", "spot fills what is idle", {}, {"pf_spot_fill": 0.6}, "pf_infrastructure_margin", 1),
    ("ai-hardware", "a dearer unit loses customers", {}, {"hw_price": 33000.0}, "hw_customers_end", -1),
    ("ai-hardware", "a dear unit earns less", {}, {"hw_manufacturing": 10000.0}, "hw_unit_margin", -1),
    ("ai-hardware", "slow production ties up stock", {}, {"hw_lead_time": 7.0}, "hw_inventory_days_end", 1),
    ("ai-hardware", "scarce capacity limits shipments", {}, {"hw_capacity": 10.0}, "hw_units_total", -1),
    ("ai-hardware", "research weighs on fewer units", {}, {"hw_win_rate": 0.15}, "hw_rd_unit", 1),
    ("freemium", "a dearer seat loses payers", {}, {"fm_personal_price": 20.0}, "fm_customers_end", -1),
    ("freemium", "a dear free tier costs margin", {}, {"fm_free_cost": 0.35}, "fm_hosting_margin", -1),
    ("freemium", "more conversion, more revenue", {}, {"fm_conversion": 0.05}, "fm_arr_end", 1),
    ("metric-trees", "churn trips a guardrail", {}, {"api_entry_churn": 0.2}, "mt_api_failed", 1),
    ("metric-trees", "a fuller hub trips none", {}, {"mt_fm_rivals": 0.5}, "mt_fm_failed", 0),
    ("open-core", "a community that gives up earns less", {}, {"oc_community_churn": 0.05}, "oc_arr_end", -1),
    ("dev-tools", "a dearer seat loses developers", {}, {"dt_price": 50.0}, "dt_customers_end", -1),
    ("dev-tools", "rivals press revenue", {}, {"dt_erosion": 0.2}, "dt_arr_end", -1),
    ("dev-tools", "heavy users bring revenue", {}, {"dt_heavy": 0.2}, "dt_arr_end", 1),
    ("marketplace", "without supply nobody buys", {}, {"mp_recruit": 1.0}, "mp_customers_end", -1),
    ("marketplace", "no liquidity, no rise of commission", {}, {"mp_depth": 1e6}, "mp_take_end", -1),
    ("marketplace", "what creators lose costs GMV", {}, {"mp_take_full": 0.3}, "mp_gmv_year", -1),
    ("marketplace", "a dearer order is ordered less", {}, {"mp_order_value": 90.0}, "mp_gmv_year", -1),
    ("consulting", "a dearer day wins fewer clients", {}, {"cs_day_rate": 2400.0}, "cs_customers_end", -1),
    ("consulting", "more billable days, more revenue a head", {}, {"cs_leads": 30.0}, "cs_per_head", 1),
    ("consulting", "fewer billable days bring no revenue", {}, {"cs_target": 0.4}, "cs_arr_end", -1),
    (
        "consulting",
        "where all is sold they cost some",
        {"cs_leads": 6.0},
        {"cs_target": 0.4},
        "cs_arr_end",
        -1,
    ),
    (
        "consulting",
        "half the day rate, full house",
        {"cs_leads": 6.0},
        {"cs_day_rate": 850.0},
        "cs_arr_end",
        -1,
    ),
    ("consulting", "and less is earned on each client", {}, {"cs_day_rate": 850.0}, "cs_contribution", -1),
    ("consulting", "revenue pays sellers", {"cs_leads": 6.0}, {"cs_seller_budget": 0.05}, "cs_arr_end", -1),
    ("consulting", "no hiring caps revenue", {"cs_leads": 30.0}, {"cs_hires": 0.0}, "cs_arr_end", -1),
    ("ai-run", "a dearer product loses customers", {}, {"ar_price": 50.0}, "ar_customers_end", -1),
    ("ai-run", "suspended accounts cost revenue", {}, {"ar_suspended": 0.3}, "ar_arr_end", -1),
]
FULL_CHURN = {
    "oc": {"oc_pro_churn": 1.0, "oc_team_churn": 1.0, "oc_enterprise_churn": 1.0},
    "dt": {"dt_churn": 1.0, "dt_team_churn": 1.0},
    "mp": {"mp_churn": 1.0},
    "cs": {"cs_churn": 1.0},
    "ar": {"ar_churn": 1.0, "ar_licence_churn": 1.0},
}
NOBODY = {
    "oc": {"oc_community_opening": 0.0, "oc_innovation": 0.0},
    "dt": {"dt_awareness": 0.0},
    "mp": {"mp_find": 0.0, "mp_featured": 0.0},
    "cs": {"cs_leads": 0.0, "cs_workshops": 0.0},
    "ar": {"ar_sellable": 0.0, "ar_licence_rate": 0.0, "ar_followers": 0.0},
}
ALL_LEAVE = {
    "api-access": {"api_entry_churn": 1.0, "api_growth_churn": 1.0, "api_enterprise_churn": 1.0},
    "ai-platform": {"pf_team_churn": 1.0, "pf_enterprise_churn": 1.0},
    "ai-hardware": {"hw_churn": 1.0},
    "freemium": {"fm_personal_churn": 1.0, "fm_org_churn": 1.0, "fm_enterprise_churn": 1.0},
}
# Module, inputs, a result, and what it then is.
EXTREMES: list[tuple[str, dict[str, float], str, float]] = [
    ("agent-costs", {"ac_server": 20.0, "ac_tools": 0.0}, "ac_fixed_live", 25.0),
    ("agent-costs", {"ac_server": 100.0, "ac_tools": 50.0}, "ac_fixed_live", 155.0),
    ("agent-costs", {"ac_pro_cogs": 25.0}, "ac_pro_margin", 4 / 29),
    ("open-core", FULL_CHURN["oc"], "oc_customers_end", 0.0),
    ("open-core", NOBODY["oc"], "oc_arr_end", 0.0),
    ("open-core", NOBODY["oc"], "oc_direct_end", 65.0),
    ("dev-tools", FULL_CHURN["dt"], "dt_customers_end", 0.0),
    ("dev-tools", NOBODY["dt"], "dt_arr_end", 0.0),
    ("dev-tools", {"dt_conversion": 1.0, "dt_word": 2.0}, "master_check", 0.0),
    ("marketplace", FULL_CHURN["mp"], "mp_customers_end", 0.0),
    ("marketplace", NOBODY["mp"], "mp_arr_end", 0.0),
    ("marketplace", NOBODY["mp"], "mp_direct_end", 500.0),
    ("consulting", FULL_CHURN["cs"], "cs_customers_end", 0.0),
    ("consulting", NOBODY["cs"], "cs_arr_end", 0.0),
    ("consulting", NOBODY["cs"], "cs_direct_end", 2 * 13500.0),
    ("ai-run", FULL_CHURN["ar"], "ar_customers_end", 0.0),
    ("ai-run", NOBODY["ar"], "ar_arr_end", 0.0),
    ("ai-run", NOBODY["ar"], "ar_direct_end", 0.0),
    ("api-access", ALL_LEAVE["api-access"], "api_customers_end", 0.0),
    ("ai-platform", ALL_LEAVE["ai-platform"], "pf_customers_end", 0.0),
    ("ai-hardware", ALL_LEAVE["ai-hardware"], "hw_customers_end", 0.0),
    ("freemium", ALL_LEAVE["freemium"], "fm_customers_end", 0.0),
    ("api-access", {"api_innovation": 0.0}, "api_arr_end", 0.0),
    (
        "api-access",
        {"api_innovation": 0.0},
        "api_funding",
        60 * (25000 + 10 * 18000 + 80000 + 25000) - 12328.77,
    ),
    ("ai-platform", {"pf_innovation": 0.0}, "pf_arr_end", 0.0),
    ("ai-hardware", {"hw_innovation": 0.0}, "hw_units_total", 0.0),
    ("freemium", {"fm_conversion": 0.0}, "fm_arr_end", 0.0),
    ("api-access", {}, "api_list_margin", 0.5),
    ("ai-hardware", {"hw_manufacturing": 8000.0}, "hw_unit_margin", 22 / 30),
    ("ai-hardware", {"hw_manufacturing": 10000.0}, "hw_unit_margin", 20 / 30),
    ("levers", {"volume_discount_on": 0.0, "prepayment_on": 0.0}, "lever_price_left", 1.0),
]


@pytest.fixture(scope="module")
def results(shipped: Model) -> dict[tuple[tuple[str, float], ...], pd.Series[float]]:
    """Return every result that a case asks for, by the inputs of the case: one run for all of them."""
    cases = [before for _, _, before, _, _, _ in BEHAVIOUR]
    cases += [before | after for _, _, before, after, _, _ in BEHAVIOUR]
    cases += [inputs for _, inputs, _, _ in EXTREMES]
    distinct = {tuple(sorted(case.items())): case for case in cases}
    outputs = sorted({case[4] for case in BEHAVIOUR} | {case[2] for case in EXTREMES})
    base = {one.name: one.base for one in shipped.contract.assumptions}
    varied = {name for case in cases for name in case}
    rows = [{name: case.get(name, base[name]) for name in varied} for case in distinct.values()]
    answers = shipped.run(pd.DataFrame(rows), outputs)
    return dict(zip(distinct, (answers.loc[row] for row in answers.index), strict=True))


@pytest.mark.parametrize(("name", "why", "before", "after", "result", "way"), BEHAVIOUR)
def test_results_move_as_the_business_would(
    name: str,
    why: str,
    before: dict[str, float],
    after: dict[str, float],
    result: str,
    way: int,
    results: dict[tuple[tuple[str, float], ...], pd.Series[float]],
) -> None:
    """A driver pushes a result the way an investor expects."""
    was, now = (float(results[tuple(sorted(case.items()))][result]) for case in (before, before | after))
    assert (now > was) - (now < was) == way, (name, why)


@pytest.mark.parametrize(("name", "inputs", "result", "expected"), EXTREMES)
def test_extremes(
    name: str,
    inputs: dict[str, float],
    result: str,
    expected: float,
    results: dict[tuple[tuple[str, float], ...], pd.Series[float]],
) -> None:
    """An extreme gives what arithmetic on the stated figures gives."""
    assert results[tuple(sorted(inputs.items()))][result] == pytest.approx(expected), name


def test_every_model_holds_over_a_year(tmp_path: Path) -> None:
    """All modules together hold when the calendar has twelve months."""
    target = tmp_path / "short.xlsx"
    new_workbook([MODELS / f"{name}.toml" for name in SHIPPED], target, counts={"month": 12})
    result = Model.open(target).evaluate()
    assert [cell for cell, value in result.cells.items() if isinstance(value, ExcelError)] == []
    assert result["master_check"] == 0
