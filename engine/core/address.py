"""Cell addresses: A1 text, column letters, and one integer key per cell of a sheet.

A sheet's cells live in dictionaries keyed by ``row << 15 | column`` (both from 1), so that a row or a column
of cells is a Python ``range`` of keys. Excel's own limits (1,048,576 rows, 16,384 columns) fit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

MAX_ROW = 1_048_576
MAX_COLUMN = 16_384
SHIFT = 15
STRIDE = 1 << SHIFT

_PLAIN_SHEET = re.compile(r"[^\W\d][\w.]*\Z")
_LOOKS_LIKE_CELL = re.compile(r"(?i)[a-z]{1,3}\d+\Z|r\d*c\d*\Z|[rc]\Z|true\Z|false\Z")
_A1 = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})\Z")


@cache
def column_letters(column: int) -> str:
    """Return the letters of a column number from 1: 1 is "A", 16384 is "XFD"."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@cache
def column_number(letters: str) -> int:
    """Return the number from 1 of a column's letters, in either case."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def key_of(row: int, column: int) -> int:
    """Return the integer key of a cell of a sheet."""
    return row << SHIFT | column


def row_column(key: int) -> tuple[int, int]:
    """Return the row and the column, both from 1, of a key."""
    return key >> SHIFT, key & (STRIDE - 1)


def a1(row: int, column: int) -> str:
    """Return the A1 text of a cell without its sheet."""
    return f"{column_letters(column)}{row}"


def parse_a1(text: str) -> tuple[int, int]:
    """Return row and column of "B7" or "$B$7"; raise ValueError for anything else."""
    match = _A1.match(text)
    if match is None:
        raise ValueError(f"{text!r} is not a cell address such as B7")
    row, column = int(match[2]), column_number(match[1])
    if not (1 <= row <= MAX_ROW and column <= MAX_COLUMN):
        raise ValueError(f"{text!r} lies outside a worksheet")
    return row, column


def quote_sheet(name: str) -> str:
    """Return a sheet name as a formula writes it, in quotes where Excel needs them."""
    if _PLAIN_SHEET.match(name) and not _LOOKS_LIKE_CELL.match(name):
        return name
    return "'" + name.replace("'", "''") + "'"


def split_sheet(text: str) -> tuple[str | None, str]:
    """Split "'My sheet'!B7" into the bare sheet name and the rest; the sheet is None where absent."""
    sheet, bang, rest = text.rpartition("!")
    if not bang:
        return None, rest
    if len(sheet) > 1 and sheet[0] == sheet[-1] == "'":
        sheet = sheet[1:-1].replace("''", "'")
    return sheet, rest


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle of cells on one sheet, its bounds inclusive and from 1."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        """The number of rows."""
        return self.bottom - self.top + 1

    @property
    def width(self) -> int:
        """The number of columns."""
        return self.right - self.left + 1

    def __str__(self) -> str:
        start = a1(self.top, self.left)
        end = a1(self.bottom, self.right)
        return f"{quote_sheet(self.sheet)}!{start}" + ("" if start == end else f":{end}")

    def intersect(self, other: Rect) -> Rect | None:
        """Return the cells that both rectangles hold, or None where they hold none."""
        if self.sheet != other.sheet:
            return None
        top, left = max(self.top, other.top), max(self.left, other.left)
        bottom, right = min(self.bottom, other.bottom), min(self.right, other.right)
        return Rect(self.sheet, top, left, bottom, right) if top <= bottom and left <= right else None


def parse_rect(text: str, sheet: str | None = None) -> Rect:
    """Return the rectangle that "Sheet!A1:B7" names; raise ValueError for anything else.

    ``sheet`` stands in where the text names none.
    """
    named, cells = split_sheet(text)
    owner = named if named is not None else sheet
    if owner is None:
        raise ValueError(f"{text!r} names no sheet; write it as Sheet!A1")
    first, _, last = cells.partition(":")
    top, left = parse_a1(first)
    bottom, right = parse_a1(last or first)
    return Rect(owner, min(top, bottom), min(left, right), max(top, bottom), max(left, right))
