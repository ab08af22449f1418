"""Interest and discounts between two dates: ACCRINT, ACCRINTM, DISC, INTRATE, PRICEDISC, PRICEMAT, RECEIVED,
TBILL*, YIELDDISC, YIELDMAT.

Source: Excel's documentation; ACCRINT's treatment of whole and of broken coupon periods follows the values
that Excel stores.
"""

from __future__ import annotations

import math

from engine.core.exceptions import UnsupportedFormula
from engine.core.values import NUM
from engine.functions.date_text import calendar_of
from engine.functions.dates import day_number, month_days, month_start, moved, moved_months
from engine.functions.day_counts import days_30e, days_30us, year_fraction
from engine.functions.references import Here
from engine.functions.table import Fault, excel


def accrual_days(first: int, last: int, basis: int) -> int:
    """Return the days of interest between two days by a day count basis."""
    if basis == 0:
        return days_30us(calendar_of(first), calendar_of(last))
    return days_30e(calendar_of(first), calendar_of(last)) if basis == 4 else last - first


def period_length(first: int, last: int, basis: int, frequency: int) -> float:
    """Return the days of a coupon period that accrued days are divided by, in a day count basis."""
    if basis == 1:
        return float(last - first)
    return (365 if basis == 3 else 360) / frequency


def coupon_date(first: int, months: int) -> int:
    """Return a coupon date some months from the first; where that ends a month, all do."""
    year, month, day = calendar_of(first)
    if day < month_days(year, month):
        return moved(first, months)
    year, month, _ = moved_months(first, months)
    return month_start(year, month) + month_days(year, month) - 1


def _coupon_dates(issue: int, first: int, settlement: int, step: int) -> list[int]:
    """Return the coupon dates around issue and settlement, counted from the first interest date both ways."""
    back = [first]
    while back[-1] > issue or len(back) < 2:
        back.append(coupon_date(first, -step * len(back)))
    ahead = [first]
    while ahead[-1] < settlement:
        ahead.append(coupon_date(first, step * len(ahead)))
    return [*reversed(back), *ahead[1:]]


