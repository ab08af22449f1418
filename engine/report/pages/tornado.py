"""Tornados: how far each driver alone moves an output over its own range, widest first."""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.analysis.results import Bar, Tornado
from engine.report.figures import column_format, counted, inside, is_number, text_of
from engine.report.pages.rows import axis_format, round_step
from engine.report.pages.several import sheet_names
from engine.report.sketch import LABEL, Sketch
from engine.report.specification import Drawn, Page, Surroundings
from engine.report.view import LeftOut, View
from engine.xlsx.tree import Axis, Cell, Chart, Series

_NEAR = 0.01  # of the longest bar: an end so close to base has no room for a label of its own
_WIDTHS = (2.0, 50.0, 16.0, *([11.0] * 8))


@dataclass(frozen=True, slots=True)
class TornadoOptions:
    """``bars`` is how many drivers are shown at most."""

    bars: int = 12


def draw(page: Page, view: View, _: Surroundings) -> tuple[Drawn, ...]:
    """Draw one sheet per tornado."""
    tornadoes = [one for one in view.material.results.tornadoes if one.bars or one.error_bars]
    if not tornadoes:
        raise LeftOut("the workbook asks for no tornado (table Analyses, kind tornado)")
    names = sheet_names(page.sheet, [one.id for one in tornadoes])
    return tuple(_draw(page, view, name, one) for name, one in zip(names, tornadoes, strict=True))


