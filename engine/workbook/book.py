"""A workbook as frozen values: what is in the file, before anything is parsed or computed.

Cells live in sparse dictionaries keyed by ``engine.core.address.key_of(row, column)``, in the order of the
file, so that a cell in the last corner of a sheet costs no more than one in the first.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from engine.core.address import Rect
from engine.core.exceptions import UnknownName
from engine.core.values import Value

FormulaKind = Literal["normal", "array", "dynamic-array", "data-table"]


@dataclass(frozen=True, slots=True)
class DataTable:
    """The settings of a what-if Data Table, named as ECMA-376 Part 1, 18.3.1.40 (element f) names them.

    ``r1`` and ``r2`` are keys of input cells on the same sheet. With ``dt2d``, r1 is the row input cell
    (it takes the values of the row above the area) and r2 the column input cell. Without, r1 is the row
    input cell where ``dtr`` holds and the column input cell where it doesn't. ``del1`` and ``del2`` say
    that Excel lost an input cell; its key is then None.
    """

    r1: int | None
    r2: int | None
    dt2d: bool
    dtr: bool
    del1: bool
    del2: bool

    @property
    def row_input(self) -> int | None:
        """The cell that takes the values of the row above the area."""
        return self.r1 if self.dt2d or self.dtr else None

    @property
    def column_input(self) -> int | None:
        """The cell that takes the values of the column left of the area."""
        if self.dt2d:
            return self.r2
        return None if self.dtr else self.r1


class Formula(NamedTuple):
    """A formula as the file has it, without its leading "=" and with _xlfn. and _xlws. prefixes kept.

    ``area`` is the rectangle of an array formula, of a dynamic array's spill when it was saved, or of a Data
    Table. ``shared_from`` is the key of a shared formula's master cell: ``text`` is then the master's, to be
    read relative to the master. All followers of one master share one object. ``unread`` says why a cell of
    a damaged file can't be read: whatever it held, nothing is evaluated in its place.
    """

    text: str
    kind: FormulaKind = "normal"
    area: Rect | None = None
    shared_from: int | None = None
    data_table: DataTable | None = None
    unread: str = ""


@dataclass(frozen=True, slots=True)
class SheetCells:
    """The cells of one worksheet.

    ``constants`` are cells without a formula, ``formulas`` those with one. ``stored`` is the value saved
    beside each formula (absent where none is), and the value of every other cell inside an array's or a Data
    Table's area. Numbers are float and dates serial numbers. ``styles`` has the style id (an index of
    ``Workbook.number_formats``) of cells that hold something, where it is not 0. ``extent`` is
    (top, left, bottom, right) of the cells that hold something, (0, 0, 0, 0) where none does; a
    dimension that the file declares is not believed. ``hidden_rows`` are those hidden by hand or by a filter.
    ``filters`` are the ranges whose filter has criteria, so that rows hidden there are filtered out.
    ``data_types`` are the fields, by name in lower case, of cells that hold a linked data type (Stocks ...).
    ``merges`` are the areas of merged cells.
    """

    name: str
    constants: dict[int, Value]
    formulas: Mapping[int, Formula]
    stored: Mapping[int, Value]
    styles: Mapping[int, int]
    state: str
    extent: tuple[int, int, int, int]
    hidden_rows: frozenset[int] = frozenset()
    data_types: Mapping[int, Mapping[str, Value]] = field(default_factory=dict)
    filters: tuple[Rect, ...] = ()
    merges: tuple[Rect, ...] = ()

    @property
    def filtered_rows(self) -> frozenset[int]:
        """The rows that a filter hides."""
        return frozenset(
            row for row in self.hidden_rows if any(f.top < row <= f.bottom for f in self.filters)
        )

    def value(self, key: int) -> Value:
        """Return what the file shows in a cell: its constant or its formula's stored value; None if blank."""
        constant = self.constants.get(key)
        return self.stored.get(key) if constant is None else constant


@dataclass(frozen=True, slots=True)
class Name:
    """A defined name: ``scope`` is its sheet, or None for the workbook; ``refers_to`` has no "="."""

    name: str
    scope: str | None
    refers_to: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Table:
    """An Excel table (ListObject): its rectangle with header and totals rows, and its column names."""

    name: str
    rect: Rect
    columns: tuple[str, ...]
    header_rows: int
    totals_rows: int


@dataclass(frozen=True, slots=True)
class PivotCell:
    """What one line of a pivot table stands for: ``items`` by field name in lower case, and the data field.

    A field that is not in ``items`` is totalled; ``data`` is None where lines of the other axis choose.
    """

    items: Mapping[str, Value]
    data: int | None = None


