"""An expression over arrays, element by element: the tree that gives one element in place of all of them.

An array formula's cell is thereby a formula of single cells, and a row of them one run like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from engine.evaluate.batch.grids import GRIDS, Grid, constants, grid_of
from engine.evaluate.batch.unplanned import Unplanned
from engine.evaluate.calls import parameter_kind
from engine.formula.expr import (
    Array,
    Binary,
    Bool,
    Call,
    Error,
    Expr,
    Missing,
    Number,
    Ref,
    Text,
    Unary,
)
from engine.functions import families
from engine.functions.operands import Operand
from engine.functions.table import LIFTED
from engine.plan.spills import ARRAYS, BRANCHING
from engine.plan.whole import WHOLE

if TYPE_CHECKING:
    pass

Size = tuple[int, int]
_LONGEST_PRODUCT = 64


def _nothing(_: Expr) -> Operand | None:
    return None


@dataclass(frozen=True)
class Elements:
    """How references are taken apart: their size, one cell of them, and what stands for a whole area.

    ``held`` gives what does not vary, None for what does; ``size_held`` the base's value of a size that
    scenarios are then held to.
    """

    size_of: Callable[[Ref], Size]
    cell: Callable[[Ref, int, int], Expr]
    whole: Callable[[Expr], Expr]
    held: Callable[[Expr], Operand | None] = _nothing
    size_held: Callable[[Expr], Operand | None] = _nothing
    _grids: dict[int, tuple[Expr, Grid]] = field(default_factory=dict, repr=False, compare=False)

    def size(self, expr: Expr) -> Size:
        """Return height and width of what an expression gives; raise Unplanned where they can't be said."""
        match expr:
            case Number() | Text() | Bool() | Error() | Missing():
                return 1, 1
            case Ref():
                return self.size_of(expr)
            case Array(rows):
                return len(rows), len(rows[0])
            case Unary("-" | "+" | "%", operand):
                return self.size(operand)
            case Binary(operator, left, right) if operator not in ": ,":
                return _broadcast([self.size(left), self.size(right)])
            case Call(name, arguments):
                return self._call_size(expr, name, arguments)
            case _:
                raise Unplanned(f"an array of {type(expr).__name__}")

    def _call_size(self, expr: Call, name: str, arguments: tuple[Expr, ...]) -> Size:
        if name == WHOLE:
            return self.size(arguments[0])
        if name == "TRANSPOSE":
            height, width = self.size(arguments[0])
            return width, height
        if name == "MMULT":
            return self.size(arguments[0])[0], self.size(arguments[1])[1]
        if name in ("ROW", "COLUMN") and arguments:
            height, width = self.size(arguments[0])
            return (height, 1) if name == "ROW" else (1, width)
        if name in GRIDS or self._is_line(expr) or self._is_held(expr):
            grid = self.grid(expr)
            return len(grid), len(grid[0])
        return _broadcast(self.size(argument) for argument, lifted in _lifted(name, arguments) if lifted)

    def _is_held(self, expr: Call) -> bool:
        """Whether a call that has no elements of its own gives an array that does not vary."""
        return expr.function in ARRAYS and self.held(expr) is not None

    def _is_line(self, expr: Call) -> bool:
        """Whether a call is INDEX of a whole row or column."""
        return expr.function == "INDEX" and self._line(expr) is not None

    def _line(self, expr: Call) -> tuple[int, bool] | None:
        """Return which row (or column) of its array an INDEX asks for, from 0, None for a cell."""
        array, *places = expr.arguments
        if len(places) != 2:
            return None
        numbers = [0.0 if isinstance(place, Missing) else self.held(place) for place in places]
        row, column = numbers
        height, width = self.size(array)
        if row == 0.0 and isinstance(column, float) and 1 <= column < width + 1 and height > 1:
            return int(column) - 1, False
        if column == 0.0 and isinstance(row, float) and 1 <= row < height + 1 and width > 1:
            return int(row) - 1, True
        return None

    def grid(self, expr: Expr) -> Grid:
        """Return the trees of all elements, row by row."""
        if id(expr) not in self._grids:
            self._grids[id(expr)] = expr, self._grid(expr)
        return self._grids[id(expr)][1]

    def _grid(self, expr: Expr) -> Grid:
        if isinstance(expr, Call):
            if expr.function in GRIDS:
                return grid_of(self, expr)
            if expr.function == WHOLE:
                return self.grid(expr.arguments[0])
            if (line := self._line(expr) if expr.function == "INDEX" else None) is not None:
                grid = self.grid(expr.arguments[0])
                return [grid[line[0]]] if line[1] else [[row[line[0]]] for row in grid]
            if self._is_held(expr):
                return constants(self.held(expr))
        height, width = self.size(expr)
        return [[self.at(expr, row, column) for column in range(width)] for row in range(height)]

    def line(self, expr: Expr, place: int, *, row: bool) -> Expr:
        """Return a row (or column) of an array as one tree, a range where the array is one."""
        if isinstance(expr, Ref):
            height, width = self.size_of(expr)
            ends = [(place, 0), (place, width - 1)] if row else [(0, place), (height - 1, place)]
            first, last = (self.cell(expr, *end) for end in ends)
            if isinstance(first, Ref) and isinstance(last, Ref):
                return replace(first, last=last.first)
        grid = self.grid(expr)
        return Array((tuple(grid[place]),)) if row else Array(tuple((each[place],) for each in grid))

    def at(self, expr: Expr, row: int, column: int) -> Expr:
        """Return the tree of the element at (row, column) from 0, what has one row or column repeated."""
        match expr:
            case Ref():
                height, width = self.size_of(expr)
                return self.cell(expr, row if height > 1 else 0, column if width > 1 else 0)
            case Array(rows):
                return rows[row if len(rows) > 1 else 0][column if len(rows[0]) > 1 else 0]
            case Unary(operator, operand):
                return Unary(operator, self.at(operand, row, column))
            case Binary(operator, left, right):
                return Binary(operator, self.at(left, row, column), self.at(right, row, column))
            case Call(name, arguments):
                return self._call_at(expr, name, arguments, row, column)
            case _:
                return expr

    def _call_at(self, expr: Call, name: str, arguments: tuple[Expr, ...], row: int, column: int) -> Expr:
        if name == WHOLE:
            return self.at(arguments[0], row, column)
        if name == "TRANSPOSE":
            return self.at(arguments[0], column, row)
        if name == "MMULT":
            return self._product(arguments[0], arguments[1], row, column)
        if name in ("ROW", "COLUMN") and arguments:
            return Call(name, (self.at(arguments[0], row, column),))
        if name in GRIDS or self._is_line(expr) or self._is_held(expr):
            grid = self.grid(expr)
            return grid[row if len(grid) > 1 else 0][column if len(grid[0]) > 1 else 0]
        return Call(
            name,
            tuple(
                self.at(argument, row, column) if lifted else self.whole(argument)
                for argument, lifted in _lifted(name, arguments)
            ),
        )

    def _product(self, left: Expr, right: Expr, row: int, column: int) -> Expr:
        count = self.size(left)[1]
        if count != self.size(right)[0] or count > _LONGEST_PRODUCT:
            raise Unplanned("a matrix product of many terms")
        terms = [Binary("*", self.at(left, row, n), self.at(right, n, column)) for n in range(count)]
        return Call("SUM", tuple(terms))


