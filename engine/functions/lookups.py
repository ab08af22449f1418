"""Finding values: INDEX, MATCH, VLOOKUP, HLOOKUP, LOOKUP, XLOOKUP, XMATCH.

An approximate match halves the range as Excel does, which decides what unsorted data give.
Source: the pages of these functions in Excel's documentation.
"""

from __future__ import annotations

import math

from engine.core.values import NA, REF, VALUE, ExcelError, Value
from engine.functions.blocks import block_of, place_of
from engine.functions.cell_areas import wait_for
from engine.functions.coerce import compare, ordering, text
from engine.functions.collation import folded
from engine.functions.criteria import has_wildcard, wildcard
from engine.functions.expressions import Expression
from engine.functions.nearest import last_not_below, nearest
from engine.functions.operands import Array, Operand, Reference, Union, as_rows
from engine.functions.places import column_of
from engine.functions.table import Fault, excel


def vector(operand: Operand) -> list[Value]:
    """Return a row or a column of values."""
    column = column_of(operand)
    if column is not None:
        return column.values or [None]
    if isinstance(operand, Reference) and (operand.left == operand.right or operand.top == operand.bottom):
        return operand.flat() or [None]
    rows = as_rows(operand)
    return rows[0] if len(rows) == 1 else [row[0] for row in rows]


def _like(value: Value, key: Value) -> bool:
    return value is not None and type(value) is type(key)


def exact(values: list[Value], key: Value) -> int | None:
    """Return the first position that equals a key, text without case and with wildcards."""
    if isinstance(key, str):
        if has_wildcard(key):
            pattern = wildcard(key)
            return next((i for i, v in enumerate(values) if isinstance(v, str) and pattern.match(v)), None)
        wanted = folded(key)
        return next((i for i, v in enumerate(values) if isinstance(v, str) and folded(v) == wanted), None)
    return next((i for i, v in enumerate(values) if _like(v, key) and compare(v, key) == 0), None)


def at_most(values: list[Value], key: Value, size: int = 0) -> int | None:
    """Return the last position not above a key in ascending values, halving as Excel does.

    ``size`` is the length of the range where the values stop short of it: what is blank at its end counts in
    the halves, which decides what unsorted values give.
    """
    low, high = 0, max(len(values), size) - 1
    while low <= high:
        middle = (low + high) // 2
        if middle >= len(values):
            high = middle - 1
            continue
        probe = middle
        last = min(high, len(values) - 1)
        while probe <= last and not _like(values[probe], key):
            probe += 1
        if probe > last:
            high = middle - 1
            continue
        side = ordering(values[probe], key)
        if isinstance(side, ExcelError) or side > 0:
            high = middle - 1
        elif side == 0:
            return _last_equal(values, probe, key)
        else:
            low = probe + 1
    found = min(high, len(values) - 1)
    while found >= 0 and not _like(values[found], key):
        found -= 1
    return found if found >= 0 and _not_above(values[found], key) else None


def _last_equal(values: list[Value], place: int, key: Value) -> int:
    """Return the last of the equal values in a row that halving met one of."""
    while place + 1 < len(values) and _like(values[place + 1], key) and compare(values[place + 1], key) == 0:
        place += 1
    return place


def _not_above(value: Value, key: Value) -> bool:
    found = ordering(value, key)
    return not isinstance(found, ExcelError) and found <= 0


def at_least(values: list[Value], key: Value) -> int | None:
    """Return the last position not below a key in descending values."""
    found = None
    for i, value in enumerate(values):
        if not _like(value, key):
            continue
        side = ordering(value, key)
        if isinstance(side, ExcelError) or side < 0:
            break
        found = i
        if side == 0:
            break
    return found


def _exactly(operand: Operand, key: Value) -> int:
    """Return the first position in a row or column that equals a key; raise #N/A where none does."""
    if isinstance(key, ExcelError):
        raise Fault(key)
    key = 0.0 if key is None else key
    column = column_of(operand)
    if column is None or (isinstance(key, str) and has_wildcard(key)):
        return _position(vector(operand), key, 0.0)
    found = column.first(key) if column.often() else exact(column.values, key)
    if found is None:
        raise Fault(NA)
    return found


def _position(values: list[Value], key: Value, match_type: float, size: int = 0) -> int:
    if isinstance(key, ExcelError):
        raise Fault(key)
    key = 0.0 if key is None else key
    if match_type > 0:
        found = at_most(values, key, size)
    else:
        found = exact(values, key) if match_type == 0 else at_least(values, key)
    if found is None:
        raise Fault(NA)
    return found


def _found(place: int | None) -> int:
    if place is None:
        raise Fault(NA)
    return place


@excel("MATCH", "v r n?", correction="text without case, wildcards, approximate match by halving")
def match(key: Value, operand: Operand, match_type: float = 1.0) -> float:
    """Return the position from 1 of a key in a row or column; #N/A in a block."""
    if _height(operand) > 1 and _width(operand) > 1:
        raise Fault(NA)
    if match_type == 0 and isinstance(operand, Reference):
        return _exactly(operand, key) + 1.0
    block = block_of(operand) if match_type == 0 else None
    if block is not None and block.dtype == float and type(key) is float:
        return _found(place_of(block, key)) + 1.0
    column = column_of(operand) if match_type < 0 else None
    known = None if column is None else last_not_below(column, key)
    if known is not None:
        return _found(known[0]) + 1.0
    return _position(vector(operand), key, match_type, max(_height(operand), _width(operand))) + 1.0


