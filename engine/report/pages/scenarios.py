"""Scenarios side by side: the inputs that differ and matter most, the headline figures, and what changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from engine.analysis.results import InputRow, ScenarioComparison
from engine.report.figures import counted, inside, is_number, numbers_of, text_of, titled
from engine.report.pages.rows import axis_of
from engine.report.pages.scenario_table import NO_DIFFERENCE, Compared, figure_of, input_of, table_of
from engine.report.pages.several import sheet_names
from engine.report.sketch import FIRST, Sketch
from engine.report.specification import Drawn, Page, Surroundings
from engine.report.view import LeftOut, View
from engine.xlsx.tree import Chart, Series


@dataclass(frozen=True, slots=True)
class Reach:
    """A figure that the model was made for up to the largest value of ``limit``, a defined name.

    ``why`` ends the warning of a scenario that goes beyond it.
    """

    name: str
    limit: str
    why: str


@dataclass(frozen=True, slots=True)
class ScenarioOptions:
    """``charts`` names the outputs drawn as columns, two at most; the first two where empty.

    ``figures`` are the outputs of the table, the first ``most`` where empty, as are the inputs that differ;
    ``detail`` is the sheet that has them all. ``reaches`` say how far the model goes.
    """

    charts: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    most: int = 20
    detail: str = ""
    reaches: tuple[Reach, ...] = ()


def draw(page: Page, view: View, _: Surroundings) -> tuple[Drawn, ...]:
    """Draw one sheet per comparison that the workbook asks for."""
    comparisons = view.material.results.comparisons
    if not comparisons:
        raise LeftOut("the workbook asks for no scenario comparison (table Analyses, kind scenarios)")
    names = sheet_names(page.sheet, [one.id for one in comparisons])
    return tuple(_draw(page, view, name, one) for name, one in zip(names, comparisons, strict=True))


def _draw(page: Page, view: View, name: str, comparison: ScenarioComparison) -> Drawn:
    options: ScenarioOptions = page.options
    figures = _figures(view, comparison, options)
    table = table_of(comparison, three_digits=True)
    sketch = Sketch(name, table.widths)
    finding = _finding(comparison, figures, options)
    sketch.head(view, page, finding)
    inputs = _telling(view, comparison.changed_inputs, options.most)
    sketch.heading(_inputs_heading(comparison, inputs))
    if inputs:
        groups = view.grouped([input_of(row) for row in inputs], lambda row: row.name)
        table.write(sketch, "Input", groups)
        _rest(sketch, "inputs that differ", len(comparison.changed_inputs) - len(inputs), options)
    else:
        sketch.note("The scenarios differ in no input.")
    for text in _inputs_beyond(view, comparison):
        sketch.note(text)
    sketch.row += 1
    sketch.page_break()
    sketch.row += 1
    top = sketch.row
    sketch.row += 14
    sketch.heading(f"Headline figures ({len(figures)} of {len(comparison.outputs)})")
    first = table.write(sketch, "Figure", [("", figures)])
    sketch.note(NO_DIFFERENCE)
    for text in _figures_beyond(view, comparison, options):
        sketch.note(text)
    _rest(sketch, "headline figures", len(comparison.outputs) - len(figures), options)
    bottom, sketch.row = sketch.row, top
    _charts(sketch, options, figures, first)
    sketch.row = bottom
    return Drawn(sketch.sheet(view.footer), finding)


def _figures(view: View, comparison: ScenarioComparison, options: ScenarioOptions) -> list[Compared]:
    known = {row.name.casefold(): row for row in comparison.outputs}
    chosen = [known[name.casefold()] for name in options.figures if name.casefold() in known]
    return [figure_of(view, row) for row in chosen or comparison.outputs[: options.most]]


def _telling(view: View, inputs: tuple[InputRow, ...], most: int) -> list[InputRow]:
    """Return the inputs that stand highest in any tornado, in the workbook's order; else the first ones."""
    place: dict[str, int] = {}
    for tornado in view.material.results.tornadoes:
        for number, bar in enumerate(tornado.bars):
            name = bar.driver.casefold()
            place[name] = min(number, place.get(name, number))
    if len(inputs) <= most:
        return list(inputs)
    known = [row for row in inputs if row.name.casefold() in place]
    kept = sorted(known, key=lambda row: place[row.name.casefold()])[:most] or list(inputs[:most])
    return [row for row in inputs if row in kept]


