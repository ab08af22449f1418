"""Tests of significance: T.TEST, F.TEST, CHISQ.TEST, Z.TEST. Source: Excel's documentation of each."""

from __future__ import annotations

import math

from engine.core.values import DIV0, NA, NULL, NUM, ExcelError
from engine.functions import special
from engine.functions.distributions import result
from engine.functions.numbers import numbers
from engine.functions.operands import Operand, as_rows
from engine.functions.regressions import paired
from engine.functions.statistics import mean, variance
from engine.functions.table import Fault, excel


def _sample(operand: Operand) -> list[float]:
    try:
        return numbers((operand,))
    except Fault as fault:  # Excel has no result for #NULL!, whose number is 0, in tests of two samples
        raise Fault(NUM if fault.error is NULL else fault.error) from None


def _tails(t: float, degrees: float, tails: int) -> float:
    return tails * result(special.stdtr(degrees, -abs(t)))


@excel("T.TEST TTEST", "r r n n")
def t_test(first: Operand, second: Operand, tails: float, kind: float) -> float:
    """Return the chance that two samples have one mean: paired (1), equal (2) or unequal variances (3)."""
    sides, form = int(tails), int(kind)
    if sides not in (1, 2) or form not in (1, 2, 3):
        raise Fault(NUM)
    if form == 1:
        a, b = paired(first, second)
        gaps = [x - y for x, y in zip(a, b, strict=True)]
        return _tails(mean(gaps) / math.sqrt(variance(gaps, 1) / len(gaps)), len(gaps) - 1, sides)
    a, b = _sample(first), _sample(second)
    u, v = variance(a, 1), variance(b, 1)
    if form == 2:
        degrees = float(len(a) + len(b) - 2)
        pooled = (u * (len(a) - 1) + v * (len(b) - 1)) / degrees
        error = math.sqrt(pooled * (1 / len(a) + 1 / len(b)))
    else:
        p, q = u / len(a), v / len(b)
        error = math.sqrt(p + q)
        degrees = (p + q) ** 2 / (p * p / (len(a) - 1) + q * q / (len(b) - 1))
    return _tails((mean(a) - mean(b)) / error, degrees, sides)


@excel("F.TEST FTEST", "r r")
def f_test(first: Operand, second: Operand) -> float:
    """Return the chance, both tails, that two samples have one variance."""
    a, b = _sample(first), _sample(second)
    u, v = variance(a, 1), variance(b, 1)
    if not u or not v:
        raise Fault(DIV0)
    right = result(special.fdtrc(len(a) - 1, len(b) - 1, u / v))
    return 2 * min(right, 1 - right)


@excel("CHISQ.TEST CHITEST", "r r")
def chisq_test(actual: Operand, expected: Operand) -> float:
    """Return the chance that counts agree with what was expected."""
    seen, wanted = as_rows(actual), as_rows(expected)
    height, width = len(seen), len(seen[0])
    if height * width != len(wanted) * len(wanted[0]) or height * width == 1:
        raise Fault(NA)
    for value in (value for rows in (seen, wanted) for row in rows for value in row):
        if isinstance(value, ExcelError) and value is not NULL:
            raise Fault(value)
    a, e = paired(actual, expected)
    if not a:
        raise Fault(DIV0)
    if any(value < 0 for value in e):
        raise Fault(NUM)
    total = math.fsum((x - y) ** 2 / y for x, y in zip(a, e, strict=True))
    degrees = max(height, width) - 1 if min(height, width) == 1 else (height - 1) * (width - 1)
    return result(special.gammaincc(degrees / 2, total / 2))


@excel("Z.TEST ZTEST", "r n n?")
def z_test(operand: Operand, centre: float, spread: float | None = None) -> float:
    """Return the chance of a sample mean above what was seen."""
    found = numbers((operand,))
    if not found:
        raise Fault(NA)
    if len(found) == 1:
        raise Fault(DIV0)
    deviation = math.sqrt(variance(found, 1)) if spread is None else spread
    if spread is not None and spread <= 0:
        raise Fault(NUM)
    return result(special.ndtr(-(mean(found) - centre) * math.sqrt(len(found)) / deviation))
