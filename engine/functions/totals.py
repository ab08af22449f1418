"""What numbers of a row or column add up to, from its beginning to any place: summed up once.

Sums are those of ``numbers.total``, to the last bit: first to last term. A running total down ten thousand
rows (``SUM(A$1:A9)``) therefore costs an addition a row.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Protocol

import numpy as np

from engine.core.address import SHIFT, STRIDE
from engine.core.values import ExcelError, Value
from engine.functions.blocks import Block, added, block_of
from engine.functions.buffer import Buffer
from engine.functions.cell_lines import SHORTEST, Line, line_of
from engine.functions.operands import Array, Operand, Reference
from engine.functions.table import Fault


class _Numbers:
    """The numbers of a line, and what the first so many of its cells hold.

    ``counts`` are the numbers, and ``filled`` the cells that are not blank, among the first so many cells;
    ``running`` the sums, greatest or least of the first so many numbers.
    """

    def __init__(self) -> None:
        self.found = Buffer(float)
        self.counts, self.filled = Buffer(np.int64), Buffer(np.int64)
        self.counts.extend([0])
        self.filled.extend([0])
        self.errors: list[tuple[int, ExcelError]] = []
        self.running: dict[np.ufunc, Buffer] = {}

    def upto(self, values: list[Value]) -> _Numbers:
        """Return the numbers, those of values that came later too."""
        start = self.counts.size - 1
        if start == len(values):
            return self
        more = values[start:] if start else values
        if set(map(type, more)) == {float}:
            steps = np.arange(1, len(more) + 1)
            self.found.extend(more)
            self.counts.extend(self.counts.array[-1] + steps)
            self.filled.extend(self.filled.array[-1] + steps)
            return self
        kinds = np.fromiter((type(value) is float for value in more), bool, len(more))
        self.found.extend([value for value in more if type(value) is float])
        self.counts.extend(self.counts.array[-1] + np.cumsum(kinds))
        full = np.fromiter((value is not None for value in more), bool, len(more))
        self.filled.extend(self.filled.array[-1] + np.cumsum(full))
        self.errors += [(n, value) for n, value in enumerate(more, start) if isinstance(value, ExcelError)]
        return self

    def first(self, combine: np.ufunc, count: int) -> float:
        """Return what the first numbers, at least one, come to: added, or the greatest or least."""
        known = self.running.get(combine)
        if known is None:
            known = self.running[combine] = Buffer(float)
        if known.size < self.found.size:
            more = self.found.array[known.size :]
            before = known.array[-1:] if known.size else np.zeros(1) if combine is np.add else more[:1]
            with np.errstate(over="ignore", invalid="ignore"):
                known.extend(combine.accumulate(np.concatenate((before, more)))[1:])
        return float(known.array[count - 1])


class Numbers(Protocol):
    """The numbers of an argument."""

    @property
    def count(self) -> int:
        """How many there are."""

    @property
    def filled(self) -> int:
        """How many values are not blank."""

    def total(self) -> float:
        """Return their sum, first to last; raise Fault with the first error among the values."""

    def greatest(self) -> float:
        """Return the greatest, 0 where there are none; raise Fault as ``total``."""

    def least(self) -> float:
        """Return the least, 0 where there are none; raise Fault as ``total``."""


class _OfArray:
    """The numbers of an array that holds nothing else, or conditions alone."""

    def __init__(self, block: Block, filled: int) -> None:
        self._block, self.count, self.filled = block, block.size, filled

    def total(self) -> float:
        return added(self._block) if self.count else 0.0

    def greatest(self) -> float:
        return float(self._block.max()) if self.count else 0.0

    def least(self) -> float:
        return float(self._block.min()) if self.count else 0.0


class _OfLine:
    """The numbers of a row or column of cells."""

    __slots__ = ("_known", "_size", "_start")

    def __init__(self, line: Line, start: int, size: int) -> None:
        self._known = line.made(_Numbers).upto(line.values)
        self._start, self._size = start, size

    @property
    def count(self) -> int:
        counts = self._known.counts.array
        return int(counts[self._start + self._size] - counts[self._start])

    @property
    def filled(self) -> int:
        filled = self._known.filled.array
        return int(filled[self._start + self._size] - filled[self._start])

    def _refuse_errors(self) -> None:
        """Raise Fault with the first error among the cells."""
        errors = self._known.errors
        place = bisect_left(errors, self._start, key=lambda found: found[0]) if errors else 0
        if place < len(errors) and errors[place][0] < self._start + self._size:
            raise Fault(errors[place][1])

    def total(self) -> float:
        return self._come_to(np.add)

    def greatest(self) -> float:
        return self._come_to(np.maximum)

    def least(self) -> float:
        return self._come_to(np.minimum)

    def _come_to(self, combine: np.ufunc) -> float:
        self._refuse_errors()
        count = self.count
        if not count:
            return 0.0
        if not self._start:
            return self._known.first(combine, count)
        first = int(self._known.counts.array[self._start])
        part = self._known.found.array[first : first + count]
        if combine is not np.add:
            return float(combine.reduce(part))
        with np.errstate(over="ignore", invalid="ignore"):
            return 0.0 + float(np.add.accumulate(part)[-1])


def numbers_of(operands: tuple[Operand, ...]) -> Numbers | None:
    """Return the numbers of an argument that is one row or column of cells, None for others and short ones.

    Raises Pending while one of the cells is not computed.
    """
    if len(operands) != 1:
        return None
    area = operands[0]
    if type(area) is not Reference:
        if type(area) is Array and area.choice is not None:
            numbers, holds, _ = area.choice  # FALSE or "" elsewhere
            return _OfArray(numbers[holds], holds.size)
        block = block_of(area)
        return None if block is None else _OfArray(block if block.dtype == float else block[:0], block.size)
    within = _within(area)
    if within is not None:
        return within
    found = line_of(area)
    if found is None:
        return None
    found[0].often()
    if area.left == area.right:
        area.store.kept.lines[area.sheet, area.left] = found[0]
    return _OfLine(found[0], 0, found[1])


def _within(area: Reference) -> Numbers | None:
    """Return the numbers of part of a column that was read before, from further above."""
    if area.left != area.right or area.bottom - area.top + 1 < SHORTEST:
        return None
    store, start = area.store, area.top << SHIFT | area.left
    line: Line | None = store.kept.lines.get((area.sheet, area.left))
    if line is None or line.start >= start or (area.sheet, start, STRIDE) in store.kept.lines:
        return None
    before = (start - line.start) >> SHIFT
    size = min(area.bottom, store.extents[area.sheet][0]) - area.top + 1
    if size < 1 or before + size > len(line.values):
        return None
    line.read(store, 0)
    return _OfLine(line, before, size) if before + size <= len(line.values) else None
