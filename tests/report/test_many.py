"""Packs of many businesses: the whole first, long lists in groups, sheets called by what they show."""

from __future__ import annotations

import dataclasses

import pytest

from engine.report import Material, Report, build_report
from engine.report.pages.several import sheet_names
from engine.xlsx.theme import Theme
from engine.xlsx.tree import Cell, Sheet
from engine.xlsx.write import render
from tests.report.conftest import Figures, example
from tests.report.test_pages import cells_of, said, sheet_of, title

NAMES = [
    (["only"], "Grid", ["Grid"]),
    (["grid-open-core", "grid-api"], "Grid", ["Grid open core", "Grid api"]),
    (["crossover-colo", "break-even-margin"], "Break-even", ["Break-even colo", "Break-even margin"]),
    (["G1", "g1"], "Grid", ["Grid 1", "Grid 2"]),
    (["grid-a/b", "grid-c[1]"], "Grid", ["Grid a b", "Grid c 1"]),
    (["a" * 40, "b"], "Grid", ["Grid 1", "Grid 2"]),
    (["--", "b"], "Grid", ["Grid 1", "Grid 2"]),
]


@pytest.mark.parametrize(("ids", "sheet", "names"), NAMES)
def test_sheet_names(ids: list[str], sheet: str, names: list[str]) -> None:
    """A sheet is called by its analysis, by a number where that is too long, not distinct or nothing."""
    assert sheet_names(sheet, ids, ("crossover",)) == names


def businesses() -> Material:
    base = example().base
    assert isinstance(base, Figures)
    rows = base.rows | {
        "compare_ebitda_month": (21.0, 61.0),
        "month_number": tuple(float(n) for n in range(1, 61)),
    }
    return example(
        base=Figures(rows, base.cells), modules=(("spot_price", "Packing"), ("hosted_churn", "Growth"))
    )


def test_summary_leads_with_all_businesses(template: Report, theme: Theme) -> None:
    """Title and table are of the whole set; a month beyond the horizon is said in words and counted out."""
    pack = build_report(template, businesses())
    summary = sheet_of(pack, "Summary")
    expected = (
        "2 businesses: run rate at the end $4M–$30M, funding needed $300K–$14M; "
        "1 of 2 turn EBITDA positive for good within the horizon"
    )
    assert title(summary) == expected
    row = row_of(summary, "API access")
    assert [cell.value for cell in row[1:5]] == [3e7, 0.4, "after 60", 1.4e7]
    assert row[1].number_format == "money_m1"
    assert render(pack, theme)


def groups_of(sheet: Sheet) -> list[object]:
    return [cell.value for _, cell in sorted(cells_of(sheet).items()) if cell.style == "group" and cell.value]


def test_summary_of_a_workbook_of_other_names(template: Report) -> None:
    """Where the workbook has none of the template's figures, its first outputs make the title."""
    contract = example().contract
    renamed = tuple(dataclasses.replace(row, name="price") for row in contract.outputs[:1])
    base = example().base
    assert isinstance(base, Figures)
    rows = {name: row for name, row in base.rows.items() if name not in {"break_even_users", "funding_need"}}
    material = example(
        base=Figures(rows, base.cells), contract=dataclasses.replace(contract, outputs=renamed)
    )
    said_first = title(sheet_of(build_report(template, material), "Summary"))
    assert said_first.startswith(str(renamed[0].label))
    assert "can be computed" not in said_first


def row_of(sheet: Sheet, label: str) -> list[Cell]:
    cells = cells_of(sheet)
    row = next(row for (row, column), cell in sorted(cells.items()) if column == 2 and cell.value == label)
    return [cell for (at, _), cell in sorted(cells.items()) if at == row]


def test_assumptions_stand_in_groups(template: Report) -> None:
    """Inputs stand under the part of the workbook that they belong to, in the order of the parts."""
    sheet = sheet_of(build_report(template, businesses()), "Assumptions")
    groups = [
        cell.value for _, cell in sorted(cells_of(sheet).items()) if cell.style == "group" and cell.value
    ]
    assert groups == ["Packing", "Growth"]


def test_without_parts_no_group_is_named(template: Report) -> None:
    """A workbook whose parts are not known has plain lists."""
    sheet = sheet_of(build_report(template, example()), "Assumptions")
    assert not groups_of(sheet)


def test_contents_in_sections(template: Report) -> None:
    """The contents page names the sections of the template that have pages."""
    sheet = sheet_of(build_report(template, example()), "Contents")
    groups = [
        cell.value for _, cell in sorted(cells_of(sheet).items()) if cell.style == "group" and cell.value
    ]
    assert groups[:2] == ["About this pack", "Overview"]
    assert groups[-1] == "Evidence"


