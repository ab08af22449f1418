"""Averages, spreads and shapes of numbers.

The "A" functions (AVERAGEA, MAXA, STDEVA ...) count text inside ranges as 0 and booleans as 0 and 1.
Source: "Statistical functions (reference)", Excel's documentation.
"""

from __future__ import annotations

import math
from bisect import bisect_left

from engine.core.values import DIV0, NA, NUM, VALUE, ExcelError
from engine.functions import coerce
from engine.functions.numbers import numbers
from engine.functions.operands import Array, Operand, Reference, Union, each_value
from engine.functions.table import Fault, excel

_RANGES = "numeric text and booleans inside ranges are skipped"


def numbers_a(operands: tuple[Operand, ...]) -> list[float]:
    """Return every number of the arguments, text inside ranges as 0 and booleans as 0 or 1."""
    found: list[float] = []
    for operand in operands:
        inside = isinstance(operand, (Array, Reference, Union))
        for value in each_value(operand):
            if isinstance(value, ExcelError):
                raise Fault(value)
            if (inside and value is None) or (isinstance(operand, Array) and isinstance(value, bool)):
                continue
            if isinstance(value, str):
                number = 0.0 if inside else coerce.number(value)
                if isinstance(number, ExcelError):
                    raise Fault(number)
                found.append(number)
            else:
                found.append(float(value or 0.0))
    return found


def mean(values: list[float]) -> float:
    """Return the mean; #DIV/0! of nothing."""
    if not values:
        raise Fault(DIV0)
    return math.fsum(values) / len(values)


def squares(values: list[float]) -> float:
    """Return the sum of squared distances from the mean."""
    centre = mean(values)
    return math.fsum((value - centre) ** 2 for value in values)


def variance(values: list[float], less: int) -> float:
    """Return the variance of a sample (less = 1) or a population (less = 0)."""
    if len(values) <= less:
        raise Fault(DIV0)
    return squares(values) / (len(values) - less)


@excel("AVERAGEA", "r*")
def averagea(*operands: Operand) -> float:
    """Return the mean, text counting as 0."""
    return mean(numbers_a(operands))


@excel("MAXA", "r*")
def maxa(*operands: Operand) -> float:
    """Return the greatest value, text counting as 0."""
    return max(numbers_a(operands), default=0.0)


@excel("MINA", "r*")
def mina(*operands: Operand) -> float:
    """Return the least value, text counting as 0."""
    return min(numbers_a(operands), default=0.0)


@excel("VAR VAR.S", "r*", correction=_RANGES)
def var_s(*operands: Operand) -> float:
    """Return the variance of a sample."""
    return variance(numbers(operands), 1)


@excel("VARP VAR.P", "r*", correction=_RANGES)
def var_p(*operands: Operand) -> float:
    """Return the variance of a population."""
    return variance(numbers(operands), 0)


@excel("STDEV STDEV.S", "r*", correction=_RANGES)
def stdev_s(*operands: Operand) -> float:
    """Return the standard deviation of a sample."""
    return math.sqrt(variance(numbers(operands), 1))


@excel("STDEVP STDEV.P", "r*", correction=_RANGES)
def stdev_p(*operands: Operand) -> float:
    """Return the standard deviation of a population."""
    return math.sqrt(variance(numbers(operands), 0))


@excel("VARA", "r*")
def vara(*operands: Operand) -> float:
    """Return the variance of a sample, text counting as 0."""
    return variance(numbers_a(operands), 1)


@excel("VARPA", "r*")
def varpa(*operands: Operand) -> float:
    """Return the variance of a population, text counting as 0."""
    return variance(numbers_a(operands), 0)


@excel("STDEVA", "r*")
def stdeva(*operands: Operand) -> float:
    """Return the standard deviation of a sample, text counting as 0."""
    return math.sqrt(variance(numbers_a(operands), 1))


@excel("STDEVPA", "r*")
def stdevpa(*operands: Operand) -> float:
    """Return the standard deviation of a population, text counting as 0."""
    return math.sqrt(variance(numbers_a(operands), 0))


@excel("DEVSQ", "r*", correction=_RANGES)
def devsq(*operands: Operand) -> float:
    """Return the sum of squared distances from the mean."""
    found = numbers(operands)
    if not found:
        raise Fault(NUM)
    return squares(found)


@excel("AVEDEV", "r*", correction=_RANGES)
def avedev(*operands: Operand) -> float:
    """Return the mean distance from the mean."""
    found = numbers(operands)
    if not found:
        raise Fault(NUM)
    centre = mean(found)
    return mean([abs(value - centre) for value in found])


@excel("GEOMEAN", "r*", correction="arguments of several kinds, blanks skipped")
def geomean(*operands: Operand) -> float:
    """Return the geometric mean of positive numbers."""
    found = numbers(operands)
    if not found or min(found) <= 0:
        raise Fault(NUM)
    return math.exp(math.fsum(math.log(value) for value in found) / len(found))


