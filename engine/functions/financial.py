"""Annuities: PMT and its like, series of cash flows, rates converted.

Source: "PV function" in Excel's documentation, whose equation ties rate, nper, pmt, pv and fv. The
values that Excel stores show its PMT, IPMT and PPMT computed through log1p and expm1 to the last digits, its
FV and PV through a power.
"""

from __future__ import annotations

import math
from functools import lru_cache
from operator import truediv

from engine.core.values import DIV0, NUM, VALUE, ExcelError
from engine.functions.numbers import numbers
from engine.functions.operands import Array, Operand, Reference, each_value
from engine.functions.powers import raised
from engine.functions.table import Fault, excel


def due(kind: float) -> float:
    """Return 1 for payments at the beginning of a period, else 0."""
    return 1.0 if kind else 0.0


def future_value(rate: float, periods: float, payment: float, present: float, kind: float) -> float:
    """Return what a present value and payments grow to, with Excel's signs."""
    if rate == 0:
        return -(present + payment * periods)
    growth = raised(1 + rate, periods)
    return -(present * growth + payment * (1 + rate * due(kind)) * (growth - 1) / rate)


def payment(rate: float, periods: float, present: float, future: float, kind: float) -> float:
    """Return the level payment that pays a present value back and leaves a future value."""
    if periods == 0:
        raise Fault(NUM)
    if rate == 0:
        return -(present + future) / periods
    grown = math.expm1(periods * math.log1p(rate)) if rate > -1 else raised(1 + rate, periods) - 1
    return -(present * rate + (present + future) * rate / grown) / (1 + rate * due(kind))


def balance(rate: float, periods: float, payment: float, present: float, kind: float) -> float:
    """Return ``future_value`` as the interest of a loan is computed from it."""
    if rate == 0 or rate <= -1:
        return future_value(rate, periods, payment, present, kind)
    grown = math.expm1(periods * math.log1p(rate))
    return -(present * (grown + 1) + payment * (1 + rate * due(kind)) * grown / rate)


@excel("PMT", "n n n n? n?")
def pmt(rate: float, periods: float, present: float, future: float = 0.0, kind: float = 0.0) -> float:
    """Return the payment of a loan per period."""
    if rate <= -1:
        raise Fault(NUM)
    return payment(rate, periods, present, future, kind)


@excel("FV", "n n n n? n?")
def fv(rate: float, periods: float, paid: float, present: float = 0.0, kind: float = 0.0) -> float:
    """Return the future value of payments."""
    return future_value(rate, periods, paid, present, kind)


@excel("PV", "n n n n? n?")
def pv(rate: float, periods: float, paid: float, future: float = 0.0, kind: float = 0.0) -> float:
    """Return the present value of payments."""
    if rate == 0:
        return -(future + paid * periods)
    growth = raised(1 + rate, periods)
    return -(future + paid * (1 + rate * due(kind)) * (growth - 1) / rate) / growth


@excel("NPER", "n n n n? n?")
def nper(rate: float, paid: float, present: float, future: float = 0.0, kind: float = 0.0) -> float:
    """Return how many periods a loan runs."""
    if rate == 0:
        return -(present + future) / paid
    level = paid * (1 + rate * due(kind))
    return math.log((level - future * rate) / (level + present * rate)) / math.log(1 + rate)


def interest(rate: float, period: float, periods: float, present: float, future: float, kind: float) -> float:
    """Return the interest part of a period's payment."""
    if not 1 <= period < periods + 1:
        raise Fault(NUM)
    if due(kind) and period == 1:
        return 0.0
    level = payment(rate, periods, present, future, kind)
    if due(kind):
        return (balance(rate, period - 2, level, present, 1.0) - level) * rate
    return balance(rate, period - 1, level, present, 0.0) * rate


@excel("IPMT", "n n n n n? n?")
def ipmt(
    rate: float, period: float, periods: float, present: float, future: float = 0.0, kind: float = 0.0
) -> float:
    """Return the interest paid in a period."""
    return interest(rate, period, periods, present, future, kind)


@excel("PPMT", "n n n n n? n?")
def ppmt(
    rate: float, period: float, periods: float, present: float, future: float = 0.0, kind: float = 0.0
) -> float:
    """Return the principal paid in a period."""
    level = payment(rate, periods, present, future, kind) if 1 <= period < periods + 1 else 0.0
    return level - interest(rate, period, periods, present, future, kind)


@excel("ISPMT", "n n n n")
def ispmt(rate: float, period: float, periods: float, present: float) -> float:
    """Return the interest of a loan with level principal."""
    return present * rate * (period / periods - 1)


