"""Circular and hyperbolic functions of complex numbers to 40 digits.

The values that Excel stores of them are right to all 15 digits it writes (60 of 60 in real workbooks), as of
arithmetic wider than a float. Source of the formulas: Abramowitz and Stegun, Handbook of Mathematical
Functions, 4.3.55 to 4.3.60 and 4.5.49 to 4.5.54.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import Final

from engine.core.values import NUM
from engine.functions.table import Fault

Pair = tuple[Decimal, Decimal]
_DIGITS = 40
_QUARTER = Decimal("1.57079632679489661923132169163975144209858469968755291")
# Beyond these 40 digits don't tell the angle, and a power of e is more than 80 bits hold.
_LARGEST_ANGLE, _LARGEST_POWER = 2.0**27, 11356.0


def _series(x: Decimal, sign: int) -> Pair:
    """Return sine and cosine (sign -1) or their hyperbolic likes (1) of a number below 1."""
    sums, term = [Decimal(0), Decimal(0)], Decimal(1)
    for n in range(40):
        sums[n % 2] += term if n % 4 < 2 else sign * term
        term = term * x / (n + 1)
    return sums[1], sums[0]


def circular(x: float) -> Pair:
    """Return sine and cosine; #NUM! for an angle that Excel does not compute."""
    if abs(x) >= _LARGEST_ANGLE:
        raise Fault(NUM)
    turns = (Decimal(x) / _QUARTER).to_integral_value()
    sine, cosine = _series(Decimal(x) - turns * _QUARTER, -1)
    return ((sine, cosine), (cosine, -sine), (-sine, -cosine), (-cosine, sine))[int(turns) % 4]


def power(x: float) -> Decimal:
    """Return a power of e; #NUM! for one beyond Excel's arithmetic."""
    if abs(x) > _LARGEST_POWER:
        raise Fault(NUM)
    return Decimal(x).exp()


def hyperbolic(x: float) -> Pair:
    """Return the hyperbolic sine and cosine."""
    if abs(x) < 1:
        return _series(Decimal(x), 1)
    grown = power(x)
    return (grown - 1 / grown) / 2, (grown + 1 / grown) / 2


def _sin(z: complex) -> Pair:
    (sine, cosine), (sinh, cosh) = circular(z.real), hyperbolic(z.imag)
    return sine * cosh, cosine * sinh


def _cos(z: complex) -> Pair:
    (sine, cosine), (sinh, cosh) = circular(z.real), hyperbolic(z.imag)
    return cosine * cosh, -sine * sinh


def _over(first: Pair, second: Pair) -> Pair:
    (a, b), (c, d) = first, second
    size = c * c + d * d
    if not size:
        raise Fault(NUM)
    return (a * c + b * d) / size, (b * c - a * d) / size


def _turned(pair: Pair) -> Pair:
    """Return a number times -i."""
    return pair[1], -pair[0]


def _exp(z: complex) -> Pair:
    sine, cosine = circular(z.imag)
    return power(z.real) * cosine, power(z.real) * sine


_ONE = (Decimal(1), Decimal(0))
WAVES: Final[dict[str, Callable[[complex], Pair]]] = {
    "IMEXP": _exp,
    "IMSIN": _sin,
    "IMCOS": _cos,
    "IMTAN": lambda z: _over(_sin(z), _cos(z)),
    "IMCOT": lambda z: _over(_cos(z), _sin(z)),
    "IMSEC": lambda z: _over(_ONE, _cos(z)),
    "IMCSC": lambda z: _over(_ONE, _sin(z)),
    "IMSINH": lambda z: _turned(_sin(z * 1j)),
    "IMCOSH": lambda z: _cos(z * 1j),
    "IMSECH": lambda z: _over(_ONE, _cos(z * 1j)),
    "IMCSCH": lambda z: _over(_ONE, _turned(_sin(z * 1j))),
}


def wave(name: str, z: complex) -> complex:
    """Return one of the functions of a complex number; #NUM! where it has no value."""
    with localcontext(prec=_DIGITS):
        real, imaginary = WAVES[name](z)
    return complex(float(real), float(imaginary))
