"""3-D references, as Sheet1:Sheet3!A1: which functions take them, as Excel's documentation lists them.

Source: support.microsoft.com, "Create a 3-D reference to the same cell range on multiple worksheets", and the
pages of SUBTOTAL, AGGREGATE, SHEETS, VSTACK, HSTACK, TOCOL and TOROW.
"""

from __future__ import annotations

from typing import Final

from engine.core.exceptions import UnsupportedFormula
from engine.core.values import VALUE
from engine.formula.expr import Call, Error, Expr, Ref

TAKES: Final = frozenset((
    "AND", "AVEDEV", "AVERAGE", "AVERAGEA", "CONCAT", "COUNT", "COUNTA", "DEVSQ", "GEOMEAN", "HARMEAN",
    "HSTACK", "KURT", "LARGE", "MAX", "MAXA", "MEDIAN", "MIN", "MINA", "OR", "PERCENTILE",
    "PERCENTILE.EXC", "PERCENTILE.INC", "PERCENTRANK", "PERCENTRANK.EXC", "PERCENTRANK.INC", "PRODUCT",
    "QUARTILE", "QUARTILE.EXC", "QUARTILE.INC", "RANK", "RANK.AVG", "RANK.EQ", "SHEETS", "SKEW",
    "SKEW.P", "SMALL", "STDEV", "STDEV.P", "STDEV.S", "STDEVA", "STDEVP", "STDEVPA", "SUM", "SUMSQ",
    "TEXTJOIN", "TOCOL", "TOROW", "TRIMMEAN", "VAR", "VAR.P", "VAR.S", "VARA", "VARP", "VARPA",
    "VSTACK", "XOR",
))  # fmt: skip
# Where these take a range, a 3-D reference is #VALUE!; what the others make of one is not documented.
_REFUSE: Final = frozenset(
    (
        "AGGREGATE",
        "AVERAGEIF",
        "AVERAGEIFS",
        "COUNTIF",
        "COUNTIFS",
        "MAXIFS",
        "MINIFS",
        "SUBTOTAL",
        "SUMIF",
        "SUMIFS",
    )
)
_EVERY_OTHER: Final = frozenset(("AVERAGEIFS", "MAXIFS", "MINIFS", "SUMIFS"))


def with_spans(call: Call) -> Expr:
    """Return a call, or #VALUE! where it is refused a 3-D reference; UnsupportedFormula where no one says."""
    spans = [place for place, argument in enumerate(call.arguments) if _is_span(argument)]
    if not spans or call.function in TAKES:
        return call
    if call.function in _REFUSE and any(_takes_range(call.function, place) for place in spans):
        return Error(VALUE)
    raise UnsupportedFormula(f"what {call.function} makes of a reference to several sheets is not documented")


def _is_span(argument: Expr) -> bool:
    if not isinstance(argument, Ref) or argument.last_sheet is None:
        return False
    return argument.last_sheet.casefold() != (argument.sheet or "").casefold()


def _takes_range(function: str, place: int) -> bool:
    """Whether an argument of a refusing function is a range, not a criterion."""
    if function in ("SUBTOTAL", "AGGREGATE"):
        return True
    return place == 0 or (place % 2 == 1 if function in _EVERY_OTHER else place % 2 == 0)
