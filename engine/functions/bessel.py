"""Bessel functions by the polynomial approximations that Excel uses, good to about eight digits.

scipy's are exact, and differ from Excel's in the ninth digit. For BESSELJ beyond 8 the stored values show
coefficients other than the handbook's, to the last digit: two with other digits, one that stands twice
(BESSELY has the handbook's). Sources: Abramowitz and Stegun, Handbook of
Mathematical Functions, 9.4 and 9.8; Hart, Computer Approximations; the recurrences of 9.1.27, 9.12 and
9.6.26.
"""

from __future__ import annotations

import math

from engine.core.values import NUM
from engine.functions.sizes import bounded
from engine.functions.table import Fault, excel

_TWO_OVER_PI = 0.636619772
_ACCURACY, _BIG = 40.0, 1e10

_J0 = (57568490574.0, -13362590354.0, 651619640.7, -11214424.18, 77392.33017, -184.9052456)
_J0_UNDER = (57568490411.0, 1029532985.0, 9494680.718, 59272.64853, 267.8532712, 1.0)
_J1 = (72362614232.0, -7895059235.0, 242396853.1, -2972611.439, 15704.48260, -30.16036606)
_J1_UNDER = (144725228442.0, 2300535178.0, 18583304.74, 99447.43394, 376.9991397, 1.0)
_P0 = (1.0, -0.1098628627e-2, 0.2734510407e-4, -0.2073370639e-5, 0.2093887211e-6)
_Q0 = (-0.1562499995e-1, 0.1430488765e-3, -0.6911147651e-5, 0.7621095161e-6, -0.934945152e-7)
_P1 = (1.0, 0.183105e-2, -0.3516396496e-4, 0.2457520174e-5, -0.240337019e-6)
_Q1 = (0.04687499995, -0.2002690873e-3, 0.8449199096e-5, -0.88228987e-6, 0.105787412e-6)
_J_P0 = (1.0, -0.1098628267e-2, 0.2734510407e-4, -0.2073370639e-5, 0.2093887211e-6)
_J_Q0 = (-0.1562499995e-1, 0.1430488765e-3, -0.6911147651e-5, 0.7621095161e-6, -0.934935152e-7)
_J_P1 = (1.0, 0.183105e-2, -0.3516396496e-4, -0.3516396496e-4, 0.2457520174e-5, -0.240337019e-6)
_Y0 = (-2957821389.0, 7062834065.0, -512359803.6, 10879881.29, -86327.92757, 228.4622733)
_Y0_UNDER = (40076544269.0, 745249964.8, 7189466.438, 47447.26470, 226.1030244, 1.0)
_Y1 = (-0.4900604943e13, 0.1275274390e13, -0.5153438139e11, 0.7349264551e9, -0.4237922726e7, 0.8511937935e4)
_Y1_UNDER = (
    0.2499580570e14, 0.4244419664e12, 0.3733650367e10, 0.2245904002e8, 0.1020426050e6, 0.3549632885e3, 1.0,
)  # fmt: skip
_I0 = (1.0, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.360768e-1, 0.45813e-2)
_I0_FAR = (
    0.39894228, 0.1328592e-1, 0.225319e-2, -0.157565e-2, 0.916281e-2, -0.2057706e-1, 0.2635537e-1,
    -0.1647633e-1, 0.392377e-2,
)  # fmt: skip
_I1 = (0.5, 0.87890594, 0.51498869, 0.15084934, 0.2658733e-1, 0.301532e-2, 0.32411e-3)
_I1_FAR = (
    0.39894228, -0.3988024e-1, -0.362018e-2, 0.163801e-2, -0.1031555e-1, 0.2282967e-1, -0.2895312e-1,
    0.1787654e-1, -0.420059e-2,
)  # fmt: skip
_K0 = (-0.57721566, 0.42278420, 0.23069756, 0.3488590e-1, 0.262698e-2, 0.10750e-3, 0.74e-5)
_K0_FAR = (1.25331414, -0.7832358e-1, 0.2189568e-1, -0.1062446e-1, 0.587872e-2, -0.251540e-2, 0.53208e-3)
_K1 = (1.0, 0.15443144, -0.67278579, -0.18156897, -0.1919402e-1, -0.110404e-2, -0.4686e-4)
_K1_FAR = (1.25331414, 0.23498619, -0.3655620e-1, 0.1504268e-1, -0.780353e-2, 0.325614e-2, -0.68245e-3)


def _polynomial(coefficients: tuple[float, ...], x: float) -> float:
    total = 0.0
    for coefficient in reversed(coefficients):
        total = total * x + coefficient
    return total


def _far(x: float, lag: float, p: tuple[float, ...], q: tuple[float, ...], *, sine: bool) -> float:
    """Return the asymptotic form beyond 8."""
    z = 8 / x
    even, odd = _polynomial(p, z * z), z * _polynomial(q, z * z)
    angle = x - lag
    wave = (
        math.sin(angle) * even + math.cos(angle) * odd
        if sine
        else math.cos(angle) * even - math.sin(angle) * odd
    )
    return math.sqrt(_TWO_OVER_PI / x) * wave