@dataclass(frozen=True, slots=True)
class Pivot:
    """A pivot table as it lies on its sheet: what each row and column of its body stands for.

    ``rect`` is the whole table, ``body`` the row and column of its first figure. ``values`` are the data
    fields: the name shown and the name of the field behind it, both in lower case. ``filters`` are the items
    chosen for the fields above the table (None for all). ``unread`` stands for a table whose part is missing
    or damaged, which may lie anywhere on its sheet.
    """

    rect: Rect
    body: tuple[int, int]
    rows: tuple[PivotCell, ...]
    columns: tuple[PivotCell, ...]
    values: tuple[tuple[str, str], ...]
    fields: frozenset[str] = frozenset()
    filters: Mapping[str, Value] = field(default_factory=dict)
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """How the workbook wants to be calculated (workbookPr and calcPr, with ECMA-376's defaults)."""

    date1904: bool = False
    iterate: bool = False
    iterate_count: int = 100
    iterate_delta: float = 0.001
    calc_mode: str = "auto"
    full_precision: bool = True


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook as it was read; ``sha256`` is of the very bytes that were.

    ``sheets`` are the worksheets in order, ``sheet_order`` the names of all sheets, chart and dialog sheets
    included. ``externals`` has the stored values of other workbooks that formulas refer to, by
    "[1]Sheet"; ``external_names`` what their names refer to, by "[1]!name" or "[1]Sheet!name";
    ``external_files`` where they were, by "[1]". ``number_formats`` are indexed by style id. ``saved`` is the
    day of the last save and ``application`` the program that wrote the file, where it says so, and
    ``other_program`` one that it has been in before; ``day_first`` whether its Excel wrote the day before the
    month;
    ``has_macros`` whether it holds a VBA project, whose functions no one else can call. ``fingerprints``
    stand for each worksheet's formulas where the workbook was opened with a store. ``unread_tables`` are the
    parts of tables that a damaged file holds in a way that can't be read, ``unread_sheets`` the worksheets,
    which are not among ``sheets``, and ``unread_parts`` the parts of these and of texts and styles.
    """

    path: Path
    sha256: str
    sheets: tuple[SheetCells, ...]
    names: tuple[Name, ...]
    tables: tuple[Table, ...]
    settings: Settings
    externals: dict[str, dict[int, Value]]
    number_formats: tuple[str, ...]
    sheet_order: tuple[str, ...] = ()
    external_names: Mapping[str, str] = field(default_factory=dict)
    external_files: Mapping[str, str] = field(default_factory=dict)
    saved: datetime.date | None = None
    application: str = ""
    other_program: str = ""
    day_first: bool = False
    has_macros: bool = False
    pivots: tuple[Pivot, ...] = ()
    fingerprints: tuple[str, ...] = ()
    unread_tables: tuple[str, ...] = ()
    unread_sheets: tuple[str, ...] = ()
    unread_parts: tuple[str, ...] = ()

    def find_sheet(self, name: str) -> SheetCells | None:
        """Return a worksheet by its name in any case, or None."""
        wanted = name.casefold()
        return next((sheet for sheet in self.sheets if sheet.name.casefold() == wanted), None)

    def sheet(self, name: str) -> SheetCells:
        """Return a worksheet by its name in any case; raise UnknownName if there is none."""
        found = self.find_sheet(name)
        if found is None and name.casefold() in map(str.casefold, self.unread_sheets):
            raise UnknownName(f"{self.path.name} is damaged: its sheet {name!r} can't be read")
        if found is None:
            known = ", ".join(sheet.name for sheet in self.sheets)
            raise UnknownName(f"{self.path.name} has no worksheet {name!r}; it has {known}")
        return found

    def find_name(self, name: str, sheet: str | None = None) -> Name | None:
        """Return a defined name in any case, that of ``sheet`` before the workbook's, as Excel does."""
        wanted, scope = name.casefold(), None if sheet is None else sheet.casefold()
        found = None
        for candidate in self.names:
            if candidate.name.casefold() == wanted:
                if candidate.scope is None:
                    found = candidate
                elif candidate.scope.casefold() == scope:
                    return candidate
        return found

    def find_table(self, name: str) -> Table | None:
        """Return a table by its name in any case, or None."""
        wanted = name.casefold()
        return next((table for table in self.tables if table.name.casefold() == wanted), None)
