"""GETPIVOTDATA: a figure of a pivot table by what it stands for, read from the table's cells on the sheet.

Source: "GETPIVOTDATA function", Excel's documentation: what the table does not show is #REF!.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.core.exceptions import UnsupportedFormula
from engine.core.values import REF, ExcelError, Value
from engine.functions import coerce
from engine.functions.collation import folded
from engine.functions.operands import Operand, Reference
from engine.functions.references import Here
from engine.functions.table import Fault, excel
from engine.workbook.book import Pivot, PivotCell


@excel("GETPIVOTDATA", "t r v?* v?*", located=True)
def getpivotdata(here: Here, data_field: str, table: Operand, *pairs: Value) -> Value:
    """Return the figure of a data field for items of fields, given in pairs; fields left out are totalled."""
    if not isinstance(table, Reference):
        raise Fault(table if isinstance(table, ExcelError) else REF)
    pivot = _pivot_at(here, table)
    wanted = dict(_wanted(pairs))
    if not wanted.keys() <= pivot.fields:
        raise Fault(REF)
    for field, chosen in pivot.filters.items():
        if field in wanted and not (chosen is not None and _alike(wanted.pop(field), chosen)):
            raise Fault(REF)
    row, column = _place(pivot, _data_number(pivot, data_field), wanted)
    body = table.moved(pivot.body[0] + row, pivot.body[1] + column, 1, 1)
    value = REF if body is None else body.item(0, 0)
    return 0.0 if value is None else value


def _pivot_at(here: Here, table: Reference) -> Pivot:
    sheet = here.state.sheets[table.sheet]
    for pivot in sorted(here.state.pivots, key=lambda each: each.unread):
        rect = pivot.rect
        rows, columns = range(rect.top, rect.bottom + 1), range(rect.left, rect.right + 1)
        if rect.sheet == sheet and table.top in rows and table.left in columns:
            if pivot.unread:
                raise UnsupportedFormula(f"a pivot table of the sheet {sheet} can't be read in the file")
            return pivot
    raise Fault(REF)


def _wanted(pairs: tuple[Value, ...]) -> Iterator[tuple[str, Value]]:
    for field, item in zip(pairs[::2], pairs[1::2], strict=True):
        name = coerce.text(field)
        if isinstance(name, ExcelError):
            raise Fault(name)
        yield name.casefold(), item


def _data_number(pivot: Pivot, name: str) -> int:
    wanted = name.strip().casefold()
    for place in (0, 1):
        for number, names in enumerate(pivot.values):
            if names[place].strip() == wanted:
                return number
    raise Fault(REF)


def _place(pivot: Pivot, data: int, wanted: dict[str, Value]) -> tuple[int, int]:
    """Return the row and column of the body whose items together are the wanted ones."""
    rows = [(n, line) for n, line in enumerate(pivot.rows) if _within(line, wanted, data)]
    columns = [(n, line) for n, line in enumerate(pivot.columns) if _within(line, wanted, data)]
    for row, across in rows:
        for column, down in columns:
            if len(across.items) + len(down.items) == len(wanted):
                return row, column
    raise Fault(REF)


def _within(line: PivotCell, wanted: dict[str, Value], data: int) -> bool:
    return line.data in (None, data) and all(
        field in wanted and _alike(wanted[field], item) for field, item in line.items.items()
    )


def _alike(wanted: Value, item: Value) -> bool:
    if isinstance(item, float) and not isinstance(item, bool):
        number = coerce.number(wanted)
        return not isinstance(number, ExcelError) and number == item
    return folded(str(coerce.text(wanted)).strip()) == folded(str(coerce.text(item)).strip())
