"""Precision as displayed: a number rounded to what its cell's number format shows.

Source: "Set rounding precision" and "Change formula recalculation, iteration, or precision in Excel", Excel's
documentation, for what the setting does. General shows a number as it is; dates and times are not rounded.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal, localcontext

from engine.core.values import Value
from engine.functions.fraction_format import nearest_fraction
from engine.functions.number_format import Section, Token, sections_of
from engine.functions.text_format import chosen_section, exponent_of, scale_of


def as_displayed(value: Value, code: str) -> Value:
    """Return a number rounded as a number format shows it; any other value as it is."""
    if type(value) is not float or code == "General":
        return value
    try:
        section = chosen_section(value, sections_of(code))
    except ValueError:
        return value
    if section is None or not section.has("digit") or section.has("general", "clock", "elapsed"):
        return value
    rounded = float(_rounded(Decimal(f"{abs(value):.15g}"), section))
    return math.copysign(rounded, value) if rounded else 0.0


def _rounded(number: Decimal, section: Section) -> Decimal:
    tokens = section.tokens
    hundreds = 2 * sum(token.kind == "mark" and token.text == "%" for token in tokens)
    if any(token.kind == "mark" and token.text == "/" for token in tokens):
        whole, above, under = nearest_fraction(number.scaleb(hundreds), tokens)
        return (whole + Decimal(above) / under).scaleb(-hundreds)
    if section.has("exponent"):
        at = next(i for i, token in enumerate(tokens) if token.kind == "exponent")
        decimals = _decimals(tokens[:at]) - exponent_of(number.scaleb(hundreds), tokens[:at]) + hundreds
    else:
        decimals = _decimals(tokens) + hundreds - 3 * scale_of(tokens)
    with localcontext() as context:
        context.prec = 400
        return number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def _decimals(tokens: tuple[Token, ...]) -> int:
    point = next((i for i, token in enumerate(tokens) if token.kind == "point"), len(tokens))
    return sum(token.kind == "digit" for token in tokens[point:])