def _coupons(
    issue: int, first: int, settlement: int, frequency: int, basis: int, *, from_issue: bool
) -> float:
    """Return how many coupons accrue from issue to settlement.

    The period before the first interest date is counted in days, as is all that follows it unless interest is
    asked for from the issue on; a broken period at the issue is counted in days of its own length.
    """
    dates = _coupon_dates(issue, first, settlement, 12 // frequency)
    start = dates[dates.index(first) - 1]
    length = period_length(start, first, basis, frequency)
    if issue >= start:
        accrued, whole = -accrual_days(start, issue, basis) / length, 0
    else:
        after = next(i for i, date in enumerate(dates) if date >= issue)
        whole = dates.index(start) - after
        accrued = 0.0
        if dates[after] != issue:
            accrued = accrual_days(issue, dates[after], basis) / period_length(
                dates[after - 1], dates[after], basis, frequency
            )
    if not from_issue or settlement <= first:
        return accrued + whole * from_issue + accrual_days(start, settlement, basis) / length
    last = max(date for date in dates if date < settlement)
    whole += dates.index(last) - dates.index(start)
    return accrued + whole + accrual_days(last, settlement, basis) / length


def _par(par: float | None) -> float:
    """Return a par value; left empty it is 1,000."""
    return 1000.0 if par is None else par


@excel(
    "ACCRINT",
    "s s s s m s s? b?",
    located=True,
    correction="broken and whole coupon periods, the calculation method",
)
def accrint(
    here: Here,
    issue: float,
    first: float,
    settlement: float,
    rate: float,
    par: float | None,
    frequency: float,
    basis: float = 0.0,
    from_issue: bool = True,
) -> float:
    """Return the interest accrued of a security that pays periodically."""
    begun, paid, settled = (day_number(date, here) for date in (issue, first, settlement))
    coupons, kind, par = int(frequency), int(basis), _par(par)
    if rate <= 0 or par <= 0 or coupons not in (1, 2, 4) or not 0 <= kind <= 4 or begun >= settled:
        raise Fault(NUM)
    return par * rate / coupons * _coupons(begun, paid, settled, coupons, kind, from_issue=from_issue)


def _span(here: Here, first: float, last: float, basis: float) -> float:
    start, end, kind = day_number(first, here), day_number(last, here), int(basis)
    if start >= end or not 0 <= kind <= 4:
        raise Fault(NUM)
    return year_fraction(start, end, kind)


@excel("ACCRINTM", "s s s m? s?", located=True, correction="the year that basis 1 divides by")
def accrintm(
    here: Here, issue: float, settlement: float, rate: float, par: float | None = None, basis: float = 0.0
) -> float:
    """Return the interest accrued of a security that pays at maturity."""
    par = _par(par)
    if rate <= 0 or par <= 0:
        raise Fault(NUM)
    return par * rate * _span(here, issue, settlement, basis)


@excel("DISC", "s s s s s?", located=True, correction="an unknown basis is #NUM!")
def disc(
    here: Here, settlement: float, maturity: float, price: float, redemption: float, basis: float = 0.0
) -> float:
    """Return the discount rate of a security."""
    if price <= 0 or redemption <= 0:
        raise Fault(NUM)
    return (redemption - price) / redemption / _span(here, settlement, maturity, basis)


@excel("INTRATE", "s s s s s?", located=True)
def intrate(
    here: Here, settlement: float, maturity: float, invested: float, redemption: float, basis: float = 0.0
) -> float:
    """Return the interest rate of a fully invested security."""
    if invested <= 0 or redemption <= 0:
        raise Fault(NUM)
    return (redemption - invested) / invested / _span(here, settlement, maturity, basis)


@excel("RECEIVED", "s s s s s?", located=True)
def received(
    here: Here, settlement: float, maturity: float, invested: float, discount: float, basis: float = 0.0
) -> float:
    """Return the amount received at maturity of a fully invested security."""
    if invested <= 0 or discount <= 0:
        raise Fault(NUM)
    left = 1 - discount * _span(here, settlement, maturity, basis)
    if left <= 0:
        raise UnsupportedFormula("what Excel makes of a discount of the whole amount is not documented")
    return invested / left


@excel("PRICEDISC", "s s s s s?", located=True)
def pricedisc(
    here: Here, settlement: float, maturity: float, discount: float, redemption: float, basis: float = 0.0
) -> float:
    """Return the price per 100 of a discounted security."""
    if discount <= 0 or redemption <= 0:
        raise Fault(NUM)
    return redemption * (1 - discount * _span(here, settlement, maturity, basis))


@excel("YIELDDISC", "s s s s s?", located=True, correction="the year that basis 1 divides by")
def yielddisc(
    here: Here, settlement: float, maturity: float, price: float, redemption: float, basis: float = 0.0
) -> float:
    """Return the yearly yield of a discounted security."""
    if price <= 0 or redemption <= 0:
        raise Fault(NUM)
    return (redemption - price) / price / _span(here, settlement, maturity, basis)


def _spans(
    here: Here, settlement: float, maturity: float, issue: float, basis: float
) -> tuple[float, float, float]:
    """Return the years from issue to maturity, from issue to settlement and from settlement to maturity.

    Raises UnsupportedFormula where basis 1 has years of several lengths to divide by.
    """
    ends = ((issue, maturity), (issue, settlement), (settlement, maturity))
    if day_number(issue, here) == day_number(settlement, here):
        raise UnsupportedFormula("what Excel makes of a security settled on its issue date is not documented")
    years = [_span(here, first, last, basis) for first, last in ends]
    if int(basis) == 1:
        days = [day_number(last, here) - day_number(first, here) for first, last in ends]
        if len({round(count / year, 9) for count, year in zip(days, years, strict=True)}) > 1:
            raise UnsupportedFormula("which year Excel divides by is not documented")
    return years[0], years[1], years[2]


@excel("PRICEMAT", "s s s s s s?", located=True)
def pricemat(
    here: Here,
    settlement: float,
    maturity: float,
    issue: float,
    rate: float,
    yields: float,
    basis: float = 0.0,
) -> float:
    """Return the price per 100 of a security that pays interest at maturity."""
    if rate < 0 or yields < 0:
        raise Fault(NUM)
    whole, accrued, ahead = _spans(here, settlement, maturity, issue, basis)
    return 100 * ((1 + whole * rate) / (1 + ahead * yields) - accrued * rate)


@excel("YIELDMAT", "s s s s s s?", located=True)
def yieldmat(
    here: Here,
    settlement: float,
    maturity: float,
    issue: float,
    rate: float,
    price: float,
    basis: float = 0.0,
) -> float:
    """Return the yearly yield of a security that pays interest at maturity."""
    if rate < 0 or price <= 0:
        raise Fault(NUM)
    whole, accrued, ahead = _spans(here, settlement, maturity, issue, basis)
    invested = price / 100 + accrued * rate
    return (1 + whole * rate - invested) / invested / ahead


def _bill(here: Here, settlement: float, maturity: float, value: float) -> int:
    """Return the days to maturity of a bill; #NUM! for none, more than a year, or a value not above 0."""
    start, end = day_number(settlement, here), day_number(maturity, here)
    if start >= end or end > moved(start, 12) or value <= 0:
        raise Fault(NUM)
    return end - start


@excel("TBILLPRICE", "s s s", located=True)
def tbillprice(here: Here, settlement: float, maturity: float, discount: float) -> float:
    """Return the price of a Treasury bill per 100."""
    price = 100 * (1 - discount * _bill(here, settlement, maturity, discount) / 360)
    if price < 0:
        raise Fault(NUM)
    return price


@excel("TBILLYIELD", "s s s", located=True)
def tbillyield(here: Here, settlement: float, maturity: float, price: float) -> float:
    """Return the yield of a Treasury bill."""
    return (100 - price) / price * 360 / _bill(here, settlement, maturity, price)


@excel("TBILLEQ", "s s s", located=True)
def tbilleq(here: Here, settlement: float, maturity: float, discount: float) -> float:
    """Return the bond-equivalent yield of a Treasury bill, compounded half-yearly beyond half a year."""
    days = _bill(here, settlement, maturity, discount)
    if days <= 182:
        return 365 * discount / (360 - discount * days)
    price = 1 - discount * days / 360
    share = days / (366 if days == 366 else 365)
    return (-2 * share + 2 * math.sqrt(share**2 - (2 * share - 1) * (1 - 1 / price))) / (2 * share - 1)
