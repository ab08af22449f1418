"""Rates found by iteration as Excel does: RATE, IRR, XIRR; and XNPV, MIRR.

Each starts from the guess and takes Newton's steps, at most 50 (RATE) or 100, until the rate settles. IRR and
XIRR then try other starts, as Excel finds rates that its guess of 10 % does not lead to; else the answer is
#NUM!. XIRR ends with the digits that Excel's halving leaves (see ``halving``).
Sources: "RATE function", "IRR function" and "XIRR function", Excel's documentation.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from operator import itemgetter

from engine.core.exceptions import UnsupportedFormula
from engine.core.values import DIV0, NUM, VALUE, ExcelError, Value
from engine.functions import coerce
from engine.functions.financial import due
from engine.functions.halving import halved_once
from engine.functions.numbers import numbers
from engine.functions.operands import Operand, each_value
from engine.functions.powers import powers, raised
from engine.functions.table import Fault, excel

Slope = Callable[[float], tuple[float, float]]
UNKNOWN = "the guess does not lead Excel straight to a rate, and which it then answers is not documented"
# Where to start again when the guess leads nowhere.
_STARTS = (-0.9, -0.75, -0.5, -0.25, -0.1, 0.0, 0.25, 0.5, 1.0, 2.0, 5.0)


def _newton(slope: Slope, guess: float, steps: int, near: float) -> float | None:
    """Return where a function of a rate is 0, or None where the steps don't settle."""
    rate = guess
    for _ in range(steps):
        try:
            value, change = slope(rate)
        except (ArithmeticError, ValueError):
            return None
        if not change or not math.isfinite(value) or not math.isfinite(change):
            return rate if value == 0 else None
        following = rate - value / change
        if following <= -1:
            following = (rate - 0.99999) / 2
        if abs(following - rate) < near * max(1.0, abs(rate)):
            return following if _settled(slope, following) else None
        rate = following
    return None


def _from_guess(slope: Slope, guess: float, flows: list[float]) -> float | None:
    """Return the rate that the guess leads to, or where it leads nowhere, the only one there can be."""
    found = _newton(slope, guess, 100, 1e-12)
    if found is not None:
        return found
    starts = sorted(_STARTS, key=lambda rate: abs(rate - guess))
    others = (_newton(slope, start, 100, 1e-12) for start in starts)
    found = next((rate for rate in others if rate is not None), None)
    if found is not None and _turns(flows) > 1:
        raise UnsupportedFormula(UNKNOWN)
    return found


def _turns(flows: list[float]) -> int:
    """Return how often flows change their sign: a rate is the only one where they do once."""
    signs = [flow > 0 for flow in flows if flow]
    return sum(a != b for a, b in pairwise(signs))


def _settled(slope: Slope, rate: float) -> bool:
    value, change = slope(rate)
    return abs(value) <= 1e-6 * abs(change) if change else value == 0


def _annuity(periods: float, paid: float, present: float, future: float, kind: float) -> Slope:
    def slope(rate: float) -> tuple[float, float]:
        if abs(rate) < 1e-10:
            value = present + paid * periods + future
            change = present * periods + paid * (periods * (periods - 1) / 2 + periods * kind)
            return value, change
        growth = raised(1 + rate, periods)
        growing = periods * raised(1 + rate, periods - 1)
        factor = (growth - 1) / rate
        factor_change = (growing - factor) / rate
        value = present * growth + paid * (1 + rate * kind) * factor + future
        change = present * growing + paid * (kind * factor + (1 + rate * kind) * factor_change)
        return value, change

    return slope


@excel("RATE", "n n n n? n? n?", correction="iterates from the guess; #NUM! where 20 steps don't settle")
def rate_(
    periods: float, paid: float, present: float, future: float = 0.0, kind: float = 0.0, guess: float = 0.1
) -> float | ExcelError:
    """Return the rate per period of a loan."""
    if periods <= 0:
        return NUM
    found = _newton(_annuity(periods, paid, present, future, due(kind)), guess, 50, 1e-10)
    return NUM if found is None else found


