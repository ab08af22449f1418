"""Every headline figure in full; for a workbook without an Outputs table, its named cells."""

from __future__ import annotations

from engine.core.address import split_sheet
from engine.core.values import Value
from engine.report.figures import column_format, counted
from engine.report.sketch import Sketch
from engine.report.specification import Drawn, Page, Surroundings
from engine.report.view import LeftOut, View
from engine.xlsx.tree import Cell

_WIDTHS = (2.0, 62.0, 20.0, 20.0, 16.0, 34.0)
_MOST_CELLS = 200
_Row = tuple[str, str, Value, str, str]  # label, unit, value, better when, name


def draw(page: Page, view: View, _: Surroundings) -> tuple[Drawn, ...]:
    """Draw outputs; without any, the defined names; without those, formula cells, the first 200 of them."""
    rows, title = _outputs(view)
    if not rows:
        raise LeftOut("the workbook has no outputs, no defined names and no formulas")
    sketch = Sketch(page.sheet, _WIDTHS)
    sketch.head(view, page, title)
    headers = [Cell("Figure", "header"), Cell("Unit", "header"), Cell("Value", "header_right")]
    headers += [Cell("Better when", "header_indent"), Cell("Name in the workbook", "header")]
    parts = view.grouped(rows, lambda row: row[4])
    sketch.freeze(sketch.grouped(headers, [(part, [_cells(*row) for row in found]) for part, found in parts]))
    return (Drawn(sketch.sheet(view.footer), title),)


def _outputs(view: View) -> tuple[list[_Row], str]:
    material = view.material
    if material.contract.outputs:
        rows: list[_Row] = [
            (
                row.label or row.name,
                row.unit or "",
                view.said(row.name, view.figure(row.name)),
                row.better or "",
                row.name,
            )
            for row in material.contract.outputs
        ]
        return rows, f"{counted(len(rows), 'headline figure')}, in full"
    named = [(name, value) for name in material.names if (value := view.figure(name)) is not None]
    if named:
        return [(name, "", value, "", name) for name, value in named], f"{counted(len(named), 'named cell')}"
    cells = sorted(material.base.cells.items(), key=lambda item: _order(item[0]))
    more = f", the first {_MOST_CELLS}" if len(cells) > _MOST_CELLS else ""
    shown: list[_Row] = [(address, "", value, "", address) for address, value in cells[:_MOST_CELLS]]
    return shown, f"{counted(len(cells), 'formula cell')}{more}"


def _order(address: str) -> tuple[str, int, int, str]:
    sheet, cell = split_sheet(address)
    letters = cell.rstrip("0123456789")
    return sheet or "", int(cell[len(letters) :] or 0), len(letters), letters


def _cells(label: str, unit: str, value: Value, better: str, name: str) -> list[Cell]:
    style = "row_bold" if not isinstance(value, str) else "row_bold_right"
    figure = Cell(value, style, column_format(unit, (value,)))
    return [
        Cell(label, "row"),
        Cell(unit, "row_muted"),
        figure,
        Cell(better, "row_muted_indent"),
        Cell(name, "row_muted"),
    ]
