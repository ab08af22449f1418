"""The kernels of ``kernels`` for the compiled backend: one number in, one number out, compiled by numba.

What the NumPy program would stop at, an Excel error or a case that only decimal digits decide, is NaN here.
NaN passes through every kernel, conditions included (1.0, 0.0 or NaN), and vanishes only where Excel lets
an error vanish: in the branch of IF not taken. Scenarios whose outputs are NaN are computed again by the
NumPy programs. No kernel branches where it need not, so that loops over scenarios become vector
instructions.
"""
# ruff: noqa: D103, ARG001, PLR0124 -- each kernel is its namesake in ``kernels``; x == x asks for NaN
# mypy: disable-error-code="no-untyped-def,no-untyped-call,untyped-decorator,misc,type-var"

from __future__ import annotations

import math

import numpy as np
from numba import njit

from engine.evaluate.batch.machine.scalar_powers import broken_power

nan = np.nan

_kernel = njit(error_model="numpy")


@_kernel
def stop():
    return np.nan


@_kernel
def sound(number):
    return number if number - number == 0.0 else np.nan


@_kernel
def where(condition, then, otherwise):
    chosen = then if condition != 0.0 else otherwise
    return chosen if condition == condition else np.nan


@_kernel
def one(condition):
    return condition


@_kernel
def no(condition):
    return 1.0 - condition


@_kernel
def both(left, right):
    return left * right


@_kernel
def either(left, right):
    return left + right - left * right


@_kernel
def percent(number):
    return number / 100.0


_TENS = np.array([float(10**power) for power in range(23)])


@_kernel
def _digits(number, power):
    """Return the 15 digits of a positive number as a whole one, NaN where they are not certain (see ties)."""
    scale = _TENS[power]
    scaled = number * scale
    a_high = number * 134217729.0 - (number * 134217729.0 - number)
    b_high = scale * 134217729.0 - (scale * 134217729.0 - scale)
    a_low, b_low = number - a_high, scale - b_high
    lost = a_low * b_low - (((scaled - a_high * b_high) - a_low * b_high) - a_high * b_low)
    whole = np.rint(scaled)
    left_over = (scaled - whole) + lost
    if left_over > 0.5:
        whole += 1.0
    if left_over < -0.5:
        whole -= 1.0
    certain = abs(abs(left_over) - 0.5) > 1e-6 and scaled >= 1e14 and whole < 1e15
    return whole if certain else np.nan


@_kernel
def _alike(left, right):
    """Return 1 where two numbers a few steps apart are the same in 15 digits, 0 where not, NaN if unsure."""
    power = 14.0 - np.floor(np.log10(max(abs(left), abs(right))))
    if not (power >= 0.0 and power <= 22.0):
        return np.nan
    first, second = _digits(abs(left), int(power)), _digits(abs(right), int(power))
    if first != first or second != second:
        return np.nan
    return 1.0 if first == second else 0.0


@_kernel
def _tie(left, right):
    gap = abs(left - right)
    return (gap != 0.0) & (gap <= 1e-14 * max(abs(left), abs(right)))


@_kernel
def tied(left, right):
    """Return 1 where two different numbers may be alike in 15 digits, else 0."""
    return 1 if _tie(left, right) else 0


@_kernel
def _settled(left, right, holds, tied):
    """Return a comparison's outcome, ``tied`` where numbers are alike in 15 digits, NaN for no number."""
    outcome = 1.0 if holds else 0.0
    if _tie(left, right):
        alike = _alike(left, right)
        return alike * tied + (1.0 - alike) * outcome
    return outcome if left - right == left - right else np.nan


@_kernel
def equal(left, right):
    return _settled(left, right, left == right, 1.0)


@_kernel
def unequal(left, right):
    return _settled(left, right, left != right, 0.0)


@_kernel
def less(left, right):
    return _settled(left, right, left < right, 0.0)


@_kernel
def less_equal(left, right):
    return _settled(left, right, left <= right, 1.0)


@_kernel
def greater(left, right):
    return _settled(left, right, left > right, 0.0)


@_kernel
def greater_equal(left, right):
    return _settled(left, right, left >= right, 1.0)


@_kernel
def _exactly(left, right, holds):
    gap = left - right
    return (1.0 if holds else 0.0) if gap - gap == 0.0 else np.nan


@_kernel
def is0(left, right):
    return _exactly(left, right, left == right)


