"""The cells of a worksheet, in one pass over its XML: all at once where it is written as programs write it
(``sheet_scan``), else with expat (``cell_events``).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from xml.parsers import expat

import numpy as np

from engine.core.address import SHIFT, STRIDE, Rect
from engine.core.values import Value
from engine.workbook.book import SheetCells
from engine.workbook.cell_events import CellEvents
from engine.workbook.cell_formulas import FormulaReader, unread
from engine.workbook.cell_values import AbsurdCell, BadCell, ValueReader
from engine.workbook.layouts import Layout, inner_cells, layout_of
from engine.workbook.merges import merged_areas
from engine.workbook.package import Package
from engine.workbook.sheet_marks import marks_of
from engine.workbook.sheet_scan import Filler, cells_section, hidden_rows, is_long
from engine.workbook.sheet_source import SheetSource
from engine.workbook.tables import rectangles
from engine.workbook.well_formed import is_well_formed
from engine.workbook.xml_parts import stream


def read_sheet(package: Package, source: SheetSource) -> SheetCells:
    """Return the cells of one worksheet; WorkbookError where its XML holds what no cell can."""
    return _sheet(source, _cells(package, source, package.read(source.part)))


def read_with_layout(
    package: Package, source: SheetSource, part: bytes, values: int
) -> tuple[SheetCells, Layout | None]:
    """Return the cells of a worksheet's part, and where they stand in it if its ``values`` are all cells'."""
    cells = _cells(package, source, part)
    sheet = _sheet(source, cells)
    filled = cells.filled
    if filled is None or filled.valued is None or cells.unread:
        return sheet, None
    layout = layout_of(sheet, filled.valued, inner_cells(cells.formulas.areas), filled.fingerprint)
    return sheet, layout if layout is not None and layout.values == values else None


def _cells(package: Package, source: SheetSource, part: bytes) -> _Cells:
    try:
        cells = _scanned(package, source, part) or _parsed(package, source, part)
        cells.settle()
    except AbsurdCell as problem:
        raise package.unsafe(source.part, f"(sheet {source.name!r}) {problem}") from problem
    except BadCell as problem:
        raise package.damaged(source.part, f"(sheet {source.name!r}) {problem}") from problem
    return cells


def _sheet(source: SheetSource, cells: _Cells) -> SheetCells:
    filled = cells.filled
    return SheetCells(
        name=source.name,
        constants=cells.constants,
        formulas=cells.formulas.cells,
        stored=cells.stored if filled is None else filled.stored(cells.stored),
        styles=cells.styles if filled is None else filled.styles,
        state=source.state,
        extent=cells.extent(),
        hidden_rows=frozenset(cells.hidden_rows),
        data_types=cells.data_types if filled is None else filled.data_types,
        filters=tuple(cells.filters),
        merges=tuple(cells.merges),
    )


def _scanned(package: Package, source: SheetSource, part: bytes) -> _Cells | None:
    """Return the cells of a part that is written as spreadsheet programs write it, else None."""
    section = cells_section(part)
    marks = None if section is None else marks_of(section)
    if section is None or marks is None or is_long(marks):
        return None
    start = part.index(section)
    head, tail = part[:start], part[start + len(section) :]
    if not is_well_formed(section, marks, head):
        return None
    stream(package, source.part, expat.ParserCreate(namespace_separator=" "), head + tail)
    cells = _Cells(source)
    filler = Filler(source.values, cells.formulas, source.metadata)
    filler.fill(section, marks)
    cells.filled, cells.constants, cells.unread = filler, filler.constants, filler.unread
    cells.hidden_rows = hidden_rows(marks.rows)
    cells.merges.extend(merged_areas(tail, source.name))
    return cells


def _parsed(package: Package, source: SheetSource, part: bytes) -> _Cells:
    """Return the cells of any part."""
    cells = _Cells(source)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    _await_rows(parser, cells, source.values)
    stream(package, source.part, parser, part)
    return cells


class _Cells:
    """What the handlers fill."""

    def __init__(self, source: SheetSource) -> None:
        self.constants: dict[int, Value] = {}
        self.stored: dict[int, Value] = {}
        self.styles: dict[int, int] = {}
        self.filled: Filler | None = None
        self.hidden_rows: set[int] = set()
        self.formulas = FormulaReader(source.name, source.metadata.dynamic)
        self.metadata = source.metadata
        self.data_types: dict[int, Mapping[str, Value]] = {}
        self.unread: dict[int, str] = {}
        self.filters: list[Rect] = []
        self.merges: list[Rect] = []
        self._sheet, self._filter = source.name, ""

    def settle(self) -> None:
        """Find the shared formulas' masters, and move what lies inside arrays and Data Tables to stored."""
        self.formulas.settle()
        constants, stored = self.constants, self.stored
        for key in self.formulas.inner_keys(constants):
            value = constants.pop(key, None)
            if value is not None:
                stored[key] = value
        if self.filled is not None:
            self.filled.enrich()
        self._report_unread()

    def _report_unread(self) -> None:
        """Put what can't be evaluated in place of values that can't be read and are no results."""
        if not self.unread:
            return
        formulas = self.formulas.cells
        results = formulas.keys() | set(self.formulas.inner_keys(dict.fromkeys(self.unread)))
        formulas.update((key, unread(f"holds {it}")) for key, it in self.unread.items() if key not in results)

    def after_rows(self, name: str, attributes: dict[str, str]) -> None:
        """Take note of merged cells, and of a filter that has criteria; other views' do not hide rows."""
        local = name.rpartition(" ")[2]
        if local in ("autoFilter", "customSheetViews"):
            self._filter = attributes.get("ref", "")
        elif local == "filterColumn" and self._filter:
            self.filters.extend(rectangles(self._filter, self._sheet))
            self._filter = ""
        elif local == "mergeCell":
            self.merges.extend(rectangles(attributes.get("ref", ""), self._sheet))

    def extent(self) -> tuple[int, int, int, int]:
        """Return (top, left, bottom, right) of the cells that hold something."""
        keys = np.fromiter(chain(self.constants, self.formulas.cells, self.stored), np.int64)
        if not len(keys):
            return (0, 0, 0, 0)
        rows, columns = keys >> SHIFT, keys & (STRIDE - 1)
        return (int(rows.min()), int(columns.min()), int(rows.max()), int(columns.max()))


def _await_rows(parser: expat.XMLParserType, cells: _Cells, values: ValueReader) -> None:
    """Set the handlers of cells once sheetData begins, whose namespace (strict or not) they share."""

    def start(name: str, _: dict[str, str]) -> None:
        namespace, local = name.rpartition(" ")[::2]
        if local == "sheetData":
            events = CellEvents(parser, cells, values, f"{namespace} " if namespace else "")
            parser.StartElementHandler = events.start
            parser.EndElementHandler = events.end
            parser.CharacterDataHandler = events.text

    parser.StartElementHandler = start
