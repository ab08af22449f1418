"""Which cells of a long row or column meet a criterion: found out once for all formulas that ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from engine.core.values import Value
from engine.functions.buffer import Buffer
from engine.functions.criteria import Test, limit
from engine.functions.places import Column

Mask = npt.NDArray[np.bool_]
_MOST: Final = 256  # criteria that are kept of a line
_ORDERS: Final[Mapping[str, np.ufunc]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


class _Floats:
    """The numbers of a line by place, NaN where there is none."""

    def __init__(self) -> None:
        self.found = Buffer(float)

    def upto(self, values: list[Value]) -> Any:
        """Return the numbers, those of values that came later too."""
        if self.found.size < len(values):
            more = values[self.found.size :]
            self.found.extend([value if type(value) is float else np.nan for value in more])
        return self.found.array


class _Met:
    """Which values of a line meet the criteria asked for so far."""

    def __init__(self) -> None:
        self.known: dict[object, Buffer] = {}

    def upto(self, values: list[Value], asked: Value, test: Test) -> Any:
        """Return a flag for each value, those that came later too."""
        key = type(asked), asked
        if key not in self.known:
            if len(self.known) >= _MOST:
                self.known.clear()
            self.known[key] = Buffer(bool)
        met = self.known[key]
        if met.size < len(values):
            more = values[met.size :]
            met.extend(np.fromiter(map(once_each(test, more), more), bool, len(more)))
        return met.array


def once_each(test: Test, values: list[Value]) -> Callable[[Value], bool]:
    """Return a test that asks once about each distinct value: categories repeat down a column."""
    if bool in set(map(type, values)):  # TRUE and 1 are one key to Python
        return test
    distinct = set(values)
    if 2 * len(distinct) > len(values):
        return test
    return frozenset(filter(test, distinct)).__contains__


def meeting(column: Column, asked: Value, test: Test, height: int = 0) -> Mask:
    """Return a flag for each cell of a column, or of a longer one that is blank beyond it."""
    line, size, bound = column.line, column.size, limit(asked)
    if bound is not None:
        found = _ORDERS[bound[0]](line.made(_Floats).upto(line.values)[:size], bound[1])
    else:
        found = line.made(_Met).upto(line.values, asked, test)[:size]
    if height <= size:
        return found  # type: ignore[no-any-return]  # numpy types it as Any
    return np.append(found, np.full(height - size, test(None)))
