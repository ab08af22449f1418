"""The modelling conventions that model.xlsx keeps, and its economics under hard trying."""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from pathlib import Path

import pandas as pd
import pytest

from engine.core.address import a1, row_column
from engine.core.values import ExcelError
from engine.evaluate.model import Model
from engine.evaluate.result import Result
from engine.formula.forms import r1c1_form
from tests.authoring.conftest import ROOT

PACK_ROWS = [
    "scale_users",
    "scale_compute",
    "scale_storage",
    "scale_egress",
    "scale_relay",
    "scale_infrastructure",
    "scale_engineering",
    "scale_support",
    "scale_overhead",
    "scale_cost",
    "scale_cost_low",
    "scale_cost_high",
    "scale_price",
    "scale_margin",
    "scale_margin_low",
    "scale_margin_high",
    "colo_users",
    "colo_cloud_cost",
    "colo_colo_cost",
    "colo_saving",
    "market_years",
    "market_agents_low",
    "market_agents_high",
    "market_captured_low",
    "market_captured_high",
    "market_mrr_low",
    "market_mrr_high",
    "market_revenue_low",
    "market_revenue_high",
    "market_profit_low",
    "market_profit_high",
    "ladder_phases",
    "ladder_users_from",
    "ladder_users_to",
    "ladder_cost_low",
    "ladder_cost_high",
    "ladder_price_low",
    "ladder_price_high",
    "ladder_margin_low",
    "ladder_margin_high",
    "demand_prices",
    "demand_capture",
    "demand_users",
    "demand_revenue",
    "demand_profit",
    "month_number",
    "month_end",
    "hosted_users",
    "hosted_price",
    "hosted_cost_per_user",
    "hosted_revenue",
    "hosted_gross_profit",
    "hosted_gross_margin",
    "hosted_team_cost",
    "hosted_ebitda",
    "hosted_cash",
    "hosted_funding_need",
    "hosted_phase",
    "check_labels",
    "check_values",
]
SINGLE = [
    "colo_crossover_users",
    "break_even_users",
    "demand_best_revenue_price",
    "demand_best_profit_price",
    "model_title",
    "model_date",
    "active_scenario",
    "master_check",
    "cost_per_user",
    "margin_at_scale",
    "users_at_scale",
]
MODEL_SHEETS = (
    "Timeline",
    "Packing",
    "Infrastructure",
    "Team",
    "Scale",
    "Breakeven",
    "Colo",
    "Market",
    "Ladder",
    "Demand",
    "Growth",
    "Annual",
    "Levers",
    "AgentCosts",
    "OpenCore",
    "DevTools",
    "Marketplace",
    "Consulting",
    "AIRun",
    "API",
    "Platform",
    "Hardware",
    "Freemium",
    "Comparison",
    "Ranking",
    "Trees",
    "Path",
)
SCENARIOS = ("Base", "As stated", "Downside", "Upside")
_CONSTANT = re.compile(r"(?<![\w.$!:])\d+\.?\d*(?:[eE][+-]?\d+)?(?![\w(!:])")
_TEXT = re.compile(r'"(?:[^"]|"")*"')
_REPEATED = re.compile(r"""'?\w[\w ]*'?!\$[A-Z]+\$\d+|"[^"]*\"""")


def formulas(model: Model) -> list[tuple[str, int, int, str]]:
    """Return sheet, row, column and text of every formula cell."""
    return [
        (sheet.name, *row_column(key), formula.text)
        for sheet in model.workbook.sheets
        for key, formula in sheet.formulas.items()
    ]


def test_no_constants_in_formulas(shipped: Model) -> None:
    """Formulas hold no number but 0, 1, 12 and 100."""
    found = [
        (sheet, a1(row, column), text)
        for sheet, row, column, text in formulas(shipped)
        if {float(one) for one in _CONSTANT.findall(_TEXT.sub("", text))} - {0.0, 1.0, 12.0, 100.0}
    ]
    assert found == []


@pytest.mark.parametrize(
    "name", ["OFFSET", "INDIRECT", "NOW", "TODAY", "RAND", "XLOOKUP", "LET", "_xlfn", "["]
)
def test_no_volatile_newer_or_external_functions(name: str, shipped: Model) -> None:
    """No formula is volatile, too new for LibreOffice 7.4, structured, or from another workbook."""
    assert [one for one in formulas(shipped) if name in one[3]] == []


