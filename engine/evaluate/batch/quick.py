"""Vector kernels of functions of the table: statistics over ranges (items × ...), dates, normal numbers.

They take numbers alone and answer NaN where Excel answers an error, or where the function itself has to
decide; ``called`` asks it there. The formulas are those of engine/functions.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.evaluate.batch import finance
from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.called import QUICK, Quick
from engine.evaluate.batch.ties import Lanes


def _enter(*names: str) -> Callable[[Quick], Quick]:
    def enter(kernel: Quick) -> Quick:
        for name in names:
            QUICK[name] = kernel
        return kernel

    return enter


# Statistics: the items of a range along the first axis.


@_enter("MEDIAN")
def _median(items: Floats) -> Lanes:
    ordered, half = np.sort(items, axis=0), len(items) // 2
    return ordered[half] if len(items) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _squares(items: Floats) -> Lanes:
    return np.sum((items - np.mean(items, axis=0)) ** 2, axis=0)


def _variance(less: int, *, root: bool) -> Quick:
    def kernel(items: Floats) -> Lanes:
        if len(items) <= less:
            return np.full(items.shape[1:], np.nan)
        found = _squares(items) / (len(items) - less)
        return np.sqrt(found) if root else found

    return kernel


for _names, _less, _root in (
    ("VAR VAR.S", 1, False),
    ("VARP VAR.P", 0, False),
    ("STDEV STDEV.S", 1, True),
    ("STDEVP STDEV.P", 0, True),
):
    _enter(*_names.split())(_variance(_less, root=_root))
QUICK["DEVSQ"] = _squares
QUICK["AVEDEV"] = lambda items: np.mean(np.abs(items - np.mean(items, axis=0)), axis=0)
QUICK["SUMSQ"] = lambda items: np.add.reduce(items * items, axis=0)


def _at(ordered: Floats, place: Lanes) -> Lanes:
    """Return the number at a place from 0 in sorted numbers, in proportion between two; NaN outside."""
    last = len(ordered) - 1
    inside = (place >= 0) & (place <= last)
    spot = np.where(inside, place, 0.0)
    low = np.minimum(np.floor(spot).astype(np.intp), max(last - 1, 0))
    high = np.minimum(low + 1, last)
    first, second = (np.take_along_axis(ordered, n[None], axis=0)[0] for n in (low, high))
    return np.where(
        inside, np.where(spot >= last, ordered[last], first + (spot - low) * (second - first)), np.nan
    )


@_enter("LARGE")
def _large(items: Floats, place: Lanes) -> Lanes:
    return _at(np.sort(items, axis=0), np.where(place >= 1, len(items) - np.ceil(place), np.nan))


@_enter("SMALL")
def _small(items: Floats, place: Lanes) -> Lanes:
    return _at(np.sort(items, axis=0), np.floor(place) - 1)


@_enter("PERCENTILE", "PERCENTILE.INC")
def _percentile(items: Floats, share: Lanes) -> Lanes:
    inside = np.where((share >= 0) & (share <= 1), share, np.nan)
    return _at(np.sort(items, axis=0), inside * (len(items) - 1))


@_enter("PERCENTILE.EXC")
def _percentile_exc(items: Floats, share: Lanes) -> Lanes:
    place = share * (len(items) + 1) - 1
    near = np.where((place < 0) & (place >= -1e-12), 0.0, place)
    return _at(np.sort(items, axis=0), np.where((share > 0) & (share < 1), near, np.nan))


@_enter("QUARTILE", "QUARTILE.INC")
def _quartile(items: Floats, quarter: Lanes) -> Lanes:
    return _percentile(items, np.where(quarter >= 0, np.floor(quarter), -1.0) / 4)


@_enter("QUARTILE.EXC")
def _quartile_exc(items: Floats, quarter: Lanes) -> Lanes:
    return _percentile_exc(items, np.trunc(quarter) / 4)


def _rank(average: bool) -> Quick:
    def kernel(number: Lanes, items: Floats, order: Lanes = 0.0) -> Lanes:
        alike = np.sum(items == number, axis=0)
        before = np.where(order != 0, np.sum(items < number, axis=0), np.sum(items > number, axis=0))
        found = before + ((alike + 1) / 2 if average else 1.0)
        return np.where(alike > 0, found, np.nan)

    return kernel


_enter("RANK", "RANK.EQ")(_rank(average=False))
_enter("RANK.AVG")(_rank(average=True))


def _products(xs: Floats, ys: Floats) -> tuple[Lanes, Lanes, Lanes]:
    """Return the sums of squares and products of distances from the means; NaN where there are no pairs."""
    if xs.shape != ys.shape:
        nothing = np.full(xs.shape[1:], np.nan)
        return nothing, nothing, nothing
    a, b = xs - np.mean(xs, axis=0), ys - np.mean(ys, axis=0)
    sums = np.sum(a * a, axis=0), np.sum(a * b, axis=0), np.sum(b * b, axis=0)
    large = ~np.isfinite(sums[0] + sums[1] + sums[2])
    xx, xy, yy = (np.where(large, np.nan, found) for found in sums)
    return xx, xy, yy


def _or_unsure(found: Lanes, *sizes: Lanes) -> Lanes:
    """Leave to the function itself where a spread is none, or next to none."""
    return np.where(np.logical_and.reduce([size > 0 for size in sizes]), found, np.nan)


@_enter("SLOPE")
def _slope(ys: Floats, xs: Floats) -> Lanes:
    xx, xy, _ = _products(xs, ys)
    return _or_unsure(xy / xx, xx)


@_enter("INTERCEPT")
def _intercept(ys: Floats, xs: Floats) -> Lanes:
    return np.mean(ys, axis=0) - _slope(ys, xs) * np.mean(xs, axis=0)


@_enter("FORECAST", "FORECAST.LINEAR")
def _forecast(x: Lanes, ys: Floats, xs: Floats) -> Lanes:
    return _intercept(ys, xs) + _slope(ys, xs) * x


@_enter("CORREL", "PEARSON")
def _correl(xs: Floats, ys: Floats) -> Lanes:
    xx, xy, yy = _products(xs, ys)
    return _or_unsure(xy / np.sqrt(xx * yy), xx, yy)


@_enter("RSQ")
def _rsq(ys: Floats, xs: Floats) -> Lanes:
    return _correl(xs, ys) ** 2


@_enter("COVAR", "COVARIANCE.P")
def _covariance_p(xs: Floats, ys: Floats) -> Lanes:
    return _products(xs, ys)[1] / len(xs)


@_enter("COVARIANCE.S")
def _covariance_s(xs: Floats, ys: Floats) -> Lanes:
    return _products(xs, ys)[1] / (len(xs) - 1) if len(xs) > 1 else np.full(xs.shape[1:], np.nan)


# Dates of the 1900 system after its false leap day; the functions themselves answer the others.

_EPOCH = np.datetime64("1899-12-30", "D")
_FIRST, _LAST = 61.0, 2958465.0


def _days(serial: Lanes) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.datetime64]], Lanes]:
    """Return serials as days, and where they are such."""
    floor = np.floor(serial)
    inside = (floor >= _FIRST) & (floor <= _LAST)
    return _EPOCH + np.where(inside, floor, _FIRST).astype("timedelta64[D]"), inside


def _serial(days: Lanes, inside: Lanes) -> Lanes:
    found = (days - _EPOCH).astype(float)
    return np.where(inside & (found >= _FIRST) & (found <= _LAST), found, np.nan)


@_enter("YEAR")
def _year(serial: Lanes) -> Lanes:
    days, inside = _days(serial)
    return np.where(inside, days.astype("datetime64[Y]").astype(float) + 1970, np.nan)


@_enter("MONTH")
def _month(serial: Lanes) -> Lanes:
    days, inside = _days(serial)
    return np.where(inside, days.astype("datetime64[M]").astype(int) % 12 + 1.0, np.nan)


@_enter("DAY")
def _day(serial: Lanes) -> Lanes:
    days, inside = _days(serial)
    return np.where(inside, (days - days.astype("datetime64[M]")).astype(float) + 1, np.nan)


def _moved(serial: Lanes, months: Lanes) -> tuple[Lanes, Lanes, Lanes]:
    """Return days, the month some months on, and where both are in reach."""
    days, inside = _days(serial)
    inside = inside & (np.abs(months) < 120_000)
    step = np.where(inside, np.trunc(months), 0.0).astype("timedelta64[M]")
    return days, days.astype("datetime64[M]") + step, inside


@_enter("EDATE")
def _edate(start: Lanes, months: Lanes) -> Lanes:
    days, month, inside = _moved(start, months)
    first = month.astype("datetime64[D]")
    length = (month + 1).astype("datetime64[D]") - first
    date = np.minimum(days - days.astype("datetime64[M]"), length - 1)
    return _serial(first + date, inside)


@_enter("EOMONTH")
def _eomonth(start: Lanes, months: Lanes) -> Lanes:
    _, month, inside = _moved(start, months)
    return _serial((month + 1).astype("datetime64[D]") - 1, inside)


@_enter("DATE")
def _date(year: Lanes, month: Lanes, day: Lanes) -> Lanes:
    y, m, d = (np.floor(part) for part in (year, month, day))
    inside = (y >= 1900) & (y <= 9999) & (np.abs(m) < 100_000) & (np.abs(d) < 3_000_000)
    y, m, d = (np.where(inside, part, 1.0) for part in (y, m, d))
    months = ((y - 1970) * 12 + m - 1).astype("datetime64[M]")
    return _serial(months.astype("datetime64[D]") + (d - 1).astype("timedelta64[D]"), inside)


@_enter("WEEKDAY")
def _weekday(serial: Lanes, kind: Lanes = 1.0) -> Lanes:
    floor = np.floor(serial)
    inside = (floor >= _FIRST) & (floor <= _LAST) & ((np.floor(kind) == 1) | (np.floor(kind) == 2))
    return np.where(inside, (floor - np.floor(kind)) % 7 + 1, np.nan)


@_enter("DAYS")
def _days_between(end: Lanes, start: Lanes) -> Lanes:
    inside = (end >= _FIRST) & (end < _LAST) & (start >= _FIRST) & (start < _LAST)
    return np.where(inside, np.floor(end) - np.floor(start), np.nan)


# The normal distribution.


def _below(z: Lanes) -> Lanes:
    from scipy.special import erfc  # noqa: PLC0415 -- imported with the first function that asks

    return erfc(-z * np.sqrt(0.5)) / 2


def _inverse(chance: Lanes) -> Lanes:
    from scipy.special import ndtri  # noqa: PLC0415 -- imported with the first function that asks

    return np.where((chance > 0) & (chance < 1), ndtri(chance), np.nan)


@_enter("NORM.INV", "NORMINV")
def _norm_inv(chance: Lanes, mean: Lanes, spread: Lanes) -> Lanes:
    return np.where(spread > 0, mean + spread * _inverse(chance), np.nan)


@_enter("NORM.DIST", "NORMDIST")
def _norm_dist(x: Lanes, mean: Lanes, spread: Lanes, cumulative: Lanes) -> Lanes:
    z = (x - mean) / spread
    found = np.where(cumulative != 0, _below(z), np.exp(-z * z / 2) / (spread * np.sqrt(2 * np.pi)))
    return np.where(spread > 0, found, np.nan)


QUICK["NORM.S.INV"] = QUICK["NORMSINV"] = _inverse
QUICK["NORMSDIST"] = _below
QUICK["NORM.S.DIST"] = lambda z, cumulative: _norm_dist(z, 0.0, 1.0, cumulative)


# Finance. What Excel answers with an error, and rates that Newton's steps do not find, is left over.


def _annuity(kernel: Quick, fails: Quick, most: int) -> Quick:
    def call(*given: Lanes) -> Lanes:
        filled = [*given, *[0.0] * (most - len(given))]
        whole = (*filled[:-1], np.not_equal(filled[-1], 0) * 1.0)
        return np.where(fails(*whole), np.nan, kernel(*whole))

    return call


QUICK["PMT"] = _annuity(finance.payment, lambda rate, periods, *_: (rate <= -1) | (periods == 0), 5)
QUICK["FV"] = _annuity(finance.future, lambda rate, *_: rate <= -1, 5)
QUICK["PV"] = _annuity(finance.present, lambda rate, *_: rate <= -1, 5)
QUICK["SLN"] = lambda cost, salvage, life: (cost - salvage) / life


def _level(kernel: Quick) -> Quick:
    """Return interest or principal of payments at the ends of periods; others are left over."""

    def call(*given: Lanes) -> Lanes:
        filled = [*given, *[0.0] * (6 - len(given))]
        whole, due = filled[:-1], filled[-1]
        left = finance.outside(*whole) | np.not_equal(due, 0)
        return np.where(left, np.nan, kernel(*whole))

    return call


QUICK["IPMT"], QUICK["PPMT"] = _level(finance.interest), _level(finance.principal)


def _years(dates: Floats) -> Floats:
    """Return years from the first of dates (items × lanes), NaN in lanes where one lies before it."""
    days = np.floor(dates)
    early = (days < days[0]).any(axis=0) | (days < 0).any(axis=0)
    return np.where(early, np.nan, (days - days[0]) / 365)


@_enter("XIRR")
def _xirr(flows: Floats, dates: Floats, guess: Lanes = 0.1) -> Lanes:
    years, start = _years(dates), np.broadcast_to(guess, flows.shape[1:])
    likely = (flows > 0).any(axis=0) & (flows < 0).any(axis=0) & (start > -1) & ~np.isnan(years[0])
    found = np.array(start, dtype=float)
    settled = likely & finance.newton(flows, years, found, likely)
    return np.where(settled, found, np.nan)


@_enter("NPV")
def _npv(rate: Lanes, *flows: Floats) -> Lanes:
    amounts = np.concatenate(flows)
    years = np.arange(1.0, len(amounts) + 1)[:, None]
    return np.where(rate == -1, np.nan, finance.added(amounts / finance.compounded(1 + rate, years)))


@_enter("XNPV")
def _xnpv(rate: Lanes, flows: Floats, dates: Floats) -> Lanes:
    worth = finance.added(flows / finance.compounded(1 + rate, _years(dates)))
    return np.where(rate > 0, worth, np.nan)
