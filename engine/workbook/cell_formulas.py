"""Formulas beyond plain ones: shared, array, dynamic array, Data Table (ECMA-376 Part 1, 18.3.1.40)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from engine.core.address import SHIFT, STRIDE, Rect, key_of, parse_a1, parse_rect
from engine.core.values import Value
from engine.workbook.book import DataTable, Formula, FormulaKind
from engine.workbook.cell_values import AbsurdCell, BadCell
from engine.workbook.text import unescape
from engine.workbook.xml_parts import flag

_AREA_WORK = 64 << 20
_AREA_CELLS = 2 << 20  # of all arrays and Data Tables of a sheet: two whole columns


class FormulaReader:
    """The formulas of one sheet as they are met; ``settle`` finds the masters of shared ones."""

    def __init__(self, sheet: str, dynamic: Collection[str]) -> None:
        self.cells: dict[int, Formula] = {}
        self._sheet = sheet
        self._dynamic = dynamic
        self._masters: dict[str, tuple[int, str]] = {}
        self._followers: dict[str, Formula] = {}
        self._orphans: dict[int, str] = {}
        self.areas: list[Rect] = []
        self._area_cells = 0

    def read(self, key: int, attributes: dict[str, str], text: str, metadata: str | None) -> Formula | None:
        """Return the formula of a cell, or None where its f is only a mark, as inside a spilled array."""
        kind = attributes.get("t", "normal")
        text = unescape(text.removeprefix("="))
        if kind == "shared":
            return self._shared(key, attributes, text)
        if kind == "dataTable":
            return self._data_table(attributes)
        if not text:
            return None
        if kind == "array":
            dynamic = metadata in self._dynamic
            area = self._area(attributes.get("ref"), key)
            return Formula(text, _ARRAY[dynamic], area)
        return Formula(text)

    def settle(self) -> None:
        """Give followers that came before their master its text; those of none can't be evaluated."""
        for key, index in self._orphans.items():
            follower = self._follower(index)
            self.cells[key] = follower or unread(f"shares formula {index!r}, which no cell holds")

    def inner_keys(self, held: Mapping[int, Value]) -> Iterator[int]:
        """Yield the keys inside the areas of arrays and Data Tables; each area's first cell is a formula.

        The cells that are ``held`` are walked where an area is larger than they are many.
        """
        areas = [area for area in self.areas if area.height * area.width > 1]
        if sum(min(area.height * area.width, len(held)) for area in areas) > _AREA_WORK:
            raise BadCell("has array formulas whose areas overlap absurdly")
        for area in areas:
            if area.height * area.width <= len(held):
                for row in range(area.top, area.bottom + 1):
                    yield from range(key_of(row, area.left), key_of(row, area.right) + 1)
            else:
                yield from [key for key in held if _inside(area, key)]

    def _shared(self, key: int, attributes: dict[str, str], text: str) -> Formula | None:
        index = attributes.get("si", "")
        if text:
            if index not in self._masters or "ref" in attributes:
                self._masters[index] = key, text
                self._followers.pop(index, None)
            return Formula(text)
        follower = self._follower(index)
        if follower is None:
            self._orphans[key] = index
            return Formula("")
        return follower

    def _follower(self, index: str) -> Formula | None:
        follower = self._followers.get(index)
        if follower is None and index in self._masters:
            master, text = self._masters[index]
            follower = self._followers[index] = Formula(text, shared_from=master)
        return follower

    def _data_table(self, attributes: dict[str, str]) -> Formula:
        area = self._area(attributes.get("ref"), None)
        table = DataTable(
            r1=_input(attributes.get("r1")),
            r2=_input(attributes.get("r2")),
            dt2d=flag(attributes.get("dt2D")),
            dtr=flag(attributes.get("dtr")),
            del1=flag(attributes.get("del1")),
            del2=flag(attributes.get("del2")),
        )
        return Formula("", "data-table", area, data_table=table)

    def _area(self, reference: str | None, key: int | None) -> Rect:
        try:
            if reference is None and key is not None:
                row, column = key >> SHIFT, key & (STRIDE - 1)
                return Rect(self._sheet, row, column, row, column)
            area = parse_rect(reference or "", self._sheet)
        except ValueError as problem:
            raise BadCell(f"has a formula over the area {problem}") from problem
        self.areas.append(area)
        self._area_cells += area.height * area.width
        if self._area_cells > _AREA_CELLS:
            found = f"has array formulas over {self._area_cells:,} cells up to {area}"
            raise AbsurdCell(f"{found} (the limit is {_AREA_CELLS:,})")
        return area


_ARRAY: dict[bool, FormulaKind] = {False: "array", True: "dynamic-array"}


def _input(reference: str | None) -> int | None:
    if reference is None:
        return None
    try:
        return key_of(*parse_a1(reference))
    except ValueError:
        return None  # Excel writes #REF! beside del1 or del2


def _inside(area: Rect, key: int) -> bool:
    row, column = key >> SHIFT, key & (STRIDE - 1)
    return area.top <= row <= area.bottom and area.left <= column <= area.right


def unread(found: str) -> Formula:
    """Return what stands in place of a damaged cell."""
    return Formula("", unread=f"the file is damaged: the cell {found}; let Excel repair it and save it")