def test_scenario_page_keeps_to_what_tells(template: Report) -> None:
    """Of many inputs that differ only those highest in a tornado stand on the page; all are on the detail."""
    (comparison,) = example().results.comparisons
    (tornado,) = example().results.tornadoes
    first = comparison.changed_inputs[0]
    others = tuple(dataclasses.replace(first, name=f"o{n}", label=f"Other {n}") for n in range(30))
    moving = dataclasses.replace(first, name=tornado.bars[0].driver, label="The driver that tells")
    changed = (*others, moving)
    comparisons = (dataclasses.replace(comparison, changed_inputs=changed),)
    pack = build_report(
        template, example(results=dataclasses.replace(example().results, comparisons=comparisons))
    )
    page, detail = said(sheet_of(pack, "Scenarios")), said(sheet_of(pack, "Scenario detail"))
    assert "The driver that tells" in page
    assert "Other 3" not in page
    assert all(row.label in detail for row in changed)
    assert "The other 30 inputs that differ stand on the sheet Scenario detail." in page


def test_a_page_break_before_the_charts(template: Report) -> None:
    """No chart of the scenario page is cut by the end of a printed page."""
    sheet = sheet_of(build_report(template, example()), "Scenarios")
    assert sheet.print_setup.row_breaks == (min(chart.row for chart in sheet.charts) - 2,)
    assert sheet.print_setup.scale


def test_one_label_where_both_ends_lie_on_one_side(template: Report) -> None:
    """A bar whose ends move the output the same way carries both labels on the longer end."""
    (tornado,) = example().results.tornadoes
    bar = dataclasses.replace(tornado.bars[0], result_low=6.0, result_high=7.1)
    changed = dataclasses.replace(tornado, bars=(bar, *tornado.bars[1:]))
    results = dataclasses.replace(example().results, tornadoes=(changed,))
    (chart,) = sheet_of(build_report(template, example(results=results)), "Tornado").charts
    low, high = chart.series
    assert low.label_texts[0] == ""
    assert "$6" in high.label_texts[0]
    assert "$7.10" in high.label_texts[0]


def test_a_bridge_ends_where_its_steps_lead(template: Report) -> None:
    """Start and end stand on the ground, steps between them where the last one ended; the rest is nothing."""
    sheet = sheet_of(build_report(template, example()), "Tree API access")
    rows = [row_of(sheet, label) for label in ("A year before", "Number of customers", "Use per customer")]
    shown = [[cell.value for cell in row if isinstance(cell.value, float)] for row in rows]
    assert shown[0] == [0.0, 1.7e6, 0.0, 0.0, 1.7e6]
    cells = cells_of(sheet)
    steps = {cell.value: row for (row, column), cell in cells.items() if column == 2}
    levels = [cells[steps["Price and mix"], column].value for column in range(3, 7)]
    assert levels == pytest.approx([2.5e6, 0.0, 0.0, 1.1e6])
    assert cells[steps["Now"], 4].value == pytest.approx(2.5e6)
    assert row_of(sheet, "Whole less its parts (0)")[2].style == "row_good"
    assert row_of(sheet, "Change less its parts (0)")[2].value == 0.0


def test_a_tree_whose_parts_do_not_add_up_says_so(template: Report) -> None:
    """What the parts leave over stands in the tree, as a check that fails."""
    base = example().base
    assert isinstance(base, Figures)
    spoiled = Figures(base.rows | {"mt_api_income_entry": (2e5,)}, base.cells)
    sheet = sheet_of(build_report(template, example(base=spoiled)), "Tree API access")
    rest = row_of(sheet, "Whole less its parts (0)")[2]
    assert rest.value == pytest.approx(-1e5)
    assert rest.style == "row_bad"


TURNS = [
    ((5.0, 9.0, 4.0), "peaks at $9 with spot price of a VM at $0.20 ($5 at $0.10, $4 at $0.40)"),
    ((5.0, 1.0, 4.0), "is lowest at $1 with spot price of a VM at $0.20 ($5 at $0.10, $4 at $0.40)"),
    ((5.0, 4.95, 4.0), "falls from $5 (spot price of a VM $0.10) to $4 ($0.40)"),
    ((4.0, 4.0, 4.0), "is $4 with spot price of a VM at $0.10 and at $0.40"),
]


@pytest.mark.parametrize(("values", "finding"), TURNS)
def test_a_sweep_that_turns_says_where(template: Report, values: tuple[float, ...], finding: str) -> None:
    """An output that is highest or lowest between the ends is not said to rise or to fall."""
    (sweep,) = example().results.sweeps
    first = dataclasses.replace(sweep.outputs[0], values=values)
    turned = dataclasses.replace(sweep, driver_values=(0.1, 0.2, 0.4), base_index=None, outputs=(first,))
    results = dataclasses.replace(example().results, sweeps=(turned,))
    sheet = sheet_of(build_report(template, example(results=results)), "Sweep")
    assert title(sheet) == f"{first.label} {finding}"
