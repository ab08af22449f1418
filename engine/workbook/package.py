"""The zip package of a workbook, opened read-only and within limits.

The bytes are read once. Sizes are checked twice: as the directory declares them, before anything is expanded,
and as they come out, since zipfile hands out no more than was declared and then compares the checksum.
"""

from __future__ import annotations

import hashlib
import io
import posixpath
import stat
import struct
import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from engine.core.exceptions import EncryptedWorkbook, NotAWorkbook, UnsafeWorkbook, WorkbookError
from engine.workbook.inflate import beginning, expanded

MAX_FILE = 512 << 20
MAX_PART = 512 << 20
MAX_EXPANDED = 1 << 30
MAX_PARTS = 20_000
# Deflate reaches 1032:1. Sheets of real models lie between 3:1 and 40:1.
MAX_RATIO = 100
RATIO_MATTERS = 16 << 20
CHUNK = 1 << 18

# Those of OPC (ECMA-376 Part 2, annex C); zipfile expands no other one within a bound.
_COMPRESSION = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What zipfile raises on damaged files, as fuzzing finds; struct and seek errors come through it bare.
_ZIP_PROBLEMS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    RuntimeError,
)

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS = "open it in a spreadsheet program and save it as .xlsx"


class Package:
    """The parts of one workbook file, by name in any case; ``path`` and ``sha256`` say which file it was.

    ``trees`` are the small parts parsed so far, which several readers ask for while the workbook is opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trees: dict[str, ET.Element] = {}
        self._raw = _read(path)
        self.sha256 = hashlib.sha256(self._raw).hexdigest()
        self._zip = _open_zip(path, self._raw)
        entries = [entry for entry in self._zip.infolist() if not entry.filename.endswith(("/", "\\"))]
        self._parts = {_plain(entry.filename): entry for entry in entries}
        self._check_limits()

    def __contains__(self, part: str) -> bool:
        return _plain(part) in self._parts

    def names(self) -> list[str]:
        """Return the names of all parts, in lower case."""
        return list(self._parts)

    def chunks(self, part: str, size: int = CHUNK) -> Iterator[bytes]:
        """Yield the expanded bytes of a part in pieces of ``size``; NotAWorkbook where they are damaged."""
        try:
            with self._open(part) as stream:
                while piece := stream.read(size):
                    yield piece
        except _ZIP_PROBLEMS as problem:
            raise self.damaged(part, f"can't be expanded ({problem})") from problem

    def read(self, part: str) -> bytes:
        """Return the expanded bytes of a part; NotAWorkbook where they are damaged."""
        found = expanded(self._raw, self._entry(part))
        return b"".join(self.chunks(part)) if found is None else found

    def head(self, part: str, size: int) -> bytes:
        """Return the first bytes of a part; NotAWorkbook where they are damaged."""
        entry = self._entry(part)
        whole = entry.file_size <= size
        found = expanded(self._raw, entry) if whole else beginning(self._raw, entry, size)
        return next(self.chunks(part, size), b"") if found is None else found

    def damaged(self, part: str, found: str) -> NotAWorkbook:
        """Return the exception for a part that can't be what it should be."""
        return NotAWorkbook(
            f"{self.path}: the file is damaged: its part {part} {found}; "
            "get a whole copy, or open it in Excel, let it repair and save it"
        )

    def unsafe(self, part: str, found: str) -> UnsafeWorkbook:
        """Return the exception for a part that no honest spreadsheet program writes."""
        return UnsafeWorkbook(
            f"{self.path}: refused, as its part {part} {found}; Excel writes no such thing. "
            "If you trust where it came from, open it in Excel and save it again"
        )

    def _open(self, part: str) -> IO[bytes]:
        return self._zip.open(self._entry(part))

    def _entry(self, part: str) -> zipfile.ZipInfo:
        entry = self._parts.get(_plain(part))
        if entry is None:
            raise self.damaged(part, "is missing")
        if entry.flag_bits & 1:
            raise EncryptedWorkbook(
                f"{self.path}: the zip is encrypted; save the workbook without a password"
            )
        if entry.compress_type not in _COMPRESSION:
            raise self.damaged(part, f"is compressed by method {entry.compress_type}, which no .xlsx has")
        return entry

    def _check_limits(self) -> None:
        entries = self._zip.infolist()
        if len(entries) > MAX_PARTS:
            raise self._bomb(f"has {len(entries):,} parts", f"{MAX_PARTS:,}")
        total = sum(entry.file_size for entry in entries)
        if total > MAX_EXPANDED:
            raise self._bomb(f"expands to {total:,} bytes", f"{MAX_EXPANDED:,}")
        for entry in entries:
            size, packed = entry.file_size, max(entry.compress_size, 1)
            if size > MAX_PART:
                raise self._bomb(f"has a part {entry.filename} of {size:,} bytes", f"{MAX_PART:,}")
            if size > RATIO_MATTERS and size > MAX_RATIO * packed:
                found = f"has a part {entry.filename} that expands {size // packed:,} times to {size:,} bytes"
                raise self._bomb(found, f"{MAX_RATIO} times")

    def _bomb(self, found: str, limit: str) -> UnsafeWorkbook:
        return UnsafeWorkbook(
            f"{self.path}: refused, as it {found} (the limit is {limit}); "
            "delete unused rows, columns and formats in Excel and save it again"
        )