@excel("HARMEAN", "r*", correction="arguments of several kinds, blanks skipped")
def harmean(*operands: Operand) -> float:
    """Return the harmonic mean of positive numbers."""
    found = numbers(operands)
    if not found or min(found) <= 0:
        raise Fault(NUM)
    return len(found) / math.fsum(1 / value for value in found)


@excel("TRIMMEAN", "r n")
def trimmean(operand: Operand, share: float) -> float:
    """Return the mean without a share of the least and greatest numbers."""
    found = sorted(numbers((operand,)))
    if not 0 <= share < 1 or not found:
        raise Fault(NUM)
    cut = int(len(found) * share / 2)
    return mean(found[cut : len(found) - cut])


def _moments(values: list[float], less: int) -> list[float]:
    centre = mean(values)
    spread = math.sqrt(squares(values) / (len(values) - less))
    return [(value - centre) / spread for value in values]


@excel("SKEW", "r*", correction="arguments of several kinds, blanks skipped")
def skew(*operands: Operand) -> float:
    """Return the skewness of a sample."""
    found = numbers(operands)
    n = len(found)
    if n < 3:
        raise Fault(DIV0)
    return n / ((n - 1) * (n - 2)) * math.fsum(value**3 for value in _moments(found, 1))


@excel("SKEW.P", "r*", correction="arguments of several kinds, blanks skipped")
def skew_p(*operands: Operand) -> float:
    """Return the skewness of a population."""
    found = numbers(operands)
    if len(found) < 3:
        raise Fault(DIV0)
    return mean([value**3 for value in _moments(found, 0)])


@excel("KURT", "r*", correction="arguments of several kinds, blanks skipped")
def kurt(*operands: Operand) -> float:
    """Return the excess kurtosis of a sample."""
    found = numbers(operands)
    n = len(found)
    if n < 4:
        raise Fault(DIV0)
    fourth = math.fsum(value**4 for value in _moments(found, 1))
    return n * (n + 1) / ((n - 1) * (n - 2) * (n - 3)) * fourth - 3 * (n - 1) ** 2 / ((n - 2) * (n - 3))


@excel("STANDARDIZE", "n n n")
def standardize(value: float, centre: float, spread: float) -> float:
    """Return a value's distance from the mean in standard deviations."""
    if spread <= 0:
        raise Fault(NUM)
    return (value - centre) / spread


def _counts(found: list[float]) -> dict[float, int]:
    counts: dict[float, int] = {}
    for value in found:
        counts[value] = counts.get(value, 0) + 1
    if max(counts.values(), default=0) < 2:
        raise Fault(NA)
    return counts


def _modal(operands: tuple[Operand, ...]) -> list[float]:
    """Return the numbers to count: a text written as an argument is passed over unless it is one."""
    if None in operands:
        raise Fault(VALUE)
    words = [o for o in operands if isinstance(o, str) and isinstance(coerce.number(o), ExcelError)]
    return numbers(tuple(o for o in operands if o not in words))


@excel("MODE MODE.SNGL", "r*")
def mode(*operands: Operand) -> float:
    """Return the commonest number, the first of several."""
    counts = _counts(_modal(operands))
    return max(counts, key=lambda value: counts[value])


@excel("MODE.MULT", "r*", correction="a column of all commonest numbers")
def mode_mult(*operands: Operand) -> Array:
    """Return all commonest numbers."""
    counts = _counts(_modal(operands))
    most = max(counts.values())
    return Array([[value] for value, count in counts.items() if count == most])


@excel("FREQUENCY", "r r", correction="unsorted bins answer in their own order")
def frequency(operand: Operand, bins: Operand) -> Array:
    """Count the numbers up to each bin and above the last."""
    found, limits = numbers((operand,)), numbers((bins,)) or [0.0]
    order = [*sorted(range(len(limits)), key=lambda i: limits[i]), len(limits)]
    rising = sorted(limits)
    counts = [0.0] * (len(limits) + 1)
    for value in found:
        counts[order[bisect_left(rising, value)]] += 1
    return Array([[count] for count in counts])


@excel("PROB", "r r n n?")
def prob(operand: Operand, chances: Operand, low: float, high: float | None = None) -> float:
    """Return the probability that a value lies between two limits."""
    values, weights = list(each_value(operand)), list(each_value(chances))
    if len(values) != len(weights):
        raise Fault(NA)
    pairs = [
        (v, w) for v, w in zip(values, weights, strict=True) if isinstance(v, float) and isinstance(w, float)
    ]
    if not pairs:
        raise Fault(DIV0)
    if any(not 0 <= weight <= 1 for _, weight in pairs) or abs(sum(w for _, w in pairs) - 1) > 1e-7:
        raise Fault(NUM)
    top = low if high is None else high
    return math.fsum(weight for value, weight in pairs if low <= value <= top)
