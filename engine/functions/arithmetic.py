"""Numbers to numbers: rounding, powers, logarithms, remainders."""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, ROUND_UP, Decimal

from engine.core.values import DIV0, NUM, ExcelError
from engine.functions.coerce import finite
from engine.functions.powers import is_odd_root, odd_root, raised
from engine.functions.table import Fault, excel

# Beyond any doubt that 15 digits of a scaled number below 1e11 leave about where it lies.
_DOUBT, _LARGE = 1e-3, 1e11


def rounded(number: float, digits: float, rounding: str) -> float:
    """Round the 15 digits that Excel shows of a number, so that 1.005 rounds to 1.01 as Excel does."""
    clear = _clearly_rounded(number, int(digits), rounding) if 0 <= digits <= 15 else None
    return _rounded_digits(number, digits, rounding) if clear is None else clear


def _clearly_rounded(number: float, places: int, rounding: str) -> float | None:
    """Return a rounded number, or None where it lies so near to a step that its digits have to say."""
    scale = 10.0**places
    scaled = abs(number) * scale
    if not scaled < _LARGE:
        return None
    whole = math.floor(scaled)
    rest = scaled - whole
    if rounding == ROUND_HALF_UP:
        if abs(rest - 0.5) < _DOUBT:
            return None
        whole += rest > 0.5
    elif not _DOUBT < rest < 1 - _DOUBT or rounding not in (ROUND_UP, ROUND_DOWN):
        return None
    else:
        whole += rounding == ROUND_UP
    return math.copysign(whole / scale, number)


def _rounded_digits(number: float, digits: float, rounding: str) -> float:
    places = max(int(digits), -400)  # beyond, every number is 0 or too large
    if not math.isfinite(number) or places > 300:
        return number
    quantum = Decimal(1).scaleb(-places)
    shown = Decimal(f"{number:.15g}" if abs(number) < 1e15 else repr(number))
    if shown.adjusted() + places > 27:
        return number
    return float(shown.quantize(quantum, rounding=rounding))


@excel("ROUND", "n n", correction="ties are judged on the 15 digits shown: ROUND(1.005, 2) is 1.01")
def round_(number: float, digits: float) -> float:
    """Round half away from zero."""
    return rounded(number, math.trunc(digits), ROUND_HALF_UP)


@excel("ROUNDUP", "n n", correction="ties are judged on the 15 digits shown")
def roundup(number: float, digits: float) -> float:
    """Round away from zero."""
    return rounded(number, math.trunc(digits), ROUND_UP)


@excel("ROUNDDOWN", "n n", correction="ties are judged on the 15 digits shown")
def rounddown(number: float, digits: float) -> float:
    """Round towards zero."""
    return rounded(number, math.trunc(digits), ROUND_DOWN)


@excel("TRUNC", "n n?")
def trunc(number: float, digits: float = 0.0) -> float:
    """Cut a number to so many digits."""
    return rounded(number, math.trunc(digits), ROUND_DOWN)


@excel("INT", "n")
def int_(number: float) -> float:
    """Return the greatest whole number that is not above."""
    return float(math.floor(number))


@excel("ABS", "n")
def abs_(number: float) -> float:
    """Return a number without its sign."""
    return abs(number)


@excel("SIGN", "n")
def sign(number: float) -> float:
    """Return 1, 0 or -1."""
    return float((number > 0) - (number < 0))


@excel("MOD", "n n")
def mod(number: float, divisor: float) -> float | ExcelError:
    """Return the remainder with the divisor's sign."""
    if divisor == 0:
        return DIV0
    return number - divisor * math.floor(number / divisor) if abs(number / divisor) < 2**40 else NUM


@excel("QUOTIENT", "s s")
def quotient(number: float, divisor: float) -> float | ExcelError:
    """Return the whole part of a division."""
    return DIV0 if divisor == 0 else float(math.trunc(number / divisor))


def power(base: float, exponent: float) -> float | ExcelError:
    """Return base ^ exponent with Excel's errors: 0^0 and (-8)^0.5 are #NUM!, 0^-1 is #DIV/0!."""
    if base == 0:
        if exponent == 0:
            return NUM
        return DIV0 if exponent < 0 else 0.0
    if base < 0 and exponent != math.floor(exponent):
        return odd_root(base, exponent) if is_odd_root(exponent) else NUM
    try:
        return finite(raised(base, exponent))
    except OverflowError:
        return NUM
    except ZeroDivisionError:  # a power too small for a number, whose reciprocal is too great
        return NUM


@excel("POWER", "n n")
def power_(base: float, exponent: float) -> float | ExcelError:
    """Return a number raised to a power."""
    return power(base, exponent)


@excel("SQRT", "n")
def sqrt(number: float) -> float:
    """Return the square root, #NUM! below zero."""
    return math.sqrt(number)


@excel("EXP", "n")
def exp(number: float) -> float:
    """Return e raised to a power."""
    return math.exp(number)


@excel("LN", "n")
def ln(number: float) -> float:
    """Return the natural logarithm, #NUM! for zero or less."""
    return math.log(number)


@excel("LOG10", "n")
def log10(number: float) -> float:
    """Return the logarithm to base 10."""
    return math.log10(number)


@excel("LOG", "n n?")
def log(number: float, base: float = 10.0) -> float | ExcelError:
    """Return the logarithm to a base, 10 unless said."""
    if number > 0 and base == 1:
        return DIV0
    return math.log10(number) if base == 10 else math.log(number) / math.log(base)


@excel("PI")
def pi() -> float:
    """Return pi."""
    return math.pi


def _multiple(number: float, significance: float, rounding: str) -> float:
    if significance == 0:
        return 0.0
    steps = Decimal(f"{number / significance:.15g}").to_integral_value(rounding=rounding)
    return float(steps) * significance


@excel("CEILING", "n n")
def ceiling(number: float, significance: float) -> float:
    """Round away from zero to a multiple; a negative multiple of a positive number is #NUM!."""
    if number > 0 > significance:
        raise Fault(NUM)
    return _multiple(number, significance, ROUND_CEILING)


@excel("FLOOR", "n n", correction="ties are judged on the 15 digits shown")
def floor(number: float, significance: float) -> float:
    """Round towards zero to a multiple; a negative multiple of a positive number is #NUM!."""
    if number > 0 > significance:
        raise Fault(NUM)
    if significance == 0 and number != 0:
        raise Fault(DIV0)
    return _multiple(number, significance, ROUND_FLOOR)
