"""Serial numbers of dates and times, and the dates that Excel reads in text (English).

Whether "3/4/2024" is 4 March or 3 April is a setting of the computer's region: month first unless ``reading``
says otherwise.

The 1900 system counts 29 February 1900, a day that never was, as Lotus did: serial 60. Source: "Differences
between the 1900 and the 1904 date system", Excel's documentation.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_EPOCH = datetime.date(1899, 12, 30).toordinal()
DAYS_TO_1904 = 1462.0  # from the first day of the 1900 system to that of the 1904 system
_TIME = re.compile(r"(?i)(\d{1,4})(?::(\d{0,4}))?(?::(\d{0,4}))?(\.\d*)?(?:\s+(am|pm|a|p))?\Z")
_DAY_AND_TIME = re.compile(r"(?i)(.*\S)\s+(\d{1,4}(?::.*|\s+[ap]m?))\Z", re.DOTALL)
_TIME_AND_DAY = re.compile(r"(?i)(\d{1,4}:\S*(?:\s+[ap]m?)?)\s+(.*)\Z", re.DOTALL)
_NUMERIC = re.compile(r"(\d{1,4})[-/](\d{1,2})[-/](\d{1,4})\Z")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{2}|\d{4})\Z")
_PAIR = re.compile(r"(\d{1,2})[-/](\d{1,2}|\d{4})\Z")
_NAMED = re.compile(r"(?i)(?:(\d{1,2})[-/ ]*)?([a-z]{3,9})\.?[-/ ]*(?:(\d{1,2}),?[-/ ]+)?(\d{1,4})?\Z")


@dataclass
class DateOrder:
    """How dates in text are read; ``matters`` once a text was met that the other order reads otherwise.

    ``year`` is the year of a date that names none, ``date1904`` the system of the workbook, ``dated`` whether
    a date in text was met.
    """

    day_first: bool = False
    year: int = 1900
    matters: bool = False
    date1904: bool = False
    dated: bool = False


_ORDER: ContextVar[DateOrder | None] = ContextVar("date order", default=None)


@contextmanager
def reading(*, day_first: bool, now: float, date1904: bool = False) -> Iterator[DateOrder]:
    """Read dates in text in an order of day and month, and in the year of ``now``, for the calls inside."""
    order = DateOrder(day_first, calendar_of(now)[0], date1904=date1904)
    token = _ORDER.set(order)
    try:
        yield order
    finally:
        _ORDER.reset(token)


def serial_of(year: int, month: int, day: int) -> float | None:
    """Return the 1900-system serial of a calendar date, or None where Excel has no such date."""
    if (year, month, day) == (1900, 2, 29):
        return 60.0
    try:
        ordinal = datetime.date(year, month, day).toordinal() - _EPOCH
    except ValueError:
        return None
    serial = ordinal - 1 if ordinal < 61 else ordinal
    return float(serial) if serial >= 0 and year <= 9999 else None


def calendar_of(serial: float) -> tuple[int, int, int]:
    """Return year, month and day of a 1900-system serial; 0 is "0 January 1900", 60 is 29 February 1900."""
    days = int(serial // 1)
    if days == 60:
        return 1900, 2, 29
    if days == 0:
        return 1900, 1, 0
    date = datetime.date.fromordinal(_EPOCH + days + (1 if days < 60 else 0))
    return date.year, date.month, date.day


def date_serial(text: str) -> float | None:
    """Return the serial that a typed date, time, or both in either order stands for, or None.

    Blanks may follow it, and not stand before it.
    """
    if text != text.lstrip():
        return None
    text = text.rstrip()
    clock = time_fraction(text)
    if clock is not None:
        return clock
    day, clock = _parted(text)
    found = _day(day)
    return None if found is None else found + clock


def _parted(text: str) -> tuple[str, float]:
    """Return the date in a text, and the time that stands after or before it."""
    for pattern, day, time in ((_DAY_AND_TIME, 1, 2), (_TIME_AND_DAY, 2, 1)):
        match = pattern.match(text)
        clock = time_fraction(match[time]) if match else None
        if match and clock is not None:
            return match[day], clock
    return text, 0.0


def typed_serial(text: str) -> float | None:
    """Return the serial that arithmetic takes a text for, in the date system of the workbook, or None."""
    serial = date_serial(text)
    order = _ORDER.get()
    if serial is None or order is None or time_fraction(text) is not None:
        return serial
    order.dated = True
    if not order.date1904:
        return serial
    return serial - DAYS_TO_1904 if serial >= DAYS_TO_1904 else None


def time_fraction(text: str) -> float | None:
    """Return the fraction of a day of "13:30", "1:30:15 PM", "5 PM" or "12:30.5" (minutes), or None.

    One part may be beyond its usual range ("0:90"), where no half of the day is named.
    """
    match = _TIME.match(text.strip())
    if match is None or (match[2] is None and (match[4] or not match[5])):
        return None
    hours, minutes, seconds = int(match[1]), int(match[2] or 0), float((match[3] or "0") + (match[4] or ""))
    if match[4] and match[3] is None:
        hours, minutes, seconds = 0, hours, minutes + seconds
    half = (match[5] or "").lower()[:1]
    beyond = (hours > 23) + (minutes > 59) + (seconds >= 60)
    if beyond > 1 or (half and (beyond or hours > 12)):
        return None
    if half:
        hours = hours % 12 + (12 if half == "p" else 0)
    return (hours * 3600 + minutes * 60 + seconds) / 86400


def _year(text: str) -> int:
    year = int(text)
    if len(text) > 2:
        return year
    return year + (2000 if year < 30 else 1900)


def _by_order(year: int, first: int, second: int) -> float | None:
    order = _ORDER.get()
    if order is None:
        return serial_of(year, first, second)
    month_first, day_first = serial_of(year, first, second), serial_of(year, second, first)
    order.matters = order.matters or month_first != day_first
    return day_first if order.day_first else month_first


def _without_year(first: int, second: str, order: DateOrder) -> float | None:
    """Read two numbers as a day of this year, or where they are none, as the first of a month."""
    if len(second) == 4:
        return serial_of(int(second), first, 1)
    month_first, day_first = (
        serial_of(order.year, month, day) for month, day in ((first, int(second)), (int(second), first))
    )
    if int(second) > 31:
        month_first = day_first = serial_of(_year(second), first, 1)
    order.matters = order.matters or month_first != day_first
    return day_first if order.day_first else month_first


def _named_month(month: int, day: str | None, last: str | None, order: DateOrder) -> float | None:
    """Read a month's name with a day, a year or both; without a year the day is one of this year."""
    if day is not None:
        return serial_of(_year(last) if last else order.year, month, int(day))
    if last is None:
        return None
    if len(last) == 1:
        return serial_of(order.year, month, int(last))
    of_month = serial_of(_year(last), month, 1)
    of_year = serial_of(order.year, month, int(last)) if len(last) == 2 else None
    if of_year is None:
        return of_month
    order.matters = True
    return of_month if order.day_first else of_year


def _day(text: str) -> float | None:
    text = text.strip()
    order = _ORDER.get() or DateOrder()
    dotted = _DOTTED.match(text)
    if dotted:  # a date where the day comes first, a text where the month does
        order.matters = True
        date = serial_of(_year(dotted[3]), int(dotted[2]), int(dotted[1]))
        return date if order.day_first else None
    pair = _PAIR.match(text)
    if pair:
        return _without_year(int(pair[1]), pair[2], order)
    match = _NUMERIC.match(text)
    if match:
        first, second, third = match.groups()
        if len(first) == 4:
            return serial_of(int(first), int(second), int(third))
        return _by_order(_year(third), int(first), int(second))
    match = _NAMED.match(text)
    if match is None or match[2][:3].lower() not in _MONTHS or (match[1] and match[3]):
        return None
    month = _MONTHS.index(match[2][:3].lower()) + 1
    return _named_month(month, match[1] or match[3], match[4], order)
