"""Parts of a zip expanded at once, where all is as it should be.

zipfile hands a part out in pieces, each through several calls. What is odd about an entry is left to it: it
says what is wrong, in words that are reported.
"""

from __future__ import annotations

import struct
import zipfile
import zlib

_LOCAL = struct.Struct("<4s22xHH")
_ODD = 0x61  # encrypted, patched, strongly encrypted
_UTF8 = 0x800


def expanded(raw: bytes, entry: zipfile.ZipInfo) -> bytes | None:
    """Return the expanded bytes of an entry of a zip, its size and checksum found right; else None."""
    content = beginning(raw, entry, entry.file_size)
    if content is None or len(content) != entry.file_size or zlib.crc32(content) != entry.CRC:
        return None
    return content


def beginning(raw: bytes, entry: zipfile.ZipInfo, size: int) -> bytes | None:
    """Return the first ``size`` bytes at most of an entry, unchecked; None where its header is odd."""
    start = _start(raw, entry)
    if start is None:
        return None
    packed = raw[start : start + min(entry.compress_size, size + _LOCAL.size + (size >> 3))]
    if entry.compress_type == zipfile.ZIP_STORED:
        return packed[:size]
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, max(size, 1))
    except zlib.error:
        return None


def _start(raw: bytes, entry: zipfile.ZipInfo) -> int | None:
    """Return where an entry's bytes begin, None where what stands before them is not what the zip lists."""
    place = entry.header_offset
    if entry.flag_bits & _ODD or not 0 <= place <= len(raw) - _LOCAL.size:
        return None
    mark, name, extra = _LOCAL.unpack_from(raw, place)
    named = raw[place + _LOCAL.size : place + _LOCAL.size + name]
    listed = entry.orig_filename.encode("utf-8" if entry.flag_bits & _UTF8 else "cp437", "replace")
    return place + _LOCAL.size + name + extra if mark == b"PK\x03\x04" and named == listed else None
