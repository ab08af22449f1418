"""Serial numbers written as dates, times and elapsed time."""

from __future__ import annotations

from engine.core.values import VALUE
from engine.functions.date_text import calendar_of
from engine.functions.number_format import Token
from engine.functions.table import Fault

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


def clock_text(serial: float, tokens: tuple[Token, ...]) -> str:
    """Return a serial number as the tokens of a date or time format ask; #VALUE! outside Excel's dates."""
    places = max((len(token.text) - 1 for token in tokens if token.kind == "fraction"), default=0)
    if serial < 0 or serial >= 2958466:
        raise Fault(VALUE)
    ticks = round(serial * 86400 * 10**places)
    seconds, fraction = divmod(ticks, 10**places)
    days, clock = divmod(seconds, 86400)
    half = any(token.kind == "half" for token in tokens)
    minutes = _minute_places(tokens)
    out = []
    for i, token in enumerate(tokens):
        if token.kind == "elapsed":
            unit = {"h": 3600, "m": 60, "s": 1}[token.text[0]]
            out.append(str(seconds // unit).zfill(len(token.text)))
        elif token.kind == "fraction":
            out.append("." + str(fraction).zfill(places)[: len(token.text) - 1])
        elif token.kind == "half":
            out.append(_half(token.text, clock))
        elif token.kind == "clock" and (token.text[0] in "hs" or i in minutes):
            out.append(_time(token.text, clock, half=half))
        elif token.kind == "clock":
            out.append(_date(token.text, days))
        else:
            out.append(token.text)
    return "".join(out)


def _minute_places(tokens: tuple[Token, ...]) -> set[int]:
    """Return which "m" mean minutes: those after hours or before seconds."""
    units = [(i, t.text[0]) for i, t in enumerate(tokens) if t.kind in ("clock", "elapsed")]
    found = set()
    for place, (i, unit) in enumerate(units):
        before = units[place - 1][1] if place else ""
        after = units[place + 1][1] if place + 1 < len(units) else ""
        if unit == "m" and len(tokens[i].text) < 3 and (before == "h" or after == "s"):
            found.add(i)
    return found


def _half(text: str, clock: int) -> str:
    morning = clock < 43200
    if len(text) > 3:
        return "AM" if morning else "PM"
    return text[0] if morning else text[2]


def _time(code: str, clock: int, *, half: bool) -> str:
    hours, minutes, seconds = clock // 3600, clock // 60 % 60, clock % 60
    if half:
        hours = (hours - 1) % 12 + 1
    number = {"h": hours, "m": minutes, "s": seconds}[code[0]]
    return str(number).zfill(min(len(code), 2))


def _date(code: str, days: int) -> str:
    year, month, day = calendar_of(days)
    if code[0] in "ye":
        return f"{year % 100:02d}" if len(code) < 3 and code[0] == "y" else f"{year:04d}"
    if code[0] == "b":
        return f"{(year + 543) % 100:02d}" if len(code) < 3 else f"{year + 543:04d}"
    if code[0] == "g":
        return ""
    if code[0] == "m":
        name = _MONTHS[month - 1]
        return {1: str(month), 2: f"{month:02d}", 3: name[:3], 5: name[0]}.get(len(code), name)
    name = _DAYS[(days - 1) % 7]
    return {1: str(day), 2: f"{day:02d}", 3: name[:3]}.get(len(code), name)
