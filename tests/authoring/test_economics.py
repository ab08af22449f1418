"""The economics of the shipped templates, in a workbook composed anew, as an investor tries to break them."""

from __future__ import annotations

import tomllib

import pandas as pd
import pytest

from engine.authoring import new_workbook
from engine.evaluate.model import Model
from engine.evaluate.result import Result
from tests.authoring.conftest import MODELS, ROOT, SHIPPED

PACK = tomllib.loads((ROOT / "templates/reports/investor-pack.toml").read_text(encoding="utf-8"))
BUSINESSES = {page["sheet"]: page for page in PACK["page"] if page["kind"] == "business"}
SCENARIOS = ("Base", "As stated", "Downside", "Upside")
# What an investor expects, inputs, the inputs that change, a result, and which way it goes (0: not at all).
BEHAVIOUR: list[tuple[str, dict[str, float], dict[str, float], str, int]] = [
    ("cheaper units are ordered in larger numbers", {}, {"hw_price_decline": 0.12}, "hw_units_total", 1),
    (
        "a price that falls moves nobody where demand is rigid",
        {"hw_volume_elasticity": 0.0},
        {"hw_price_decline": 0.12},
        "hw_units_total",
        0,
    ),
    ("elastic demand ships more", {}, {"hw_volume_elasticity": 1.6}, "hw_units_total", 1),
    (
        "elasticity matters where prices fall only",
        {"hw_price_decline": 0.0},
        {"hw_volume_elasticity": 1.6},
        "hw_arr_end",
        0,
    ),
    ("more creators open the market sooner", {}, {"mp_recruit": 25.0}, "mp_first_month", -1),
    ("a market that needs more depth opens later", {}, {"mp_depth": 600.0}, "mp_first_month", 1),
    ("a date on paper opens no market", {}, {"mp_open_month": 12.0}, "mp_first_month", 0),
    ("a market without supply never opens", {}, {"mp_recruit": 0.0}, "mp_arr_end", -1),
    ("unpaid revenue costs contribution", {}, {"bad_debt": 0.03}, "dt_contribution", -1),
    ("unpaid revenue is no fixed cost", {}, {"bad_debt": 0.03}, "dt_fixed", 0),
    ("overheads are no cost of a customer", {}, {"dt_overhead": 6000.0}, "dt_contribution", 0),
    ("overheads raise what must be covered", {}, {"dt_overhead": 6000.0}, "dt_fixed", 1),
    (
        "a deeper cut of the ladder's price costs more EBITDA",
        {},
        {"price_mature": 16.0},
        "hosted_fall_most",
        1,
    ),
    ("idle consultants cost what working ones do", {}, {"cs_target": 0.6}, "cs_unit_bench", 1),
    ("dear tokens weigh on the agents that produce", {}, {"ac_tokens_out": 0.1}, "ar_unit_agents", 1),
    ("freight is a share of manufacturing", {}, {"hw_manufacturing": 10000.0}, "hw_unit_freight", 1),
    ("a dearer Team plan is taken by fewer", {}, {"oc_team_price": 150.0}, "oc_arr_end", -1),
    ("a dearer Enterprise plan is taken by fewer", {}, {"oc_enterprise_price": 4000.0}, "oc_arr_end", -1),
    ("fewer seats merge into a dearer team licence", {}, {"dt_team_price": 1500.0}, "dt_customers_end", 1),
    ("a dearer place in the market sells less", {}, {"mp_featured_price": 100.0}, "mp_arr_end", -1),
    ("a dearer premium subscription sells less", {}, {"mp_premium_price": 38.0}, "mp_arr_end", -1),
    ("larger projects win fewer clients", {}, {"cs_project": 150000.0}, "cs_customers_end", -1),
    ("dearer retainers sell less", {}, {"cs_retainer": 30000.0}, "cs_arr_end", -1),
    ("dearer workshops sell less", {}, {"cs_workshop": 15000.0}, "cs_arr_end", -1),
    ("a dearer licence is taken by fewer", {}, {"ar_licence_price": 200.0}, "ar_customers_end", -1),
    ("dearer seats hold organisations off", {}, {"fm_seat_price": 90.0}, "fm_customers_end", -1),
    ("dearer contracts are signed less", {}, {"fm_enterprise_price": 12000.0}, "fm_customers_end", -1),
    ("dearer software is attached to fewer units", {}, {"hw_software_price": 150.0}, "hw_arr_end", -1),
    (
        "use that answers one to one makes up for token prices that fall faster",
        {"discount_response": 1.0, "volume_discount_on": 0.0, "prepayment_on": 0.0},
        {"token_price_decline": 0.6},
        "api_arr_end",
        0,
    ),
    ("rigid demand pays a dearer plan", {"tier_elasticity": 0.0}, {"oc_team_price": 150.0}, "oc_arr_end", 1),
]


