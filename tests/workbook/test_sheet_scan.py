"""The quick reading of a worksheet gives what the whole parser gives, or leaves the part to it."""

import zipfile
from pathlib import Path

import pytest

from engine.core.exceptions import NotAWorkbook
from engine.workbook.book import SheetCells
from engine.workbook.cell_values import ValueReader
from engine.workbook.metadata import CellMetadata
from engine.workbook.package import Package
from engine.workbook.sheet_source import SheetSource
from engine.workbook.sheet_xml import _Cells, _parsed, _scanned, read_sheet
from engine.workbook.sheet_xml import _sheet as _sheet_of
from engine.workbook.text import read_shared_strings

MODEL = Path(__file__).parents[2] / "model.xlsx"
PACKAGE = Package(MODEL)
SHEETS = [part for part in PACKAGE.names() if part.startswith("xl/worksheets/sheet")]


@pytest.mark.parametrize("part", SHEETS)
def test_both_readings_give_the_same_cells(part):
    """Every sheet of the shipped model is read quickly, and as the parser reads it."""
    values = ValueReader(read_shared_strings(PACKAGE, "xl/sharedStrings.xml")[0], date1904=False)
    source = SheetSource("S", part, "visible", values, CellMetadata())
    whole = PACKAGE.read(part)
    quick, parsed = _scanned(PACKAGE, source, whole), _parsed(PACKAGE, source, whole)
    assert quick is not None
    for cells in (quick, parsed):
        cells.settle()
    assert list(quick.constants.items()) == list(parsed.constants.items())
    assert list(quick.formulas.cells.items()) == list(parsed.formulas.cells.items())
    assert _sheet_of(source, quick) == _sheet_of(source, parsed)


def _source(part: bytes, folder: Path) -> tuple[Package, SheetSource]:
    path = folder / "b.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("sheet.xml", part)
    metadata = CellMetadata(values={"1": "Typed", "2": 7.0}, fields={"1": {"price": 3.0}})
    return Package(path), SheetSource("S", "sheet.xml", "visible", ValueReader([], date1904=False), metadata)


def _quick(part: bytes, folder: Path) -> _Cells | None:
    return _scanned(*_source(part, folder), part)


def _read(part: bytes, folder: Path) -> SheetCells:
    return read_sheet(*_source(part, folder))


def _sheet(rows: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>\n') -> bytes:
    return f'{head}<worksheet xmlns="x"><sheetData>{rows}</sheetData></worksheet>'.encode()


@pytest.mark.parametrize(
    "part",
    [
        _sheet('<row r="1"><c r="A1"><v>1</v></c><!-- <c r="B1"><v>2</v></c> --></row>'),
        _sheet('<row r="1"><c r="A1" t="str"><v><![CDATA[a]]></v></c></row>'),
        _sheet('<row r="1"><c r="A1"><v>1\r\n</v></c></row>'),
        _sheet('<row r="1"><c xmlns="y" r="A1"><v>1</v></c></row>'),
        _sheet("", head='<?xml version="1.0" encoding="UTF-16"?>'),
        _sheet("<!-- <sheetData> -->"),
        b'<x:worksheet xmlns:x="x"><x:sheetData></x:sheetData></x:worksheet>',
    ],
)
def test_other_writings_are_left_to_the_parser(part, tmp_path):
    """Comments, CDATA, carriage returns, prefixes and other encodings are no matter of patterns."""
    assert _quick(part, tmp_path) is None


@pytest.mark.parametrize(
    "cell",
    [
        '<c t="n" r="A1"><v>1</v></c>',
        '<c r="A1" t="inlineStr"><is><t>a</t></is></c>',
        '<c r="A1"><v>1</v><f>B1</f></c>',
        "<c><v>1</v></c>",
        '<c r="a1"><v>1</v></c>',
        '<c r="A1"><f>B1</f><f>C1</f></c>',
    ],
)
def test_a_cell_written_otherwise_leaves_its_sheet_to_the_parser(cell, tmp_path):
    """One cell that the pattern does not account for is enough."""
    assert _quick(_sheet(f'<row r="1">{cell}<c r="B1"><v>2</v></c></row>'), tmp_path) is None


GOOD = '<row r="1" spans="1:2"><c r="A1"><f ca="1">B1</f><v>1</v></c></row><row r="2"><c r="A2"/></row>'


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("</c></row><row", "</row></c><row"),
        ("</row><row", "<row"),
        ("</row><row", "</row></row><row"),
        ('<c r="A2"/>', '<c r="A2"/></c>'),
        (' spans="1:2"', ' spans="1:2" spans="1:3"'),
        (' spans="1:2"', " spans=1"),
        (' spans="1:2"', ' x:y="1"'),
        (' ca="1"', ' ca="1" ca="0"'),
        (' ca="1"', ' ca="&"'),
        ("B1", "B1&C1"),
        ("B1", "&nonsense;"),
        ("B1", "&#0;"),
        ("B1", "\x01"),
        ("B1", "\ufffe"),
        ("B1", "]]>"),
        ("<v>1</v>", "<v>1</v></w>"),
    ],
)
def test_what_is_not_well_formed_is_found(good, bad, tmp_path):
    """What expat refuses is refused where it does not read the cells; without the mistake it is read."""
    assert GOOD.count(good) == 1
    assert _quick(_sheet(GOOD), tmp_path) is not None
    with pytest.raises(NotAWorkbook):
        _read(_sheet(GOOD.replace(good, bad)), tmp_path)


