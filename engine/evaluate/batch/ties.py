"""Comparison as Excel compares: numbers alike in their first 15 significant digits are equal.

Decided for whole arrays. What lies further apart than the digits can hide, nearly everything, is screened by
two comparisons; the digits of the rest are found exactly, with the rounding error of the scaling carried
along (Dekker, "A floating-point technique for extending the available precision", 1971).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.evaluate.batch.boxes import Flags, Floats
from engine.functions.coerce import same_number

Lanes = Any  # a float or an array: what NumPy broadcasts

# Beyond it numbers differ in 15 digits: twice the bound of ``same_number``.
_BELOW, _ABOVE = 1.0 - 2e-14, 1.0 + 2e-14
_SPLIT = 134_217_729.0  # 2 ** 27 + 1
_TENS = np.array([float(10**power) for power in range(23)])  # those that are exact


def equal(left: Lanes, right: Lanes) -> Flags:
    """Return where numbers are equal to Excel."""
    result = np.asarray(np.equal(left, right))
    unsure = _unsure(np.less, left, right) & ~result
    if not unsure.any():
        return result
    return _with(np.broadcast_to(result, unsure.shape), unsure, _alike(left, right, unsure))


def less(left: Lanes, right: Lanes) -> Flags:
    """Return where a number is less to Excel."""
    return _ordered(np.less, left, right, tied=False)


def less_equal(left: Lanes, right: Lanes) -> Flags:
    """Return where a number is less or equal to Excel."""
    return _ordered(np.less_equal, left, right, tied=True)


def _ordered(order: Callable[..., Any], left: Lanes, right: Lanes, *, tied: bool) -> Flags:
    if np.size(left) < np.size(right):
        first, second = order(np.multiply(left, _BELOW), right), order(np.multiply(left, _ABOVE), right)
    else:
        first, second = order(left, np.multiply(right, _BELOW)), order(left, np.multiply(right, _ABOVE))
    if first.tobytes() == second.tobytes():  # the quickest way to see that no flag differs
        return np.asarray(first)
    unsure = np.not_equal(first, second)
    plainly = np.broadcast_to(order(left, right), unsure.shape)
    alike = _alike(left, right, unsure)
    return _with(plainly, unsure, np.where(alike, tied, plainly[unsure]))


def _unsure(order: Callable[..., Any], left: Lanes, right: Lanes) -> Flags:
    below, above = np.multiply(right, _BELOW), np.multiply(right, _ABOVE)
    return np.asarray(np.not_equal(order(left, below), order(left, above)))


def _with(flags: Flags, places: Flags, answers: Flags) -> Flags:
    result = np.array(flags)
    result[places] = answers
    return result


def _alike(left: Lanes, right: Lanes, places: Flags) -> Flags:
    return alike(np.broadcast_to(left, places.shape)[places], np.broadcast_to(right, places.shape)[places])


def alike(left: Floats, right: Floats) -> Flags:
    """Return where numbers, flat arrays, have the same first 15 digits."""
    result = np.equal(left, right)
    size = np.maximum(np.abs(left), np.abs(right))
    apart = np.flatnonzero(~result & (np.abs(left - right) <= 1e-14 * size))
    if not len(apart):
        return result
    a, b = np.abs(left[apart]), np.abs(right[apart])
    with np.errstate(all="ignore"):
        power = 14.0 - np.floor(np.log10(np.maximum(a, b)))
        first, sure_first = _digits(a, power)
        second, sure_second = _digits(b, power)
    result[apart] = first == second
    for place in apart[~(sure_first & sure_second)].tolist():
        result[place] = same_number(float(left[place]), float(right[place]))
    return result


def _digits(number: Floats, power: Floats) -> tuple[Floats, Flags]:
    """Return the 15 digits of positive numbers as whole numbers, and where they are certain."""
    scale = _TENS[np.clip(power, 0, 22).astype(np.intp)]
    scaled = number * scale
    lost = _product_error(number, scale, scaled)
    whole = np.rint(scaled)
    left_over = (scaled - whole) + lost
    whole += (left_over > 0.5).astype(float) - (left_over < -0.5)
    clear = np.abs(np.abs(left_over) - 0.5) > 1e-6
    return whole, clear & (power >= 0) & (power <= 22) & (scaled >= 1e14) & (whole < 1e15)


def _product_error(a: Floats, b: Floats, product: Floats) -> Floats:
    """Return what rounding took from a product."""
    a_high, b_high = a * _SPLIT - (a * _SPLIT - a), b * _SPLIT - (b * _SPLIT - b)
    a_low, b_low = a - a_high, b - b_high
    return a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low)
