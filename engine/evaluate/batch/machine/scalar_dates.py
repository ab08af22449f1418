"""The date functions of the compiled backend (see ``scalar_kernels``): serials of the 1900 system.

After its false leap day alone, as their namesakes in ``quick``; what lies before is NaN. Days and months are
Hinnant's ("chrono-Compatible Low-Level Date Algorithms").
"""
# ruff: noqa: D103 -- each kernel is its namesake in ``quick_dates``; a comparison with NaN is false
# mypy: disable-error-code="no-untyped-def,no-untyped-call,untyped-decorator,misc,type-var"

from __future__ import annotations

import math

import numpy as np
from numba import njit

_kernel = njit(error_model="numpy")

# Days from 0000-03-01, where a cycle of 400 years begins, to the serial 0.
_ZERO = 693_899
_CYCLE = 146_097


@_kernel
def _is_day(serial):
    return serial >= 61.0 and serial < 2_958_466.0


@_kernel
def _of_months(months):
    """Return the serial of the first day of a month, months counted from January of year 0."""
    year, month = months // 12, months % 12
    year, month = (year, month - 2) if month > 1 else (year - 1, month + 10)
    cycle, past = year // 400, year % 400
    return cycle * _CYCLE + past * 365 + past // 4 - past // 100 + (153 * month + 2) // 5 - _ZERO


@_kernel
def _parts(serial):
    """Return the month of a serial, counted from January of year 0, and its days after the first."""
    day = math.floor(serial) + _ZERO
    cycle, past = day // _CYCLE, day % _CYCLE
    year = (past - past // 1460 + past // 36_524 - past // 146_096) // 365
    rest = past - (365 * year + year // 4 - year // 100)
    month = (5 * rest + 2) // 153
    return (year + cycle * 400) * 12 + month + 2, rest - (153 * month + 2) // 5


@_kernel
def _within(serial):
    return float(serial) if serial >= 61 and serial <= 2_958_465 else np.nan


@_kernel
def date_year(serial):
    return float(_parts(serial)[0] // 12) if _is_day(serial) else np.nan


@_kernel
def date_month(serial):
    return _parts(serial)[0] % 12 + 1.0 if _is_day(serial) else np.nan


@_kernel
def date_day(serial):
    return _parts(serial)[1] + 1.0 if _is_day(serial) else np.nan


@_kernel
def edate(serial, months):
    if not (_is_day(serial) and abs(months) < 120_000.0):
        return np.nan
    month, day = _parts(serial)
    month += int(months)
    first, following = _of_months(month), _of_months(month + 1)
    return _within(first + min(day, following - first - 1))


@_kernel
def eomonth(serial, months):
    if not (_is_day(serial) and abs(months) < 120_000.0):
        return np.nan
    return _within(_of_months(_parts(serial)[0] + int(months) + 1) - 1)


@_kernel
def date_of(year, month, day):
    if not (year >= 1900.0 and year < 10_000.0 and abs(month) < 99_999.0 and abs(day) < 2_999_999.0):
        return np.nan
    return _within(_of_months(math.floor(year) * 12 + math.floor(month) - 1) + math.floor(day) - 1)


@_kernel
def weekday(serial, kind):
    if not (_is_day(serial) and kind >= 1.0 and kind < 3.0):
        return np.nan
    return (math.floor(serial) - math.floor(kind)) % 7 + 1.0


@_kernel
def days_between(end, start):
    inside = end >= 61.0 and end < 2_958_465.0 and start >= 61.0 and start < 2_958_465.0
    return float(math.floor(end) - math.floor(start)) if inside else np.nan
