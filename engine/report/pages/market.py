"""The addressable market by year: users, what is captured, revenue and gross profit, low and high."""

from __future__ import annotations

from engine.report.figures import between, text_of
from engine.report.pages.rowpage import Found, RowOptions, draw_rows, line_of
from engine.report.specification import Drawn, Page, Surroundings
from engine.report.view import View


def draw(page: Page, view: View, _: Surroundings) -> tuple[Drawn, ...]:
    """Draw the market; ``about`` names the low and the high row that make the title."""
    return draw_rows(page, view, _finding)


def _finding(options: RowOptions, view: View, found: Found) -> str:
    del view
    years = found[options.axis.name]
    low, high = options.about[0], options.about[-1]
    line = line_of(options, low)
    first = between(found[low][0], found[high][0], line.unit)
    last = between(found[low][-1], found[high][-1], line.unit)
    shown = [text_of(year, "year") for year in (years[0], years[-1])]
    return f"{line.label.removesuffix(', low')} grows from {first} in {shown[0]} to {last} in {shown[1]}"
