"""Arrays of numbers or conditions alone, as NumPy computes with them: the same values, all at once.

What is mixed, or would give an error, has no block: whoever asks computes value by value instead.
"""

from __future__ import annotations

from itertools import chain
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from engine.core.values import ExcelError, Value
from engine.functions.coerce import LARGEST, same_number
from engine.functions.operands import Array, Operand
from engine.functions.places import Key, key_of

Block = npt.NDArray[Any]
LEAST: Final = 64  # values; fewer are computed as fast one by one
_NONE: Final = False
_NUMERIC: Final = frozenset([float, bool, type(None)])


def block_of(operand: Operand) -> Block | None:
    """Return an array's numbers (float64) or conditions (bool) by row and column, else None."""
    if type(operand) is not Array or operand.height * operand.width < LEAST:
        return None
    if operand.known is None:
        kinds = set(map(type, chain.from_iterable(operand.rows)))
        dtype = float if kinds == {float} else bool if kinds == {bool} else None
        operand.known = _NONE if dtype is None else np.array(operand.rows, dtype)
    return None if operand.known is _NONE else operand.known


def numbers_in(operand: Operand) -> Block | None:
    """Return a block as arithmetic takes it: conditions are 0 and 1, blanks 0."""
    block = block_of(operand)
    if block is not None:
        return block.astype(float) if block.dtype == bool else block
    if type(operand) is not Array or operand.height * operand.width < LEAST:
        return None
    if operand.numbers is None:
        kinds = set(map(type, operand.flat()))
        operand.numbers = kinds <= _NUMERIC and np.array([_filled(row) for row in operand.rows], float)
    return None if operand.numbers is False else operand.numbers


def _filled(row: list[Value]) -> list[Value]:
    return [0.0 if value is None else value for value in row] if None in row else row


def is_finite(block: Block) -> bool:
    """Whether every number is one of Excel's."""
    return bool(np.abs(block).max() <= LARGEST)


def equal_to(array: Array, key: Value) -> Block | None:
    """Return at which values of an array Excel finds them equal to a value, None where some are errors."""
    if array.height * array.width < LEAST or isinstance(key, ExcelError):
        return None
    if array.classes is None:
        array.classes = _classes(array)
    if array.classes is _NONE:
        return None
    codes, known = array.classes
    found = key_of(key)
    if found is None:
        return None
    hit: Block = codes == known.get(found, -2)
    return hit | (codes == -1) if key in (0.0, "", False) else hit


def _classes(array: Array) -> Any:
    """Return a number for each value, alike for those that Excel calls equal, -1 for blanks; by key too."""
    known: dict[Key, int] = {}
    codes = np.empty(array.height * array.width, np.int32)
    for place, value in enumerate(chain.from_iterable(array.rows)):
        key = key_of(value)
        if key is None and value is not None:
            return _NONE
        codes[place] = -1 if key is None else known.setdefault(key, len(known))
    return codes.reshape(array.height, array.width), known


def place_of(block: Block, key: float) -> int | None:
    """Return the first place at which a row or column of numbers equals a number."""
    numbers = block.ravel()
    near = np.abs(numbers - key) <= 1e-14 * np.maximum(np.abs(numbers), abs(key))
    for place in np.flatnonzero(near).tolist():
        if same_number(float(numbers[place]), key):
            return int(place)
    return None


def added(block: Block) -> float:
    """Return the sum of numbers, first to last, row by row."""
    with np.errstate(over="ignore", invalid="ignore"):
        return 0.0 + float(np.add.accumulate(block.ravel())[-1])
