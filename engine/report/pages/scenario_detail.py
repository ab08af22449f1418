"""The long tail of the scenario comparison: every input that differs and every headline figure, by part."""

from __future__ import annotations

from engine.analysis.results import ScenarioComparison
from engine.report.figures import counted
from engine.report.pages.scenario_table import NO_DIFFERENCE, figure_of, input_of, table_of
from engine.report.pages.several import sheet_names
from engine.report.sketch import FIRST, Sketch
from engine.report.specification import Drawn, Page, Surroundings
from engine.report.view import LeftOut, View


def draw(page: Page, view: View, _: Surroundings) -> tuple[Drawn, ...]:
    """Draw one sheet per comparison that the workbook asks for."""
    comparisons = view.material.results.comparisons
    if not comparisons:
        raise LeftOut("the workbook asks for no scenario comparison (table Analyses, kind scenarios)")
    names = sheet_names(page.sheet, [one.id for one in comparisons])
    return tuple(_draw(page, view, name, one) for name, one in zip(names, comparisons, strict=True))


def _draw(page: Page, view: View, name: str, comparison: ScenarioComparison) -> Drawn:
    table = table_of(comparison)
    sketch = Sketch(name, table.widths)
    inputs = [input_of(row) for row in comparison.changed_inputs]
    figures = [figure_of(view, row) for row in comparison.outputs]
    counts = counted(len(inputs), "input"), counted(len(figures), "headline figure")
    finding = f"{counts[0]} that differ between the scenarios, {counts[1]}"
    sketch.head(view, page, finding)
    sketch.heading("Every input that differs between the scenarios")
    first = table.write(sketch, "Input", view.grouped(inputs, lambda row: row.name))
    sketch.freeze(first, FIRST)
    sketch.row += 1
    sketch.heading("Every headline figure")
    table.write(sketch, "Figure", view.grouped(figures, lambda row: row.name))
    sketch.note(NO_DIFFERENCE)
    return Drawn(sketch.sheet(view.footer), finding)