def _draw(page: Page, view: View, name: str, tornado: Tornado) -> Drawn:
    sketch = Sketch(name, _WIDTHS)
    finding = _finding(tornado)
    sketch.head(view, page, finding, tornado.title)
    bars = tornado.bars[: page.options.bars]
    top = sketch.row
    height = 120 + 30 * max(len(bars), 3)
    sketch.row += -(-height // 20) + 1 if bars else 0
    sketch.heading("Each driver over its own low to high, all others at base")
    first = _table(sketch, tornado, bars)
    sketch.note(_note(tornado, len(bars)))
    bottom, sketch.row = sketch.row, top
    if bars:
        sketch.chart(_chart(sketch, tornado, bars, first, height))
    sketch.row = bottom
    return Drawn(sketch.sheet(view.footer), finding)


def _finding(tornado: Tornado) -> str:
    if not tornado.bars:
        return f"{tornado.label}: no driver's range can be computed"
    bar = tornado.bars[0]
    ends = sorted([bar.result_low, bar.result_high], key=lambda one: one if is_number(one) else 0.0)
    low, high = (text_of(one, tornado.unit) for one in ends)
    base = text_of(tornado.base, tornado.unit)
    return f"{tornado.label}, moved most by {inside(bar.label)} ({low} to {high}, base {base})"


def _table(sketch: Sketch, tornado: Tornado, bars: tuple[Bar, ...]) -> int:
    heads = (
        "Low",
        "Base",
        "High",
        "Result at low",
        "Result at high",
        "Spread",
        "Change at low",
        "Change at high",
    )
    headers = [
        Cell("Driver", "header"),
        Cell("Unit of driver", "header"),
        *(Cell(h, "header_right") for h in heads),
    ]
    every = [value for bar in (*bars, *tornado.error_bars) for value in (bar.result_low, bar.result_high)]
    shown = column_format(tornado.unit, every)
    unit = tornado.unit or "the unit of the output"
    sketch.note(f"Results, spread and changes in {unit}; base {text_of(tornado.base, tornado.unit)}.")
    return sketch.table(headers, [_row(tornado, bar, shown) for bar in (*bars, *tornado.error_bars)])


def _row(tornado: Tornado, bar: Bar, shown: str) -> list[Cell]:
    driver = column_format(bar.unit, (bar.low, bar.base, bar.high))
    inputs = [Cell(value, "row", driver) for value in (bar.low, bar.base, bar.high)]
    results = [Cell(value, "row", shown) for value in (bar.result_low, bar.result_high)]
    changes = [
        Cell(_change(value, tornado.base), "row_muted", shown) for value in (bar.result_low, bar.result_high)
    ]
    spread = Cell(bar.spread, "row_bold", shown)
    return [Cell(bar.label, "row_label"), Cell(bar.unit, "row_muted"), *inputs, *results, spread, *changes]


def _change(value: object, base: object) -> float | str:
    return value - base if is_number(value) and is_number(base) else "n/a"


def _note(tornado: Tornado, shown: int) -> str:
    parts = _hidden(len(tornado.bars) - shown + tornado.left_out, tornado.unmoved)
    if tornado.error_bars:
        count = counted(len(tornado.error_bars), "driver")
        parts.append(f"{count} with an error at an end, last in the table and not drawn")
    parts.append("labels on the bars give the driver's value and the result there")
    if tornado.cell:
        parts.append(f"asked for in {tornado.cell}")
    text = "; ".join(parts)
    return text[0].upper() + text[1:] + "."


def _hidden(hidden: int, unmoved: int) -> list[str]:
    """Say how many drivers are not drawn, and how many of them move nothing."""
    if not hidden:
        return []
    many, verb = counted(hidden, "further driver"), "moves" if hidden == 1 else "move"
    if unmoved == hidden:
        return [f"{many} {'does' if hidden == 1 else 'do'} not move it"]
    return [f"{many} {verb} it less", *([f"{unmoved} of them not at all"] if unmoved else [])]


def _chart(sketch: Sketch, tornado: Tornado, bars: tuple[Bar, ...], first: int, height: int) -> Chart:
    last = first + len(bars) - 1
    names = sketch.area(first, LABEL, last, LABEL)
    low, high = zip(*(_labels(tornado, bar, bars) for bar in bars), strict=True)
    series = (
        Series("Driver at low", sketch.area(first, 10, last, 10), names, "low", label_texts=low),
        Series("Driver at high", sketch.area(first, 11, last, 11), names, "high", label_texts=high),
    )
    category = Axis("", reverse=True, crossing="max", label_position="low", gridlines=False)
    value = _value_axis(tornado, bars)
    return Chart("bar", "", series, 1, 1, x=category, y=value, height=height, gap=45, overlap=100)


def _labels(tornado: Tornado, bar: Bar, bars: tuple[Bar, ...]) -> tuple[str, str]:
    """Return what stands at the low and at the high end; both on the longer bar where they'd overlap."""
    low = f"{text_of(bar.low, bar.unit)} → {text_of(bar.result_low, tornado.unit)}"
    high = f"{text_of(bar.high, bar.unit)} → {text_of(bar.result_high, tornado.unit)}"
    ends = [_change(value, tornado.base) for value in (bar.result_low, bar.result_high)]
    down, up = (one if is_number(one) else 0.0 for one in ends)
    if down * up < 0 and min(abs(down), abs(up)) > _NEAR * _reach(tornado, bars):
        return low, high
    both = f"{low};  {high}"
    return ("", both) if abs(up) >= abs(down) else (both, "")


def _reach(tornado: Tornado, bars: tuple[Bar, ...]) -> float:
    ends = [_change(value, tornado.base) for bar in bars for value in (bar.result_low, bar.result_high)]
    return max((abs(one) for one in ends if is_number(one)), default=0.0) or 1.0


def _value_axis(tornado: Tornado, bars: tuple[Bar, ...]) -> Axis:
    """Return the axis of changes, with room beyond the longest bars for their labels, on round numbers."""
    ends = [_change(end, tornado.base) for bar in bars for end in (bar.result_low, bar.result_high)]
    changes = [0.0, *(one for one in ends if not isinstance(one, str))]
    reach = _reach(tornado, bars)
    step = round_step(reach / 3)
    return Axis(
        f"Change of {tornado.label} from its base of {text_of(tornado.base, tornado.unit)} ({tornado.unit})",
        axis_format(tornado.unit, changes),
        minimum=math.floor((min(changes) - 0.3 * reach) / step) * step,
        maximum=math.ceil((max(changes) + 0.3 * reach) / step) * step,
        major=step,
    )