def _j0(x: float) -> float:
    ax = abs(x)
    if ax < 8:
        return _polynomial(_J0, x * x) / _polynomial(_J0_UNDER, x * x)
    return _far(ax, 0.785398164, _J_P0, _J_Q0, sine=False)


def _j1(x: float) -> float:
    ax = abs(x)
    if ax < 8:
        return x * _polynomial(_J1, x * x) / _polynomial(_J1_UNDER, x * x)
    return math.copysign(1, x) * _far(ax, 2.356194491, _J_P1, _Q1, sine=False)


def _y0(x: float) -> float:
    if x < 8:
        near = _polynomial(_Y0, x * x) / _polynomial(_Y0_UNDER, x * x)
        return near + _TWO_OVER_PI * _j0(x) * math.log(x)
    return _far(x, 0.785398164, _P0, _Q0, sine=True)


def _y1(x: float) -> float:
    if x < 8:
        near = x * _polynomial(_Y1, x * x) / _polynomial(_Y1_UNDER, x * x)
        return near + _TWO_OVER_PI * (_j1(x) * math.log(x) - 1 / x)
    return _far(x, 2.356194491, _P1, _Q1, sine=True)


def _i0(x: float) -> float:
    ax = abs(x)
    if ax < 3.75:
        return _polynomial(_I0, (x / 3.75) ** 2)
    return math.exp(ax) / math.sqrt(ax) * _polynomial(_I0_FAR, 3.75 / ax)


def _i1(x: float) -> float:
    ax = abs(x)
    if ax < 3.75:
        return x * _polynomial(_I1, (x / 3.75) ** 2)
    return math.copysign(math.exp(ax) / math.sqrt(ax) * _polynomial(_I1_FAR, 3.75 / ax), x)


def _k0(x: float) -> float:
    if x <= 2:
        return -math.log(x / 2) * _i0(x) + _polynomial(_K0, x * x / 4)
    return math.exp(-x) / math.sqrt(x) * _polynomial(_K0_FAR, 2 / x)


def _k1(x: float) -> float:
    if x <= 2:
        return math.log(x / 2) * _i1(x) + _polynomial(_K1, x * x / 4) / x
    return math.exp(-x) / math.sqrt(x) * _polynomial(_K1_FAR, 2 / x)


def _order(order: float) -> int:
    if order < 0:
        raise Fault(NUM)
    bounded(order / 20, "a Bessel function")
    return int(order)


def _upward(first: float, second: float, order: int, x: float, sign: float) -> float:
    """Return the function of an order from those of 0 and 1."""
    if order == 0:
        return first
    for n in range(1, order):
        first, second = second, n * 2 / x * second + sign * first
    return second


@excel("BESSELJ", "s s", correction="Excel's own approximation")
def besselj(x: float, order: float) -> float:
    """Return the Bessel function of the first kind."""
    n, ax = _order(order), abs(x)
    if n < 2:
        return _j1(x) if n else _j0(x)
    if ax == 0:
        return 0.0
    value = _upward(_j0(ax), _j1(ax), n, ax, -1.0) if ax > n else _j_downward(ax, n)
    return -value if x < 0 and n % 2 else value


def _j_downward(x: float, order: int) -> float:
    above, current, total, found = 0.0, 1.0, 0.0, 0.0
    for n in range(2 * ((order + int(math.sqrt(_ACCURACY * order))) // 2), 0, -1):
        above, current = current, n * 2 / x * current - above
        if abs(current) > _BIG:
            above, current, total, found = above / _BIG, current / _BIG, total / _BIG, found / _BIG
        total += current if n % 2 else 0.0
        found = above if n == order else found
    return found / (2 * total - current)


@excel("BESSELY", "s s", correction="Excel's own approximation")
def bessely(x: float, order: float) -> float:
    """Return the Bessel function of the second kind."""
    if x <= 0:
        raise Fault(NUM)
    return _upward(_y0(x), _y1(x), _order(order), x, -1.0)


@excel("BESSELI", "s s", correction="Excel's own approximation")
def besseli(x: float, order: float) -> float:
    """Return the modified Bessel function of the first kind."""
    n, ax = _order(order), abs(x)
    if n < 2:
        return _i1(x) if n else _i0(x)
    if ax == 0:
        return 0.0
    above, current, found = 0.0, 1.0, 0.0
    for k in range(2 * (n + int(math.sqrt(_ACCURACY * n))), 0, -1):
        above, current = current, above + k * 2 / ax * current
        if abs(current) > _BIG:
            above, current, found = above / _BIG, current / _BIG, found / _BIG
        found = above if k == n else found
    value = found * _i0(ax) / current
    return -value if x < 0 and n % 2 else value


@excel("BESSELK", "s s", correction="Excel's own approximation")
def besselk(x: float, order: float) -> float:
    """Return the modified Bessel function of the second kind."""
    if x <= 0:
        raise Fault(NUM)
    return _upward(_k0(x), _k1(x), _order(order), x, 1.0)
