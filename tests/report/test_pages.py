"""Every kind of page: what it says, what it shows, and that its charts draw from filled cells."""

from __future__ import annotations

import dataclasses
import io
import math
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest

from engine.analysis.results import AnalysisResults, InputRow, OutputRow, PhasePlan
from engine.core.exceptions import Finding
from engine.core.values import DIV0
from engine.report import Check, Material, Report, build_report
from engine.report.pages import PAGES
from engine.report.pages.summary import _joined, _shown
from engine.report.view import LeftOut, View
from engine.workbook.contract import Contract, Output
from engine.xlsx.layout import chart_end
from engine.xlsx.theme import Theme
from engine.xlsx.tree import Area, Book, Cell, Chart, Sheet
from engine.xlsx.write import render
from tests.report.conftest import Figures, example

# kind of page: its sheet, the finding that the made-up numbers make, and a text that must stand on it
PAGE_CASES = {
    "cover": ("Cover", "Hosted agents", "all 2 checks pass"),
    "contents": ("Contents", "What is in this pack", "Of 3 stated figures, 1 ties, 1 overlaps and 1 breaks"),
    "summary": (
        "Summary",
        "Price covers cost from 13.5K users",
        "As stated",
    ),
    "scenarios": (
        "Scenarios",
        "Break-even users: 9.1K (Upside) to 31.4K (Downside) across 4 scenarios",
        "% of base",
    ),
    "scenario-detail": (
        "Scenario detail",
        "2 inputs that differ between the scenarios, 3 headline figures",
        "Every headline figure",
    ),
    "scale-curve": (
        "Scale",
        (
            "Cost per user falls from $79.45 at 1K users to $4.53 at 1M, and below the price of $10 at 13.5K "
            "users"
        ),
        "Compute",
    ),
    "cloud-or-colo": (
        "Cloud or colo",
        "Colo becomes cheaper than cloud at 56.6K users; at 1M it saves $2.50/user-month",
        "Saving by colo",
    ),
    "price-ladder": (
        "Price ladder",
        "Every phase is priced above its cost; margin goes from 0%–33% (Bootstrap) to 60%–87% (Commodity)",
        "Mature",
    ),
    "market": ("Market", "Annual revenue grows from $600K–$1.2M in 2026 to $36M–$60M in 2028", "MRR, low"),
    "demand": (
        "Demand",
        "Revenue is highest at $10 (extrapolated), profit at $12.50 among the prices shown",
        "Capture",
    ),
    "growth": (
        "Growth",
        (
            "EBITDA turns positive for good in month 33; cash is lowest at −$1.41M in month "
            "32, which is the funding need"
        ),
        "Month",
    ),
    "business": (
        "Hosted agents",
        (
            "Hosted agents: revenue of $12M in year 5 at 66.7% gross margin; EBITDA positive from year 3; "
            "cash down to −$1.3M at a year's end"
        ),
        "Operating cost",
    ),
    "comparison": (
        "Comparison",
        ("API access is largest at the end, $30M a year, and needs the most funding, $14M"),
        "Gross margin at the end",
    ),
    "ranking": (
        "Ranking",
        (
            "Open core ranks first with 0.69, Marketplace next with 0.68; the first place holds in 70% "
            "of cases of moved weights"
        ),
        "Moat",
    ),
    "metric-tree": (
        "Tree API access",
        (
            "API access: revenue of the month $2.5M, up $800K in a year, most by use per customer; 1 of 4 "
            "guardrails fails: Inference cost per dollar of revenue"
        ),
        "Active keys",
    ),
    "phases": (
        "Phases",
        (
            "Hosted agents: 3 of 4 phases begin within 60 months; Break-even is 6 months late against plan; "
            "Commodity never begins"
        ),
        "Users ≥ 5K",
    ),
    "grids": (
        "Grid 1",
        (
            "Cost per user at 100K at or above $6 in 10 of 30 combinations of instances per "
            "VM and spot price of a VM"
        ),
        "Red line",
    ),
    "tornados": (
        "Tornado",
        ("Cost per user at 100K, moved most by share of instances active ($4.10 to $7.10, base $5.10)"),
        "Spread",
    ),
    "sweeps": (
        "Sweep",
        "Cost per user at 100K rises from $4 (spot price of a VM $0.10) to $6.60 ($0.40)",
        "Bold: the base case",
    ),
    "break-even": ("Break-even b1", "Cost per user reaches $10 at 13.5K users, 86.5K below base", "Point 1"),
    "claims": (
        "Claims",
        "Of 3 stated figures, 1 ties, 1 overlaps and 1 breaks",
        "$0.164 (not $0.23; outside $0.18–$0.35)",
    ),
    "outputs": ("Outputs", "3 headline figures, in full", "break_even_users"),
    "trace": (
        "Trace",
        (
            "1 headline figure traced to the assumptions that move them most; 1 of 2 paths have five steps "
            "or fewer, the others up to 6"
        ),
        "Line 3 (Scale!D3); Line 6 (Scale!D6)",
    ),
    "assumptions": (
        "Assumptions",
        "2 assumptions: 1 from a source, 1 estimate",
        "spot_price. The smaller of the two machines",
    ),
    "checks": ("Checks", "All 2 checks pass", "Cash ties"),
    "provenance": (
        "Provenance",
        "Every figure comes from model.xlsx, which was read and not changed",
        "Scale!Z9: uses CELL",
    ),
}


