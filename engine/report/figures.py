"""Numbers as a reader wants them: which format a unit asks for, and figures in a sentence to three digits.

Percentages are stored as fractions (0.05 shows as 5%), money in dollars, as in the workbook.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from statistics import median_high
from typing import Literal, TypeGuard, cast

from engine.core.values import ExcelError, Value

Kind = Literal["money", "percent", "multiple", "year", "date", "text", "number"]
_PERCENT = {"share", "fraction", "rate"}
_MULTIPLE = {"x", "×", "times", "multiple"}
_SCALES = ((1e9, "b", "B"), (1e6, "m", "M"), (1e3, "k", "K"))


def kind_of(unit: str) -> Kind:
    """Return what a unit such as "$/user/month", "% per month", "users" or "x" measures."""
    words = unit.strip().casefold()
    if words.startswith("$") or "usd" in words:
        return "money"
    if "%" in words or words in _PERCENT or words.startswith("share"):
        return "percent"
    if words in _MULTIPLE:
        return "multiple"
    if words in ("year", "date", "text"):
        return cast("Kind", words)
    return "number"


def is_number(value: object) -> TypeGuard[float]:
    """Tell whether a value is a finite number (a boolean is none)."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def numbers_of(values: Iterable[object]) -> list[float]:
    """Return the finite numbers among values, in order."""
    return [float(value) for value in values if is_number(value)]


def column_format(unit: str, values: Iterable[object]) -> str:
    """Return one number format for a whole row or column, with decimals that suit its middle value."""
    found = numbers_of(values)
    largest = median_high([abs(value) for value in found if value] or [0.0])
    whole = all(value == round(value) for value in found)
    kind = kind_of(unit)
    if kind == "money":
        return _money_format(largest, whole)
    if kind == "percent":
        return "percent" if all(round(v, 2) == round(v, 6) for v in found) else _percent_format(largest)
    if kind != "number":
        return {"multiple": "multiple", "year": "year", "date": "date", "text": "text"}[kind]
    return "integer" if whole or largest >= 1000 else _decimals(largest)


def distinct_format(unit: str, values: Iterable[object]) -> str:
    """Return the number format of an axis: like a column's, with decimals enough to tell its values apart.

    A zero on an axis is a figure like the others, where a column shows a dash.
    """
    found = numbers_of(values)
    shown = _distinct(unit, found)
    return _WITH_ZERO.get(shown, shown) if 0.0 in found else shown


def _distinct(unit: str, found: list[float]) -> str:
    shown = column_format(unit, found)
    finer = _FINER.get(kind_of(unit), ())
    names = [name for name, _ in finer]
    start = names.index(shown) if shown in names else 0
    wanted = len(set(found))
    for name, digits in finer[start:]:
        if len({round(value, digits) for value in found}) == wanted:
            return name
    return finer[-1][0] if finer else shown


_WITH_ZERO = {
    "percent": "axis_percent",
    "percent1": "axis_percent1",
    "integer": "axis_number",
    "decimal1": "axis_decimal",
    "decimal2": "axis_decimal2",
    "decimal3": "axis_decimal3",
    "money": "axis_money",
    "money2": "axis_money2",
}
_MONEY_FORMATS = (("money", 0), ("money2", 2), ("money3", 3), ("money4", 4))
_PERCENT_FORMATS = (("percent", 2), ("percent1", 3), ("percent2", 4))
_NUMBER_FORMATS = (("integer", 0), ("decimal1", 1), ("decimal2", 2), ("decimal3", 3), ("factor", 4))
_MULTIPLE_FORMATS = (("multiple", 1), ("multiple2", 2), ("multiple3", 3))
_FINER = {
    "money": _MONEY_FORMATS,
    "percent": _PERCENT_FORMATS,
    "number": _NUMBER_FORMATS,
    "multiple": _MULTIPLE_FORMATS,
}


def shown_width(value: object, number_format: str | None) -> float:
    """Return how many characters wide a figure shows in a plain format, 0 where it is short or no figure."""
    digits = dict((*_MONEY_FORMATS, ("money1", 1), *_NUMBER_FORMATS, ("number", 0)))
    if not is_number(value) or number_format not in digits:
        return 0.0
    sign = 1 if number_format.startswith("money") else 0
    return 1.06 * (len(f"{abs(value):,.{digits[number_format]}f}") + sign + (2 if value < 0 else 1)) + 1


def _percent_format(largest: float) -> str:
    return "percent1" if largest >= 0.01 else "percent2"


def _money_format(largest: float, whole: bool) -> str:
    if largest >= 1000 or (whole and largest >= 100):
        return "money"
    return "money2" if largest >= 0.1 or largest == 0 else ("money3" if largest >= 0.01 else "money4")


def _decimals(largest: float) -> str:
    if largest >= 100:
        return "decimal1"
    return "decimal2" if largest >= 1 else ("decimal3" if largest >= 0.1 else "factor")