@pytest.fixture(scope="module")
def composed(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """Return the model that the shipped templates compose."""
    target = tmp_path_factory.mktemp("composed") / "model.xlsx"
    new_workbook([MODELS / f"{name}.toml" for name in SHIPPED], target)
    return Model.open(target)


@pytest.fixture(scope="module")
def answers(composed: Model) -> list[pd.Series[float]]:
    """Return every result of a case, before and after, in one run: two rows a case."""
    rows = [inputs for _, before, after, _, _ in BEHAVIOUR for inputs in (before, before | after)]
    base = {one.name: one.base for one in composed.contract.assumptions}
    varied = {name for row in rows for name in row}
    frame = pd.DataFrame([{name: row.get(name, base[name]) for name in varied} for row in rows])
    found = composed.run(frame, sorted({case[3] for case in BEHAVIOUR}))
    return [found.loc[row] for row in found.index]


@pytest.mark.parametrize("case", range(len(BEHAVIOUR)), ids=[why for why, *_ in BEHAVIOUR])
def test_results_move_as_an_investor_expects(case: int, answers: list[pd.Series[float]]) -> None:
    """A driver pushes a result the way that the business would, or leaves it alone."""
    *_, result, way = BEHAVIOUR[case]
    was, now = (float(answers[2 * case + n][result]) for n in (0, 1))
    moved = abs(now - was) > 1e-9 * abs(was)
    assert moved * ((now > was) - (now < was)) == way


def figure(result: Result, name: str) -> float:
    """Return a single figure."""
    value = result[name]
    assert isinstance(value, float), name
    return value


def years(result: Result, names: list[str]) -> list[float]:
    """Return rows over the model years, added up year by year."""
    rows = [result.range(name)[0] for name in names]
    return [sum(value for value in column if isinstance(value, float)) for column in zip(*rows, strict=True)]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_what_a_customer_pays_is_cost_and_contribution(scenario: str, composed: Model) -> None:
    """On every business's page the price less each of several kinds of cost is the contribution."""
    result = composed.evaluate({"active_scenario": scenario})
    for title, page in BUSINESSES.items():
        price, *kinds, left = (figure(result, name) for name in page["stack"])
        assert len(kinds) >= 4, title
        assert price - sum(kinds) == pytest.approx(left, rel=1e-9), title
        assert min(kinds) >= 0, title


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_costs_by_kind_add_up_on_the_page(scenario: str, composed: Model) -> None:
    """The rows that a business's page shows over a total are all of that total, in every model year."""
    result = composed.evaluate({"active_scenario": scenario})
    for title, page in BUSINESSES.items():
        names = [row["name"] for row in page["rows"]]
        prefix = names[0].removesuffix("customers")
        for start, total in (("revenue", "cogs"), ("gross_margin", "operating_cost")):
            kinds = names[names.index(f"{prefix}{start}") + 1 : names.index(f"{prefix}{total}")]
            assert len(kinds) >= 3, (title, total)
            assert years(result, kinds) == pytest.approx(years(result, [f"{prefix}{total}"])), (title, total)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_cash_moves_by_what_the_page_shows(scenario: str, composed: Model) -> None:
    """From year to year cash moves by EBITDA less tax and what working capital takes, and by nothing else."""
    result = composed.evaluate({"active_scenario": scenario})
    for title, page in BUSINESSES.items():
        names = {row["name"] for row in page["rows"]}
        prefix = page["rows"][0]["name"].removesuffix("customers")
        shown = {end: f"{prefix}{end}" for end in ("cash", "ebitda", "tax", "capital_rise")}
        assert set(shown.values()) <= names, title
        cash, earned, tax, taken = (years(result, [name]) for name in shown.values())
        before = [figure(result, "opening_cash"), *cash[:-1]]
        moved = [
            was + up - due - bound for was, up, due, bound in zip(before, earned, tax, taken, strict=True)
        ]
        assert cash == pytest.approx(moved, rel=1e-9, abs=1e-4), title


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_fall_of_ebitda_has_a_cause(scenario: str, composed: Model) -> None:
    """Where EBITDA of hosted agents falls most, a lower price for every user explains most of the fall."""
    result = composed.evaluate({"active_scenario": scenario})
    fall, by_price = (figure(result, f"hosted_fall_{name}") for name in ("most", "price"))
    month = round(figure(result, "hosted_fall_month"))
    phases = result.range("hosted_phase")[0]
    assert phases[month - 1] != phases[month - 2]
    assert by_price > fall / 2


def test_every_check_passes(composed: Model) -> None:
    """The templates compose into a workbook whose checks pass in every scenario."""
    for scenario in SCENARIOS:
        assert composed.evaluate({"active_scenario": scenario})["master_check"] == 0, scenario


def test_the_cover_names_each_part_and_not_the_whole(composed: Model) -> None:
    """The cover lists what the workbook is made of; its own title stands above the list only."""
    texts = list(composed.workbook.sheet("Cover").constants.values())
    assert "Open core and hosted platform" in texts
    assert texts.count("Business models of AI companies") == 1
