"""BAHTTEXT: amounts in words of Thai.

Source: "BAHTTEXT function", Excel's documentation; the rules of Thai numerals.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from engine.functions.table import excel

_DIGITS = ("", "หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า")
_PLACES = ("", "สิบ", "ร้อย", "พัน", "หมื่น", "แสน")
_MILLION, _ZERO, _MINUS, _BAHT, _WHOLE, _SATANG = "ล้าน", "ศูนย์", "ลบ", "บาท", "ถ้วน", "สตางค์"
_TWENTY, _LAST_ONE = "ยี่", "เอ็ด"


@excel("BAHTTEXT", "n")
def bahttext(amount: float) -> str:
    """Return an amount in words: baht, and satang where there are some."""
    shown = Decimal(f"{abs(amount):.15g}").quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    baht, satang = int(shown), int(shown * 100) % 100
    sign = _MINUS if amount < 0 and shown else ""
    if not satang:
        return f"{sign}{_words(baht) or _ZERO}{_BAHT}{_WHOLE}"
    return f"{sign}{_words(baht) + _BAHT if baht else ''}{_words(satang)}{_SATANG}"


def _words(number: int) -> str:
    """Return a whole number in words, "" for 0."""
    millions, rest = divmod(number, 1_000_000)
    head = _words(millions) + _MILLION if millions else ""
    digits = [int(digit) for digit in f"{rest:06d}"]
    return head + "".join(_digit(digit, 5 - i, alone=number < 10) for i, digit in enumerate(digits) if digit)


def _digit(digit: int, place: int, *, alone: bool) -> str:
    if place == 1 and digit < 3:
        return ("" if digit == 1 else _TWENTY) + _PLACES[1]
    if place == 0 and digit == 1 and not alone:
        return _LAST_ONE
    return _DIGITS[digit] + _PLACES[place]
