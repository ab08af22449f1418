"""Functions with a batch kernel: how each is lowered to source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from engine.core.values import NA
from engine.evaluate.batch.lower import RULES, Lowering, Rule
from engine.evaluate.batch.operators import ORDERED
from engine.evaluate.batch.source import BOOLEAN, BOXED, NUMBER, Piece, constant
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
    Ref,
    Text,
    Unary,
    walk,
)
from engine.functions import coerce

_R = TypeVar("_R", bound=Callable[..., Piece])


def rule(*names: str) -> Callable[[_R], _R]:
    """Enter a rule under the functions it lowers."""

    def enter(lowered: _R) -> _R:
        for name in names:
            RULES[name] = lowered
        return lowered

    return enter


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


@rule("IFERROR", "IFNA")
def rescue(low: Lowering, arguments: tuple[Expr, ...], name: str = "IFERROR") -> Piece:
    """IFERROR and IFNA: the first argument is computed with care."""
    if low.scalar:
        return low.piece(arguments[0])
    value, instead = low.careful().piece(arguments[0]), low.careful().piece(arguments[1])
    text = f"care_rescue({value.text}, {instead.text}, {name == 'IFNA'})"
    return low.settled(Piece(text, BOXED), low.base_values(Call(name, arguments)))


RULES["IFNA"] = lambda low, arguments: rescue(low, arguments, "IFNA")


@rule("ISERROR")
def iserror(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """ISERROR: its argument is computed with care."""
    if low.scalar:
        return Piece(f"fails({low.number(low.piece(arguments[0]))})", BOOLEAN)
    return _looked(low, "care_error", arguments[0])


@rule("ISNUMBER")
def isnumber(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """ISNUMBER: its argument is computed with care."""
    if low.scalar:
        piece = low.careful().piece(arguments[0])
        if piece.kind == BOOLEAN:
            return Piece("stop()", BOOLEAN)
        return Piece(f"no(fails({piece.text}))", BOOLEAN)
    return _looked(low, "care_number", arguments[0])


def _looked(low: Lowering, kernel: str, argument: Expr) -> Piece:
    text = low.careful().piece(argument).text
    return Piece(f"care_looked({kernel}, {text})", BOXED) if low.care else Piece(f"{kernel}({text})", BOOLEAN)


def _asked(kernel: str) -> Rule:
    def lowered(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
        if low.scalar:
            raise Unplanned("a question about a value's kind in the compiled program")
        return _looked(low, kernel, arguments[0])

    return lowered


for _name, _question in (
    ("ISNA", "care_na"),
    ("ISERR", "care_other_error"),
    ("ISTEXT", "care_text"),
    ("ISNONTEXT", "care_no_text"),
    ("ISLOGICAL", "care_logical"),
):
    RULES[_name] = _asked(_question)


@rule("ISBLANK")
def isblank(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """ISBLANK of a cell: what varies is never blank."""
    if not isinstance(arguments[0], Ref) or len(low.area(arguments[0]).keys) > 1:
        raise Unplanned("ISBLANK of something other than a cell")
    area = low.area(arguments[0])
    known = low.cone.base.state.cells[area.sheet]
    blank = [
        (area.sheet, key) not in low.cone.varying and known.get(key) is None for key in area.keys[0].tolist()
    ]
    return constant([*blank], low.index, low.constants)


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
