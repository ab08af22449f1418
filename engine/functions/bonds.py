"""Securities that pay coupons: PRICE, YIELD, DURATION, MDURATION, ODDLPRICE, ODDLYIELD.

Sources: the formulas in Excel's documentation. What it leaves open follows Excel's answers for each day
count basis: the days to the next coupon are those of the period less the days accrued, whatever the basis; in
an odd last period the coupon periods have their actual lengths in bases 1 to 3.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.core.exceptions import UnsupportedFormula
from engine.core.values import NUM
from engine.functions.accruals import accrual_days, coupon_date, period_length
from engine.functions.dates import day_number
from engine.functions.references import Here
from engine.functions.table import Fault, excel

_STEPS = 100


@dataclass(frozen=True)
class _Coupons:
    """Coupons after settlement: how many, days of the present period accrued and in all, coupons a year."""

    count: int
    accrued: float
    length: float
    frequency: int

    @property
    def ahead(self) -> float:
        """The share of the present period that is still to come."""
        return (self.length - self.accrued) / self.length

    def price(self, rate: float, yields: float, redemption: float) -> float:
        """Return the price per 100 without the interest accrued."""
        coupon, period = 100 * rate / self.frequency, yields / self.frequency
        if self.count == 1:
            paid = (redemption + coupon) / (1 + self.ahead * period)
        else:
            paid = redemption / (1 + period) ** (self.count - 1 + self.ahead)
            paid += sum(coupon / (1 + period) ** (number + self.ahead) for number in range(self.count))
        return paid - coupon * self.accrued / self.length


def _terms(frequency: float, basis: float) -> tuple[int, int]:
    coupons, kind = int(frequency), int(basis)
    if coupons not in (1, 2, 4) or not 0 <= kind <= 4:
        raise Fault(NUM)
    return coupons, kind


def _coupons(here: Here, settlement: float, maturity: float, frequency: float, basis: float) -> _Coupons:
    """Return the coupons from settlement to maturity; #NUM! where dates or terms are none."""
    coupons, kind = _terms(frequency, basis)
    start, end = day_number(settlement, here), day_number(maturity, here)
    if start >= end:
        raise Fault(NUM)
    dates = [end]
    while dates[-1] > start:
        dates.append(coupon_date(end, -12 // coupons * len(dates)))
    before, after = dates[-1], dates[-2]
    length = period_length(before, after, kind, coupons)
    return _Coupons(len(dates) - 1, accrual_days(before, start, kind), length, coupons)


@excel("PRICE", "s s s s s s s?", located=True, correction="the last coupon period; bases 2 and 3")
def price(
    here: Here,
    settlement: float,
    maturity: float,
    rate: float,
    yields: float,
    redemption: float,
    frequency: float,
    basis: float = 0.0,
) -> float:
    """Return the price per 100 of a security that pays periodic interest."""
    coupons = _coupons(here, settlement, maturity, frequency, basis)
    if rate < 0 or yields < 0 or redemption <= 0:
        raise Fault(NUM)
    return coupons.price(rate, yields, redemption)


@excel("YIELD", "s s s s s s s?", located=True, correction="bases 2 and 3")
def yield_(
    here: Here,
    settlement: float,
    maturity: float,
    rate: float,
    worth: float,
    redemption: float,
    frequency: float,
    basis: float = 0.0,
) -> float:
    """Return the yield of a security that pays periodic interest."""
    coupons = _coupons(here, settlement, maturity, frequency, basis)
    if rate < 0 or worth <= 0 or redemption <= 0:
        raise Fault(NUM)
    if coupons.count == 1:
        if int(basis) in (2, 3) and coupons.length - coupons.accrued != int(maturity) - int(settlement):
            raise UnsupportedFormula("which days Excel counts in a last period is not documented")
        coupon = 100 * rate / coupons.frequency
        invested = worth + coupon * coupons.accrued / coupons.length
        return (redemption + coupon - invested) / invested * coupons.frequency / coupons.ahead
    return _solved(coupons, rate, worth, redemption)


def _solved(coupons: _Coupons, rate: float, worth: float, redemption: float) -> float:
    """Return the yield at which a bond has a price, by secants from its coupon rate; #NUM! for none."""
    before, after = rate, rate + 0.01
    missed = coupons.price(rate, before, redemption) - worth
    for _ in range(_STEPS):
        miss = coupons.price(rate, after, redemption) - worth
        if abs(miss) <= 1e-13 * worth or miss == missed:
            return after
        step = miss * (after - before) / (miss - missed)
        before, missed = after, miss
        after = max(after - step, (after - coupons.frequency) / 2)  # a yield is above -100 % a period
    raise Fault(NUM)


@excel("DURATION", "s s s s s s?", located=True, correction="bases 2 and 3")
def duration(
    here: Here,
    settlement: float,
    maturity: float,
    rate: float,
    yields: float,
    frequency: float,
    basis: float = 0.0,
) -> float:
    """Return the Macaulay duration in years."""
    coupons = _coupons(here, settlement, maturity, frequency, basis)
    if rate < 0 or yields < 0:
        raise Fault(NUM)
    times = [number + coupons.ahead for number in range(coupons.count)]
    worth = [rate / coupons.frequency / (1 + yields / coupons.frequency) ** time for time in times]
    worth[-1] += 1 / (1 + yields / coupons.frequency) ** times[-1]
    weighted = sum(time * value for time, value in zip(times, worth, strict=True))
    return float(weighted / sum(worth) / coupons.frequency)


@excel("MDURATION", "s s s s s s?", located=True, correction="bases 2 and 3")
def mduration(
    here: Here,
    settlement: float,
    maturity: float,
    rate: float,
    yields: float,
    frequency: float,
    basis: float = 0.0,
) -> float:
    """Return the modified duration in years."""
    years = duration(here, settlement, maturity, rate, yields, frequency, basis)
    return years / (1 + yields / int(frequency))


@dataclass(frozen=True)
class _LastPeriod:
    """An odd last period, in coupon periods: all of it, what has accrued, what is to come."""

    whole: float
    accrued: float
    ahead: float
    frequency: int


def _last_period(
    here: Here, settlement: float, maturity: float, last: float, frequency: float, basis: float
) -> _LastPeriod:
    coupons, kind = _terms(frequency, basis)
    paid, start, end = (day_number(date, here) for date in (last, settlement, maturity))
    if not paid < start < end:
        raise Fault(NUM)
    whole = accrued = ahead = 0.0
    begin, number = paid, 0
    while begin < end:
        number += 1
        finish = coupon_date(paid, 12 // coupons * number)
        length = 360 / coupons if kind in (0, 4) else float(finish - begin)
        whole += accrual_days(begin, min(finish, end), kind) / length
        accrued += accrual_days(begin, max(min(finish, start), begin), kind) / length
        ahead += accrual_days(min(max(begin, start), finish), min(finish, end), kind) / length
        begin = finish
    return _LastPeriod(whole, accrued, ahead, coupons)


@excel("ODDLPRICE", "s s s s s s s s?", located=True, correction="bases 1 to 3")
def oddlprice(
    here: Here,
    settlement: float,
    maturity: float,
    last: float,
    rate: float,
    yields: float,
    redemption: float,
    frequency: float,
    basis: float = 0.0,
) -> float:
    """Return the price per 100 of a security with an odd last period."""
    period = _last_period(here, settlement, maturity, last, frequency, basis)
    if rate < 0 or yields < 0 or redemption <= 0:
        raise Fault(NUM)
    coupon = 100 * rate / period.frequency
    paid = (redemption + coupon * period.whole) / (1 + period.ahead * yields / period.frequency)
    return paid - coupon * period.accrued


@excel("ODDLYIELD", "s s s s s s s s?", located=True, correction="bases 1 to 3")
def oddlyield(
    here: Here,
    settlement: float,
    maturity: float,
    last: float,
    rate: float,
    worth: float,
    redemption: float,
    frequency: float,
    basis: float = 0.0,
) -> float:
    """Return the yield of a security with an odd last period."""
    period = _last_period(here, settlement, maturity, last, frequency, basis)
    if rate < 0 or worth <= 0 or redemption <= 0:
        raise Fault(NUM)
    coupon = 100 * rate / period.frequency
    invested = worth + coupon * period.accrued
    return (redemption + coupon * period.whole - invested) / invested * period.frequency / period.ahead
