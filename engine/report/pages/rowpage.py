"""What the pages of rows over an axis share: charts above, the table that feeds them below."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from engine.core.values import Value
from engine.report.figures import headline_format, numbers_of, text_of
from engine.report.pages.rows import WIDEST, Rows, axis_of, category_axis, rows_table
from engine.report.sketch import FIRST, LABEL, WIDTHS, Sketch
from engine.report.specification import Drawn, Line, Page
from engine.report.view import LeftOut, View
from engine.xlsx.tree import Cell, Chart

_ROOM_FOR_LABELS = 30.0  # of a column: in a narrower one single figures stand in a sentence
COLOURS = ("series1", "series2", "series3", "series4", "series5", "series6")
Found = Mapping[str, tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class ChartOptions:
    """One chart of a page: its kind, title and the rows it draws, by defined name."""

    kind: Literal["line", "column", "area", "bar"]
    title: str
    rows: tuple[str, ...]
    stacked: bool = False


@dataclass(frozen=True, slots=True)
class RowOptions:
    """Rows over an axis: those in ``about`` make the title, ``headlines`` are single figures above.

    ``three_digits`` rounds the table's figures, as on the pages that sum up.
    """

    axis: Line
    rows: tuple[Line, ...]
    about: tuple[str, ...]
    charts: tuple[ChartOptions, ...] = ()
    totals: tuple[str, ...] = ()
    headlines: tuple[Line, ...] = ()
    three_digits: bool = False


def draw_rows(
    page: Page, view: View, finding_of: Callable[[RowOptions, View, Found], str]
) -> tuple[Drawn, ...]:
    """Draw charts and table under the title that ``finding_of`` makes from the numbers.

    A row that neither title nor axis needs may be missing in the workbook; the page then says so.
    """
    options, missing = present(page.options, view)
    found = view.rows([options.axis.name, *(line.name for line in options.rows)])
    finding = finding_of(options, view, found)
    sketch = Sketch(page.sheet, _widths(options, len(found[options.axis.name])))
    sketch.head(view, page, finding)
    _headlines(sketch, options, view)
    top = sketch.row
    sketch.row += 17 * -(-len(options.charts) // 2)
    across = len(found[options.axis.name])
    sketch.heading("The figures", FIRST + across - 1 if across <= WIDEST else LABEL + len(options.rows))
    rows = rows_table(
        sketch, view, options.axis, options.rows, totals=options.totals, three_digits=options.three_digits
    )
    if missing:
        sketch.note(f"Not in the workbook: {', '.join(missing)}.")
    bottom, sketch.row = sketch.row, top
    for first in range(0, len(options.charts), 2):
        sketch.chart_row(*(row_chart(options, rows, chart) for chart in options.charts[first : first + 2]))
    sketch.row = bottom
    return (Drawn(sketch.sheet(view.footer), finding),)


def _widths(options: RowOptions, length: int) -> tuple[float, ...]:
    return (2.0, 15.0, *([12.6] * max(9, len(options.rows)))) if length > WIDEST else WIDTHS


def present(options: RowOptions, view: View) -> tuple[RowOptions, list[str]]:
    """Return the options without the rows that the workbook lacks, and those rows' names."""
    names = [line.name for line in options.rows]
    wanted = [*options.about, *(name for chart in options.charts for name in chart.rows)]
    unknown = [name for name in dict.fromkeys(wanted) if name not in names]
    if unknown:
        raise LeftOut(f"the template charts or titles {', '.join(unknown)}, which its rows do not hold")
    view.rows([options.axis.name, *options.about])
    there = [name for name in names if view.find(name) is not None]
    charts = [replace(one, rows=tuple(name for name in one.rows if name in there)) for one in options.charts]
    rows = tuple(line for line in options.rows if line.name in there)
    kept = replace(options, rows=rows, charts=tuple(chart for chart in charts if chart.rows))
    return kept, [name for name in names if name not in there]


def _headlines(sketch: Sketch, options: RowOptions, view: View) -> None:
    shown = [(line, value) for line in options.headlines if (value := view.figure(line.name)) is not None]
    if sketch.widths[LABEL - 1] >= _ROOM_FOR_LABELS:
        sketch.rows([_headline(line, value) for line, value in shown])
    else:
        sketch.note("; ".join(f"{line.label}: {text_of(value, line.unit)}" for line, value in shown))
    sketch.row += 1 if shown else 0


def _headline(line: Line, value: Value) -> list[Cell]:
    figure = Cell(value, "row_bold", headline_format(line.unit, value))
    return [Cell(line.label, "row_label"), Cell(line.unit, "row_muted"), figure]


def line_of(options: RowOptions, name: str) -> Line:
    """Return the declared row of a name."""
    return next(line for line in options.rows if line.name == name)


def row_chart(options: RowOptions, rows: Rows, chart: ChartOptions) -> Chart:
    """Return a chart of rows over the axis; bars stand in the order of the table, from the top."""
    lines = [line_of(options, name) for name in chart.rows]
    series = tuple(rows.series(line, COLOURS[n % len(COLOURS)]) for n, line in enumerate(lines))
    values = [value for name in chart.rows for value in rows.values[name]]
    crossed = min(numbers_of(values), default=0.0) < 0
    across = rows.values[options.axis.name]
    bars: dict[str, Any] = {"reverse": True, "crossing": "max"} if chart.kind == "bar" else {}
    return Chart(
        chart.kind,
        chart.title,
        series,
        1,
        1,
        stacked=chart.stacked,
        x=category_axis(options.axis, across, label_position="low" if crossed else "next_to", **bars),
        y=axis_of("", lines[0].unit, values),
        height=325,
        gap=70,
        legend="bottom" if len(series) > 1 else "none",
    )
