"""Calls of every function with each argument replaced by each kind of value that may come there.

A function's calls are made from the first of its cases that calls it: one argument is replaced at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from engine.formula.expr import Call, Expr, Missing, walk
from engine.formula.parser import parse
from engine.formula.text import text_of
from tests.functions import sheet
from tests.functions.test_cases import ROWS

# ``sheet.CELLS`` and a column of several kinds; no cell holds a condition, which LibreOffice makes a number.
CELLS: Final = {**sheet.CELLS, "C7": "pear", "M3": "grape", "AA1": "5", "AA2": "abc", "AA4": 2.0}
# What comes in place of an argument.
PROBES: Final = {
    "blank cell": "$Z$1",
    "left empty": "",
    "numeric text": '"5"',
    "cell of numeric text": "$M$1",
    "text": '"abc"',
    "cell of text": "$M$2",
    "empty text": '""',
    "condition": "TRUE",
    "error": "#N/A",
    "cell of an error": "$K$3",
    "column of several kinds": "$AA$1:$AA$4",
    "array": "{1,2;3,4}",
    "block": "$A$1:$B$4",
    "below zero": "-2",
    "zero": "0",
    "hundred thousand": "1E+5",
    "fraction": "2.7",
}
# A formula stands far below and right of the cells, so that it shares no row or column with them.
ROW, COLUMN = 1000, 40
# What depends on chance, the time or the file.
_UNSTEADY: Final = frozenset((
    "CELL", "FORMULATEXT", "GETPIVOTDATA", "HYPERLINK", "INFO", "ISOMITTED", "NOW", "RAND", "RANDARRAY",
    "RANDBETWEEN", "SHEET", "SHEETS", "TODAY", "_FV",
))  # fmt: skip


@dataclass(frozen=True)
class Probe:
    """A call: of which function, which argument (from 1; 0 for the call as it stands) holds what."""

    function: str
    argument: int
    kind: str
    formula: str


def base_calls() -> dict[str, Call]:
    """Return a call of each function that can be compared, from the first case that calls it."""
    found: dict[str, Call] = {}
    for name, formula, _ in ROWS:
        if name in found or name in _UNSTEADY:
            continue
        calls = [
            n for n in walk(parse(formula[1:], ROW, COLUMN)) if isinstance(n, Call) and n.function == name
        ]
        if calls:
            found[name] = calls[0]
    return found


def probes() -> Iterator[Probe]:
    """Yield each function's call as it stands, then with every kind in place of every argument."""
    for name, call in sorted(base_calls().items()):
        written = [_written(argument) for argument in call.arguments]
        yield Probe(name, 0, "as it stands", f"={name}({','.join(written)})")
        for place in range(len(written)):
            for kind, text in PROBES.items():
                given = [*written[:place], text, *written[place + 1 :]]
                yield Probe(name, place + 1, kind, f"={name}({','.join(given)})")


def _written(argument: Expr) -> str:
    return "" if isinstance(argument, Missing) else text_of(argument, ROW, COLUMN)
