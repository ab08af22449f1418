"""Matrices: MMULT, MINVERSE, MDETERM, MUNIT. By ``numpy.linalg``."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.core.values import NUM, VALUE, ExcelError
from engine.functions.operands import Array, Operand, Reference, as_rows
from engine.functions.sizes import room
from engine.functions.table import Fault, excel

Matrix = NDArray[Any]


def matrix(operand: Operand) -> Matrix:
    """Return an operand as numbers; #VALUE! for blanks, text and booleans."""
    rows = as_rows(operand)
    for value in (value for row in rows for value in row):
        if type(value) is not float:
            raise Fault(value if isinstance(value, ExcelError) else VALUE)
    if isinstance(operand, Reference) and (len(rows), len(rows[0])) != (operand.height, operand.width):
        raise Fault(VALUE)
    return np.array(rows, dtype=np.float64)


def _array(values: Matrix) -> Array:
    if not np.isfinite(values).all():
        raise Fault(NUM)
    return Array([[float(value) for value in row] for row in values])


def _square(operand: Operand) -> Matrix:
    values = matrix(operand)
    if values.shape[0] != values.shape[1]:
        raise Fault(VALUE)
    return values


@excel("MMULT", "a a")
def mmult(first: Operand, second: Operand) -> Array:
    """Return the product of two matrices."""
    left, right = matrix(first), matrix(second)
    if left.shape[1] != right.shape[0]:
        raise Fault(VALUE)
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is answered as #NUM!
        product = left @ right
    return _array(product)


@excel("MINVERSE", "a")
def minverse(operand: Operand) -> Array:
    """Return the inverse of a matrix; #NUM! where it has none."""
    try:
        return _array(np.linalg.inv(_square(operand)))
    except np.linalg.LinAlgError:
        raise Fault(NUM) from None


@excel("MDETERM", "a")
def mdeterm(operand: Operand) -> float:
    """Return the determinant of a matrix."""
    return float(np.linalg.det(_square(operand)))


@excel("MUNIT", "n")
def munit(size: float) -> Array:
    """Return the identity matrix."""
    if size < 1:
        raise Fault(VALUE)
    room(int(size), int(size))
    return _array(np.eye(int(size)))
