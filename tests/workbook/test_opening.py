"""Files that are no workbooks, or hostile ones: each gets its own clear error at once."""

from __future__ import annotations

import hashlib
import os
import re
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from engine.core.exceptions import EncryptedWorkbook, NotAWorkbook, UnsafeWorkbook, WorkbookError
from engine.workbook import package as package_module
from engine.workbook.opening import open_workbook
from tests.workbook.packages import MAIN, Packed, relationships, workbook, worksheet

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (b"", NotAWorkbook, "is empty"),
        (b"name,low,high\nchurn,1,2\n", NotAWorkbook, "text file .*save it as .xlsx"),
        (b"\x7fELF" + bytes(2000), NotAWorkbook, "not an .xlsx workbook; .*save it as .xlsx"),
        (OLE2 + bytes(2000), NotAWorkbook, "old .xls format.*save it as .xlsx"),
        (OLE2 + "EncryptedPackage".encode("utf-16-le"), EncryptedWorkbook, "password.*take it off"),
        (b"PK\x03\x04" + bytes(100), NotAWorkbook, "truncated or damaged; get a whole copy"),
    ],
)
def test_not_a_workbook(tmp_path: Path, content: bytes, error: type[WorkbookError], message: str) -> None:
    """A file that is something else is named for what it is, with the remedy."""
    path = tmp_path / "model.xlsx"
    path.write_bytes(content)
    with pytest.raises(error, match=message) as caught:
        open_workbook(path)
    assert str(path) in str(caught.value)


def test_missing_file(tmp_path: Path) -> None:
    """A file that isn't there is said to be missing."""
    with pytest.raises(NotAWorkbook, match=r"nowhere\.xlsx: there is no such file; check"):
        open_workbook(tmp_path / "nowhere.xlsx")


def test_folder(tmp_path: Path) -> None:
    """A folder is said to be one."""
    with pytest.raises(NotAWorkbook, match=r"is a folder; name the \.xlsx file"):
        open_workbook(tmp_path)


def test_pipe(tmp_path: Path) -> None:
    """A pipe is refused instead of waited for."""
    os.mkfifo(tmp_path / "pipe.xlsx")
    with pytest.raises(NotAWorkbook, match="not a regular file"):
        open_workbook(tmp_path / "pipe.xlsx")


def test_impossible_name() -> None:
    """A path that no file can have is our error, not Python's."""
    with pytest.raises(WorkbookError, match="can't be read"):
        open_workbook("a\0b.xlsx")


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_truncated(packed: Packed, kept: float) -> None:
    """A download that stopped half-way is said to be damaged."""
    path = packed()
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(NotAWorkbook, match="truncated or damaged"):
        open_workbook(path)


@pytest.mark.parametrize(
    ("parts", "error", "message"),
    [
        ({"_rels/.rels": None, "xl/workbook.xml": None}, NotAWorkbook, "no workbook part"),
        ({"xl/workbook.xml": "<nothing/>"}, NotAWorkbook, "begins with <nothing>"),
        ({"xl/workbook.xml": workbook(sheets="")}, NotAWorkbook, "lists no sheets"),
        ({"xl/worksheets/sheet1.xml": None}, NotAWorkbook, "sheet 'Sheet1' whose part .* is missing"),
        ({"xl/worksheets/sheet1.xml": "<worksheet>"}, NotAWorkbook, "not well-formed XML"),
        ({"xl/workbook.xml": "<workbook"}, NotAWorkbook, "not well-formed XML"),
        (
            {"_rels/.rels": None, "xl/workbook.xml": None, "word/document.xml": "<d/>"},
            NotAWorkbook,
            "if it is an .ods, .docx or .zip",
        ),
    ],
)
def test_damaged_package(
    packed: Packed, parts: dict[str, str | None], error: type[WorkbookError], message: str
) -> None:
    """A zip whose parts make no workbook is told by the part at fault."""
    with pytest.raises(error, match=message):
        open_workbook(packed(parts))


def test_binary_workbook(packed: Packed) -> None:
    """An .xlsb file is named, with the remedy."""
    rels = relationships(("a", "officeDocument", "xl/workbook.bin"))
    path = packed({"_rels/.rels": rels, "xl/workbook.xml": None, "xl/workbook.bin": b"\0"})
    with pytest.raises(NotAWorkbook, match=r"binary workbook \(\.xlsb\); in Excel, save it as \.xlsx"):
        open_workbook(path)


@pytest.mark.parametrize(
    "part",
    [
        "xl/workbook.xml",
        "xl/worksheets/sheet1.xml",
        "xl/sharedStrings.xml",
        "xl/styles.xml",
        "xl/drawings/drawing1.xml",
        "docProps/app.xml",
        "_rels/.rels",
    ],
)
def test_doctype(packed: Packed, part: str) -> None:
    """A DOCTYPE is refused in any part, read or not, before an entity can expand."""
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    with pytest.raises(UnsafeWorkbook, match=f"{re.escape(part.lower())} carries a DOCTYPE"):
        open_workbook(packed({part: f"<?xml version='1.0'?><!-- {' ' * 9000} -->{bomb}<x>&b;</x>"}))


def test_doctype_in_utf16(packed: Packed) -> None:
    """Another encoding doesn't hide a DOCTYPE."""
    text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "a">]><x/>'
    with pytest.raises(UnsafeWorkbook, match="DOCTYPE"):
        open_workbook(packed({"xl/theme/theme1.xml": text.encode("utf-16")}))


