"""Cloud or colo: the cost per user of each at every scale on a log axis, the crossover marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.core.values import Value
from engine.report.figures import inside, is_number, numbers_of, text_of
from engine.report.pages.rows import Rows, axis_of, category_axis, log_axis, marker, rows_table
from engine.report.sketch import Sketch
from engine.report.specification import Drawn, Line, Page, Surroundings
from engine.report.view import View
from engine.xlsx.tree import Chart, Series


@dataclass(frozen=True, slots=True)
class ColoOptions:
    """The rows of the comparison and the name of its crossover."""

    axis: Line
    first: Line
    second: Line
    saving: Line
    crossover: str = ""


def draw(page: Page, view: View, _: Surroundings) -> tuple[Drawn, ...]:
    """Draw both curves on log axes with the crossover, the saving as columns, and the table."""
    options: ColoOptions = page.options
    lines = [options.first, options.second, options.saving]
    found = view.rows([options.axis.name, *(line.name for line in lines)])
    crossing = view.number(options.crossover) if options.crossover else None
    finding = _finding(options, found, crossing)
    sketch = Sketch(page.sheet)
    sketch.head(view, page, finding)
    top = sketch.row
    sketch.row += 18
    sketch.heading("Cost by scale")
    rows = rows_table(sketch, view, options.axis, lines, totals=(options.saving.name,))
    mark = _mark(sketch, options, rows, crossing)
    bottom, sketch.row = sketch.row, top
    sketch.chart_row(_curve(options, rows, mark), _saving(options, rows))
    sketch.row = bottom
    return (Drawn(sketch.sheet(view.footer), finding),)


def _costs(options: ColoOptions, rows: Rows) -> list[float]:
    return numbers_of((*rows.values[options.first.name], *rows.values[options.second.name]))


def _mark(sketch: Sketch, options: ColoOptions, rows: Rows, crossing: float | None) -> tuple[Series, ...]:
    users, costs = numbers_of(rows.values[options.axis.name]), _costs(options, rows)
    if crossing is None or not costs or not users or not min(users) <= crossing <= max(users):
        return ()
    points = [(crossing, min(costs)), (crossing, max(costs))]
    x, y = marker(sketch, "Crossover", points, options.axis.unit, options.first.unit)
    name = f"Crossover: {text_of(crossing)} {options.axis.unit}"
    return (Series(name, y, x, "bad", dashed=True, width=1.5),)


def _curve(options: ColoOptions, rows: Rows, mark: tuple[Series, ...]) -> Chart:
    users, costs = numbers_of(rows.values[options.axis.name]), _costs(options, rows)
    log = {"log_base": 10.0} if costs and min(costs) > 0 else {}
    series = (
        rows.series(options.first, "series2", markers=True),
        rows.series(options.second, "series1", markers=True),
        *mark,
    )
    return Chart(
        "scatter",
        f"{options.first.label} against {inside(options.second.label)}",
        series,
        1,
        1,
        x=log_axis(options.axis, users),
        y=axis_of("", options.first.unit, costs, label_position="low", **log),
        height=345,
    )


def _saving(options: ColoOptions, rows: Rows) -> Chart:
    values = rows.values[options.axis.name]
    return Chart(
        "column",
        options.saving.label,
        (rows.series(options.saving, "series4"),),
        1,
        1,
        x=category_axis(options.axis, values, label_position="low"),
        y=axis_of("", options.saving.unit, rows.values[options.saving.name]),
        height=345,
        gap=60,
        legend="none",
    )


def _finding(options: ColoOptions, found: Mapping[str, tuple[Value, ...]], crossing: float | None) -> str:
    first, second = inside(options.first.label), options.second.label
    tail = _tail(options, found)
    if crossing is None:
        return f"{second} and {first} do not cross in the range{tail}"
    return f"{second} becomes cheaper than {first} at {text_of(crossing)} {options.axis.unit}{tail}"


def _tail(options: ColoOptions, found: Mapping[str, tuple[Value, ...]]) -> str:
    pairs = zip(found[options.axis.name], found[options.saving.name], strict=True)
    known = [(users, saved) for users, saved in pairs if is_number(saved)]
    if not known:
        return ""
    users, saved = known[-1]
    unit = options.saving.unit
    return f"; at {text_of(users)} it {'saves' if saved >= 0 else 'costs an extra'} " + text_of(
        abs(saved), unit, with_unit=True
    )
