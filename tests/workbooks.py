"""Small workbooks for tests, straight as values: no file is read or written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.core.address import key_of, parse_a1, parse_rect
from engine.core.values import Value
from engine.workbook.book import DataTable, Formula, Name, Settings, SheetCells, Table, Workbook

Cell = Value | int | Formula


def array(text: str, area: str) -> Formula:
    """A legacy array formula over an area such as "A1:A3"."""
    return Formula(text.lstrip("="), "array", parse_rect(area, "Sheet1"))


def dynamic(text: str, area: str | None = None) -> Formula:
    """A dynamic array formula of Sheet1, with the area that it was saved with (its own cell unless given)."""
    return Formula(text.lstrip("="), "dynamic-array", parse_rect(area, "Sheet1") if area else None)


def data_table(
    area: str, row: str | None = None, column: str | None = None, *, gone: bool = False
) -> Formula:
    """A what-if Data Table over an area of Sheet1, its input cells given as "B1"."""
    first = row if row is not None else column
    keys = [None if cell is None or gone else key_of(*parse_a1(cell)) for cell in (first, column)]
    both = row is not None and column is not None
    table = DataTable(keys[0], keys[1] if both else None, both, row is not None, gone, False)
    return Formula("", "data-table", parse_rect(area, "Sheet1"), None, table)


def sheet(name: str, cells: Mapping[str, Cell], stored: Mapping[str, Value] | None = None) -> SheetCells:
    """A worksheet from "A1" to a value, "=formula" text or a ``Formula``."""
    constants: dict[int, Value] = {}
    formulas: dict[int, Formula] = {}
    rows, columns = [0], [0]
    for address, item in cells.items():
        row, column = parse_a1(address)
        rows.append(row)
        columns.append(column)
        if isinstance(item, Formula):
            formulas[key_of(row, column)] = item
        elif isinstance(item, str) and item.startswith("="):
            formulas[key_of(row, column)] = Formula(item[1:])
        else:
            whole = isinstance(item, int) and not isinstance(item, bool)
            constants[key_of(row, column)] = float(item) if whole else item  # type: ignore[arg-type]  # a whole number is a float from here on
    known = {key_of(*parse_a1(address)): value for address, value in (stored or {}).items()}
    extent = (1, 1, max(rows), max(columns))
    return SheetCells(name, constants, formulas, known, {}, "visible", extent)


def workbook(
    *sheets: SheetCells,
    names: Mapping[str, str] | None = None,
    tables: Sequence[Table] = (),
    settings: Settings | None = None,
    externals: dict[str, dict[int, Value]] | None = None,
    external_names: Mapping[str, str] | None = None,
) -> Workbook:
    """A workbook of sheets; names are "name" or "Sheet!name" to what they refer to."""
    defined = []
    for name, text in (names or {}).items():
        scope, _, bare = name.rpartition("!")
        defined.append(Name(bare, scope or None, text, hidden=False))
    return Workbook(
        Path("book.xlsx"),
        "0" * 64,
        sheets,
        tuple(defined),
        tuple(tables),
        settings or Settings(),
        externals or {},
        ("General",),
        tuple(each.name for each in sheets),
        external_names=external_names or {},
        external_files={"[1]": "C:\\rates\\Rates.xlsx"} if externals else {},
    )


def book(cells: Mapping[str, Cell], **more: object) -> Workbook:
    """A workbook of one sheet, Sheet1."""
    return workbook(sheet("Sheet1", cells), **more)  # type: ignore[arg-type]  # passed on as given
