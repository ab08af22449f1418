"""What is known about a cell: its formula, its sheet, its place; and links. Source: Excel's documentation."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

from engine.core.address import column_letters
from engine.core.exceptions import UnsupportedFormula
from engine.core.values import NA, VALUE, ExcelError, Value
from engine.functions.operands import Array, Operand, Reference, Union, as_rows
from engine.functions.references import Here
from engine.functions.table import Fault, excel

_PREFIX = re.compile(r"_xl(?:fn|ws|pm|udf)\.", re.IGNORECASE)


def _reference(operand: Operand, otherwise: ExcelError) -> Reference:
    if isinstance(operand, Union):
        operand = operand.parts[0]
    if not isinstance(operand, Reference):
        raise Fault(operand if isinstance(operand, ExcelError) else otherwise)
    return operand


@excel("FORMULATEXT", "r", located=True)
def formulatext(here: Here, operand: Operand) -> Value | Array:
    """Return a cell's formula as text, #N/A where it has none; for a range, those of its cells."""

    def written(cell: Reference) -> Value:
        text = here.formula(cell)
        return NA if text is None else _PREFIX.sub("", text)

    return _cell_by_cell(_reference(operand, NA), written)


@excel("ISFORMULA", "r", located=True, correction="takes a reference")
def isformula(here: Here, operand: Operand) -> Value | Array:
    """Whether a cell holds a formula; for a range, whether each of its cells does."""
    return _cell_by_cell(_reference(operand, VALUE), here.has_formula)


def _cell_by_cell(area: Reference, answer: Callable[[Reference], Value]) -> Value | Array:
    if area.height == area.width == 1:
        return answer(area)
    known = as_rows(area)
    columns = range(area.left, area.left + len(known[0]))
    return Array(
        [
            [answer(Reference(area.store, area.sheet, row, column, row, column)) for column in columns]
            for row in range(area.top, area.top + len(known))
        ]
    )


@excel("SHEET", "r?", located=True)
def sheet(here: Here, operand: Operand = None) -> float:
    """Return a sheet's number among all of the workbook: of the asking cell, of a reference, or of a name."""
    if isinstance(operand, str):
        asked = operand
    else:
        asked = here.state.sheets[here.sheet if operand is None else _reference(operand, NA).sheet]
    names = [name.casefold() for name in here.state.sheet_order]
    if asked.casefold() not in names:
        raise Fault(NA)
    return names.index(asked.casefold()) + 1.0


@excel("SHEETS", "r?", located=True)
def sheets(here: Here, operand: Operand = None) -> float:
    """Return how many sheets a workbook or a reference has."""
    if operand is None:
        return float(len(here.state.sheet_order))
    return float(len(operand.parts)) if isinstance(operand, Union) else 1.0


@excel("CELL", "t r?", volatile=True, located=True)
def cell(here: Here, about: str, operand: Operand = None) -> Value:
    """Return what is asked about a cell: "address", "col", "row", "contents", "type" or "filename".

    The folder is left out of the file's name: no workbook says where it lay.
    """
    if about.lower() not in _UNKNOWN | {"address", "col", "row", "contents", "type", "filename"}:
        raise Fault(VALUE)
    if operand is None:
        raise UnsupportedFormula(
            "CELL without a reference asks for the cell last edited, which no file holds"
        )
    area = _reference(operand, VALUE)
    match about.lower():
        case "address":
            return f"${column_letters(area.left)}${area.top}"
        case "col":
            return float(area.left)
        case "row":
            return float(area.top)
        case "contents":
            value = area.item(0, 0)
            return 0.0 if value is None else value
        case "filename":
            return f"[{here.state.file}]{here.state.sheets[area.sheet]}"
        case "type":
            value = area.item(0, 0)
            return "b" if value is None else "l" if isinstance(value, str) else "v"
    raise UnsupportedFormula(f'CELL("{about}") asks for what only Excel knows: its window or format')


_UNKNOWN = frozenset(["color", "format", "parentheses", "prefix", "protect", "width"])


@excel("INFO", "t", volatile=True)
def info(about: str) -> Value:
    """Return what is asked about Excel: "recalc" or "system"; the rest only Excel knows."""
    match about.lower():
        case "recalc":
            return "Automatic"
        case "system":
            return "pcdos"
    if about.lower() in (
        "directory",
        "memavail",
        "memused",
        "numfile",
        "origin",
        "osversion",
        "release",
        "totmem",
    ):
        raise UnsupportedFormula(f'INFO("{about}") asks for what only a running Excel knows')
    raise Fault(VALUE)


@excel("HYPERLINK", "t v?")
def hyperlink(link: str, shown: Value = None) -> Value:
    """Return what a link shows: its text, or the address."""
    return link if shown is None else shown


@excel("ENCODEURL", "t")
def encodeurl(text: str) -> str:
    """Return a text as it stands in an address."""
    return quote(text, safe="-_.~")
