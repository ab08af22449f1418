"""The ranking of business models: scores, weighted total, and whether the weights decide the first place."""

from __future__ import annotations

from engine.report.figures import is_number, text_of
from engine.report.pages.rowpage import Found, RowOptions, draw_rows
from engine.report.specification import Drawn, Page, Surroundings
from engine.report.view import View

_FIRM = 1.0


def draw(page: Page, view: View, _: Surroundings) -> tuple[Drawn, ...]:
    """Draw the ranking; ``about`` names the score, the last headline the share of cases it stays."""
    return draw_rows(page, view, _finding)


def _finding(options: RowOptions, view: View, found: Found) -> str:
    score = [value if is_number(value) else 0.0 for value in found[options.about[0]]]
    order = sorted(range(len(score)), key=lambda n: -score[n])
    first, second = (found[options.axis.name][n] for n in order[:2])
    text = f"{first} ranks first with {score[order[0]]:.2f}, {second} next with {score[order[1]]:.2f}"
    stays = view.number(options.headlines[-1].name) if options.headlines else None
    if stays is None:
        return text
    if stays >= _FIRM:
        return f"{text}; no weight moved alone changes the first place"
    return f"{text}; the first place holds in {text_of(stays, '% of cases')} of cases of moved weights"
