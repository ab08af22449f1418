"""Lines and curves of least squares: LINEST, LOGEST, TREND, GROWTH.

Source: Excel's documentation of each; ``numpy.linalg`` on columns centred where the line has a constant.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.core.exceptions import UnsupportedFormula
from engine.core.values import NA, NUM, REF, VALUE, ExcelError, Value
from engine.functions import coerce
from engine.functions.operands import Array, Operand, Reference, as_rows
from engine.functions.table import Fault, excel

Matrix = NDArray[Any]
# What rounding leaves of an exact fit, against the values fitted: Excel shows none.
_NOISE = 4 * float(np.finfo(np.float64).eps)


def _shape(operand: Operand) -> tuple[int, int]:
    return (operand.height, operand.width) if isinstance(operand, (Array, Reference)) else (1, 1)


def _fitting(ys: Operand, xs: Operand) -> bool:
    """Whether the known x are as many as the known y, or columns (rows) of that many."""
    y, x = _shape(ys), _shape(xs)
    return x == y or (y[1] == 1 and x[0] == y[0]) or (y[0] == 1 and x[1] == y[1])


def _matrix(operand: Operand) -> Matrix:
    rows = as_rows(operand)
    for value in (value for row in rows for value in row):
        if type(value) is not float:
            raise Fault(VALUE)
    return np.array(rows, dtype=np.float64)


def _shaped(ys: Operand, xs: Operand) -> tuple[Matrix, Matrix, bool]:
    """Return the known y as a column, the known x as columns, and whether the y lie in a row."""
    if xs is not None and not _fitting(ys, xs):
        raise Fault(REF)
    y = _matrix(ys)
    x = np.arange(1.0, y.size + 1).reshape(y.shape) if xs is None else _matrix(xs)
    across = y.shape[0] == 1 and y.shape[1] > 1
    if x.shape == y.shape:
        return y.reshape(-1, 1), x.reshape(-1, 1), across
    if y.shape[1] == 1 and x.shape[0] == y.shape[0]:
        return y, x, False
    return y.T, x.T, True


def _fit(y: Matrix, x: Matrix, constant: bool) -> tuple[Matrix, float]:
    """Return the coefficients of each column and the constant."""
    if not constant:
        return np.linalg.lstsq(x, y, rcond=None)[0][:, 0], 0.0
    centre_x, centre_y = x.mean(axis=0), y.mean()
    found = np.linalg.lstsq(x - centre_x, y - centre_y, rcond=None)[0][:, 0]
    return found, float(centre_y - centre_x @ found)


def _independent(x: Matrix, constant: bool) -> None:
    """Raise UnsupportedFormula where a column follows from the others: Excel leaves one of them out."""
    columns = x - x.mean(axis=0) if constant else x
    scale = np.maximum(np.abs(columns).max(axis=0), np.abs(x).max(axis=0) * 1e-12)
    if np.linalg.matrix_rank(columns / np.where(scale > 0, scale, 1.0), tol=1e-10) < x.shape[1]:
        raise UnsupportedFormula(
            "a column of known x follows from the others, and Excel does not tell which it leaves out"
        )


def _statistics(y: Matrix, x: Matrix, constant: bool) -> list[list[Value]]:
    coefficients, start = _fit(y, x, constant)
    count, width = x.shape
    freedom = count - width - constant
    residual = float(((y[:, 0] - x @ coefficients - start) ** 2).sum())
    if residual <= count * _NOISE**2 * float((y**2).sum()):
        residual = 0.0
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


@excel("LINEST", "r r? e? b?", correction="statistics, several columns, lines without constant")
def linest(ys: Operand, xs: Operand = None, constant: Value = True, stats: bool = False) -> Array:
    """Return the coefficients of the line of least squares, and its statistics if asked."""
    y, x, _ = _shaped(ys, xs)
    rows = _statistics(y, x, _line_constant(constant, x))
    return Array(rows if stats else rows[:1])


@excel("LOGEST", "r r? e? b?", correction="statistics, several columns, curves without constant")
def logest(ys: Operand, xs: Operand = None, constant: Value = True, stats: bool = False) -> Array:
    """Return the bases of the exponential curve of least squares, and its statistics if asked."""
    y, x, _ = _shaped(ys, xs)
    if (y <= 0).any():
        raise Fault(NUM)
    rows = _statistics(np.log(y), x, _line_constant(constant, x))
    rows[0] = [math.exp(value) for value in rows[0] if isinstance(value, float)]
    return Array(rows if stats else rows[:1])


def _line_constant(value: Value, x: Matrix) -> bool:
    """Return whether the line has a constant; an error there is #VALUE!, unlike in other functions."""
    if isinstance(value, ExcelError):
        raise Fault(VALUE)
    constant = _with_constant(value)
    if x.shape[1] > 1:
        _independent(x, constant)
    return constant


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
    if wanted is not None and x.shape[1] > 1:
        _independent(x, constant)
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
    with np.errstate(over="ignore"):
        grid = (np.exp(values) if curve else values).reshape(shape)
    return Array([[coerce.finite(float(value)) for value in row] for row in grid])


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
