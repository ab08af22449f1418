"""Calling functions: arguments converted by their parameter's kind, lifted over arrays, errors answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from engine.core.address import SHIFT, STRIDE
from engine.core.exceptions import UnsupportedFormula
from engine.core.values import DIV0, NUM, VALUE, ExcelError, Value
from engine.evaluate.operators import lifted, plain
from engine.evaluate.state import Closure, Place, State
from engine.functions import coerce
from engine.functions.coerce import LARGEST
from engine.functions.operands import Array, Lambda, Operand, Reference, Union
from engine.functions.table import LIFTED, TOOLPAK, Fault, Function

Convert = Callable[[Value], Value]
_LOOKUPS = frozenset(("VLOOKUP", "HLOOKUP"))


def _number_or_empty(value: Value) -> Value:
    return None if value is None else coerce.number(value)


def _unchanged(value: Value) -> Value:
    return value


_CONVERT: dict[str, Convert] = {
    "n": coerce.number,
    "s": coerce.strict_number,
    "m": _number_or_empty,
    "t": coerce.text,
    "b": coerce.boolean,
    "v": _unchanged,
    "w": _unchanged,
    "e": _unchanged,
}


_VALUES: Final = frozenset([float, str, bool])
# The values that an argument of a kind takes without conversion.
_AS_THEY_ARE: Final[dict[str, frozenset[type]]] = {
    **dict.fromkeys("nsm", frozenset([float])),
    **dict.fromkeys("vwe", _VALUES),
    "t": frozenset([str]),
    "b": frozenset([bool]),
}


def call_closure(function: Function, arguments: list[Closure], sheet: int, array: bool) -> Closure:
    """Return the closure of a function call on a sheet."""
    kinds = [parameter_kind(function, position) for position in range(len(arguments))]
    scalar = [position for position, kind in enumerate(kinds) if kind in LIFTED]
    toolpak = function.name in TOOLPAK
    answer = answering(function, kinds)

    def careful(state: State, at: int, values: list[Any]) -> Operand:
        place = Place(state, sheet, at >> SHIFT, at & (STRIDE - 1)) if function.located else None
        arrays = False
        for position in scalar:
            value = values[position]
            if isinstance(value, (Array, Reference, Union, Lambda)):
                if toolpak and isinstance(value, Reference) and (value.height > 1 or value.width > 1):
                    return next((v for v in values[:position] if isinstance(v, ExcelError)), VALUE)
                value = plain(value, at, array)
                values[position] = value = _zeros(value) if kinds[position] == "m" else value
                arrays = arrays or isinstance(value, Array)
        if arrays and function.name in _LOOKUPS:
            _one_of_a_line(values)
        return _over_arrays(answer, place, values, scalar) if arrays else answer(place, values)

    return _quick(function, kinds, arguments, careful)


def _quick(
    function: Function, kinds: list[str], arguments: list[Closure], careful: Callable[..., Operand]
) -> Closure:
    """Return the closure of a call; ``careful`` computes it where an argument has to be converted first."""
    outcome, located = _outcome(function, kinds), function.located
    as_they_are = [(position, _AS_THEY_ARE[kind]) for position, kind in enumerate(kinds) if kind in LIFTED]

    def called(state: State, at: int) -> Operand:
        values: list[Any] = [argument(state, at) for argument in arguments]
        if located:
            return careful(state, at, values)
        for position, classes in as_they_are:
            if values[position].__class__ not in classes:
                return careful(state, at, values)
        return outcome(None, values)  # type: ignore[no-any-return]  # functions answer operands

    return called


def _one_of_a_line(values: list[Any]) -> None:
    """Raise UnsupportedFormula for keys and numbers of rows or columns that both lie in a row, or a column.

    Excel takes the first number alone in the one case that is known of.
    """
    key, number = values[0], values[2]
    both = isinstance(key, Array) and isinstance(number, Array)
    if both and (min(key.width, number.width) > 1 or min(key.height, number.height) > 1):
        raise UnsupportedFormula("what Excel looks up for several keys and several columns is not documented")


def _zeros(value: Value | Array) -> Value | Array:
    """Return blank cells as 0: they are not an argument left empty."""
    if isinstance(value, Array):
        return Array([[0.0 if item is None else item for item in row] for row in value.rows])
    return 0.0 if value is None else value


def parameter_kind(function: Function, position: int) -> str:
    """Return the kind of an argument by position; more arguments than parameters are taken as they stand."""
    parameter = function.parameter(position)
    return parameter.kind if parameter else "r"


def answering(function: Function, kinds: list[str]) -> Callable[[Place | None, list[Any]], Any]:
    """Return the function with its arguments converted and its failures answered as Excel errors."""
    converts = [(i, _CONVERT[kind], kind == "e") for i, kind in enumerate(kinds) if kind in LIFTED]
    outcome = _outcome(function, kinds)

    def answer(place: Place | None, values: list[Any]) -> Any:
        converted = list(values)
        for position, convert, keeps_errors in converts:
            value = convert(converted[position])
            if isinstance(value, ExcelError) and not keeps_errors:
                return value
            converted[position] = value
        return outcome(place, converted)

    return answer


def _outcome(function: Function, kinds: list[str]) -> Callable[[Place | None, list[Any]], Any]:
    """Return the function with its failures answered as Excel errors."""
    call = function.call
    ranges = [i for i, kind in enumerate(kinds) if kind not in LIFTED]

    def failed(values: list[Any], error: ExcelError) -> ExcelError:
        """Return the first error that stands where a range should, such as a deleted one, else the answer."""
        return next((values[i] for i in ranges if isinstance(values[i], ExcelError)), error)

    def outcome(place: Place | None, values: list[Any]) -> Any:
        try:
            result = call(*values) if place is None else call(place, *values)
        except Fault as fault:
            result = fault.error
        except ZeroDivisionError:
            result = DIV0
        except (OverflowError, ValueError):
            result = NUM
        if type(result) is float:
            return _number(result)
        return failed(values, result) if type(result) is ExcelError else result

    return outcome


def _number(result: float) -> Value:
    return result if -LARGEST <= result <= LARGEST else NUM


def _over_arrays(answer: Any, place: Place | None, values: list[Any], scalar: list[int]) -> Array:
    def one(*items: Value) -> Value:
        given = list(values)
        for position, item in zip(scalar, items, strict=True):
            given[position] = item
        result = answer(place, given)
        if isinstance(result, Reference):
            if result.height > 1 or result.width > 1:
                raise UnsupportedFormula("what Excel makes of several ranges at once is not documented")
            result = result.item(0, 0)
        return result.rows[0][0] if isinstance(result, Array) else result

    return lifted(one, [values[position] for position in scalar])


def invoke_closure(target: Closure, arguments: list[Closure]) -> Closure:
    """Return the closure of a lambda called with arguments; #VALUE! where it is none or the count is off."""

    def invoked(state: State, at: int) -> Operand:
        function = target(state, at)
        if isinstance(function, ExcelError):
            return function
        if not isinstance(function, Lambda) or len(arguments) > function.arity:
            return VALUE
        return function.call(*[argument(state, at) for argument in arguments])

    return invoked
