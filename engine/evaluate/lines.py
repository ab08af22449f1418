"""The lines of a workbook and what each reads, as someone who follows a figure back in Excel finds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from heapq import heappop, heappush
from itertools import pairwise

import numpy as np

from engine.core.address import SHIFT, STRIDE, key_of
from engine.evaluate.model import Model
from engine.formula.expr import Ref
from engine.plan.dependencies import Bounds, references_of
from engine.plan.regions import DATA_TABLE
from engine.plan.scope import rectangle


@dataclass(frozen=True, slots=True)
class Line:
    """Cells beside one another in a row that hold one formula form: sixty months are one line."""

    sheet: int
    row: int
    left: int
    right: int
    form: int


@dataclass(frozen=True)
class Lines:
    """The lines of a model. What OFFSET and INDIRECT read is not followed."""

    model: Model

    def paths(self, output: str) -> Mapping[str, tuple[Line, ...]]:
        """Return, for each assumption behind an output, a path to it over the fewest blocks.

        A path begins with the output's own line and ends with one that reads the assumption. Of paths over as
        many blocks the one of the fewest lines is taken; lines that only repeat a cell don't count and stand
        in it. Raises UnknownName.
        """
        sheet, key = self.model.targets.cell(output)
        came: dict[Line, Line | None] = dict.fromkeys(self._filling((sheet, *_one(key))))
        cost = dict.fromkeys(came, (0, 0))
        found: dict[str, Line] = {}
        waiting = [((0, 0), order, line) for order, line in enumerate(came)]
        order = len(waiting)
        while waiting:
            reached, _, line = heappop(waiting)
            if reached > cost[line]:
                continue
            lines, inputs = self._read(line)
            for name in inputs:
                found.setdefault(name, line)
            for other in lines:
                moved = (reached[0] + self.opens(line, other), reached[1] + (not self.repeats(line)))
                if other not in cost or moved < cost[other]:
                    cost[other], came[other], order = moved, line, order + 1
                    heappush(waiting, (moved, order, other))
        return {name: _chain(line, came) for name, line in found.items()}

    def repeats(self, line: Line) -> bool:
        """Whether a line's formula only repeats another cell."""
        return isinstance(self.model.program.formed.forms[line.form].expr, Ref)

    def opens(self, line: Line, other: Line) -> bool:
        """Whether someone who goes from a line to another turns to another block of lines.

        A block is rows of one sheet with no blank row between them: its lines are seen together.
        """
        return line.sheet != other.sheet or self._block(line) != self._block(other)

    def _block(self, line: Line) -> int:
        if line.sheet not in self._blocks:
            sheet = self.model.workbook.sheets[line.sheet]
            filled = np.unique([key >> SHIFT for key in (*sheet.constants, *sheet.formulas)])
            self._blocks[line.sheet] = filled[np.flatnonzero(np.diff(filled, prepend=-1) > 1)]
        return int(np.searchsorted(self._blocks[line.sheet], line.row, side="right"))

    @cached_property
    def _blocks(self) -> dict[int, np.ndarray[tuple[int], np.dtype[np.int64]]]:
        """The first row of each block, by sheet."""
        return {}

    @cached_property
    def _known(self) -> dict[Line, tuple[tuple[Line, ...], tuple[str, ...]]]:
        return {}

    @cached_property
    def _inputs(self) -> Mapping[int, Mapping[tuple[int, int], str]]:
        """The assumptions by sheet and live cell."""
        found: dict[int, dict[tuple[int, int], str]] = {}
        for one in self.model.contract.assumptions:
            sheet, key = self.model.targets.cell(one.live)
            found.setdefault(sheet, {})[_row_column(key)] = one.name
        return found

    def _read(self, line: Line) -> tuple[tuple[Line, ...], tuple[str, ...]]:
        if line not in self._known:
            lines: dict[Line, None] = {}
            inputs: dict[str, None] = {}
            for bounds in self._bounds(line):
                named = self._named(bounds)
                inputs |= dict.fromkeys(named.values())
                lines |= dict.fromkeys(
                    one for one in self._filling(bounds) if (one.row, one.left) not in named
                )
            self._known[line] = tuple(lines), tuple(inputs)
        return self._known[line]

    def _bounds(self, line: Line) -> Iterator[Bounds]:
        """Yield what the cells of a line read, the hull of each reference over all of them."""
        program = self.model.program
        references, _ = references_of(program.formed.forms[line.form].expr)
        for reference in references:
            number = line.sheet if reference.sheet is None else program.scope.number(reference.sheet)
            if number is not None:
                a = rectangle(reference, line.row, line.left)
                b = rectangle(reference, line.row, line.right)
                yield number, min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])

    def _named(self, bounds: Bounds) -> Mapping[tuple[int, int], str]:
        sheet, top, left, bottom, right = bounds
        known = self._inputs.get(sheet, {})
        if top == bottom and left == right:
            return {(top, left): known[top, left]} if (top, left) in known else {}
        return {at: n for at, n in known.items() if top <= at[0] <= bottom and left <= at[1] <= right}

    def _filling(self, bounds: Bounds) -> Iterator[Line]:
        """Yield the lines that fill a rectangle, whole runs of cells even where it touches some of them."""
        sheet, top, left, bottom, right = bounds
        program = self.model.program
        fills = program.dependencies.fills
        hit = (
            (fills[:, 0] == sheet)
            & (fills[:, 1] <= bottom)
            & (fills[:, 3] >= top)
            & (fills[:, 2] <= right)
            & (fills[:, 4] >= left)
        )
        for number in np.flatnonzero(hit).tolist():
            region = program.regions[number]
            if region.form != DATA_TABLE:
                for row in range(max(top, region.top), min(bottom, region.bottom) + 1):
                    yield Line(sheet, row, region.left, region.right, region.form)

    def cells_on(self, output: str, path: Sequence[Line]) -> list[tuple[int, int]]:
        """Return sheet and key of the cell of each line that the line before it reads, the last of several.

        A line that is read only from other cells of the line before it is shown by its own last cell.
        """
        sheet, key = self.model.targets.cell(output)
        found = [(sheet, key)]
        for before, line in pairwise(path):
            row, column = _row_column(found[-1][1])
            at = replace(before, row=row, left=column, right=column)
            columns = [
                min(bounds[4], line.right)
                for bounds in self._bounds(at)
                if bounds[0] == line.sheet and bounds[1] <= line.row <= bounds[3]
                if bounds[2] <= line.right and bounds[4] >= line.left
            ]
            found.append((line.sheet, key_of(line.row, max(columns, default=line.right))))
        return found


def _chain(line: Line, came: Mapping[Line, Line | None]) -> tuple[Line, ...]:
    chain = [line]
    while (before := came[chain[-1]]) is not None:
        chain.append(before)
    return tuple(reversed(chain))


def _one(key: int) -> tuple[int, int, int, int]:
    row, column = _row_column(key)
    return row, column, row, column


def _row_column(key: int) -> tuple[int, int]:
    return key >> SHIFT, key & (STRIDE - 1)
