"""Cells of a worksheet, from the XML that programs write to the values and formulas they mean."""

from __future__ import annotations

import pytest

from engine.core.address import Rect, key_of, parse_a1
from engine.core.exceptions import NotAWorkbook
from engine.core.values import CALC, DIV0, NA, SPILL, VALUE, ExcelError, Value
from engine.workbook.book import DataTable, Formula
from engine.workbook.opening import open_workbook
from tests.workbook.packages import MAIN, STRICT, Packed, Rows, workbook, worksheet

STRINGS = (
    f'<sst xmlns="{MAIN}"><si><t>plain</t></si><si><t xml:space="preserve"> kept </t></si>'
    "<si><r><t>rich </t></r><r><rPr><b/></rPr><t>text</t></r><rPh><t>phonetic</t></rPh></si>"
    "<si><t>two_x000D_&#10;lines_x005F_x0041_</t></si><si><t/></si><si><t>_xD83D__xDE00_</t></si></sst>"
)


def key(address: str) -> int:
    return key_of(*parse_a1(address))


def one(cell: str) -> str:
    return f'<row r="1">{cell}</row>'


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c r="A1"><v>42</v></c>', 42.0),
        ('<c r="A1" t="n"><v>-1.5E-3</v></c>', -0.0015),
        ('<c r="A1"><v> 7 </v></c>', 7.0),
        ('<c r="A1" t="b"><v>1</v></c>', True),
        ('<c r="A1" t="b"><v>0</v></c>', False),
        ('<c r="A1" t="e"><v>#DIV/0!</v></c>', DIV0),
        ('<c r="A1" t="e"><v>#N/A</v></c>', NA),
        ('<c r="A1" t="e"><v>#BUSY!</v></c>', ExcelError("#BUSY!")),
        ('<c r="A1" t="s"><v>0</v></c>', "plain"),
        ('<c r="A1" t="s"><v>1</v></c>', " kept "),
        ('<c r="A1" t="s"><v>2</v></c>', "rich text"),
        ('<c r="A1" t="s"><v>3</v></c>', "two\r\nlines_x0041_"),
        ('<c r="A1" t="s"><v>4</v></c>', ""),
        ('<c r="A1" t="s"><v>5</v></c>', "\U0001f600"),
        ('<c r="A1" t="str"><v>text &amp; more</v></c>', "text & more"),
        ('<c r="A1" t="str"><v><![CDATA[a<b]]></v></c>', "a<b"),
        ('<c r="A1" t="str"><v></v></c>', ""),
        ('<c r="A1" t="inlineStr"><is><t>in line</t></is></c>', "in line"),
        ('<c r="A1" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r><rPh><t>c</t></rPh></is></c>', "ab"),
        ('<c r="A1" t="d"><v>2024-02-29</v></c>', 45351.0),
        ('<c r="A1" t="d"><v>2024-02-29T12:00:00</v></c>', 45351.5),
        ('<c r="A1" t="d"><v>1900-02-28</v></c>', 59.0),
        ('<c r="A1" t="d"><v>T18:00:00</v></c>', 0.75),
        ('<c r="A1" t="d"><v>06:00:00</v></c>', 0.25),
        ('<c r="A1" t="d"><v>1900-03-01T00:00:00Z</v></c>', 61.0),
        ('<c r="A1" s="3"/>', None),
        ('<c r="A1"><v></v></c>', None),
        ('<c r="A1" t="s"><v/></c>', None),
        ('<c r="A1" t="e"><v/></c>', None),
    ],
)
def test_constant(rows: Rows, cell: str, value: Value) -> None:
    """Each type of cell gives its value, and nothing where it holds nothing."""
    found = rows(one(cell), sharedStrings=STRINGS).constants
    assert found == ({} if value is None else {key("A1"): value})
    assert type(found.get(key("A1"))) is type(value)