def headline_format(unit: str, value: object) -> str:
    """Return the number format that shows one figure to three significant digits."""
    kind = kind_of(unit)
    if kind == "percent":
        return _percent_format(abs(float(value))) if is_number(value) else "percent1"
    if kind in ("multiple", "year", "date", "text") or not is_number(value):
        return column_format(unit, ())
    stem = "money" if kind == "money" else "number"
    size, letter, digits = _scaled(float(value))
    if letter:
        named = f"{stem}_{letter}{digits or ''}"
        return "money_m0" if named == "money_m" else named
    if stem == "number" and float(value) == round(float(value)):
        return "integer"
    plain = ("money", "money2", "money2") if stem == "money" else ("integer", "decimal1", "decimal2")
    return plain[digits] if abs(size) >= 1 or size == 0 else column_format(unit, [value])


def _scaled(value: float) -> tuple[float, str, int]:
    """Return a number in its thousands, the letter for them, and the decimals that leave three digits."""
    rounded = float(f"{value:.3g}")
    letter = ""
    for scale, name, _ in _SCALES:
        if abs(rounded) >= scale:
            rounded, letter = rounded / scale, name
            break
    size = abs(rounded)
    return rounded, letter, 0 if size >= 100 else (1 if size >= 10 else 2)


def text_of(value: Value, unit: str = "", *, with_unit: bool = False) -> str:
    """Return a figure for a sentence: "$5.12", "12.4K", "43.2%" or the error's code."""
    if not is_number(value):
        return _text_of_other(value)
    kind = kind_of(unit)
    number = float(value)
    if kind == "percent":
        return _signed(f"{_trimmed(abs(number) * 100)}%", number)
    if kind == "year":
        return f"{number:.0f}"
    size, letter, digits = _scaled(number)
    shown = f"{abs(size):.{digits}f}" if letter or abs(size) >= 1 else f"{abs(size):.3g}"
    if kind == "money":
        shown = f"{abs(number):.2f}" if not letter and 10 <= size < 100 else shown
        shown = "$" + _money_digits(shown, abs(size), letter)
    else:
        shown = _without_zeros(shown) + ("x" if kind == "multiple" else "")
    suffix = f" {unit}" if with_unit and kind == "number" and unit else ""
    suffix = (
        f"{unit.strip()[1:]}" if with_unit and kind == "money" and unit.strip().startswith("$/") else suffix
    )
    return _signed(shown + letter.upper() + suffix, number)


def _money_digits(shown: str, size: float, letter: str) -> str:
    """Return cents as two digits where there are any: $5.10 and $0.40, but $10 and $1.5M."""
    cents = f"{size:.2f}"
    if not letter and 10 <= size < 100:
        return shown.removesuffix(".00")
    if letter or size >= 10 or cents.endswith(".00") or abs(float(cents) - size) > 1e-9 * size:
        return _without_zeros(shown) if letter or size >= 1 or "." not in shown else shown
    return cents


def stated(label: str, value: Value, unit: str = "") -> str:
    """Return a label with its figure, the unit said once: "Break-even users 13.5K", "Runway 18 months"."""
    known = unit.split("/", maxsplit=1)[0].strip().casefold()
    said = bool(known) and known in label.casefold()
    return f"{label} {text_of(value, unit, with_unit=not said)}"


def titled(label: str, unit: str) -> str:
    """Return a label with its unit in brackets, where there is one that the label does not say."""
    return f"{label} ({unit})" if measures(unit) and unit.casefold() != label.casefold() else label


def headed(label: str, unit: str) -> str:
    """Return a label as a column's head, its unit on a line of its own where the label does not say it."""
    return f"{label}\n{unit}" if measures(unit) and unit.casefold() not in label.casefold() else label


def measures(unit: str) -> bool:
    """Tell whether a unit is worth showing: "text" and "date" say nothing to a reader."""
    return bool(unit) and kind_of(unit) not in ("text", "date", "year")


def inside(label: str) -> str:
    """Return a label as it stands inside a sentence: its first letter small, unless it begins an acronym."""
    return label[:1].lower() + label[1:] if label[1:2].islower() or label[1:2] == " " else label


def _trimmed(value: float) -> str:
    return _without_zeros(
        f"{value:,.0f}" if value >= 100 else (f"{value:.1f}" if value >= 1 else f"{value:.2g}")
    )


def _without_zeros(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def _signed(text: str, number: float) -> str:
    return f"−{text}" if number < 0 else text


def _text_of_other(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "blank"
    return value.code if isinstance(value, ExcelError) else (value if isinstance(value, str) else "n/a")


def between(low: Value, high: Value, unit: str = "") -> str:
    """Return an interval for a sentence: "$4.50–$5.70", or one figure where both ends read the same."""
    first, last = text_of(low, unit), text_of(high, unit)
    return first if first == last else f"{first}–{last}"


def counted(number: int, thing: str, things: str | None = None) -> str:
    """Return a count with its noun: "1 claim", "3 claims"."""
    return f"{number} {thing if number == 1 else things or thing + 's'}"
