"""What a cell's XML stores, as a value: ECMA-376 Part 1, 18.18.11 (ST_CellType)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

from engine.core.values import ExcelError, Value
from engine.workbook.text import text_of_xml, unescape

_EPOCH_1900 = datetime.datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's dates know no time zone
_EPOCH_1904 = datetime.datetime(1904, 1, 1)  # noqa: DTZ001 - Excel's dates know no time zone
_LEAP_BUG = 61.0  # serial of 1 March 1900: earlier ones count no 29 February 1900, which Excel has at 60


class BadCell(Exception):
    """A cell's XML that no spreadsheet program writes; the text completes "the part … ", or "holds … "."""


class AbsurdCell(BadCell):
    """A cell that would cost absurd memory to evaluate; the text completes "its part … "."""


class ValueReader:
    """Decodes a cell's v by the cell's t, with the workbook's shared strings and date system."""

    def __init__(self, strings: Sequence[str], *, date1904: bool) -> None:
        self._strings = strings
        self._date1904 = date1904

    def decode(self, kind: str | None, text: str) -> Value:
        """Return the value, None where a number or error is empty; raise BadCell for nonsense."""
        if kind is None or kind == "n":
            return _number(text)
        if kind == "s":
            return self._shared(text)
        if kind in {"str", "inlineStr"}:
            return unescape(text)
        text = text.strip()
        if kind == "b":
            return text.lower() in {"1", "true"}
        if kind == "e":
            return ExcelError(text) if text else None
        if kind == "d":
            return self._date(text)
        raise BadCell(f"a value of unknown type {kind!r}")

    def decoded(self, kind: str, texts: Sequence[bytes]) -> list[Value]:
        """Return the values of cells of one type from their XML; raise BadCell where one is nonsense."""
        if kind == "s":
            try:
                return [*self._all_shared(list(map(int, texts)))]
            except ValueError:
                pass  # what is empty is no value, and what is nonsense is told one by one
        return [self.decode(kind, text_of_xml(text)) for text in texts]

    def _all_shared(self, places: Sequence[int]) -> Iterator[str]:
        if places and not 0 <= min(places) <= max(places) < len(self._strings):
            raise ValueError
        return map(self._strings.__getitem__, places)

    def _shared(self, text: str) -> str | None:
        if not text:
            return None
        try:
            index = int(text)
            if index < 0:
                raise IndexError
            return self._strings[index]
        except (ValueError, IndexError):
            count = len(self._strings)
            raise BadCell(f"shared string {text!r} of {count:,}") from None

    def _date(self, text: str) -> float | None:
        if not text:
            return None
        try:
            if ":" in text[:4]:
                return _part_of_day(datetime.time.fromisoformat(text))
            moment = datetime.datetime.fromisoformat(text).replace(tzinfo=None)
        except ValueError:
            raise BadCell(f"the date {text!r}") from None
        days = (moment - (_EPOCH_1904 if self._date1904 else _EPOCH_1900)) / datetime.timedelta(days=1)
        return days - 1.0 if not self._date1904 and days < _LEAP_BUG else days


def _part_of_day(time: datetime.time) -> float:
    return (time.hour * 3600 + time.minute * 60 + time.second + time.microsecond / 1e6) / 86400


def _number(text: str) -> float | None:
    try:
        number = float(text)
        # "nan", "inf" and "1_000" are Python's numbers and no one else's.
        if number - number == 0.0 and "_" not in text:
            return number
    except ValueError:
        if not text.strip():
            return None
    raise BadCell(f"the number {text!r}")
