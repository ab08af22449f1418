"""The numbers inside arguments, as Excel's aggregates take them.

Inside a range or array only numbers count: text, even numeric, booleans and blanks are skipped. Written as
an argument, numeric text and booleans are converted. Source: the Remarks of SUM in Excel's documentation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from engine.core.values import ExcelError, Value
from engine.functions import coerce
from engine.functions.operands import Array, Operand, Reference, Union
from engine.functions.table import Fault

# Rectangles are held from a size at which reading them costs, and up to one that costs memory.
_MANY: Final = 64
_MOST: Final = 1 << 20
_KEPT: Final = 64
_SUMS_IN_TURN: Final = sum((1e16, 1.0, -1e16)) == 0.0  # up to Python 3.11


def numbers(operands: tuple[Operand, ...]) -> list[float]:
    """Return every number of the arguments in order; raise Fault with the first error among them."""
    found: list[float] = []
    for operand in operands:
        if type(operand) is float:
            found.append(operand)
        elif isinstance(operand, (Array, Reference, Union)):
            _extend(found, operand)
        else:
            result = coerce.number(operand)  # type: ignore[arg-type]  # lambdas never reach an aggregate
            if isinstance(result, ExcelError):
                raise Fault(result)
            found.append(result)
    return found


def in_order(operands: tuple[Operand, ...]) -> list[float]:
    """Return every number of the arguments from the least to the greatest, not to be changed; raise Fault
    with the first error among them.
    """
    held = held_numbers(operands[0]) if len(operands) == 1 else None
    return sorted(numbers(operands)) if held is None else held.ordered


def total(values: Iterable[float]) -> float:
    """Add numbers one after the other in double precision, as Excel does; ``sum`` compensates from
    3.12 on.
    """
    if _SUMS_IN_TURN:
        return sum(values, 0.0)
    result = 0.0
    for value in values:
        result += value
    return result


class Held:
    """The numbers of a rectangle while it keeps its values, row by row and, once asked for, in order."""

    __slots__ = ("_ordered", "cells", "found", "generation")

    def __init__(self, cells: Mapping[int, Value], generation: int, found: list[float]) -> None:
        self.cells, self.generation, self.found = cells, generation, found
        self._ordered: list[float] | None = None

    @property
    def ordered(self) -> list[float]:
        """The numbers from the least to the greatest."""
        if self._ordered is None:
            self._ordered = sorted(self.found)
        return self._ordered


def held_numbers(operand: Operand) -> Held | None:
    """Return the numbers of a rectangle of many cells, read once while it keeps its values; None for others.

    Raises Pending while a cell is not computed, and Fault with the first error.
    """
    if not isinstance(operand, Reference):
        return None
    last_row, last_column = operand.store.extents[operand.sheet]
    height = min(operand.bottom, last_row) - operand.top + 1
    if not _MANY <= height * (min(operand.right, last_column) - operand.left + 1) <= _MOST:
        return None
    kept, cells = operand.store.kept, operand.store.cells[operand.sheet]
    known = kept.held
    asked = operand.sheet, operand.top, operand.left, operand.bottom, operand.right
    held: Held | None = known.get(asked)
    if held is None or held.cells is not cells or held.generation != kept.generation:
        if len(known) >= _KEPT:
            known.clear()
        found: list[float] = []
        _append(found, operand)
        held = known[asked] = Held(cells, kept.generation, found)
    return held


def _extend(found: list[float], operand: Array | Reference | Union) -> None:
    held = held_numbers(operand)
    if held is None:
        _append(found, operand)
    else:
        found.extend(held.found)


def _append(found: list[float], operand: Array | Reference | Union) -> None:
    if isinstance(operand, Array) and operand.choice is not None:
        block, holds, _ = operand.choice  # FALSE or "" elsewhere
        found.extend(block[holds].tolist())
        return
    values = operand.flat()
    if set(map(type, values)) == {float}:
        found.extend(values)  # type: ignore[arg-type]  # floats all
        return
    for value in values:
        if type(value) is float:
            found.append(value)
        elif isinstance(value, ExcelError):
            raise Fault(value)
