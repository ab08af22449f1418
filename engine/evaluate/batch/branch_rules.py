"""Branches with a batch kernel, IF, CHOOSE and what is made of them, and LET: how each is lowered."""

from __future__ import annotations

from collections.abc import Mapping

from engine.core.values import NA
from engine.evaluate.batch.lower import Lowering
from engine.evaluate.batch.rules import rule
from engine.evaluate.batch.source import BOOLEAN, BOXED, NUMBER, Piece
from engine.evaluate.batch.unplanned import Unplanned
from engine.formula.expr import (
    Array,
    Binary,
    Bool,
    Call,
    Error,
    Expr,
    Invoke,
    Name,
    Number,
    Text,
    Unary,
    walk,
)
from engine.functions import coerce


@rule("IF")
def if_(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """IF: both branches are computed, each under its mask, and the condition picks."""
    test, then_expr = arguments[0], arguments[1]
    other_expr = arguments[2] if len(arguments) > 2 else Bool(False)
    known = _settled_test(low, test)
    if known is not None:
        return low.piece(then_expr if known else other_expr)
    condition = low.piece(test)
    if condition.kind == BOXED or low.care:
        then, other = low.piece(then_expr), low.piece(other_expr)
        text = f"care_if({low.boxed(condition)}, {low.boxed(then)}, {low.boxed(other)})"
        return low.settled(Piece(text, BOXED), low.base_values(Call("IF", arguments)))
    mask = low.named(low.condition(condition))
    low.masks.append(mask)
    then = low.piece(then_expr)
    low.masks[-1] = f"no({mask})"
    other = low.piece(other_expr)
    low.masks.pop()
    masked = other.text.startswith("divide_where(") and other.text.endswith(f", no({mask}))")
    if masked and then.constant == 0.0 and then.kind == NUMBER and not low.scalar and not low.masks:
        return other  # it is 0 already where the mask does not hold
    if then.kind == other.kind:
        return Piece(f"where({mask}, {then.text}, {other.text})", then.kind)
    return Piece(f"where({mask}, {low.boxed(then)}, {low.boxed(other)})", BOXED)


def _settled_test(low: Lowering, test: Expr) -> bool | None:
    """Return a condition that does not vary and is the same at every position, else None."""
    if low.varies(test):
        return None
    known = {coerce.boolean(value) for value in low.base_values(test)}
    only = next(iter(known)) if len(known) == 1 else None
    return only if isinstance(only, bool) else None


@rule("IFS")
def ifs(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """IFS: one IF in the other, #N/A at the end."""
    if len(arguments) % 2:
        raise Unplanned("IFS with a condition without a value")
    expr: Expr = Error(NA)
    for place in range(len(arguments) - 2, -1, -2):
        expr = Call("IF", (arguments[place], arguments[place + 1], expr))
    return low.piece(expr)


@rule("SWITCH")
def switch(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """SWITCH among constants: one IF in the other."""
    key, rest = arguments[0], arguments[1:]
    expr: Expr = Error(NA) if len(rest) % 2 == 0 else rest[-1]
    for place in range(len(rest) // 2 * 2 - 2, -1, -2):
        if not isinstance(rest[place], (Number, Text, Bool)):
            raise Unplanned("SWITCH among values that are no constants")
        expr = Call("IF", (Binary("=", key, rest[place]), rest[place + 1], expr))
    return low.piece(expr)


@rule("LET")
def let(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """LET: every name by what it stands for."""
    meanings: dict[str, Expr] = {}
    for place in range(0, len(arguments) - 1, 2):
        name = arguments[place]
        if not isinstance(name, Name):
            raise Unplanned("LET without names")
        meanings[name.name.casefold()] = renamed(arguments[place + 1], meanings)
    body = renamed(arguments[-1], meanings)
    if sum(1 for _ in walk(body)) > _LARGEST_LET:
        raise Unplanned("a LET that is too large to write out")
    return low.piece(body)


_LARGEST_LET = 400


def renamed(expr: Expr, meanings: Mapping[str, Expr]) -> Expr:
    """Return a tree with names put in for; raise Unplanned where a function is bound to a name."""
    match expr:
        case Name(name):
            return meanings.get(name.casefold(), expr)
        case Unary(operator, operand):
            return Unary(operator, renamed(operand, meanings))
        case Binary(operator, left, right):
            return Binary(operator, renamed(left, meanings), renamed(right, meanings))
        case Call(function, given):
            if function in ("LET", "LAMBDA") or function.casefold() in meanings:
                raise Unplanned("LET around a function")
            return Call(function, tuple(renamed(argument, meanings) for argument in given))
        case Array() | Invoke():
            raise Unplanned("LET around an array or a function")
        case _:
            return expr


@rule("CHOOSE")
def choose(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """CHOOSE: a varying position picks among choices that are all computed."""
    if not low.varies(arguments[0]):
        places = {low.reference_value(arguments[0], key) for key in low.keys.tolist()}
        only = next(iter(places))
        if len(places) == 1 and isinstance(only, float) and 1 <= only < len(arguments):
            return low.piece(arguments[int(only)])
    place = low.piece(arguments[0])
    choices = [low.piece(argument) for argument in arguments[1:]]
    kinds = {choice.kind for choice in choices}
    if low.scalar and BOOLEAN in kinds:
        raise Unplanned("CHOOSE among conditions")
    boxed = low.care or kinds != {NUMBER} or place.kind == BOXED
    texts = ", ".join(low.boxed(choice) for choice in choices)
    text = f"choose({low.place(place)}, ({texts},), {boxed})"
    return (
        low.settled(Piece(text, BOXED), low.base_values(Call("CHOOSE", arguments)))
        if boxed
        else Piece(text, NUMBER)
    )
