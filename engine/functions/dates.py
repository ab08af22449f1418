"""Dates and times: built, taken apart, moved by months, counted.

Serial numbers are of the workbook's own date system; the 1904 system lies 1,462 days behind.
Source: "Date and time functions (reference)", Excel's documentation.
"""

from __future__ import annotations

import calendar
import math

from engine.core.values import NUM, VALUE, ExcelError, Value
from engine.functions.date_text import calendar_of, date_serial, serial_of
from engine.functions.references import Here
from engine.functions.table import Fault, excel

LAST_SERIAL = 2958465
_FIRST_DAY = {1: 1, 2: 2, 11: 2, 12: 3, 13: 4, 14: 5, 15: 6, 16: 7, 17: 1}


def shift(here: Here) -> int:
    """Return how many days the workbook's date system lies behind the 1900 system."""
    return 1462 if here.state.date1904 else 0


def day_number(number: float, here: Here) -> int:
    """Return the day of a serial in the 1900 system; #NUM! outside Excel's dates."""
    day = math.floor(number) + shift(here)
    if not 0 <= day <= LAST_SERIAL:
        raise Fault(NUM)
    return day


def settled(day: float, here: Here) -> float:
    """Return a day of the 1900 system in the workbook's own; #NUM! where it has none."""
    if not shift(here) <= day <= LAST_SERIAL:
        raise Fault(NUM)
    return float(day - shift(here))


def month_start(year: int, month: int) -> int:
    """Return the day number of a month's first day; the month may be any whole number."""
    years, month0 = divmod(month - 1, 12)
    serial = serial_of(year + years, month0 + 1, 1) if 1 <= year + years <= 9999 else None
    if serial is None:
        raise Fault(NUM)
    return int(serial)


def month_days(year: int, month: int) -> int:
    """Return how many days a month has; February 1900 has 29, as in Lotus."""
    return 29 if (year, month) == (1900, 2) else calendar.monthrange(year, month)[1]


def moved_months(day: int, months: int) -> tuple[int, int, int]:
    """Return year, month and day some months on, the day cut to the month's length."""
    year, month, date = calendar_of(day)
    years, month0 = divmod(month - 1 + months, 12)
    year, month = year + years, month0 + 1
    if not 1900 <= year <= 9999:
        raise Fault(NUM)
    return year, month, min(date, month_days(year, month))


def moved(day: int, months: int) -> int:
    """Return the day number some months on."""
    year, month, date = moved_months(day, months)
    return month_start(year, month) + date - 1


@excel("DATE", "n n n", located=True)
def date(here: Here, year: float, month: float, day: float) -> float:
    """Return the serial of a date; years below 1900 count from 1900, months and days may overflow.

    Source of the years that the 1904 date system lacks: Microsoft's article Q175753.
    """
    y = math.floor(year)
    if not 0 <= y <= 9999 or (here.state.date1904 and (y < 4 or 1900 <= y < 1904)):
        raise Fault(NUM)
    start = month_start(y + 1900 if y < 1900 else y, math.floor(month)) if abs(month) < 1e6 else 0
    return settled(start + math.floor(day) - 1, here) if start else _outside()


def _outside() -> float:
    raise Fault(NUM)


@excel("YEAR", "n", located=True)
def year_(here: Here, serial: float) -> float:
    """Return a date's year."""
    return float(calendar_of(day_number(serial, here))[0])


@excel("MONTH", "n", located=True)
def month_(here: Here, serial: float) -> float:
    """Return a date's month."""
    return float(calendar_of(day_number(serial, here))[1])


@excel("DAY", "n", located=True)
def day_(here: Here, serial: float) -> float:
    """Return a date's day of the month."""
    return float(calendar_of(day_number(serial, here))[2])


def _clock(serial: float) -> int:
    if not 0 <= serial <= LAST_SERIAL + 1:
        raise Fault(NUM)
    return round((serial % 1) * 86400) % 86400


