"""Arrays cut, joined, turned, filtered and sorted.

Source: "Lookup and reference functions (reference)", Excel's documentation.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import cmp_to_key

import numpy as np

from engine.core.exceptions import UnsupportedFormula
from engine.core.values import CALC, NA, NUM, VALUE, ExcelError, Value
from engine.functions import coerce
from engine.functions.blocks import block_of
from engine.functions.cell_areas import array_of
from engine.functions.collation import folded, is_plain
from engine.functions.logic import error_number
from engine.functions.operands import Array, Operand, Reference, Union, as_rows, each_value
from engine.functions.sizes import room
from engine.functions.table import Fault, excel

Rows = list[list[Value]]


def filled(rows: Rows) -> Array:
    """Return rows as an array; #CALC! where nothing is left."""
    if not rows or not rows[0]:
        raise Fault(CALC)
    return Array(rows)


def turned(rows: Rows) -> Rows:
    """Return columns as rows."""
    return [list(column) for column in zip(*rows, strict=True)]


@excel("SEQUENCE", "m m? m? m?")
def sequence(
    rows: float | None, columns: float | None = None, start: float | None = None, step: float | None = None
) -> Array:
    """Return numbers at equal steps, row by row."""
    height, width = (1 if size is None else int(size) for size in (rows, columns))
    if height < 0 or width < 0:
        raise Fault(VALUE)
    if height == 0 or width == 0:
        raise Fault(CALC)
    room(height, width)
    first, by = (1.0 if value is None else value for value in (start, step))
    return Array([[first + by * (r * width + c) for c in range(width)] for r in range(height)])


@excel("FILTER", "a a e?", correction="columns too; #CALC! where nothing is left and no value is given")
def filter_(operand: Operand, include: Operand, empty: Value = CALC) -> Value | Array:
    """Return the rows or columns at which a condition holds."""
    rows = array_of(operand).rows if isinstance(operand, Reference) else as_rows(operand)
    block = block_of(include)
    if block is not None and block.shape == (len(rows), 1):
        kept = [rows[place] for place in np.flatnonzero(block[:, 0]).tolist()]
        return Array(kept) if kept else empty
    wanted = as_rows(include)
    down = len(wanted[0]) == 1 and len(wanted) == len(rows)
    if not down and not (len(wanted) == 1 and len(wanted[0]) == len(rows[0])):
        raise Fault(VALUE)
    keeps = []
    for value in (row[0] for row in wanted) if down else wanted[0]:
        keep = coerce.boolean(value)
        if isinstance(keep, ExcelError):
            raise Fault(keep)
        keeps.append(keep)
    if not any(keeps):
        return empty
    if down:
        return Array([row for row, keep in zip(rows, keeps, strict=True) if keep])
    return Array([[value for value, keep in zip(row, keeps, strict=True) if keep] for row in rows])


def _rank(value: Value) -> int:
    if value is None:
        return 4
    return 3 if isinstance(value, ExcelError) else 2 if isinstance(value, bool) else isinstance(value, str)


def ordered(left: Value, right: Value, sign: int) -> int:
    """Order two values for sorting: numbers, text, booleans, errors by kind; blanks last either way."""
    a, b = _rank(left), _rank(right)
    if a != b:
        difference = -1 if a < b else 1
        return difference if 4 in (a, b) else difference * sign
    if a == 4:
        return 0
    if isinstance(left, ExcelError) and isinstance(right, ExcelError):
        return (error_number(left) - error_number(right)) * sign
    found = coerce.ordering(left, right)
    return 0 if isinstance(found, ExcelError) else found * sign


def _sign(value: Value) -> int:
    number = coerce.number(value)
    if number not in (1.0, -1.0):
        raise Fault(VALUE)
    return 1 if number == 1.0 else -1


def _sorted_rows(rows: Rows, keys: list[tuple[list[Value], int]]) -> Rows:
    places = list(range(len(rows)))
    for column, sign in reversed(keys):
        places = _in_order(places, column, sign)
    return [rows[i] for i in places]


def _in_order(places: list[int], column: list[Value], sign: int) -> list[int]:
    """Return places by a column's values, equal ones as they were; one kind of value needs no comparing."""
    kinds = {type(value) for value in column}
    if kinds == {float}:
        numbers = [float(f"{value:.14e}") for value in column]
        return sorted(places, key=numbers.__getitem__, reverse=sign < 0)
    if kinds == {str}:
        words = [folded(str(value)) for value in column]
        if all(map(is_plain, words)):
            return sorted(places, key=words.__getitem__, reverse=sign < 0)

    def order(left: int, right: int) -> int:
        return ordered(column[left], column[right], sign)

    return sorted(places, key=cmp_to_key(order))


