"""Safe opening of a workbook file: everything in it that calculation needs, in one reading of its bytes.

The file is opened for reading only. What can't be a workbook, or would cost absurd memory, raises a
``WorkbookError`` before anything large is built.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from engine.core.collection import collection_paused
from engine.core.store import Store
from engine.workbook.book import SheetCells, Table, Workbook
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
from engine.workbook.xml_parts import check_prologue


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
    sheets, tables, unread, fingerprints = _read_sheets(package, contents, store)
    worksheets = [(entry.part, entry.name) for entry in contents.sheets if entry.kind == "worksheet"]
    externals = read_externals(package, contents.externals, date1904=contents.settings.date1904)
    workbook = Workbook(
        path=package.path,
        sha256=package.sha256,
        sheets=sheets,
        names=contents.names,
        tables=tables,
        settings=contents.settings,
        externals=externals.cells,
        number_formats=read_number_formats(package, contents.parts.get("styles")),
        day_first=read_day_first(package, contents.parts.get("styles")),
        sheet_order=tuple(sheet.name for sheet in contents.sheets),
        external_names=externals.names,
        external_files=externals.files,
        saved=read_saved(package),
        application=contents.writer or read_application(package),
        other_program=read_other_program(package),
        has_macros="vbaProject" in contents.parts
        or any("macrosheet" in entry.kind.lower() for entry in contents.sheets),
        pivots=tuple(pivot for part, name in worksheets for pivot in read_pivots(package, part, name)),
        fingerprints=fingerprints,
        unread_tables=unread,
    )
    package.trees.clear()
    return workbook


def _read_sheets(
    package: Package, contents: Contents, store: Store | None
) -> tuple[tuple[SheetCells, ...], tuple[Table, ...], tuple[str, ...], tuple[str, ...]]:
    strings = read_shared_strings(package, contents.parts.get("sharedStrings"))
    values = ValueReader(strings, date1904=contents.settings.date1904)
    metadata = read_metadata(package, contents.parts)
    entries = [entry for entry in contents.sheets if entry.kind == "worksheet"]
    sources = [SheetSource(entry.name, entry.part, entry.state, values, metadata) for entry in entries]
    if store is None:
        read = [(read_sheet(package, source), "") for source in sources]
    else:
        read = [read_known_sheet(package, source, store) for source in sources]
    sheets, tables, unread = [], [], []
    for entry, (sheet, _) in zip(entries, read, strict=True):
        filters = (*sheet.filters, *read_table_filters(package, entry.part, entry.name))
        sheets.append(replace(sheet, filters=filters))
        found, lost = read_tables(package, entry.part, entry.name)
        tables.extend(found)
        unread.extend(lost)
    fingerprints = tuple(fingerprint for _, fingerprint in read if fingerprint)
    return tuple(sheets), tuple(tables), tuple(unread), fingerprints
