"""Functions that don't evaluate every argument, or that bind names: IF, IFERROR, CHOOSE, LET, LAMBDA ..."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from engine.core.exceptions import UnsupportedFormula
from engine.core.values import NA, VALUE, ExcelError, Value
from engine.evaluate.operators import lifted, plain
from engine.evaluate.state import Closure, State
from engine.evaluate.vectors import picked
from engine.formula.expr import Expr, Name
from engine.functions import coerce
from engine.functions.blocks import block_of
from engine.functions.operands import Array, Lambda, Operand

if TYPE_CHECKING:
    from engine.evaluate.compile import Compiler

Build = Callable[["Compiler", tuple[Expr, ...], bool], Closure]
SPECIAL: Final[dict[str, Build]] = {}


def _special(name: str, least: int, most: int | None = None) -> Callable[[Build], Build]:
    def enter(build: Build) -> Build:
        def checked(compiler: Compiler, arguments: tuple[Expr, ...], reference: bool) -> Closure:
            if len(arguments) < least or (most is not None and len(arguments) > most):
                raise UnsupportedFormula(f"{name} can't take {len(arguments)} arguments")
            return build(compiler, arguments, reference)

        SPECIAL[name] = checked
        return build

    return enter


def _compiled(compiler: Compiler, arguments: tuple[Expr, ...], reference: bool) -> list[Closure]:
    return [compiler.operand(a) if reference else compiler.value(a) for a in arguments]


@_special("IF", 2, 3)
def if_(compiler: Compiler, arguments: tuple[Expr, ...], reference: bool) -> Closure:
    """IF: only the branch taken is evaluated, unless the condition is an array."""
    condition = compiler.value(arguments[0])
    branches = _compiled(compiler, arguments[1:], reference)
    then, otherwise = branches[0], (branches[1] if len(branches) > 1 else lambda _state, _at: False)
    array = compiler.array

    def chosen(state: State, at: int) -> Operand:
        test = condition(state, at)
        if test is not True and test is not False:
            test = plain(test, at, array)
            if isinstance(test, Array):
                given = [plain(branch(state, at), at, True) for branch in (then, otherwise)]
                return picked(test, *given) or lifted(_pick, [test, *given])
            test = coerce.boolean(test)
            if isinstance(test, ExcelError):
                return test
        return then(state, at) if test else otherwise(state, at)

    return chosen


def _pick(test: Value, then: Value, otherwise: Value) -> Value:
    condition = coerce.boolean(test)
    if isinstance(condition, ExcelError):
        return condition
    value = then if condition else otherwise
    return 0.0 if value is None else value


def _rescue(wanted: Callable[[Value], bool]) -> Build:
    def build(compiler: Compiler, arguments: tuple[Expr, ...], reference: bool) -> Closure:  # noqa: ARG001  # one signature for all
        first, second = (compiler.value(argument) for argument in arguments)
        array = compiler.array

        def rescued(state: State, at: int) -> Operand:
            value = plain(first(state, at), at, array)
            if isinstance(value, Array):
                instead = plain(second(state, at), at, True)
                if not isinstance(instead, Array) and block_of(value) is not None:
                    return value  # numbers, or conditions, alone
                return _rescued(value, instead, wanted)
            return second(state, at) if wanted(value) else value

        return rescued

    return build


def _rescued(value: Array, instead: Value | Array, wanted: Callable[[Value], bool]) -> Array:
    """Replace the values that are wanted; where the replacements end too soon, those alone are #N/A."""
    if isinstance(instead, Array):
        rows = range(max(value.height, instead.height))
        columns = range(max(value.width, instead.width))
    else:
        rows, columns = range(value.height), range(value.width)

    def item(row: int, column: int) -> Value:
        found = _broadcast(value, row, column)
        found = _broadcast(instead, row, column) if wanted(found) else found
        return 0.0 if found is None else found

    return Array([[item(row, column) for column in columns] for row in rows])


def _broadcast(operand: Value | Array, row: int, column: int) -> Value:
    if not isinstance(operand, Array):
        return operand
    r = 0 if operand.height == 1 else row
    c = 0 if operand.width == 1 else column
    return operand.rows[r][c] if r < operand.height and c < operand.width else NA


_special("IFERROR", 2, 2)(_rescue(lambda value: isinstance(value, ExcelError)))
_special("IFNA", 2, 2)(_rescue(lambda value: value is NA))


@_special("CHOOSE", 2)
def choose(compiler: Compiler, arguments: tuple[Expr, ...], reference: bool) -> Closure:
    """CHOOSE: the value or reference at a position from 1."""
    position = compiler.value(arguments[0])
    choices = _compiled(compiler, arguments[1:], reference)
    array = compiler.array

    def chosen(state: State, at: int) -> Operand:
        where = plain(position(state, at), at, array)
        if isinstance(where, Array):
            given = [plain(choice(state, at), at, True) for choice in choices]
            return lifted(_choice, [where, *given])
        number = coerce.number(where)
        if isinstance(number, ExcelError):
            return number
        return choices[int(number) - 1](state, at) if 1 <= number < len(choices) + 1 else VALUE

    return chosen


