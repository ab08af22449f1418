"""Operators over values, with fast ways for numbers and Excel's conversions for the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import repeat

from engine.core.address import SHIFT, STRIDE
from engine.core.values import CALC, DIV0, NA, NULL, NUM, VALUE, ExcelError, Value
from engine.evaluate.state import Closure, State
from engine.evaluate.vectors import combined, negated
from engine.functions import coerce
from engine.functions.arithmetic import power
from engine.functions.cell_areas import array_of
from engine.functions.coerce import LARGEST, compare, ordering
from engine.functions.operands import Array, Lambda, Operand, Reference, Union
from engine.functions.sizes import room

Scalar2 = Callable[[Value, Value], Value]
Compared = Callable[[Value, Value], int | ExcelError]


def plain(operand: Operand, at: int, array: bool) -> Value | Array:
    """Return an operand as a value, or as an array where the formula computes with arrays.

    Elsewhere a range gives the cell in the formula's own row or column: implicit intersection.
    """
    if isinstance(operand, Reference):
        if operand.top == operand.bottom and operand.left == operand.right:
            return operand.item(0, 0)
        return array_of(operand) if array else intersected(operand, at)
    if isinstance(operand, Lambda):
        return CALC
    return VALUE if isinstance(operand, Union) else operand


def intersected(area: Reference, at: int) -> Value:
    """Return the cell of a range that shares the row or column of the asking cell, else #VALUE!."""
    row, column = at >> SHIFT, at & (STRIDE - 1)
    if area.left == area.right and area.top <= row <= area.bottom:
        return area.item(row - area.top, 0)
    if area.top == area.bottom and area.left <= column <= area.right:
        return area.item(0, column - area.left)
    return VALUE


def lifted(call: Callable[..., Value], operands: list[Value | Array]) -> Array:
    """Call a function of plain values for every position of its array arguments.

    Rows and columns of one repeat; where an array is too short the answer is #N/A.
    """
    arrays = [operand for operand in operands if isinstance(operand, Array)]
    height = max(array.height for array in arrays)
    width = max(array.width for array in arrays)
    room(height, width)
    if any(array.height not in (1, height) or array.width not in (1, width) for array in arrays):
        return Array([[_lifted_item(call, operands, r, c) for c in range(width)] for r in range(height)])
    if width == 1:
        return Array([[value] for value in map(call, *(_down(operand, height) for operand in operands))])
    rows = range(height)
    return Array([list(map(call, *(_across(operand, r, width) for operand in operands))) for r in rows])


def _down(operand: Value | Array, height: int) -> Iterable[Value]:
    """Return the values of an operand one cell wide, from top to bottom."""
    if isinstance(operand, Array):
        return [row[0] for row in operand.rows] if operand.height > 1 else repeat(operand.rows[0][0], height)
    return repeat(operand, height)


def _across(operand: Value | Array, row: int, width: int) -> Iterable[Value]:
    """Return the values of one row of an operand, from left to right."""
    if not isinstance(operand, Array):
        return repeat(operand, width)
    found = operand.rows[0 if operand.height == 1 else row]
    return found if operand.width > 1 else repeat(found[0], width)


def _lifted_item(call: Callable[..., Value], operands: list[Value | Array], row: int, column: int) -> Value:
    values: list[Value] = []
    for operand in operands:
        if not isinstance(operand, Array):
            values.append(operand)
            continue
        r = 0 if operand.height == 1 else row
        c = 0 if operand.width == 1 else column
        if r >= operand.height or c >= operand.width:
            return NA
        values.append(operand.rows[r][c])
    return call(*values)


def _numeric(calculate: Callable[[float, float], Value]) -> Scalar2:
    def scalar(left: Value, right: Value) -> Value:
        if type(left) is float and type(right) is float:
            return calculate(left, right)
        a = left if type(left) is float else coerce.number(left)
        b = right if type(right) is float else coerce.number(right)
        if isinstance(a, ExcelError):
            return a
        return b if isinstance(b, ExcelError) else calculate(a, b)

    return scalar


def _add(left: float, right: float) -> Value:
    return coerce.finite(left + right)


def _subtract(left: float, right: float) -> Value:
    return coerce.finite(left - right)


