"""Angles and hyperbolic functions.

Source: "Math and trigonometry functions (reference)", Excel's documentation. Of angles it takes whole quarter
turns off with pi rounded to 64 bits: SIN(PI()) is 1.22514845490862E-16, where pi's own digits give
1.2246E-16. All 1,600 values that real workbooks store of SIN to COT show it, to two units of the last digit.
"""

from __future__ import annotations

import math
from typing import Final

from engine.core.values import DIV0, NUM
from engine.functions.table import Fault, excel

# Beyond this Excel answers #NUM! for the circular functions.
_LARGEST_ANGLE = 2.0**27
# What a quarter turn is longer by when pi is rounded to 64 bits (0xC90FDAA22168C235 / 2^62).
QUARTER_EXCESS: Final = float.fromhex("0x1.d9cceba3f91f2p-66")


def _excess(x: float) -> float:
    """Return by how much Excel takes too much off an angle; #NUM! for one that it does not compute."""
    if abs(x) >= _LARGEST_ANGLE:
        raise Fault(NUM)
    return round(x / (math.pi / 2)) * QUARTER_EXCESS


def _over(value: float) -> float:
    if value == 0:
        raise Fault(DIV0)
    return 1 / value


@excel("SIN", "n")
def sin(x: float) -> float:
    """Return the sine."""
    return math.sin(x) - _excess(x) * math.cos(x)


@excel("COS", "n")
def cos(x: float) -> float:
    """Return the cosine."""
    return math.cos(x) + _excess(x) * math.sin(x)


@excel("TAN", "n")
def tan(x: float) -> float:
    """Return the tangent."""
    excess, found = _excess(x), math.tan(x)
    return (found - excess) / (1 + found * excess)


@excel("COT", "n")
def cot(x: float) -> float:
    """Return the cotangent."""
    return _over(tan(x))


@excel("SEC", "n")
def sec(x: float) -> float:
    """Return the secant."""
    return _over(cos(x))


@excel("CSC", "n")
def csc(x: float) -> float:
    """Return the cosecant."""
    return _over(sin(x))


@excel("ASIN", "n")
def asin(x: float) -> float:
    """Return the inverse sine."""
    return math.asin(x)


@excel("ACOS", "n")
def acos(x: float) -> float:
    """Return the inverse cosine."""
    return math.acos(x)


@excel("ATAN", "n")
def atan(x: float) -> float:
    """Return the inverse tangent."""
    return math.atan(x)


@excel("ATAN2", "n n")
def atan2(x: float, y: float) -> float:
    """Return the angle of a point."""
    if x == y == 0:
        raise Fault(DIV0)
    return math.atan2(y, x)


@excel("ACOT", "n")
def acot(x: float) -> float:
    """Return the inverse cotangent."""
    return math.pi / 2 - math.atan(x) if abs(x) < 1 else math.atan(1 / x) + (math.pi if x < 0 else 0.0)


@excel("SINH", "n")
def sinh(x: float) -> float:
    """Return the hyperbolic sine."""
    return math.sinh(x)


@excel("COSH", "n")
def cosh(x: float) -> float:
    """Return the hyperbolic cosine."""
    return math.cosh(x)


@excel("TANH", "n")
def tanh(x: float) -> float:
    """Return the hyperbolic tangent."""
    return math.tanh(x)


@excel("COTH", "n")
def coth(x: float) -> float:
    """Return the hyperbolic cotangent."""
    return _over(math.tanh(x))


@excel("SECH", "n")
def sech(x: float) -> float:
    """Return the hyperbolic secant."""
    return 0.0 if abs(x) > 700 else 1 / math.cosh(x)


@excel("CSCH", "n")
def csch(x: float) -> float:
    """Return the hyperbolic cosecant."""
    return 0.0 if abs(x) > 700 else _over(math.sinh(x))


@excel("ASINH", "n")
def asinh(x: float) -> float:
    """Return the inverse hyperbolic sine."""
    return math.asinh(x)


@excel("ACOSH", "n")
def acosh(x: float) -> float:
    """Return the inverse hyperbolic cosine."""
    return math.acosh(x)


@excel("ATANH", "n")
def atanh(x: float) -> float:
    """Return the inverse hyperbolic tangent."""
    return math.atanh(x)


@excel("ACOTH", "n")
def acoth(x: float) -> float:
    """Return the inverse hyperbolic cotangent."""
    if abs(x) <= 1:
        raise Fault(NUM)
    return math.atanh(1 / x)


@excel("DEGREES", "n")
def degrees(x: float) -> float:
    """Return radians as degrees."""
    return math.degrees(x)


@excel("RADIANS", "n")
def radians(x: float) -> float:
    """Return degrees as radians."""
    return math.radians(x)


@excel("SQRTPI", "s")
def sqrtpi(x: float) -> float:
    """Return the square root of a multiple of pi."""
    return math.sqrt(x * math.pi)
