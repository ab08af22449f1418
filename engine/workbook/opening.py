"""Safe opening of a workbook file: everything in it that calculation needs, in one reading of its bytes.

The file is opened for reading only. What can't be a workbook, or would cost absurd memory, raises a
``WorkbookError`` before anything large is built.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.core.collection import collection_paused
from engine.core.exceptions import NotAWorkbook
from engine.core.store import Store
from engine.workbook.book import Pivot, SheetCells, Table, Workbook
from engine.workbook.cell_values import ValueReader
from engine.workbook.externals import read_externals
from engine.workbook.known_sheets import read_known_sheet
from engine.workbook.metadata import read_metadata
from engine.workbook.package import Package
from engine.workbook.pivots import read_pivots
from engine.workbook.properties import read_application, read_other_program, read_saved
from engine.workbook.sheet_source import SheetSource
from engine.workbook.sheet_xml import read_sheet
from engine.workbook.styles import read_day_first, read_number_formats
from engine.workbook.tables import read_table_filters, read_tables
from engine.workbook.text import read_shared_strings
from engine.workbook.workbook_xml import Contents, read_contents
from engine.workbook.xml_parts import check_prologue, relationships


@collection_paused
def open_workbook(path: str | os.PathLike[str], store: Store | None = None) -> Workbook:
    """Return the workbook in a .xlsx or .xlsm file, which is never modified.

    With a ``store``, a workbook of which only values changed since its last opening is read faster.

    Raises a ``WorkbookError`` whose message names the file, what was found and the remedy: ``NotAWorkbook``,
    ``EncryptedWorkbook`` or ``UnsafeWorkbook`` (beyond limits, or with a DOCTYPE in any of its parts).
    """
    package = Package(Path(path))
    for part in package.names():
        if part.endswith((".xml", ".rels", ".vml")):
            check_prologue(package, part)
    contents = read_contents(package)
    sheets = _read_sheets(package, contents, store)
    formats, day_first, styles = _read_styles(package, contents)
    externals = read_externals(package, contents.externals, date1904=contents.settings.date1904)
    workbook = Workbook(
        path=package.path,
        sha256=package.sha256,
        sheets=tuple(sheets.read),
        names=contents.names,
        tables=tuple(sheets.tables),
        settings=contents.settings,
        externals=externals.cells,
        number_formats=formats,
        day_first=day_first,
        sheet_order=tuple(sheet.name for sheet in contents.sheets),
        external_names=externals.names,
        external_files=externals.files,
        saved=read_saved(package),
        application=contents.writer or read_application(package),
        other_program=read_other_program(package),
        has_macros="vbaProject" in contents.parts
        or any("macrosheet" in entry.kind.lower() for entry in contents.sheets),
        pivots=tuple(sheets.pivots),
        fingerprints=tuple(sheets.fingerprints),
        unread_tables=tuple(sheets.unread_tables),
        unread_sheets=tuple(sheets.lost),
        unread_parts=(*sheets.unread_parts, *styles),
    )
    package.trees.clear()
    return workbook


def _read_styles(package: Package, contents: Contents) -> tuple[tuple[str, ...], bool, tuple[str, ...]]:
    """Return number formats, whether days come first, and the part where it is damaged."""
    part = contents.parts.get("styles")
    try:
        return read_number_formats(package, part), read_day_first(package, part), ()
    except NotAWorkbook:
        if not contents.settings.full_precision:  # every formula is rounded by its number format
            raise
        return ("General",), False, (part or "",)


@dataclass
class _Sheets:
    """The worksheets as they are read, with what is found beside them and what can't be read."""

    read: list[SheetCells] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    pivots: list[Pivot] = field(default_factory=list)
    fingerprints: list[str] = field(default_factory=list)
    unread_tables: list[str] = field(default_factory=list)
    unread_parts: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def take(self, package: Package, source: SheetSource, store: Store | None) -> None:
        """Read a worksheet; raise NotAWorkbook, taking nothing, where it is damaged."""
        sheet, fingerprint = (
            (read_sheet(package, source), "") if store is None else read_known_sheet(package, source, store)
        )
        filters = (*sheet.filters, *read_table_filters(package, source.part, source.name))
        tables, unread = read_tables(package, source.part, source.name)
        self.pivots.extend(read_pivots(package, source.part, source.name))
        self.read.append(replace(sheet, filters=filters))
        self.tables.extend(tables)
        self.unread_tables.extend(unread)
        self.fingerprints.extend([fingerprint] if fingerprint else [])

    def lose(self, package: Package, source: SheetSource) -> None:
        """Take note of a damaged worksheet: what its tables are called is not known either."""
        self.lost.append(source.name)
        self.unread_parts.append(source.part)
        try:
            related = list(relationships(package, source.part).values())
        except NotAWorkbook:
            related = [("table", source.part)]
        self.unread_tables.extend(target for kind, target in related if kind == "table")


def _read_sheets(package: Package, contents: Contents, store: Store | None) -> _Sheets:
    part = contents.parts.get("sharedStrings")
    strings, damaged = read_shared_strings(package, part)
    values = ValueReader(strings, date1904=contents.settings.date1904)
    metadata = read_metadata(package, contents.parts)
    entries = [entry for entry in contents.sheets if entry.kind == "worksheet"]
    found = _Sheets(unread_parts=[part] if damaged and part else [])
    context = b"" if store is None else _context(package, contents, damaged=damaged)
    for entry in entries:
        source = SheetSource(entry.name, entry.part, entry.state, values, metadata, context)
        try:
            found.take(package, source, store)
        except NotAWorkbook:
            if len(entries) == 1:
                raise
            found.lose(package, source)
    return found


def _context(package: Package, contents: Contents, *, damaged: bool) -> bytes:
    """Return what stands for shared strings and the date system."""
    part = contents.parts.get("sharedStrings")
    if damaged:
        strings = package.sha256.encode()
    else:
        strings = b"" if part is None or part not in package else package.read(part)
    return hashlib.blake2b(strings, salt=bytes([contents.settings.date1904])).digest()
