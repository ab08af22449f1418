"""GROUPBY and PIVOTBY: values summed up by groups of rows, and by groups of columns across, with totals.

Sources: "GROUPBY function" and "PIVOTBY function", Excel's documentation; the labels of totals and the layout
are those that Excel stores.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cmp_to_key

from engine.core.values import CALC, VALUE, ExcelError, Value
from engine.functions import coerce
from engine.functions.arrays import identity, ordered
from engine.functions.higher_order import single
from engine.functions.operands import Array, Lambda, Operand, Reference, as_rows, each_value
from engine.functions.table import Fault, excel

Rows = list[list[Value]]
Members = list[int]


@dataclass(frozen=True)
class _Line:
    """One line of the result: its labels, the rows it sums up, and those that the group around it does."""

    labels: list[Value]
    members: Members
    around: Members


@dataclass(frozen=True)
class _Sums:
    """The columns of values, and the function that sums up some rows of one of them."""

    values: Rows
    function: Lambda

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.values[0])

    def of(self, members: Members, column: int, whole: Members) -> Value:
        """Return what the function makes of some rows; PERCENTOF is told the whole as well."""
        part = self._column(members, column)
        if self.function.arity != 2:
            return single(self.function.call(part))
        return single(self.function.call(part, self._column(whole, column)))

    def _column(self, members: Members, column: int) -> Array:
        return Array([[self.values[row][column]] for row in members])


@dataclass(frozen=True)
class _Groups:
    """Fields to group by, and the columns to sort groups by: fields, then values; negative for falling."""

    keys: Rows
    sums: _Sums
    orders: tuple[int, ...]

    @property
    def levels(self) -> int:
        """The number of fields."""
        return len(self.keys[0])

    def lines(self, depth: int) -> list[_Line]:
        """Return a line per group, with subtotals and a total down to a depth (in front if negative)."""
        everything = list(range(len(self.keys)))
        found = list(self._level(everything, 0, abs(depth) - 1, before=depth < 0))
        if not depth:
            return found
        label = "Grand Total" if abs(depth) > 1 else "Total"
        total = _Line([label, *[""] * (self.levels - 1)], everything, everything)
        return [total, *found] if depth < 0 else [*found, total]

    def _level(self, members: Members, level: int, subtotals: int, *, before: bool) -> Iterator[_Line]:
        for group in self._sorted(members, level):
            head = self.keys[group[0]][: level + 1]
            line = _Line([*head, *[""] * (self.levels - level - 1)], group, members)
            if level + 1 == self.levels:
                yield line
                continue
            if level < subtotals and before:
                yield line
            yield from self._level(group, level + 1, subtotals, before=before)
            if level < subtotals and not before:
                yield line

    def _sorted(self, members: Members, level: int) -> list[Members]:
        groups: dict[object, Members] = {}
        for row in members:
            groups.setdefault(identity(self.keys[row][level]), []).append(row)
        last = level + 1 == self.levels  # values put in order the groups within a group, not those around
        asked = [n for n in self.orders if abs(n) == level + 1 or (last and abs(n) > self.levels)]

        def order(left: Members, right: Members) -> int:
            for place in (*asked, level + 1):
                a, b = (self._sorting(group, place, level) for group in (left, right))
                difference = ordered(a, b, 1 if place > 0 else -1)
                if difference:
                    return difference
            return 0

        return sorted(groups.values(), key=cmp_to_key(order))

    def _sorting(self, group: Members, place: int, level: int) -> Value:
        if abs(place) <= self.levels:
            return self.keys[group[0]][level]
        return self.sums.of(group, abs(place) - self.levels - 1, list(range(len(self.keys))))


@excel("GROUPBY", "a a a m? m? a? a? m?")
def groupby(
    fields: Operand,
    values: Operand,
    function: Operand,
    headers: float | None = None,
    depth: float | None = None,
    order: Operand = None,
    keep: Operand = None,
    relation: float | None = None,
) -> Array:
    """Return values summed up by the distinct rows of fields, in order, with totals."""
    keys, data = as_rows(fields), as_rows(values)
    rows, sums = _taken([keys], data, function, headers, keep)
    levels = _depth(depth, keys)
    if relation and abs(levels) > 1:
        raise Fault(VALUE)
    orders = _orders(order, len(keys[0]) + sums.width)
    everything = list(range(len(rows)))
    lines = _Groups([keys[row] for row in rows], sums, orders).lines(levels)
    found = [
        [*line.labels, *(sums.of(line.members, column, everything) for column in range(sums.width))]
        for line in lines
    ]
    if relation:
        first, last = (1, len(found)) if levels < 0 else (0, len(found) - abs(levels))
        found[first:last] = _by_columns(found[first:last], orders)
    return _shown([*_names(headers, keys, data), *found])


@excel("PIVOTBY", "a a a a m? m? a? m? a? a? m?")
def pivotby(
    down: Operand,
    across: Operand,
    values: Operand,
    function: Operand,
    headers: float | None = None,
    row_depth: float | None = None,
    row_order: Operand = None,
    column_depth: float | None = None,
    column_order: Operand = None,
    keep: Operand = None,
    relative: float | None = None,
) -> Array:
    """Return values summed up by the distinct rows of fields down, and of other fields across."""
    keys, heads, data = as_rows(down), as_rows(across), as_rows(values)
    rows, sums = _taken([keys, heads], data, function, headers, keep)
    if relative not in (None, 0, 1, 2, 3, 4) or headers == 2:
        raise Fault(VALUE)
    lines, columns = (
        _Groups([field[row] for row in rows], sums, _orders(order, len(field[0]) + sums.width)).lines(
            _depth(depth, field)
        )
        for field, order, depth in ((keys, row_order, row_depth), (heads, column_order, column_depth))
    )
    corner: list[Value] = [""] * len(keys[0])
    top: Rows = [
        corner + [label for line in columns for label in [line.labels[level]] * sums.width]
        for level in range(len(heads[0]))
    ]
    if headers == 3:
        names = ", ".join(str(coerce.text(name)) for name in heads[0])
        top = [
            [*corner, names, *[""] * (len(columns) * sums.width - 1)],
            *top,
            [*keys[0], *data[0] * len(columns)],
        ]
    return _shown(
        [*top, *([*line.labels, *_crossed(line, columns, sums, int(relative or 0))] for line in lines)]
    )


def _crossed(line: _Line, columns: list[_Line], sums: _Sums, relative: int) -> Iterator[Value]:
    """Yield the values of a line under each column, "" where they share no row."""
    inside, around = set(line.members), set(line.around)
    for column in columns:
        members = [row for row in column.members if row in inside]
        whole = {
            0: column.members,
            1: line.members,
            2: list(range(len(sums.values))),
            3: [row for row in column.around if row in inside],
            4: [row for row in column.members if row in around],
        }[relative]
        yield from (sums.of(members, place, whole) if members else "" for place in range(sums.width))


def _taken(
    fields: list[Rows], data: Rows, function: Operand, headers: float | None, keep: Operand
) -> tuple[Members, _Sums]:
    """Return the rows to group, without headers and what the filter leaves out, and their values."""
    if isinstance(function, Reference):
        function = function.item(0, 0)
    if not isinstance(function, Lambda):
        raise Fault(function if isinstance(function, ExcelError) else VALUE)
    if any(len(field) != len(data) for field in fields) or headers not in (None, 0, 1, 2, 3):
        raise Fault(VALUE)
    named = headers in (1, 3)
    if headers is None:
        named = len(data) > 1 and isinstance(data[0][0], str) and isinstance(data[1][0], float)
    rows = list(range(int(named), len(data)))
    if keep is not None:
        chosen = [coerce.boolean(row[0]) for row in as_rows(keep)]
        if len(chosen) != len(data):
            raise Fault(VALUE)
        wrong = next((chosen[row] for row in rows if isinstance(chosen[row], ExcelError)), None)
        if wrong is not None:
            raise Fault(VALUE)
        rows = [row for row in rows if chosen[row]]
    if not rows:
        raise Fault(CALC)
    return rows, _Sums([data[row] for row in rows], function)


def _depth(depth: float | None, fields: Rows) -> int:
    levels = 1 if depth is None else int(depth)
    if abs(levels) > len(fields[0]):
        raise Fault(VALUE)
    return levels


def _names(headers: float | None, keys: Rows, data: Rows) -> Rows:
    if headers == 3:
        return [[*keys[0], *data[0]]]
    generated: list[Value] = [f"Row Field {n + 1}" for n in range(len(keys[0]))]
    return [[*generated, *(f"Value {n + 1}" for n in range(len(data[0])))]] if headers == 2 else []


def _orders(order: Operand, columns: int) -> tuple[int, ...]:
    if order is None:
        return ()
    places = [coerce.number(value) for value in each_value(order)]
    if any(isinstance(place, ExcelError) or not 1 <= abs(place) < columns + 1 for place in places):
        raise Fault(VALUE)
    return tuple(int(place) for place in places if not isinstance(place, ExcelError))


def _by_columns(lines: Rows, orders: tuple[int, ...]) -> Rows:
    """Return whole lines in the order of their columns, whatever group they are in."""

    def order(left: list[Value], right: list[Value]) -> int:
        differences = (ordered(left[abs(p) - 1], right[abs(p) - 1], 1 if p > 0 else -1) for p in orders)
        return next((difference for difference in differences if difference), 0)

    return sorted(lines, key=cmp_to_key(order))


def _shown(rows: Rows) -> Array:
    return Array([["" if value is None else value for value in row] for row in rows])
