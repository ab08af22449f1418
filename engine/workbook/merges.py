"""Merged cells of a worksheet: ECMA-376 Part 1, 18.3.1.55 (mergeCells)."""

from __future__ import annotations

import re

from engine.core.address import Rect
from engine.workbook.tables import rectangles

_MERGE = re.compile(rb"mergeCell\s[^>]*?\bref\s*=\s*[\"']([^\"']+)")
_ROWS_END = b"</sheetData>"


def merged_areas(part: bytes, sheet: str) -> tuple[Rect, ...]:
    """Return the merged areas that the UTF-8 XML of a worksheet names after its rows."""
    tail = part[max(part.rfind(_ROWS_END), 0) :]
    if b"mergeCell" not in tail:
        return ()
    found = (rectangles(match.decode("utf-8", "replace"), sheet) for match in _MERGE.findall(tail))
    return tuple(rect for rects in found for rect in rects)
