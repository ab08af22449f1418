"""Order of numbers: MEDIAN, LARGE, RANK, PERCENTILE, QUARTILE, PERCENTRANK. Source: Excel's documentation."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right

from engine.core.values import NA, NUM
from engine.functions.numbers import in_order
from engine.functions.operands import Operand
from engine.functions.table import Fault, excel

_RANGES = "numeric text and booleans inside ranges are skipped"


def _sorted(operand: Operand) -> list[float]:
    found = in_order((operand,))
    if not found:
        raise Fault(NUM)
    return found


@excel("MEDIAN", "r*", correction="arguments of several kinds, blanks skipped")
def median(*operands: Operand) -> float:
    """Return the middle number."""
    found = in_order(operands)
    if not found:
        raise Fault(NUM)
    half = len(found) // 2
    return found[half] if len(found) % 2 else (found[half - 1] + found[half]) / 2


@excel("LARGE", "r n")
def large(operand: Operand, place: float) -> float:
    """Return the k-th greatest number."""
    found = _sorted(operand)
    k = math.ceil(place)
    if place < 1 or k > len(found):
        raise Fault(NUM)
    return found[len(found) - k]


@excel("SMALL", "r n")
def small(operand: Operand, place: float) -> float:
    """Return the k-th least number."""
    found = _sorted(operand)
    k = math.floor(place)
    if not 1 <= k <= len(found):
        raise Fault(NUM)
    return found[k - 1]


def _ranked(number: float, operand: Operand, order: float) -> tuple[int, int]:
    """Return how many numbers come before, and how many are alike."""
    found = in_order((operand,))
    below, upto = bisect_left(found, number), bisect_right(found, number)
    if below == upto:
        raise Fault(NA)
    return below if order else len(found) - upto, upto - below


@excel("RANK RANK.EQ", "n r n?")
def rank(number: float, operand: Operand, order: float = 0.0) -> float:
    """Return a number's place among others, the best of several alike."""
    return _ranked(number, operand, order)[0] + 1.0


@excel("RANK.AVG", "n r n?")
def rank_avg(number: float, operand: Operand, order: float = 0.0) -> float:
    """Return a number's place among others, the mean of several alike."""
    before, alike = _ranked(number, operand, order)
    return before + (alike + 1) / 2


def between(found: list[float], place: float) -> float:
    """Return the number at a place from 0 in sorted numbers, in proportion between two."""
    low = math.floor(place)
    if low >= len(found) - 1:
        return found[-1]
    return found[low] + (place - low) * (found[low + 1] - found[low])


@excel("PERCENTILE PERCENTILE.INC", "r n", correction=_RANGES)
def percentile(operand: Operand, share: float) -> float:
    """Return the number below which a share lies, 0 and 1 included."""
    found = _sorted(operand)
    if not 0 <= share <= 1:
        raise Fault(NUM)
    return between(found, share * (len(found) - 1))


@excel("PERCENTILE.EXC", "r n", correction=_RANGES)
def percentile_exc(operand: Operand, share: float) -> float:
    """Return the number below which a share lies, 0 and 1 excluded."""
    found = _sorted(operand)
    place = share * (len(found) + 1) - 1
    if not 0 < share < 1 or place < -1e-12 or place > len(found) - 1 + 1e-12:
        raise Fault(NUM)
    return between(found, max(place, 0.0))


@excel("QUARTILE QUARTILE.INC", "r n", correction=_RANGES)
def quartile(operand: Operand, quarter: float) -> float:
    """Return a quartile, 0 to 4."""
    _sorted(operand)
    if not 0 <= quarter < 5:
        raise Fault(NUM)
    return percentile(operand, int(quarter) / 4)


@excel("QUARTILE.EXC", "r n", correction=_RANGES)
def quartile_exc(operand: Operand, quarter: float) -> float:
    """Return a quartile, 1 to 3."""
    return percentile_exc(operand, int(quarter) / 4)


def _cut(value: float, digits: float) -> float:
    if digits < 1:
        raise Fault(NUM)
    scale = 10.0 ** int(digits)
    return math.floor(value * scale + 1e-9) / scale


def _place(found: list[float], number: float) -> float:
    if not found[0] <= number <= found[-1]:
        raise Fault(NA)
    below = bisect_left(found, number)
    if found[below] == number:
        return float(below)
    low, high = found[below - 1], found[below]
    return below - 1 + (number - low) / (high - low)


@excel("PERCENTRANK PERCENTRANK.INC", "r n n?", correction=_RANGES)
def percentrank(operand: Operand, number: float, digits: float = 3.0) -> float:
    """Return the share of numbers below one, cut to so many digits."""
    found = _sorted(operand)
    place = _place(found, number)
    return _cut(1.0 if len(found) == 1 else place / (len(found) - 1), digits)


@excel("PERCENTRANK.EXC", "r n n?")
def percentrank_exc(operand: Operand, number: float, digits: float = 3.0) -> float:
    """Return the share of numbers below one, 0 and 1 excluded."""
    found = _sorted(operand)
    return _cut((_place(found, number) + 1) / (len(found) + 1), digits)
