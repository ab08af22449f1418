"""The order of texts, so far as it is the same in every language of Excel.

Excel orders texts by the language of the computer, which no file holds, and what is written of it differs:
Microsoft's "Default sort orders" has digits before symbols and passes over hyphens and apostrophes, Windows'
word sort has symbols before digits, and others found that operators compare codes. What all of them agree on
is taken; where they differ, the order is reported.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from engine.core.exceptions import UnsupportedFormula

_SYMBOLS: Final = {sign: rank for rank, sign in enumerate(' !"#$%&()*,./:;?@[\\]^_`{|}~+<=>')}
_PASSED_OVER: Final = frozenset("-'")
_DIGITS: Final = frozenset("0123456789")
_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz")
_SYMBOL, _DIGIT, _LETTER = range(3)

Weight = tuple[int, int]


def folded(text: str) -> str:
    """Return a text as comparisons without case take it; "ß" is not "ss"."""
    return text.lower()


def text_order(left: str, right: str) -> int:
    """Return -1, 0 or 1; raise UnsupportedFormula where it depends on Excel's language."""
    low, high = folded(left), folded(right)
    by_code = (low > high) - (low < high)
    if by_code and not (is_plain(low) and is_plain(high)) and not _agreed(low, high, by_code):
        raise UnsupportedFormula(
            f'whether "{_shown(left)}" comes before "{_shown(right)}" depends on the language of Excel; '
            "compare texts of plain letters or digits where they differ"
        )
    return by_code


def is_plain(text: str) -> bool:
    """Whether a text has plain letters and digits alone, whose order is the same everywhere."""
    return text.isascii() and text.isalnum()


def _shown(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:30]}…"


def _agreed(low: str, high: str, by_code: int) -> bool:
    """Whether other collations order two texts as their codes do."""
    first, second = _weights(low), _weights(high)
    if first == second:
        return False  # they differ in hyphens or accents alone
    pair = next(((a, b) for a, b in zip(first, second, strict=False) if a != b), None)
    if pair is None:
        return (len(first) > len(second)) == (by_code > 0)
    (kind, rank), (other, against) = pair
    if {kind, other} == {_SYMBOL, _DIGIT}:
        return False
    if kind == other == _LETTER and not {chr(rank), chr(against)} <= _LETTERS:
        return False
    return (pair[0] > pair[1]) == (by_code > 0)


@lru_cache(maxsize=1 << 14)
def _weights(text: str) -> tuple[Weight, ...]:
    """Return what is compared first: kinds and ranks without hyphens, apostrophes and accents."""
    return tuple(_weighed(unicodedata.normalize("NFD", text.casefold())))


def _weighed(text: Iterable[str]) -> Iterable[Weight]:
    for sign in text:
        if sign in _DIGITS:
            yield _DIGIT, ord(sign)
        elif sign.isalpha():
            yield _LETTER, ord(sign)
        elif sign not in _PASSED_OVER and not unicodedata.combining(sign):
            yield _SYMBOL, _SYMBOLS.get(sign, ord(sign))