@excel("SORT", "a r? r? b?", correction="several keys, text without case, blanks last")
def sort(operand: Operand, index: Operand = None, order: Operand = None, by_column: bool = False) -> Array:
    """Return rows, or columns, in order of one or more of them."""
    rows = turned(as_rows(operand)) if by_column else as_rows(operand)
    places = [1.0] if index is None else [coerce.number(value) for value in each_value(index)]
    signs = [1] if order is None else [_sign(value) for value in each_value(order)]
    if len(signs) > len(places):
        raise Fault(VALUE)
    columns = turned(rows)
    keys = []
    for i, place in enumerate(places):
        if isinstance(place, ExcelError) or not 1 <= place < len(columns) + 1:
            raise Fault(VALUE)
        keys.append((columns[int(place) - 1], signs[min(i, len(signs) - 1)]))
    found = _sorted_rows(rows, keys)
    return Array(turned(found) if by_column else found)


@excel("SORTBY", "a a a?*", correction="several keys, text without case, blanks last")
def sortby(operand: Operand, first: Operand, *rest: Operand) -> Array:
    """Return rows or columns in order of other ranges."""
    rows = as_rows(operand)
    given = [first, *rest]
    across = (len(as_rows(first)) == 1 and len(rows) > 1) or (len(rows) == 1 and len(rows[0]) > 1)
    lines = turned(rows) if across else rows
    keys = []
    for i in range(0, len(given), 2):
        column = list(each_value(Array(as_rows(given[i]))))
        if len(column) != len(lines):
            raise Fault(VALUE)
        sign = given[i + 1] if i + 1 < len(given) else None
        keys.append((column, 1 if sign is None else _sign(next(iter(each_value(sign))))))
    found = _sorted_rows(lines, keys)
    return Array(turned(found) if across else found)


def identity(value: Value) -> object:
    """Return what tells a value from others, text without case."""
    if isinstance(value, str):
        return value.casefold()
    return (type(value).__name__, value)


def _flag(operand: Operand) -> bool:
    """Return an argument that takes one condition; raise UnsupportedFormula for several."""
    rows = as_rows(operand)
    if len(rows) > 1 or len(rows[0]) > 1:
        raise UnsupportedFormula("UNIQUE takes one condition; what Excel makes of several is not known")
    condition = coerce.boolean(rows[0][0])
    if isinstance(condition, ExcelError):
        raise Fault(condition)
    return condition


@excel("UNIQUE", "a r? r?", correction="whole rows or columns, text without case")
def unique(operand: Operand, columns: Operand = False, single: Operand = False) -> Array:
    """Return distinct rows or columns, or those that occur once."""
    by_column, once = _flag(columns), _flag(single)
    lines = turned(as_rows(operand)) if by_column else as_rows(operand)
    seen: dict[tuple[object, ...], list[int]] = {}
    for i, line in enumerate(lines):
        seen.setdefault(tuple(identity(value) for value in line), []).append(i)
    kept = [lines[places[0]] for places in seen.values() if len(places) == 1 or not once]
    return filled(turned(kept) if by_column and kept else kept)


def _part(size: int, count: float | None, *, take: bool) -> slice:
    if count is None:
        return slice(None)
    wanted = int(count)
    if take:
        if wanted == 0:
            raise Fault(CALC)
        return slice(wanted, None) if wanted < 0 else slice(wanted)
    if abs(wanted) >= size:
        raise Fault(CALC)
    return slice(wanted) if wanted < 0 else slice(wanted, None)


def _cut(operand: Operand, rows: float | None, columns: float | None, *, take: bool) -> Array:
    cells = as_rows(operand)
    down, across = _part(len(cells), rows, take=take), _part(len(cells[0]), columns, take=take)
    return filled([row[across] for row in cells[down]])


@excel("TAKE", "a m? m?")
def take(operand: Operand, rows: float | None = None, columns: float | None = None) -> Array:
    """Return the first, or last if negative, rows and columns."""
    return _cut(operand, rows, columns, take=True)


@excel("DROP", "a m? m?")
def drop(operand: Operand, rows: float | None = None, columns: float | None = None) -> Array:
    """Return all but the first, or last if negative, rows and columns."""
    return _cut(operand, rows, columns, take=False)


@excel("EXPAND", "a m? m? e?")
def expand(
    operand: Operand, rows: float | None = None, columns: float | None = None, padding: Value = NA
) -> Array:
    """Return an array made larger, padded with a value."""
    cells = as_rows(operand)
    height = len(cells) if rows is None else int(rows)
    width = len(cells[0]) if columns is None else int(columns)
    if height < len(cells) or width < len(cells[0]):
        raise Fault(VALUE)
    room(height, width)
    wide = [row + [padding] * (width - len(row)) for row in cells]
    return Array(wide + [[padding] * width for _ in range(height - len(cells))])


