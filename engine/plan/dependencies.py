"""What each region reads, as rectangles that are never expanded to cells, and the cones this gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from engine.core.address import SHIFT, STRIDE
from engine.formula.expr import Binary, Call, Expr, Name, Ref, Unary, walk
from engine.plan.criteria import added_up
from engine.plan.forms import Form
from engine.plan.regions import DATA_TABLE, Region
from engine.plan.scope import Scope, rectangle
from engine.workbook.book import Formula

Bounds = tuple[int, int, int, int, int]  # sheet, top, left, bottom, right
Integers = npt.NDArray[np.int64]
DataTables = Sequence[Mapping[int, Formula]]

# Functions whose precedents are known only when they are called.
DYNAMIC = frozenset(["OFFSET", "INDIRECT", "GETPIVOTDATA"])


@dataclass(frozen=True)
class Dependencies:
    """The rectangles that regions fill and read, as arrays with one row per rectangle.

    ``reads`` has columns sheet, top, left, bottom, right and ``readers`` the region that reads each row.
    ``dynamic`` are the regions whose precedents depend on values. A dynamic array fills what it may spill
    over.
    """

    regions: tuple[Region, ...]
    fills: Integers
    reads: Integers
    readers: Integers
    dynamic: frozenset[int]

    def dependents(self, cells: Iterable[Bounds]) -> set[int]:
        """Return the regions that depend, at any remove, on what the rectangles hold; dynamic ones always."""
        return self._reading(cells, set(self.dynamic))

    def readers_of(self, cells: Iterable[Bounds]) -> set[int]:
        """Return the regions whose formulas name, at any remove, what the rectangles hold."""
        return self._reading(cells, set())

    def direct(self, cells: Bounds) -> set[int]:
        """Return the regions whose own formulas read the rectangle."""
        return set(self.readers[_overlapping(self.reads, cells)].tolist())

    def _reading(self, cells: Iterable[Bounds], found: set[int]) -> set[int]:
        waiting = [*cells, *(self.bounds(region) for region in found)]
        while waiting:
            hit = self.readers[_overlapping(self.reads, waiting.pop())]
            for region in set(hit.tolist()) - found:
                found.add(region)
                waiting.append(self.bounds(region))
        return found

    def precedents(self, cells: Iterable[Bounds]) -> set[int] | None:
        """Return the regions that the rectangles depend on, at any remove; None where that can't be said."""
        found: set[int] = set()
        waiting = list(cells)
        while waiting:
            hit = np.flatnonzero(_overlapping(self.fills, waiting.pop()))
            for region in set(hit.tolist()) - found:
                found.add(region)
                waiting.extend(self.reads_of(region))
        return None if found & self.dynamic else found

    def reads_of(self, region: int) -> list[Bounds]:
        """Return the rectangles that a region reads."""
        start, end = np.searchsorted(self.readers, [region, region + 1])
        return [tuple(row) for row in self.reads[start:end].tolist()]

    def bounds(self, region: int) -> Bounds:
        """Return what a region, by its number, may fill, as a rectangle."""
        sheet, top, left, bottom, right = self.fills[region].tolist()
        return sheet, top, left, bottom, right


def _overlapping(rows: Integers, bounds: Bounds) -> npt.NDArray[np.bool_]:
    sheet, top, left, bottom, right = bounds
    return (  # type: ignore[no-any-return]  # numpy types comparisons as Any
        (rows[:, 0] == sheet)
        & (rows[:, 1] <= bottom)
        & (rows[:, 3] >= top)
        & (rows[:, 2] <= right)
        & (rows[:, 4] >= left)
    )


def dependencies_of(
    regions: tuple[Region, ...],
    forms: tuple[Form, ...],
    tables: DataTables,
    scope: Scope,
    reaches: Mapping[int, Bounds],
) -> Dependencies:
    """Return what regions fill and read.

    ``tables`` are the Data Tables per sheet by their first cell, ``reaches`` how far regions may spill that
    may do so.
    """
    references = [references_of(form.expr) for form in forms]
    reads: list[Bounds] = []
    readers: list[int] = []
    for number, region in enumerate(regions):
        if region.form == DATA_TABLE:
            read = table_reads(region.sheet, tables[region.sheet][region.top << SHIFT | region.left])
        else:
            read = [b for ref in references[region.form][0] for b in _read(ref, region, scope)]
        reads.extend(read)
        readers.extend([number] * len(read))
    dynamic = frozenset(
        n for n, region in enumerate(regions) if region.form != DATA_TABLE and references[region.form][1]
    )
    return Dependencies(
        regions,
        _table([reaches.get(n, (r.sheet, r.top, r.left, r.bottom, r.right)) for n, r in enumerate(regions)]),
        _table(reads),
        np.array(readers, dtype=np.int64),
        dynamic,
    )


def table_reads(sheet: int, formula: Formula) -> list[Bounds]:
    """Return what a Data Table reads: the row above it, the column left of it, and its input cells."""
    table, area = formula.data_table, formula.area
    if table is None or area is None:
        return []
    top, left = area.top - 1, area.left - 1
    found = [(sheet, top, left, top, area.right), (sheet, top, left, area.bottom, left)]
    for key in (table.r1, table.r2):
        if key is not None:
            row, column = key >> SHIFT, key & (STRIDE - 1)
            found.append((sheet, row, column, row, column))
    return found


def _table(rows: list[Bounds]) -> Integers:
    return np.array(rows, dtype=np.int64).reshape(-1, 5)


@lru_cache(maxsize=1 << 14)
def references_of(expr: Expr | None) -> tuple[tuple[Ref, ...], bool]:
    """Return a tree's references, each once, and whether it may read others that depend on values."""
    if expr is None:
        return (), False
    nodes = list(walk(expr))
    dynamic = any(
        (isinstance(node, Call) and node.function in DYNAMIC)
        or (isinstance(node, Unary) and node.operator == "#")
        or (isinstance(node, Binary) and node.operator == ":")  # its corners come from functions
        for node in nodes
    )
    own_call = any(isinstance(node, Name) for node in nodes) and not any(
        isinstance(node, Call) and node.function in ("LET", "LAMBDA") for node in nodes
    )
    named = (node for node in nodes if isinstance(node, Ref))
    return tuple(dict.fromkeys([*named, *added_up(nodes)])), dynamic or own_call


def _read(ref: Ref, region: Region, scope: Scope) -> Iterable[Bounds]:
    """Return the hull of what a reference reads over a region's cells, per sheet."""
    sheet = region.sheet if ref.sheet is None else scope.number(ref.sheet)
    last = sheet if ref.last_sheet is None else scope.number(ref.last_sheet)
    if sheet is None or last is None:
        return []
    a = rectangle(ref, region.top, region.left)
    b = rectangle(ref, region.bottom, region.right)
    hull = (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))
    return [(number, *hull) for number in range(min(sheet, last), max(sheet, last) + 1)]
