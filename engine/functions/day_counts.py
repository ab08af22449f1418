"""Day counts between dates: DAYS, DAYS360, YEARFRAC, and working days.

Sources: Excel's documentation; for YEARFRAC D. A. Wheeler, "YEARFRAC Incompatibilities between Excel 2007 and
OOXML" (2008), which measured what Excel computes for each basis.
"""

from __future__ import annotations

import calendar
from functools import lru_cache

import numpy as np

from engine.core.values import NUM, VALUE, ExcelError, Value
from engine.functions import coerce
from engine.functions.date_text import calendar_of
from engine.functions.dates import day_number, month_days, settled
from engine.functions.operands import Operand, Reference, each_value
from engine.functions.references import Here
from engine.functions.table import Fault, excel

Date = tuple[int, int, int]
_ORIGIN = np.datetime64("1899-12-30")
_WEEKENDS = {
    1: "1111100", 2: "0111110", 3: "0011111", 4: "1001111", 5: "1100111", 6: "1110011", 7: "1111001",
    11: "1111110", 12: "0111111", 13: "1011111", 14: "1101111", 15: "1110111", 16: "1111011", 17: "1111101",
}  # fmt: skip


@excel("DAYS", "n n", located=True)
def days(here: Here, end: float, start: float) -> float:
    """Return the days from one date to another."""
    return float(day_number(end, here) - day_number(start, here))


def _last_of_february(date: Date) -> bool:
    return date[1] == 2 and date[2] == month_days(date[0], 2)


def days_30e(start: Date, end: Date) -> int:
    """Return the days between two dates by 30E/360: both ends at most 30."""
    return (end[0] - start[0]) * 360 + (end[1] - start[1]) * 30 + min(end[2], 30) - min(start[2], 30)


def days_30us(start: Date, end: Date) -> int:
    """Return the days between two dates by US (NASD) 30/360, the last day of February being a 30th."""
    first, last = start[2], end[2]
    if _last_of_february(start):
        last = 30 if _last_of_february(end) else last
        first = 30
    if last == 31 and first >= 30:
        last = 30
    first = min(first, 30)
    return (end[0] - start[0]) * 360 + (end[1] - start[1]) * 30 + last - first


@excel("DAYS360", "n n b?", located=True)
def days360(here: Here, start: float, end: float, european: bool = False) -> float:
    """Return the days between two dates in a year of 360 days."""
    # A moment before midnight counts as the next day.
    first, last = (calendar_of(day_number(serial + 0.5 / 86400, here)) for serial in (start, end))
    if european:
        return float(days_30e(first, last))
    # Unlike YEARFRAC, DAYS360 leaves the end of February as it is where it is the second date.
    from_day = 30 if first[2] == 31 or _last_of_february(first) else first[2]
    to_day = 30 if last[2] == 31 and from_day == 30 else last[2]
    return float((last[0] - first[0]) * 360 + (last[1] - first[1]) * 30 + to_day - from_day)


def _actual_year(first: int, last: int) -> float:
    """Return the length of year that basis 1 divides by."""
    start, end = calendar_of(first), calendar_of(last)
    if start[0] == end[0] or (start[0] + 1 == end[0] and start[1:] >= end[1:]):
        if start[0] == end[0]:
            return 366.0 if calendar.isleap(start[0]) else 365.0
        leap = (calendar.isleap(start[0]) and start[1:] <= (2, 29)) or (
            calendar.isleap(end[0]) and end[1:] >= (2, 29)
        )
        return 366.0 if leap else 365.0
    years = range(start[0], end[0] + 1)  # 1900 has 365 days here
    return (365 * len(years) + sum(map(calendar.isleap, years))) / len(years)


def year_fraction(first: int, last: int, basis: int) -> float:
    """Return the years between two day numbers by a day count basis: 30/360, actual, /360, /365, 30E/360."""
    if first > last:
        first, last = last, first
    if basis == 0:
        return days_30us(calendar_of(first), calendar_of(last)) / 360
    if basis == 1:
        return (last - first) / _actual_year(first, last) if first != last else 0.0
    if basis in (2, 3):
        return (last - first) / (360 if basis == 2 else 365)
    if basis == 4:
        return days_30e(calendar_of(first), calendar_of(last)) / 360
    raise Fault(NUM)