def _chosen(lines: Rows, operands: tuple[Operand, ...]) -> Rows:
    found = []
    for operand in operands:
        if isinstance(operand, (Array, Reference)) and operand.height > 1 < operand.width:
            raise Fault(VALUE)
    for value in (value for operand in operands for value in each_value(operand)):
        place = coerce.number(value)
        if isinstance(place, ExcelError):
            raise Fault(place)
        wanted = math.trunc(place)
        if not 1 <= abs(wanted) <= len(lines):
            raise Fault(VALUE)
        found.append(lines[wanted - 1 if wanted > 0 else wanted])
    return found


@excel("CHOOSEROWS", "a r*")
def chooserows(operand: Operand, *places: Operand) -> Array:
    """Return rows by number, counted back if negative."""
    return filled(_chosen(as_rows(operand), places))


@excel("CHOOSECOLS", "a r*")
def choosecols(operand: Operand, *places: Operand) -> Array:
    """Return columns by number, counted back if negative."""
    return filled(turned(_chosen(turned(as_rows(operand)), places)))


def _parts(operands: Iterable[Operand]) -> Iterator[Operand]:
    """Yield operands, the areas of a reference to several sheets one by one."""
    for operand in operands:
        yield from operand.parts if isinstance(operand, Union) else (operand,)


@excel("VSTACK", "a*")
def vstack(*operands: Operand) -> Array:
    """Return arrays below each other, short rows padded with #N/A."""
    rows = [row for part in _parts(operands) for row in as_rows(part)]
    width = max(len(row) for row in rows)
    return Array([row + [NA] * (width - len(row)) for row in rows])


@excel("HSTACK", "a*")
def hstack(*operands: Operand) -> Array:
    """Return arrays beside each other, short columns padded with #N/A."""
    columns = [column for part in _parts(operands) for column in turned(as_rows(part))]
    height = max(len(column) for column in columns)
    return Array(turned([column + [NA] * (height - len(column)) for column in columns]))


def _listed(operand: Operand, ignore: float, by_column: bool) -> list[Value]:
    rows = as_rows(operand)
    if int(ignore) not in range(4):
        raise Fault(VALUE)
    kept = []
    for value in (value for row in (turned(rows) if by_column else rows) for value in row):
        blank, error = value is None, isinstance(value, ExcelError)
        if not (blank and int(ignore) in (1, 3)) and not (error and int(ignore) in (2, 3)):
            kept.append(value)
    if not kept:
        raise Fault(CALC)
    return kept


@excel("TOCOL", "a n? b?")
def tocol(operand: Operand, ignore: float = 0.0, by_column: bool = False) -> Array:
    """Return an array's values as one column."""
    return Array([[value] for value in _listed(operand, ignore, by_column)])


@excel("TOROW", "a n? b?")
def torow(operand: Operand, ignore: float = 0.0, by_column: bool = False) -> Array:
    """Return an array's values as one row."""
    return Array([_listed(operand, ignore, by_column)])


def _wrapped(operand: Operand, count: float, padding: Value) -> Rows:
    rows = as_rows(operand)
    if len(rows) > 1 and len(rows[0]) > 1:
        raise Fault(VALUE)
    size = int(count)
    if size < 1:
        raise Fault(NUM)
    values = [value for row in rows for value in row]
    lines = [values[i : i + size] for i in range(0, len(values), size)]
    lines[-1] += [padding] * (size - len(lines[-1]))
    return lines


@excel("WRAPROWS", "a n e?")
def wraprows(operand: Operand, count: float, padding: Value = NA) -> Array:
    """Return a row or column as rows of a length."""
    return Array(_wrapped(operand, count, padding))


@excel("WRAPCOLS", "a n e?")
def wrapcols(operand: Operand, count: float, padding: Value = NA) -> Array:
    """Return a row or column as columns of a length."""
    return Array(turned(_wrapped(operand, count, padding)))


@excel("TRIMRANGE", "r n? n?", returns_reference=True, correction="a reference without its blank edges")
def trimrange(operand: Operand, rows: float = 3.0, columns: float = 3.0) -> Operand:
    """Return a range without blank rows and columns at its edges: before (1), after (2) or both (3)."""
    if rows not in (0, 1, 2, 3) or columns not in (0, 1, 2, 3):
        raise Fault(VALUE)
    cells = as_rows(operand)
    top, bottom = _edges([any(v is not None for v in row) for row in cells], int(rows))
    left, right = _edges([any(v is not None for v in column) for column in turned(cells)], int(columns))
    if isinstance(operand, Reference):
        return operand.moved(operand.top + top, operand.left + left, bottom - top, right - left)
    return Array([row[left:right] for row in cells[top:bottom]])


def _edges(filled_lines: list[bool], mode: int) -> tuple[int, int]:
    places = [i for i, is_filled in enumerate(filled_lines) if is_filled]
    if not places:
        raise Fault(ExcelError("#REF!"))
    first = places[0] if mode & 1 else 0
    return first, places[-1] + 1 if mode & 2 else len(filled_lines)
