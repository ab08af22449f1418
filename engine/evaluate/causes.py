"""Why a computed value differs from the stored one: the first cell upstream that does, and what it is."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from engine.core.address import SHIFT, STRIDE
from engine.evaluate.data_tables import table_cell
from engine.evaluate.program import Program
from engine.evaluate.state import CellId
from engine.formula.expr import Ref, walk
from engine.plan.forms import address_of
from engine.plan.scope import rectangle


@dataclass
class Causes:
    """Traces the differing cells of a program to the first among their precedents that differ too."""

    program: Program
    differing: Collection[CellId]
    _roots: dict[CellId, CellId] = field(default_factory=dict)
    _by_sheet: dict[int, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for sheet, key in self.differing:
            self._by_sheet.setdefault(sheet, []).append(key)
        for keys in self._by_sheet.values():
            keys.sort()

    def of(self, cell: CellId) -> str:
        """Return the cause of a difference in a few words, or the cell upstream that it comes from."""
        root = self.root(cell)
        if root != cell:
            return f"upstream of {address_of(self.program.scope.sheets[root[0]], root[1])}"
        settings = self.program.workbook.settings
        if self.program.parts.get(cell) in self.program.formed.data_tables[cell[0]]:
            return "data table" if settings.calc_mode == "auto" else "stale data table"
        if any("[" in (ref.sheet or "") for ref in self._references(cell)):
            return "external link"
        return "stale" if settings.calc_mode == "manual" else "formula"

    def root(self, cell: CellId) -> CellId:
        """Return the cell that a difference comes from: the cell itself where no precedent differs."""
        path = [cell]
        while path[-1] not in self._roots:
            upstream = next((found for found in self._precedents(path[-1]) if found not in path), None)
            if upstream is None:
                self._roots[path[-1]] = path[-1]
            else:
                path.append(upstream)
        root = self._roots[path[-1]]
        self._roots.update(dict.fromkeys(path, root))
        return root

    def _references(self, cell: CellId) -> list[Ref]:
        sheet, key = cell
        form = self.program.formed.cells[sheet].get(self.program.parts.get(cell, key))
        expr = None if form is None else self.program.formed.forms[form].expr
        return [] if expr is None else [node for node in walk(expr) if isinstance(node, Ref)]

    def _precedents(self, cell: CellId) -> Iterator[CellId]:
        """Yield the differing cells that a cell reads."""
        sheet, key = cell
        owner = self.program.parts.get(cell, key)
        table = self.program.formed.data_tables[sheet].get(owner)
        asked = None if table is None else table_cell(sheet, table, key)
        if asked is not None:
            yield from (c for c in (asked.formula, *asked.inputs.values()) if c in self.differing)
        for ref in self._references(cell):
            number = sheet if ref.sheet is None else self.program.scope.number(ref.sheet)
            if number is not None:
                corners = rectangle(ref, owner >> SHIFT, owner & (STRIDE - 1))
                yield from ((number, found) for found in self._within(number, *corners))

    def _within(self, sheet: int, top: int, left: int, bottom: int, right: int) -> Iterator[int]:
        if top == bottom and left == right:
            key = top << SHIFT | left
            if (sheet, key) in self.differing:
                yield key
            return
        keys = self._by_sheet.get(sheet, [])
        rows = slice(bisect_left(keys, top << SHIFT), bisect_left(keys, bottom + 1 << SHIFT))
        yield from (key for key in keys[rows] if left <= key & (STRIDE - 1) <= right)
