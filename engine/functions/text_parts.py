"""Text split, read as numbers, written as numbers, and matched by regular expressions."""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Decimal

from engine.core.values import NA, VALUE, ExcelError, Value
from engine.functions import coerce
from engine.functions.arithmetic import rounded
from engine.functions.expressions import Expression
from engine.functions.operands import Array, Operand, as_rows, each_value
from engine.functions.table import Fault, excel
from engine.functions.text import checked, texts


def _cuts(text: str, delimiters: list[str], *, case: bool, end: bool) -> list[tuple[int, int]]:
    """Return where delimiters stand, as (start, end); an empty one stands in front of everything."""
    if "" in delimiters:
        return [(0, 0)]
    pattern = "|".join(re.escape(mark) for mark in sorted(delimiters, key=len, reverse=True))
    found = [match.span() for match in re.finditer(pattern, text, 0 if case else re.IGNORECASE)]
    return [*found, (len(text), len(text))] if end else found


def _cut(
    text: str, delimiter: Operand, instance: float | None, mode: float, end: float
) -> tuple[int, int] | None:
    number = 1 if instance is None else math.floor(instance)
    marks = list(texts((delimiter,)))
    if number == 0 or abs(number) > len(text) > 0 or mode not in (0, 1) or end not in (0, 1):
        raise Fault(VALUE)
    if text and instance is not None and min(len(mark) for mark in marks) > len(text):
        raise Fault(VALUE)
    if "" in marks:
        return (0, 0) if number > 0 else (len(text), len(text))
    cuts = _cuts(text, marks, case=not mode, end=False)
    if end:
        cuts = [*cuts, (len(text), len(text))] if number > 0 else [(0, 0), *cuts]
    place = number - 1 if number > 0 else number
    return cuts[place] if -len(cuts) <= place < len(cuts) else None


@excel("TEXTBEFORE", "t r n? n? n? e?", correction="several delimiters, negative instances, match to the end")
def textbefore(
    text: str,
    delimiter: Operand,
    instance: float | None = None,
    mode: float = 0.0,
    end: float = 0.0,
    missing: Value = NA,
) -> Value:
    """Return what stands before a delimiter."""
    cut = _cut(text, delimiter, instance, mode, end)
    return ("" if missing is None else missing) if cut is None else text[: cut[0]]


@excel("TEXTAFTER", "t r n? n? n? e?", correction="several delimiters, negative instances, match to the end")
def textafter(
    text: str,
    delimiter: Operand,
    instance: float | None = None,
    mode: float = 0.0,
    end: float = 0.0,
    missing: Value = NA,
) -> Value:
    """Return what stands after a delimiter."""
    cut = _cut(text, delimiter, instance, mode, end)
    return ("" if missing is None else missing) if cut is None else text[cut[1] :]


def _split(text: str, marks: list[str], *, ignore_empty: bool, case: bool) -> list[str]:
    parts, at = [], 0
    for start, end in _cuts(text, marks, case=case, end=True):
        parts.append(text[at:start])
        at = end
    return [part for part in parts if part or not ignore_empty]


@excel(
    "TEXTSPLIT",
    "t r? r? b? n? e?",
    correction="an empty delimiter is #VALUE!, short rows are padded with #N/A",
)
def textsplit(
    text: str,
    columns: Operand = None,
    rows: Operand = None,
    ignore_empty: bool = False,
    mode: float = 0.0,
    padding: Value = NA,
) -> Array:
    """Split a text into columns, and into rows, at delimiters."""
    across = [] if columns is None else list(texts((columns,)))
    down = [] if rows is None else list(texts((rows,)))
    if "" in (text, *across, *down) or not (across or down) or mode not in (0, 1):
        raise Fault(VALUE)
    lines = _split(text, down, ignore_empty=ignore_empty, case=not mode) if down else [text]
    grid: list[list[Value]] = [
        list(_split(line, across, ignore_empty=ignore_empty, case=not mode) if across else [line])
        for line in lines
    ]
    width = max((len(row) for row in grid), default=0)
    if not width:
        raise Fault(VALUE)
    return Array([row + [padding] * (width - len(row)) for row in grid])


@excel("VALUE", "v", correction="thousands, percent, currency, dates and times; a boolean is #VALUE!")
def value_(value: Value) -> float | ExcelError:
    """Return the number that a text stands for."""
    if isinstance(value, bool):
        return VALUE
    return coerce.number(value.strip() if isinstance(value, str) else value)