@pytest.mark.parametrize("sheet", MODEL_SHEETS)
def test_one_formula_per_row(sheet: str, shipped: Model) -> None:
    """Across the axis of a row (from column D) every cell holds the same formula in relative terms.

    A cell that only repeats a text or a cell of another sheet, as the comparison does, calculates nothing.
    """
    forms: dict[int, set[str]] = defaultdict(set)
    for name, row, column, text in formulas(shipped):
        if name == sheet and column >= 4 and not _REPEATED.fullmatch(text):
            forms[row].add(r1c1_form(text, row, column))
    assert forms
    assert {row: texts for row, texts in forms.items() if len(texts) > 1} == {}


def test_formulas_are_short(shipped: Model) -> None:
    """No formula of the model is longer than 130 characters."""
    assert [one for one in formulas(shipped) if len(one[3]) > 130] == []


def test_no_formula_gives_empty_text(shipped: Model) -> None:
    """No formula gives "", which is stored as no value at all and then can't be compared."""
    cells = shipped.evaluate().cells
    assert [cell for cell, value in cells.items() if value in ("", None)] == []


def test_nothing_is_hidden_and_nothing_merged(shipped: Model) -> None:
    """No sheet, row or column is hidden, no cell is merged, nothing links outside."""
    assert {sheet.state for sheet in shipped.workbook.sheets} == {"visible"}
    assert not shipped.workbook.externals
    with zipfile.ZipFile(ROOT / "model.xlsx") as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any(b"<mergeCell" in xml or b'hidden="1"' in xml for xml in sheets)
    assert all(b"<pageSetup" in xml and b"<headerFooter" in xml for xml in sheets)
    assert all((b"fitToPage" in xml) != (b' scale="' in xml) for xml in sheets)


@pytest.mark.parametrize(("sheet", "breaks"), [("Growth", 4), ("Timeline", 4), ("Breakeven", 1)])
def test_long_axes_print_a_dozen_columns_to_a_page(sheet: str, breaks: int) -> None:
    """A sheet of many columns prints over several pages that can be read, a model year of months on each."""
    with zipfile.ZipFile(ROOT / "model.xlsx") as archive:
        book = archive.read("xl/workbook.xml").decode()
        number = re.findall(r'<sheet name="([^"]+)"', book).index(sheet) + 1
        xml = archive.read(f"xl/worksheets/sheet{number}.xml").decode()
    assert f'<colBreaks count="{breaks}"' in xml
    assert int(re.findall(r' scale="(\d+)"', xml)[0]) >= 55


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_break_even_and_crossover_are_exact(scenario: str, shipped: Model) -> None:
    """At the break-even price equals cost, at the crossover cloud equals colo: the workbook solves both."""
    found = shipped.evaluate({"active_scenario": scenario})
    there = shipped.evaluate({"active_scenario": scenario, "users_at_scale": found["break_even_users"]})
    assert there["margin_per_user"] == pytest.approx(0, abs=1e-9)
    there = shipped.evaluate({"active_scenario": scenario, "users_at_scale": found["colo_crossover_users"]})
    assert there["cloud_compute_at_scale"] == pytest.approx(there["colo_compute_at_scale"], rel=1e-9)


def test_no_cost_per_user_without_users(shipped: Model) -> None:
    """Cost per user is nil in the months before launch, where nobody shares the cost."""
    (costs,) = shipped.evaluate({"launch_month": 9.0}).range("hosted_cost_per_user")
    assert costs[:8] == (0.0,) * 8
    assert isinstance(costs[8], float)
    assert costs[8] > 0


def test_every_line_has_a_label_and_a_unit(shipped: Model) -> None:
    """A row that holds values on a model sheet says what they are and in which unit."""
    missing = []
    for name in MODEL_SHEETS:
        sheet = shipped.workbook.sheet(name)
        texts = {
            row_column(key) for key, value in sheet.constants.items() if isinstance(value, str) and value
        }
        rows = {row for row, column in map(row_column, sheet.formulas) if column >= 4 and row > 6}
        missing += [(name, row) for row in rows if not {(row, 1), (row, 2)} <= texts]
    assert missing == []


def test_every_assumption_is_whole(shipped: Model) -> None:
    """Each assumption has label, unit, source and an ordered range, and its name is that of its live cell."""
    for one in shipped.contract.assumptions:
        assert one.label, one
        assert one.unit, one
        assert one.source, one
        assert isinstance(one.base, float)
        assert one.low is not None
        assert one.high is not None
        assert one.low <= one.base <= one.high, one


