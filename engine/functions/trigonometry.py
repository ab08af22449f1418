"""Angles and hyperbolic functions.

Source: "Math and trigonometry functions (reference)", Excel's documentation.
"""

from __future__ import annotations

import math

from engine.core.values import DIV0, NUM
from engine.functions.table import Fault, excel

# Beyond this Excel answers #NUM! for the circular functions.
_LARGEST_ANGLE = 2.0**27


def _angle(x: float) -> float:
    if abs(x) >= _LARGEST_ANGLE:
        raise Fault(NUM)
    return x


def _over(value: float) -> float:
    if value == 0:
        raise Fault(DIV0)
    return 1 / value


@excel("SIN", "n")
def sin(x: float) -> float:
    """Return the sine."""
    return math.sin(_angle(x))


@excel("COS", "n")
def cos(x: float) -> float:
    """Return the cosine."""
    return math.cos(_angle(x))


@excel("TAN", "n")
def tan(x: float) -> float:
    """Return the tangent."""
    return math.tan(_angle(x))


@excel("COT", "n")
def cot(x: float) -> float:
    """Return the cotangent."""
    return _over(math.tan(_angle(x)))


@excel("SEC", "n")
def sec(x: float) -> float:
    """Return the secant."""
    return _over(math.cos(_angle(x)))


@excel("CSC", "n")
def csc(x: float) -> float:
    """Return the cosecant."""
    return _over(math.sin(_angle(x)))


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
