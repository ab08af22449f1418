"""The nearest numbers of a long row or column: found by halving its order, once many cells ask."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Final

import numpy as np

from engine.core.values import Value
from engine.functions.coerce import same_number
from engine.functions.places import Column

_CLOSE: Final = 1e-14  # numbers closer than that, of their size, may be equal to Excel


class _Ordered:
    """Numbers in order with their places, where a line holds numbers and blanks that tell apart.

    ``falling`` says that they stand from the greatest to the least, without blanks.
    """

    def __init__(self) -> None:
        self.size = -1
        self.plain = self.falling = False
        self.numbers: list[float] = []
        self.places: list[int] = []

    def upto(self, values: list[Value]) -> _Ordered:
        """Return the order of all values that were read."""
        if self.size != len(values):
            self.size = len(values)
            self.plain = self.falling = False
            if {type(value) for value in values} <= {float, type(None)}:
                self._put_in_order(values)
        return self

    def _put_in_order(self, values: list[Value]) -> None:
        found = np.array(values, float)  # a blank is NaN
        filled = np.flatnonzero(~np.isnan(found))
        order = filled[np.argsort(found[filled], kind="stable")]
        numbers = found[order]
        steps = np.diff(numbers)
        self.plain = not ((steps > 0) & (steps <= _CLOSE * np.abs(numbers).max(initial=0.0))).any()
        self.falling = self.plain and len(filled) == len(values) and bool((np.diff(found) <= 0).all())
        self.numbers, self.places = numbers.tolist(), order.tolist()


def _order(column: Column, key: Value) -> _Ordered | None:
    """Return the order of a column that is asked for often, None where it does not tell what is nearest."""
    if type(key) is not float or column.size != len(column.line.values) or not column.often():
        return None
    ordered = column.line.made(_Ordered).upto(column.line.values)
    return ordered if ordered.plain else None


def nearest(column: Column, key: Value, side: int, *, last: bool) -> tuple[int | None] | None:
    """Return the place of the number nearest below (-1) or above (1) a key that none equals, the first or
    the last of several; None where it is to be searched for.
    """
    ordered = _order(column, key)
    if ordered is None:
        return None
    numbers = ordered.numbers
    at = bisect_left(numbers, key) - 1 if side < 0 else bisect_right(numbers, key)  # type: ignore[type-var]  # a float
    if not 0 <= at < len(numbers):
        return (None,)
    same = bisect_right(numbers, numbers[at]) - 1 if last else bisect_left(numbers, numbers[at])
    return (ordered.places[same],)


def last_not_below(column: Column, key: Value) -> tuple[int | None] | None:
    """Return the last place not below a key in falling numbers, the first that equals it; None where it is
    to be searched for.
    """
    ordered = _order(column, key)
    if ordered is None or not ordered.falling or not isinstance(key, float):
        return None
    numbers, count = ordered.numbers, len(ordered.numbers)
    above = bisect_right(numbers, key)
    for at in (above, above - 1):
        if 0 <= at < count and same_number(numbers[at], key):
            return (count - bisect_right(numbers, numbers[at]),)
    return (count - above - 1,) if above < count else (None,)
