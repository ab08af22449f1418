"""One business by model year: its standard lines, its unit economics, and what it needs until it earns."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.core.values import Value
from engine.report.figures import headline_format, is_number, numbers_of, text_of
from engine.report.pages.rowpage import Found, RowOptions, present, row_chart
from engine.report.pages.rows import axis_of, round_step, rows_table
from engine.report.sketch import FIRST, Sketch
from engine.report.specification import Drawn, Line, Page, Surroundings
from engine.report.view import View
from engine.xlsx.tree import Axis, Cell, Chart, Series

_LABEL, _UNIT, _YEAR, _GAP = 30.0, 14.0, 12.0, 2.0
_ECONOMICS = (36.0, 17.0, 12.0)
_HEIGHT = 300
_CENTS_UP_TO = 1000.0
_FEWEST = 3  # a stack of fewer parts tells no more than its figures


@dataclass(frozen=True, slots=True)
class BusinessOptions(RowOptions):
    """``headlines`` are the unit economics, beside the years; a row over months stands for its last month.

    ``stack`` names those of them that are drawn, from the price over each cost to what is left.
    """

    stack: tuple[str, ...] = ()


def draw(page: Page, view: View, _: Surroundings) -> tuple[Drawn, ...]:
    """Draw a business; ``about`` names its revenue, gross margin and EBITDA by year and its cash balance."""
    options, missing = present(page.options, view)
    assert isinstance(options, BusinessOptions)
    found = view.rows([options.axis.name, *(line.name for line in options.rows)])
    years = len(found[options.axis.name])
    finding = _finding(page, options, found)
    sketch = Sketch(page.sheet, (2.0, _LABEL, _UNIT, *([_YEAR] * years), _GAP, *_ECONOMICS))
    sketch.head(view, page, finding)
    top = sketch.row
    sketch.row += _HEIGHT // 20 + 1
    tables = sketch.row
    sketch.heading("By model year", FIRST + years - 1)
    rows = rows_table(sketch, view, options.axis, options.rows, totals=options.totals)
    if missing:
        sketch.note(f"Not in the workbook: {', '.join(missing)}.", FIRST + years - 1)
    bottom, sketch.row = sketch.row, tables
    stack = _economics(sketch, view, options, FIRST + years + 1)
    bottom, sketch.row = max(bottom, sketch.row), top
    charts = [replace(row_chart(options, rows, chart), height=_HEIGHT) for chart in options.charts[:2]]
    sketch.chart_row(*charts, *stack)
    sketch.row = bottom
    return (Drawn(sketch.sheet(view.footer), finding),)


def _finding(page: Page, options: BusinessOptions, found: Found) -> str:
    revenue, margin, result, cash = options.about[:4]
    years = len(found[revenue])
    last, share = found[revenue][-1], found[margin][-1]
    text = f"{page.title}: revenue of {text_of(last, '$/year')} in year {years}"
    if is_number(share):
        text += f" at {text_of(share, '% of revenue')} gross margin"
    earns = next((n for n, value in enumerate(found[result], 1) if is_number(value) and value > 0), None)
    text += f"; EBITDA positive from year {earns}" if earns else "; EBITDA not positive in any year"
    lowest = min(numbers_of(found[cash]), default=0.0)
    return text + (f"; cash down to {text_of(lowest, '$')} at a year's end" if lowest < 0 else "")


def _economics(sketch: Sketch, view: View, options: BusinessOptions, column: int) -> list[Chart]:
    """Write the unit economics from a column on; return the chart of the stack, where there is one."""
    known = [(line, _figure(view, line)) for line in options.headlines]
    shown = [(line, value) for line, value in known if value is not None]
    if not shown:
        return []
    for offset in range(len(_ECONOMICS)):
        text = None if offset else "Unit economics at the end"
        sketch.put(sketch.row, column + offset, Cell(text, "heading"))
    sketch.row += 1
    headers = [Cell("A customer", "header"), Cell("Unit", "header"), Cell("Figure", "header_right")]
    body = [_economics_row(line, value, line.name in options.totals) for line, value in shown]
    first = sketch.table(headers, body, column)
    places = [n for n, (line, _) in enumerate(shown) if line.name in options.stack]
    if len(places) < max(_FEWEST, len(options.stack)) or places != list(range(places[0], places[-1] + 1)):
        return []
    top, bottom = first + places[0], first + places[-1]
    names, values = (sketch.area(top, at, bottom, at) for at in (column, column + 2))
    return [_stack(Series("A customer", values, names, "series3"), [shown[n] for n in places])]


def _economics_row(line: Line, value: Value, total: bool) -> list[Cell]:
    style = "total" if total else "row"
    unit = Cell(line.unit, "total" if total else "row_muted")
    return [Cell(line.label, style), unit, Cell(value, style, headline_format(line.unit, value))]


def _figure(view: View, line: Line) -> Value:
    found = view.find(line.name)
    return view.said(line.name, found[-1]) if found else None


def _told(value: Value, unit: str, *, cents: bool) -> str:
    """Return a part of the stack as its label says it: to the cent where none is large."""
    if not cents or not is_number(value):
        return text_of(value, unit)
    return f"{'−' if value < 0 else ''}${abs(value):,.2f}"


def _stack(series: Series, shown: list[tuple[Line, Value]]) -> Chart:
    values = [value for _, value in shown]
    largest = max((abs(value) for value in numbers_of(values)), default=0.0)
    texts = tuple(_told(value, line.unit, cents=largest < _CENTS_UP_TO) for line, value in shown)
    colours = ("series1", *(["series3"] * (len(shown) - 2)), "good")
    return Chart(
        "bar",
        "What a customer pays, costs and leaves a month",
        (replace(series, label_texts=texts, point_colours=colours),),
        1,
        1,
        x=Axis("", reverse=True, crossing="max", gridlines=False, label_position="low"),
        y=replace(axis_of("", shown[0][0].unit, values), major=round_step(max(largest, 1e-9) / 4)),
        height=_HEIGHT,
        gap=40,
        legend="none",
    )
