"""The small sheet that the cases of functions refer to."""

from __future__ import annotations

from engine.core.address import a1
from engine.core.values import Value

_COLUMNS: dict[str, list[Value | int]] = {
    "A": [3, 1, 4, 1, 5, 9, 2, 6],
    "B": [2, 7, 1, 8, 2, 8, 1, 8],
    "C": ["apple", "Banana", "cherry", "apple", None, "", True, "5"],
    "D": [-100, 30, 35, 40, 45, 50],
    "E": [44927, 45092, 45292, 45458, 45658, 46023],
    "F": ["Tree", "Apple", "Pear", "Apple", "Cherry"],
    "G": ["Height", 18, 12, 14, 13],
    "H": ["Age", 20, 12, 15, 14],
    "I": ["Profit", 105, 96, 105, 75],
    "J": ["Tree", "Apple", None, "Height", ">13"],
    "K": ["=SUM(A1:A8)", "=SUBTOTAL(9,A1:A4)", "=1/0", "=NA()", 10],
    "L": [1, 2, 3, 4, 5, 6, 7, 8],
    "M": ["5", "abc", True, None, 2, None, None, None],
    "N": ["Height", ">11", None, None, None, None, None, None],
    "O": [0, 1.8, 7.0, 12.1],
    "P": [1, 2, 3, 4],
}


def _row(column: str, place: int) -> str:
    return a1(place, ord(column) - 64)


CELLS: dict[str, Value | int] = {
    _row(column, place): value
    for column, values in _COLUMNS.items()
    for place, value in enumerate(values, 1)
    if value is not None
}