def test_declared_bomb(packed: Packed) -> None:
    """A part that expands a thousand times is refused before it is expanded, in little memory."""
    path = packed({"xl/worksheets/sheet1.xml": b" " * (64 << 20)})
    tracemalloc.start()
    with pytest.raises(UnsafeWorkbook, match=r"expands [\d,]+ times to 67,108,864 bytes \(the limit is 100"):
        open_workbook(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 << 20


def test_lying_bomb(packed: Packed) -> None:
    """A part whose declared size is a lie yields no more than was declared."""
    path = packed({"xl/worksheets/sheet1.xml": b" " * (64 << 20)})
    raw = bytearray(path.read_bytes())
    place = raw.find(b"PK\x01\x02", raw.find(b"PK\x01\x02") + 1)
    while raw[place + 46 : place + 70] != b"xl/worksheets/sheet1.xml":
        place = raw.find(b"PK\x01\x02", place + 1)
    struct.pack_into("<I", raw, place + 24, 1000)
    path.write_bytes(raw)
    tracemalloc.start()
    with pytest.raises(NotAWorkbook, match="damaged"):
        open_workbook(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 << 20


@pytest.mark.parametrize(
    ("limit", "value", "message"),
    [
        ("MAX_FILE", 10, "as it has .* bytes"),
        ("MAX_PART", 100, "has a part .* of .* bytes"),
        ("MAX_EXPANDED", 100, "expands to .* bytes"),
        ("MAX_PARTS", 2, "has 4 parts"),
    ],
)
def test_limits(
    packed: Packed, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, message: str
) -> None:
    """Each limit has its own message, which names the file and the limit."""
    monkeypatch.setattr(package_module, limit, value)
    with pytest.raises(UnsafeWorkbook, match=message) as caught:
        open_workbook(packed())
    assert "book.xlsx" in str(caught.value)
    assert f"the limit is {value}" in str(caught.value)


def test_encrypted_part(packed: Packed) -> None:
    """A zip with its own encryption is said to be encrypted."""
    path = packed()
    raw = bytearray(path.read_bytes())
    place = -1
    while (place := raw.find(b"PK\x01\x02", place + 1)) >= 0:
        raw[place + 8] |= 1
    path.write_bytes(raw)
    with pytest.raises(EncryptedWorkbook, match="zip is encrypted; save the workbook without a password"):
        open_workbook(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compression(packed: Packed, tmp_path: Path, method: int) -> None:
    """A compression that .xlsx doesn't have is refused, as it would expand without a bound."""
    target = tmp_path / "other.xlsx"
    with zipfile.ZipFile(packed()) as read, zipfile.ZipFile(target, "w", method) as write:
        for name in read.namelist():
            write.writestr(name, read.read(name))
    with pytest.raises(NotAWorkbook, match=f"compressed by method {method}, which no .xlsx has"):
        open_workbook(target)


def test_far_corner_costs_nothing(packed: Packed) -> None:
    """A cell in the last corner and a false dimension cost no memory."""
    corner = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    sheet = f'<dimension ref="A1:XFD1048576"/><sheetData>{corner}</sheetData>'
    path = packed({"xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}">{sheet}</worksheet>'})
    tracemalloc.start()
    cells = open_workbook(path).sheets[0]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert list(cells.constants.values()) == [1.0, 2.0]
    assert cells.extent == (1, 1, 1_048_576, 16_384)
    assert peak < 2 << 20


def test_an_absurd_array_area(packed: Packed) -> None:
    """An array formula that claims a whole sheet is refused before any of its cells is made."""
    rows = '<row r="1"><c r="A1"><f t="array" ref="A1:XFD1048576">1</f><v>1</v></c></row>'
    with pytest.raises(UnsafeWorkbook, match="array formulas over 17,179,869,184 cells"):
        open_workbook(packed({"xl/worksheets/sheet1.xml": worksheet(rows)}))


def test_a_wide_array_area_costs_nothing(packed: Packed) -> None:
    """An array formula over a whole column is walked by the cells that are there."""
    rows = (
        '<row r="1"><c r="A1"><f t="array" ref="A1:A1048576">1</f><v>1</v></c></row>'
        '<row r="2"><c r="A2"><v>3</v></c></row>'
    )
    cells = open_workbook(packed({"xl/worksheets/sheet1.xml": worksheet(rows)})).sheets[0]
    assert not cells.constants
    assert list(cells.stored.values()) == [1.0, 3.0]


def test_endless_text(packed: Packed) -> None:
    """Text far beyond Excel's limit is refused before it is gathered."""
    rows = f'<row r="1"><c r="A1" t="str"><v>{"x" * (3 << 20)}</v></c></row>'
    with pytest.raises(NotAWorkbook, match="text of more than 1,048,576 characters in row 1"):
        open_workbook(packed({"xl/worksheets/sheet1.xml": worksheet(rows)}))


def test_never_modified(packed: Packed) -> None:
    """Opening leaves bytes and times as they were, and the digest is of those bytes."""
    path = packed()
    path.chmod(0o444)
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    book = open_workbook(path)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert book.sha256 == hashlib.sha256(before[0]).hexdigest()


def test_odd_packages_open(packed: Packed, tmp_path: Path) -> None:
    """Absolute targets, backslashes and other cases in part names are what some writers make."""
    source = packed()
    target = tmp_path / "odd.xlsx"
    with zipfile.ZipFile(source) as read, zipfile.ZipFile(target, "w") as write:
        for name in read.namelist():
            text = read.read(name).replace(b'"worksheets/sheet1.xml"', b'"/XL/Worksheets\\Sheet1.xml"')
            write.writestr(name, text)
    assert open_workbook(target).sheets[0].constants