@excel("VLOOKUP", "v r n b?", correction="text without case, wildcards, approximate match by halving")
def vlookup(key: Value, table: Operand, column: float, approximate: bool = True) -> Value:
    """Find a key in a table's first column and return that row's value in another column."""
    if isinstance(table, Reference):
        return _cells_lookup(table, key, int(column), approximate=approximate, across=False)
    return _table_lookup(_table(table), key, int(column), approximate, _width(table), _height(table))


@excel("HLOOKUP", "v r n b?", correction="text without case, wildcards, approximate match by halving")
def hlookup(key: Value, table: Operand, row: float, approximate: bool = True) -> Value:
    """Find a key in a table's first row and return that column's value in another row."""
    if isinstance(table, Reference):
        return _cells_lookup(table, key, int(row), approximate=approximate, across=True)
    turned = [list(column) for column in zip(*_table(table), strict=True)]
    return _table_lookup(turned, key, int(row), approximate, _height(table), _width(table))


def _cells_lookup(table: Reference, key: Value, position: int, *, approximate: bool, across: bool) -> Value:
    """Return the value at a position of the first row (column, ``across``) that begins with a key."""
    if position > (table.height if across else table.width):
        raise Fault(REF)
    wait_for(table)  # every cell of the table comes before the lookup, as in Excel
    bottom, right = (table.top, table.right) if across else (table.bottom, table.left)
    first = Reference(table.store, table.sheet, table.top, table.left, bottom, right)
    if approximate:
        found = _position(vector(first), key, 1.0, table.width if across else table.height)
    else:
        found = _exactly(first, key)
    if position < 1:
        raise Fault(VALUE)
    return table.item(position - 1, found) if across else table.item(found, position - 1)


def _width(operand: Operand) -> int:
    return operand.width if isinstance(operand, (Array, Reference)) else 1


def _height(operand: Operand) -> int:
    return operand.height if isinstance(operand, (Array, Reference)) else 1


def _table(operand: Operand) -> list[list[Value]]:
    """Return a table's rows; #N/A for a number in its place, #VALUE! for a text."""
    if isinstance(operand, (float, bool)):
        raise Fault(NA)
    if not isinstance(operand, (Array, Reference)):
        raise Fault(operand if isinstance(operand, ExcelError) else VALUE)
    return as_rows(operand)


def _table_lookup(
    rows: list[list[Value]], key: Value, position: int, approximate: bool, size: int, length: int
) -> Value:
    if position > size:
        raise Fault(REF)
    found = _position([row[0] for row in rows], key, 1.0 if approximate else 0.0, length)
    if position < 1:
        raise Fault(VALUE)
    return rows[found][position - 1] if position <= len(rows[found]) else None


@excel("LOOKUP", "v a a?", correction="approximate match by halving; the longer side is searched")
def lookup(key: Value, operand: Operand, result: Operand = None) -> Value:
    """Find a key in a row or column and return the value at its place in another."""
    if result is None:
        rows = as_rows(operand)
        across = len(rows[0]) > len(rows)
        searched = rows[0] if across else [row[0] for row in rows]
        answers = rows[-1] if across else [row[-1] for row in rows]
    else:
        if _height(result) > 1 and _width(result) > 1:
            raise Fault(NA)
        searched, answers = vector(operand), vector(result)
    found = _position(searched, key, 1.0, max(_height(operand), _width(operand)) if result is not None else 0)
    if found >= len(answers):
        raise Fault(NA)
    return answers[found]


@excel(
    "INDEX", "a n? n? n?", returns_reference=True, correction="row or column 0 gives the whole column or row"
)
def index(
    operand: Operand, row: float = 0.0, column: float | None = None, area: float = 1.0
) -> Value | Reference | Array:
    """Return the cell, row or column at a position of a range or array; 0 means all of them."""
    if isinstance(operand, Union):
        if not 1 <= area <= len(operand.parts):
            raise Fault(REF)
        operand = operand.parts[int(area) - 1]
    elif area != 1:
        raise Fault(REF)
    if not isinstance(operand, (Array, Reference)):
        operand = Array([[operand]])  # type: ignore[list-item]  # a Lambda can't stand here
    r, c = math.floor(row), math.floor(column or 0.0)
    if r < 0 or c < 0:
        raise Fault(VALUE)
    if column is None and operand.height == 1 and operand.width > 1:
        r, c = 0, r
    elif column is None and isinstance(operand, Reference) and operand.height > 1 < operand.width:
        raise Fault(REF)
    if r > operand.height or c > operand.width:
        raise Fault(REF)
    return _part(operand, r, c)


