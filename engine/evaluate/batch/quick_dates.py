"""Vector kernels of dates, numbers alone (see ``quick``).

They know the 1900 system after its false leap day; the functions themselves answer the others.
"""

from __future__ import annotations

import numpy as np

from engine.evaluate.batch.quick import enter
from engine.evaluate.batch.ties import Lanes

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


@enter("YEAR")
def _year(serial: Lanes) -> Lanes:
    days, inside = _days(serial)
    return np.where(inside, days.astype("datetime64[Y]").astype(float) + 1970, np.nan)


@enter("MONTH")
def _month(serial: Lanes) -> Lanes:
    days, inside = _days(serial)
    return np.where(inside, days.astype("datetime64[M]").astype(int) % 12 + 1.0, np.nan)


@enter("DAY")
def _day(serial: Lanes) -> Lanes:
    days, inside = _days(serial)
    return np.where(inside, (days - days.astype("datetime64[M]")).astype(float) + 1, np.nan)


def _moved(serial: Lanes, months: Lanes) -> tuple[Lanes, Lanes, Lanes]:
    """Return days, the month some months on, and where both are in reach."""
    days, inside = _days(serial)
    inside = inside & (np.abs(months) < 120_000)
    step = np.where(inside, np.trunc(months), 0.0).astype("timedelta64[M]")
    return days, days.astype("datetime64[M]") + step, inside


@enter("EDATE")
def _edate(start: Lanes, months: Lanes) -> Lanes:
    days, month, inside = _moved(start, months)
    first = month.astype("datetime64[D]")
    length = (month + 1).astype("datetime64[D]") - first
    date = np.minimum(days - days.astype("datetime64[M]"), length - 1)
    return _serial(first + date, inside)


@enter("EOMONTH")
def _eomonth(start: Lanes, months: Lanes) -> Lanes:
    _, month, inside = _moved(start, months)
    return _serial((month + 1).astype("datetime64[D]") - 1, inside)


@enter("DATE")
def _date(year: Lanes, month: Lanes, day: Lanes) -> Lanes:
    y, m, d = (np.floor(part) for part in (year, month, day))
    inside = (y >= 1900) & (y <= 9999) & (np.abs(m) < 100_000) & (np.abs(d) < 3_000_000)
    y, m, d = (np.where(inside, part, 1.0) for part in (y, m, d))
    months = ((y - 1970) * 12 + m - 1).astype("datetime64[M]")
    return _serial(months.astype("datetime64[D]") + (d - 1).astype("timedelta64[D]"), inside)


@enter("WEEKDAY")
def _weekday(serial: Lanes, kind: Lanes = 1.0) -> Lanes:
    floor = np.floor(serial)
    inside = (floor >= _FIRST) & (floor <= _LAST) & ((np.floor(kind) == 1) | (np.floor(kind) == 2))
    return np.where(inside, (floor - np.floor(kind)) % 7 + 1, np.nan)


@enter("DAYS")
def _days_between(end: Lanes, start: Lanes) -> Lanes:
    inside = (end >= _FIRST) & (end < _LAST) & (start >= _FIRST) & (start < _LAST)
    return np.where(inside, np.floor(end) - np.floor(start), np.nan)