@pytest.fixture(scope="module")
def book() -> Book:
    from engine.report import load_template
    from tests.report.conftest import TEMPLATES

    return build_report(load_template(TEMPLATES / "reports" / "investor-pack.toml"), example())


def sheet_of(book: Book, name: str) -> Sheet:
    return next(sheet for sheet in book.sheets if sheet.name == name)


def cells_of(sheet: Sheet) -> dict[tuple[int, int], Cell]:
    (block,) = sheet.blocks
    places = (
        (down, right, cell) for down, row in enumerate(block.rows, 1) for right, cell in enumerate(row, 1)
    )
    return {(down, right): cell for down, right, cell in places if cell is not None}


def said(sheet: Sheet) -> str:
    return "\n".join(str(cell.value) for cell in cells_of(sheet).values() if cell.value is not None)


def title(sheet: Sheet) -> str:
    return " ".join(
        str(cell.value) for cell in cells_of(sheet).values() if cell.style in {"title", "cover_title"}
    )


def areas(chart: Chart) -> Iterator[Area]:
    for series in chart.series:
        yield series.values
        if series.categories is not None:
            yield series.categories


def test_every_kind_has_a_case() -> None:
    """A new kind of page needs a case here."""
    assert sorted(PAGE_CASES) == sorted(PAGES)


@pytest.mark.parametrize("kind", PAGE_CASES)
def test_pages(kind: str, book: Book) -> None:
    """Each page's title is the finding that its numbers make, and it shows what it must."""
    name, finding, shown = PAGE_CASES[kind]
    sheet = sheet_of(book, name)
    assert title(sheet) == finding
    assert shown in said(sheet)


def test_charts_draw_from_filled_cells(book: Book) -> None:
    """No chart is empty: every area that a series names lies on the sheet and holds figures."""
    charts = [(sheet, chart) for sheet in book.sheets for chart in sheet.charts]
    assert len(charts) > 15
    for sheet, chart in charts:
        cells = cells_of(sheet)
        for area in areas(chart):
            assert area.sheet == sheet.name
            held = [
                cells[row, column].value
                for row in range(area.top, area.bottom + 1)
                for column in range(area.left, area.right + 1)
                if (row, column) in cells
            ]
            assert any(value is not None for value in held), (sheet.name, chart.title, area)


def test_charts_cover_no_cells(book: Book) -> None:
    """A chart lies on empty cells, never over a table or another chart."""
    for sheet in book.sheets:
        taken = {place for place, cell in cells_of(sheet).items() if cell.value is not None}
        for chart in sheet.charts:
            bottom, right = chart_end(sheet, chart)
            under = {
                (row, column)
                for row in range(chart.row, bottom + 1)
                for column in range(chart.column, right + 1)
            }
            assert not under & taken, (sheet.name, chart.title)


