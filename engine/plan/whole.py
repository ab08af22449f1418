"""Names that compute with ranges: Excel computes what a name refers to as an array formula."""

from __future__ import annotations

from engine.formula.expr import Binary, Call, Expr, Missing, Number, Ref, Unary
from engine.functions.families import UNEVALUATED, find
from engine.functions.table import LIFTED

WHOLE = "ARRAY OF"  # no function of Excel's can have a space in its name
_REFERENCE = frozenset([":", " ", ","])
_PLACED = frozenset(["OFFSET", "INDIRECT", "ROW", "COLUMN"])


def whole(expr: Expr) -> Expr:
    """Return what a name stands for, marked where it would cut a range to the asking cell's row or column."""
    return Call(WHOLE, (expr,)) if _cuts(expr) else expr


def _cuts(expr: Expr) -> bool:
    """Whether a range stands where a formula takes one value."""
    match expr:
        case Binary(operator, left, right) if operator not in _REFERENCE:
            return any(_is_many(side) or _cuts(side) for side in (left, right))
        case Unary(operator, operand) if operator not in ("@", "#"):
            return _is_many(operand) or _cuts(operand)
        case Call("LAMBDA"):
            return False
        case Call(function, arguments):
            return any(_argument_cuts(function, place, each) for place, each in enumerate(arguments))
        case _:
            return False


def _argument_cuts(function: str, place: int, argument: Expr) -> bool:
    if function == WHOLE:
        return False
    if function in UNEVALUATED:
        return (place == 0 and function != "LET" and _is_many(argument)) or _cuts(argument)
    known = find(function)
    parameter = known.parameter(place) if known is not None else None
    kind = parameter.kind if parameter is not None else "r"
    return (kind in LIFTED and _is_many(argument)) or (kind != "a" and _cuts(argument))


def _is_many(expr: Expr) -> bool:
    """Whether an operand may be a range of several cells."""
    match expr:
        case Ref():
            return not expr.is_cell
        case Binary(operator, _, _):
            return operator in _REFERENCE
        case Unary("#", _):
            return True
        case Call("INDEX", arguments):
            return any(isinstance(each, Missing) or each == Number(0.0) for each in arguments[1:])
        case Call(function, arguments):
            return function in _PLACED and bool(arguments)
        case _:
            return False
