"""The R1C1 form of a formula: one text for all the cells that a formula was copied to.

Only references that move when a formula is copied are rewritten; the rest of the text stands. The form is
a dictionary key, made for every formula cell, so it is one regular expression and one cache of cell texts.
"""

from __future__ import annotations

import re
from functools import lru_cache

from engine.core.address import MAX_COLUMN, MAX_ROW, column_number

CELL = r"\$?[A-Za-z]{1,3}\$?[1-9]\d{0,6}"
_MOVES = re.compile(
    r'"(?:[^"]|"")*"'  # text
    r"|'(?:[^']|'')*'!?"  # a quoted sheet
    r"|\[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*\]"  # a table's column, another workbook
    rf"|(?<![\w.\\?$])(?:({CELL})|(\$?[A-Za-z]{{1,3}}:\$?[A-Za-z]{{1,3}}|\$?\d{{1,7}}:\$?\d{{1,7}}))"
    r"(?![\w.(!\\?\[])"
)
_PART = re.compile(r"(\$?)([A-Za-z]{0,3})(\$?)(\d{0,7})\Z")


@lru_cache(maxsize=1 << 18)
def _cell(text: str) -> tuple[bool, int, bool, int]:
    match = _PART.match(text)
    assert match is not None
    column, row = column_number(match[2]), int(match[4])
    return bool(match[3]), row, bool(match[1]), column


def is_on_sheet(cell: str) -> bool:
    """Whether the A1 text of a cell lies within a worksheet; Excel reads any other as a name."""
    _, row, _, column = _cell(cell)
    return row <= MAX_ROW and column <= MAX_COLUMN


def is_cell(text: str) -> bool:
    """Whether a text is the A1 address of a cell within a worksheet."""
    return re.fullmatch(CELL, text) is not None and is_on_sheet(text)


@lru_cache(maxsize=1 << 16)
def _line(text: str) -> tuple[bool, int, str]:
    absolute, bare = text.startswith("$"), text.lstrip("$")
    return (absolute, int(bare), "R") if bare.isdigit() else (absolute, column_number(bare), "C")


def r1c1_form(text: str, row: int, column: int) -> str:
    """Return the form of a formula (without "=") that stands at (row, column), both from 1."""

    def moved(match: re.Match[str]) -> str:
        cell, lines = match.groups()
        if cell is not None:
            row_fixed, r, column_fixed, c = _cell(cell)
            if r > MAX_ROW or c > MAX_COLUMN:
                return match[0]
            across = f"C{c}" if column_fixed else f"C[{c - column}]"
            return (f"R{r}" if row_fixed else f"R[{r - row}]") + across
        if lines is None:
            return match[0]
        return ":".join(_line_form(part, row, column) for part in lines.split(":"))

    return _MOVES.sub(moved, text)


def _line_form(text: str, row: int, column: int) -> str:
    absolute, number, axis = _line(text)
    return f"{axis}{number}" if absolute else f"{axis}[{number - (row if axis == 'R' else column)}]"