def test_charts_have_titles_and_units(book: Book) -> None:
    """A chart says what it shows, and its value axis says in what."""
    for sheet in book.sheets:
        for chart in sheet.charts:
            assert chart.title or chart.y.title, sheet.name
            assert chart.y.title or chart.stacked, (sheet.name, chart.title)


def test_print_set_up(book: Book) -> None:
    """Every sheet prints from A1 one page wide, long tables with their headings "
    "repeated, with the version below.
    """
    for sheet in book.sheets:
        assert sheet.print_setup.landscape
        assert sheet.print_setup.area is not None
        assert sheet.print_setup.area[:2] == (1, 1)
        assert sheet.print_setup.footer == "tieout 0.1.0"
        if sheet.freeze is not None:
            assert sheet.print_setup.repeat_rows == (sheet.freeze[0] - 1, sheet.freeze[0] - 1)


def test_links_lead_to_sheets(book: Book) -> None:
    """Every link of the pack goes to one of its sheets."""
    names = {sheet.name for sheet in book.sheets}
    links = [cell.link for sheet in book.sheets for cell in cells_of(sheet).values() if cell.link]
    assert len(links) > 2 * (len(names) - 2)
    assert {link.rpartition("!")[0].strip("'") for link in links} <= names


def test_checks_show_on_every_page(template: Report) -> None:
    """A failing check is told at the top of every page but the cover, which tells it in its facts."""
    failing = example(checks=(Check("Cash ties", 0.0), Check("Users tie", 3.0, "Checks!C5")))
    pack = build_report(template, failing)
    for sheet in pack.sheets:
        assert "1 of 2 checks fail" in said(sheet), sheet.name
    assert title(sheet_of(pack, "Checks")) == "1 of 2 checks fail"
    assert any(
        cell.style == "check_bad" and cell.value == "FAIL"
        for cell in cells_of(sheet_of(pack, "Checks")).values()
    )


@pytest.mark.parametrize(
    ("value", "passes"),
    [
        (0.0, True),
        (1e-12, True),
        (0, True),
        (False, True),
        (1.0, False),
        (True, False),
        ("x", False),
        (None, False),
    ],
)
def test_check_passes(value: Any, passes: bool) -> None:
    """A check passes at zero, and only there."""
    assert Check("c", value).passes is passes


def test_differences_are_live_and_right(book: Book) -> None:
    """The differences to base are formulas over the figures above, written with the value they give."""
    cells = cells_of(sheet_of(book, "Scenarios"))
    live = {place: cell for place, cell in cells.items() if cell.formula is not None}
    labels = {cell.value: row for (row, column), cell in cells.items() if column == 2}
    row = labels["Break-even users"]
    found = [cell for (at, _), cell in live.items() if at == row]
    assert [cell.value for cell in found[:3]] == pytest.approx([-1513.5, 17_886.5, -4413.5])
    assert [cell.value for cell in found[3:]] == pytest.approx([-0.112, 1.3236, -0.3266], abs=1e-3)
    assert [cell.style for cell in found[:3]] == ["row_good", "row_bad", "row_good"]
    assert found[1].formula == f"=F{row}-$D{row}"
    assert found[4].formula == f"=IF($D{row}=0,0,(F{row}-$D{row})/ABS($D{row}))"


def test_grid_marks(book: Book) -> None:
    """The base is boxed, and the line runs between every two neighbours on different sides of the target."""
    cells = cells_of(sheet_of(book, "Grid 1"))
    boxed = [cell.value for cell in cells.values() if cell.style == "boxed"]
    assert boxed == [pytest.approx(3.0 + 0.23 * 730 / 80)]
    assert sum(cell.style.startswith("edge") for cell in cells.values()) == 8
    scale = sheet_of(book, "Grid 1").highlights[0]
    assert (scale.scale, scale.midpoint) == ("neutral", 6.0)


