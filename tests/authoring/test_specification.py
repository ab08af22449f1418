"""Every row of the specification of model.xlsx: its sheet, the drivers of its results, and its claims."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pandas as pd
import pytest

from engine.authoring.reading import read_template
from engine.core.address import SHIFT
from engine.core.values import ExcelError
from engine.evaluate.lines import Lines
from engine.evaluate.model import Model
from engine.handover import traces_of
from tests.authoring.conftest import MODELS, SHIPPED
from tests.authoring.tracing import Trail


@dataclass(frozen=True)
class Row:
    """A row of the specification; ``outputs`` are single figures, ``lines`` rows over an axis."""

    sheet: str
    drivers: str
    outputs: str
    lines: str
    claims: str = ""


def standard(p: str) -> str:
    """Return the lines that every monthly business has."""
    lines = "customers revenue cogs gross_profit gross_margin operating_cost ebitda cash funding_need"
    return " ".join(f"{p}_{line}" for line in lines.split())


SPECIFICATION = {
    "A1": Row(
        "OpenCore",
        "oc_pro_price oc_team_price oc_enterprise_price oc_branch_price oc_memory_price oc_message_price "
        "oc_monitoring_price oc_backup_price oc_sso_price oc_audit_price oc_conversion "
        "oc_conversion_engaged "
        "oc_pro_churn oc_branches_per_server oc_own_key",
        "oc_mrr_end oc_arr_end oc_margin_end oc_contribution oc_funding",
        standard("oc"),
        "A-20 A-21 A-22 A-23 A-24 A-25",
    ),
    "A2": Row(
        "DevTools",
        "dt_price dt_team_price dt_heavy dt_markup dt_conversion dt_churn",
        "dt_mrr_end dt_arr_end dt_margin_end dt_contribution dt_funding",
        standard("dt"),
        "A-30 A-31",
    ),
    "A3": Row(
        "Marketplace",
        "mp_take_start mp_take_full mp_featured_price mp_premium_price mp_recruit "
        "mp_depth mp_orders mp_churn",
        "mp_arr_end mp_margin_end mp_take_end mp_gmv_year mp_funding",
        standard("mp"),
        "A-40 A-41",
    ),
    "A4": Row(
        "Consulting",
        "cs_project cs_retainer cs_workshop cs_day_rate cs_target cs_days cs_leads cs_churn",
        "cs_arr_end cs_margin_end cs_utilisation_mean cs_ceiling cs_client_year cs_funding",
        standard("cs"),
        "A-50 A-51",
    ),
    "A5": Row(
        "AIRun",
        "ar_budget ar_output ar_sellable ar_content_income ar_licence_price ar_teams_added",
        "ar_arr_end ar_margin_end ar_team_pays ar_funding",
        standard("ar"),
        "A-60",
    ),
    "A6": Row("AgentCosts", "ac_server ac_tools", "ac_fixed_live", "", "A-01"),
    "A7": Row(
        "AgentCosts",
        "ac_sessions ac_tokens_in ac_tokens_out ac_price_in ac_price_out ac_storage ac_operations "
        "ac_operation_price ac_email_price",
        "ac_agent_live ac_session_live",
        "",
        "A-02 A-03 A-09",
    ),
    "A8": Row(
        "AgentCosts",
        "ac_pro_cogs ac_enterprise_cogs ac_sessions",
        "ac_pro_margin ac_pro_margin_derived ac_enterprise_margin",
        "",
        "A-04 A-05 A-06 A-07 A-08 A-11",
    ),
    "A9": Row(
        "Ranking",
        "rank_weight_market rank_weight_time rank_weight_margin rank_weight_moat "
        "rank_weight_scale rank_moat_oc "
        "oc_tam mp_tam rank_weight_factor",
        "rank_lead rank_stability",
        "rank_market rank_time rank_margin rank_moat rank_scale rank_score rank_place",
        "A-91 A-92 A-93 A-94 A-95",
    ),
    "A10": Row(
        "Path",
        "path_plan_two path_plan_three path_plan_four path_gate_two oc_gate path_gate_four oc_launch_month",
        "path_month_two path_month_three path_month_four path_to_cloud path_lateness path_funding",
        "path_begins path_phase_arr path_used path_cash_after path_to_gate path_phase path_arr path_cash",
        "A-101 A-102 A-103 A-104",
    ),
    "A11": Row(
        "Path",
        "oc_launch_month oc_conversion oc_signup_rate ar_sellable",
        "path_arr_one path_arr_two",
        "path_arr",
        "A-111 A-112",
    ),
    "B1": Row(
        "Packing",
        "spot_price_small spot_price_change instances_small density_weight vm_choice",
        "compute_derived",
        "vm_derived packing_compute",
        "B-01 B-02 B-03 B-04",
    ),
    "B2": Row(
        "Infrastructure",
        "storage_gb storage_price egress_gb egress_price relay_at_reference",
        "infrastructure_subtotal",
        "",
        "B-06 B-07 B-08",
    ),
    "B3": Row(
        "Team",
        "engineers_at_reference engineer_cost support_at_reference support_cost engineer_scaling",
        "cost_per_user break_even_users",
        "team_overhead team_engineering",
        "B-09 B-10 B-11",
    ),
    "B4": Row(
        "Team",
        "headline_price storage_gb engineer_cost",
        "margin_at_scale",
        "total_cost total_margin",
        "B-12 B-13",
    ),
    "B5": Row(
        "Scale",
        "engineer_scaling relay_fixed_share headline_price",
        "cost_per_user margin_at_scale break_even_users",
        "scale_users scale_cost scale_margin",
        "B-14 B-15 B-16 B-18 B-19 B-20 B-21 B-23 B-24 B-49 B-51 B-56",
    ),
    "B6": Row(
        "Colo",
        "colo_server_price colo_lease_server colo_lease_fixed colo_staff colo_packing_gain",
        "colo_crossover_users cloud_compute_at_scale colo_compute_at_scale",
        "colo_cloud_cost colo_colo_cost colo_saving",
        "B-25 B-26 B-27 B-57",
    ),
    "B7": Row(
        "Market",
        "agent_users_2026 agent_lag chatbot_users_2025 chatbot_users_2026",
        "demand_best_revenue_price users_at_end arr_at_end",
        "market_agents market_captured_low market_mrr_low market_revenue_low market_profit_low",
        "B-28 B-29 B-30 B-31 B-32 B-33 B-34 B-35 B-36 B-37 B-38 B-39 B-40",
    ),
    "B8": Row(
        "Ladder",
        "price_bootstrap price_break_even price_mature self_hosted_cost",
        "arr_at_end gross_margin_at_end",
        "ladder_cost ladder_price ladder_margin ladder_users_from",
        "B-41 B-42 B-43 B-44 B-45 B-46 B-47 B-48 B-52 B-53 B-54 B-55 B-58",
    ),
    "B9": Row(
        "Demand",
        "capture_premium capture_consumer price_premium price_consumer",
        "demand_best_revenue_price demand_best_profit_price",
        "demand_prices demand_capture demand_users demand_revenue demand_profit",
        "B-50",
    ),
    "B10": Row(
        "Growth",
        "hosted_churn adoption_rate launch_month launch_ramp acquisition_cost",
        "users_at_end arr_at_end funding_need cash_low_point",
        standard("hosted") + " hosted_users hosted_price hosted_cost_per_user hosted_team_cost ladder_begins",
    ),
    "C1": Row(
        "API",
        "api_price api_cost api_enterprise_calls api_growth_calls api_call_tokens "
        "api_signup_cost api_entry_churn",
        "api_mrr_end api_arr_end api_margin_end api_revenue_per_call api_cac api_payback",
        standard("api"),
        "C-01 C-02 C-03",
    ),
    "C2": Row(
        "Platform",
        "pf_price pf_gpu_cost pf_utilisation pf_reserved_share pf_reserved_discount "
        "pf_spot_fill pf_spot_discount",
        "pf_mrr_end pf_arr_end pf_margin_end pf_infrastructure_margin pf_payback",
        standard("pf"),
        "C-10 C-11 C-12 C-15",
    ),
    "C3": Row(
        "Hardware",
        "hw_price hw_manufacturing hw_rd_people hw_tapeout hw_lead_time hw_trial_cost hw_churn hw_win_rate",
        "hw_arr_end hw_unit_margin hw_full_margin hw_payback hw_ltv hw_inventory_days_end hw_rd_unit",
        standard("hw"),
        "C-20 C-21 C-22 C-23 C-25",
    ),
    "C4": Row(
        "Freemium",
        "fm_conversion fm_personal_price fm_seat_price fm_enterprise_price fm_free_cost fm_imitation",
        "fm_mrr_end fm_arr_end fm_margin_end fm_hosting_margin fm_payback",
        standard("fm"),
        "C-30 C-31 C-32 C-33 C-34",
    ),
    "C5": Row(
        "Trees",
        "api_entry_churn mt_api_top mt_pf_switching mt_hw_bids_lost mt_fm_rivals mt_hw_top_max",
        "mt_failed mt_api_failed mt_pf_failed mt_hw_failed mt_fm_failed",
        "",
        "C-40 C-42",
    ),
    "C6": Row(
        "Comparison",
        "oc_conversion dt_price mp_churn cs_leads ar_sellable api_price pf_price "
        "hw_price fm_conversion hosted_churn",
        "oc_arr_end dt_arr_end mp_arr_end cs_arr_end ar_arr_end api_arr_end pf_arr_end hw_arr_end fm_arr_end "
        "arr_at_end",
        "compare_names compare_arr compare_margin compare_funding compare_contribution "
        "compare_payback compare_ltv",
    ),
    "C7": Row(
        "Levers",
        "volume_discount_on prepayment_on prepayment_share prepayment_discount discount_large_rate",
        "lever_discount lever_price_left oc_funding api_arr_end pf_arr_end fm_funding",
        "",
    ),
}
# Rows for which no document states a figure that a formula here could contradict.
NOTHING_STATED = {"B10", "C6", "C7"}


def test_every_row_is_here() -> None:
    """The table has A1 to A11, B1 to B10 and C1 to C7, each with claims unless nothing is stated."""
    rows = [f"{letter}{n}" for letter, last in (("A", 11), ("B", 10), ("C", 7)) for n in range(1, last + 1)]
    assert list(SPECIFICATION) == rows
    assert {name for name, row in SPECIFICATION.items() if not row.claims} == NOTHING_STATED


@pytest.mark.parametrize("name", SPECIFICATION)
def test_the_row_is_in_the_model(name: str, shipped: Model) -> None:
    """A row has its sheet, its drivers with a range, its results as numbers or texts, and its claims."""
    row, base, contract = SPECIFICATION[name], shipped.evaluate(), shipped.contract
    ranged = {one.name for one in contract.assumptions if one.low != one.high}
    assert row.sheet in {one.name for one in shipped.workbook.sheets}
    assert set(row.drivers.split()) <= ranged
    for line in row.lines.split():
        values = [value for across in base.range(line) for value in across]
        assert len(values) > 1
        assert not any(isinstance(value, ExcelError) or value is None for value in values), line
    assert all(isinstance(base[output], float) for output in row.outputs.split())
    assert set(row.claims.split()) <= {claim.id for claim in contract.claims}


def test_no_claim_is_outside_the_rows() -> None:
    """Each claim of the templates belongs to one row."""
    named = [claim for row in SPECIFICATION.values() for claim in row.claims.split()]
    templates = [read_template(MODELS / f"{name}.toml") for name in SHIPPED]
    assert sorted(named) == sorted(claim.id for template in templates for claim in template.claim)


def test_a_row_shows_in_the_outputs(shipped: Model) -> None:
    """Each row has a figure in the Outputs table."""
    offered = {one.name for one in shipped.contract.outputs}
    missing = [name for name, row in SPECIFICATION.items() if not offered & set(row.outputs.split())]
    assert missing == []


def test_every_input_holds_at_its_ends_and_moves_its_row(shipped: Model) -> None:
    """Each assumption at its low and its high, one at a time, fails no check; drivers move their results.

    The Checks sheet watches every sheet for errors, so the master check stands for both.
    """
    ends = [
        (one.name, end)
        for one in shipped.contract.assumptions
        for end in (one.low, one.high)
        if end is not None and end != one.base
    ]
    wanted = sorted({output for row in SPECIFICATION.values() for output in row.outputs.split()})
    asked = pd.DataFrame([{name: end} for name, end in ends])
    answers = shipped.run(asked, ["master_check", *wanted])
    assert [end for end, master in zip(ends, answers["master_check"], strict=True) if master != 0] == []
    base = pd.Series({name: shipped.evaluate()[name] for name in wanted})
    moved = (answers[wanted] - base).abs() > 1e-9 * base.abs()
    by_driver = moved.groupby([name for name, _ in ends]).any()
    still = [
        (name, driver)
        for name, row in SPECIFICATION.items()
        for driver in row.drivers.split()
        if not by_driver.loc[driver, row.outputs.split()].any()
    ]
    assert still == []


def test_the_trace_follows_the_formulas(shipped: Model) -> None:
    """Every line of a path reads the next one and the last one names the assumption, as the texts have it."""
    trail, lines = Trail(shipped), Lines(shipped)
    read, named = trail.reads
    names = shipped.workbook.sheets
    for output in shipped.contract.outputs:
        paths = lines.paths(output.name)
        assert set(paths) >= set(trail.sheets_to_inputs(output.name))
        for driver, path in paths.items():
            places = [(names[line.sheet].name, line.row) for line in path]
            assert all(two in read[one] for one, two in pairwise(places)), (output.name, driver)
            assert driver in named[places[-1]], (output.name, driver)
            cells = lines.cells_on(output.name, path)
            assert [(sheet, key >> SHIFT) for sheet, key in cells] == [(one.sheet, one.row) for one in path]


def test_a_headline_is_traced_within_five_steps(shipped: Model) -> None:
    """The pack traces every headline figure in five steps, and names each line that the steps pass over.

    A step turns to another block of lines, the last one to the assumption. Followed formula by formula,
    most paths have more than five lines.
    """
    traces = traces_of(shipped, shipped.evaluate())
    assert {one.output for one in traces} == {one.name for one in shipped.contract.outputs}
    assert all(one.paths for one in traces)
    paths = [path for one in traces for path in one.paths]
    assert max(len(path.lines) + 1 for path in paths) <= 5
    longer = {(one.output, path.driver.driver) for one in traces for path in one.paths if path.steps > 5}
    assert longer == set()


def test_a_headline_is_traced_over_five_sheets(shipped: Model) -> None:
    """A reader who follows an output's formulas sees every assumption behind it on five sheets at most.

    A step opens a sheet: its lines stand under one another with labels, so following them there takes none.
    """
    trail = Trail(shipped)
    steps = {one.name: trail.sheets_to_inputs(one.name) for one in shipped.contract.outputs}
    assert all(steps.values())
    assert {name: found for name, found in steps.items() if max(found.values()) > 5} == {}


@pytest.mark.parametrize("name", ["scenario_inputs", "scenario_values"])
def test_the_scenario_switch_reads_every_row(name: str, shipped: Model) -> None:
    """What the live column looks in holds the whole table of scenarios, and rows that an analyst adds."""
    table = next(table for table in shipped.workbook.tables if table.name == "Scenarios")
    assert shipped.targets.rect(name).bottom >= table.rect.bottom + 100
