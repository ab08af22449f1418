"""Functions of numbers and conditions with a batch kernel: how each is lowered to source."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from engine.evaluate.batch.lower import RULES, Lowering, Rule
from engine.evaluate.batch.operators import ORDERED
from engine.evaluate.batch.source import BOOLEAN, BOXED, NUMBER, Piece
from engine.evaluate.batch.unplanned import Unplanned
from engine.formula.expr import (
    Binary,
    Call,
    Expr,
    Ref,
)

_R = TypeVar("_R", bound=Callable[..., Piece])


def rule(*names: str) -> Callable[[_R], _R]:
    """Enter a rule under the functions it lowers."""

    def enter(lowered: _R) -> _R:
        for name in names:
            RULES[name] = lowered
        return lowered

    return enter


_SIMPLE = {
    "ABS": ("absolute", "None", "NUM"),
    "INT": ("floor", "None", "NUM"),
    "SIGN": ("sign", "None", "NUM"),
    "SQRT": ("sqrt", "(lambda a: a < 0)", "NUM"),
    "EXP": ("exp", "(lambda a: a > 710)", "NUM"),
    "LN": ("log", "(lambda a: a <= 0)", "NUM"),
    "LOG10": ("log10", "(lambda a: a <= 0)", "NUM"),
}


def _simple(function: str, fails: str, error: str) -> Rule:
    return lambda low, arguments: low.applied(function, arguments[:1], fails, error)


for _name, _how in _SIMPLE.items():
    RULES[_name] = _simple(*_how)


def _rounding(kernel: str) -> Rule:
    return lambda low, arguments: low.applied(kernel, arguments)


for _name, _kernel in (
    ("ROUND", "round_half"),
    ("ROUNDUP", "round_up"),
    ("ROUNDDOWN", "round_down"),
    ("TRUNC", "round_down"),
):
    RULES[_name] = _rounding(_kernel)


@rule("POWER")
def power(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """POWER: the operator."""
    return low.piece(Binary("^", *arguments))


@rule("N")
def n(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """N of a number."""
    piece = low.piece(arguments[0])
    if low.care or piece.kind == BOXED:
        raise Unplanned("N of what may be text")
    return Piece(low.number(piece), NUMBER)


@rule("MOD")
def mod(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """MOD: the remainder with the divisor's sign."""
    if low.care:
        raise Unplanned("MOD with care")
    if low.mask and not low.scalar:
        x, y = (low.number(low.piece(argument)) for argument in arguments)
        return Piece(f"modulo({x}, {y}, {low.mask})", NUMBER)
    return low.applied("modulo", arguments)


@rule("AND", "OR")
def and_or(low: Lowering, arguments: tuple[Expr, ...], name: str = "AND") -> Piece:
    """AND and OR of conditions."""
    pieces = [_condition(low, argument) for argument in arguments]
    if low.care:
        kernel = "all_hold" if name == "AND" else "any_holds"
        return Piece(
            f"care_truth(care({kernel}, None, NUM, {', '.join(piece.text for piece in pieces)}))", BOXED
        )
    kernel = "both" if name == "AND" else "either"
    text = low.condition(pieces[0])
    for piece in pieces[1:]:
        text = f"{kernel}({text}, {low.condition(piece)})"
    return Piece(text, BOOLEAN)


RULES["OR"] = lambda low, arguments: and_or(low, arguments, "OR")


def _condition(low: Lowering, argument: Expr) -> Piece:
    """Return an argument of AND or OR; raise Unplanned where it may count for nothing, as text does."""
    if isinstance(argument, Ref):
        area = low.area(argument)
        known = low.cone.base.state.cells[area.sheet]
        if low.care or len(area.keys) > 1 or any(known.get(key) is None for key in area.keys[0].tolist()):
            raise Unplanned("AND or OR of cells")
    elif low.care and not _logical(argument):
        raise Unplanned("AND or OR of what may be text")
    piece = low.piece(argument)
    if piece.kind == BOXED and not low.care:
        raise Unplanned("AND or OR of what may be text")
    return piece


def _logical(expr: Expr) -> bool:
    return (isinstance(expr, Binary) and expr.operator in ORDERED) or (
        isinstance(expr, Call) and expr.function in ("AND", "OR", "NOT", "ISERROR", "ISNUMBER")
    )


@rule("NOT")
def not_(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """NOT."""
    piece = low.piece(arguments[0])
    if low.care or piece.kind == BOXED:
        return Piece(f"care_not({piece.text})", BOXED)
    return Piece(f"no({low.condition(piece)})", BOOLEAN)