def _inputs_heading(comparison: ScenarioComparison, inputs: list[InputRow]) -> str:
    many, all_of = len(inputs), len(comparison.changed_inputs)
    text = f"Inputs that differ between the scenarios ({all_of})"
    return text if many == all_of else f"{text}: the {many} of them that move a figure most"


def _rest(sketch: Sketch, what: str, count: int, options: ScenarioOptions) -> None:
    if count and options.detail:
        sketch.note(f"The other {count} {what} stand on the sheet {options.detail}.")


def _inputs_beyond(view: View, comparison: ScenarioComparison) -> Iterator[str]:
    """Yield a warning for each scenario that takes inputs beyond their own low to high.

    An input whose low and high are both 0 has no range: it waits for a stated figure.
    """
    ranges = {
        row.name.casefold(): (row.low, row.high)
        for row in view.material.contract.assumptions
        if row.low is not None and row.high is not None and (row.low or row.high)
    }
    for place, scenario in enumerate(comparison.scenarios):
        out = []
        for row in comparison.changed_inputs:
            value, (low, high) = row.values[place], ranges.get(row.name.casefold(), (-inf, inf))
            if is_number(value) and not low <= value <= high:
                shown, least, most = (text_of(one, row.unit) for one in (value, low, high))
                out.append(f"{inside(row.label)} {shown} ({least} to {most})")
        if out:
            yield f"{scenario} takes inputs beyond their own low to high: {'; '.join(out)}."


def _figures_beyond(view: View, comparison: ScenarioComparison, options: ScenarioOptions) -> Iterator[str]:
    """Yield a warning for each scenario in which a figure lies beyond what the model was made for."""
    known = {row.name.casefold(): row for row in comparison.outputs}
    for one in options.reaches:
        row, most = known.get(one.name.casefold()), max(numbers_of(view.find(one.limit) or ()), default=inf)
        for scenario, value in zip(comparison.scenarios, row.values if row else (), strict=bool(row)):
            if row and is_number(value) and value > most:
                shown, limit = (text_of(number, row.unit, with_unit=True) for number in (value, most))
                said = f"{inside(row.label)} {shown}, beyond {limit}, {one.why}"
                yield f"{scenario} leaves the model's range: {said}"


def _finding(comparison: ScenarioComparison, figures: list[Compared], options: ScenarioOptions) -> str:
    for row in sorted(figures, key=lambda one: one.name not in options.charts):
        pairs = [(v, s) for v, s in zip(row.values, comparison.scenarios, strict=True) if is_number(v)]
        if pairs and len({value for value, _ in pairs}) > 1:
            low = min(pairs, key=lambda pair: pair[0])
            high = max(pairs, key=lambda pair: pair[0])
            return (
                f"{row.label}: {text_of(low[0], row.unit)} ({low[1]}) to {text_of(high[0], row.unit)} "
                f"({high[1]}) across {counted(len(pairs), 'scenario')}"
            )
    return f"{counted(len(comparison.scenarios), 'scenario')} give the same headline figures"


def _charts(sketch: Sketch, options: ScenarioOptions, figures: list[Compared], first: int) -> None:
    known = {row.name for row in figures}
    wanted = [name for name in options.charts if name in known] or [row.name for row in figures[:2]]
    places = [n for n, row in enumerate(figures) if row.name in wanted and numbers_of(row.values)][:2]
    right = FIRST + max((len(row.values) for row in figures), default=1) - 1
    names = sketch.area(first - 1, FIRST, first - 1, right)
    charts = []
    for place in places:
        row = figures[place]
        values = sketch.area(first + place, FIRST, first + place, right)
        texts = tuple(text_of(value, row.unit) for value in row.values)
        charts.append(_chart(row, Series(row.label, values, names, "series1", label_texts=texts)))
    if charts:
        sketch.chart_row(*charts)


def _chart(row: Compared, series: Series) -> Chart:
    x = axis_of("", "text", gridlines=False, label_position="low")
    return Chart(
        "column",
        titled(row.label, row.unit),
        (series,),
        1,
        1,
        x=x,
        y=axis_of("", row.unit, row.values),
        height=250,
        gap=80,
        legend="none",
    )
