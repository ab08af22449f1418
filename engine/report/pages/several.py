"""Sheet names where a page of the template becomes one sheet per analysis."""

from __future__ import annotations

import re
from collections.abc import Sequence

_LONGEST = 31  # characters of a sheet's name in Excel
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")


def sheet_names(sheet: str, ids: Sequence[str], kinds: Sequence[str] = ()) -> list[str]:
    """Return the sheet's own name for one, for more the sheet's name with what each analysis is called.

    ``kinds`` are words that ids begin with and that the sheet's name says already. Names that are too long or
    not distinct become numbers.
    """
    if len(ids) == 1:
        return [sheet]
    called = [_called(one, (*kinds, sheet)) for one in ids]
    names = [f"{sheet} {one}" for one in called]
    plain = len({name.casefold() for name in names}) == len(names)
    if plain and all(called) and all(len(name) <= _LONGEST for name in names):
        return names
    return [f"{sheet} {number}" for number in range(1, len(ids) + 1)]


def _called(one: str, kinds: Sequence[str]) -> str:
    words = " ".join(_FORBIDDEN.sub(" ", re.sub(r"[-_.]", " ", one)).split())
    for kind in kinds:
        begins = kind.replace("-", " ").casefold() + " "
        if words.casefold().startswith(begins):
            return words[len(begins) :]
    return words