@pytest.mark.parametrize(
    ("cell", "formula", "stored"),
    [
        ('<c r="A1"><f>B1+1</f><v>3</v></c>', Formula("B1+1"), 3.0),
        ('<c r="A1"><f>=B1</f></c>', Formula("B1"), None),
        ('<c r="A1" t="str"><f>B1&amp;"x"</f><v>yx</v></c>', Formula('B1&"x"'), "yx"),
        ('<c r="A1" t="str"><f>""</f><v></v></c>', Formula('""'), ""),
        ('<c r="A1" t="str"><f>""</f></c>', Formula('""'), None),
        ('<c r="A1" t="b"><f>B1</f><v>0</v></c>', Formula("B1"), False),
        ('<c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c>', Formula("1/0"), DIV0),
        ('<c r="A1"><f ca="1">NOW()</f><v>1</v></c>', Formula("NOW()"), 1.0),
        ('<c r="A1"><f>A2+\n A3</f><v>1</v></c>', Formula("A2+\n A3"), 1.0),
        ('<c r="A1"><f>_xlfn.XLOOKUP(1,A:A,B:B)</f><v>1</v></c>', Formula("_xlfn.XLOOKUP(1,A:A,B:B)"), 1.0),
        (
            '<c r="A1"><f t="array" ref="A1">SUM(B1:B3*2)</f><v>1</v></c>',
            Formula("SUM(B1:B3*2)", "array", Rect("Sheet1", 1, 1, 1, 1)),
            1.0,
        ),
    ],
)
def test_formula(rows: Rows, cell: str, formula: Formula, stored: Value) -> None:
    """A formula keeps its text, and what was stored beside it."""
    found = rows(one(cell))
    assert found.formulas == {key("A1"): formula}
    assert found.stored.get(key("A1")) == stored
    assert not found.constants


@pytest.mark.parametrize("mark", ['<f ca="1"/>', "<f/>", "<f></f>", '<f ca="1"></f>'])
def test_mark_without_text(rows: Rows, mark: str) -> None:
    """An f without text, as inside a spilled array, is no formula; the value stays."""
    found = rows(one(f'<c r="A1">{mark}<v>5</v></c>'))
    assert (found.constants, found.formulas) == ({key("A1"): 5.0}, {})


def test_shared_formula(rows: Rows) -> None:
    """Followers carry the master's text and key, whichever comes first, and share one object."""
    found = rows(
        '<row r="1"><c r="A1"><f t="shared" si="7"/><v>1</v></c></row>'
        '<row r="2"><c r="A2"><f t="shared" si="7" ref="A1:A4">B2*2</f><v>2</v></c></row>'
        '<row r="3"><c r="A3"><f t="shared" si="7"/><v>3</v></c></row>'
        '<row r="4"><c r="A4"><f t="shared" si="7"></f><v>4</v></c></row>'
    ).formulas
    follower = Formula("B2*2", shared_from=key("A2"))
    assert found[key("A2")] == Formula("B2*2")
    assert found[key("A1")] == found[key("A3")] == follower
    assert found[key("A3")] is found[key("A4")]


def test_shared_index_used_again(rows: Rows) -> None:
    """A second master of an index takes over from there on."""
    found = rows(
        one(
            '<c r="A1"><f t="shared" si="0" ref="A1:B1">X1</f></c><c r="B1"><f t="shared" si="0"/></c>'
            '<c r="C1"><f t="shared" si="0" ref="C1:D1">Y1</f></c><c r="D1"><f t="shared" si="0"/></c>'
        )
    ).formulas
    assert found[key("B1")] == Formula("X1", shared_from=key("A1"))
    assert found[key("D1")] == Formula("Y1", shared_from=key("C1"))


def test_array_formula(rows: Rows) -> None:
    """The cells inside an array's area are results, not constants."""
    found = rows(
        one(
            '<c r="A1"><f t="array" ref="A1:B1">C1:D1*2</f><v>2</v></c><c r="B1"><v>4</v></c>'
            '<c r="C1"><v>1</v></c>'
        )
    )
    assert found.formulas == {key("A1"): Formula("C1:D1*2", "array", Rect("Sheet1", 1, 1, 1, 2))}
    assert found.stored == {key("A1"): 2.0, key("B1"): 4.0}
    assert found.constants == {key("C1"): 1.0}