def test_scenarios_stay_in_order(shipped: Model) -> None:
    """The four scenarios are shipped, and Base changes nothing."""
    assert shipped.contract.scenarios.names == SCENARIOS
    assert not shipped.contract.scenarios.values["Base"]


def test_every_input_is_used(shipped: Model) -> None:
    """No assumption is idle: each one's name or cells stand in some formula of another sheet."""
    elsewhere = " ".join(text for sheet, _, _, text in formulas(shipped) if sheet != "Assumptions")
    words = set(re.findall(r"[a-z_][a-z0-9_]*", elsewhere))
    assert [one.name for one in shipped.contract.assumptions if one.name not in words] == []


@pytest.mark.parametrize("name", PACK_ROWS)
def test_rows_of_the_pack_have_names(name: str, shipped: Model) -> None:
    """Each row that the pack shows is a defined name over more than one cell."""
    assert sum(len(row) for row in shipped.evaluate().range(name)) > 1


@pytest.mark.parametrize("name", SINGLE)
def test_headline_figures_have_names(name: str, shipped: Model) -> None:
    """Each input and headline figure is a defined name of one cell."""
    assert not isinstance(shipped.evaluate()[name], ExcelError)


def test_the_document_is_on_the_claims_sheet(shipped: Model) -> None:
    """At least thirty stated results are claims, each with drivers that are assumptions."""
    known = {one.name for one in shipped.contract.assumptions}
    assert len(shipped.contract.claims) >= 30
    assert all(set(claim.drivers) <= known and claim.drivers for claim in shipped.contract.claims)


def failing(result: Result) -> list[str]:
    """Return the labels of checks that do not pass, and the cells that hold an error."""
    labels = (row[0] for row in result.range("check_labels"))
    values = (row[0] for row in result.range("check_values"))
    failed = [str(label) for label, value in zip(labels, values, strict=True) if value != 0]
    return failed + [cell for cell, value in result.cells.items() if isinstance(value, ExcelError)]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_passes_all_checks(scenario: str, shipped: Model) -> None:
    """No check fails and no cell holds an error, whichever scenario is on."""
    assert failing(shipped.evaluate({"active_scenario": scenario})) == []


EXTREMES = [
    (
        "zero users cost the fixed part only",
        {"users_at_scale": 0.0},
        "monthly_cost_at_scale",
        7500.0 + 18000.0,
    ),
    ("nobody stays at full churn", {"hosted_churn": 1.0}, "users_at_end", 0.0),
    ("nobody comes where nobody adopts", {"adoption_rate": 0.0}, "users_at_end", 0.0),
    ("no market, no users", {"agent_users_2026": 0.0}, "users_at_end", 0.0),
    ("a launch beyond the horizon brings nobody", {"launch_month": 61.0}, "users_at_end", 0.0),
    ("a price of nothing never breaks even", {"headline_price": 0.0}, "break_even_users", 1e7),
    ("free cloud is never beaten", {"spot_price_small": 0.0}, "colo_crossover_users", 1e7),
]


@pytest.mark.parametrize(("why", "inputs", "output", "expected"), EXTREMES)
def test_extreme_inputs(
    why: str, inputs: dict[str, float], output: str, expected: float, shipped: Model
) -> None:
    """What an investor types to try the model gives what the business would give."""
    assert shipped.evaluate(inputs)[output] == pytest.approx(expected), why


@pytest.mark.parametrize(
    ("driver", "values", "output", "direction"),
    [
        ("users_at_scale", (1e3, 1e4, 1e5, 1e6), "cost_per_user", -1),
        ("price_bootstrap", (25.0, 40.0, 60.0), "users_at_end", -1),
        ("hosted_churn", (0.01, 0.05, 0.2), "users_at_end", -1),
        ("headline_price", (8.0, 10.0, 15.0), "break_even_users", -1),
        ("engineer_cost", (10000.0, 20000.0, 30000.0), "funding_need", 1),
        ("colo_packing_gain", (1.5, 2.0, 3.0), "colo_crossover_users", -1),
        ("self_hosted_per_hosted", (0.5, 2.0, 10.0), "gross_margin_at_end", -1),
    ],
)
def test_results_move_the_right_way(
    driver: str, values: tuple[float, ...], output: str, direction: int, shipped: Model
) -> None:
    """More of a driver moves a result in the direction that the business says."""
    results = [shipped.evaluate({driver: value})[output] for value in values]
    numbers = [direction * one for one in results if isinstance(one, float)]
    assert len(numbers) == len(values)
    assert numbers == sorted(set(numbers))


