"""Where LibreOffice is known to answer a probe otherwise than Excel does: rules here, the rest in the table.

Ours is held to Excel's documentation and to the values that Excel stored in public workbooks.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine import ExcelError, Value
from engine.functions import families
from engine.functions.homes import HOME
from tests.functions.probes import Probe

_DATED: Final = frozenset(("accruals", "bonds", "dates", "day_counts", "library"))
_SMALL: Final = frozenset((
    "array", "below zero", "blank cell", "cell of numeric text", "condition", "fraction", "left empty",
    "numeric text", "zero",
))  # fmt: skip
_TEXTS: Final = frozenset(("cell of numeric text", "cell of text", "empty text", "numeric text", "text"))
_CRITERIA: Final = frozenset(("array", "block", "cell of an error", "column of several kinds", "error"))


@dataclass(frozen=True)
class Deviation:
    """Why LibreOffice answers otherwise, and where: kinds of probes of some functions ("*" for all)."""

    functions: frozenset[str]
    kinds: frozenset[str]
    reason: str

    def covers(self, probe: Probe) -> bool:
        """Whether a probe is one of those."""
        return probe.function in self.functions and ("*" in self.kinds or probe.kind in self.kinds)


def _table() -> tuple[Deviation, ...]:
    with Path(__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as lines:
        return tuple(
            Deviation(frozenset(row["functions"].split()), frozenset(row["kinds"].split("|")), row["reason"])
            for row in csv.DictReader(lines)
        )


DEVIATIONS: Final = _table()


def known(probe: Probe, ours: Value, theirs: Value) -> bool:
    """Whether a disagreement on a probe is a known one."""
    return by_rule(probe, ours, theirs) or any(deviation.covers(probe) for deviation in DEVIATIONS)


def by_rule(probe: Probe, ours: Value, theirs: Value) -> bool:
    """Whether a rule of LibreOffice's explains it, by the kind of the parameter (see ``table``)."""
    function = families.find(probe.function)
    parameter = function.parameter(probe.argument - 1) if function and probe.argument else None
    taken = parameter.kind if parameter else ""
    one_errs = isinstance(ours, ExcelError) != isinstance(theirs, ExcelError)
    they_err = one_errs and isinstance(theirs, ExcelError)
    return (
        # days before March 1900 are counted from another day, and there are dates below zero
        (HOME.get(probe.function) in _DATED and probe.kind in _SMALL)
        # TRUE is the number 1 wherever a value is taken
        or (probe.kind == "condition" and taken in set("svte"))
        # numeric text is an error where numbers are collected, and text a condition where one is taken
        or (probe.kind == "numeric text" and taken in set("ra") and they_err)
        or (probe.kind in _TEXTS and taken == "b")
        # an empty text is 0, and an empty or array argument an error, to functions of its add-in
        or (probe.kind == "empty text" and one_errs)
        or (probe.kind in ("array", "blank cell", "left empty") and they_err)
        # criteria that are errors or ranges
        or (HOME.get(probe.function) == "conditional" and probe.kind in _CRITERIA)
    )
