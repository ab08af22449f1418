"""Conditional aggregates: SUMIF, COUNTIFS, AVERAGEIFS, MAXIFS and their like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.core.values import DIV0, VALUE, ExcelError, Value
from engine.functions.criteria import Test, criterion, sought
from engine.functions.numbers import total
from engine.functions.operands import Array, Operand, Reference, as_rows, each_value
from engine.functions.places import Column, column_of
from engine.functions.table import Fault, excel

_CASE = "criteria compare text without case, and take wildcards"


def _single(operand: Operand) -> Value:
    """Return a criterion given as one cell; a range in its place asks for its first cell."""
    if isinstance(operand, (Array, Reference)):
        return operand.item(0, 0)
    return operand  # type: ignore[return-value]  # a Lambda can't stand here


def _refuse_errors(pairs: tuple[Operand, ...]) -> None:
    for operand in pairs[::2]:
        if isinstance(operand, ExcelError):
            raise Fault(operand)


def _test(pairs: tuple[Operand, ...], number: int) -> Test:
    return criterion(_single(pairs[2 * number + 1]))


def _size(operand: Operand) -> tuple[int, int]:
    return (operand.height, operand.width) if isinstance(operand, (Array, Reference)) else (1, 1)


def _chosen(pairs: tuple[Operand, ...]) -> Iterator[tuple[int, int]]:
    """Yield the positions at which every test holds; blank cells beyond the sheet's end are passed over."""
    down = _down(pairs)
    if down is not None:
        yield from ((place, 0) for place in down)
        return
    grids = [as_rows(operand) for operand in pairs[::2]]
    height = max(map(len, grids))
    width = max(len(rows[0]) for rows in grids)
    places: Iterable[int] = range(height * width)
    for number, rows in enumerate(grids):
        values = _flat(rows, height, width)
        holds = _once_each(_test(pairs, number), values)
        places = [place for place in places if holds(values[place])]
    for place in places:
        yield divmod(place, width)


def _down(pairs: tuple[Operand, ...]) -> Iterable[int] | None:
    """Return the places down columns at which every test holds; None where a range is no long column.

    Raises Fault where a range is an error, or ranges differ in size.
    """
    _refuse_errors(pairs)
    size = _size(pairs[0])
    if any(_size(operand) != size for operand in pairs[2::2]):
        raise Fault(VALUE)
    columns = [column_of(operand) for operand in pairs[::2]]
    long = [column for column in columns if column is not None]
    return _places(pairs, long) if size[1] == 1 and len(long) == len(columns) else None


def _places(pairs: tuple[Operand, ...], columns: list[Column]) -> Iterable[int]:
    """Return the places at which every test holds, beginning with an index if there is one."""
    keys = [sought(_single(wanted)) for wanted in pairs[1::2]]
    often = [column.often() for column in columns]
    indexed = [n for n, key in enumerate(keys) if key is not None and often[n]]
    found = {n: columns[n].places(key) for n in indexed if (key := keys[n]) is not None}
    start = min(found, key=lambda n: len(found[n]), default=None)
    height = max(1, *(len(column.values) for column in columns))
    places: Iterable[int] = range(height) if start is None else found[start]
    for n, column in enumerate(columns):
        if n == start:
            continue
        values = column.values + [None] * (height - len(column.values))
        test = _test(pairs, n)
        holds = test if start is not None else _once_each(test, values)
        places = [place for place in places if holds(values[place])]
    return places


def _once_each(test: Test, values: list[Value]) -> Test:
    """Return a test that asks once about each distinct value: categories repeat down a column."""
    if bool in set(map(type, values)):  # TRUE and 1 are one key to Python
        return test
    distinct = set(values)
    if 2 * len(distinct) > len(values):
        return test
    return frozenset(filter(test, distinct)).__contains__


def _flat(rows: list[list[Value]], height: int, width: int) -> list[Value]:
    """Return rows one after the other, blank cells where they stop short of a size."""
    if width == 1:
        values = [row[0] for row in rows]
    else:
        values = [value for row in rows for value in (*row, *[None] * (width - len(row)))]
    return values + [None] * (height * width - len(values))