def test_a_workbook_without_contract_still_gives_a_pack(template: Report, theme: Theme) -> None:
    """Cover, contents, what there is to show, and provenance that says what was left out and why."""
    bare = example(
        base=Figures({"total": (5.0,)}, {"Sheet1!A1": 1.0, "Sheet1!B2": "=text"}),
        contract=Contract(),
        results=AnalysisResults(phases=PhasePlan((), 0)),
        names=("total", "gone"),
        traces=(),
    )
    pack = build_report(template, bare)
    assert [sheet.name for sheet in pack.sheets] == ["Cover", "Contents", "Outputs", "Provenance"]
    assert title(sheet_of(pack, "Outputs")) == "1 named cell"
    told = said(sheet_of(pack, "Provenance"))
    assert "Market, Demand, Growth" in told
    assert "the workbook has nothing that they show" in told
    assert "Market" not in said(sheet_of(pack, "Contents"))
    facts = cells_of(sheet_of(pack, "Cover")).values()
    checks = [cell for cell in facts if cell.value == "the workbook has none"]
    assert [cell.style for cell in checks] == ["row_wrap"]
    assert "Sensitivity grids: the workbook asks for no sensitivity grid" in told
    assert render(pack, theme)


def test_phases_of_one_plan_leave_no_page_wanting(book: Book) -> None:
    """Where another page shows every phase, the page of all other plans is not missed."""
    assert "Milestones" not in said(sheet_of(book, "Contents"))


def test_a_page_that_lacks_some_of_its_rows_says_which() -> None:
    """A workbook with one row of a page is about what it shows; with none but the axis it is not."""
    view = View(example(base=Figures({"axis": (1.0, 2.0), "first": (3.0, 4.0)}, {})))
    for names, elsewhere in ((["axis", "first", "second"], False), (["axis", "second"], True)):
        with pytest.raises(LeftOut, match="no defined name second") as caught:
            view.rows(names)
        assert caught.value.elsewhere is elsewhere


@pytest.mark.parametrize(
    ("sentences", "text"),
    [
        (["Advice: revenue $1M", "Advice: margin 40%", "Seats: revenue $2M"],
         "Advice: revenue $1M, margin 40%; Seats: revenue $2M"),
        (["Runway 18 months", "Cash $1M"], "Runway 18 months; Cash $1M"),
        (["Advice: revenue $1M", "Cash $1M", "Advice: margin 40%"],
         "Advice: revenue $1M; Cash $1M; Advice: margin 40%"),
        ([], ""),
    ],
)  # fmt: skip
def test_a_title_says_once_what_its_figures_are_about(sentences: list[str], text: str) -> None:
    """What stands before a colon is not said again for the next figure of the same business."""
    assert _joined(sentences) == text


def test_tiles_show_a_share_of_every_part() -> None:
    """No business of a workbook takes all the tiles; the order is that of the table."""
    names = [f"{part}_{n}" for part in ("one", "two", "three") for n in range(6)]
    rows = tuple(Output(name, name, "", "higher", "") for name in names)
    view = View(example(modules=tuple((name, name.split("_")[0]) for name in names)))
    shown = [row.name for row in _shown(view, rows, ("absent",))]
    assert shown == ["one_0", "one_1", "one_2", "one_3", "two_0", "two_1", "three_0", "three_1"]
    assert [row.name for row in _shown(view, rows, ("two_3", "one_5"))] == ["two_3", "one_5"]


def test_formula_cells_stand_in_for_names(template: Report) -> None:
    """Without outputs and names, formula cells are shown in the order of their sheet."""
    cells = {"S!B10": 2.0, "S!A2": 1.0, "S!AA2": 3.0}
    contract = Contract()
    pack = build_report(
        template, example(base=Figures({}, cells), contract=contract, results=AnalysisResults())
    )
    names = [cell.value for cell in cells_of(sheet_of(pack, "Outputs")).values() if "S!" in str(cell.value)]
    assert names[::2] == ["S!A2", "S!AA2", "S!B10"]


def test_findings_are_told(template: Report) -> None:
    """What is wrong with the workbook stands on the checks page, what was not run under known limits."""
    finding = Finding("error-cell", "warning", "Scale!C8", "the cell holds #DIV/0!")
    results = dataclasses.replace(
        example().results, findings=(Finding("grid", "error", "Analyses!A9", "no driver"),)
    )
    pack = build_report(template, example(findings=(finding,), results=results))
    assert "the cell holds #DIV/0!" in said(sheet_of(pack, "Checks"))
    assert "Analyses!A9: no driver" in said(sheet_of(pack, "Provenance"))