def _multiply(left: float, right: float) -> Value:
    return coerce.finite(left * right)


def _divide(left: float, right: float) -> Value:
    return coerce.finite(left / right) if right else DIV0


def _concatenate(left: Value, right: Value) -> Value:
    a, b = coerce.text(left), coerce.text(right)
    if isinstance(a, ExcelError):
        return a
    if isinstance(b, ExcelError):
        return b
    return a + b if len(a) + len(b) <= 32767 else VALUE


def _ordering(holds: Callable[[int], bool], compared: Compared = ordering) -> Scalar2:
    less, equal, greater = holds(-1), holds(0), holds(1)

    def scalar(left: Value, right: Value) -> Value:
        if type(left) is float and type(right) is float:
            if left == right:
                return equal
            if abs(left - right) > 1e-14 * (abs(left) + abs(right)):
                return greater if left > right else less
        found = compared(left, right)
        return found if isinstance(found, ExcelError) else holds(found)

    return scalar


SCALARS: dict[str, Scalar2] = {
    "+": _numeric(_add),
    "-": _numeric(_subtract),
    "*": _numeric(_multiply),
    "/": _numeric(_divide),
    "^": _numeric(power),
    "&": _concatenate,
    "=": _ordering(lambda found: found == 0, compare),
    "<>": _ordering(lambda found: found != 0, compare),
    "<": _ordering(lambda found: found < 0),
    "<=": _ordering(lambda found: found <= 0),
    ">": _ordering(lambda found: found > 0),
    ">=": _ordering(lambda found: found >= 0),
}


_OPERATORS = {scalar: operator for operator, scalar in SCALARS.items()}


def binary(operator: str, left: Closure, right: Closure, array: bool) -> Closure:
    """Return the closure of an operator between two operands."""
    scalar = SCALARS[operator]

    def general(state: State, at: int) -> Operand:
        a, b = left(state, at), right(state, at)
        return _general(scalar, a, b, at, array)

    maker = _FAST.get(operator)
    return general if maker is None else maker(left, right, scalar, array)


def _general(scalar: Scalar2, left: Operand, right: Operand, at: int, array: bool) -> Value | Array:
    a, b = plain(left, at, array), plain(right, at, array)
    if isinstance(a, Array) or isinstance(b, Array):
        at_once = combined(_OPERATORS[scalar], scalar, a, b)
        return lifted(scalar, [a, b]) if at_once is None else at_once
    return scalar(a, b)


def _fast_add(left: Closure, right: Closure, scalar: Scalar2, array: bool) -> Closure:
    def add(state: State, at: int) -> Operand:
        a, b = left(state, at), right(state, at)
        if type(a) is float and type(b) is float:
            result = a + b
            return result if -LARGEST <= result <= LARGEST else NUM
        return _general(scalar, a, b, at, array)

    return add


def _fast_subtract(left: Closure, right: Closure, scalar: Scalar2, array: bool) -> Closure:
    def subtract(state: State, at: int) -> Operand:
        a, b = left(state, at), right(state, at)
        if type(a) is float and type(b) is float:
            result = a - b
            return result if -LARGEST <= result <= LARGEST else NUM
        return _general(scalar, a, b, at, array)

    return subtract


def _fast_multiply(left: Closure, right: Closure, scalar: Scalar2, array: bool) -> Closure:
    def multiply(state: State, at: int) -> Operand:
        a, b = left(state, at), right(state, at)
        if type(a) is float and type(b) is float:
            result = a * b
            return result if -LARGEST <= result <= LARGEST else NUM
        return _general(scalar, a, b, at, array)

    return multiply


def _fast_divide(left: Closure, right: Closure, scalar: Scalar2, array: bool) -> Closure:
    def divide(state: State, at: int) -> Operand:
        a, b = left(state, at), right(state, at)
        if type(a) is float and type(b) is float and b:
            result = a / b
            return result if -LARGEST <= result <= LARGEST else NUM
        return _general(scalar, a, b, at, array)

    return divide


