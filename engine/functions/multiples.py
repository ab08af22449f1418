"""Rounding to multiples, whole divisors and ways to choose. Source: Excel's documentation of each."""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from engine.core.exceptions import UnsupportedFormula
from engine.core.values import NA, NUM, VALUE, ExcelError, Value
from engine.functions import coerce
from engine.functions.arithmetic import power
from engine.functions.operands import Array, Operand, Reference, Union, as_rows, each_value
from engine.functions.table import Fault, excel

_LARGEST_WHOLE = 2.0**53

_LARGEST_LOGARITHM = 710.0


def _steps(number: float, multiple: float, rounding: str) -> float:
    return float(Decimal(f"{number / multiple:.15g}").to_integral_value(rounding=rounding)) * multiple


@excel(
    "MROUND", "s s", correction="signs that differ are #NUM!, a midpoint that Excel leaves open is reported"
)
def mround(number: float, multiple: float) -> float | ExcelError:
    """Return the nearest multiple; signs that differ are #NUM!.

    Raises UnsupportedFormula for a midpoint in 15 digits that is none in binary, where Excel's documentation
    calls the direction undefined.
    """
    if number == 0 or multiple == 0:
        return 0.0
    if number * multiple < 0:
        return NUM
    steps = number / multiple
    shown = float(f"{steps:.15g}")
    if shown % 1.0 == 0.5 and steps != shown:
        raise UnsupportedFormula(
            "which way MROUND rounds a midpoint of a broken multiple is undefined in Excel"
        )
    return _steps(number, multiple, ROUND_HALF_UP)


def _plain_number(value: Value) -> float:
    number = coerce.strict_number(value)
    if isinstance(number, ExcelError):
        raise Fault(number)
    return number


@excel(
    "CEILING.MATH", "n n? n?", correction="a negative number rounds up unless the mode says away from zero"
)
def ceiling_math(number: float, multiple: float = 1.0, mode: float = 0.0) -> float:
    """Return the multiple above; below zero towards zero, or away from it where the mode says so."""
    step = abs(multiple)
    if step == 0:
        return 0.0
    return _steps(number, step, ROUND_FLOOR if number < 0 and mode else ROUND_CEILING)


@excel("FLOOR.MATH", "n n? n?", correction="a negative number rounds down unless the mode says towards zero")
def floor_math(number: float, multiple: float = 1.0, mode: float = 0.0) -> float:
    """Return the multiple below; below zero away from it, or towards it where the mode says so."""
    step = abs(multiple)
    if step == 0:
        return 0.0
    return _steps(number, step, ROUND_CEILING if number < 0 and mode else ROUND_FLOOR)


@excel(
    "CEILING.PRECISE ISO.CEILING ECMA.CEILING", "n n?", correction="the sign of the multiple doesn't matter"
)
def ceiling_precise(number: float, multiple: float = 1.0) -> float:
    """Return the multiple above."""
    return ceiling_math(number, multiple)


@excel("FLOOR.PRECISE", "n n?", correction="the sign of the multiple doesn't matter")
def floor_precise(number: float, multiple: float = 1.0) -> float:
    """Return the multiple below."""
    return floor_math(number, multiple)


@excel("EVEN", "n")
def even(number: float) -> float:
    """Return the even number away from zero."""
    return math.copysign(math.ceil(abs(number) / 2) * 2, number) if number else 0.0


@excel("ODD", "n")
def odd(number: float) -> float:
    """Return the odd number away from zero."""
    return math.copysign(math.ceil((abs(number) + 1) / 2) * 2 - 1, number) if number else 1.0


@excel("ISEVEN", "s")
def iseven(number: float) -> bool:
    """Whether a number's whole part is even."""
    return int(number) % 2 == 0


@excel("ISODD", "s")
def isodd(number: float) -> bool:
    """Whether a number's whole part is odd."""
    return int(number) % 2 == 1


def _wholes(operands: tuple[Operand, ...]) -> list[int]:
    found = []
    for operand in operands:
        inside = isinstance(operand, (Array, Reference, Union))
        for value in each_value(operand):
            if value is None:
                if inside:
                    continue
                raise Fault(NA)
            found.append(_plain_number(value))
    if not found:
        raise Fault(VALUE)
    if min(found) < 0 or max(found) >= _LARGEST_WHOLE:
        raise Fault(NUM)
    return [int(number) for number in found]


@excel("GCD", "r*", correction="blanks, several ranges, and numbers up to 2^53")
def gcd(*operands: Operand) -> float:
    """Return the greatest common divisor."""
    return float(math.gcd(*_wholes(operands)))


