"""Where values stand in a row or column: looked up, not searched, once many cells ask about the same one.

What is kept of a column is used only while its cells hold the very same values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import is_
from typing import Final

from engine.core.address import SHIFT, STRIDE
from engine.core.values import ExcelError, Value
from engine.functions.coerce import text_number
from engine.functions.collation import folded
from engine.functions.operands import PENDING, Operand, Pending, Reference

Key = float | str | tuple[bool]
Fold = Callable[[str], str]
SHORTEST: Final = 64  # below it a search is as fast
_OFTEN: Final = 3  # an index costs what a few searches do
_MOST: Final = 64  # columns that are kept at a time
_NEVER: Final = object()  # no time in which computed cells keep their values


def key_of(value: Value, fold: Fold = folded) -> Key | None:
    """Return what values that Excel calls equal share: 15 digits, or text without case; None for others."""
    if type(value) is float:
        return float(f"{value:.14e}")
    if type(value) is str:
        return fold(value)
    return (value,) if isinstance(value, bool) else None


class Column:
    """The values of a row or column of cells, and places by value once they are asked for often."""

    __slots__ = ("_asked", "_first", "_places", "cells", "during", "fixed", "values")

    def __init__(self, values: list[Value]) -> None:
        self.values = values
        self.cells: dict[int, Value] | None = None
        self.fixed = False
        self.during: object = _NEVER
        self._asked = 0
        self._first: dict[Fold, dict[Key, int]] = {}
        self._places: dict[Key, list[int]] | None = None

    def often(self) -> bool:
        """Note that places are asked for; return whether an index of them is worth its cost."""
        self._asked += 1
        return self._asked >= _OFTEN

    def first(self, value: Value, fold: Fold = folded) -> int | None:
        """Return the first place, from 0, of an equal value; ``fold`` takes the case off text."""
        if fold not in self._first:
            known = self._first[fold] = {}
            for place, held in enumerate(self.values):
                key = key_of(held, fold)
                if key is not None:
                    known.setdefault(key, place)
        key = key_of(value, fold)
        return None if key is None else self._first[fold].get(key)

    def places(self, key: Key) -> Sequence[int]:
        """Return the places that meet a criterion of equality: a number is met by its text as well."""
        if self._places is None:
            self._places = {}
            for place, value in enumerate(self.values):
                for known in _met(value):
                    self._places.setdefault(known, []).append(place)
        return self._places.get(key, ())


def _met(value: Value) -> list[Key]:
    key = key_of(value)
    if key is None:
        return []
    number = text_number(value) if isinstance(value, str) else None
    return [key] if number is None or isinstance(number, ExcelError) else [key, float(f"{number:.14e}")]


def column_of(operand: Operand) -> Column | None:
    """Return what is known of a row or column of cells; None for other operands and for short ones.

    Raises Pending while one of its cells is not computed.
    """
    if not isinstance(operand, Reference) or max(operand.height, operand.width) < SHORTEST:
        return None
    if operand.height > 1 and operand.width > 1:
        return None
    store, cells = operand.store, operand.store.cells[operand.sheet]
    asked = operand.sheet, operand.top, operand.left, operand.bottom, operand.right
    known: Column | None = store.columns.get(asked)
    if known is not None and known.cells is cells and (known.fixed or known.during is store.settled):
        return known
    values = operand.flat()
    if known is None or len(known.values) != len(values) or not all(map(is_, known.values, values)):
        if len(store.columns) >= _MOST:
            store.columns.clear()
        known = store.columns[asked] = Column(values)
    known.cells, known.fixed = cells, _is_fixed(operand, values)
    known.during = _NEVER if store.settled is None else store.settled
    return known


def _is_fixed(area: Reference, values: list[Value]) -> bool:
    """Whether every cell holds a constant, which no formula and no spilling array can take the place of."""
    step = STRIDE if area.left == area.right else 1
    start = area.top << SHIFT | area.left
    constants = area.store.constants
    if area.sheet >= len(constants) or None in values:
        return False
    keys = range(start, start + step * len(values), step)
    return all(map(is_, values, map(constants[area.sheet].get, keys)))


def wait_for(table: Reference) -> None:
    """Raise Pending while a cell of a table is not computed; rows found computed are not looked at again."""
    store, cells = table.store, table.store.cells[table.sheet]
    if table.sheet < len(store.constants) and len(store.constants[table.sheet]) == len(cells):
        return  # the sheet has no formula
    if table.left == table.right:
        table.flat()
        return
    asked = table.sheet, table.top, table.left, table.bottom, table.right
    known, done = store.tables.get(asked, (cells, table.top))
    row = done if known is cells else table.top
    last_row, last_column = store.extents[table.sheet]
    bottom, right = min(table.bottom, last_row), min(table.right, last_column)
    while row <= bottom and right >= table.left:
        span = range(row << SHIFT | table.left, (row << SHIFT | right) + 1)
        if PENDING in map(cells.get, span):
            store.tables[asked] = cells, row
            raise Pending(table.sheet, [key for key in span if cells.get(key) is PENDING])
        row += 1
    store.tables[asked] = cells, row
