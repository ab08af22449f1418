"""TEXT: a value written in a number format.

Source: ECMA-376 Part 1, 18.8.31 (number formats) and "TEXT function", Excel's documentation (English, US).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import ROUND_HALF_UP, Decimal, localcontext

from engine.core.values import VALUE, ExcelError, Value
from engine.functions import coerce
from engine.functions.clock_format import clock_text
from engine.functions.fraction_format import fraction_text
from engine.functions.number_format import Section, Token, sections_of
from engine.functions.references import Here
from engine.functions.table import Fault, excel
from engine.functions.text import checked

# What sets thousands and decimals apart, a setting of the computer: an English Excel's unless told otherwise.
_SEPARATORS: ContextVar[tuple[str, str]] = ContextVar("separators", default=(",", "."))


@contextmanager
def separated(thousands: str, decimals: str) -> Iterator[None]:
    """Have TEXT read and write other separators."""
    token = _SEPARATORS.set((thousands, decimals))
    try:
        yield
    finally:
        _SEPARATORS.reset(token)


@excel(
    "TEXT", "v t", located=True, correction="thousands, sections, conditions, fractions, dates and literals"
)
def text_(here: Here, value: Value, code: str) -> str:
    """Return a value written in a number format."""
    thousands, decimals = _SEPARATORS.get()
    english = code.translate({ord(thousands): ",", ord(decimals): "."})
    text = checked(formatted(value, english, date1904=here.state.date1904))
    return text.translate({ord(","): thousands, ord("."): decimals})


def formatted(value: Value, code: str, *, date1904: bool = False) -> str:
    """Return a value written in a number format; raise Fault for a format that can't show it."""
    if isinstance(value, ExcelError):
        raise Fault(value)
    try:
        sections = sections_of(code)
    except ValueError:
        raise Fault(VALUE) from None
    if isinstance(value, bool):
        return str(coerce.text(value))
    number = 0.0 if value is None else value
    if isinstance(number, str):
        read = coerce.text_number(number)
        if isinstance(read, ExcelError):
            return _text_section(number, sections)
        number = read
    if len(sections) == 1 and sections[0].has("@"):
        return _text_section(coerce.general(number), sections)
    return _number_section(number, sections, date1904=date1904)


def _text_section(text: str, sections: tuple[Section, ...]) -> str:
    section = sections[3] if len(sections) > 3 else sections[-1]
    if not section.has("@"):
        return _literals(section) if len(sections) > 3 else text
    return "".join(text if token.kind == "@" else token.text for token in section.tokens)


def _literals(section: Section) -> str:
    return "".join(token.text for token in section.tokens if token.kind == "text")


def _number_section(number: float, sections: tuple[Section, ...], *, date1904: bool) -> str:
    section, signed = _chosen(number, _for_numbers(sections))
    if section is None:
        raise Fault(VALUE)
    if not section.tokens:
        return "-" if number < 0 and signed else ""
    shown = number if signed else abs(number)
    if section.has("clock", "elapsed"):
        serial = shown + (1462 if date1904 and section.has("clock") else 0)
        return clock_text(serial, section.tokens)
    body = _body(abs(shown), section)
    return f"-{body}" if shown < 0 else body


def chosen_section(number: float, sections: tuple[Section, ...]) -> Section | None:
    """Return the section that shows a number, or None where no section's condition holds."""
    return _chosen(number, _for_numbers(sections))[0]


def _for_numbers(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    return tuple(s for s in sections[:3] if not s.has("@")) or sections[:1]


def _chosen(number: float, sections: tuple[Section, ...]) -> tuple[Section | None, bool]:
    """Return the section for a number, and whether it shows the sign by itself."""
    if any(section.condition for section in sections):
        for i, section in enumerate(sections):
            default = number < 0 if i == 1 and len(sections) > 2 and not section.condition else True
            if section.condition(number) if section.condition else default:
                return section, not (i == 1 and number < 0 and not section.condition)
        return None, True
    if len(sections) == 1:
        return sections[0], True
    if number < 0:
        return sections[1], False
    return (sections[2] if number == 0 and len(sections) > 2 else sections[0]), True


def _body(number: float, section: Section) -> str:
    tokens = section.tokens
    if section.has("general"):
        return "".join(_general(number) if t.kind == "general" else t.text for t in tokens)
    if not section.has("digit"):
        return "".join(token.text for token in tokens)
    scaled = Decimal(f"{number:.15g}") * 100 ** sum(
        token.text == "%" for token in tokens if token.kind == "mark"
    )
    if any(token.kind == "mark" and token.text == "/" for token in tokens):
        return fraction_text(scaled, tokens)
    if section.has("exponent"):
        return _scientific(scaled, tokens)
    return _plain(scaled, tokens)


def _general(number: float) -> str:
    """Return a number as General shows it in 11 characters."""
    if number == 0:
        return "0"
    exponent = math.floor(math.log10(number))
    if 1e-4 <= number < 1e11:
        decimals = 9 if exponent < 0 else max(0, 9 - exponent)
        text = f"{number:.{decimals}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa, _, power = f"{number:.5e}".partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}E{power[0]}{power[1:].zfill(2)}"


def digits_of(number: Decimal, decimals: int) -> tuple[str, str]:
    """Return a number's whole digits (empty for 0) and its decimals, rounded half up."""
    with localcontext() as context:
        context.prec = 400
        shown = format(number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP), "f")
    whole, _, part = shown.partition(".")
    return whole.lstrip("0"), part


