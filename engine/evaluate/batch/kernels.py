"""NumPy kernels over lanes. The plain ones answer numbers and stop the fast program where an error would
arise; the careful ones carry errors and texts as boxes and answer as Excel does, the leftmost error
first.

Arrays are (positions × scenarios) or (scenarios,), and broadcast.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from engine.evaluate.batch.boxes import Flags, Floats
from engine.evaluate.batch.powers import raised
from engine.evaluate.batch.ties import Lanes, equal, less, less_equal
from engine.evaluate.batch.unplanned import NeedsCare, Rearranged

# Plain arithmetic. Division, overflow and invalid operations raise by themselves (np.errstate).


def divide_where(left: Lanes, right: Lanes, mask: Any) -> Floats:
    """Divide where a mask holds; what lies elsewhere is not used."""
    if np.all(mask):
        return np.asarray(np.divide(left, right))
    shape = np.broadcast_shapes(np.shape(left), np.shape(right), np.shape(mask))
    return np.divide(left, right, out=np.zeros(shape), where=np.broadcast_to(mask, shape))


def power_by(raises: Callable[[Lanes, Lanes], Lanes]) -> Callable[..., Lanes]:
    """Return the kernel of powers over a function that raises numbers."""

    def power(base: Lanes, exponent: Lanes, mask: Any = None) -> Lanes:
        """Raise to a power; stop where Excel answers an error or handles it specially, within the mask."""
        trouble = (np.equal(base, 0) & (np.asarray(exponent) <= 0)) | (
            np.less(base, 0) & (np.floor(exponent) != exponent)
        )
        with np.errstate(all="ignore"):
            result = raises(base, exponent)
        trouble = trouble | ~np.isfinite(result)
        if np.any(trouble if mask is None else trouble & mask):
            raise NeedsCare
        return result

    return power


power = power_by(raised)


def quietly(calculate: Callable[..., Lanes], mask: Any, *arguments: Lanes) -> Lanes:
    """Call a function that would stop outside a mask; stop only where the mask holds and it fails."""
    with np.errstate(all="ignore"):
        result = calculate(*arguments)
    if np.any(~np.isfinite(result) & mask):
        raise NeedsCare
    return result


def modulo(number: Lanes, divisor: Lanes, mask: Any = True) -> Lanes:
    """Return the remainder with the divisor's sign; stop where Excel answers an error, within the mask."""
    with np.errstate(all="ignore"):
        times = np.divide(number, divisor)
        if (~(np.abs(times) < 2.0**40) & mask).any():
            raise NeedsCare
        return np.where(mask, number - divisor * np.floor(times), 0.0)


def steady(size: Lanes, known: float, care: bool, element: Lanes) -> Lanes:
    """Return an element of an array that has its base's size; stop where scenarios change that."""
    if not np.equal(np.trunc(size), math.trunc(known)).all():
        if care:
            raise Rearranged("an array changes its size from scenario to scenario")
        raise NeedsCare
    return element


def if_any(extreme: Lanes) -> Lanes:
    """Return the least or greatest of what was chosen, 0 where nothing was."""
    return np.where(np.isinf(extreme), 0.0, extreme)


def greater(left: Lanes, right: Lanes) -> Flags:
    """Return where a number is greater to Excel."""
    return less(right, left)


def greater_equal(left: Lanes, right: Lanes) -> Flags:
    """Return where a number is greater or equal to Excel."""
    return less_equal(right, left)


def unequal(left: Lanes, right: Lanes) -> Flags:
    """Return where numbers are not equal to Excel."""
    return ~equal(left, right)


def _sure(order: Callable[[Lanes, Lanes], Flags]) -> Callable[[Lanes, Lanes], Flags]:
    """Compare numbers to a bound that Excel has written as text, to 15 digits; stop at a tie."""

    def kernel(left: Lanes, right: Lanes) -> Flags:
        near = np.abs(np.subtract(left, right)) <= 1e-14 * np.maximum(np.abs(left), np.abs(right))
        if near.any() and (near & ~(np.equal(left, right) & np.equal(np.floor(right), right))).any():
            raise NeedsCare
        return np.asarray(order(left, right))

    return kernel


sure_less, sure_less_equal = _sure(np.less), _sure(np.less_equal)
sure_greater, sure_greater_equal = _sure(np.greater), _sure(np.greater_equal)


# Names that generated source uses; the compiled backend has its own of the same names.
where, no, both, either = np.where, np.logical_not, np.logical_and, np.logical_or
divide = np.divide


def one(condition: Any) -> Lanes:
    """Return a condition as 1 or 0."""
    return np.multiply(condition, 1.0)


def percent(number: Lanes) -> Lanes:
    """Return a hundredth."""
    return np.divide(number, 100.0)


is0, not0, lt0, le0, gt0, ge0 = np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal
maximum, minimum, floor, absolute, sign = np.maximum, np.minimum, np.floor, np.abs, np.sign
sqrt, exp, log, log10, square = np.sqrt, np.exp, np.log, np.log10, np.square
negative, positive = np.negative, np.positive
fold_add, fold_minimum = np.add.reduce, np.minimum.reduce
fold_maximum, fold_multiply = np.maximum.reduce, np.multiply.reduce
