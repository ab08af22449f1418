"""Whether the cells of a worksheet, whose marks are where they may be, are well-formed XML for certain.

They are if their text and their attributes are. What is not certain is left to expat.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from engine.workbook.sheet_marks import Marks

_ATTRIBUTE = re.compile(rb' (?!xmlns)([A-Za-z_][\w.-]*)(?::([A-Za-z_][\w.-]*))?="[^"<&>]*"')
_ENTITY = re.compile(rb"&(?:amp|lt|gt|quot|apos|#9|#10|#13|#[0-9]{2,6}|#x[0-9a-fA-F]{2,5});")
_REFERENCE = re.compile(rb"&#(?:x([0-9a-fA-F]+)|([0-9]+));")
_NO_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")  # U+FFFE and U+FFFF
_SAME_DIGIT = bytes.maketrans(b"123456789", b"000000000")


def is_well_formed(section: bytes, marks: Marks, head: bytes) -> bool:
    """Whether the inside of sheetData, whose marks are where they may be, is well-formed for certain.

    ``head`` is what stands before it: its root element declares prefixes.
    """
    root = head[: head.find(b">", head.find(b"<worksheet"))]
    return (
        is_text(section)
        and _hold_attributes([tag[4:] for tag in marks.rows], root)
        and _hold_attributes([tag[2:] for tag in set(marks.tags) if tag], root)
    )


def is_text(section: bytes) -> bool:
    """Whether characters and entities are those that XML allows, programs write and no parser changes."""
    controls = int(np.count_nonzero(np.frombuffer(section, np.uint8) < 32))
    if controls and controls != section.count(b"\n") + section.count(b"\t"):
        return False
    if b"]]>" in section or not _are_entities(section):
        return False
    if section.isascii():
        return True
    try:
        section.decode()
    except UnicodeDecodeError:
        return False
    return not any(character in section for character in _NO_CHARACTERS)


def _are_entities(section: bytes) -> bool:
    """Whether each "&" begins an entity, and those by number are characters that XML allows."""
    if b"&" not in section:
        return True
    found = _ENTITY.findall(section)
    numbered = (_REFERENCE.fullmatch(each) for each in set(found) if each[1:2] == b"#")
    codes = [int(match[1], 16) if match[1] else int(match[2]) for match in numbered if match]
    return section.count(b"&") == len(found) and all(
        code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0xFFFF < code < 0x110000
        for code in codes
    )


def _hold_attributes(tags: Sequence[bytes], root: bytes) -> bool:
    """Whether tags hold attributes and nothing else, each once, with prefixes that are known.

    Digits seldom make a difference (but r1 and r2 are two), so that thousands of tags come down to a few.
    """
    if _are_attributes(
        set(b"\n".join(tags).translate(_SAME_DIGIT).split(b"\n")), root.translate(_SAME_DIGIT)
    ):
        return True
    return _are_attributes(set(tags), root)


def _are_attributes(tags: Iterable[bytes], root: bytes) -> bool:
    return all(_is_attributes(tag, root) for tag in tags)


def _is_attributes(written: bytes, root: bytes) -> bool:
    found = _ATTRIBUTE.findall(written)
    known = all(not local or first == b"xml" or b" xmlns:" + first + b"=" in root for first, local in found)
    return known and len(set(found)) == len(found) and not _ATTRIBUTE.sub(b"", written)