def _flows(flows: list[float]) -> Slope:
    def slope(rate: float) -> tuple[float, float]:
        value = change = 0.0
        base = 1 + rate
        for i, flow in enumerate(flows):
            present = flow / base**i
            value += present
            change -= i * present / base
        return value, change

    return slope


def _both_signs(flows: list[float]) -> None:
    if not (any(flow > 0 for flow in flows) and any(flow < 0 for flow in flows)):
        raise Fault(NUM)


@excel("IRR", "r n?", correction="iterates from the guess, not the roots of a polynomial")
def irr(flows: Operand, guess: float = 0.1) -> float | ExcelError:
    """Return the rate at which flows at equal distances are worth nothing."""
    if any(isinstance(value, ExcelError) for value in each_value(flows)):
        return VALUE
    found = numbers((flows,))
    _both_signs(found)
    if guess <= -1:
        return VALUE
    rate = _from_guess(_flows(found), guess, found)
    return NUM if rate is None else rate


def _dated(flows: Operand, dates: Operand) -> tuple[list[float], list[float]]:
    """Return amounts and years from the first date; places where both are blank are left out."""
    given, moments = list(each_value(flows)), list(each_value(dates))
    if len(given) != len(moments) or not given:
        raise Fault(NUM)
    couples = [(a, d) for a, d in zip(given, moments, strict=True) if a is not None or d is not None]
    days = [float(math.floor(_amount(day))) for _, day in couples]
    amounts = [_amount(amount) for amount, _ in couples]
    if min(days) < days[0] or min(days) < 0:
        raise Fault(NUM)
    return amounts, [(day - days[0]) / 365 for day in days]


def _amount(value: Value) -> float:
    if isinstance(value, bool):
        raise Fault(VALUE)
    number = coerce.number(value)
    if isinstance(number, ExcelError):
        raise Fault(number)
    return number


@excel("XNPV", "s r r")
def xnpv(rate: float, flows: Operand, dates: Operand) -> float:
    """Return the present value of flows on dates, by years of 365 days."""
    if rate <= 0 or any(
        type(value) is not float for value in each_value(flows) if not isinstance(value, ExcelError)
    ):
        raise Fault(NUM)
    amounts, years = _dated(flows, dates)
    return sum((amount / raised(1 + rate, year) for amount, year in zip(amounts, years, strict=True)), 0.0)


@excel("XIRR", "r r s?", correction="iterates from the guess as Excel does")
def xirr(flows: Operand, dates: Operand, guess: float = 0.1) -> float | ExcelError:
    """Return the rate at which flows on dates are worth nothing."""
    amounts, years = _dated(flows, dates)
    _both_signs(amounts)
    if guess <= -1:
        return NUM

    def slope(rate: float) -> tuple[float, float]:
        value = change = 0.0
        for amount, year, growth in zip(amounts, years, powers(1 + rate, years), strict=True):
            present = amount / growth
            value += present
            change -= year * present / (1 + rate)
        return value, change

    in_order = [amount for _, amount in sorted(zip(years, amounts, strict=True), key=itemgetter(0))]
    rate = _from_guess(slope, guess, in_order)
    if rate is None or rate > -guess > 0:  # from below 0 the search takes steps down, away from the rate
        return NUM
    if guess < 0 < rate:
        raise UnsupportedFormula(UNKNOWN)
    return halved_once(rate, guess)


@excel("MIRR", "r n n")
def mirr(flows: Operand, finance: float, reinvest: float) -> float | ExcelError:
    """Return the rate of return with one rate for outflows and one for inflows."""
    found = numbers((flows,))
    gains = math.fsum(flow / raised(1 + reinvest, i) for i, flow in enumerate(found) if flow > 0)
    losses = math.fsum(flow / raised(1 + finance, i) for i, flow in enumerate(found) if flow < 0)
    if not gains or not losses:
        return DIV0
    ratio = -gains * raised(1 + reinvest, len(found) - 1) / losses
    return raised(ratio, 1 / (len(found) - 1)) - 1