METADATA = (
    f'<metadata xmlns="{MAIN}" xmlns:xda="a" xmlns:xlrd="b"><metadataTypes><metadataType name="XLRICHVALUE"/>'
    '<metadataType name="XLDAPR"/></metadataTypes>'
    '<futureMetadata name="XLDAPR">'
    '<bk><extLst><ext><xda:dynamicArrayProperties fDynamic="1"/></ext></extLst></bk>'
    '<bk><extLst><ext><xda:dynamicArrayProperties fDynamic="0"/></ext></extLst></bk></futureMetadata>'
    '<futureMetadata name="XLRICHVALUE"><bk><extLst><ext><xlrd:rvb i="1"/></ext></extLst></bk>'
    '<bk><extLst><ext><xlrd:rvb i="0"/></ext></extLst></bk></futureMetadata>'
    '<cellMetadata><bk><rc t="2" v="1"/></bk><bk><rc t="2" v="0"/></bk></cellMetadata>'
    '<valueMetadata><bk><rc t="1" v="0"/></bk><bk><rc t="1" v="1"/></bk></valueMetadata></metadata>'
)


@pytest.mark.parametrize(
    ("marks", "kind"), [("", "array"), ('cm="1"', "array"), ('cm="2"', "dynamic-array"), ('cm="9"', "array")]
)
def test_dynamic_array(rows: Rows, marks: str, kind: str) -> None:
    """An array formula is dynamic where its cell's metadata says so."""
    cell = f'<c r="A1" {marks}><f t="array" ref="A1">_xlfn.SEQUENCE(1)</f><v>1</v></c>'
    assert rows(one(cell), metadata=METADATA).formulas[key("A1")].kind == kind


@pytest.mark.parametrize(("mark", "error"), [("1", CALC), ("2", SPILL), ("3", VALUE)])
def test_rich_error(packed: Packed, mark: str, error: ExcelError) -> None:
    """#SPILL! and #CALC! are stored as #VALUE! with a rich value, and read as themselves."""
    links = "".join(
        f'<Relationship Id="{i}" Type="t/{kind}" Target="{target}"/>'
        for i, kind, target in [
            ("s1", "worksheet", "worksheets/sheet1.xml"),
            ("s4", "sheetMetadata", "metadata.xml"),
            ("s5", "rdRichValue", "richData/rdrichvalue.xml"),
            ("s6", "rdRichValueStructure", "richData/rdrichvaluestructure.xml"),
        ]
    )
    book = open_workbook(
        packed(
            {
                "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="r">{links}</Relationships>',
                "xl/metadata.xml": METADATA,
                "xl/richData/rdrichvalue.xml": (
                    '<rvData><rv s="0"><v/><v>8</v></rv><rv s="0"><v/><v>13</v></rv></rvData>'
                ),
                "xl/richData/rdrichvaluestructure.xml": (
                    '<rvStructures><s t="_error"><k n="argument"/><k n="errorType"/></s></rvStructures>'
                ),
                "xl/worksheets/sheet1.xml": worksheet(one(f'<c r="A1" t="e" vm="{mark}"><v>#VALUE!</v></c>')),
            }
        )
    )
    assert book.sheets[0].constants == {key("A1"): error}


