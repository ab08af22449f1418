"""Logic and information: AND, OR, NOT, and what kind of value a cell holds."""

from __future__ import annotations

from collections.abc import Callable

from engine.core.exceptions import UnsupportedFormula
from engine.core.values import (
    CALC,
    DIV0,
    GETTING_DATA,
    NA,
    NAME,
    NULL,
    NUM,
    REF,
    SPILL,
    VALUE,
    ExcelError,
    Value,
)  # fmt: skip
from engine.functions.operands import Array, Lambda, Operand, Reference, each_value
from engine.functions.table import Fault, excel

_ERROR_TYPES = {
    NULL: 1,
    DIV0: 2,
    VALUE: 3,
    REF: 4,
    NAME: 5,
    NUM: 6,
    NA: 7,
    GETTING_DATA: 8,
    SPILL: 9,
    ExcelError("#CONNECT!"): 10,
    ExcelError("#BLOCKED!"): 11,
    ExcelError("#UNKNOWN!"): 12,
    ExcelError("#FIELD!"): 13,
    CALC: 14,
}


def _conditions(operands: tuple[Operand, ...]) -> list[bool]:
    """Return the conditions in the arguments; other text, and blanks inside ranges, count for nothing."""
    found: list[bool] = []
    for operand in operands:
        inside = isinstance(operand, (Array, Reference))
        for value in each_value(operand):
            if isinstance(value, ExcelError):
                raise Fault(value)
            if isinstance(value, str):
                if not inside and value.upper() in ("TRUE", "FALSE"):
                    found.append(value.upper() == "TRUE")
            elif value is not None:
                found.append(bool(value))
            elif not inside:
                found.append(False)
    if not found:
        raise Fault(VALUE)
    return found


@excel("AND", "r*")
def and_(*operands: Operand) -> bool:
    """TRUE where every condition holds."""
    return all(_conditions(operands))


@excel("OR", "r*")
def or_(*operands: Operand) -> bool:
    """TRUE where any condition holds."""
    return any(_conditions(operands))


@excel("XOR", "r*")
def xor(*operands: Operand) -> bool:
    """TRUE where an odd number of conditions hold."""
    return sum(_conditions(operands)) % 2 == 1


@excel("NOT", "b")
def not_(condition: bool) -> bool:
    """Return the opposite of a condition."""
    return not condition


@excel("TRUE")
def true() -> bool:
    """Return TRUE."""
    return True


@excel("FALSE")
def false() -> bool:
    """Return FALSE."""
    return False


@excel("NA")
def not_available() -> ExcelError:
    """Return #N/A."""
    return NA


@excel("ISERROR", "e")
def is_error(value: Value) -> bool:
    """Whether a value is any error."""
    return isinstance(value, ExcelError)


@excel("ISERR", "e")
def is_err(value: Value) -> bool:
    """Whether a value is an error other than #N/A."""
    return isinstance(value, ExcelError) and value is not NA


@excel("ISNA", "e")
def is_na(value: Value) -> bool:
    """Whether a value is #N/A."""
    return value is NA


@excel("ISNUMBER", "e", correction="numeric text is no number")
def is_number(value: Value) -> bool:
    """Whether a value is a number."""
    return isinstance(value, float)


@excel("ISTEXT", "e")
def is_text(value: Value) -> bool:
    """Whether a value is text."""
    return isinstance(value, str)


@excel("ISNONTEXT", "e")
def is_nontext(value: Value) -> bool:
    """Whether a value is anything but text."""
    return not isinstance(value, str)


@excel("ISBLANK", "e")
def is_blank(value: Value) -> bool:
    """Whether a cell is empty."""
    return value is None


@excel("ISLOGICAL", "e")
def is_logical(value: Value) -> bool:
    """Whether a value is TRUE or FALSE."""
    return isinstance(value, bool)


@excel("ISREF", "r")
def is_ref(operand: Operand) -> bool:
    """Whether an argument is a reference."""
    return isinstance(operand, Reference)


@excel("ERROR.TYPE", "e")
def error_type(value: Value) -> float:
    """Return the number of an error's kind, #N/A for anything else."""
    if not isinstance(value, ExcelError):
        raise Fault(NA)
    if value not in _ERROR_TYPES:
        raise UnsupportedFormula(f"which number Excel gives {value.code} is not documented")
    return float(error_number(value))


def error_number(error: ExcelError) -> int:
    """Return the number by which Excel tells an error's kind, and sorts errors."""
    return _ERROR_TYPES.get(error, 9)


def _first(operand: Operand, answer: Callable[[Value], Value]) -> Value | Array:
    """Answer for a value, for the first cell of a range, or for each item of an array."""
    if isinstance(operand, Array):
        return Array([[answer(value) for value in row] for row in operand.rows])
    value = operand.item(0, 0) if isinstance(operand, Reference) else operand
    return answer(value) if value is None or isinstance(value, (float, str, bool, ExcelError)) else VALUE


@excel("N", "r")
def n(operand: Operand) -> Value | Array:
    """Return a number or boolean as a number, an error as itself, anything else as 0."""

    def number(value: Value) -> Value:
        if isinstance(value, ExcelError):
            return value
        return 0.0 if isinstance(value, str) else float(value or 0)

    return _first(operand, number)


@excel("T", "r")
def t(operand: Operand) -> Value | Array:
    """Return text and errors as they are, anything else as empty text."""
    return _first(operand, lambda value: value if isinstance(value, (str, ExcelError)) else "")


@excel("TYPE", "r")
def type_(operand: Operand) -> float:
    """Return 1 for a number, 2 text, 4 boolean, 16 error, 64 array, 128 lambda."""
    if isinstance(operand, Lambda):
        return 128.0
    if isinstance(operand, Reference) and operand.height == operand.width == 1:
        operand = operand.item(0, 0)
    if isinstance(operand, (Array, Reference)):
        return 64.0
    kinds: list[tuple[type, float]] = [(bool, 4.0), (str, 2.0), (ExcelError, 16.0)]
    return next((code for kind, code in kinds if isinstance(operand, kind)), 1.0)
