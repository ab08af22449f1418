"""Excel's conversions between numbers, text and booleans, and its order of values.

Sources: Excel's documentation ("Calculation operators and precedence", "Floating-point arithmetic may give
inaccurate results in Excel") and the values that Excel stores.
"""

from __future__ import annotations

import re
from decimal import Decimal

from engine.core.values import NUM, VALUE, ExcelError, Value
from engine.functions.collation import folded, text_order
from engine.functions.date_text import typed_serial

LARGEST = 1.797693134862315e308

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\Z")
_DIGIT = re.compile(r"\d")
_CURRENCIES = frozenset("$€")
_FRACTION = re.compile(r"(\d+) (\d{1,5})/(\d{1,5})\Z")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d*)?\Z")


def number(value: Value) -> float | ExcelError:
    """Return a value as arithmetic takes it: blank is 0, TRUE is 1, numeric text is its number."""
    if type(value) is float:
        return value
    if value is None:
        return 0.0
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        return text_number(value)
    return value


def strict_number(value: Value) -> float | ExcelError:
    """Return a value as functions of the Analysis ToolPak take it: as ``number``, but a boolean is
    #VALUE!.
    """
    return VALUE if isinstance(value, bool) else number(value)


def text_number(text: str) -> float | ExcelError:
    """Return the number that a text stands for as Excel reads typed text, or #VALUE!."""
    if _DIGIT.search(text) is None:
        return VALUE
    bare = text.strip(" \u00a0")
    if _NUMBER.match(bare):
        result = float(bare)
        return result if abs(result) <= LARGEST else VALUE
    marked = _marked_number(bare)
    if marked is not None:
        return marked
    serial = typed_serial(text)
    return VALUE if serial is None else serial


def plain_number(text: str) -> float | None:
    """Return the number that a text stands for, dates and times left aside, or None."""
    number = float(text) if _NUMBER.match(text) else _marked_number(text)
    return number if number is not None and abs(number) <= LARGEST else None


def _marked_number(text: str) -> float | None:
    """Read percent, currency, thousands and parentheses: "12.5%", "$1,234.50", "(3)"."""
    sign = 1.0
    if text.startswith("(") and text.endswith(")"):
        sign, text = -1.0, text[1:-1]
        if text[:1] in ("+", "-"):
            return None
    scale = 1.0
    while text.endswith("%"):
        scale, text = scale / 100, text[:-1].rstrip()
    signed = bool(text) and text[0] in "+-"
    if signed:
        sign, text = sign * (-1.0 if text[0] == "-" else 1.0), text[1:].lstrip()
    if text[:1] in _CURRENCIES or text[-1:] == "€":
        text = (text[:-1] if text[-1] == "€" else text[1:]).strip()
        if text[:1] in "+-" and text and not signed:
            sign, text = sign * (-1.0 if text[0] == "-" else 1.0), text[1:]
    fraction = _FRACTION.match(text)
    if fraction and float(fraction[3]):
        return sign * (float(fraction[1]) + float(fraction[2]) / float(fraction[3])) * scale
    if _GROUPED.match(text):
        text = text.replace(",", "")
    return sign * float(text) * scale if _NUMBER.match(text) and text[:1] not in "+-" else None


def text(value: Value) -> str | ExcelError:
    """Return a value as text functions take it: blank is "", TRUE is "TRUE", numbers as General shows
    them.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, ExcelError):
        return value
    return general(value)


def general(value: float) -> str:
    """Return a number as Excel joins it to text: at most 15 significant digits, no padding."""
    if value == 0:
        return "0"
    digits = f"{value:.15g}"
    if "e" not in digits and len(digits) <= 21:
        return digits
    fixed = format(Decimal(digits), "f")
    if len(fixed.lstrip("-")) <= 21:
        return fixed
    mantissa, _, exponent = f"{value:.14e}".partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}E{exponent[0]}{exponent[1:].zfill(2)}"


def boolean(value: Value) -> bool | ExcelError:
    """Return a value as a condition: 0 and blank are FALSE, other numbers TRUE, "true" / "false" as words."""
    if isinstance(value, (bool, ExcelError)):
        return value
    if value is None:
        return False
    if isinstance(value, str):
        word = value.strip().upper()
        return word == "TRUE" if word in ("TRUE", "FALSE") else VALUE
    return value != 0.0


def finite(value: float) -> float | ExcelError:
    """Return a result, or #NUM! where it is beyond Excel's numbers or no number."""
    return value if -LARGEST <= value <= LARGEST else NUM


def same_number(left: float, right: float) -> bool:
    """Whether Excel calls two numbers equal: alike in their first 15 significant digits."""
    if left == right:
        return True
    if abs(left - right) > 1e-14 * max(abs(left), abs(right)):
        return False
    return f"{left:.14e}" == f"{right:.14e}"


def ordering(left: Value, right: Value) -> int | ExcelError:
    """Order two values as Excel does: numbers before text before booleans; return -1, 0 or 1.

    A blank takes the other side's type: 0, "" or FALSE. Text is compared without case. Raises
    UnsupportedFormula for texts whose order depends on the language of Excel.
    """
    if isinstance(left, str) and isinstance(right, str):
        return text_order(left, right)
    return compare(left, right)


def compare(left: Value, right: Value) -> int | ExcelError:
    """Return 0 for two values that are equal to Excel, else as ``ordering``, but texts by their codes."""
    if type(left) is float and type(right) is float:
        return 0 if same_number(left, right) else (1 if left > right else -1)
    if type(left) is str and type(right) is str:
        return _by_code(left, right)
    if isinstance(left, ExcelError):
        return left
    if isinstance(right, ExcelError):
        return right
    left, right = _like(left, right), _like(right, left)
    rank_left, rank_right = _rank(left), _rank(right)
    if rank_left != rank_right:
        return 1 if rank_left > rank_right else -1
    if isinstance(left, str) and isinstance(right, str):
        return _by_code(left, right)
    assert not isinstance(left, (str, ExcelError))
    assert not isinstance(right, (str, ExcelError))
    a, b = float(left or 0), float(right or 0)
    return 0 if same_number(a, b) else (1 if a > b else -1)


def _by_code(left: str, right: str) -> int:
    low, high = folded(left), folded(right)
    return (low > high) - (low < high)


def _like(value: Value, other: Value) -> Value:
    if value is not None:
        return value
    if isinstance(other, str):
        return ""
    return False if isinstance(other, bool) else 0.0


def _rank(value: Value) -> int:
    return 2 if isinstance(value, bool) else 1 if isinstance(value, str) else 0
