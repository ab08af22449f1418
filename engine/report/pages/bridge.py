"""A bridge: from a start by signed steps to an end, as stacked columns of which the lowest is not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.report.figures import column_format, text_of
from engine.report.pages.rows import axis_of
from engine.report.sketch import LABEL, Sketch, row_cells
from engine.xlsx.tree import Area, Axis, Cell, Chart, Series

_HEADS = ("Not seen", "Level", "Up", "Down", "Top")
_COLOURS = ("muted", "series1", "good", "bad", "base")


@dataclass(frozen=True, slots=True)
class Step:
    """One signed step of a bridge."""

    label: str
    value: float


@dataclass(frozen=True, slots=True)
class BridgeRows:
    """Where a bridge's columns lie, what stands above each, and how high they reach."""

    names: Area
    columns: tuple[Area, ...]
    texts: tuple[str, ...]
    tops: tuple[float, ...]


def bridge_rows(
    sketch: Sketch, first: str, start: float, steps: Sequence[Step], last: str, unit: str
) -> BridgeRows:
    """Write a row per column of the bridge, its parts beside each other."""
    rows: list[tuple[str, tuple[float, ...], str]] = [(first, (0.0, start, 0.0, 0.0), text_of(start, unit))]
    level = start
    for step in steps:
        low, high = sorted((level, level + step.value))
        moved = (high - low, 0.0) if step.value >= 0 else (0.0, high - low)
        rows.append((step.label, (low, 0.0, *moved), text_of(step.value, unit)))
        level += step.value
    rows.append((last, (0.0, level, 0.0, 0.0), text_of(level, unit)))
    tops = tuple(sum(values) for _, values, _ in rows)
    shown = column_format(unit, tops)
    headers = [Cell("Step", "header"), *(Cell(head, "header_right") for head in _HEADS)]
    filled = zip(rows, tops, strict=True)
    body = [
        [Cell(label, "row_muted"), *row_cells((*values, top), shown, "row_muted")]
        for (label, values, _), top in filled
    ]
    top = sketch.table(headers, body)
    bottom = top + len(rows) - 1
    names, *columns = (sketch.area(top, LABEL + n, bottom, LABEL + n) for n in range(len(_HEADS) + 1))
    return BridgeRows(names, tuple(columns), tuple(text for _, _, text in rows), tops)


def bridge_chart(rows: BridgeRows, title: str, unit: str, height: int) -> Chart:
    """Return the chart of a bridge; its labels hang on a line that is not seen, along the tops."""
    *parts, tops = (
        Series(head, area, rows.names, colour, invisible=head in (_HEADS[0], _HEADS[-1]))
        for head, area, colour in zip(_HEADS, rows.columns, _COLOURS, strict=True)
    )
    series = (*parts, replace(tops, kind="line", label_texts=rows.texts))
    x = Axis("", gridlines=False, label_position="low")
    y = axis_of("", unit, rows.tops)
    return Chart("column", title, series, 1, 1, True, x=x, y=y, height=height, gap=50, legend="none")
