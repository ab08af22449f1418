"""Conditional aggregates: SUMIF, COUNTIFS, AVERAGEIFS, MAXIFS and their like."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce

import numpy as np

from engine.core.values import DIV0, VALUE, ExcelError, Value
from engine.functions.criteria import Test, criterion, sought
from engine.functions.meeting import meeting, once_each
from engine.functions.numbers import numbers, total
from engine.functions.operands import Array, Operand, Reference, as_rows, each_value
from engine.functions.places import Column, column_of
from engine.functions.table import Fault, excel

_CASE = "criteria compare text without case, and take wildcards"
_FEW = 64  # places at which further criteria are put one by one


def _single(operand: Operand) -> Value:
    """Return a criterion given as one cell; a range in its place asks for its first cell."""
    if isinstance(operand, (Array, Reference)):
        return operand.item(0, 0)
    return operand  # type: ignore[return-value]  # a Lambda can't stand here


def _tests(pairs: tuple[Operand, ...]) -> list[tuple[Operand, Test]]:
    for operand in pairs[::2]:
        if isinstance(operand, ExcelError):
            raise Fault(operand)
    return [(pairs[i], criterion(_single(pairs[i + 1]))) for i in range(0, len(pairs), 2)]


def _size(operand: Operand) -> tuple[int, int]:
    return (operand.height, operand.width) if isinstance(operand, (Array, Reference)) else (1, 1)


def _sized_tests(pairs: tuple[Operand, ...]) -> list[tuple[Operand, Test]]:
    tests = _tests(pairs)
    if len({_size(operand) for operand, _ in tests}) > 1:
        raise Fault(VALUE)
    return tests


def _chosen(pairs: tuple[Operand, ...], down: Sequence[int] | None) -> Iterator[tuple[int, int]]:
    """Yield the positions at which every test holds; blank cells beyond the sheet's end are passed over.

    ``down`` are the places down columns where they are known.
    """
    if down is not None:
        yield from ((place, 0) for place in down)
        return
    tests = _sized_tests(pairs)
    grids = [(as_rows(operand), test) for operand, test in tests]
    height = max(len(rows) for rows, _ in grids)
    width = max(len(rows[0]) for rows, _ in grids)
    places: Iterable[int] = range(height * width)
    for rows, test in grids:
        values = _flat(rows, height, width)
        holds = once_each(test, values)
        places = [place for place in places if holds(values[place])]
    for place in places:
        yield divmod(place, width)


def _down(pairs: tuple[Operand, ...]) -> Sequence[int] | None:
    """Return the places down columns at which every test holds, None where the ranges are no long columns.

    An index of values answers a criterion of equality that few cells meet; where none does, each criterion
    is put to a whole column, once for all formulas that ask it.
    """
    tests = _sized_tests(pairs)
    columns = [column for operand, _ in tests if (column := column_of(operand)) is not None]
    if len(columns) < len(tests) or _size(pairs[0])[1] > 1:
        return None
    height = max(1, *(column.size for column in columns))
    wanted = [_single(operand) for operand in pairs[1::2]]
    often = [column.often() for column in columns]
    keys = [sought(value) if often[n] else None for n, value in enumerate(wanted)]
    found = {n: columns[n].places(key) for n, key in enumerate(keys) if key is not None}
    start = min(found, key=lambda n: len(found[n]), default=None)
    if start is not None and (len(tests) == 1 or len(found[start]) <= _FEW):
        others = [(columns[n], test) for n, (_, test) in enumerate(tests) if n != start]
        return _kept(found[start], others)
    masks = [
        meeting(column, value, test, height)
        for column, value, (_, test) in zip(columns, wanted, tests, strict=True)
    ]
    return np.flatnonzero(reduce(np.logical_and, masks)).tolist()


def _kept(places: Sequence[int], tests: list[tuple[Column, Test]]) -> Sequence[int]:
    """Return those of some places at which tests hold."""
    for column, test in tests:
        values, size = column.values, column.size
        places = [place for place in places if test(values[place] if place < size else None)]
    return places


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
    places = None if column is None else _down(pairs)
    if column is None or places is None:
        rows = as_rows(target)
        chosen = [
            rows[r][c] if r < len(rows) and c < len(rows[r]) else None for r, c in _chosen(pairs, places)
        ]
    else:
        values = column.values
        if places and places[-1] >= len(values):
            places = places[: bisect_left(places, len(values))]
        chosen = list(map(values.__getitem__, places))
    return numbers((Array([chosen]),)) if chosen else []


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
    down = _down(pairs) if pairs else None
    inside = len(down) if down is not None else sum(1 for _ in _chosen(pairs, None))
    if not all(test(None) for _, test in _tests(pairs)):
        return float(inside)
    height, width = _size(pairs[0])
    rows = as_rows(pairs[0])
    return float(inside + height * width - len(rows) * len(rows[0]))


@excel("COUNTIF", "r e", correction=_CASE)
def countif(tested: Operand, wanted: Operand) -> float:
    """Count the cells at which a criterion holds."""
    ((_, test),) = _tests((tested, wanted))
    height, width = _size(tested)
    column, asked = column_of(tested), _single(wanted)
    if column is None:
        values = list(each_value(tested))
        inside, size = sum(map(test, values)), len(values)
    else:
        key = sought(asked) if column.often() else None
        if key is not None:
            return float(len(column.places(key)))  # no blank cell meets it
        inside, size = int(np.count_nonzero(meeting(column, asked, test))), column.size
    beyond = height * width - size
    return float(inside + (beyond if beyond and test(None) else 0))


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
