"""Cells of other workbooks as Excel writes them into a file, found by pattern.

What is written otherwise (a prefix, a comment, an entity, another encoding) is left to the XML parser. The
patterns never go back over what they have read, so that their time grows with the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.core.address import MAX_COLUMN, MAX_ROW, SHIFT, column_number
from engine.core.values import Value
from engine.workbook.cell_values import ValueReader
from engine.workbook.text import unmarked

_HEAD = re.compile(
    rb'(?:\xef\xbb\xbf)?(?:<\?xml version="1\.0" encoding="(?i:utf-8)"[^<>]*\?>)?\s*<externalLink[ >]'
)
_TEXT = rb"[^<&\x00-\x1f]*+(?:&(?:amp|lt|gt|quot|apos);[^<&\x00-\x1f]*+)*+"
_MARKS = rb'(?: t="[a-zA-Z]+")?(?: vm="[0-9]+")?'
_VALUE = rb'<v(?: xml:space="preserve")?>%s</v>' % _TEXT
_CELL = rb'<cell r="[A-Z]{1,3}[1-9][0-9]{0,6}"%s(?:/>|>%s</cell>)' % (_MARKS, _VALUE)
_FOUND = re.compile(r'<cell r="([A-Z]+)([0-9]+)"(?: t="([a-zA-Z]+)")?(?: vm="[0-9]+")?><v[^>]*>([^<]*)<')
_ROW = rb'<row r="[0-9]+"(?:/>|>(?:%s)*+</row>)' % _CELL
_SHEET = re.compile(rb'(<sheetData sheetId="[0-9]+"(?: refreshError="[01]")?)>((?:%s)++)</sheetData>' % _ROW)
PLACE = "rows-at"  # no attribute of SpreadsheetML has such a name


@dataclass(frozen=True, slots=True)
class PlainSheets:
    """A part with its plainly written sheets taken out, and their rows; ``PLACE`` counts them."""

    content: bytes
    rows: tuple[bytes, ...] = ()


def plain_sheets(content: bytes) -> PlainSheets:
    """Return a part without the rows of the sheets that are written plainly, and those rows."""
    if b"<!" in content or b"rows-at" in content or not _HEAD.match(content) or not _is_utf8(content):
        return PlainSheets(content)
    rows: list[bytes] = []

    def emptied(sheet: re.Match[bytes]) -> bytes:
        rows.append(sheet[2])
        return b'%s rows-at="%d"/>' % (sheet[1], len(rows) - 1)

    return PlainSheets(_SHEET.sub(emptied, content), tuple(rows))


def cells_of(rows: bytes, values: ValueReader) -> dict[int, Value]:
    """Return the cells of plain rows; raise BadCell or ValueError where one is nonsense."""
    cells: dict[int, Value] = {}
    columns: dict[str, int] = {}
    for letters, digits, kind, text in _FOUND.findall(rows.decode()):
        column = columns.get(letters) or columns.setdefault(letters, column_number(letters))
        row = int(digits)
        if row > MAX_ROW or column > MAX_COLUMN:
            raise ValueError(f"{letters}{row} lies outside a worksheet")
        read = unmarked(text) if "&" in text else text
        cells[row << SHIFT | column] = values.decode(kind or None, read)
    return cells


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