def _plain(number: Decimal, tokens: tuple[Token, ...]) -> str:
    point = next((i for i, token in enumerate(tokens) if token.kind == "point"), len(tokens))
    head, tail = tokens[:point], tokens[point + 1 :]
    thousands, scale = _commas(tokens, point)
    decimals = sum(token.kind == "digit" for token in tail)
    whole, part = digits_of(number / Decimal(1000) ** scale, decimals)
    text = whole_text(whole, head, thousands=thousands)
    return text if point == len(tokens) else text + "." + decimal_text(part, tail)


def scale_of(tokens: tuple[Token, ...]) -> int:
    """Return how often a format divides a number by 1000."""
    point = next((i for i, token in enumerate(tokens) if token.kind == "point"), len(tokens))
    return _commas(tokens, point)[1]


def _commas(tokens: tuple[Token, ...], point: int) -> tuple[bool, int]:
    """Return whether thousands are set apart, and how often the number is divided by 1000."""
    places = [i for i, token in enumerate(tokens) if token.kind == "digit"]
    before = [i for i in places if i < point]
    ends = [max(places), max(before, default=-1)]
    thousands, scale = False, 0
    for i, token in enumerate(tokens):
        if token.kind != "mark" or token.text != ",":
            continue
        if before and before[0] < i < before[-1]:
            thousands = True
        elif any(0 <= end < i and all(t.text == "," for t in tokens[end + 1 : i]) for end in ends):
            scale += 1
    return thousands, scale


def whole_text(digits: str, tokens: tuple[Token, ...], *, thousands: bool = False) -> str:
    """Fill whole digits into placeholders from the right; the first placeholder takes all that are left."""
    out: list[str] = []
    left = sum(token.kind == "digit" for token in tokens)
    if not left and digits:
        tokens, left = (*tokens, Token("digit", "#")), 1
    place = 0
    for token in reversed(tokens):
        if token.kind != "digit":
            out.append("" if token.kind == "mark" and token.text == "," else token.text)
            continue
        left -= 1
        taken = digits if left == 0 else digits[-1:]
        digits = "" if left == 0 else digits[:-1]
        shown = taken or {"0": "0", "?": " "}.get(token.text, "")
        for mark in shown[::-1] or [""]:
            if thousands and place and place % 3 == 0 and mark.strip():
                out.append(",")
            out.append(mark)
            place += 1
    return "".join(reversed(out))


def decimal_text(digits: str, tokens: tuple[Token, ...]) -> str:
    """Fill decimals into placeholders from the left; "#" drops trailing zeros, "?" shows them as spaces."""
    kept = len(digits.rstrip("0"))
    out, i = [], 0
    for token in tokens:
        if token.kind != "digit":
            out.append("" if token.kind == "mark" and token.text == "," else token.text)
            continue
        mark = digits[i]
        if i >= kept and token.text != "0":
            mark = " " if token.text == "?" else ""
        out.append(mark)
        i += 1
    return "".join(out)


def _scientific(number: Decimal, tokens: tuple[Token, ...]) -> str:
    at = next(i for i, token in enumerate(tokens) if token.kind == "exponent")
    mantissa, rest = tokens[:at], tokens[at + 1 :]
    if any(token.kind == "point" for token in rest):
        raise Fault(VALUE)
    point = next((i for i, token in enumerate(mantissa) if token.kind == "point"), len(mantissa))
    decimals = sum(token.kind == "digit" for token in mantissa[point + 1 :])
    exponent = exponent_of(number, mantissa)
    whole, part = digits_of(number.scaleb(-exponent), decimals)
    text = whole_text(whole, mantissa[:point])
    if point < len(mantissa):
        text += "." + decimal_text(part, mantissa[point + 1 :])
    sign = "-" if exponent < 0 else "+" if tokens[at].text[1] == "+" else ""
    return text + tokens[at].text[0].upper() + sign + whole_text(str(abs(exponent)).lstrip("0"), rest)


def exponent_of(number: Decimal, mantissa: tuple[Token, ...]) -> int:
    """Return the exponent that a scientific format with that mantissa shows a number with."""
    if not number:
        return 0
    point = next((i for i, token in enumerate(mantissa) if token.kind == "point"), len(mantissa))
    step = max(sum(token.kind == "digit" for token in mantissa[:point]), 1)
    decimals = sum(token.kind == "digit" for token in mantissa[point + 1 :])
    exponent = math.floor(Decimal(number.adjusted()) / step) * step
    whole, _ = digits_of(number.scaleb(-exponent), decimals)
    return exponent + step if len(whole) > step else exponent