def test_bytes_that_are_no_text_are_found(tmp_path):
    """A part that says UTF-8 and isn't."""
    with pytest.raises(NotAWorkbook):
        _read(_sheet(GOOD).replace(b"B1", b"\xff"), tmp_path)


@pytest.mark.parametrize(
    ("rows", "hidden"),
    [
        ('<row r="1" hidden="1"></row><row r="2" hidden="0"></row>', {1}),
        ('<row r="1"></row>', set()),
        ("<row></row>", None),
        ('<row r="1048577"></row>', None),
    ],
)
def test_hidden_rows(rows, hidden, tmp_path):
    """Rows are hidden where they say so; a row without its number is left to the parser."""
    quick = _quick(_sheet(rows), tmp_path)
    assert (None if quick is None else quick.hidden_rows) == hidden


@pytest.mark.parametrize(
    "cells",
    [
        '<c r="A1" t="str"><f>B1</f><v/></c><c r="B1" t="str"><v/></c><c r="C1"><v/></c><c r="D1"/>',
        '<c r="A1" t="str"><v></v></c><c r="B1"><v></v></c><c r="C1" s="4"><f>1+1</f></c>',
        (
            '<c r="A1"><f t="shared" si="0" ref="A1:C1">D1+1</f></c><c r="B1"><f t="shared" si="0"/></c>'
            '<c r="C1"><f t="shared" si="0" ref="C1:D1">D1*2</f></c><c r="D1"><f t="shared" si="0"/></c>'
        ),
        '<c r="A1" t="n"><v>1e3</v></c><c r="B1" t="b"><v>1</v></c><c r="C1" t="e"><v>#N/A</v></c>',
        '<c r="A1" s="3"><v>1&#x30;</v></c><c r="B1"/><c r="C1" s="0"><v>7</v></c>',
        '<c r="A1"><f t="dataTable" ref="A1:B2" dt2D="1" dtr="1" r1="C1" r2="D1"/><v>1</v></c>',
        '<c r="A1" t="str"><f xml:space="preserve"> B1 </f><v xml:space="preserve"> </v></c>\n <c r="B1" />',
        '<c r="A1"><f>1+1</f><v /></c><c r="B1" t="str"><v>&amp;&#233;&#xe9;\u00e9</v></c>',
        (
            '<c r="A1" t="e" vm="1"><v>#VALUE!</v></c><c r="B1" t="e" vm="2"><f>A1</f><v>#VALUE!</v></c>'
            '<c r="C1" t="e" cm="1" vm="3"><v>#N/A</v></c><c r="D1" vm="1"><v>4</v></c>'
        ),
    ],
)
def test_both_readings_of_unusual_cells(cells, tmp_path):
    """Empty values, masters of one number, types and entities are the same in both."""
    whole = _sheet(f'<row r="1">{cells}</row>')
    package, source = _source(whole, tmp_path)
    quick, parsed = _scanned(package, source, whole), _parsed(package, source, whole)
    assert quick is not None
    for each in (quick, parsed):
        each.settle()
    assert _sheet_of(source, quick) == _sheet_of(source, parsed)


def test_a_cell_that_is_there_twice_is_left_to_the_parser(tmp_path):
    """The parser alone says which of the two counts."""
    whole = _sheet('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><f>B1</f><v>2</v></c></row>')
    assert _quick(whole, tmp_path) is None


MERGES = '<mergeCells count="2"><mergeCell ref="B2:C3"/><mergeCell ref="E1:E4"/></mergeCells>'


@pytest.mark.parametrize("written", [MERGES, MERGES.replace("<m", "<x:m").replace("</m", "</x:m")])
@pytest.mark.parametrize("cell", ['<c r="A1"><v>1</v></c>', "<c r='A1'><v>1</v></c>"])
def test_merged_cells_are_read(written: str, cell: str, tmp_path: Path) -> None:
    """Merged cells are found by either reading, with a prefix too."""
    part = (
        '<worksheet xmlns="x" xmlns:x="x"><sheetData><row r="1">'
        f"{cell}</row></sheetData>{written}</worksheet>"
    ).encode()
    assert [(m.top, m.left, m.bottom, m.right) for m in _read(part, tmp_path).merges] == [
        (2, 2, 3, 3),
        (1, 5, 4, 5),
    ]