def test_the_curve_and_the_point_are_one_function(shipped: Model) -> None:
    """Cost at each point of the scale curve equals the single cell with that number of users."""
    base = shipped.evaluate()
    (users,), (costs,) = base.range("scale_users"), base.range("scale_cost")
    points = [shipped.evaluate({"users_at_scale": one})["cost_per_user"] for one in users]
    assert points == pytest.approx(list(costs), rel=1e-12)


def test_break_even_is_where_margin_is_nil(shipped: Model) -> None:
    """At the break-even number of users the cost function meets the headline price."""
    users = shipped.evaluate()["break_even_users"]
    assert shipped.evaluate({"users_at_scale": users})["margin_per_user"] == pytest.approx(0, abs=1e-9)


@pytest.mark.filterwarnings("ignore:Passing more than 2 positional:DeprecationWarning")
@pytest.mark.parametrize(
    "inputs",
    [
        *({"headline_price": price} for price in (8.0, 10.0, 12.0, 15.0)),
        *({"headline_price": price, "hosting_policy": 1.0} for price in (3.0, 4.0, 5.0, 6.0, 10.0)),
        {"headline_price": 5.0, "hosting_policy": 1.0, "colo_staff": 5.0},
        {"headline_price": 4.0, "hosting_policy": 1.0, "colo_packing_gain": 3.0},
        {"headline_price": 5.0, "hosting_policy": 1.0, "engineer_cost": 25000.0},
    ],
)
def test_no_loss_above_the_break_even(inputs: dict[str, float], shipped: Model) -> None:
    """Price covers cost for good from the break-even: no hire and no server above it opens a second loss."""
    users = shipped.evaluate(inputs)["break_even_users"]
    assert isinstance(users, float)
    scan = [users, *(users * (1e7 / users) ** (n / 1500) for n in range(1, 1501))]
    asked = pd.DataFrame(inputs | {"users_at_scale": scan})
    margins = shipped.run(asked, ["margin_per_user"])["margin_per_user"]
    assert margins.iloc[0] == pytest.approx(0, abs=1e-6)
    assert margins.min() >= -1e-6


def test_stated_tables_come_out_as_printed(shipped: Model) -> None:
    """In the scenario As stated the tables of the document come out as it prints them."""
    result = shipped.evaluate({"active_scenario": "As stated"})
    assert result["infrastructure_subtotal"] == pytest.approx(3.3)
    assert result.range("total_cost")[0] == pytest.approx((4.5, 5.1, 5.7))
    assert result.range("market_agents_low")[0][:3] == pytest.approx((5e6, 5e7, 3e8))
    assert result.range("market_profit_high")[0][:3] == pytest.approx((6e5, 6e6, 3e7))
    assert result.range("ladder_cost_low")[0] == pytest.approx((20, 10, 5, 2))
    assert result.range("ladder_cost_high")[0] == pytest.approx((25, 15, 7, 4))
    assert result.range("doc_cost_low")[0] == pytest.approx((25, 8, 5, 4.5, 2))
    assert result.range("doc_margin_high")[0][2:] == pytest.approx((0.5, 0.55, 0.8))
    assert result.range("doc_within")[0] == (1, 1, 1, 1, 1)


def test_numbers_are_seen_without_calculation(shipped: Model) -> None:
    """Every formula cell stores a value, and it is the value that the engine computes."""
    result = shipped.evaluate()
    stored = {  # an empty text is stored as nothing
        f"{sheet.name}!{a1(*row_column(key))}": sheet.stored.get(
            key, ""
        )  # an empty text is stored as nothing
        for sheet in shipped.workbook.sheets
        for key in sheet.formulas
    }
    numbers = {cell: value for cell, value in stored.items() if isinstance(value, float)}
    assert len(numbers) > 3000
    assert numbers == pytest.approx({cell: result[cell] for cell in numbers}, rel=1e-12)
    texts = {cell: value for cell, value in stored.items() if cell not in numbers}
    assert texts == {cell: result[cell] for cell in texts}


def test_the_file_opens_with_a_date_and_no_clock() -> None:
    """The created date is the model's first month, so that composing again gives the same bytes."""
    with zipfile.ZipFile(Path(ROOT / "model.xlsx")) as archive:
        assert b"2026-06-01" in archive.read("docProps/core.xml")