def test_text_of_the_workbook_is_never_a_formula(template: Report, theme: Theme) -> None:
    """A label that begins like a formula goes out as text."""
    results = example().results
    claim = dataclasses.replace(results.claims[0], statement='=HYPERLINK("http://x")', source="+1", id="@x")
    pack = build_report(template, example(results=dataclasses.replace(results, claims=(claim,))))
    sheet = openpyxl.load_workbook(io.BytesIO(render(pack, theme)))["Claims"]
    texts = [cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith(("=", "@"))]
    assert [cell.data_type for cell in texts if cell.data_type == "f"] == []
    assert len(texts) == 2


def test_same_material_same_bytes(template: Report, theme: Theme, material: Material) -> None:
    """A pack built twice has the same bytes."""
    first, second = (render(build_report(template, material), theme) for _ in range(2))
    assert first == second


def _spoiled() -> Material:
    """Return the material as a model gives it that computes nothing but errors."""
    good = example()
    figures = good.base
    assert isinstance(figures, Figures)
    rows = {name: tuple(v if isinstance(v, str) else DIV0 for v in row) for name, row in figures.rows.items()}
    found = good.results
    return example(base=Figures(rows, {"S!A1": DIV0}), results=_spoiled_results(found))


def _spoiled_results(found: AnalysisResults) -> AnalysisResults:
    def change(one: Any, **fields: Any) -> Any:
        return dataclasses.replace(one, **fields)

    (comparison,), (tornado,), (even,), (cross,) = (
        found.comparisons,
        found.tornadoes,
        found.break_evens,
        found.crossovers,
    )
    errors = tuple(DIV0 for _ in cross.curve_x)
    bars = tuple(
        change(bar, result_low=DIV0, result_high=DIV0, base=DIV0, spread=None) for bar in tornado.bars
    )
    return AnalysisResults(
        comparisons=(
            change(comparison, outputs=tuple(change(o, values=(DIV0,) * 4) for o in comparison.outputs)),
        ),
        sweeps=tuple(
            change(s, outputs=tuple(change(o, values=(DIV0,) * 3) for o in s.outputs)) for s in found.sweeps
        ),
        grids=tuple(
            change(g, values=((DIV0,) * 6,) * 5, base=DIV0, base_row=None, base_column=None)
            for g in found.grids
        ),
        tornadoes=(change(tornado, bars=(), base=DIV0, error_bars=bars),),
        break_evens=(change(even, roots=(), base=DIV0, base_output=DIV0, curve=(cross.curve_x, errors)),),
        crossovers=(change(cross, roots=(), base=DIV0, curve_a=errors, curve_b=errors),),
        phases=PhasePlan(
            tuple(
                change(p, begins=None, ends=None, gate_value=DIV0, threshold=DIV0)
                for p in found.phases.phases
            ),
            60,
        ),
        claims=tuple(
            change(c, computed=None, base=DIV0, verdict="undetermined", would_hold=(), reason="it is #DIV/0!")
            for c in found.claims
        ),
    )


def test_a_model_of_errors_still_gives_a_pack(template: Report, theme: Theme) -> None:
    """Where the model computes only errors, every page says so with their codes and none falls over."""
    pack = build_report(template, _spoiled())
    assert render(pack, theme)
    assert len(pack.sheets) == len(build_report(template, example()).sheets)
    titles = {sheet.name: title(sheet) for sheet in pack.sheets}
    assert titles["Grid 1"].startswith("Cost per user at 100K can't be computed anywhere")
    assert titles["Tornado"] == "Cost per user at 100K: no driver's range can be computed"
    assert titles["Break-even b1"] == "Cost per user does not reach $10 for any users in range"
    assert titles["Scale"] == "Cost per user can't be computed at any scale"
    assert titles["Summary"] == "No headline figure can be computed"
    assert titles["Claims"] == "Of 3 stated figures, 0 tie, 0 overlap and 0 break; 3 can't be determined"
    assert "It is #DIV/0!" in said(sheet_of(pack, "Claims"))