def _numbers(target: Operand, pairs: tuple[Operand, ...]) -> list[float]:
    if isinstance(target, ExcelError):
        raise Fault(target)
    if _size(target) != _size(pairs[0]):
        raise Fault(VALUE)
    column = column_of(target) if _size(target)[1] == 1 else None
    down = None if column is None else _down(pairs)
    if column is not None and down is not None:
        values, last = column.values, len(column.values)
        return _only_numbers([values[place] for place in down if place < last])
    rows = as_rows(target)
    return _only_numbers([rows[r][c] for r, c in _chosen(pairs) if r < len(rows) and c < len(rows[r])])


def _only_numbers(values: list[Value]) -> list[float]:
    """Return the numbers among values; raise Fault with the first error."""
    for value in values:
        if isinstance(value, ExcelError):
            raise Fault(value)
    return [value for value in values if type(value) is float]


def _resized(target: Operand | None, tested: Operand) -> Operand:
    """Return SUMIF's third range at the size of its first: only its top left corner counts."""
    if not isinstance(target, Reference):
        return tested if target is None else target
    height, width = _size(tested)
    moved = target.moved(target.top, target.left, height, width)
    return target if moved is None else moved


@excel("SUMIFS", "r r* e*", correction=_CASE)
def sumifs(target: Operand, *pairs: Operand) -> float:
    """Add the numbers at which every criterion holds."""
    return total(_numbers(target, pairs))


@excel("SUMIF", "r e r?", correction=_CASE)
def sumif(tested: Operand, wanted: Operand, target: Operand | None = None) -> float:
    """Add the numbers at which a criterion holds."""
    return total(_numbers(_resized(target, tested), (tested, wanted)))


@excel("COUNTIFS", "r* e*", correction=_CASE)
def countifs(*pairs: Operand) -> float:
    """Count the positions at which every criterion holds."""
    inside = sum(1 for _ in _chosen(pairs))
    if not all(_test(pairs, number)(None) for number in range(len(pairs) // 2)):
        return float(inside)
    height, width = _size(pairs[0])
    rows = as_rows(pairs[0])
    return float(inside + height * width - len(rows) * len(rows[0]))


@excel("COUNTIF", "r e", correction=_CASE)
def countif(tested: Operand, wanted: Operand) -> float:
    """Count the cells at which a criterion holds."""
    _refuse_errors((tested,))
    height, width = _size(tested)
    column, key = column_of(tested), sought(_single(wanted))
    if column is not None and key is not None and column.often():
        return float(len(column.places(key)))  # no blank cell meets it
    test = criterion(_single(wanted))
    values = list(each_value(tested))
    beyond = height * width - len(values)
    return float(sum(map(test, values)) + (beyond if beyond and test(None) else 0))


def _mean(found: list[float]) -> float:
    if not found:
        raise Fault(DIV0)
    return total(found) / len(found)


@excel("AVERAGEIFS", "r r* e*", correction=_CASE)
def averageifs(target: Operand, *pairs: Operand) -> float:
    """Return the mean of the numbers at which every criterion holds."""
    return _mean(_numbers(target, pairs))


@excel("AVERAGEIF", "r e r?", correction=_CASE)
def averageif(tested: Operand, wanted: Operand, target: Operand | None = None) -> float:
    """Return the mean of the numbers at which a criterion holds."""
    return _mean(_numbers(_resized(target, tested), (tested, wanted)))


@excel("MAXIFS", "r r* e*", correction=_CASE)
def maxifs(target: Operand, *pairs: Operand) -> float:
    """Return the greatest number at which every criterion holds, 0 where there is none."""
    return max(_numbers(target, pairs), default=0.0)


@excel("MINIFS", "r r* e*", correction=_CASE)
def minifs(target: Operand, *pairs: Operand) -> float:
    """Return the least number at which every criterion holds, 0 where there is none."""
    return min(_numbers(target, pairs), default=0.0)
