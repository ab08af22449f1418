"""The summary: headline figures as tiles, the charts that carry the story, and the figures by scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from engine.analysis.results import OutputRow, ScenarioComparison
from engine.core.values import Value
from engine.report.figures import between, counted, headed, headline_format, is_number, numbers_of, stated
from engine.report.pages.rows import axis_of, rows_table
from engine.report.sketch import LABEL, UNIT, Sketch
from engine.report.specification import Drawn, Line, Page, Surroundings
from engine.report.view import LeftOut, View
from engine.workbook.contract import Output
from engine.xlsx.tree import Cell, Chart

_WIDTHS = (2.0, 46.0, 14.0, *([10.4] * 10))
_TILES = ((2, 2), (3, 5), (6, 9), (10, 13))
_COLOURS = ("series1", "series3", "series2", "series4")
_MOST = 8  # tiles


@dataclass(frozen=True, slots=True)
class SummaryChart:
    """A chart of rows over an axis; a log axis needs numbers above zero along it."""

    title: str
    kind: Literal["line", "column", "area", "scatter", "bar"]
    axis: Line
    rows: tuple[Line, ...]
    log: bool = False


@dataclass(frozen=True, slots=True)
class Whole:
    """Businesses side by side: a row each over ``axis``, their names, and a column per line.

    ``size`` and ``funding`` are lines whose least and greatest make the title: alternatives are not added up.
    ``earns`` is the line of the month from which each earns.
    """

    axis: Line
    rows: tuple[Line, ...]
    size: Line
    funding: Line
    earns: str


_NO_WHOLE = Whole(Line("", ""), (), Line("", ""), Line("", ""), "")


@dataclass(frozen=True, slots=True)
class SummaryOptions:
    """``finding`` are the figures of the title, with the words before each; the first tiles where empty.

    ``tiles`` are the outputs shown large; where the workbook lacks some, others, up to eight in all, stand
    beside them. ``scenarios`` are those by scenario (the tiles where empty). A workbook with the names of
    ``whole`` begins with all its businesses in place of ``finding``.
    """

    finding: tuple[Line, ...] = ()
    tiles: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    charts: tuple[SummaryChart, ...] = ()
    whole: Whole = _NO_WHOLE


def draw(page: Page, view: View, _: Surroundings) -> tuple[Drawn, ...]:
    """Draw tiles, charts with their data below, and the headline figures in every scenario."""
    outputs = view.material.contract.outputs
    if not outputs:
        raise LeftOut("the workbook has no headline figures (table Outputs)")
    sketch = Sketch(page.sheet, _WIDTHS)
    options: SummaryOptions = page.options
    whole = _businesses(view, options.whole)
    shown = _shown(view, outputs, options.tiles)
    finding = whole.finding if whole else _finding(view, options.finding, shown)
    sketch.head(view, page, finding)
    _tiles(sketch, view, shown)
    charts = [chart for chart in options.charts if _drawable(view, chart)][:2]
    top = sketch.row
    sketch.row += 16 if charts else 0
    if whole:
        title = f"The {counted(len(whole.rows), 'business', 'businesses')}, each standing alone"
        sketch.heading(title, LABEL + len(whole.headers) - 1)
        sketch.table(whole.headers, whole.rows)
        sketch.row += 1
    _scenarios(sketch, view, _chosen(outputs, options.scenarios) or shown)
    _charts(sketch, view, charts, top)
    return (Drawn(sketch.sheet(view.footer), finding),)


def _shown(view: View, outputs: tuple[Output, ...], names: tuple[str, ...]) -> list[Output]:
    """Return the outputs shown large: those named and, where some are missing, a share of each part."""
    chosen = _chosen(outputs, names)
    if names and len(chosen) == len(names):
        return chosen[:_MOST]
    others = [row for row in outputs if row not in chosen]
    parts = [rows for _, rows in view.grouped(others, lambda row: row.name)]
    room = _MOST - len(chosen)
    share = max(1, room // max(1, len(parts)))
    first = [row for row in others if any(row in rows[:share] for rows in parts)][:room]
    rest = [row for row in others if row not in first][: room - len(first)]
    return [*chosen, *(row for row in others if row in first or row in rest)]


def _chosen(outputs: tuple[Output, ...], names: tuple[str, ...]) -> list[Output]:
    known = {row.name.casefold(): row for row in outputs}
    return [known[name.casefold()] for name in names if name.casefold() in known]


@dataclass(frozen=True, slots=True)
class _Businesses:
    finding: str
    headers: list[Cell]
    rows: list[list[Cell]]


def _businesses(view: View, whole: Whole) -> _Businesses | None:
    """Return the businesses as a table of three digits, None where the workbook does not have them."""
    ranged = (whole.size, whole.funding)
    if any(view.find(name) is None for name in (whole.earns, whole.axis.name, *(one.name for one in ranged))):
        return None
    lines = [line for line in whole.rows if view.find(line.name) is not None]
    found = view.rows([whole.axis.name, *(line.name for line in (*ranged, *lines))])
    if not all(numbers_of(found[line.name]) for line in ranged):
        return None
    said = {name: [view.said(name, value) for value in values] for name, values in found.items()}
    names = [str(name) for name in said[whole.axis.name]]
    earning = sum(is_number(value) for value in said.get(whole.earns, ()))
    ranges = [f"{one.label} {_range(found[one.name], one.unit)}" for one in ranged]
    finding = f"{counted(len(names), 'business', 'businesses')}: {', '.join(ranges)}; "
    finding += f"{earning} of {len(names)} turn EBITDA positive for good within the horizon"
    headers = [Cell(whole.axis.label, "header")]
    headers += [Cell(headed(line.label, line.unit), "header_right") for line in lines]
    rows = [[Cell(name, "row_bold"), *_figures(lines, said, n)] for n, name in enumerate(names)]
    return _Businesses(finding, headers, rows)


def _range(values: Sequence[Value], unit: str) -> str:
    known = numbers_of(values)
    return between(min(known), max(known), unit)


def _figures(lines: Sequence[Line], said: dict[str, list[Value]], place: int) -> list[Cell]:
    values = [(line.unit, said[line.name][place]) for line in lines]
    return [Cell(value, "row", headline_format(unit, value)) for unit, value in values]


def _lines(outputs: Sequence[Output]) -> tuple[Line, ...]:
    return tuple(Line(row.name, row.label or row.name, row.unit or "") for row in outputs)


def _finding(view: View, lines: tuple[Line, ...], outputs: Sequence[Output]) -> str:
    known = _known(view, lines) or _known(view, _lines(outputs))
    said = [
        view.sentence(line.name, value) or stated(line.label, value, line.unit) for line, value in known[:3]
    ]
    text = _joined(said)
    return text[:1].upper() + text[1:] or "No headline figure can be computed"


def _joined(said: Sequence[str]) -> str:
    """Return sentences as one, what stands before a colon said once: "Advice: revenue $1M, margin 40%"."""
    text, about = "", ""
    for one in said:
        head, colon, rest = one.partition(": ")
        text += f", {rest}" if colon and head == about else f"; {one}" if text else one
        about = head if colon else ""
    return text


def _known(view: View, lines: tuple[Line, ...]) -> list[tuple[Line, Value]]:
    return [(line, value) for line in lines if numbers_of([value := view.figure(line.name)])]


def _tiles(sketch: Sketch, view: View, outputs: list[Output]) -> None:
    for start in range(0, len(outputs), 4):
        top = sketch.row
        for (left, right), row in zip(_TILES, outputs[start : start + 4], strict=False):
            _tile(sketch, view, top, (left, right), row)
        sketch.height(top, 26)
        sketch.height(top + 1, 25)
        sketch.height(top + 2, 14)
        sketch.height(top + 3, 6)
        sketch.row = top + 4
    sketch.row += 1


def _tile(sketch: Sketch, view: View, top: int, span: tuple[int, int], row: Output) -> None:
    value, unit = view.said(row.name, view.figure(row.name)), row.unit or ""
    unit = "" if isinstance(value, str) else unit
    cells = (
        Cell(row.label or row.name, "figure_label"),
        Cell(value if value is not None else "n/a", "figure", headline_format(unit, value)),
        Cell(f"{unit}  ·  {view.scenario}" if unit else view.scenario, "figure_unit"),
    )
    for down, cell in enumerate(cells):
        for column in range(span[0], span[1] + 1):
            sketch.put(top + down, column, cell if column == span[0] else Cell(None, cell.style))
        if span[1] > span[0]:
            sketch.merge(top + down, span[0], top + down, span[1])


def _scenarios(sketch: Sketch, view: View, outputs: list[Output]) -> None:
    comparisons = view.material.results.comparisons
    if not comparisons:
        return
    comparison: ScenarioComparison = comparisons[0]
    by_name = {row.name: row for row in comparison.outputs}
    sketch.heading("By scenario", UNIT + len(comparison.scenarios))
    headers = [Cell("Figure", "header"), Cell("Unit", "header")]
    headers += [Cell(name, "header_right") for name in comparison.scenarios]
    sketch.table(headers, [_scenario_row(view, by_name[row.name]) for row in outputs if row.name in by_name])
    sketch.row += 1


def _scenario_row(view: View, row: OutputRow) -> list[Cell]:
    cells = [Cell(view.said(row.name, v), "row", headline_format(row.unit, v)) for v in row.values]
    return [Cell(row.label, "row_label"), Cell(row.unit, "row_muted"), *cells]


def _drawable(view: View, chart: SummaryChart) -> bool:
    return all(view.find(line.name) is not None for line in (chart.axis, *chart.rows))


def _charts(sketch: Sketch, view: View, charts: list[SummaryChart], top: int) -> None:
    if not charts:
        return
    sketch.end_print()
    sketch.heading("What the charts draw")
    drawn = [_chart(sketch, view, chart) for chart in charts]
    bottom, sketch.row = sketch.row, top
    sketch.chart_row(*drawn)
    sketch.row = bottom


def _chart(sketch: Sketch, view: View, chart: SummaryChart) -> Chart:
    rows = rows_table(sketch, view, chart.axis, chart.rows)
    series = tuple(rows.series(line, _COLOURS[n % len(_COLOURS)]) for n, line in enumerate(chart.rows))
    across = numbers_of(rows.values[chart.axis.name])
    up: list[Value] = [value for line in chart.rows for value in rows.values[line.name]]
    low = "low" if min(numbers_of(up), default=0.0) < 0 else "next_to"
    options: dict[str, Any] = {"log_base": 10.0} if chart.log and across and min(across) > 0 else {}
    if chart.kind == "scatter" and across:
        options |= {"minimum": min(across), "maximum": max(across)}
    if chart.kind == "bar":
        options |= {"reverse": True, "crossing": "max"}
    x = axis_of(chart.axis.label, chart.axis.unit, across, gridlines=False, label_position=low, **options)
    y = axis_of("", chart.rows[0].unit, up)
    return Chart(
        chart.kind,
        chart.title,
        series,
        1,
        1,
        x=x,
        y=y,
        height=305,
        legend="bottom" if len(series) > 1 else "none",
    )
