"""Where an array formula's elements stand: the trees of its area's cells, and its cells named absolutely."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.core.address import SHIFT, STRIDE
from engine.evaluate.batch.elements import Elements, Size
from engine.evaluate.batch.unplanned import Unplanned
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
from engine.functions.operands import Kept, Operand, Pending, Reference
from engine.functions.table import Fault
from engine.plan.scope import rectangle

if TYPE_CHECKING:
    from engine.evaluate.reference import Evaluation

_MOST_CELLS = 2500


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


@dataclass(frozen=True)
class Absolute:
    """An array formula whose references are taken apart into cells named absolutely.

    ``sizes`` receives what gives a size though it varies, with the base's value.
    """

    base: Evaluation
    owner: CellId
    sizes: dict[Expr, float]

    def elements(self, held: Callable[[Expr], Operand | None]) -> Elements:
        """Return how its references are taken apart; ``held`` gives what does not vary."""
        return Elements(self._size, self._cell, Spread(*self._place).fixed, held, self._size_held)

    @property
    def _place(self) -> tuple[int, int]:
        key = self.owner[1]
        return key >> SHIFT, key & (STRIDE - 1)

    def _corners(self, ref: Ref) -> tuple[int, int, int, int]:
        """Return a reference's first row and column and its last ones, within what its sheet uses."""
        number = self.owner[0] if ref.sheet is None else self.base.program.scope.number(ref.sheet)
        if number is None or ref.last_sheet is not None:
            raise Unplanned("an array across sheets, or of a sheet that is not there")
        first_row, first_column, row, column = rectangle(ref, *self._place)
        last_row, last_column = self.base.state.extents[number]
        row, column = min(row, max(last_row, first_row)), min(column, max(last_column, first_column))
        return first_row, first_column, row, column

    def _size(self, ref: Ref) -> Size:
        top, left, bottom, right = self._corners(ref)
        return bottom - top + 1, right - left + 1

    def _cell(self, ref: Ref, row: int, column: int) -> Ref:
        top, left, _, _ = self._corners(ref)
        corner = Anchor(top + row, left + column, True, True)
        return replace(ref, first=corner, last=corner, whole="")

    def _size_held(self, expr: Expr) -> Operand | None:
        found = value_in_base(self.base, expr, self.owner)
        if isinstance(found, float):
            self.sizes[expr] = found
            return found
        return None


def value_in_base(base: Evaluation, expr: Expr, cell: CellId) -> Operand:
    """Return what a tree gives in a cell in the base case, arrays whole."""
    closure = Compiler(base.program.scope, cell[0], array=True).operand(expr)
    try:
        found = closure(replace(base.state, streams={}, kept=Kept()), cell[1])
    except Fault as fault:
        return fault.error
    except Pending as pending:
        raise Unplanned("an array of what has no value") from pending
    one = isinstance(found, Reference) and found.height == found.width == 1
    return found.item(0, 0) if one and isinstance(found, Reference) else found