@excel(
    "YEARFRAC", "e e e?", located=True, correction="basis 0 at the end of February, basis 1 across leap years"
)
def yearfrac(here: Here, start: Value, end: Value, basis: Value = 0.0) -> float:
    """Return the fraction of a year between two dates."""
    kind = int(_strict(basis))  # Excel looks at the basis first
    if not 0 <= kind <= 4:
        raise Fault(NUM)
    first, last = _strict(start), _strict(end)
    return year_fraction(day_number(first, here), day_number(last, here), kind)


def _strict(value: Value) -> float:
    number = coerce.strict_number(value)
    if isinstance(number, ExcelError):
        raise Fault(number)
    return number


def _weekmask(weekend: Value) -> str:
    if isinstance(weekend, str):
        if len(weekend) != 7 or set(weekend) - {"0", "1"} or weekend == "1111111":
            raise Fault(VALUE)
        return weekend.translate(str.maketrans("01", "10"))
    number = coerce.number(weekend)
    if isinstance(number, ExcelError) or int(number) not in _WEEKENDS:
        raise Fault(NUM)
    return _WEEKENDS[int(number)]


def _holidays(operand: Operand, here: Here) -> tuple[int, ...]:
    found = []
    for value in each_value(operand):
        if isinstance(operand, Reference) and value is None:
            continue
        number = coerce.number(value)
        if isinstance(number, ExcelError):
            raise Fault(number)
        found.append(day_number(number, here))
    return tuple(found)


@lru_cache(maxsize=256)
def _calendar(weekmask: str, holidays: tuple[int, ...]) -> np.busdaycalendar:
    return np.busdaycalendar(weekmask, [_ORIGIN + day for day in holidays])


def _workdays_between(first: int, last: int, working: np.busdaycalendar) -> float:
    sign = 1 if first <= last else -1
    low, high = min(first, last), max(first, last)
    return float(sign * np.busday_count(_ORIGIN + low, _ORIGIN + high + 1, busdaycal=working))


@excel("NETWORKDAYS", "n n r?", located=True)
def networkdays(here: Here, start: float, end: float, holidays: Operand = None) -> float:
    """Count the working days from one date to another, both included."""
    return networkdays_intl(here, start, end, 1.0, holidays)


@excel("NETWORKDAYS.INTL", "n n w? r?", located=True)
def networkdays_intl(
    here: Here, start: float, end: float, weekend: Value = 1.0, holidays: Operand = None
) -> float:
    """Count the working days from one date to another, with weekends of one's own."""
    if isinstance(weekend, str) and weekend == "1111111":
        return 0.0
    free = () if holidays is None else _holidays(holidays, here)
    working = _calendar(_weekmask(1.0 if weekend is None else weekend), free)
    return _workdays_between(day_number(start, here), day_number(end, here), working)


@excel("WORKDAY", "n n r?", located=True)
def workday(here: Here, start: float, count: float, holidays: Operand = None) -> float:
    """Return the date some working days on."""
    return workday_intl(here, start, count, 1.0, holidays)


@excel("WORKDAY.INTL", "n n w? r?", located=True)
def workday_intl(
    here: Here, start: float, count: float, weekend: Value = 1.0, holidays: Operand = None
) -> float:
    """Return the date some working days on, with weekends of one's own."""
    first, steps = day_number(start, here), int(count)
    if steps == 0:
        return settled(first, here)
    free = () if holidays is None else _holidays(holidays, here)
    working = _calendar(_weekmask(1.0 if weekend is None else weekend), free)
    roll = "backward" if steps > 0 else "forward"
    reached = np.busday_offset(_ORIGIN + first, steps, roll=roll, busdaycal=working)  # type: ignore[call-overload]  # numpy's stubs know literal rolls only
    return settled(float((reached - _ORIGIN).astype(int)), here)
