"""Operators over whole arrays at once, where that gives what they give value by value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from engine.core.values import DIV0, Value
from engine.functions.blocks import LEAST, Block, block_of, equal_to, is_finite, numbers_in
from engine.functions.operands import Array
from engine.functions.sizes import room

Item = Value | Array
Scalar = Callable[[Value, Value], Value]
_ARITHMETIC: Final[Mapping[str, np.ufunc]] = {"+": np.add, "-": np.subtract, "*": np.multiply}
_ORDERS: Final[Mapping[str, np.ufunc]] = {
    "=": np.equal,
    "<>": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}
_EQUAL: Final = frozenset(["=", "<=", ">="])


def combined(operator: str, scalar: Scalar, left: Item, right: Item) -> Array | None:
    """Return an operator's result over arrays, None where it is to be computed value by value."""
    if operator in _ORDERS:
        return _compared(operator, scalar, left, right)
    a, b = _numbers(left), _numbers(right)
    if a is None or b is None or not _fit(a, b):
        return None
    with np.errstate(all="ignore"):
        if operator == "/":
            return _divided(a, b)
        if operator not in _ARITHMETIC:
            return None
        result = _ARITHMETIC[operator](a, b)
    return Array.of(result) if is_finite(result) else None


def _numbers(item: Item) -> Any:
    """Return numbers as a block or as one number, None for others."""
    if isinstance(item, Array):
        return numbers_in(item)
    return float(item) if isinstance(item, (float, bool)) else 0.0 if item is None else None


def _fit(a: Any, b: Any) -> bool:
    """Whether one array repeats over the other, so that no value is missing."""
    first, second = np.shape(a), np.shape(b)
    pairs = zip(first, second, strict=False)
    height, width = [max(one, other) for one, other in pairs] or (first or second)
    room(height, width)
    return height * width >= LEAST and all(
        one == other or 1 in (one, other) for one, other in zip(first, second, strict=False)
    )


def _divided(a: Any, b: Any) -> Array | None:
    zero = np.broadcast_to(np.equal(b, 0), np.broadcast_shapes(np.shape(a), np.shape(b)))
    result = np.divide(a, b)
    if not zero.any():
        return Array.of(result) if is_finite(result) else None
    if not is_finite(np.where(zero, 0.0, result)):
        return None
    rows: list[list[Value]] = result.tolist()
    for row, column in np.argwhere(zero).tolist():
        rows[row][column] = DIV0
    return Array(rows)


def _compared(operator: str, scalar: Scalar, left: Item, right: Item) -> Array | None:
    if operator in ("=", "<>") and isinstance(left, Array) != isinstance(right, Array):
        array, key = (left, right) if isinstance(left, Array) else (right, left)
        assert isinstance(array, Array)
        if type(key) is not float or block_of(array) is None:
            hit = equal_to(array, key)  # type: ignore[arg-type]  # one of the two is no array
            return None if hit is None else Array.of(hit if operator == "=" else ~hit)
    a, b = _block(left), _block(right)
    floats = all(type(x) is float or (isinstance(x, np.ndarray) and x.dtype == float) for x in (a, b))
    return Array.of(_ordered(operator, scalar, a, b)) if floats and _fit(a, b) else None


def _ordered(operator: str, scalar: Scalar, a: Any, b: Any) -> Block:
    """Compare numbers; those close to each other are compared by the digits shown."""
    result: Block = _ORDERS[operator](a, b)
    with np.errstate(over="ignore"):
        near = (np.abs(np.subtract(a, b)) <= 1e-14 * (np.abs(a) + np.abs(b))) & np.not_equal(a, b)
    if near.any():
        first, second = np.broadcast_to(a, near.shape), np.broadcast_to(b, near.shape)
        for row, column in np.argwhere(near).tolist():
            result[row, column] = scalar(float(first[row, column]), float(second[row, column]))
    return result


def negated(array: Array) -> Array | None:
    """Return an array's numbers with the other sign."""
    block = numbers_in(array)
    return None if block is None else Array.of(-block)


def picked(test: Item, then: Item, otherwise: Item) -> Array | None:
    """Return IF's result where the condition is an array, None where it is to be picked value by value."""
    block = block_of(test) if isinstance(test, Array) else None
    if block is None:
        return None
    holds = block if block.dtype == bool else block != 0.0
    a, b = _block(then), _block(otherwise)
    if any(isinstance(x, np.ndarray) and x.shape != holds.shape for x in (a, b)):
        return None
    if _is_number(a) and _is_number(b):
        return Array.of(np.where(holds, a, b))
    if _is_number(a) and (otherwise is False or otherwise == ""):
        return Array.picked(np.broadcast_to(a, holds.shape), holds, otherwise)
    return None


def _block(item: Item) -> Any:
    return block_of(item) if isinstance(item, Array) else item


def _is_number(item: Any) -> bool:
    return type(item) is float or (isinstance(item, np.ndarray) and item.dtype == float)
