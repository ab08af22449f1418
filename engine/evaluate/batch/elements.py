"""An expression over arrays, element by element: the tree that gives one element in place of all of them.

An array formula's cell is thereby a formula of single cells, and a row of them one run like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from engine.core.address import SHIFT, STRIDE
from engine.evaluate.batch.grids import GRIDS, Grid, constants, grid_of
from engine.evaluate.batch.unplanned import Unplanned
from engine.evaluate.calls import parameter_kind
from engine.evaluate.compile import Compiler
from engine.evaluate.state import CellId
from engine.formula.expr import (
    Anchor,
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
    walk,
)
from engine.functions import families
from engine.functions.operands import Operand, Pending, Reference
from engine.functions.table import LIFTED, Fault
from engine.plan.scope import rectangle
from engine.plan.spills import ARRAYS, BRANCHING
from engine.plan.whole import WHOLE

if TYPE_CHECKING:
    from engine.evaluate.reference import Evaluation

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


@dataclass(frozen=True)
class Spread:
    """A cell of an array formula, ``down`` rows and ``across`` columns from the first one at (top, left)."""

    top: int
    left: int
    down: int = 0
    across: int = 0

    def elements(self) -> Elements:
        """Return how its references are taken apart."""
        return Elements(self._size, self._cell, self.fixed)

    def _size(self, ref: Ref) -> Size:
        if ref.last_sheet is not None:
            raise Unplanned("an array across sheets")
        top, left, bottom, right = rectangle(ref, self.top, self.left)
        return bottom - top + 1, right - left + 1

    def _cell(self, ref: Ref, row: int, column: int) -> Ref:
        """Return a cell anchored so that cells of the area share a tree where they read along with it."""
        top, left, bottom, right = rectangle(ref, self.top, self.left)
        moves, shifts = bottom > top, right > left
        corner = replace(
            ref.first,
            row=top + row - (self.top + self.down if moves else 0),
            column=left + column - (self.left + self.across if shifts else 0),
            row_absolute=not moves,
            column_absolute=not shifts,
        )
        return replace(ref, first=corner, last=corner, whole="")

    def fixed(self, expr: Expr) -> Expr:
        """Return a tree whose references name the same cells whatever cell of the area asks."""
        match expr:
            case Ref():
                return self._fixed_ref(expr)
            case Unary(operator, operand):
                return Unary(operator, self.fixed(operand))
            case Binary(operator, left, right):
                return Binary(operator, self.fixed(left), self.fixed(right))
            case Call(name, arguments):
                return Call(name, tuple(self.fixed(argument) for argument in arguments))
            case Number() | Text() | Bool() | Error() | Missing() | Array():
                return expr
            case _:
                raise Unplanned(f"an array formula with {type(expr).__name__}")

    def _fixed_ref(self, ref: Ref) -> Ref:
        corners = (ref.first.at(self.top, self.left), ref.last.at(self.top, self.left))
        first, last = (
            replace(anchor, row=row, column=column, row_absolute=True, column_absolute=True)
            for anchor, (row, column) in zip((ref.first, ref.last), corners, strict=True)
        )
        return replace(ref, first=first, last=last)


def area_forms(expr: Expr, top: int, left: int, size: Size) -> dict[Size, Expr] | Expr:
    """Return the tree of every cell of an array formula's area, one for all of them where they share it.

    Raises Unplanned where the formula gives fewer rows or columns, which leaves #N/A, or has no elements.
    """
    first = Spread(top, left).elements()
    height, width = first.size(expr)
    if 1 < height < size[0] or 1 < width < size[1]:
        raise Unplanned("an array formula whose area is larger than its result")
    if size == (1, 1) or not any(_turns(node) for node in walk(expr)):
        return first.at(expr, 0, 0)
    if size[0] * size[1] > _MOST_CELLS:
        raise Unplanned("a large array of products")
    return {
        (down, across): Spread(top, left, down, across).elements().at(expr, down, across)
        for down in range(size[0])
        for across in range(size[1])
    }


def _turns(node: Expr) -> bool:
    return isinstance(node, Array) or (isinstance(node, Call) and node.function in ("TRANSPOSE", "MMULT"))


_MOST_CELLS = 2500


def cells_of(
    base: Evaluation, owner: CellId, held: Callable[[Expr], Operand | None], sizes: dict[Expr, float]
) -> Elements:
    """Return how an array formula's references are taken apart into cells named absolutely.

    ``sizes`` receives what gives a size though it varies, with the base's value.
    """
    scope, (sheet, key) = base.program.scope, owner
    top, left = key >> SHIFT, key & (STRIDE - 1)

    def corners(ref: Ref) -> tuple[int, int, int, int]:
        number = sheet if ref.sheet is None else scope.number(ref.sheet)
        if number is None or ref.last_sheet is not None:
            raise Unplanned("an array across sheets, or of a sheet that is not there")
        first_row, first_column, row, column = rectangle(ref, top, left)
        last_row, last_column = base.state.extents[number]
        return (
            first_row,
            first_column,
            min(row, max(last_row, first_row)),
            min(column, max(last_column, first_column)),
        )

    def size(ref: Ref) -> Size:
        a, b, c, d = corners(ref)
        return c - a + 1, d - b + 1

    def cell(ref: Ref, row: int, column: int) -> Ref:
        a, b, _, _ = corners(ref)
        corner = Anchor(a + row, b + column, True, True)
        return replace(ref, first=corner, last=corner, whole="")

    def size_held(expr: Expr) -> Operand | None:
        found = value_in_base(base, expr, owner)
        if isinstance(found, float):
            sizes[expr] = found
            return found
        return None

    return Elements(size, cell, Spread(top, left).fixed, held, size_held)


def value_in_base(base: Evaluation, expr: Expr, cell: CellId) -> Operand:
    """Return what a tree gives in a cell in the base case, arrays whole."""
    closure = Compiler(base.program.scope, cell[0], array=True).operand(expr)
    try:
        found = closure(replace(base.state, streams={}), cell[1])
    except Fault as fault:
        return fault.error
    except Pending as pending:
        raise Unplanned("an array of what has no value") from pending
    one = isinstance(found, Reference) and found.height == found.width == 1
    return found.item(0, 0) if one and isinstance(found, Reference) else found
