"""Sensitivity grids: one output over two drivers, the base case boxed, the line where the target is met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.analysis.results import Grid
from engine.core.values import Value
from engine.report.figures import (
    column_format,
    distinct_format,
    inside,
    is_number,
    numbers_of,
    text_of,
    titled,
)
from engine.report.pages.rows import axis_of, floor_of
from engine.report.pages.several import sheet_names
from engine.report.sketch import FIRST, LABEL, UNIT, Sketch
from engine.report.specification import Drawn, NoOptions, Page, Surroundings
from engine.report.view import LeftOut, View
from engine.xlsx.tree import Cell, Chart, Highlight, Series

GridOptions = NoOptions
_COLOURS = ("series3", "series8", "series7", "series2", "series1", "series4", "series5", "series6", "series3")


@dataclass(frozen=True, slots=True)
class _Place:
    top: int
    left: int


def draw(page: Page, view: View, _: Surroundings) -> tuple[Drawn, ...]:
    """Draw one sheet per grid."""
    grids = view.material.results.grids
    if not grids:
        raise LeftOut("the workbook asks for no sensitivity grid (table Analyses, kind grid)")
    names = sheet_names(page.sheet, [one.id for one in grids])
    return tuple(_draw(page, view, name, grid) for name, grid in zip(names, grids, strict=True))


def _draw(page: Page, view: View, name: str, grid: Grid) -> Drawn:
    sketch = Sketch(name)
    better = _better(view, grid.output)
    finding = _finding(grid, better)
    sketch.head(view, page, finding, grid.title)
    place = _table(sketch, grid)
    _colour(sketch, grid, place, better)
    sketch.row += 1
    sketch.note(_legend(grid, better))
    sketch.note(_names(view, grid))
    sketch.row += 1
    sketch.chart(_chart(sketch, grid, place))
    return Drawn(sketch.sheet(view.footer), finding)


def _better(view: View, output: str) -> str:
    found = (row.better for row in view.material.contract.outputs if row.name.casefold() == output.casefold())
    return (next(found, "") or "").casefold()


def _reference(grid: Grid) -> float | None:
    line = _line(grid)
    return line if line is not None else (float(grid.base) if is_number(grid.base) else None)


def _line(grid: Grid) -> float | None:
    """Return the value whose line is drawn: the target, else zero where the output takes both signs."""
    if grid.threshold is not None:
        return grid.threshold
    found = numbers_of(value for row in grid.values for value in row)
    return 0.0 if found and min(found) < 0 < max(found) else None


def _finding(grid: Grid, better: str) -> str:
    found = numbers_of(value for row in grid.values for value in row)
    drivers = f"{inside(grid.row_label)} and {inside(grid.column_label)}"
    if not found:
        return f"{grid.label} can't be computed anywhere over {drivers}"
    if grid.threshold is None:
        low, high = (text_of(one, grid.unit) for one in (min(found), max(found)))
        return (
            f"{grid.label} runs from {low} to {high}, base {text_of(grid.base, grid.unit)}; {_stronger(grid)}"
        )
    meets = [value <= grid.threshold if better == "lower" else value >= grid.threshold for value in found]
    word = "at or below" if better == "lower" else "at or above"
    target = text_of(grid.threshold, grid.unit)
    return f"{grid.label} {word} {target} in {sum(meets)} of {len(found)} combinations of {drivers}"


def _stronger(grid: Grid) -> str:
    """Return which driver moves the output more: the wider of the mean spreads along rows and columns."""
    across = _mean_spread(grid.values)
    down = _mean_spread(tuple(zip(*grid.values, strict=True)))
    labels = inside(grid.row_label), inside(grid.column_label)
    if across == down:
        return f"it moves alike with {labels[0]} and with {labels[1]}"
    more, less = labels if down > across else labels[::-1]
    return f"it moves more with {more} than with {less}"


def _mean_spread(lines: Sequence[Sequence[Value]]) -> float:
    spreads = [max(found) - min(found) for line in lines if (found := numbers_of(line))]
    return sum(spreads) / len(spreads) if spreads else 0.0


def _table(sketch: Sketch, grid: Grid) -> _Place:
    top = sketch.row + 2
    sketch.put(top - 2, LABEL, Cell(titled(grid.label, grid.unit), "label_bold"))
    sketch.put(top - 1, FIRST, Cell(f"{titled(grid.column_label, grid.column_unit)} →", "label_bold"))
    sketch.put(top, LABEL, Cell(f"{titled(grid.row_label, grid.row_unit)} ↓", "wrap"))
    sketch.height(top, 28)
    across = distinct_format(grid.column_unit, grid.column_values)
    sketch.put_row(top, FIRST, [Cell(value, "axis", across) for value in grid.column_values])
    shown = column_format(grid.unit, [value for row in grid.values for value in row])
    along = distinct_format(grid.row_unit, grid.row_values)
    for down, row in enumerate(grid.values, 1):
        sketch.put(top + down, UNIT, Cell(grid.row_values[down - 1], "axis", along))
        cells = [Cell(value, _style(grid, down - 1, right), shown) for right, value in enumerate(row)]
        sketch.put_row(top + down, FIRST, cells)
        sketch.height(top + down, 19)
    sketch.row = top + 1 + len(grid.values)
    return _Place(top + 1, FIRST)


def _style(grid: Grid, down: int, right: int) -> str:
    if (down, right) == (grid.base_row, grid.base_column):
        return "boxed"
    here = grid.values[down][right]
    left = right > 0 and _crosses(grid, here, grid.values[down][right - 1])
    above = down > 0 and _crosses(grid, here, grid.values[down - 1][right])
    return {(True, True): "edge_corner", (True, False): "edge_left", (False, True): "edge_top"}.get(
        (left, above), "grid"
    )


def _crosses(grid: Grid, one: Value, other: Value) -> bool:
    line = _line(grid)
    if line is None or not is_number(one) or not is_number(other):
        return False
    return (one < line) != (other < line)


def _colour(sketch: Sketch, grid: Grid, place: _Place, better: str) -> None:
    bottom, right = place.top + len(grid.values) - 1, place.left + len(grid.column_values) - 1
    scale = better if better in ("higher", "lower") else "neutral"
    area = sketch.area(place.top, place.left, bottom, right)
    sketch.highlight(Highlight(area, scale=scale, midpoint=_reference(grid)))


def _legend(grid: Grid, better: str) -> str:
    base = f"{grid.row_label} × {grid.column_label}, where {grid.label} is {text_of(grid.base, grid.unit)}"
    boxed = (
        "Boxed: the base case of"
        if None not in (grid.base_row, grid.base_column)
        else "The base case lies off the grid:"
    )
    text = f"{boxed} {base}."
    line = _line(grid)
    if line is not None:
        text += f" Red line: where {grid.label} crosses {text_of(line, grid.unit)}."
    centre = "that line" if line is not None else "the base"
    if better in ("higher", "lower"):
        text += f" Colours centre on {centre}; green is better ({better})."
    return text


def _names(view: View, grid: Grid) -> str:
    cells = {row.name.casefold(): row.live for row in view.material.contract.assumptions}
    where = []
    for role, name in (("rows", grid.row_driver), ("columns", grid.column_driver), ("output", grid.output)):
        cell = cells.get(name.casefold(), "")
        where.append(f"{role}: {name}{f' ({cell})' if cell else ''}")
    asked = f"; asked for in {grid.cell}" if grid.cell else ""
    return f"In the workbook, {', '.join(where)}{asked}. Every cell is a full evaluation of the model."


def _chart(sketch: Sketch, grid: Grid, place: _Place) -> Chart:
    right = place.left + len(grid.column_values) - 1
    categories = sketch.area(place.top - 1, place.left, place.top - 1, right)
    series = tuple(
        Series(
            text_of(value, grid.row_unit),
            sketch.area(place.top + down, place.left, place.top + down, right),
            categories,
            "base" if down == grid.base_row else _COLOURS[down % len(_COLOURS)],
            width=3 if down == grid.base_row else 1.75,
        )
        for down, value in enumerate(grid.row_values)
    )
    everything = [value for row in grid.values for value in row]
    log = {"log_base": 10.0} if grid.column_spacing == "log" else {}
    x = axis_of(
        grid.column_label,
        grid.column_unit,
        grid.column_values,
        gridlines=False,
        label_position="low",
        minimum=min(grid.column_values),
        maximum=max(grid.column_values),
        **log,
    )
    y = axis_of("", grid.unit, everything, minimum=floor_of(everything))
    return Chart(
        "scatter",
        f"{grid.label} by {inside(grid.column_label)}; lines: {inside(grid.row_label)}",
        series,
        1,
        1,
        x=x,
        y=y,
        height=320,
        legend="right",
    )
