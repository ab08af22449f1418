"""Rows of the workbook over their axis as a table on the page, and the areas that charts draw from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.core.values import Value
from engine.report.figures import (
    column_format,
    headed,
    headline_format,
    kind_of,
    measures,
    numbers_of,
    titled,
)
from engine.report.sketch import FIRST, LABEL, UNIT, Sketch, row_cells
from engine.report.specification import Line
from engine.report.view import View
from engine.xlsx.tree import Area, Axis, Cell, Series

WIDEST = 10
_EXACT = 1000  # counts below it stand on an axis as they are


@dataclass(frozen=True, slots=True)
class Rows:
    """Where a table's rows lie: an area per defined name, the axis under its own."""

    axis: str
    areas: dict[str, Area] = field(default_factory=dict)
    values: dict[str, tuple[Value, ...]] = field(default_factory=dict)

    def series(self, line: Line, colour: str, **look: Any) -> Series:
        """Return a chart series of one row over the axis."""
        return Series(line.label, self.areas[line.name], self.areas[self.axis], colour, **look)


def rows_table(
    sketch: Sketch,
    view: View,
    axis: Line,
    lines: Sequence[Line],
    *,
    totals: Sequence[str] = (),
    three_digits: bool = False,
) -> Rows:
    """Write the axis as header and a row per line below; names in ``totals`` stand out as totals.

    ``three_digits`` rounds each figure to three significant digits, as on the pages that sum up.

    An axis longer than the page is wide goes down instead, a column per line. Raises LeftOut with all
    names that are missing.
    """
    found = view.rows([axis.name, *(line.name for line in lines)])
    if len(found[axis.name]) > WIDEST:
        return _columns_table(sketch, found, axis, lines)
    rows = Rows(axis.name, values=found)
    shown = column_format(axis.unit, found[axis.name])
    headers = [Cell(axis.label, "header"), Cell("Unit", "header")]
    headers += [Cell(value, "header_right", shown) for value in found[axis.name]]
    said = {line.name: tuple(view.said(line.name, value) for value in found[line.name]) for line in lines}
    body = [_line(line, said[line.name], line.name in totals, three_digits=three_digits) for line in lines]
    first = sketch.table(headers, body)
    right = FIRST + len(found[axis.name]) - 1
    rows.areas[axis.name] = sketch.area(first - 1, FIRST, first - 1, right)
    for number, line in enumerate(lines):
        rows.areas[line.name] = sketch.area(first + number, FIRST, first + number, right)
    return rows


_FIGURE = {"text": "row_right"}  # words among figures end where the figures do


def _columns_table(
    sketch: Sketch, found: dict[str, tuple[Value, ...]], axis: Line, lines: Sequence[Line]
) -> Rows:
    rows = Rows(axis.name, values=found)
    every = [axis, *lines]
    headers = [
        Cell(headed(one.label, one.unit), "header" if one is axis else "header_right") for one in every
    ]
    shown = [column_format(one.unit, found[one.name]) for one in every]
    body = [
        [
            Cell(found[one.name][n], "row_left" if one is axis else _FIGURE.get(one.unit, "row"), shown[k])
            for k, one in enumerate(every)
        ]
        for n in range(len(found[axis.name]))
    ]
    first = sketch.table(headers, body)
    sketch.freeze(first)
    for number, one in enumerate(every):
        rows.areas[one.name] = sketch.area(first, LABEL + number, first + len(body) - 1, LABEL + number)
    return rows


def _line(line: Line, values: Sequence[Value], total: bool, *, three_digits: bool) -> list[Cell]:
    style = "total" if total else "row"
    head = [Cell(line.label, style), Cell(line.unit, "total" if total else "row_muted")]
    if three_digits:
        return head + [Cell(value, style, headline_format(line.unit, value)) for value in values]
    return head + row_cells(values, column_format(line.unit, values), style)


def marker(
    sketch: Sketch, label: str, points: Sequence[tuple[float, float]], unit_x: str, unit_y: str
) -> tuple[Area, Area]:
    """Write the points of a line that marks something on a chart as two small rows; return x and y."""
    sketch.end_print()
    xs, ys = zip(*points, strict=True)
    for name, values, unit in ((f"{label}: across", xs, unit_x), (f"{label}: up", ys, unit_y)):
        cells = [Cell(name, "row_muted"), Cell(unit, "row_muted")]
        cells += row_cells(values, column_format(unit, values), "row_muted")
        sketch.put_row(sketch.row, LABEL, cells)
        sketch.row += 1
    right = UNIT + len(xs)
    return (
        sketch.area(sketch.row - 2, FIRST, sketch.row - 2, right),
        sketch.area(sketch.row - 1, FIRST, sketch.row - 1, right),
    )