@excel("LCM", "r*", correction="blanks, several ranges, and numbers up to 2^53")
def lcm(*operands: Operand) -> float:
    """Return the least common multiple."""
    found = math.lcm(*_wholes(operands))
    if found >= _LARGEST_WHOLE:
        raise Fault(NUM)
    return float(found)


def _count(number: float) -> int:
    if number < 0:
        raise Fault(NUM)
    return int(number)


@excel("FACT", "n")
def fact(number: float) -> float:
    """Return the factorial."""
    n = _count(number)
    if n > 170:
        raise Fault(NUM)
    return float(math.factorial(n))


@excel("FACTDOUBLE", "s")
def factdouble(number: float) -> float:
    """Return the product of every second number down to 1 or 2."""
    if number < -1 or number > 300:
        raise Fault(NUM)
    return float(math.prod(range(max(int(number), 1), 0, -2)))


def _finite(logarithm: float) -> None:
    """Answer #NUM! at once where a product of whole numbers is beyond Excel's numbers."""
    if logarithm > _LARGEST_LOGARITHM:
        raise Fault(NUM)


def _ways(n: int, k: int) -> float:
    if 0 <= k <= n:
        _finite(math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1))
    return float(math.comb(n, k))


@excel("COMBIN", "n n")
def combin(number: float, chosen: float) -> float:
    """Return the ways to choose some of a number."""
    n, k = _count(number), _count(chosen)
    if k > n:
        raise Fault(NUM)
    return _ways(n, k)


@excel("COMBINA", "n n")
def combina(number: float, chosen: float) -> float:
    """Return the ways to choose some of a number, each as often as one likes."""
    n, k = _count(number), _count(chosen)
    if n == 0 < k:
        raise Fault(NUM)
    return 1.0 if n == 0 else _ways(n + k - 1, k)


@excel("PERMUT", "n n")
def permut(number: float, chosen: float) -> float:
    """Return the ordered ways to choose some of a number."""
    n, k = _count(number), _count(chosen)
    if k > n:
        raise Fault(NUM)
    _finite(math.lgamma(n + 1) - math.lgamma(n - k + 1))
    return float(math.perm(n, k))


@excel("PERMUTATIONA", "n n")
def permutationa(number: float, chosen: float) -> float:
    """Return the ordered ways to choose some of a number, each as often as one likes."""
    return float(_count(number)) ** _count(chosen)


@excel("MULTINOMIAL", "r*")
def multinomial(*operands: Operand) -> float:
    """Return the factorial of a sum over the product of factorials."""
    found = [_count(_plain_number(value)) for operand in operands for value in each_value(operand)]
    _finite(math.lgamma(sum(found) + 1) - math.fsum(math.lgamma(count + 1) for count in found))
    ways, total = 1, 0
    for count in found:
        total += count
        ways *= math.comb(total, count)
    return float(ways)


@excel("SERIESSUM", "s s s r")
def seriessum(x: float, first: float, step: float, coefficients: Operand) -> float:
    """Return the sum of a power series."""
    found = []
    for value in each_value(coefficients):
        if not isinstance(value, float):
            raise Fault(value if isinstance(value, ExcelError) else VALUE)
        found.append(value)
    terms = []
    for i, value in enumerate(found):
        raised = power(x, first + i * step)
        if isinstance(raised, ExcelError):
            raise Fault(raised)
        terms.append(value * raised)
    return sum(terms, 0.0)


def _couples(first: Operand, second: Operand) -> list[tuple[float, float]]:
    left = [value for row in as_rows(first) for value in row]
    right = [value for row in as_rows(second) for value in row]
    if len(left) != len(right):
        raise Fault(NA)
    for value in (*left, *right):
        if isinstance(value, ExcelError):
            raise Fault(value)
    return [(a, b) for a, b in zip(left, right, strict=True) if type(a) is float and type(b) is float]


@excel("SUMX2MY2", "r r")
def sumx2my2(first: Operand, second: Operand) -> float:
    """Return the sum of differences of squares."""
    return sum((a * a - b * b for a, b in _couples(first, second)), 0.0)


@excel("SUMX2PY2", "r r")
def sumx2py2(first: Operand, second: Operand) -> float:
    """Return the sum of sums of squares."""
    return sum((a * a + b * b for a, b in _couples(first, second)), 0.0)


@excel("SUMXMY2", "r r")
def sumxmy2(first: Operand, second: Operand) -> float:
    """Return the sum of squares of differences."""
    return sum(((a - b) ** 2 for a, b in _couples(first, second)), 0.0)
