"""Pairs of numbers, without those that hold anything else: CORREL, SLOPE, FORECAST and their like.

Source: Excel's documentation of each.
"""

from __future__ import annotations

import math

from engine.core.values import DIV0, NA, NULL, NUM, ExcelError, Value
from engine.functions.operands import Array, Operand, Reference, as_rows
from engine.functions.table import Fault, excel


def flat_full(operand: Operand) -> list[Value]:
    """Return an operand's values row by row, blanks included."""
    return [value for row in as_rows(operand) for value in row]


def paired(first: Operand, second: Operand, *, unequal: ExcelError = NA) -> tuple[list[float], list[float]]:
    """Return the pairs of numbers of two operands of one size."""
    left, right = flat_full(first), flat_full(second)
    if _size(first) != _size(second):
        raise Fault(unequal)
    for value in (value for pair in zip(left, right, strict=False) for value in pair):
        if isinstance(value, ExcelError):
            # Excel's number of #NULL! is 0, which these functions take for no error but without a result.
            raise Fault(NUM if value is NULL else value)
    pairs = [(a, b) for a, b in zip(left, right, strict=False) if type(a) is float and type(b) is float]
    return [a for a, _ in pairs], [b for _, b in pairs]


def _size(operand: Operand) -> int:
    return operand.height * operand.width if isinstance(operand, (Array, Reference)) else 1


def _products(xs: list[float], ys: list[float]) -> tuple[float, float, float]:
    """Return the sums of products of distances from the means: xx, xy, yy."""
    if not xs:
        raise Fault(DIV0)
    x0, y0 = sum(xs) / len(xs), sum(ys) / len(ys)
    xx = sum((x - x0) ** 2 for x in xs)
    yy = sum((y - y0) ** 2 for y in ys)
    xy = sum((x - x0) * (y - y0) for x, y in zip(xs, ys, strict=True))
    return xx, xy, yy


@excel("CORREL PEARSON", "r r")
def correl(first: Operand, second: Operand) -> float:
    """Return the correlation of two series."""
    xx, xy, yy = _products(*paired(first, second))
    return xy / math.sqrt(xx * yy)


@excel("RSQ", "r r")
def rsq(ys: Operand, xs: Operand) -> float:
    """Return the squared correlation of two series."""
    return correl(ys, xs) ** 2


def _covariance(first: Operand, second: Operand, less: int) -> float:
    xs, ys = paired(first, second)
    if len(xs) <= less:
        raise Fault(DIV0)
    return _products(xs, ys)[1] / (len(xs) - less)


@excel("COVAR COVARIANCE.P", "r r")
def covariance_p(first: Operand, second: Operand) -> float:
    """Return the covariance of two populations."""
    return _covariance(first, second, 0)


@excel("COVARIANCE.S", "r r")
def covariance_s(first: Operand, second: Operand) -> float:
    """Return the covariance of two samples."""
    return _covariance(first, second, 1)


@excel("SLOPE", "r r")
def slope(ys: Operand, xs: Operand) -> float:
    """Return the slope of the line through pairs."""
    b, a = paired(ys, xs)
    xx, xy, _ = _products(a, b)
    return xy / xx


def _line(xs: list[float], ys: list[float]) -> tuple[float, float]:
    xx, xy, _ = _products(xs, ys)
    steep = xy / xx
    return steep, sum(ys) / len(ys) - steep * sum(xs) / len(xs)


@excel("INTERCEPT", "r r")
def intercept(ys: Operand, xs: Operand) -> float:
    """Return where the line through pairs meets x = 0."""
    b, a = paired(ys, xs)
    return _line(a, b)[1]


@excel("FORECAST FORECAST.LINEAR", "n r r")
def forecast(x: float, ys: Operand, xs: Operand) -> float:
    """Return the value at x of the line through pairs."""
    b, a = paired(ys, xs)
    steep, start = _line(a, b)
    return start + steep * x


@excel("STEYX", "r r")
def steyx(ys: Operand, xs: Operand) -> float:
    """Return the standard error of the line through pairs."""
    b, a = paired(ys, xs)
    if len(a) < 3:
        raise Fault(DIV0)
    xx, xy, yy = _products(a, b)
    return math.sqrt((yy - xy * xy / xx) / (len(a) - 2))
