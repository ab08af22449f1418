"""What-if Data Tables: a formula evaluated again for each pair of row and column input values.

Source: "Calculate multiple results by using a data table", Excel's documentation. The table's first cell is
(1, 1) of its area; values for the row input stand above the area, values for the column input left of it.
With two inputs the formula stands in the corner; with a row input alone formulas stand left of each row,
with a column input alone above each column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.core.address import SHIFT, STRIDE
from engine.core.values import Value
from engine.evaluate.state import CellId
from engine.functions.operands import PENDING, Pending
from engine.workbook.book import Formula

Cells = list[dict[int, Value]]


@dataclass(frozen=True, slots=True)
class TableCell:
    """One cell of a Data Table: the formula cell to evaluate, and each input cell with its header cell."""

    formula: CellId
    inputs: Mapping[CellId, CellId]


def table_cell(sheet: int, formula: Formula, key: int) -> TableCell | None:
    """Return what a cell of a Data Table evaluates, or None where its input cell is gone (#REF!)."""
    table, area = formula.data_table, formula.area
    assert table is not None
    assert area is not None
    if table.del1 or (table.dt2d and table.del2):
        return None
    row, column = key >> SHIFT, key & (STRIDE - 1)
    above, beside = (area.top - 1) << SHIFT | column, row << SHIFT | (area.left - 1)
    corner = (area.top - 1) << SHIFT | (area.left - 1)
    inputs: dict[CellId, CellId] = {}
    if table.row_input is not None:
        inputs[sheet, table.row_input] = (sheet, above)
    if table.column_input is not None:
        inputs[sheet, table.column_input] = (sheet, beside)
    asked = corner if table.dt2d else (beside if table.row_input is not None else above)
    return TableCell((sheet, asked), inputs)


def header_values(cell: TableCell, cells: Cells) -> dict[CellId, Value]:
    """Return the input values of a table cell; raise Pending while a header is not computed."""
    waiting = [key for _, key in cell.inputs.values() if cells[cell.formula[0]].get(key) is PENDING]
    if waiting:
        raise Pending(cell.formula[0], waiting)
    return {target: cells[sheet].get(key) for target, (sheet, key) in cell.inputs.items()}
