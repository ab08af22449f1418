"""References written in R1C1 style, as INDIRECT and its like read them, as text in A1 style."""

from __future__ import annotations

import re

from engine.core.address import MAX_COLUMN, MAX_ROW, column_letters
from engine.formula.forms import is_cell

_ROW, _COLUMN = r"R(?:\d+|\[-?\d+\])?", r"C(?:\d+|\[-?\d+\])?"
_CORNER = rf"{_ROW}{_COLUMN}|{_ROW}|{_COLUMN}"
_REFERENCE = re.compile(rf"(?is)(.*!)?({_CORNER})(?::({_CORNER}))?\Z")
_AXIS = re.compile(r"(?i)([RC])(?:(\d+)|\[(-?\d+)\])?")

Corner = dict[str, int]  # by axis


def a1_text(text: str, row: int, column: int) -> str | None:
    """Return a reference in R1C1 style, as seen from (row, column), in A1 style; None where it is none.

    What is no address in either style, such as a defined name, is returned as it stands.
    """
    found = _REFERENCE.match(text)
    if found is None:
        return None if is_cell(text.rpartition("!")[2].replace("$", "")) else text
    first = _corner(found[2], row, column)
    last = first if found[3] is None else _corner(found[3], row, column)
    if first.keys() != last.keys():
        return None
    if not all(1 <= n <= _LIMIT[axis] for corner in (first, last) for axis, n in corner.items()):
        return None
    return f"{found[1] or ''}{_written(first)}" + (
        f":{_written(last)}" if found[3] or len(first) == 1 else ""
    )


_LIMIT = {"R": MAX_ROW, "C": MAX_COLUMN}


def _corner(text: str, row: int, column: int) -> Corner:
    here = {"R": row, "C": column}
    corner = {}
    for axis, fixed, offset in _AXIS.findall(text):
        corner[axis.upper()] = int(fixed) if fixed else here[axis.upper()] + int(offset or 0)
    return corner


def _written(corner: Corner) -> str:
    letters = f"${column_letters(corner['C'])}" if "C" in corner else ""
    return letters + (f"${corner['R']}" if "R" in corner else "")