@pytest.mark.parametrize("scenarios", [1, 9])
def test_few_and_many_scenarios(template: Report, theme: Theme, scenarios: int) -> None:
    """One scenario or nine: the page grows with them."""
    (comparison,) = example().results.comparisons
    names = tuple(f"S{n}" for n in range(scenarios))
    many = dataclasses.replace(
        comparison,
        scenarios=names,
        base_scenario="S0",
        changed_inputs=(),
        outputs=tuple(
            dataclasses.replace(o, values=tuple(float(n) for n in range(scenarios)))
            for o in comparison.outputs
        ),
    )
    results = dataclasses.replace(example().results, comparisons=(many,))
    pack = build_report(template, example(results=results))
    assert render(pack, theme)
    assert "The scenarios differ in no input." in said(sheet_of(pack, "Scenarios"))


def test_a_row_that_only_the_table_needs_may_be_missing(template: Report) -> None:
    """A page is drawn without a row that neither its title nor its axis needs, and says which."""
    good = example().base
    assert isinstance(good, Figures)
    rows = {name: row for name, row in good.rows.items() if name != "hosted_price"}
    sheet = sheet_of(build_report(template, example(base=Figures(rows))), "Growth")
    assert "Not in the workbook: hosted_price, hosted_cogs." in said(sheet)


def test_a_trace_links_to_its_assumption(book: Book) -> None:
    """The last step leads to the row of the assumption book that holds the assumption."""
    links = [
        cell
        for cell in cells_of(sheet_of(book, "Trace")).values()
        if cell.link and cell.value != "← Contents"
    ]
    (cell,) = links
    assert cell.link is not None
    row = int(cell.link.removeprefix("Assumptions!B"))
    assert cells_of(sheet_of(book, "Assumptions"))[row, 2].value == cell.value == "Spot price of a VM"


def test_short_bars_have_short_labels(book: Book) -> None:
    """A bar of the Gantt is labelled with words only where they fit on it."""
    (chart,) = sheet_of(book, "Phases").charts
    assert chart.series[1].label_texts == ("month 1 to 35", "month 36 to 56", "57–60", "")


@pytest.mark.parametrize(
    ("users", "spot", "told"),
    [
        (
            (1e6, 4.8e6, 1e6, 1e6),
            0.35,
            ["As stated leaves the model's range: users 4.8M users, beyond 1M users,"],
        ),
        (
            (1e6, 1e6, 1e6, 1e6),
            0.4,
            ["Downside takes inputs beyond their own low to high: spot price of a VM $0.40"],
        ),
        ((1e6, 1e6, 1e6, 1e6), 0.35, []),
    ],
)
def test_scenarios_warn_of_leaving_the_range(
    users: tuple[float, ...], spot: float, told: list[str], template: Report
) -> None:
    """A scenario beyond the model's range, in an input or a figure, says so on its page."""
    made = example()
    before = made.results.comparisons[0]
    row = OutputRow("users_at_end", "Users", "users", "higher", users)
    inputs = (InputRow("spot_price", "Spot price of a VM", "$/hour", (0.23, 0.23, spot, 0.18)),)
    comparison = dataclasses.replace(before, outputs=(*before.outputs, row), changed_inputs=inputs)
    results = dataclasses.replace(made.results, comparisons=(comparison,))
    lines = said(sheet_of(build_report(template, example(results=results)), "Scenarios")).splitlines()
    warnings = [line for line in lines if "leaves the model" in line or "beyond their own" in line]
    assert len(warnings) == len(told)
    assert all(text in line for text, line in zip(told, warnings, strict=True))


def test_claims_that_hold_throughout_and_open_ends(template: Report) -> None:
    """The title counts every verdict there is; an end that is left open reads so beside the computed one."""
    (first, second, third) = example().results.claims
    claims = (
        dataclasses.replace(first, stated=(1.5, math.inf), verdict="within", reason="holds in every case"),
        dataclasses.replace(second, stated=(-math.inf, 1.5), verdict="wider"),
        third,
    )
    results = dataclasses.replace(example().results, claims=claims)
    sheet = sheet_of(build_report(template, example(results=results)), "Claims")
    assert title(sheet) == "Of 3 stated figures, 0 tie, 1 lies within, 1 is wider, 1 overlaps and 0 break"
    assert [cell.value for cell in cells_of(sheet).values()].count("open") == 2
    assert "Holds in every case" in said(sheet)
