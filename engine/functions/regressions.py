"""Pairs of numbers and straight lines: CORREL, SLOPE, FORECAST, LINEST, TREND and their like.

Pairs in which either value is no number are left out. Source: Excel's documentation of each; least squares by
``numpy.linalg`` on columns centred where the line has a constant.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.core.values import DIV0, NA, NULL, NUM, REF, VALUE, ExcelError, Value
from engine.functions import coerce
from engine.functions.operands import Array, Operand, Reference, as_rows
from engine.functions.table import Fault, excel

Matrix = NDArray[Any]


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


def _matrix(operand: Operand) -> Matrix:
    rows = as_rows(operand)
    for value in (value for row in rows for value in row):
        if type(value) is not float:
            raise Fault(VALUE)
    return np.array(rows, dtype=np.float64)


def _shaped(ys: Operand, xs: Operand) -> tuple[Matrix, Matrix, bool]:
    """Return the known y as a column, the known x as columns, and whether the y lie in a row."""
    y = _matrix(ys)
    x = np.arange(1.0, y.size + 1).reshape(y.shape) if xs is None else _matrix(xs)
    across = y.shape[0] == 1 and y.shape[1] > 1
    if x.shape == y.shape:
        return y.reshape(-1, 1), x.reshape(-1, 1), across
    if y.shape[1] == 1 and x.shape[0] == y.shape[0]:
        return y, x, False
    if y.shape[0] == 1 and x.shape[1] == y.shape[1]:
        return y.T, x.T, True
    raise Fault(REF)


def _fit(y: Matrix, x: Matrix, constant: bool) -> tuple[Matrix, float]:
    """Return the coefficients of each column and the constant; collinear columns get 0 as in Excel."""
    if not constant:
        return np.linalg.lstsq(x, y, rcond=None)[0][:, 0], 0.0
    centre_x, centre_y = x.mean(axis=0), y.mean()
    found = np.linalg.lstsq(x - centre_x, y - centre_y, rcond=None)[0][:, 0]
    return found, float(centre_y - centre_x @ found)


def _statistics(y: Matrix, x: Matrix, constant: bool) -> list[list[Value]]:
    coefficients, start = _fit(y, x, constant)
    count, width = x.shape
    freedom = count - width - constant
    residual = float(((y[:, 0] - x @ coefficients - start) ** 2).sum())
    total = float(((y[:, 0] - y.mean()) ** 2).sum() if constant else (y[:, 0] ** 2).sum())
    design = np.hstack([x, np.ones((count, 1))]) if constant else x
    variance = residual / freedom if freedom > 0 else 0.0
    spread = np.sqrt(np.maximum(np.diag(np.linalg.pinv(design.T @ design)) * variance, 0.0))
    errors: list[Value] = [float(value) for value in spread[:width][::-1]]
    explained = total - residual
    f = explained / width / variance if variance else NUM
    rest: list[Value] = [NA] * (width - 1)
    return [
        [*(float(value) for value in coefficients[::-1]), start],
        [*errors, float(spread[width]) if constant else NA],
        [explained / total if total else 1.0, math.sqrt(variance), *rest],
        [f, float(freedom), *rest],
        [explained, residual, *rest],
    ]


@excel("LINEST", "r r? v? b?", correction="statistics, several columns, lines without constant")
def linest(ys: Operand, xs: Operand = None, constant: Value = True, stats: bool = False) -> Array:
    """Return the coefficients of the line of least squares, and its statistics if asked."""
    y, x, _ = _shaped(ys, xs)
    rows = _statistics(y, x, _with_constant(constant))
    return Array(rows if stats else rows[:1])


@excel("LOGEST", "r r? v? b?", correction="statistics, several columns, curves without constant")
def logest(ys: Operand, xs: Operand = None, constant: Value = True, stats: bool = False) -> Array:
    """Return the bases of the exponential curve of least squares, and its statistics if asked."""
    y, x, _ = _shaped(ys, xs)
    if (y <= 0).any():
        raise Fault(NUM)
    rows = _statistics(np.log(y), x, _with_constant(constant))
    rows[0] = [math.exp(value) for value in rows[0] if isinstance(value, float)]
    return Array(rows if stats else rows[:1])


def _with_constant(value: Value) -> bool:
    """Return whether the line has a constant; it has where the argument is left empty."""
    condition = True if value is None else coerce.boolean(value)
    if isinstance(condition, ExcelError):
        raise Fault(condition)
    return condition


def _along(ys: Operand, xs: Operand, wanted: Operand, constant: bool, *, curve: bool) -> Array:
    y, x, across = _shaped(ys, xs)
    if curve and (y <= 0).any():
        raise Fault(NUM)
    coefficients, start = _fit(np.log(y) if curve else y, x, constant)
    points = x if wanted is None else _points(wanted, x.shape[1], across)
    values = points @ coefficients + start
    shape = (len(points), 1)
    if wanted is None:
        shape = (1, len(points)) if across else shape
    elif x.shape[1] == 1:
        shape = _matrix(wanted).shape
    elif across:
        shape = (1, len(points))
    grid = (np.exp(values) if curve else values).reshape(shape)
    return Array([[float(value) for value in row] for row in grid])


def _points(wanted: Operand, width: int, across: bool) -> Matrix:
    points = _matrix(wanted)
    if width == 1:
        return points.reshape(-1, 1)
    points = points.T if across else points
    if points.shape[1] != width:
        raise Fault(REF)
    return points


@excel("TREND", "r r? r? v?", correction="several columns, new values in a row or column")
def trend(ys: Operand, xs: Operand = None, wanted: Operand = None, constant: Value = True) -> Array:
    """Return the values of the line of least squares at new points."""
    return _along(ys, xs, wanted, _with_constant(constant), curve=False)


@excel("GROWTH", "r r? r? v?", correction="several columns, new values in a row or column")
def growth(ys: Operand, xs: Operand = None, wanted: Operand = None, constant: Value = True) -> Array:
    """Return the values of the exponential curve of least squares at new points."""
    return _along(ys, xs, wanted, _with_constant(constant), curve=True)
