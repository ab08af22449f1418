"""Regions: the rectangles that one form fills. Whatever the workbook's length, a row of months is one region.

An array formula is a region of its own, over the whole of its area, and so is a what-if Data Table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.core.address import SHIFT, STRIDE
from engine.plan.forms import FormedCells
from engine.plan.placed import Placed, placed

CellId = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of one sheet whose cells all hold one form (``DATA_TABLE`` for a what-if table)."""

    form: int
    sheet: int
    top: int
    left: int
    bottom: int
    right: int

    def keys(self) -> Iterator[int]:
        """Yield the keys of the region's cells, row by row."""
        for row in range(self.top, self.bottom + 1):
            yield from range(row << SHIFT | self.left, (row << SHIFT | self.right) + 1)

    @property
    def size(self) -> int:
        """The number of cells."""
        return (self.bottom - self.top + 1) * (self.right - self.left + 1)


DATA_TABLE = -1


def regions_of(formed: FormedCells, sizes: Mapping[CellId, tuple[int, int]]) -> tuple[Region, ...]:
    """Cut every form's cells into rectangles: runs along rows, joined where rows repeat them.

    ``sizes`` are the heights and widths of array formulas and Data Tables by their first cell.
    """
    found: list[Region] = []
    by_sheet: dict[int, list[Placed]] = {}
    for form in placed(formed):
        by_sheet.setdefault(form.sheet, []).append(form)
    for sheet in range(len(formed.cells)):
        for form in by_sheet.get(sheet, ()):
            if formed.forms[form.number].array:
                found.extend(_area(form.number, sheet, key, sizes) for key in form.keys.tolist())
            else:
                found.extend(Region(form.number, sheet, *bounds) for bounds in _rectangles(form))
        found.extend(_area(DATA_TABLE, sheet, key, sizes) for key in formed.data_tables[sheet])
    return tuple(found)


def _rectangles(form: Placed) -> Iterable[tuple[int, int, int, int]]:
    top, left, bottom, right = form.hull
    whole = (bottom - top + 1) * (right - left + 1) == len(form.keys)
    return [form.hull] if whole else rectangles(form.keys.tolist())


def _area(form: int, sheet: int, key: int, sizes: Mapping[CellId, tuple[int, int]]) -> Region:
    (height, width), row, column = sizes.get((sheet, key), (1, 1)), key >> SHIFT, key & (STRIDE - 1)
    return Region(form, sheet, row, column, row + height - 1, column + width - 1)


def rectangles(keys: Iterable[int]) -> Iterator[tuple[int, int, int, int]]:
    """Cut ordered cell keys into rectangles (top, left, bottom, right)."""
    open_runs: dict[tuple[int, int], tuple[int, int]] = {}  # columns -> (first row, last row)
    for row, left, right in _runs(keys):
        first, last = open_runs.get((left, right), (row, row - 1))
        if last != row - 1:
            yield first, left, last, right
            first = row
        open_runs[left, right] = (first, row)
    for (left, right), (first, last) in open_runs.items():
        yield first, left, last, right


def _runs(keys: Iterable[int]) -> Iterator[tuple[int, int, int]]:
    start = previous = -2
    for key in keys:
        if key != previous + 1:
            if start >= 0:
                yield start >> SHIFT, start & (STRIDE - 1), previous & (STRIDE - 1)
            start = key
        previous = key
    if start >= 0:
        yield start >> SHIFT, start & (STRIDE - 1), previous & (STRIDE - 1)