@_kernel
def not0(left, right):
    return _exactly(left, right, left != right)


@_kernel
def lt0(left, right):
    return _exactly(left, right, left < right)


@_kernel
def le0(left, right):
    return _exactly(left, right, left <= right)


@_kernel
def gt0(left, right):
    return _exactly(left, right, left > right)


@_kernel
def ge0(left, right):
    return _exactly(left, right, left >= right)


@_kernel
def _sure(left, right, holds):
    gap = abs(left - right)
    near = gap <= 1e-14 * max(abs(left), abs(right))
    whole = (gap == 0.0) & (np.floor(right) == right)
    return (1.0 if holds else 0.0) if (gap - gap == 0.0) & ((not near) | whole) else np.nan


@_kernel
def sure_less(left, right):
    return _sure(left, right, left < right)


@_kernel
def sure_less_equal(left, right):
    return _sure(left, right, left <= right)


@_kernel
def sure_greater(left, right):
    return _sure(left, right, left > right)


@_kernel
def sure_greater_equal(left, right):
    return _sure(left, right, left >= right)


@_kernel
def maximum(left, right):
    gap = left - right
    return (left if gap >= 0.0 else right) if gap - gap == 0.0 else np.nan


@_kernel
def minimum(left, right):
    gap = left - right
    return (left if gap <= 0.0 else right) if gap - gap == 0.0 else np.nan


@_kernel
def last(result, left):
    return 0.0 if abs(result) < 1.3e-15 * abs(left) else result


@_kernel
def divide(left, right):
    return left / right if right != 0.0 else np.nan


@_kernel
def divide_where(left, right, mask):
    return left / right if right != 0.0 else np.nan


@_kernel
def log10(number):
    return math.log10(number) if number > 0.0 else np.nan


@_kernel
def raised(base, exponent):
    if exponent == np.floor(exponent) and abs(exponent) < 2.0**53:
        times, result = np.int64(abs(exponent)), 1.0
        while times:
            if times & 1:
                result *= base
            base *= base
            times >>= 1
        return result if exponent >= 0.0 else 1.0 / result
    return broken_power(base, exponent)


@_kernel
def power(base, exponent, mask=1.0):
    wrong = (base <= 0.0) & ((exponent <= 0.0) | ((base < 0.0) & (exponent != np.floor(exponent))))
    return sound(raised(base, exponent)) if not wrong else np.nan


@_kernel
def modulo(number, divisor):
    times = number / divisor if divisor != 0.0 else np.nan
    return number - divisor * np.floor(times) if abs(times) < 2.0**40 else np.nan


@_kernel
def floor(number):
    return np.floor(number)


@_kernel
def absolute(number):
    return abs(number)


@_kernel
def sign(number):
    return (1.0 if number > 0.0 else (-1.0 if number < 0.0 else 0.0)) + 0.0 * number


@_kernel
def sqrt(number):
    return math.sqrt(number) if number >= 0.0 else np.nan


@_kernel
def square(number):
    return number * number


@_kernel
def negative(number):
    return -number


@_kernel
def positive(number):
    return number


@_kernel
def _scale(digits):
    places = np.trunc(digits)
    return 1.0 if places == 0.0 else 10.0**places


@_kernel
def _rounded(number, digits, offset, whole):
    """Return a magnitude's digits back at their scale, NaN where decimal digits decide (see kernels)."""
    scale = _scale(digits)
    scaled = abs(number) * scale
    distance = abs(scaled - np.floor(scaled) - offset)
    near = min(distance, 1.0 - distance)
    close = near < 1e-9 * max(1.0, scaled * 1e-5)
    unsure = close & ((near != 0.0) | ((scale != 1.0) & (offset != 0.0)))
    return math.copysign(whole / scale, number) if (scaled <= 1e14) & (not unsure) else np.nan


@_kernel
def round_half(number, digits=0.0):
    return _rounded(number, digits, 0.5, np.floor(abs(number) * _scale(digits) + 0.5))


@_kernel
def round_up(number, digits=0.0):
    return _rounded(number, digits, 0.0, np.ceil(abs(number) * _scale(digits)))


@_kernel
def round_down(number, digits=0.0):
    return _rounded(number, digits, 0.0, np.floor(abs(number) * _scale(digits)))


@_kernel
def rescue(value):
    return value


@_kernel
def fails(value):
    return 0.0 if value - value == 0.0 else np.nan