def _fast_order(holds: Callable[[float, float], bool]) -> Callable[..., Closure]:
    def make(left: Closure, right: Closure, scalar: Scalar2, array: bool) -> Closure:
        def order(state: State, at: int) -> Operand:
            a, b = left(state, at), right(state, at)
            # Numbers close to each other take the slow way, which compares the 15 digits Excel shows.
            if type(a) is float and type(b) is float and abs(a - b) > 1e-14 * (abs(a) + abs(b)):
                return holds(a, b)
            return _general(scalar, a, b, at, array)

        return order

    return make


_FAST: dict[str, Callable[..., Closure]] = {
    "+": _fast_add,
    "-": _fast_subtract,
    "*": _fast_multiply,
    "/": _fast_divide,
    "<": _fast_order(lambda a, b: a < b),
    "<=": _fast_order(lambda a, b: a < b),
    ">": _fast_order(lambda a, b: a > b),
    ">=": _fast_order(lambda a, b: a > b),
}


# Between 1.2e-15, which Excel takes for 0, and 1.37e-15, which it keeps, in a public model's balance checks.
_LEFT_OVER = 1.3e-15


def cancelled(operator: str, left: Closure, right: Closure, array: bool) -> Closure:
    """Return the closure of a + or - that is a formula's last operation: what is left of equal numbers is 0.

    Source: "Floating-point arithmetic may give inaccurate results in Excel", Excel's documentation.
    """
    scalar = SCALARS[operator]
    sign = 1.0 if operator == "+" else -1.0

    def last(state: State, at: int) -> Operand:
        a, b = left(state, at), right(state, at)
        if type(a) is float and type(b) is float:
            result = a + sign * b
            if abs(result) < _LEFT_OVER * abs(a):
                return 0.0
            return result if -LARGEST <= result <= LARGEST else NUM
        return _general(scalar, a, b, at, array)

    return last


def negative(operand: Closure, array: bool) -> Closure:
    """Return the closure of a minus sign."""
    return _unary(lambda value: -value, operand, array, negated)


def percent(operand: Closure, array: bool) -> Closure:
    """Return the closure of a percent sign."""
    return _unary(lambda value: value / 100, operand, array)


def _unary(
    calculate: Callable[[float], float],
    operand: Closure,
    array: bool,
    at_once: Callable[[Array], Array | None] = lambda _: None,
) -> Closure:
    def scalar(value: Value) -> Value:
        number = coerce.number(value)
        return number if isinstance(number, ExcelError) else calculate(number)

    def unary(state: State, at: int) -> Operand:
        value = operand(state, at)
        if type(value) is float:
            return calculate(value)
        settled = plain(value, at, array)
        if isinstance(settled, Array):
            return at_once(settled) or lifted(scalar, [settled])
        return scalar(settled)

    return unary


def joined(operator: str, left: Operand, right: Operand) -> Operand:
    """Return what a reference operator makes of two operands: ":" the hull, " " the overlap, "," both."""
    if isinstance(left, ExcelError):
        return left
    if isinstance(right, ExcelError):
        return right
    if operator == ",":
        return Union([*_parts(left), *_parts(right)])
    if operator == " " and (isinstance(left, Union) or isinstance(right, Union)):
        return _overlaps(_parts(left), _parts(right))
    if not (isinstance(left, Reference) and isinstance(right, Reference)) or left.sheet != right.sheet:
        return VALUE
    top, bottom = (left.top, right.top), (left.bottom, right.bottom)
    if operator == ":":
        return Reference(
            left.store,
            left.sheet,
            min(top),
            min(left.left, right.left),
            max(bottom),
            max(left.right, right.right),
        )
    lowest, leftmost = min(bottom), max(left.left, right.left)
    if max(top) > lowest or leftmost > min(left.right, right.right):
        return NULL
    return Reference(left.store, left.sheet, max(top), leftmost, lowest, min(left.right, right.right))


def _overlaps(left: list[Reference], right: list[Reference]) -> Operand:
    """Return where each area of one side meets each of the other; #NULL! where none does."""
    met = [joined(" ", first, second) for first in left for second in right]
    areas = [area for area in met if isinstance(area, Reference)]
    return Union(areas) if len(areas) > 1 else areas[0] if areas else NULL


def _parts(operand: Operand) -> list[Reference]:
    if isinstance(operand, Union):
        return operand.parts
    return [operand] if isinstance(operand, Reference) else []
