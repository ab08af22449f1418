"""Files that are no workbook, or a hostile one: a clear error, at once, and the old outputs whole."""

from __future__ import annotations

import io
import struct
import time
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.end_to_end.conftest import ROOT, Tieout

SHIPPED = ROOT / "model.xlsx"


def text_file() -> bytes:
    """Return a CSV that was renamed."""
    return b"name,value\nprice,10\n"


def empty_file() -> bytes:
    """Return nothing."""
    return b""


def other_zip() -> bytes:
    """Return a zip archive that holds no workbook."""
    return repacked({"readme.txt": b"hello"}, keep=False)


def truncated() -> bytes:
    """Return the first half of a workbook, as a broken download leaves it."""
    return SHIPPED.read_bytes()[: SHIPPED.stat().st_size // 2]


@cache
def bomb() -> bytes:
    """Return a small file whose first sheet unpacks to 300 MB of spaces."""
    return repacked({"xl/worksheets/sheet1.xml": b"<worksheet>" + b" " * 1_000_000}, keep=True, times=300)


def doctype() -> bytes:
    """Return a workbook whose workbook part declares an entity."""
    part = zipfile.ZipFile(SHIPPED).read("xl/workbook.xml")
    declared = part.replace(b"<workbook", b'<!DOCTYPE w [<!ENTITY a "aaaa">]><workbook', 1)
    return repacked({"xl/workbook.xml": declared}, keep=True)


def encrypted() -> bytes:
    """Return the outside of a password-protected workbook: a compound file with an EncryptedPackage."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    entries = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HB", len(name) * 2 + 2, kind) + bytes(61)
        for name, kind in (("Root Entry", 5), ("EncryptionInfo", 2), ("EncryptedPackage", 2))
    )
    return header.ljust(512, b"\0") + entries.ljust(1024, b"\0")


def absurd_extent() -> bytes:
    """Return a workbook with one array formula that claims every cell of a sheet."""
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><f t="array" ref="A1:XFD1048576">1</f></c></row></sheetData></worksheet>'
    )
    return repacked({"xl/worksheets/sheet1.xml": sheet}, keep=True)


def repacked(parts: dict[str, bytes], *, keep: bool, times: int = 1) -> bytes:
    """Return a zip archive of the parts, each repeated, with the shipped model's other parts if asked."""
    target = io.BytesIO()
    source = zipfile.ZipFile(SHIPPED)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist() if keep else []:
            if name not in parts:
                archive.writestr(name, source.read(name))
        for name, content in parts.items():
            with archive.open(name, "w", force_zip64=True) as part:
                for _ in range(times):
                    part.write(content)
    return target.getvalue()


CASES: list[tuple[Callable[[], bytes], str]] = [
    (text_file, "workbook"),
    (empty_file, "workbook"),
    (other_zip, "workbook"),
    (truncated, "workbook"),
    (bomb, "model.xlsx"),
    (doctype, "DOCTYPE"),
    (encrypted, "password"),
    (absurd_extent, "Cover"),
]


@pytest.mark.parametrize(
    ("content", "word"), CASES, ids=[getattr(content, "__name__", "bomb") for content, _ in CASES]
)
@pytest.mark.parametrize("command", ["build", "calc", "check"])
def test_a_file_that_cannot_be_read(
    content: Callable[[], bytes], word: str, command: str, tmp_path: Path, packs: Path, tieout: Tieout
) -> None:
    """Every command says what is wrong with the file, exits with 1 after little work, and loses nothing."""
    model = tmp_path / "model.xlsx"
    model.write_bytes(content())
    began = time.process_time()
    said = tieout(command, model, *(["--out", packs] if command == "build" else []))
    assert time.process_time() - began < 10
    assert said.code == 1
    assert said.out == ""
    assert str(model) in said.err or "model.xlsx" in said.err
    assert word in said.err
    assert "Traceback" not in said.err
    assert [path.name for path in packs.iterdir()] == ["investor-pack.xlsx"]
    assert (packs / "investor-pack.xlsx").read_bytes() == b"the pack of last week"


@pytest.mark.parametrize("command", ["build", "calc", "check"])
@pytest.mark.parametrize(("place", "word"), [("missing.xlsx", "missing.xlsx"), (".", "folder")])
def test_no_such_file(command: str, place: str, word: str, tmp_path: Path, tieout: Tieout) -> None:
    """A path that is not there, or a folder, is told by its name."""
    said = tieout(command, tmp_path / place)
    assert said.code == 1
    assert word in said.err
    assert "Traceback" not in said.err


def test_a_damaged_sheet_is_a_finding_and_no_pack(tmp_path: Path, packs: Path, tieout: Tieout) -> None:
    """Of a file with a sheet that can't be read no pack is built, and a check lists it first."""
    model = tmp_path / "model.xlsx"
    model.write_bytes(repacked({"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row"}, keep=True))
    said = tieout("build", model, "--out", packs)
    assert (said.code, said.out) == (1, "")
    assert "xl/worksheets/sheet1.xml can't be read" in said.err
    assert (packs / "investor-pack.xlsx").read_bytes() == b"the pack of last week"
    assert "damaged-part" in tieout("check", "--json", model).out
