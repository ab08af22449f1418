"""Curves of an output along a driver, for sweeps, break-evens and crossovers: a chart and its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from engine.core.values import Value
from engine.report.figures import column_format, distinct_format, headed, numbers_of, text_of
from engine.report.pages.rows import axis_of, floor_of, marker
from engine.report.sketch import LABEL, Sketch
from engine.xlsx.tree import Area, Cell, Chart, Series

MOST_POINTS = 17
_STEEP = 20  # times from least to largest, from which a value axis reads better on a logarithmic scale
CURVE_WIDTHS = (2.0, 34.0, *([18.0] * 6))
_COLOURS = ("series1", "series2", "series3", "series4")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a curve's table; the ``role`` "mark" is drawn as points, "target" dashed."""

    label: str
    unit: str
    values: tuple[Value, ...]
    role: str = "line"


@dataclass(frozen=True, slots=True)
class Curve:
    """A driver's values with the columns over them; ``marks`` are driver values with an upright line."""

    driver: Column
    columns: tuple[Column, ...]
    log: bool = False
    bold: frozenset[int] = field(default_factory=frozenset)
    marks: tuple[float, ...] = ()


def thinned(count: int, keep: Sequence[int] = ()) -> list[int]:
    """Return at most some 17 places evenly along a curve, its ends and the places to keep among them."""
    if count <= MOST_POINTS:
        return list(range(count))
    step = (count - 1) / (MOST_POINTS - 1)
    return sorted({round(n * step) for n in range(MOST_POINTS)} | {one for one in keep if 0 <= one < count})


def draw_curve(sketch: Sketch, curve: Curve, titles: Sequence[str], height: int = 330) -> None:
    """Draw a chart per unit among the columns, two to a row at the cursor, and the table of all below."""
    groups = _by_unit(curve.columns)
    top = sketch.row
    sketch.row += (-(-height // 20) + 1) * -(-len(groups) // 2)
    sketch.heading("The points of the curve", LABEL + len(curve.columns))
    areas = _table(sketch, curve)
    marks = _marks(sketch, curve)
    bottom, sketch.row = sketch.row, top
    pairs = zip(groups, titles, strict=True)
    charts = [replace(_chart(curve, areas, group, title), height=height) for group, title in pairs]
    charts[0] = replace(charts[0], series=(*charts[0].series, *marks))
    for first in range(0, len(charts), 2):
        sketch.chart_row(*charts[first : first + 2])
    sketch.row = bottom


def _by_unit(columns: Sequence[Column]) -> list[list[int]]:
    units = list(dict.fromkeys(column.unit for column in columns))
    return [[n for n, column in enumerate(columns) if column.unit == unit] for unit in units]


def chart_titles(curve: Curve, driver: str) -> list[str]:
    """Return the title of each chart: what it draws by the driver."""
    groups = _by_unit(curve.columns)
    return [f"{', '.join(curve.columns[n].label for n in group)} by {driver}" for group in groups]


def _table(sketch: Sketch, curve: Curve) -> list[Area]:
    every = [curve.driver, *curve.columns]
    headers = [
        Cell(headed(one.label, one.unit), "header" if n == 0 else "header_right")
        for n, one in enumerate(every)
    ]
    shown = [column_format(one.unit, one.values) for one in every]
    shown[0] = distinct_format(curve.driver.unit, curve.driver.values)
    rows = []
    for place in range(len(curve.driver.values)):
        styles = ["row_left_bold" if place in curve.bold else "row_left"]
        styles += ["row_bold" if place in curve.bold else "row"] * len(curve.columns)
        rows.append([Cell(one.values[place], styles[k], shown[k]) for k, one in enumerate(every)])
    first = sketch.table(headers, rows)
    last = first + len(rows) - 1
    return [sketch.area(first, LABEL + k, last, LABEL + k) for k in range(len(every))]


def _marks(sketch: Sketch, curve: Curve) -> tuple[Series, ...]:
    """Write the ends of each upright line below the table and return the lines."""
    heights = numbers_of(value for column in curve.columns for value in column.values)
    series = []
    for place in curve.marks if heights else ():
        points = [(place, min(heights)), (place, max(heights))]
        x, y = marker(sketch, "Crossover", points, curve.driver.unit, curve.columns[0].unit)
        name = f"Crossover: {text_of(place, curve.driver.unit)}"
        series.append(Series(name, y, x, "bad", dashed=True, width=1.5))
    return tuple(series)


def _chart(curve: Curve, areas: list[Area], group: Sequence[int], title: str) -> Chart:
    series = []
    for number, place in enumerate(group):
        column, area = curve.columns[place], areas[place + 1]
        colour = {"target": "muted", "mark": "bad"}.get(column.role, _COLOURS[number % len(_COLOURS)])
        mark, dashed = column.role == "mark", column.role == "target"
        series.append(
            Series(column.label, area, areas[0], colour, line=not mark, markers=mark, dashed=dashed)
        )
    across = numbers_of(curve.driver.values)
    up = [value for place in group for value in curve.columns[place].values]
    log = {"log_base": 10.0} if curve.log and across and min(across) > 0 else {}
    ends = {"minimum": min(across, default=0.0), "maximum": max(across, default=1.0)}
    x = axis_of(curve.driver.label, curve.driver.unit, across, label_position="low", **ends, **log)
    found = numbers_of(up)
    steep = curve.log and min(found, default=0.0) > 0 and max(found) > _STEEP * min(found)
    y = axis_of(
        "",
        curve.columns[group[0]].unit,
        up,
        label_position="low",
        minimum=None if steep else floor_of(up),
        log_base=10.0 if steep else None,
    )
    legend: Literal["bottom", "none"] = "bottom" if len(series) > 1 else "none"
    return Chart("scatter", title, tuple(series), 1, 1, x=x, y=y, legend=legend)