@excel("HOUR", "n")
def hour(serial: float) -> float:
    """Return the hour of a time."""
    return float(_clock(serial) // 3600)


@excel("MINUTE", "n")
def minute(serial: float) -> float:
    """Return the minute of a time."""
    return float(_clock(serial) // 60 % 60)


@excel("SECOND", "n")
def second(serial: float) -> float:
    """Return the second of a time."""
    return float(_clock(serial) % 60)


@excel("TIME", "n n n")
def time(hours: float, minutes: float, seconds: float) -> float:
    """Return a time as a fraction of a day; whole days are dropped."""
    parts = [math.floor(part) for part in (hours, minutes, seconds)]
    total = parts[0] * 3600 + parts[1] * 60 + parts[2]
    if total < 0 or max(parts) > 32767:
        raise Fault(NUM)
    return total % 86400 / 86400


@excel("DATEVALUE", "v", located=True, correction="the dates Excel reads in English, without their time")
def datevalue(here: Here, value: Value) -> float | ExcelError:
    """Return the serial of a date written as text."""
    serial = date_serial(value.strip()) if isinstance(value, str) else None
    if serial is None:
        return VALUE
    return settled(math.floor(serial), here) if serial >= 1 else 0.0


@excel("TIMEVALUE", "v")
def timevalue(value: Value) -> float | ExcelError:
    """Return the fraction of a day of a time written as text."""
    serial = date_serial(value.strip()) if isinstance(value, str) else None
    return VALUE if serial is None else serial % 1


@excel("TODAY", volatile=True, located=True)
def today(here: Here) -> float:
    """Return the day that the run is pinned to."""
    return settled(math.floor(here.state.now), here)


@excel("NOW", volatile=True, located=True)
def now(here: Here) -> float:
    """Return the moment that the run is pinned to."""
    return settled(here.state.now, here)


@excel("EDATE", "s s", located=True)
def edate(here: Here, start: float, months: float) -> float:
    """Return the same day some months on."""
    return settled(moved(day_number(start, here), int(months)), here)


@excel("EOMONTH", "s s", located=True)
def eomonth(here: Here, start: float, months: float) -> float:
    """Return the last day of the month some months on."""
    year, month, _ = moved_months(day_number(start, here), int(months))
    return settled(month_start(year, month) + month_days(year, month) - 1, here)


@excel("WEEKDAY", "n n?", located=True)
def weekday(here: Here, serial: float, kind: float = 1.0) -> float:
    """Return the day of the week, counted from the day that ``kind`` says."""
    day = day_number(serial, here)
    if int(kind) == 3:
        return float((day - 2) % 7)
    if int(kind) not in _FIRST_DAY:
        raise Fault(NUM)
    return float((day - _FIRST_DAY[int(kind)]) % 7 + 1)


@excel("WEEKNUM", "s s?", located=True)
def weeknum(here: Here, serial: float, kind: float = 1.0) -> float:
    """Return the week of the year; kind 21 is the ISO week."""
    day = day_number(serial, here)
    if int(kind) == 21:
        return _iso_week(day)
    if int(kind) not in _FIRST_DAY:
        raise Fault(NUM)
    first = month_start(calendar_of(day)[0], 1)
    return float((day - first + (first - _FIRST_DAY[int(kind)]) % 7) // 7 + 1)


@excel("ISOWEEKNUM", "n", located=True)
def isoweeknum(here: Here, serial: float) -> float:
    """Return the ISO week of the year."""
    return _iso_week(day_number(serial, here))


def _iso_week(day: int) -> float:
    thursday = day - (day - 2) % 7 + 3
    if thursday < 1:
        return 52.0
    return float((thursday - month_start(calendar_of(thursday)[0], 1)) // 7 + 1)


@excel("DATEDIF", "n n t", located=True)
def datedif(here: Here, start: float, end: float, unit: str) -> float:
    """Return the whole years, months or days between two dates ("Y", "M", "D", "MD", "YM", "YD")."""
    first, last = day_number(start, here), day_number(end, here)
    if first > last:
        raise Fault(NUM)
    (y1, m1, d1), (y2, m2, d2) = calendar_of(first), calendar_of(last)
    months = (y2 - y1) * 12 + m2 - m1 - (d2 < d1)
    match unit.upper():
        case "Y":
            return float(months // 12)
        case "M":
            return float(months)
        case "D":
            return float(last - first)
        case "YM":
            return float(months % 12)
        case "MD":
            before = month_start(y2, m2 - 1) + d1 - 1
            return float(d2 - d1 if d2 >= d1 else last - before)
        case "YD":
            # Excel moves the later date next to the earlier one, whose year may be a leap year.
            return float(month_start(y1 + ((m2, d2) < (m1, d1)), m2) + d2 - 1 - first)
    raise Fault(NUM)
