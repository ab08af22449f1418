"""The assumption book: every input with its low, base and high, its unit, and where it comes from."""

from __future__ import annotations

from collections.abc import Sequence

from engine.report.figures import column_format, counted
from engine.report.sketch import Sketch
from engine.report.specification import Drawn, Page, Surroundings
from engine.report.view import LeftOut, View
from engine.workbook.contract import Assumption
from engine.xlsx.tree import Cell

_WIDTHS = (2.0, 42.0, 21.0, 11.0, 11.0, 11.0, 11.0, 12.0, 30.0, 68.0)


def draw(page: Page, view: View, _: Surroundings) -> tuple[Drawn, ...]:
    """Draw the assumptions by the part that reads them, the scenario's live value beside the three cases."""
    assumptions = view.material.contract.assumptions
    if not assumptions:
        raise LeftOut("the workbook has no assumptions (table Assumptions)")
    estimates = sum("estimate" in (row.source or "").casefold() for row in assumptions)
    sourced = f"{len(assumptions) - estimates} from a source, {counted(estimates, 'estimate')}"
    finding = f"{counted(len(assumptions), 'assumption')}: {sourced}"
    sketch = Sketch(page.sheet, _WIDTHS)
    sketch.head(view, page, finding)
    heads = ("Low", "Base", "High", "Live")
    headers = [
        Cell("Assumption", "header"),
        Cell("Unit", "header"),
        *(Cell(h, "header_right") for h in heads),
    ]
    headers += [Cell(text, "header_indent") for text in ("Distribution", "Source", "Name and note")]
    parts = view.grouped(assumptions, lambda row: row.name)
    groups = [(part, [_row(view, row) for row in rows]) for part, rows in parts]
    first = sketch.grouped(headers, groups)
    sketch.freeze(first)
    sketch.note("Blue on pale: typed by the analyst. Live: the value in the scenario shown, used throughout.")
    return (Drawn(sketch.sheet(view.footer), finding, _places(page.sheet, first, parts)),)


def _places(sheet: str, first: int, parts: Sequence[tuple[str, Sequence[Assumption]]]) -> dict[str, str]:
    """Return the cell of each assumption's label; the name of a part takes a row above its rows."""
    found: dict[str, str] = {}
    row = first
    for part, rows in parts:
        row += bool(part)
        found |= {one.name: f"{sheet}!B{row + down}" for down, one in enumerate(rows)}
        row += len(rows)
    return found


def _row(view: View, row: Assumption) -> list[Cell]:
    live = view.figure(row.name)
    shown = column_format(row.unit or "", (row.low, row.base, row.high))
    cells = [Cell(value, "input_top", shown) for value in (row.low, row.base, row.high)]
    about = f"{row.name}. {row.note}" if row.note else row.name
    words = (row.distribution or "", row.source or "", about)
    return [
        Cell(row.label or row.name, "row_wrap"),
        Cell(row.unit, "row_wrap"),
        *cells,
        Cell(live, "row_top" if live == row.base else "row_top_bold", shown),
        *(Cell(text, "row_wrap_indent") for text in words),
    ]
