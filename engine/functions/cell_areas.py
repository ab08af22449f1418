"""Rectangles of cells, read once for all formulas that ask for them."""

from __future__ import annotations

from typing import Final

from engine.core.address import SHIFT
from engine.functions.cell_lines import line_of
from engine.functions.operands import PENDING, Array, Pending, Reference, as_rows

SMALLEST: Final = 64  # cells; what is smaller is read as fast as it is found
_MOST: Final = 64  # rectangles that are kept at a time


def array_of(area: Reference) -> Array:
    """Return a rectangle's values at its full size, as ``as_rows``; raise Pending while one is missing."""
    if area.height * area.width < SMALLEST:
        return Array(as_rows(area))
    store = area.store
    kept, cells = store.kept, store.cells[area.sheet]
    asked = area.sheet, area.top, area.left, area.bottom, area.right
    known = kept.areas.get(asked)
    if known is not None and known[0] is cells and known[1] == kept.generation:
        return known[2]
    if len(kept.areas) >= _MOST:
        kept.areas.clear()
    found = Array(as_rows(area))
    kept.areas[asked] = cells, kept.generation, found
    return found


def wait_for(table: Reference) -> None:
    """Raise Pending while a cell of a table is not computed; rows found computed are not looked at again."""
    store, cells = table.store, table.store.cells[table.sheet]
    if table.sheet < len(store.constants) and len(store.constants[table.sheet]) == len(cells):
        return  # the sheet has no formula
    if table.left == table.right:
        line_of(table) or table.flat()
        return
    asked = table.sheet, table.top, table.left, table.bottom, table.right
    known, generation, done = store.kept.waited.get(asked, (cells, -1, table.top))
    row = done if known is cells and generation == store.kept.generation else table.top
    last_row, last_column = store.extents[table.sheet]
    bottom, right = min(table.bottom, last_row), min(table.right, last_column)
    while row <= bottom and right >= table.left:
        span = range(row << SHIFT | table.left, (row << SHIFT | right) + 1)
        if PENDING in map(cells.get, span):
            store.kept.waited[asked] = cells, store.kept.generation, row
            raise Pending(table.sheet, [key for key in span if cells.get(key) is PENDING])
        row += 1
    store.kept.waited[asked] = cells, store.kept.generation, row