def _choice(where: Value, *choices: Value) -> Value:
    number = coerce.number(where)
    if isinstance(number, ExcelError):
        return number
    return choices[int(number) - 1] if 1 <= number < len(choices) + 1 else VALUE


@_special("IFS", 2)
def ifs(compiler: Compiler, arguments: tuple[Expr, ...], reference: bool) -> Closure:  # noqa: ARG001  # one signature for all
    """IFS: the value after the first condition that holds, #N/A where none does."""
    if len(arguments) % 2:
        raise UnsupportedFormula("IFS needs a value after each condition")
    closures = [compiler.value(argument) for argument in arguments]
    array = compiler.array

    def chosen(state: State, at: int) -> Operand:
        for i in range(0, len(closures), 2):
            test = plain(closures[i](state, at), at, array)
            if isinstance(test, Array):
                rest = [plain(closure(state, at), at, True) for closure in closures[i + 1 :]]
                return lifted(_first_true, [test, *rest])
            condition = coerce.boolean(test)
            if isinstance(condition, ExcelError):
                return condition
            if condition:
                return closures[i + 1](state, at)
        return NA

    return chosen


def _first_true(*values: Value) -> Value:
    for test, value in zip(values[::2], values[1::2], strict=True):
        condition = coerce.boolean(test)
        if isinstance(condition, ExcelError):
            return condition
        if condition:
            return value
    return NA


@_special("SWITCH", 3)
def switch(compiler: Compiler, arguments: tuple[Expr, ...], reference: bool) -> Closure:  # noqa: ARG001  # one signature for all
    """SWITCH: the result beside the first value that equals the first argument, else the default."""
    closures = [compiler.value(argument) for argument in arguments]
    array = compiler.array

    def chosen(state: State, at: int) -> Operand:
        key = plain(closures[0](state, at), at, array)
        if isinstance(key, Array):
            rest = [plain(closure(state, at), at, True) for closure in closures[1:]]
            return lifted(_switched, [key, *rest])
        if isinstance(key, ExcelError):
            return key
        for i in range(1, len(closures) - 1, 2):
            value = plain(closures[i](state, at), at, False)
            if coerce.compare(key, value) == 0:  # type: ignore[arg-type]  # plain without arrays is a value
                return closures[i + 1](state, at)
        return closures[-1](state, at) if len(closures) % 2 == 0 else NA

    return chosen


def _switched(key: Value, *rest: Value) -> Value:
    if isinstance(key, ExcelError):
        return key
    for i in range(0, len(rest) - 1, 2):
        if coerce.compare(key, rest[i]) == 0:
            return rest[i + 1]
    return rest[-1] if len(rest) % 2 else NA


def _variable(expr: Expr, function: str) -> str:
    if not isinstance(expr, Name):
        raise UnsupportedFormula(f"{function} needs a name in front of each value")
    return expr.name.casefold()


@_special("LET", 3)
def let(compiler: Compiler, arguments: tuple[Expr, ...], reference: bool) -> Closure:
    """LET: names bound one after the other, then the last argument in their light."""
    bound: list[tuple[str, Closure]] = []
    for i in range(0, len(arguments) - 1, 2):
        name = _variable(arguments[i], "LET")
        bound.append((name, compiler.operand(arguments[i + 1])))
        compiler = compiler.binding(frozenset([name]))
    body = compiler.operand(arguments[-1]) if reference else compiler.value(arguments[-1])

    def evaluated(state: State, at: int) -> Operand:
        for name, closure in bound:
            state = state.binding({name: closure(state, at)})
        return body(state, at)

    return evaluated


@_special("LAMBDA", 1)
def lambda_(compiler: Compiler, arguments: tuple[Expr, ...], reference: bool) -> Closure:  # noqa: ARG001  # one signature for all
    """LAMBDA: a function as a value that keeps the variables around it; left-out arguments are blank."""
    names = [_variable(argument, "LAMBDA") for argument in arguments[:-1]]
    body = compiler.within_arrays().binding(frozenset(names)).operand(arguments[-1])

    def made(state: State, at: int) -> Operand:
        def call(*given: Operand) -> Operand:
            padded = [*given, *[None] * (len(names) - len(given))]
            return body(state.binding(dict(zip(names, padded, strict=True))), at)

        return Lambda(call, len(names))

    return made


@_special("ISOMITTED", 1, 1)
def isomitted(compiler: Compiler, arguments: tuple[Expr, ...], reference: bool) -> Closure:  # noqa: ARG001  # one signature for all
    """ISOMITTED: whether a call left an argument of the lambda out."""
    name = _variable(arguments[0], "ISOMITTED")
    return lambda state, _at: state.variables.get(name) is None
