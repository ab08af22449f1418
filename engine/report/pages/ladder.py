"""The price ladder: cost, price and margin in each phase, low and high, and any price below cost."""

from __future__ import annotations

from engine.report.figures import between, is_number
from engine.report.pages.rowpage import Found, RowOptions, draw_rows
from engine.report.specification import Drawn, Page, Surroundings
from engine.report.view import View


def draw(page: Page, view: View, _: Surroundings) -> tuple[Drawn, ...]:
    """Draw the ladder; ``about`` names margin low and high, then price low and cost high."""
    return draw_rows(page, view, _finding)


def _finding(options: RowOptions, view: View, found: Found) -> str:
    del view
    phases = [str(phase) for phase in found[options.axis.name]]
    low, high, price, cost = (found[name] for name in options.about[:4])
    below = [
        phase
        for phase, p, c in zip(phases, price, cost, strict=True)
        if is_number(p) and is_number(c) and p < c
    ]
    ends = [f"{between(low[n], high[n], '%')} ({phases[n]})" for n in (0, -1)]
    margins = f"margin goes from {ends[0]} to {ends[1]}"
    if below:
        return f"Lowest price lies below highest cost in {', '.join(below)}; {margins}"
    return f"Every phase is priced above its cost; {margins}"