@pytest.mark.parametrize(
    ("attributes", "table", "row_input", "column_input"),
    [
        ('dt2D="1" dtr="1" r1="A1" r2="A2"', (key("A1"), key("A2"), True, True, False, False), "A1", "A2"),
        ('dt2D="0" dtr="1" r1="A1"', (key("A1"), None, False, True, False, False), "A1", None),
        ('r1="$A$1"', (key("A1"), None, False, False, False, False), None, "A1"),
        ('r1="#REF!" del1="1"', (None, None, False, False, True, False), None, None),
    ],
)
def test_data_table(
    rows: Rows,
    attributes: str,
    table: tuple[int | None, int | None, bool, bool, bool, bool],
    row_input: str | None,
    column_input: str | None,
) -> None:
    """A Data Table gives its input cells and area; the cells inside are results."""
    found = rows(
        f'<row r="5"><c r="C5"><f t="dataTable" ref="C5:D6" {attributes}/><v>1</v></c>'
        '<c r="D5"><v>2</v></c></row>'
        '<row r="6"><c r="C6"><v>3</v></c><c r="D6"><v>4</v></c><c r="E6"><v>5</v></c></row>'
    )
    formula = found.formulas[key("C5")]
    assert formula == Formula("", "data-table", Rect("Sheet1", 5, 3, 6, 4), None, DataTable(*table))
    assert formula.data_table is not None
    assert formula.data_table.row_input == (row_input and key(row_input))
    assert formula.data_table.column_input == (column_input and key(column_input))
    assert found.stored == {key("C5"): 1.0, key("D5"): 2.0, key("C6"): 3.0, key("D6"): 4.0}
    assert found.constants == {key("E6"): 5.0}


@pytest.mark.parametrize(
    ("rows_xml", "cells"),
    [
        ("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>", {"A1": 1, "B1": 2, "A2": 3}),
        (
            '<row r="3"><c r="C3"><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>',
            {"C3": 1, "D3": 2, "A4": 3},
        ),
        ('<row r="12"><c r="A112"><v>1</v></c><c r="B12"><v>2</v></c></row>', {"A112": 1, "B12": 2}),
        ('<row r="1"><c r="a1"><v>1</v></c><c r="b1" s="1"/><c><v>2</v></c></row>', {"A1": 1, "C1": 2}),
        (
            '<row r="2"><c r="B2"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>',
            {"B2": 1, "A1": 2},
        ),
    ],
)
def test_places(rows: Rows, rows_xml: str, cells: dict[str, float]) -> None:
    """Rows and cells without addresses follow the one before; addresses are believed over order."""
    assert rows(rows_xml).constants == {key(address): float(value) for address, value in cells.items()}


@pytest.mark.parametrize(
    "document",
    [
        worksheet('<row r="1"><c r="A1"><f>B1</f><v>1</v></c></row>', STRICT),
        (
            f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"><x:f>B1</x:f><x:v>1</x:v>'
            "</x:c></x:row></x:sheetData></x:worksheet>"
        ),
        (
            '<worksheet><sheetData>\n <row r="1">\n  <c r="A1">\n   <f>B1</f>\n   <v>1</v>\n  </c>\n </row>'
            '\n</sheetData><extLst><f>no</f><c r="Z9"><v>9</v></c></extLst></worksheet>'
        ),
    ],
)
def test_namespaces_and_layout(packed: Packed, document: str) -> None:
    """Strict and prefixed namespaces, none at all, and indented XML read alike."""
    cells = open_workbook(packed({"xl/worksheets/sheet1.xml": document})).sheets[0]
    assert (cells.formulas, cells.stored, cells.constants) == (
        {key("A1"): Formula("B1")},
        {key("A1"): 1.0},
        {},
    )


def test_extent_styles_and_hidden_rows(rows: Rows) -> None:
    """The extent is that of cells that hold something; styles are theirs; hidden rows are told."""
    found = rows(
        '<row r="2" hidden="1"><c r="C2" s="4"><v>1</v></c><c r="D2" s="0"><v>1</v></c>'
        '<c r="Z2" s="9"/></row>'
        '<row r="5" hidden="0"><c r="B5" s="2"><f>C2</f></c></row>'
    )
    assert found.extent == (2, 2, 5, 4)
    assert found.styles == {key("C2"): 4, key("B5"): 2}
    assert found.hidden_rows == {2}
    assert rows("").extent == (0, 0, 0, 0)


