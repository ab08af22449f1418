"""Numbers in other numerals: BASE, DECIMAL, ROMAN, ARABIC, and the BIN, OCT, DEC and HEX conversions.

BIN, OCT and HEX are ten digits in two's complement. Source: "Engineering functions (reference)", Excel's
documentation.
"""

from __future__ import annotations

import re

from engine.core.values import NUM, VALUE, ExcelError, Value
from engine.functions import coerce
from engine.functions.table import Fault, excel

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LARGEST = 2**53
_LEFT_OUT = "left out"
_BASES = {"BIN": 2, "OCT": 8, "HEX": 16}
_ROMAN = re.compile(r"-?[MDCLXVI]*\Z")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_CLASSIC = [
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
    (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
]  # fmt: skip
_CONCISE = [
    [(450, "LD"), (950, "LM"), (45, "VL"), (95, "VC")],
    [(490, "XD"), (990, "XM"), (49, "IL"), (99, "IC")],
    [(495, "VD"), (995, "VM")],
    [(499, "ID"), (999, "IM")],
]


def in_base(number: int, base: int) -> str:
    """Return a whole number from 0 in a base up to 36."""
    digits = ""
    while number:
        number, digit = divmod(number, base)
        digits = _DIGITS[digit] + digits
    return digits or "0"


@excel("BASE", "n n n?")
def base_(number: float, radix: float, length: float = 0.0) -> str:
    """Return a number in a base, padded with zeros."""
    if not (0 <= number < _LARGEST and 2 <= int(radix) <= 36 and 0 <= length < 256):
        raise Fault(NUM)
    return in_base(int(number), int(radix)).zfill(int(length))


@excel("DECIMAL", "t n")
def decimal(text: str, radix: float) -> float:
    """Return the number that digits of a base stand for."""
    bare, base = text.strip().upper(), int(radix)
    if not 2 <= base <= 36 or len(bare) > 255:
        raise Fault(NUM)
    if base == 16:
        bare = bare.removeprefix("0X").removeprefix("X").removesuffix("H")
    if base == 2:
        bare = bare.removesuffix("B")
    if not set(bare) <= set(_DIGITS[:base]):
        raise Fault(NUM)
    return float(int(bare, base)) if bare else 0.0


@excel("ROMAN", "n v?")
def roman(number: float, form: Value = 0.0) -> str:
    """Return a number up to 3999 in Roman numerals, from classic (0) to most concise (4)."""
    classic = {True: 0, False: 4}.get(form) if isinstance(form, bool) else None
    level = coerce.number(form) if classic is None else float(classic)
    if isinstance(level, ExcelError):
        raise Fault(level)
    if not (0 <= number < 4000 and 0 <= level < 5):
        raise Fault(VALUE)
    signs = [*_CLASSIC, *(pair for pairs in _CONCISE[: int(level)] for pair in pairs)]
    out, rest = "", int(number)
    for value, sign in sorted(signs, reverse=True):
        while rest >= value:
            out, rest = out + sign, rest - value
    return out


@excel("ARABIC", "t")
def arabic(text: str) -> float:
    """Return the number that Roman numerals stand for."""
    bare = text.strip().upper()
    if not _ROMAN.match(bare) or len(bare) > 255:
        raise Fault(VALUE)
    values = [_ROMAN_VALUES[sign] for sign in bare.lstrip("-")]
    # A sign is taken off where any greater one follows, not only the next: IIIIIIV is -1.
    total = sum(-value if value < max(values[i:]) else value for i, value in enumerate(values))
    return float(-total if bare.startswith("-") else total)


def _number(value: Value) -> float:
    if isinstance(value, bool):
        raise Fault(VALUE)
    number = coerce.number(value)
    if isinstance(number, ExcelError):
        raise Fault(number)
    return number


def _read(value: Value, base: int) -> int:
    """Return the number of up to ten digits in two's complement."""
    if isinstance(value, bool):
        raise Fault(VALUE)
    text = coerce.text(value)
    if isinstance(text, ExcelError):
        raise Fault(text)
    digits = text.upper()
    if len(digits) > 10 or not set(digits) <= set(_DIGITS[:base]):
        raise Fault(NUM)
    number = int(digits or "0", base)
    return number - base**10 if len(digits) == 10 and number >= base**10 // 2 else number


def _write(number: int, base: int, places: int | None) -> str:
    """Return a number as digits; a negative one has ten and ignores the places asked for."""
    half = base**10 // 2
    if not -half <= number < half:
        raise Fault(NUM)
    if number < 0:
        return in_base(number + base**10, base)
    digits = in_base(number, base)
    if places is not None and len(digits) > places:
        raise Fault(NUM)
    return digits.zfill(places or 1)


def _places(value: Value) -> int | None:
    """Return how many digits are asked for, 1 to 10; a blank cell asks for 0, which is #NUM!."""
    if value == _LEFT_OUT:
        return None
    places = int(_number(value))
    if not 1 <= places <= 10:
        raise Fault(NUM)
    return places


def _to_base(base: int) -> None:
    name = next(name for name, known in _BASES.items() if known == base)

    @excel(f"DEC2{name}", "v v?", correction="places are taken, text that is no number is #VALUE!")
    def from_decimal(value: Value, places: Value = _LEFT_OUT) -> str:
        """Return a decimal number as digits of the base."""
        wanted = _places(places)
        return _write(int(_number(value)), base, wanted)

    @excel(f"{name}2DEC", "v")
    def to_decimal(value: Value) -> float:
        """Return digits of the base as a number."""
        return float(_read(value, base))

    for other, radix in _BASES.items():
        if radix != base:
            _between(name, base, other, radix)


def _between(name: str, base: int, other: str, radix: int) -> None:
    @excel(f"{name}2{other}", "v v?", correction="places are taken, numbers beyond the base are #NUM!")
    def convert(value: Value, places: Value = _LEFT_OUT) -> str:
        """Return digits of one base as digits of another."""
        wanted = _places(places)
        return _write(_read(value, base), radix, wanted)


for _base in _BASES.values():
    _to_base(_base)
