"""A worksheet read with what an earlier reading found out about it."""

from __future__ import annotations

from engine.core.store import Store, key_of_parts
from engine.workbook.book import SheetCells
from engine.workbook.contents import Contents, contents_key, keep_contents, kept_contents
from engine.workbook.layouts import Layout, fingerprint, keep_layout, kept_layout, laid_out, sheet_of
from engine.workbook.merges import merged_areas
from engine.workbook.package import Package
from engine.workbook.sheet_source import SheetSource
from engine.workbook.sheet_xml import read_sheet, read_with_layout
from engine.workbook.skeletons import Skeleton

_SMALL = 1 << 14  # bytes of XML that are read as fast as they are looked up


def read_known_sheet(package: Package, source: SheetSource, store: Store) -> tuple[SheetCells, str]:
    """Return a worksheet and a fingerprint of its formulas; what is found out anew is kept."""
    part = package.read(source.part)
    if len(part) < _SMALL:
        sheet = read_sheet(package, source)
        return sheet, fingerprint(sheet.formulas)
    key = contents_key(part, source)
    return _unchanged(package, source, store, part, key) or _changed(package, source, store, part, key)


def _unchanged(
    package: Package, source: SheetSource, store: Store, part: bytes, key: str
) -> tuple[SheetCells, str] | None:
    """Return a sheet whose bytes are what they were when it was last read, or None."""
    contents = kept_contents(store, key)
    layout = None if contents is None else kept_layout(store, contents.layout)
    constants = None if contents is None or layout is None else contents.constants(layout)
    if layout is None or constants is None:
        return None
    merges = merged_areas(part, source.name)
    sheet = sheet_of(layout, source, constants, (), lambda: read_sheet(package, source), merges)
    return sheet, layout.fingerprint


def _changed(
    package: Package, source: SheetSource, store: Store, part: bytes, contents: str
) -> tuple[SheetCells, str]:
    """Return a sheet of which no more than its values are known to be what they were."""
    skeleton = Skeleton.of(part)
    if skeleton is None:
        sheet = read_sheet(package, source)
        return sheet, fingerprint(sheet.formulas)
    key = key_of_parts(["layout", source.name, skeleton.digest, source.metadata.digest])
    layout = kept_layout(store, key)
    if layout is not None:
        merges = merged_areas(part, source.name)
        laid = laid_out(layout, source, skeleton, lambda: read_sheet(package, source), merges)
        if laid is not None:
            return laid, layout.fingerprint
    sheet, found = read_with_layout(package, source, part, len(skeleton.starts))
    if found is None:
        return sheet, fingerprint(sheet.formulas)
    if layout is None:
        keep_layout(store, key, found)
        _keep_contents(store, contents, key, found, sheet)
    return sheet, found.fingerprint


def _keep_contents(store: Store, key: str, layout_key: str, layout: Layout, sheet: SheetCells) -> None:
    """Keep what was typed into a sheet, unless metadata says more of it."""
    if not layout.marked:
        keep_contents(store, key, Contents.of(layout_key, [*sheet.constants.values()]))