@excel("NUMBERVALUE", "t t? t?")
def numbervalue(text: str, decimal: str = ".", group: str | None = None) -> float:
    """Return the number that a text stands for with the separators given; spaces are ignored."""
    if "" in (decimal, group) or (group is not None and decimal[0] == group[0]):
        raise Fault(VALUE)
    point, comma = decimal[0], group[0] if group else ","
    bare = re.sub(r"\s", "", text)
    bare, percent = bare.rstrip("%"), len(bare) - len(bare.rstrip("%"))
    whole, mark, part = bare.partition(point)
    if not bare:
        return 0.0
    if comma in part or point in part:
        raise Fault(VALUE)
    number = coerce.plain_number(
        (whole if comma == point else whole.replace(comma, "")) + ("." if mark else "") + part
    )
    if number is None:
        raise Fault(VALUE)
    return float(number / 100**percent)


def _fixed(number: float, decimals: float, *, commas: bool) -> str:
    places = int(decimals)
    if places > 127:
        raise Fault(VALUE)
    value = Decimal(f"{rounded(number, places, ROUND_HALF_UP):.15g}")
    return f"{value:{',' if commas else ''}.{max(places, 0)}f}"


@excel("FIXED", "n n? b?")
def fixed(number: float, decimals: float = 2.0, no_commas: bool = False) -> str:
    """Return a number as text with so many decimals."""
    return checked(_fixed(number, decimals, commas=not no_commas))


@excel("DOLLAR USDOLLAR", "n n?")
def dollar(number: float, decimals: float = 2.0) -> str:
    """Return a number as text in dollars, in parentheses below zero."""
    text = "$" + _fixed(abs(number), decimals, commas=True)
    return f"({text})" if number < 0 else text


def _shown(value: Value, *, strict: bool) -> str:
    if isinstance(value, ExcelError):
        return value.code
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"' if strict else value
    return str(coerce.text(value))


@excel("VALUETOTEXT", "e n?")
def valuetotext(value: Value, strict: float = 0.0) -> str:
    """Return a value as text, in quotes where asked to be strict."""
    if int(strict) not in (0, 1):
        raise Fault(VALUE)
    return _shown(value, strict=bool(int(strict)))


@excel("ARRAYTOTEXT", "a n?")
def arraytotext(operand: Operand, strict: float = 0.0) -> str:
    """Return the values of an array as one text."""
    if int(strict) not in (0, 1):
        raise Fault(VALUE)
    if not int(strict):
        return ", ".join(_shown(value, strict=False) for value in each_value(operand))
    if as_rows(operand) == [[None]]:
        raise Fault(VALUE)
    lines = [",".join(_shown(value, strict=True) for value in row) for row in as_rows(operand)]
    return "{" + ";".join(lines) + "}"


@excel("REGEXTEST", "t t n?", correction="the pattern may stand anywhere in the text")
def regextest(text: str, pattern: str, mode: float = 0.0) -> bool:
    """Whether a regular expression matches a part of a text."""
    return Expression(pattern, mode).matches(text)


@excel("REGEXEXTRACT", "t t n? n?")
def regexextract(text: str, pattern: str, what: float = 0.0, mode: float = 0.0) -> Value | Array:
    """Return the first match of a regular expression (0), all matches (1) or the first one's groups (2)."""
    matches = Expression(pattern, mode).found(text)
    if not matches:
        raise Fault(NA)
    if int(what) == 1:
        return Array([[match.group() for match in matches]])
    if int(what) == 2:
        if not matches[0].groups():
            raise Fault(VALUE)
        return Array([[NA if group is None else group for group in matches[0].groups()]])
    return str(matches[0].group())


@excel("REGEXREPLACE", "t t t n? n?", correction="$1 names a group, and one occurrence may be asked for")
def regexreplace(text: str, pattern: str, new: str, occurrence: float = 0.0, mode: float = 0.0) -> str:
    """Replace what a regular expression matches: all of it (0) or one occurrence, counted back if
    negative.
    """
    matches = Expression(pattern, mode).found(text)
    template = re.sub(r"\$(\d+)", r"\\g<\1>", new.replace("\\", r"\\"))
    place = int(occurrence)
    if abs(place) > len(matches):
        return text
    chosen = matches if place == 0 else [matches[place - 1 if place > 0 else place]]
    parts, at = [], 0
    for match in chosen:
        parts += [text[at : match.start()], match.expand(template)]
        at = match.end()
    return checked("".join([*parts, text[at:]]))