def _part(operand: Array | Reference, row: int, column: int) -> Value | Reference | Array:
    top, height = (row - 1, 1) if row else (0, operand.height)
    left, width = (column - 1, 1) if column else (0, operand.width)
    if isinstance(operand, Reference):
        moved = operand.moved(operand.top + top, operand.left + left, height, width)
        if moved is None:
            raise Fault(REF)
        return moved
    if height == width == 1:
        return operand.item(top, left)
    return Array([cells[left : left + width] for cells in operand.rows[top : top + height]])


def _search(operand: Operand, key: Value, mode: float, order: float) -> int | None:
    """Return the first position of a key in search order.

    Modes: exact (0), nearest below (-1) or above (1), wildcard (2), regular expression (3).

    Numbers, text and booleans are nearest to each other in Excel's order of values.
    """
    mode, order = math.floor(mode), math.floor(order)
    if mode not in (-1, 0, 1, 2, 3) or order not in (-2, -1, 1, 2) or (mode > 1 and abs(order) == 2):
        raise Fault(VALUE)
    if _height(operand) > 1 and _width(operand) > 1:
        raise Fault(VALUE)
    values = vector(operand)
    places = range(len(values)) if order > 0 else range(len(values) - 1, -1, -1)
    if mode == 2 and isinstance(key, str):
        pattern = wildcard(key)
        return next((i for i in places if isinstance(values[i], str) and pattern.match(str(values[i]))), None)
    if mode == 3:
        searched = Expression(str(text(key)))
        return next(
            (i for i in places if isinstance(values[i], str) and searched.matches(str(values[i]))), None
        )
    if abs(order) == 2:
        return _halving(values, key, mode, ascending=order > 0)
    found = _equal_place(operand, values, places, key)
    if found is not None or mode not in (-1, 1):
        return found
    column = column_of(operand)
    known = None if column is None else nearest(column, key, int(mode), last=order < 0)
    return _nearest(values, places, key, mode) if known is None else known[0]


def _equal_place(operand: Operand, values: list[Value], places: range, key: Value) -> int | None:
    block = block_of(operand)
    if block is not None and block.dtype == float and type(key) is float and places.step > 0:
        return place_of(block, key)
    column = column_of(operand) if places.step > 0 and key is not None else None
    if column is None or not column.often():
        return _equal(values, places, key)
    return column.first(key, str.casefold)  # as ``_equal`` has it


def _equal(values: list[Value], places: range, key: Value) -> int | None:
    if key is None:
        return next((i for i in places if values[i] is None), None)
    if isinstance(key, str):
        wanted = key.casefold()  # here "ß" is "ss", unlike in MATCH
        for i in places:
            value = values[i]
            if isinstance(value, str) and value.casefold() == wanted:
                return i
        return None
    return next((i for i in places if _like(values[i], key) and compare(values[i], key) == 0), None)


def _halving(values: list[Value], key: Value, mode: int, *, ascending: bool) -> int | None:
    """Return what halving a sorted vector leads to, as Excel does on an unsorted one too.

    Of equal values it is the first in ascending order and the last in descending order.
    """
    low, high, equal = 0, len(values) - 1, None
    while low <= high:
        middle = (low + high) // 2
        order = _order(values[middle], key, blank=1 if ascending else -1)
        equal = middle if order == 0 else equal
        if order < 0 if ascending else order >= 0:
            low = middle + 1
        else:
            high = middle - 1
    if equal is not None or mode == 0:
        return equal
    place = low if (mode > 0) == ascending else high
    return place if 0 <= place < len(values) else None


def _order(value: Value, key: Value, *, blank: int) -> int:
    """Order a value and a key; a blank key is above everything but blanks, blank cells lie at the end."""
    if value is None:
        return 0 if key is None else blank
    found = -1 if key is None else ordering(value, key)
    return 1 if isinstance(found, ExcelError) else found


def _nearest(values: list[Value], places: range, key: Value, side: int) -> int | None:
    best: int | None = None
    for i in places:
        value = values[i]
        # A blank key is above everything.
        if value is None or (-1 if key is None else ordering(value, key)) != side:
            continue
        if best is None or ordering(value, values[best]) == -side:
            best = i
    return best


@excel("XMATCH", "v r n? n?")
def xmatch(key: Value, operand: Operand, mode: float = 0.0, order: float = 1.0) -> float:
    """Return the position of a key: exact, next smaller (-1) or larger (1), wildcard (2), pattern (3)."""
    found = _search(operand, key, mode, order)
    if found is None:
        raise Fault(NA)
    return found + 1.0


@excel("XLOOKUP", "v r r r? n? n?", returns_reference=True, correction="text without case")
def xlookup(
    key: Value,
    searched: Operand,
    answers: Operand,
    missing: Operand = None,
    mode: float = 0.0,
    order: float = 1.0,
) -> Operand:
    """Find a key and return the value, row or column at its place in another range."""
    down = _width(searched) == 1
    if (_height if down else _width)(searched) != (_height if down else _width)(answers):
        raise Fault(VALUE)
    found = _search(searched, key, mode, order)
    if found is None:
        return NA if missing is None else missing
    if not isinstance(answers, (Array, Reference)):
        return answers
    return _part(answers, found + 1, 0) if down else _part(answers, 0, found + 1)
