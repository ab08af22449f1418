"""Closures that read a cell, an area or a spill; what is relative counts from the formula's own cell."""

from __future__ import annotations

from engine.core.address import MAX_COLUMN, MAX_ROW, SHIFT, STRIDE, key_of
from engine.core.values import REF, ExcelError, Value
from engine.evaluate.state import Closure, State
from engine.formula.expr import Ref
from engine.functions.operands import PENDING, Operand, Pending, Reference
from engine.plan.scope import rectangle

_MASK = STRIDE - 1


def fixed_cell(sheet: int, key: int) -> Closure:
    """Return the closure of one cell, whatever cell asks."""

    def cell(state: State, _at: int) -> Value:
        value = state.cells[sheet].get(key)
        if value is PENDING:
            raise Pending(sheet, [key])
        return value

    return cell


def moving_cell(sheet: int, rows: int, columns: int) -> Closure:
    """Return the closure of the cell so many rows and columns away; past an edge it comes in at the other."""
    step = rows * STRIDE + columns

    def cell(state: State, at: int) -> Value:
        key = at + step
        value = state.cells[sheet].get(key)
        if value is PENDING:
            raise Pending(sheet, [key])
        return value

    return cell if rows >= 0 and columns >= 0 else _wrapping(sheet, rows, columns, cell)


def _wrapping(sheet: int, rows: int, columns: int, inside: Closure) -> Closure:
    def cell(state: State, at: int) -> Operand:
        row, column = (at >> SHIFT) + rows, (at & _MASK) + columns
        if row >= 1 and column >= 1:
            return inside(state, at)
        key = ((row - 1) % MAX_ROW + 1) << SHIFT | ((column - 1) % MAX_COLUMN + 1)
        return fixed_cell(sheet, key)(state, at)

    return cell


def mixed_cell(sheet: int, ref: Ref) -> Closure:
    """Return the closure of a cell whose row or column alone is fixed."""
    corner = ref.first
    # What counts of the asking cell's key, what is added to it, and where the sheet ends.
    kept = _MASK if corner.row_absolute else ~_MASK
    step = corner.row * STRIDE + corner.column
    first, last = (corner.row, 1), (corner.row, MAX_COLUMN)
    if corner.column_absolute:
        first, last = (1, corner.column), (MAX_ROW, corner.column)
    lowest, highest = key_of(*first), key_of(*last)

    def cell(state: State, at: int) -> Value:
        key = (at & kept) + step
        if not lowest <= key <= highest:
            key = key_of(*corner.at(at >> SHIFT, at & _MASK))
        value = state.cells[sheet].get(key)
        if value is PENDING:
            raise Pending(sheet, [key])
        return value

    return cell


def area_of(sheet: int, ref: Ref) -> Closure:
    """Return the closure of a range on one sheet."""
    first, last = ref.first, ref.last
    if ref.whole or not (
        first.row_absolute == last.row_absolute and first.column_absolute == last.column_absolute
    ):
        return lambda state, at: Reference(state, sheet, *rectangle(ref, at >> SHIFT, at & _MASK))
    top, bottom = sorted((first.row, last.row))
    left, right = sorted((first.column, last.column))
    rows, columns = not first.row_absolute, not first.column_absolute
    if not rows and not columns:
        return lambda state, _at: Reference(state, sheet, top, left, bottom, right)

    def area(state: State, at: int) -> Operand:
        row, column = at >> SHIFT if rows else 0, at & _MASK if columns else 0
        if row + top >= 1 and row + bottom <= MAX_ROW and column + left >= 1 and column + right <= MAX_COLUMN:
            return Reference(state, sheet, row + top, column + left, row + bottom, column + right)
        return Reference(state, sheet, *rectangle(ref, at >> SHIFT, at & _MASK))

    return area


def spilled(operand: Closure) -> Closure:
    """Return the closure of all that the cell of an operand spills into: A1#."""

    def area(state: State, at: int) -> Operand:
        start = operand(state, at)
        if not isinstance(start, Reference):
            return start if isinstance(start, ExcelError) else REF
        start.item(0, 0)  # the spill's size is known once its first cell is computed
        cell = start.sheet, start.top << SHIFT | start.left
        size = state.spills.get(cell, (1, 1) if cell in state.texts else None)
        moved = start.moved(start.top, start.left, *size) if size else None
        return REF if moved is None else moved

    return area
