"""A worksheet read with what an earlier reading found out about it."""

from __future__ import annotations

from engine.core.store import Store, key_of_parts
from engine.workbook.book import SheetCells
from engine.workbook.layouts import fingerprint, keep_layout, kept_layout, laid_out
from engine.workbook.merges import merged_areas
from engine.workbook.package import Package
from engine.workbook.sheet_source import SheetSource
from engine.workbook.sheet_xml import read_sheet, read_with_layout
from engine.workbook.skeletons import Skeleton

_SMALL = 1 << 14  # bytes of XML that are read as fast as they are looked up


def read_known_sheet(package: Package, source: SheetSource, store: Store) -> tuple[SheetCells, str]:
    """Return a worksheet and a fingerprint of its formulas; what is found out anew is kept."""
    part = package.read(source.part)
    skeleton = None if len(part) < _SMALL else Skeleton.of(part)
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
    return sheet, found.fingerprint
