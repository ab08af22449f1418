"""Whether the cells of a worksheet are well-formed XML, told from what the patterns found of them.

Reading every mark with expat takes as long as finding the cells. Where programs write a sheet, its rows
follow on each other and hold nothing but cells, and each "<" is one that the patterns account for: then the
section is well-formed if its text and its attributes are. Anything else is left to expat.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from engine.workbook.sheet_scan import Columns

_ROW = re.compile(rb"<row([^>]*)>")
_ATTRIBUTE = re.compile(rb' (?!xmlns)([A-Za-z_][\w.-]*)(?::([A-Za-z_][\w.-]*))?="[^"<&>]*"')
_ENTITY = re.compile(rb"&(?:amp|lt|gt|quot|apos|#9|#10|#13|#34|#39);")
_NO_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")  # U+FFFE and U+FFFF
_SAME_DIGIT = bytes.maketrans(b"123456789", b"000000000")


def is_well_formed(section: bytes, found: Columns, head: bytes) -> bool:
    """Whether the inside of sheetData is well-formed for certain, and its cells are those ``found``.

    ``head`` is what stands before it: its root element declares prefixes.
    """
    rows = _ROW.findall(section)
    root = head[: head.find(b">", head.find(b"<worksheet"))]
    return (
        _rows_follow(section, len(rows))
        and section.count(b"<") == 2 * len(rows) + _marks(found)
        and is_text(section)
        and _hold_attributes(rows, root)
        and _hold_attributes([mark[2:] for mark in set(found.marks) if mark], root)
    )


def _rows_follow(section: bytes, rows: int) -> bool:
    """Whether one row begins where the other ends, from the first byte to the last."""
    if not rows:
        return not section
    between = section.count(b"</row><row ")
    whole = section.startswith(b"<row ") and section.endswith(b"</row>")
    return whole and between == rows - 1 and section.count(b"</row>") == rows


def _marks(found: Columns) -> int:
    """Return how many "<" the cells have."""
    cells, formulas = len(found.empty), len(found.marks) - found.marks.count(b"")
    ended = 2 * cells - found.empty.count(b"/") + 2 * formulas - found.bare.count(b"/")
    return ended + 2 * found.ends.count(b"</v>") + found.ends.count(b"<v/>")


def is_text(section: bytes) -> bool:
    """Whether characters and entities are those that XML allows, programs write and no parser changes."""
    controls = int(np.count_nonzero(np.frombuffer(section, np.uint8) < 32))
    if controls and controls != section.count(b"\n") + section.count(b"\t"):
        return False
    if b"]]>" in section or section.count(b"&") != len(_ENTITY.findall(section)):
        return False
    if section.isascii():
        return True
    try:
        section.decode()
    except UnicodeDecodeError:
        return False
    return not any(character in section for character in _NO_CHARACTERS)


def _hold_attributes(tags: Iterable[bytes], root: bytes) -> bool:
    """Whether tags hold attributes and nothing else, each once, with prefixes that are known.

    Digits make no difference, so that thousands of tags come down to a few.
    """
    written, root = b"\n".join(tags).translate(_SAME_DIGIT), root.translate(_SAME_DIGIT)
    return all(_is_attributes(each, root) for each in set(written.split(b"\n")))


def _is_attributes(written: bytes, root: bytes) -> bool:
    found = _ATTRIBUTE.findall(written)
    known = all(not local or b" xmlns:" + first + b"=" in root for first, local in found)
    return known and len(set(found)) == len(found) and not _ATTRIBUTE.sub(b"", written)
