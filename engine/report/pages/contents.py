"""Contents: every sheet with a link, and what it says."""

from __future__ import annotations

from itertools import groupby

from engine.report.sketch import Sketch
from engine.report.specification import Drawn, Page, Surroundings
from engine.report.view import View
from engine.xlsx.tree import Cell

_WIDTHS = (2.0, 6.0, 27.0, 160.0)


def draw(page: Page, view: View, surroundings: Surroundings) -> tuple[Drawn, ...]:
    """Draw a row per sheet; its finding is the sheet's own title."""
    sketch = Sketch(page.sheet, _WIDTHS)
    finding = "What is in this pack"
    sketch.head(view, page, finding)
    headers = [Cell("No.", "header"), Cell("Page", "header"), Cell("What it says", "header")]
    numbered = enumerate(surroundings.entries, 1)
    parts = groupby(numbered, key=lambda entry: entry[1][0])
    groups = [(name, [_row(n, sheet, said) for n, (_, sheet, said) in entries]) for name, entries in parts]
    sketch.freeze(sketch.grouped(headers, groups))
    if surroundings.left_out:
        sketch.row += 1
        left = ", ".join(title for title, _ in surroundings.left_out)
        sketch.note(f"Not in this pack, for want of their inputs: {left}. The provenance page says why.")
    return (Drawn(sketch.sheet(view.footer), finding),)


def _row(number: int, sheet: str, said: str) -> list[Cell]:
    link = "'" + sheet.replace("'", "''") + "'!A1"
    return [
        Cell(number, "row_left_top", "integer"),
        Cell(sheet, "row_link", link=link),
        Cell(said, "row_wrap"),
    ]
