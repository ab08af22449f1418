"""From headline figures to assumptions: at most five steps each, with what lies between them named."""

from __future__ import annotations

from engine.analysis.results import Trace, TraceLine, TracePath
from engine.analysis.trace import STEPS
from engine.core.values import Value
from engine.report.figures import counted, headline_format, text_of
from engine.report.sketch import Sketch
from engine.report.specification import Drawn, Page, Surroundings
from engine.report.view import LeftOut, View
from engine.xlsx.tree import Cell

_LINES = 4  # between a headline figure and an assumption; the assumption is the fifth step
_WIDTHS = (2.0, 30.0, *([27.0] * _LINES), 42.0, 12.0, 12.0, 12.0, 42.0)


def draw(page: Page, view: View, around: Surroundings) -> tuple[Drawn, ...]:
    """Draw each headline figure with a row per assumption that moves it most, by part of the workbook."""
    traces = [one for one in view.material.traces if one.paths]
    if not traces:
        raise LeftOut("no headline figure (table Outputs) could be traced to an assumption with a range")
    finding = _finding(traces)
    sketch = Sketch(page.sheet, _WIDTHS)
    sketch.head(view, page, finding)
    headers = [Cell("Headline figure", "header")]
    headers += [Cell(f"Step {n}", "header_indent") for n in range(1, _LINES + 1)]
    headers += [Cell("Assumption (last step)", "header_indent"), Cell("Base", "header_right")]
    headers += [Cell(f"Figure at its {end}", "header_right") for end in ("low", "high")]
    headers.append(Cell("Lines between that the steps leave out", "header_indent"))
    groups = [
        (part, [row for one in found for row in _rows(one, around)])
        for part, found in view.grouped(traces, lambda one: one.output)
    ]
    sketch.freeze(sketch.grouped(headers, groups))
    sketch.note(
        "A step turns to another block of the workbook, lines under one another without a blank row "
        "between, and the last one to the assumption. It is shown by the line with which the block opens, "
        "in the cell that the line before it reads; where places are left, lines within a block are shown "
        "too. A path has the fewest steps, and of those the fewest lines. The assumptions are those that "
        "move the figure most, each alone over its own low to high."
    )
    return (Drawn(sketch.sheet(view.footer), finding),)


def _finding(traces: list[Trace]) -> str:
    paths = [path for one in traces for path in one.paths]
    within = sum(path.steps <= STEPS for path in paths)
    figures = counted(len(traces), "headline figure")
    text = f"{figures} traced to the assumptions that move them most"
    if within == len(paths):
        return f"{text}, in at most five steps"
    most = max(path.steps for path in paths)
    return f"{text}; {within} of {len(paths)} paths have five steps or fewer, the others up to {most}"


def _rows(trace: Trace, around: Surroundings) -> list[list[Cell]]:
    return [_row(trace, path, around, first=n == 0) for n, path in enumerate(trace.paths)]


def _row(trace: Trace, path: TracePath, around: Surroundings, *, first: bool) -> list[Cell]:
    behind = counted(trace.behind, "assumption")
    head = f"{trace.label}: {_value(trace.base, trace.unit)} (from {behind})" if first else None
    steps = [Cell(_step(line), "row_wrap_indent") for line in path.lines]
    steps += [Cell(None, "row_wrap_indent")] * (_LINES - len(steps))
    bar, unit = path.driver, trace.unit
    place = around.places.get(bar.driver)
    style = "row_hyperlink" if place else "row_wrap_indent"
    ends = [Cell(end, "row_top", headline_format(unit, end)) for end in (bar.result_low, bar.result_high)]
    between = "; ".join(f"{line.label} ({line.cell})" for line in path.between)
    return [
        Cell(head, "row_wrap"),
        *steps,
        Cell(bar.label, style, link=place),
        Cell(bar.base, "row_top", headline_format(bar.unit, bar.base)),
        *ends,
        Cell(between or None, "row_wrap_indent"),
    ]


def _step(line: TraceLine) -> str:
    return f"{line.label}: {_value(line.value, line.unit)}, {line.cell}"


def _value(value: Value, unit: str) -> str:
    return text_of(value, unit, with_unit=True) if value is not None else "blank"
