"""Parts of formulas that give the same wherever they stand: computed once for all cells of a form.

``SUM($A$1:$A$9000)`` and ``MONTH($A$1:$A$9000)`` in SUMPRODUCT read the same cells from every row.
"""

from __future__ import annotations

from itertools import count
from typing import Final

from engine.evaluate.state import Closure, State
from engine.formula.expr import (
    Array,
    Binary,
    Bool,
    Call,
    Error,
    Expr,
    Missing,
    Number,
    Ref,
    Text,
    Unary,
    walk,
)
from engine.functions import families
from engine.functions.cell_areas import SMALLEST
from engine.functions.operands import Operand
from engine.plan.whole import WHOLE

_numbers = count()
# Functions that are told the cell they stand in, but ask for its row and column only where they lack an
# argument, or for the workbook's date system alone.
_ANYWHERE: Final = frozenset(
    [
        "ROW",
        "COLUMN",
        "YEAR",
        "MONTH",
        "DAY",
        "DATE",
        "EDATE",
        "EOMONTH",
        "WEEKDAY",
        "WEEKNUM",
        "ISOWEEKNUM",
        "HOUR",
        "MINUTE",
        "SECOND",
        "TEXT",
    ]
)
_CHOOSING: Final = frozenset(["IF", "IFERROR", "IFNA"])
_REFERENCE_OPERATORS: Final = frozenset([":", " ", ","])


def shared(closure: Closure, expr: Expr, *, array: bool) -> Closure:
    """Return the closure of a tree, computed once where that is worth it and every cell gets the same."""
    if not _stays(expr, array=array) or not is_long(expr):
        return closure
    number = next(_numbers)

    def once(state: State, at: int) -> Operand:
        kept = state.kept
        known = kept.shared.get(number)
        if known is not None and known[0] is state.cells and known[1] == kept.generation:
            return known[2]  # type: ignore[no-any-return]  # what the closure gave
        found = closure(state, at)
        kept.shared[number] = state.cells, kept.generation, found
        return found

    return once


def is_long(expr: Expr) -> bool:
    """Whether a tree reads a range of fixed cells that takes longer to read than to ask for its result."""
    return any(
        isinstance(node, Ref) and not node.is_cell and _fixed(node) and _size(node) >= SMALLEST
        for node in walk(expr)
    )


def _fixed(ref: Ref) -> bool:
    corners = (ref.first, ref.last)
    return all(corner.row_absolute and corner.column_absolute for corner in corners)


def _size(ref: Ref) -> int:
    return (abs(ref.last.row - ref.first.row) + 1) * (abs(ref.last.column - ref.first.column) + 1)


def _stays(expr: Expr, *, array: bool, area: bool = False) -> bool:
    """Whether a tree gives the same in every cell; ``area`` says that a range is taken as it stands."""
    match expr:
        case Number() | Text() | Bool() | Error() | Missing() | Array():
            return True
        case Ref():
            return _fixed(expr) and (expr.is_cell or array or area)
        case Binary(operator, left, right):
            both = _stays(left, array=array) and _stays(right, array=array)
            return operator not in _REFERENCE_OPERATORS and both
        case Unary("-" | "+" | "%", operand):
            return _stays(operand, array=array)
        case Call(name, (inner,)) if name == WHOLE:
            return _stays(inner, array=True)
        case Call(name, arguments) if name in _CHOOSING:
            return all(_stays(argument, array=array) for argument in arguments)
        case Call(name, arguments):
            return _stays_called(name, arguments, array=array)
        case _:
            return False


def _stays_called(name: str, arguments: tuple[Expr, ...], *, array: bool) -> bool:
    function = families.find(name)
    if function is None or function.volatile or (function.located and not (name in _ANYWHERE and arguments)):
        return False
    kinds = [p.kind if (p := function.parameter(i)) else "r" for i in range(len(arguments))]
    return all(
        _stays(argument, array=array or kind == "a", area=kind in "ar")
        for argument, kind in zip(arguments, kinds, strict=True)
    )
