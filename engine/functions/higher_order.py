"""Functions that take a LAMBDA: MAP, REDUCE, SCAN, BYROW, BYCOL, MAKEARRAY."""

from __future__ import annotations

from engine.core.values import CALC, NA, VALUE, ExcelError, Value
from engine.functions.arrays import turned
from engine.functions.operands import Array, Lambda, Operand, Reference, Union, as_rows
from engine.functions.sizes import MOST_CALLS, room
from engine.functions.table import Fault, excel


def _lambda(operand: Operand) -> Lambda:
    if not isinstance(operand, Lambda):
        raise Fault(operand if isinstance(operand, ExcelError) else VALUE)
    return operand


def single(operand: Operand) -> Value:
    """Return what a lambda answered as one value; an array inside an array is #CALC!."""
    if isinstance(operand, (Array, Reference)):
        return operand.item(0, 0) if operand.height == operand.width == 1 else CALC
    if isinstance(operand, (Lambda, Union)):
        return CALC
    return operand


@excel("MAP", "a a*")
def map_(first: Operand, *rest: Operand) -> Array:
    """Return what a lambda makes of every value, or of values at the same places of several arrays."""
    *more, last = (first, *rest)
    function = _lambda(last)
    if any(isinstance(operand, Lambda) for operand in more):
        raise Fault(VALUE)
    grids = [as_rows(operand) for operand in more]
    height, width = max(len(rows) for rows in grids), max(len(rows[0]) for rows in grids)

    def at(rows: list[list[Value]], r: int, c: int) -> Value:
        return rows[r][c] if r < len(rows) and c < len(rows[0]) else NA

    return Array(
        [
            [single(function.call(*(at(rows, r, c) for rows in grids))) for c in range(width)]
            for r in range(height)
        ]
    )


@excel("REDUCE", "a a a")
def reduce_(start: Operand, operand: Operand, function: Operand) -> Operand:
    """Return what is left when a lambda takes each value in turn."""
    total, call = start, _lambda(function).call
    for value in (value for row in as_rows(operand) for value in row):
        total = call(total, value)
    return total


@excel("SCAN", "a a a")
def scan(start: Operand, operand: Operand, function: Operand) -> Array:
    """Return every step of a reduction."""
    total, call = start, _lambda(function).call
    found: list[list[Value]] = []
    for row in as_rows(operand):
        line: list[Value] = []
        for value in row:
            total = call(total, value)
            line.append(single(total))
        found.append(line)
    return Array(found)


def _rows_of(operand: Operand) -> list[Operand]:
    rows = as_rows(operand)
    if isinstance(operand, Reference):
        width = operand.width
        return [operand.moved(operand.top + i, operand.left, 1, width) for i in range(len(rows))]
    return [Array([row]) for row in rows]


@excel("BYROW", "a a")
def byrow(operand: Operand, function: Operand) -> Array:
    """Return what a lambda makes of every row."""
    call = _lambda(function).call
    return Array([[single(call(row))] for row in _rows_of(operand)])


@excel("BYCOL", "a a")
def bycol(operand: Operand, function: Operand) -> Array:
    """Return what a lambda makes of every column."""
    call = _lambda(function).call
    columns = turned(as_rows(operand))
    if isinstance(operand, Reference):
        height = operand.height
        parts = [operand.moved(operand.top, operand.left + i, height, 1) for i in range(len(columns))]
        return Array([[single(call(part)) for part in parts]])
    return Array([[single(call(Array([[value] for value in column]))) for column in columns]])


@excel("MAKEARRAY", "n n a")
def makearray(rows: float, columns: float, function: Operand) -> Array:
    """Return what a lambda makes of every row and column number."""
    height, width = int(rows), int(columns)
    if (height, width) != (rows, columns) or height < 1 or width < 1:
        raise Fault(VALUE)
    room(height, width, MOST_CALLS)
    call = _lambda(function).call
    return Array([[single(call(r + 1.0, c + 1.0)) for c in range(width)] for r in range(height)])