def axis_of(title: str, unit: str, values: Sequence[object] = (), **options: Any) -> Axis:
    """Return a chart axis whose title carries the unit and whose numbers suit it."""
    shown = titled(title, unit) if title else (unit if measures(unit) else "")
    form = axis_format(unit, values, log=options.get("log_base") is not None, start=options.get("minimum"))
    return Axis(shown, form, **options)


def category_axis(line: Line, values: Sequence[object], **options: Any) -> Axis:
    """Return the axis of a row's own values, which shows them as they are where they are money or shares."""
    kind = kind_of(line.unit)
    whole = kind == "number" and all(value == round(value) for value in numbers_of(values))
    exact = kind in ("money", "percent") or (whole and max(numbers_of(values), default=0.0) < _EXACT)
    shown = column_format(line.unit, values) if exact else axis_format(line.unit, values)
    title = titled(line.label, line.unit)
    return Axis(title, shown, gridlines=False, interval=6 if len(values) > 24 else None, **options)


def log_axis(line: Line, values: Sequence[float]) -> Axis:
    """Return a logarithmic axis over a row's range; a linear one where not all are above 0."""
    ends = {"minimum": min(values), "maximum": max(values)} if values else {}
    base = 10.0 if values and min(values) > 0 else None
    return axis_of(line.label, line.unit, values, log_base=base, **ends)


_FLAT = 0.01  # of the value: what is no movement to a reader


def floor_of(values: Sequence[object]) -> float | None:
    """Return where a value axis begins so that curves far above zero stay apart, None for zero.

    A curve that hardly moves begins at zero, so that it is drawn as flat as it is.
    """
    found = numbers_of(values)
    low, high = min(found, default=0.0), max(found, default=0.0)
    if low <= 0.5 * high or low <= 0 or high - low < _FLAT * high:
        return None
    step = round_step((high - low) / 2)
    return math.floor(low / step) * step


def round_step(width: float) -> float:
    """Return the 1, 2 or 5 times a power of ten nearest above a width, for the marks of an axis."""
    power = 10.0 ** math.floor(math.log10(width))
    return next(power * n for n in (1, 2, 5, 10) if power * n >= width * (1 - 1e-9))


_TICKS = 10  # a program divides an axis into at most so many steps
_MONEY = ((2e6, 1e6, "axis_money_m"), (1e4, 1e3, "axis_money_k"), (0.0, 1.0, "axis_money"))
_SMALL = ((10, "axis_number"), (2, "axis_decimal"), (0.1, "axis_decimal2"))
_SIGNED = ((2e6, "axis_m"), (1e4, "axis_k"), *_SMALL)
_COUNTS = ((1e7, "axis_users"), (1e6, "axis"), (1e4, "axis_users"), *_SMALL)


def axis_format(unit: str, values: Sequence[object], *, log: bool = False, start: float | None = None) -> str:
    """Return the number format of an axis by its unit and reach, signed where a value is negative.

    It has decimals enough to tell the marks apart; ``start`` is where the axis begins, if not at zero.
    """
    found = numbers_of(values)
    largest = max((abs(value) for value in found), default=0.0)
    least = min(found, default=0.0)
    step = (max(found, default=0.0) - (min(least, 0.0) if start is None else start)) / _TICKS
    kind = kind_of(unit)
    if kind == "money":
        return "axis_money_log" if log and 0 < least < 1 else _money_axis(largest, largest if log else step)
    if kind == "percent":
        return "axis_percent" if step >= 0.01 else "axis_percent1"
    if kind != "number":
        return {"multiple": "multiple", "year": "year", "date": "month", "text": "general"}[kind]
    if start is not None and step < 1000 <= largest:
        return "axis_number"
    return "axis_users" if log else _by_size(_COUNTS if least >= 0 else _SIGNED, largest, "axis_decimal3")


def _money_axis(largest: float, step: float) -> str:
    scale, name = next((scale, name) for size, scale, name in _MONEY if largest >= size)
    return name if step >= scale else f"{name}1" if step >= scale / 10 else f"{name}2"


def _by_size(formats: Sequence[tuple[float, str]], largest: float, otherwise: str) -> str:
    return next((name for size, name in formats if largest >= size), otherwise)