def resolve(source: str, target: str) -> str:
    """Return the part that a relationship's target names, seen from the part that holds the relationship."""
    target = target.replace("\\", "/")
    if target.startswith("/"):
        return target.lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(source), target))


def _plain(part: str) -> str:
    return part.replace("\\", "/").lstrip("/").lower()


def _read(path: Path) -> bytes:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise NotAWorkbook(f"{path} is a folder; name the .xlsx file in it")
        if not stat.S_ISREG(status.st_mode):
            raise NotAWorkbook(f"{path} is not a regular file; name an .xlsx file")
        if status.st_size > MAX_FILE:
            raise UnsafeWorkbook(
                f"{path}: refused, as it has {status.st_size:,} bytes (the limit is {MAX_FILE:,}); "
                "take pictures and unused sheets out of it"
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise NotAWorkbook(f"{path}: there is no such file; check the name and the folder") from None
    except PermissionError as problem:
        raise WorkbookError(
            f"{path} can't be read: permission denied; close it elsewhere, or ask its owner for access"
        ) from problem
    except (OSError, ValueError) as problem:
        raise WorkbookError(f"{path} can't be read: {problem}; check the disk and the name") from problem


def _open_zip(path: Path, raw: bytes) -> zipfile.ZipFile:
    if raw.startswith(_OLE2):
        raise _ole2(path, raw)
    try:
        return zipfile.ZipFile(io.BytesIO(raw))
    except _ZIP_PROBLEMS as problem:
        raise NotAWorkbook(f"{path} {_what_else(raw)}") from problem


def _ole2(path: Path, raw: bytes) -> WorkbookError:
    if "EncryptedPackage".encode("utf-16-le") in raw:
        return EncryptedWorkbook(
            f"{path}: a password protects this workbook; in Excel, take it off with "
            "File > Info > Protect Workbook > Encrypt with Password, and save it"
        )
    return NotAWorkbook(f"{path} is in the old .xls format, or another one of its age; {_SAVE_AS}")


def _what_else(raw: bytes) -> str:
    if not raw:
        return "is empty (0 bytes); get a whole copy of the workbook"
    if raw.startswith(b"PK"):
        return "is only part of a workbook: its zip is truncated or damaged; get a whole copy"
    if b"\0" not in raw[:4096]:
        return f"is a text file (such as CSV or HTML), not an .xlsx workbook; {_SAVE_AS}"
    return f"is not an .xlsx workbook; {_SAVE_AS}"
