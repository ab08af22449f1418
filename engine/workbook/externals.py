"""What a workbook stores of the other workbooks that it refers to: ECMA-376 Part 1, 18.14."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from engine.core.address import key_of, parse_a1
from engine.core.exceptions import NotAWorkbook
from engine.core.values import Value
from engine.workbook.cell_values import BadCell, ValueReader
from engine.workbook.external_cells import PLACE, cells_of, plain_sheets
from engine.workbook.package import Package
from engine.workbook.text import unescape
from engine.workbook.xml_parts import flag, relationships, tree_of


@dataclass(frozen=True, slots=True)
class Externals:
    """Stored values by "[1]Sheet", names by "[1]!name" or "[1]Sheet!name", files by "[1]".

    Sheets of which the file stores nothing, or what can't be read, are left out.
    """

    cells: dict[str, dict[int, Value]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


def read_externals(package: Package, parts: Sequence[str], *, date1904: bool) -> Externals:
    """Return what is stored of each external workbook, in the order that [1], [2] … count them."""
    found = Externals()
    values = ValueReader((), date1904=date1904)
    for index, part in enumerate(parts, start=1):
        try:
            plain = plain_sheets(package.read(part))
            book = tree_of(package, part, plain.content).find("externalBook")
            target = relationships(package, part)
        except NotAWorkbook:
            continue  # what refers to it is reported
        if book is not None:
            read = partial(_cells, rows=plain.rows, values=values)
            _read_book(target.get(book.get("id", "")), f"[{index}]", book, read, found)
    return found


def _read_book(
    target: tuple[str, str] | None,
    index: str,
    book: ET.Element,
    read: Callable[[ET.Element], dict[int, Value]],
    found: Externals,
) -> None:
    if target is not None:
        found.files[index] = target[1]
    sheets = [unescape(sheet.get("val", "")) for sheet in book.iterfind("sheetNames/sheetName")]
    for defined in book.iterfind("definedNames/definedName"):
        scope = defined.get("sheetId", "")
        owner = f"{sheets[int(scope)]}!" if scope.isdecimal() and int(scope) < len(sheets) else "!"
        refers_to = defined.get("refersTo", "").removeprefix("=")
        found.names[f"{index}{owner}{defined.get('name', '')}"] = refers_to
    for data in book.iterfind("sheetDataSet/sheetData"):
        identity = data.get("sheetId", "")
        if identity.isdecimal() and int(identity) < len(sheets):
            try:
                cells = read(data)
            except (BadCell, ValueError):
                continue  # a sheet of which a cell can't be read has no blank cells to be sure of
            # After a refresh that failed, no cell says nothing of what the sheet holds.
            if cells or not flag(data.get("refreshError")):
                found.cells.setdefault(index + sheets[int(identity)], {}).update(cells)


def _cells(data: ET.Element, rows: Sequence[bytes], values: ValueReader) -> dict[int, Value]:
    place = data.get(PLACE)
    if place is not None:
        return cells_of(rows[int(place)], values)
    cells: dict[int, Value] = {}
    for cell in data.iterfind("row/cell"):
        stored = cell.find("v")
        if stored is not None:
            key = key_of(*parse_a1(cell.get("r", "")))
            cells[key] = values.decode(cell.get("t"), stored.text or "")
    return cells
