"""Depreciation: SLN, SYD, DB, DDB, VDB. Source: Excel's documentation of each."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP

from engine.core.exceptions import UnsupportedFormula
from engine.core.values import DIV0, NUM
from engine.functions.arithmetic import rounded
from engine.functions.sizes import bounded
from engine.functions.table import Fault, excel


@excel("SLN", "n n n")
def sln(cost: float, salvage: float, life: float) -> float:
    """Return straight line depreciation."""
    if life == 0:
        raise Fault(DIV0)
    return (cost - salvage) / life


@excel("SYD", "n n n n")
def syd(cost: float, salvage: float, life: float, period: float) -> float:
    """Return depreciation by the sum of years' digits."""
    if salvage < 0 or life < 1 or period <= 0 or period > life:
        raise Fault(NUM)
    return (cost - salvage) * (life - period + 1) * 2 / (life * (life + 1))


@excel("DB", "n n n n n?")
def db(cost: float, salvage: float, life: float, period: float, month: float = 12.0) -> float:
    """Return fixed declining balance depreciation, its rate rounded to 3 decimals."""
    months, years, wanted = int(month), int(life), int(period)
    if cost < 0 or salvage < 0 or life <= 0 or period < 1 or not 1 <= months <= 12:
        raise Fault(NUM)
    if wanted > years + (months < 12):
        raise Fault(NUM)
    if cost == 0:
        return 0.0
    rate = rounded(1 - math.pow(salvage / cost, 1 / life), 3, ROUND_HALF_UP)
    taken = depreciation = cost * rate * months / 12
    for year in range(2, wanted + 1):
        depreciation = (cost - taken) * rate
        if year > years:
            depreciation *= (12 - months) / 12
        taken += depreciation
    return depreciation


def _declining(cost: float, salvage: float, life: float, period: float, factor: float) -> float:
    rate = factor / life
    if rate >= 1:
        rate, before = 1.0, (cost if period == 1 else 0.0)
    else:
        before = cost * math.pow(1 - rate, period - 1)
    after = cost * math.pow(1 - rate, period)
    return max(before - (max(after, salvage)), 0.0)


@excel("DDB", "n n n n n?")
def ddb(cost: float, salvage: float, life: float, period: float, factor: float = 2.0) -> float:
    """Return double declining balance depreciation."""
    if cost < 0 or salvage < 0 or life <= 0 or period <= 0 or period > life or factor <= 0:
        raise Fault(NUM)
    return _declining(cost, salvage, life, period, factor)


@excel("VDB", "n n n n n n? b?", correction="parts of periods, and straight line once that is more")
def vdb(
    cost: float,
    salvage: float,
    life: float,
    start: float,
    end: float,
    factor: float = 2.0,
    no_switch: bool = False,
) -> float:
    """Return declining balance depreciation between two points of time.

    Raises UnsupportedFormula for a salvage value below 0 or above the cost, which Excel's documentation rules
    out without saying what is answered.
    """
    if start < 0 or end < start or end > life or cost < 0 or factor <= 0:
        raise Fault(NUM)
    if not 0 <= salvage <= cost:
        raise UnsupportedFormula(
            "what VDB answers to a salvage value below 0 or above the cost is not documented"
        )
    if no_switch:
        return _unswitched(cost, salvage, life, start, end, factor)

    bounded(end, "VDB")
    # Periods are counted from the fraction of the start on, and straight line is kept once it is more.
    taken = within = line = 0.0
    first, last = 0.0, start % 1 or 1.0
    while first < end:
        term = _unswitched(cost, salvage, life, first, last, factor)
        line = line or _line(cost - salvage - taken, life - first, term / (last - first))
        term = line * (last - first) if line else term
        share = (min(last, end) - first) / (last - first)
        within += term * share if first >= start else 0.0
        taken += term
        first, last = last, last + 1
    return within


def _line(rest: float, life: float, declining: float) -> float:
    """Return straight line depreciation of what is left where it is more than declining, else 0."""
    return rest / life if rest / life > declining else 0.0


def _unswitched(cost: float, salvage: float, life: float, start: float, end: float, factor: float) -> float:
    total = 0.0
    for i in range(math.floor(start) + 1, math.ceil(end) + 1):
        share = min(end, i) - max(start, i - 1)
        total += _declining(cost, salvage, life, i, factor) * share
    return total