def _whole_span(rate: float, periods: float, present: float, first: float, last: float, kind: float) -> range:
    if rate <= 0 or periods <= 0 or present <= 0 or kind not in (0.0, 1.0):
        raise Fault(NUM)
    if first < 1 or last < math.ceil(first) or last > periods:
        raise Fault(NUM)
    return range(math.ceil(first), math.floor(last) + 1)


@excel("CUMIPMT", "s s s s s s")
def cumipmt(rate: float, periods: float, present: float, first: float, last: float, kind: float) -> float:
    """Return the interest paid from one period to another."""
    span = _whole_span(rate, periods, present, first, last, kind)
    return math.fsum(interest(rate, period, periods, present, 0.0, kind) for period in span)


@excel("CUMPRINC", "s s s s s s")
def cumprinc(rate: float, periods: float, present: float, first: float, last: float, kind: float) -> float:
    """Return the principal paid from one period to another."""
    span = _whole_span(rate, periods, present, first, last, kind)
    level = payment(rate, periods, present, 0.0, kind)
    return math.fsum(level - interest(rate, period, periods, present, 0.0, kind) for period in span)


@excel("NPV", "n r*", correction="numeric text and booleans inside ranges are skipped")
def npv(rate: float, *flows: Operand) -> float:
    """Return the present value of flows at the ends of periods."""
    found = numbers(flows)
    if found and rate == -1:
        raise Fault(DIV0)
    growth = _growth(1 + rate, -(-len(found) // _STEP) * _STEP)
    return math.fsum(map(truediv, found, growth))


_STEP = 64


@lru_cache(maxsize=256)  # a sheet discounts row after row at one rate
def _growth(factor: float, periods: int) -> tuple[float, ...]:
    """Return the powers of a factor, from the first to that of so many periods."""
    return tuple(raised(factor, period) for period in range(1, periods + 1))


@excel("FVSCHEDULE", "n r")
def fvschedule(principal: float, schedule: Operand) -> float:
    """Return what a principal grows to under a schedule of rates; blanks are 0."""
    inside = isinstance(schedule, (Array, Reference))
    for value in each_value(schedule):
        if isinstance(value, ExcelError):
            raise Fault(value)
        if value is None and inside:
            continue
        if not isinstance(value, float):
            raise Fault(VALUE)
        principal *= 1 + value
    return principal


@excel("EFFECT", "s s")
def effect(nominal_rate: float, periods: float) -> float:
    """Return the effective annual rate of a nominal one."""
    count = int(periods)
    if nominal_rate <= 0 or count < 1:
        raise Fault(NUM)
    return raised(1 + nominal_rate / count, count) - 1


@excel("NOMINAL", "s s")
def nominal(effective_rate: float, periods: float) -> float:
    """Return the nominal annual rate of an effective one."""
    count = int(periods)
    if effective_rate <= 0 or count < 1:
        raise Fault(NUM)
    return (raised(1 + effective_rate, 1 / count) - 1) * count


@excel("RRI", "n n n")
def rri(periods: float, present: float, future: float) -> float:
    """Return the rate at which a present value grows to a future one."""
    if periods <= 0 or present == 0:
        raise Fault(NUM)
    return raised(future / present, 1 / periods) - 1


@excel("PDURATION", "n n n")
def pduration(rate: float, present: float, future: float) -> float:
    """Return the periods in which a present value grows to a future one."""
    if rate <= 0 or present <= 0 or future <= 0:
        raise Fault(NUM)
    return (math.log(future) - math.log(present)) / math.log(1 + rate)


def _dollar_fraction(fraction: float) -> int:
    whole = int(fraction)
    if whole < 0:
        raise Fault(NUM)
    if whole == 0:
        raise Fault(DIV0)
    return whole


@excel("DOLLARDE", "s s")
def dollarde(price: float, fraction: float) -> float:
    """Return a price in fractions, such as 1.02 for 1 2/16, as a decimal."""
    whole = _dollar_fraction(fraction)
    digits = 10.0 ** math.ceil(math.log10(whole))
    part, units = math.modf(price)
    return units + part * digits / whole


@excel("DOLLARFR", "s s")
def dollarfr(price: float, fraction: float) -> float:
    """Return a decimal price in fractions."""
    whole = _dollar_fraction(fraction)
    digits = 10.0 ** math.ceil(math.log10(whole))
    part, units = math.modf(price)
    return units + part * whole / digits


@excel("PERCENTOF", "r r")
def percentof(subset: Operand, everything: Operand) -> float:
    """Return the share of a subset's sum."""
    if any(isinstance(value, ExcelError) for part in (subset, everything) for value in each_value(part)):
        raise Fault(NUM)
    return sum(numbers((subset,))) / sum(numbers((everything,)))
