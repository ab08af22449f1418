"""Where values stand in a row or column: looked up, not searched, once many cells ask about the same one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Final

from engine.core.values import ExcelError, Value
from engine.functions.cell_lines import Line, line_of
from engine.functions.coerce import text_number
from engine.functions.collation import folded
from engine.functions.operands import Operand

Key = float | str | tuple[bool]
Fold = Callable[[str], str]
_LOOKED_INTO: Final = 16  # the length from which an index is faster than a search


def key_of(value: Value, fold: Fold = folded) -> Key | None:
    """Return what values that Excel calls equal share: 15 digits, or text without case; None for others."""
    if type(value) is float:
        return float(f"{value:.14e}")
    if type(value) is str:
        return fold(value)
    return (value,) if isinstance(value, bool) else None


class _Firsts:
    """The first place of each value of a line; ``fold`` takes the case off text."""

    def __init__(self, fold: Fold) -> None:
        self.fold = fold
        self.found: dict[Key, int] = {}
        self.size = 0

    def upto(self, values: list[Value]) -> dict[Key, int]:
        """Return the first places, those of values that came later too."""
        for place in range(self.size, len(values)):
            key = key_of(values[place], self.fold)
            if key is not None:
                self.found.setdefault(key, place)
        self.size = len(values)
        return self.found


class _Places:
    """The places of each value of a line that meet a criterion of equality, in order."""

    def __init__(self) -> None:
        self.found: dict[Key, list[int]] = {}
        self.size = 0

    def upto(self, values: list[Value]) -> dict[Key, list[int]]:
        """Return the places, those of values that came later too."""
        for place in range(self.size, len(values)):
            for key in _met(values[place]):
                self.found.setdefault(key, []).append(place)
        self.size = len(values)
        return self.found


def _met(value: Value) -> list[Key]:
    key = key_of(value)
    if key is None:
        return []
    number = text_number(value) if isinstance(value, str) else None
    return [key] if number is None or isinstance(number, ExcelError) else [key, float(f"{number:.14e}")]


class Column:
    """A row or column of cells: its values, and their places once they are asked for often."""

    __slots__ = ("line", "size")

    def __init__(self, line: Line, size: int) -> None:
        self.line = line
        self.size = size

    @property
    def values(self) -> list[Value]:
        """The values, without what lies beyond the sheet's last row or column."""
        values = self.line.values
        return values if len(values) == self.size else values[: self.size]

    def often(self) -> bool:
        """Note that places are asked for; return whether an index of them is worth its cost."""
        return self.line.often()

    def first(self, value: Value, fold: Fold = folded) -> int | None:
        """Return the first place, from 0, of an equal value; ``fold`` takes the case off text."""
        known = self.line.known
        firsts = known.get(fold) or known.setdefault(fold, _Firsts(fold))
        key = key_of(value, fold)
        place = None if key is None else firsts.upto(self.line.values).get(key)
        return place if place is not None and place < self.size else None

    def places(self, key: Key) -> Sequence[int]:
        """Return the places that meet a criterion of equality: a number is met by its text as well."""
        places: Sequence[int] = self.line.made(_Places).upto(self.line.values).get(key, ())
        if places and places[-1] >= self.size:
            return places[: bisect_left(places, self.size)]
        return places


def column_of(operand: Operand) -> Column | None:
    """Return what is known of a row or column of cells; None for other operands and for short ones.

    Raises Pending while one of its cells is not computed.
    """
    found = line_of(operand, _LOOKED_INTO)
    return None if found is None else Column(*found)