def test_date_1904(packed: Packed) -> None:
    """An ISO date becomes the serial number of the workbook's own date system."""
    parts = {
        "xl/workbook.xml": workbook('<workbookPr date1904="1"/>'),
        "xl/worksheets/sheet1.xml": worksheet(one('<c r="A1" t="d"><v>1904-01-02</v></c>')),
    }
    assert open_workbook(packed(parts)).sheets[0].constants == {key("A1"): 1.0}


@pytest.mark.parametrize(
    ("rows_xml", "message"),
    [
        (one('<c r="A0"><v>9</v></c>'), "cell at 'A0' lies outside"),
        (one('<c r="XFE1"><v>9</v></c>'), "cell at 'XFE1' lies outside"),
        (one('<c r="R1C1"><v>9</v></c>'), "cell at 'R1C1' is not a cell address"),
        ('<row r="0"/>', "row 0 that no worksheet has"),
        ('<row r="1048577"/>', "row 1048577 that no worksheet has"),
        ('<row r="x"/>', "row x that no worksheet has"),
        (one('<c r="XFD1"><v>1</v></c><c><v>9</v></c>'), "more than 16,384 cells in row 1"),
        (one('<c r="A1"><f t="array" ref="A0:B2">1</f></c>'), "formula over the area 'A0' lies outside"),
        (one('<c r="A1"><f t="dataTable"/></c>'), "formula over the area"),
    ],
)
def test_impossible_cells(rows: Rows, rows_xml: str, message: str) -> None:
    """XML that no spreadsheet program writes is an error with sheet and cell, never a guess."""
    with pytest.raises(NotAWorkbook, match=r"sheet1\.xml \(sheet 'Sheet1'\) .*" + message):
        rows(rows_xml, sharedStrings=STRINGS)


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ('<c r="A1"><v>abc</v></c>', "holds the number 'abc'"),
        ('<c r="A1"><v>nan</v></c>', "holds the number 'nan'"),
        ('<c r="A1"><v>inf</v></c>', "holds the number 'inf'"),
        ('<c r="A1"><v>1_0</v></c>', "holds the number '1_0'"),
        ('<c r="A1" t="s"><v>9</v></c>', "holds shared string '9' of 6"),
        ('<c r="A1" t="s"><v>-1</v></c>', "holds shared string '-1' of 6"),
        ('<c r="A1" t="zz"><v>9</v></c>', "holds a value of unknown type 'zz'"),
        ('<c r="A1" t="d"><v>soon</v></c>', "holds the date 'soon'"),
        ('<c r="A1"><f t="shared" si="4"/><v>3</v></c>', "shares formula '4', which no cell holds"),
    ],
)
@pytest.mark.parametrize("mark", ["", "<!-- read by the parser -->"])
def test_a_damaged_cell_is_told_apart(rows: Rows, cell: str, found: str, mark: str) -> None:
    """A cell that can't be read is no constant and says why, and the cells around it are read."""
    sheet = rows(one(f'{mark}{cell}<c r="B1"><v>5</v></c>'), sharedStrings=STRINGS)
    assert sheet.constants == {key("B1"): 5.0}
    assert list(sheet.formulas) == [key("A1")]
    assert found in sheet.formulas[key("A1")].unread


@pytest.mark.parametrize("mark", ["", "<!-- read by the parser -->"])
def test_a_damaged_result_is_only_missing(rows: Rows, mark: str) -> None:
    """A formula whose stored value can't be read has none, nor has another cell of an array's area."""
    sheet = rows(
        one(
            f'{mark}<c r="A1"><f t="array" ref="A1:B1">D1:E1*2</f><v>2</v></c><c r="B1"><v>abc</v></c>'
            '<c r="C1"><f>1+1</f><v>nan</v></c>'
        )
    )
    assert [formula.unread for formula in sheet.formulas.values()] == ["", ""]
    assert (sheet.stored, sheet.constants) == ({key("A1"): 2.0}, {})
