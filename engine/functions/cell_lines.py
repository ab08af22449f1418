"""Cells below or beside one another, read once for all formulas that ask for them or for their beginning.

Twenty thousand cells that look into one column, or sum it up from its top down to their own row, read each
of its cells once. What is kept is used only while the cells hold the very same values.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import is_
from typing import Any, Final, TypeVar

from engine.core.address import SHIFT, STRIDE
from engine.core.values import Value
from engine.functions.operands import PENDING, CellStore, Operand, Pending, Reference

SHORTEST: Final = 64  # below it a search is as fast
_OFTEN: Final = 3  # an index costs what a few searches do
_MOST: Final = 256  # lines that are kept at a time
Made = TypeVar("Made")


class Line:
    """The values from one cell downwards, or to the right, as far as they were read.

    ``known`` holds what was made of them, by its maker: it is told of values that are read later.
    """

    __slots__ = ("asked", "cells", "fixed", "generation", "known", "sheet", "start", "step", "values")

    def __init__(self, sheet: int, start: int, step: int) -> None:
        self.sheet, self.start, self.step = sheet, start, step
        self.values: list[Value] = []
        self.known: dict[Any, Any] = {}
        self.cells: dict[int, Value] | None = None
        self.generation = -1
        self.fixed = 0
        self.asked = 0

    def read(self, store: CellStore, size: int) -> None:
        """Read so many cells; raise Pending while one of them is not computed."""
        cells, generation = store.cells[self.sheet], store.kept.generation
        if self.cells is not cells or self.generation != generation:
            self._check(cells)
            self.cells, self.generation = cells, generation
        have = len(self.values)
        if size > have:
            keys = range(self.start + have * self.step, self.start + size * self.step, self.step)
            values = list(map(cells.get, keys))
            if PENDING in values:
                waiting = [key for key, value in zip(keys, values, strict=True) if value is PENDING]
                raise Pending(self.sheet, waiting)
            self._note_fixed(store, keys, values)
            self.values += values

    def _check(self, cells: dict[int, Value]) -> None:
        """Begin anew where a cell holds another value; no formula takes the place of a constant."""
        values = self.values
        if self.cells is cells and self.fixed == len(values):
            return
        keys = range(self.start, self.start + len(values) * self.step, self.step)
        if not all(map(is_, values, map(cells.get, keys))):
            self.values, self.known, self.fixed = [], {}, 0

    def _note_fixed(self, store: CellStore, keys: range, values: list[Value]) -> None:
        constants = store.constants
        if self.fixed == len(self.values) and self.sheet < len(constants) and None not in values:
            fixed = all(map(is_, values, map(constants[self.sheet].get, keys)))
            self.fixed += len(values) * fixed

    def often(self) -> bool:
        """Note that places are asked for; return whether an index of them is worth its cost."""
        self.asked += 1
        return self.asked >= _OFTEN

    def made(self, make: Callable[[], Made]) -> Made:
        """Return what a maker made of this line, which it makes once."""
        if make not in self.known:
            self.known[make] = make()
        return self.known[make]  # type: ignore[no-any-return]  # what it made


def line_of(operand: Operand, shortest: int | None = None) -> tuple[Line, int] | None:
    """Return the line that begins where a row or column of cells does, read to its end, and its size.

    None for other operands and for short ones (below ``shortest`` where it is given). Raises Pending while
    one of the cells is not computed.
    """
    if type(operand) is not Reference:
        return None
    height, width = operand.bottom - operand.top, operand.right - operand.left
    if (height and width) or height + width + 1 < (shortest or SHORTEST):
        return None
    store, step = operand.store, STRIDE if width == 0 else 1
    start = operand.top << SHIFT | operand.left
    last_row, last_column = store.extents[operand.sheet]
    if operand.left > last_column or operand.top > last_row:
        size = 0
    else:
        size = 1 + (
            min(height, last_row - operand.top) if step == STRIDE else min(width, last_column - operand.left)
        )
    lines = store.kept.lines
    asked = operand.sheet, start, step
    line: Line | None = lines.get(asked)
    if line is None:
        if len(lines) >= _MOST:
            _make_room(lines)
        line = lines[asked] = Line(operand.sheet, start, step)
    line.read(store, size)
    return line, size


def _make_room(lines: dict[tuple[int, ...], Any]) -> None:
    """Let lines go that few asked for, all of them where there are no such."""
    rare = [asked for asked, line in lines.items() if line.asked < _OFTEN]
    for asked in rare or list(lines):
        del lines[asked]
