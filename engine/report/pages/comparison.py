"""All businesses side by side: size, cash and unit economics in the same rows."""

from __future__ import annotations

from engine.report.figures import is_number, text_of
from engine.report.pages.rowpage import Found, RowOptions, draw_rows
from engine.report.specification import Drawn, Page, Surroundings
from engine.report.view import View


def draw(page: Page, view: View, _: Surroundings) -> tuple[Drawn, ...]:
    """Draw the comparison; ``about`` names revenue at the end and the funding needed."""
    return draw_rows(page, view, _finding)


def _finding(options: RowOptions, view: View, found: Found) -> str:
    del view
    names = found[options.axis.name]
    revenue, funding = (
        [value if is_number(value) else 0.0 for value in found[name]] for name in options.about[:2]
    )
    largest = max(range(len(names)), key=lambda n: revenue[n])
    dearest = max(range(len(names)), key=lambda n: funding[n])
    text = f"{names[largest]} is largest at the end, {text_of(revenue[largest], '$/year')} a year"
    also = ", and" if largest == dearest else f"; {names[dearest]}"
    return f"{text}{also} needs the most funding, {text_of(funding[dearest], '$')}"
