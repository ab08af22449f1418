"""Template formulas to Excel formulas: names of lines become addresses, all else stays as it is written.

Inside a formula: ``name`` is an assumption, or a line in this column (or its single cell);
``prev(line)`` the column before, ``row(line)`` all columns of a line, ``at(line, n)`` its n-th column,
``last(line)`` its last; ``low(assumption)``, ``base(assumption)`` and ``high(assumption)`` the other
columns of the Assumptions table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from engine.authoring.layout import FIRST, Place
from engine.authoring.reading import did_you_mean
from engine.core.address import column_letters

CONSTANTS = frozenset({0.0, 1.0, 12.0, 100.0})
FORBIDDEN = frozenset(
    {"OFFSET", "INDIRECT", "RAND", "RANDBETWEEN", "NOW", "TODAY", "XLOOKUP", "LET", "LAMBDA"}
)
_COLUMNS = {"low": "D", "base": "E", "high": "F"}
_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")|(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?)
    |(?P<call>[A-Za-z_][\w.]*)(?=\()|(?P<name>[A-Za-z_][\w.]*)|(?P<other>\s+|.)""",
    re.VERBOSE,
)
# 1/12 as an exponent is a year's rate by the month; another figure made of figures is a constant in disguise
_DISGUISED = re.compile(
    r"(?<![\w.)])(?!(?<=\^\()1/12\))\d+(?:\.\d+)?(?:\s*[-+*/^]\s*\d+(?:\.\d+)?)+(?!\s*[\w.(*/^])"
)
_TEXT = re.compile(r'"(?:[^"]|"")*"')
_OURS = re.compile(r"(prev|row|at|last|low|base|high)\(\s*([A-Za-z_]\w*)\s*(?:,\s*(\d+)\s*)?\)")


@dataclass(frozen=True, slots=True)
class Here:
    """The cell a formula is for: its sheet, axis ("" for none) and point on the axis (from 0).

    ``fixed`` is what anchors whole lines and single cells: "" where a formula is not meant to be copied on.
    """

    sheet: str
    axis: str = ""
    point: int = 0
    fixed: str = "$"


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean: places of lines, rows of assumptions on their sheet, names the writer defines."""

    places: Mapping[str, Place]
    assumption_rows: Mapping[str, int]
    defined: frozenset[str]

    def known(self) -> list[str]:
        """Every name a formula may use, for "did you mean"."""
        return [*self.places, *self.assumption_rows, *self.defined]


@dataclass(frozen=True, slots=True)
class Translated:
    """An Excel formula (with "="), what is wrong with it, and whether it only repeats another cell."""

    text: str
    mistakes: tuple[str, ...]
    link: bool


def translate(text: str, here: Here, scope: Scope) -> Translated:
    """Return the Excel formula of a template formula for one cell."""
    mistakes: list[str] = []
    parts: list[str] = []
    position = 0
    while position < len(text):
        ours = _OURS.match(text, position) if not _inside_word(text, position) else None
        if ours:
            parts.append(_ours(ours[1], ours[2], ours[3], here, scope, mistakes))
            position = ours.end()
            continue
        match = _TOKEN.match(text, position)
        assert match is not None
        parts.append(_token(match, here, scope, mistakes))
        position = match.end()
    mistakes += [
        f"{made} is a constant in disguise and belongs in an assumption; name it and use the name"
        for made in _DISGUISED.findall(_TEXT.sub("", text))
    ]
    result = "".join(parts)
    return Translated("=" + result, tuple(dict.fromkeys(mistakes)), _is_link(text, result, scope))


def _inside_word(text: str, position: int) -> bool:
    return position > 0 and (text[position - 1].isalnum() or text[position - 1] in "_.")


def _token(match: re.Match[str], here: Here, scope: Scope, mistakes: list[str]) -> str:
    word = match[0]
    if match["number"] and float(word) not in CONSTANTS:
        mistakes.append(f"the constant {word} belongs in an assumption; name it and use the name")
    elif match["call"]:
        if word.upper() in FORBIDDEN or not word.isupper():
            mistakes.append(
                f"{word}( ) can't be used here; write an Excel function that is not volatile or too new"
            )
    elif match["name"] and word not in ("TRUE", "FALSE"):
        return _name(word, here, scope, mistakes)
    return word


def _name(name: str, here: Here, scope: Scope, mistakes: list[str]) -> str:
    if name in scope.assumption_rows or name in scope.defined:
        return name
    place = scope.places.get(name)
    if place is None:
        mistakes.append(
            f"{name!r} is no assumption and no line{did_you_mean(name, scope.known())}; correct it"
        )
        return name
    if not place.axis:
        return place.cell(0, here.sheet, here.fixed)
    if place.axis != here.axis:
        mistakes.append(
            f"{name!r} lies on axis {place.axis!r}, not here; write row({name}) for all or at({name}, n)"
        )
    return place.cell(here.point, here.sheet)


def _ours(call: str, name: str, number: str | None, here: Here, scope: Scope, mistakes: list[str]) -> str:
    if call in _COLUMNS:
        row = scope.assumption_rows.get(name)
        if row is None:
            mistakes.append(
                f"{call}({name}): {name!r} is no assumption{did_you_mean(name, scope.assumption_rows)}"
            )
            return name
        return f"Assumptions!${_COLUMNS[call]}${row}"
    place = scope.places.get(name)
    if place is None:
        mistakes.append(f"{call}({name}): {name!r} is no line{did_you_mean(name, scope.places)}; correct it")
        return name
    if call == "row":
        return place.whole(here.sheet, here.fixed)
    if call == "last":
        return place.cell(place.count - 1, here.sheet, here.fixed)
    if call == "at":
        return _at(place, name, number, here, mistakes)
    if place.axis != here.axis or not here.axis:
        mistakes.append(f"prev({name}): {name!r} is not on this line's axis; correct it")
    return _before(place, here)


def _at(place: Place, name: str, number: str | None, here: Here, mistakes: list[str]) -> str:
    if number is None or not 1 <= int(number) <= place.count:
        mistakes.append(f"at({name}, {number}): give a column from 1 to {place.count}")
        return name
    return place.cell(int(number) - 1, here.sheet, here.fixed)


def _before(place: Place, here: Here) -> str:
    """Return the column before; for the first point that is the opening column."""
    text = f"{column_letters(FIRST + here.point - 1)}{place.row}"
    return text if place.sheet == here.sheet else f"'{place.sheet}'!{text}"


def _is_link(text: str, result: str, scope: Scope) -> bool:
    bare = text.strip()
    if bare in scope.assumption_rows or bare in scope.defined:
        return True
    return "!" in result and bool(_OURS.fullmatch(bare) or bare in scope.places)
