"""The phase plan: a Gantt over the months, and per phase its gate, what it reached and its slack to plan."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

from engine.analysis.results import PhasePlan, PhaseRow
from engine.core.values import Value
from engine.report.figures import column_format, counted, headed, is_number, text_of
from engine.report.sketch import LABEL, Sketch, row_cells
from engine.report.specification import Drawn, Line, Page, Surroundings
from engine.report.view import LeftOut, View
from engine.xlsx.tree import Axis, Cell, Chart, Series

_WIDTHS = (2.0, 33.0, 12.0, 12.0, 12.0, 12.0, 12.0, 12.0, 13.0, 13.0, 12.0, 28.0, 12.0)
_EPOCH = datetime.date(1899, 12, 30)

_ROOM_FOR_WORDS = 0.12  # of the chart's width

_SIGNS = {">=": "≥", "<=": "≤", "<>": "≠"}


@dataclass(frozen=True, slots=True)
class PhaseOptions:
    """``figures`` are rows over months, shown for the month in which each phase begins.

    ``plan`` names the plan of the Phases table that the page shows; left out, the page shows every plan but
    those in ``without``.
    """

    figures: tuple[Line, ...] = ()
    plan: str | None = None
    without: tuple[str, ...] = ()


def draw(page: Page, view: View, _: Surroundings) -> tuple[Drawn, ...]:
    """Draw the Gantt, the phases with their gates, and the figures at each phase's beginning."""
    options: PhaseOptions = page.options
    plan = _shown(view.material.results.phases, options)
    if not plan.phases:
        named = " that no other page shows" if options.plan is None else f" of the plan {options.plan!r}"
        why = f"the workbook has no phases{named} (table Phases)"
        shown = options.plan is not None or bool(view.material.results.phases.phases)
        raise LeftOut(why, elsewhere=shown)
    sketch = Sketch(page.sheet, _WIDTHS)
    finding = f"{options.plan}: {_finding(plan)}" if options.plan else _finding(plan)
    sketch.head(view, page, finding)
    top = sketch.row
    height = 110 + min(34 * len(plan.phases), max(340, 18 * len(plan.phases)))
    sketch.row += -(-height // 20) + 1
    first = _table(sketch, plan, options.figures, view.number("model_date"))
    sketch.repeat(first - 1)
    _reasons(sketch, plan)
    _figures(sketch, options, view, plan)
    bars = _gantt_rows(sketch, plan)
    bottom, sketch.row = sketch.row, top
    sketch.chart(_gantt(sketch, plan, (first, bars), height))
    sketch.row = bottom
    return (Drawn(sketch.sheet(view.footer), finding),)


def _shown(plan: PhasePlan, options: PhaseOptions) -> PhasePlan:
    others = {name.casefold() for name in options.without}
    named = None if options.plan is None else options.plan.casefold()
    kept = [
        row
        for row in plan.phases
        if (row.plan.casefold() not in others if named is None else row.plan.casefold() == named)
    ]
    return PhasePlan(tuple(kept), plan.horizon)


def _finding(plan: PhasePlan) -> str:
    begun = [row for row in plan.phases if row.begins is not None]
    late = [row for row in begun if row.slack is not None and row.slack < 0]
    never = [_named(row) for row in plan.phases if row.begins is None]
    text = (
        f"{len(begun)} of {counted(len(plan.phases), 'phase')} begin within {counted(plan.horizon, 'month')}"
    )
    if late:
        worst = min(late, key=lambda row: row.slack or 0)
        text += f"; {_named(worst)} is {counted(-(worst.slack or 0), 'month')} late against plan"
    elif begun and all(row.slack is not None for row in begun):
        text += ", each on or before its planned month"
    return text + (f"; {', '.join(never)} never {'begins' if len(never) == 1 else 'begin'}" if never else "")


def _named(row: PhaseRow) -> str:
    """Return a phase's name for a sentence, in quotation marks where it has a colon of its own."""
    return f"“{row.phase}”" if ":" in row.phase else row.phase


def _table(sketch: Sketch, plan: PhasePlan, figures: tuple[Line, ...], start: float | None) -> int:
    sketch.heading("Phases and gates (months count from 1)")
    heads = ("Begins\nmonth", "Begins", "Ends\nmonth", "Lasts\nmonths", "Planned\nmonth", "Slack\nmonths")
    gates = ("Value at start", "Threshold", "First passed\nmonth")
    headers = [Cell("Phase", "header"), *(Cell(h, "header_right") for h in (*heads, *gates))]
    headers += [Cell("Gate", "header_indent"), Cell("Passed", "header_center")]
    return sketch.table(headers, [_row(_labelled(row, figures), plan.horizon, start) for row in plan.phases])


def _labelled(row: PhaseRow, figures: tuple[Line, ...]) -> PhaseRow:
    """Return a phase whose gate reads as the template calls its metric, where it names it."""
    line = next((one for one in figures if one.name.casefold() == row.gate_metric.casefold()), None)
    return row if line is None else replace(row, gate_label=line.label, gate_unit=row.gate_unit or line.unit)


def _date(start: float | None, month: int | None) -> Value:
    """Return the serial of the first day of a month of the plan, whose first month begins at a serial."""
    if start is None or month is None:
        return None
    first = _EPOCH + datetime.timedelta(days=int(start))
    years, months = divmod(first.month + month - 2, 12)
    return float((datetime.date(first.year + years, months + 1, 1) - _EPOCH).days)


def _row(row: PhaseRow, horizon: int, start: float | None) -> list[Cell]:
    ends = row.ends if row.ends is not None else (horizon if row.begins is not None else None)
    lasts = ends - row.begins + 1 if ends is not None and row.begins is not None else None
    slack = "row" if row.slack is None or row.slack == 0 else ("row_good" if row.slack > 0 else "row_bad")
    sign = _SIGNS.get(row.comparison, row.comparison)
    gate = f"{row.gate_label} {sign} {text_of(row.threshold, row.gate_unit)}" if row.gate_label else "none"
    shown = column_format(row.gate_unit, (row.gate_value, row.threshold))
    months: list[tuple[Value, str]] = [
        (row.begins if row.begins is not None else "never", "row_bold_right"),
        (_or_dash(ends), "row_right"),
        (_or_dash(lasts), "row_right"),
        (_or_dash(row.planned_month), "row_right"),
        (_or_dash(row.slack), slack),
    ]
    cells = [Cell(value, style, "integer") for value, style in months]
    date = Cell(_date(start, row.begins), "row", "month")
    cells = [Cell(row.phase, "row_label_bold"), cells[0], date, *cells[1:]]
    cells += [Cell(row.gate_value, "row", shown), Cell(row.threshold, "row", shown)]
    cells.append(Cell(_or_dash(row.month_passed), "row_right", "integer"))
    passed = Cell("passed" if row.passed else "not passed", "check_ok" if row.passed else "check_bad")
    return [*cells, Cell(gate, "row_label_indent"), passed]


def _or_dash(value: int | None) -> Value:
    return "–" if value is None else value


def _reasons(sketch: Sketch, plan: PhasePlan) -> None:
    for row in plan.phases:
        if row.reason:
            last = row.begins is None and is_number(row.gate_value)
            shown = "; the gate's value is that of the last month" if last else ""
            sketch.note(f"{row.phase}: {row.reason}{shown}.")
    sketch.note("The chance of passing a gate by its planned month needs a simulation; this pack holds none.")
    sketch.row += 1


def _figures(sketch: Sketch, options: PhaseOptions, view: View, plan: PhasePlan) -> None:
    lines = [(line, row) for line in options.figures if (row := view.find(line.name)) is not None]
    begun = [row for row in plan.phases if row.begins is not None]
    if not lines or not begun:
        return
    sketch.heading("In the month each phase begins", LABEL + 1 + len(lines))
    heads = [headed(line.label, line.unit) for line, _ in lines]
    headers = [
        Cell("Phase", "header"),
        Cell("Month", "header_right"),
        *(Cell(h, "header_right") for h in heads),
    ]
    rows = []
    for phase in begun:
        cells = [Cell(phase.phase, "row_label_bold"), Cell(phase.begins, "row", "integer")]
        for line, values in lines:
            place = (phase.begins or 1) - 1
            value = values[place] if place < len(values) else None
            cells += row_cells([value], column_format(line.unit, [value]))
        rows.append(cells)
    sketch.table(headers, rows)


def _gantt_rows(sketch: Sketch, plan: PhasePlan) -> int:
    sketch.end_print()
    sketch.row += 1
    sketch.heading("What the Gantt draws")
    headers = [
        Cell("Phase", "header"),
        Cell("Months before", "header_right"),
        Cell("Months active", "header_right"),
    ]
    rows = []
    for row in plan.phases:
        before, active = _bar(row, plan.horizon)
        cells = [Cell(before, "row_muted", "integer"), Cell(active, "row_muted", "integer")]
        rows.append([Cell(row.phase, "row_muted"), *cells])
    return sketch.table(headers, rows)


def _bar(row: PhaseRow, horizon: int) -> tuple[int, int]:
    if row.begins is None:
        return 0, 0
    ends = row.ends if row.ends is not None else horizon
    return row.begins - 1, max(0, ends - row.begins + 1)


def _span(row: PhaseRow, horizon: int) -> str:
    """Return the months of a bar in words where it is long enough for them, else as numbers."""
    _, active = _bar(row, horizon)
    if row.begins is None or not active:
        return ""
    last = row.begins + active - 1
    if active >= _ROOM_FOR_WORDS * horizon:
        return f"month {row.begins} to {last}"
    return str(last) if active == 1 else f"{row.begins}–{last}"


def _gantt(sketch: Sketch, plan: PhasePlan, rows: tuple[int, int], height: int) -> Chart:
    """Draw phases as stacked bars: an invisible one up to the month before, then the phase's own months."""
    (first, bars), many = rows, len(plan.phases)
    names = sketch.area(first, LABEL, first + many - 1, LABEL)
    before, active = (sketch.area(bars, column, bars + many - 1, column) for column in (LABEL + 1, LABEL + 2))
    spans = tuple(_span(row, plan.horizon) for row in plan.phases)
    series = (
        Series("Before", before, names, "muted", invisible=True),
        Series("Active", active, names, "series8", label_texts=spans),
    )
    return Chart(
        "bar",
        "When each phase is active",
        series,
        1,
        1,
        stacked=True,
        x=Axis("", reverse=True, crossing="max", gridlines=False, label_position="low"),
        y=Axis("Month of the plan", "axis_number", minimum=0, maximum=plan.horizon, major=6),
        height=height,
        gap=40,
        legend="none",
    )
