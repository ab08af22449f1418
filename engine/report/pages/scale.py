"""The scale curve: cost and margin per user at every number of users, from the model's one cost function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.core.values import Value
from engine.report.figures import is_number, numbers_of, text_of
from engine.report.pages.rows import Rows, axis_of, category_axis, log_axis, marker, rows_table
from engine.report.sketch import Sketch
from engine.report.specification import Drawn, Line, Page, Surroundings
from engine.report.view import View
from engine.xlsx.tree import Chart, Series


@dataclass(frozen=True, slots=True)
class ScaleOptions:
    """The rows of the scale curve: axis, parts of cost, its total with low and high, price and margins."""

    axis: Line
    parts: tuple[Line, ...]
    cost: Line
    low: Line
    high: Line
    price: Line
    margins: tuple[Line, ...]
    break_even: str = ""


def draw(page: Page, view: View, _: Surroundings) -> tuple[Drawn, ...]:
    """Draw cost against price on a log axis with the break-even marked, the parts of cost, and the table."""
    options: ScaleOptions = page.options
    sketch = Sketch(page.sheet)
    lines = [*options.parts, options.cost, options.low, options.high, options.price, *options.margins]
    found = view.rows([options.axis.name, *(line.name for line in lines)])
    finding = _finding(options, view, found)
    sketch.head(view, page, finding)
    top = sketch.row
    sketch.row += 18
    sketch.heading("Cost and margin by scale")
    rows = rows_table(sketch, view, options.axis, lines, totals=(options.cost.name,))
    mark = _mark(sketch, options, view, rows)
    bottom, sketch.row = sketch.row, top
    sketch.chart_row(_curve(options, rows, mark), _stack(options, rows))
    sketch.row = bottom
    return (Drawn(sketch.sheet(view.footer), finding),)


def _finding(options: ScaleOptions, view: View, found: Mapping[str, tuple[Value, ...]]) -> str:
    users, cost, price = (found[name] for name in (options.axis.name, options.cost.name, options.price.name))
    known = [(u, c) for u, c in zip(users, cost, strict=True) if is_number(c) and is_number(u)]
    if not known:
        return f"{options.cost.label} can't be computed at any scale"
    (first, begins), (last, ends) = known[0], known[-1]
    verb = "falls" if ends < begins else "rises"
    unit = options.cost.unit
    fall = f"{options.cost.label} {verb} from {text_of(begins, unit)} at {text_of(first)} {options.axis.unit}"
    fall += f" to {text_of(ends, unit)} at {text_of(last)}"
    root = view.number(options.break_even) if options.break_even else None
    at = root if root is not None else _first_below(users, cost, price)
    if at is None:
        return f"{fall}; never below the price"
    levels = sorted(set(numbers_of(price)))
    level = f" of {text_of(levels[0], unit)}" if len(levels) == 1 else ""
    where = f"{'at' if root is not None else 'from'} {text_of(at)} {options.axis.unit}"
    return f"{fall}, and below the price{level} {where}"


def _first_below(*rows: tuple[Value, ...]) -> float | None:
    for users, cost, price in zip(*rows, strict=True):
        if is_number(users) and is_number(cost) and is_number(price) and cost < price:
            return users
    return None


def _mark(sketch: Sketch, options: ScaleOptions, view: View, rows: Rows) -> Series | None:
    root = view.number(options.break_even) if options.break_even else None
    users = numbers_of(rows.values[options.axis.name])
    if root is None or not users or not min(users) <= root <= max(users):
        return None
    top = max(numbers_of((*rows.values[options.cost.name], *rows.values[options.high.name])), default=1.0)
    x, y = marker(sketch, "Break-even", [(root, 0.0), (root, top)], options.axis.unit, options.cost.unit)
    return Series(f"Break-even: {text_of(root)} {options.axis.unit}", y, x, "bad", dashed=True, width=1.5)


def _curve(options: ScaleOptions, rows: Rows, mark: Series | None) -> Chart:
    series = [
        rows.series(options.cost, "series1", markers=True),
        rows.series(options.low, "low", dashed=True, width=1.5),
        rows.series(options.high, "muted", dashed=True, width=1.5),
        rows.series(options.price, "series3"),
    ]
    users = numbers_of(rows.values[options.axis.name])
    return Chart(
        "scatter",
        f"{options.cost.label} against price",
        (*series, *((mark,) if mark else ())),
        1,
        1,
        x=log_axis(options.axis, users),
        y=axis_of("", options.cost.unit, rows.values[options.cost.name], minimum=0),
        height=345,
    )


def _stack(options: ScaleOptions, rows: Rows) -> Chart:
    colours = ("series1", "series2", "series3", "series4", "series5", "series6", "series7", "series8")
    series = tuple(rows.series(line, colours[n % len(colours)]) for n, line in enumerate(options.parts))
    return Chart(
        "column",
        "What the cost consists of",
        series,
        1,
        1,
        stacked=True,
        x=category_axis(options.axis, rows.values[options.axis.name]),
        y=axis_of("", options.cost.unit, rows.values[options.cost.name]),
        height=345,
        gap=60,
    )
