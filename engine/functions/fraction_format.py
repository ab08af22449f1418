"""Numbers written as fractions: "# ?/?", "# ??/??", "?/8"."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from engine.functions.number_format import Token


def fraction_text(number: Decimal, tokens: tuple[Token, ...]) -> str:
    """Return a number as a fraction; a denominator of digits is fixed, one of placeholders is limited."""
    bar = next(i for i, token in enumerate(tokens) if token.kind == "mark" and token.text == "/")
    start, end = _run_before(tokens, bar), _run_after(tokens, bar)
    below = "".join(token.text for token in tokens[bar + 1 : end])
    mixed = any(token.kind == "digit" for token in tokens[:start])
    fixed = below.strip("#?0") != ""
    whole, above, under = nearest_fraction(number, tokens)
    head = _head(tokens[:start], whole, above) if mixed else "".join(t.text for t in tokens[:start])
    width = sum(token.kind == "digit" for token in tokens[start:bar])
    if mixed and above == 0 and not fixed and whole:
        blank = " " * (width + 1 + len(below)) if "?" in below else ""
        return head + blank + "".join(t.text for t in tokens[end:])
    pad = "0" if tokens[start].text == "0" else " " if tokens[start].text == "?" else ""
    upper = str(above).rjust(width, pad) if pad else str(above)
    lower = str(under) if fixed else str(under).ljust(len(below)) if "?" in below else str(under)
    return f"{head}{upper}/{lower}" + "".join(t.text for t in tokens[end:])


def nearest_fraction(number: Decimal, tokens: tuple[Token, ...]) -> tuple[int, int, int]:
    """Return the whole number (0 where the format shows none), numerator and denominator that are shown."""
    bar = next(i for i, token in enumerate(tokens) if token.kind == "mark" and token.text == "/")
    below = "".join(token.text for token in tokens[bar + 1 : _run_after(tokens, bar)])
    mixed = any(token.kind == "digit" for token in tokens[: _run_before(tokens, bar)])
    whole = int(number) if mixed else 0
    rest = Fraction(number) - whole
    fixed = int(below) if below.strip("#?0") else None
    if fixed:
        above = int((Decimal(rest.numerator) / rest.denominator * fixed).to_integral_value(ROUND_HALF_UP))
        under = fixed
    else:
        near = rest.limit_denominator(10 ** len(below) - 1)
        above, under = near.numerator, near.denominator
    return (whole + 1, 0, fixed or 1) if mixed and above == under else (whole, above, under)


def _run_before(tokens: tuple[Token, ...], bar: int) -> int:
    start = bar
    while start > 0 and tokens[start - 1].kind == "digit":
        start -= 1
    return start


def _run_after(tokens: tuple[Token, ...], bar: int) -> int:
    end = bar + 1
    while end < len(tokens) and (tokens[end].kind == "digit" or tokens[end].text.isdigit()):
        end += 1
    return end


def _head(tokens: tuple[Token, ...], whole: int, above: int) -> str:
    digits = str(whole) if whole else ""
    out: list[str] = []
    for token in tokens:
        if token.kind != "digit":
            out.append(token.text if digits or above == 0 or out or not token.text.isspace() else " ")
            continue
        out.append(digits or ("0" if token.text == "0" or not above else ""))
        digits = ""
    return "".join(out)