def _lifted(name: str, arguments: tuple[Expr, ...]) -> list[tuple[Expr, bool]]:
    """Return a call's arguments, each with whether the call is repeated over its elements."""
    if name in BRANCHING:
        return [(argument, True) for argument in arguments]
    function = families.find(name)
    if function is None or name in ARRAYS or (function.returns_reference and name != "INDEX"):
        raise Unplanned(f"{name} as an array")
    return [(a, parameter_kind(function, place) in LIFTED) for place, a in enumerate(arguments)]


def _broadcast(sizes: Iterable[Size]) -> Size:
    height, width = 1, 1
    for h, w in sizes:
        if (h > 1 and height > 1 and h != height) or (w > 1 and width > 1 and w != width):
            raise Unplanned("arrays of different sizes")
        height, width = max(height, h), max(width, w)
    return height, width


def relative_cell(ref: Ref, row: int, column: int) -> Ref:
    """Return one cell of a reference, anchored as its first corner is."""
    first = ref.first
    if (
        ref.last_sheet
        or ref.whole
        or (first.row_absolute, first.column_absolute)
        != (
            ref.last.row_absolute,
            ref.last.column_absolute,
        )
    ):
        raise Unplanned("a range with mixed anchors")
    corner = replace(first, row=first.row + row, column=first.column + column)
    return replace(ref, first=corner, last=corner)
