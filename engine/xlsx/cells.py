"""Cells: each kind of value by its own call, so that text is never taken for a formula."""

from __future__ import annotations

import math
import numbers

from xlsxwriter.worksheet import Worksheet

from engine.core.address import split_sheet
from engine.core.values import ExcelError, Value
from engine.xlsx.formats import Formats
from engine.xlsx.tree import Block, Cell

NOT_A_NUMBER = "n/a"
LONGEST_TEXT = 32_767
_CUT = "… [cut at Excel's limit of 32,767 characters]"


def write_block(sheet: Worksheet, block: Block, formats: Formats) -> None:
    """Write a rectangle of cells; a None in it leaves the cell beneath as it is."""
    for down, row in enumerate(block.rows):
        for right, cell in enumerate(row):
            if cell is not None:
                _write_cell(sheet, block.row - 1 + down, block.column - 1 + right, cell, formats)


def _write_cell(sheet: Worksheet, row: int, column: int, cell: Cell, formats: Formats) -> None:
    style = formats.cell(cell.style, cell.number_format)
    value = shown(cell.value)
    if cell.link is not None:
        sheet.write_url(row, column, f"internal:{_target(cell.link)}", style, string=" ")
    if cell.formula is not None:
        sheet.write_formula(row, column, cell.formula, style, "" if value is None else value)
    elif value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, style)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, style)
    else:
        sheet.write_number(row, column, value, style)
    if cell.comment:
        sheet.write_comment(row, column, cell.comment, {"author": "", "x_scale": 2, "y_scale": 1.5})


def shown(value: Value) -> float | str | bool | None:
    """Return what a cell shows: an Excel error as its code, NaN and infinity as "n/a"."""
    if isinstance(value, ExcelError):
        return value.code
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT else value[: LONGEST_TEXT - len(_CUT)] + _CUT
    return _number(value)


def _number(value: object) -> float | str | bool:
    if isinstance(value, numbers.Real):
        number = float(value)
        return number if math.isfinite(number) else NOT_A_NUMBER
    if type(value).__name__ in ("bool_", "bool"):
        return bool(value)
    raise TypeError(f"a cell can't hold {value!r}; give a number, text, a boolean, None or an Excel error")


def _target(link: str) -> str:
    sheet, cell = split_sheet(link)
    quoted = "'" + (sheet or "").replace("'", "''") + "'"
    return f"{quoted}!{cell}" if sheet is not None else cell
