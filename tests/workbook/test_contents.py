"""What a workbook holds beside its cells: sheets, names, tables, settings, formats, other workbooks."""

from __future__ import annotations

import datetime

import pytest

from engine.core.address import Rect, key_of
from engine.core.exceptions import UnknownName
from engine.core.values import NA
from engine.workbook import externals
from engine.workbook.book import Name, Settings, Table
from engine.workbook.external_cells import PlainSheets, plain_sheets
from engine.workbook.opening import open_workbook
from tests.workbook.packages import LINKS, MAIN, Packed, basic_parts, relationships, workbook


def test_sheets_in_order(packed: Packed) -> None:
    """Chart sheets are left out of the cells but count in the order that names are scoped by."""
    sheets = (
        '<sheet name="Chart" sheetId="4" r:id="c1"/>'
        '<sheet name="A &amp; B" sheetId="9" r:id="s1" state="hidden"/>'
    )
    names = '<definedNames><definedName name="x" localSheetId="1">1</definedName></definedNames>'
    book = open_workbook(
        packed(
            {
                "xl/workbook.xml": workbook(names, sheets),
                "xl/_rels/workbook.xml.rels": relationships(
                    ("c1", "chartsheet", "chartsheets/sheet1.xml"),
                    ("s1", "worksheet", "worksheets/sheet1.xml"),
                ),
                "xl/chartsheets/sheet1.xml": "<chartsheet/>",
            }
        )
    )
    assert book.sheet_order == ("Chart", "A & B")
    assert [(sheet.name, sheet.state) for sheet in book.sheets] == [("A & B", "hidden")]
    assert book.names == (Name("x", "A & B", "1", hidden=False),)
    assert book.sheet("a & b").value(key_of(1, 1)) == 1.0


def test_unknown_sheet(packed: Packed) -> None:
    """A sheet that isn't there is an error that names those that are."""
    with pytest.raises(UnknownName, match=r"no worksheet 'Nope'; it has Sheet1"):
        open_workbook(packed()).sheet("Nope")


def test_names(packed: Packed) -> None:
    """Names keep scope, flags and text; built-in ones keep their prefix; a lost sheet's are left out."""
    names = (
        '<definedNames><definedName name="price" hidden="1">Sheet1!$A$1</definedName>'
        '<definedName name="Price" localSheetId="0">=Sheet1!$B$1</definedName>'
        '<definedName name="lost" localSheetId="7">Sheet1!$B$1</definedName>'
        '<definedName name="_xlnm.Print_Area" localSheetId="0">Sheet1!$A:$B</definedName>'
        '<definedName name="half">1/2</definedName></definedNames>'
    )
    book = open_workbook(packed({"xl/workbook.xml": workbook(names)}))
    assert book.names == (
        Name("price", None, "Sheet1!$A$1", hidden=True),
        Name("Price", "Sheet1", "Sheet1!$B$1", hidden=False),
        Name("_xlnm.Print_Area", "Sheet1", "Sheet1!$A:$B", hidden=False),
        Name("half", None, "1/2", hidden=False),
    )
    assert book.find_name("PRICE") == book.names[0]
    assert book.find_name("PRICE", "sheet1") == book.names[1]
    assert book.find_name("nope") is None


@pytest.mark.parametrize(
    ("inner", "settings"),
    [
        ("", Settings()),
        ("<workbookPr/><calcPr/>", Settings()),
        ('<workbookPr date1904="true"/>', Settings(date1904=True)),
        (
            '<calcPr iterate="1" iterateCount="7" iterateDelta="1E-4" calcMode="manual" fullPrecision="0"/>',
            Settings(False, True, 7, 1e-4, "manual", False),
        ),
        ('<calcPr iterateCount="x" iterateDelta="y"/>', Settings()),
    ],
)
def test_settings(packed: Packed, inner: str, settings: Settings) -> None:
    """Calculation settings are the file's, or the format's defaults."""
    assert open_workbook(packed({"xl/workbook.xml": workbook(inner)})).settings == settings


def table_parts(table: str) -> dict[str, str]:
    return {
        "xl/worksheets/_rels/sheet1.xml.rels": relationships(("t1", "table", "../tables/table1.xml")),
        "xl/tables/table1.xml": f'<table xmlns="{MAIN}" {table}</table>',
    }


def test_table(packed: Packed) -> None:
    """A table gives its display name, rectangle, columns, header and totals rows."""
    columns = '<tableColumns><tableColumn name="a"/><tableColumn name="two_x000a_lines"/></tableColumns>'
    parts = table_parts(f'name="t" displayName="Sales" ref="B2:C9" totalsRowCount="1">{columns}')
    book = open_workbook(packed(parts))
    assert book.tables == (Table("Sales", Rect("Sheet1", 2, 2, 9, 3), ("a", "two\nlines"), 1, 1),)
    assert book.find_table("SALES") == book.tables[0]
    assert book.find_table("nope") is None


@pytest.mark.parametrize("table", ['displayName="Sales">', 'displayName="Sales" ref="A0:B9">', "<"])
def test_a_damaged_table_is_told_apart(packed: Packed, table: str) -> None:
    """A table over no cells, or whose part is no XML, is none; the workbook says which part it is."""
    book = open_workbook(packed(table_parts(table)))
    assert (book.tables, book.unread_tables) == ((), ("xl/tables/table1.xml",))


def test_number_formats(packed: Packed) -> None:
    """Formats are found by style id: built-in, the file's own, and General for unknown ones."""
    styles = (
        f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="0.0x"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="9"/><xf numFmtId="164"/><xf numFmtId="77"/></cellXfs>'
        "</styleSheet>"
    )
    assert open_workbook(packed({"xl/styles.xml": styles})).number_formats == (
        "General",
        "0%",
        "0.0x",
        "General",
    )
    assert open_workbook(packed()).number_formats == ("General",)


def test_externals(packed: Packed) -> None:
    """The stored cells and names of other workbooks are found by index, sheet and file, if any are stored."""
    link = (
        f'<externalLink xmlns="{MAIN}" xmlns:r="{LINKS}"><externalBook r:id="x1"><sheetNames>'
        '<sheetName val="Rates"/><sheetName val="Empty"/><sheetName val="Unread"/><sheetName val="Failed"/>'
        "</sheetNames><definedNames>"
        '<definedName name="rate" refersTo="=Rates!$A$1"/><definedName name="own" refersTo="=1" sheetId="1"/>'
        '</definedNames><sheetDataSet><sheetData sheetId="0"><row r="1"><cell r="A1"><v>1.5</v></cell>'
        '<cell r="B1" t="str"><v>text</v></cell><cell r="C1" t="e"><v>#N/A</v></cell><cell r="D1"/></row>'
        '</sheetData><sheetData sheetId="1"/><sheetData sheetId="3" refreshError="1"/></sheetDataSet>'
        "</externalBook></externalLink>"
    )
    rels = basic_parts()["xl/_rels/workbook.xml.rels"].replace(
        "</R",
        f'<Relationship Id="e1" Type="{LINKS}/externalLink" Target="externalLinks/externalLink1.xml"/></R',
    )
    book = open_workbook(
        packed(
            {
                "xl/workbook.xml": workbook(
                    '<externalReferences><externalReference r:id="e1"/></externalReferences>'
                ),
                "xl/_rels/workbook.xml.rels": rels,
                "xl/externalLinks/externalLink1.xml": link,
                "xl/externalLinks/_rels/externalLink1.xml.rels": (
                    '<Relationships><Relationship Id="x1" Type="t/externalLinkPath" Target="rates.xlsx"'
                    ' TargetMode="External"/></Relationships>'
                ),
            }
        )
    )
    assert book.externals == {
        "[1]Rates": {key_of(1, 1): 1.5, key_of(1, 2): "text", key_of(1, 3): NA},
        "[1]Empty": {},
    }
    assert book.external_names == {"[1]!rate": "Rates!$A$1", "[1]Empty!own": "1"}
    assert book.external_files == {"[1]": "rates.xlsx"}


@pytest.mark.parametrize(
    ("link", "known"),
    [
        (None, []),
        ("<externalLink>", []),
        (
            (
                '<externalLink><externalBook id="x"><sheetNames><sheetName val="Bad"/><sheetName val="Good"/>'
                '</sheetNames><sheetDataSet><sheetData sheetId="0"><row r="1"><cell r="A1"><v>abc</v></cell>'
                '<cell r="B1"><v>1</v></cell></row></sheetData><sheetData sheetId="1"/></sheetDataSet>'
                "</externalBook></externalLink>"
            ),
            ["[1]Good"],
        ),
    ],
)
def test_a_damaged_link_is_left_out(packed: Packed, link: str | None, known: list[str]) -> None:
    """Nothing is known of another workbook without a part, or with a damaged one, nor of a damaged sheet."""
    rels = basic_parts()["xl/_rels/workbook.xml.rels"].replace(
        "</R", f'<Relationship Id="e1" Type="{LINKS}/externalLink" Target="link.xml"/></R'
    )
    inner = '<externalReferences><externalReference r:id="e1"/></externalReferences>'
    parts = {"xl/workbook.xml": workbook(inner), "xl/_rels/workbook.xml.rels": rels, "xl/link.xml": link}
    assert list(open_workbook(packed(parts)).externals) == known


PLAIN = (
    '<row r="1"><cell r="A1"><v>1.5</v></cell><cell r="XFD1048576" t="b" vm="1"><v>1</v></cell></row>'
    '<row r="2"/><row r="3"><cell r="B3" t="str"><v xml:space="preserve"> a &amp; b_x0041_ </v></cell>'
    '<cell r="C3"/></row>'
)


@pytest.mark.parametrize(
    ("sheet", "plain"),
    [
        (f'<sheetData sheetId="0">{PLAIN}</sheetData>', True),
        (f'<sheetData sheetId="0" refreshError="1">{PLAIN}</sheetData>', True),
        ('<sheetData sheetId="0" refreshError="1"><row r="1"><cell r="A1"/></row></sheetData>', True),
        ('<sheetData sheetId="0"><row r="1"><cell r="A1"><v>abc</v></cell></row></sheetData>', True),
        ('<sheetData sheetId="0"><row r="1"><cell r="ZZZ1"><v>1</v></cell></row></sheetData>', True),
        ('<sheetData sheetId="0"><row r="1"><cell r="A9999999"><v>1</v></cell></row></sheetData>', True),
        ('<sheetData sheetId="0"><row r="1"><cell r="A1" t="x"><v>1</v></cell></row></sheetData>', True),
        ('<sheetData sheetId="0"><row r="1"><cell r="A1"><v>&#49;</v></cell></row></sheetData>', False),
        ('<sheetData sheetId="0"><row r="1"><cell t="b" r="A1"><v>1</v></cell></row></sheetData>', False),
        (f'<sheetData sheetId="0"><!-- -->{PLAIN}</sheetData>', False),
    ],
)
def test_cells_of_other_workbooks_are_the_same_by_pattern(
    packed: Packed, monkeypatch: pytest.MonkeyPatch, sheet: str, plain: bool
) -> None:
    """What is read plainly is what the XML parser reads, a sheet that can't be read left out by both."""
    link = (
        f'<externalLink><externalBook id="x"><sheetNames><sheetName val="S"/></sheetNames>'
        f'<sheetDataSet>{sheet}<sheetData sheetId="0"><row r="9"><cell r="A9"><v>9</v></cell></row>'
        "</sheetData></sheetDataSet></externalBook></externalLink>"
    )
    rels = basic_parts()["xl/_rels/workbook.xml.rels"].replace(
        "</R", f'<Relationship Id="e1" Type="{LINKS}/externalLink" Target="link.xml"/></R'
    )
    inner = '<externalReferences><externalReference r:id="e1"/></externalReferences>'
    parts = {"xl/workbook.xml": workbook(inner), "xl/_rels/workbook.xml.rels": rels, "xl/link.xml": link}
    assert (sheet.encode() not in plain_sheets(link.encode()).content) == plain
    found = open_workbook(packed(parts)).externals
    monkeypatch.setattr(externals, "plain_sheets", PlainSheets)
    assert found == open_workbook(packed(parts)).externals


def test_strict_workbook(packed: Packed) -> None:
    """Strict OOXML has other namespaces and reads alike."""
    strict = {
        part: text.replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main").replace(
            LINKS, "http://purl.oclc.org/ooxml/officeDocument/relationships"
        )
        for part, text in basic_parts().items()
    }
    assert open_workbook(packed(strict)).sheet("Sheet1").constants == {key_of(1, 1): 1.0}


CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
TERMS = "http://purl.org/dc/terms/"


def _properties(inner: str) -> dict[str, str]:
    links = relationships(("r1", "officeDocument", "xl/workbook.xml"), ("r2", "core-properties", "core.xml"))
    return {"_rels/.rels": links, "core.xml": f'<p xmlns="{CORE}" xmlns:t="{TERMS}">{inner}</p>'}


@pytest.mark.parametrize(
    ("parts", "saved"),
    [
        ({}, None),
        (_properties(""), None),
        (_properties("<t:modified>last week</t:modified>"), None),
        (_properties("<t:created>2026-05-31T08:00:00Z</t:created>"), datetime.date(2026, 5, 31)),
        (
            _properties("<t:created>2026-05-31</t:created><t:modified>2026-06-01T23:59:59Z</t:modified>"),
            datetime.date(2026, 6, 1),
        ),
        ({**_properties(""), "core.xml": None}, None),
    ],
)
def test_the_day_of_the_last_save(
    packed: Packed, parts: dict[str, str | None], saved: datetime.date | None
) -> None:
    """The document properties say it, or nothing does."""
    assert open_workbook(packed(parts)).saved == saved


@pytest.mark.parametrize(
    ("name", "day_first"), [("Percent", False), ("Per cent", True), ("Prozent", True), ("Own", False)]
)
def test_the_language_of_styles_tells_the_order_of_dates(packed: Packed, name: str, day_first: bool) -> None:
    """The built-in style of percentages is named in the language of the Excel that saved the file."""
    styles = (
        '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellStyles>'
        f'<cellStyle name="Normal" xfId="0" builtinId="0"/><cellStyle name="{name}" xfId="1" builtinId="5"/>'
        "</cellStyles></styleSheet>"
    )
    assert open_workbook(packed({"xl/styles.xml": styles})).day_first is day_first


@pytest.mark.parametrize(("calc_id", "application"), [("999999", "PhpSpreadsheet"), ("191029", "")])
def test_phpspreadsheet_is_told_from_excel(packed: Packed, calc_id: str, application: str) -> None:
    """PhpSpreadsheet calls itself Excel in the properties, and writes a calculation engine of its own."""
    book = open_workbook(packed({"xl/workbook.xml": workbook(f'<calcPr calcId="{calc_id}"/>')}))
    assert book.application == application


def test_another_program_leaves_its_mark(packed: Packed) -> None:
    """WPS Office writes a property of its own, which Excel keeps when it saves the file again."""
    custom = (
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties">'
        '<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" name="KSOProductBuildVer"/>'
        "</Properties>"
    )
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Target="xl/workbook.xml" Type='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>'
        '<Relationship Id="rId2" Target="docProps/custom.xml" Type='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"/>'
        "</Relationships>"
    )
    workbook = open_workbook(packed({"docProps/custom.xml": custom, "_rels/.rels": rels}))
    assert workbook.other_program == "WPS Office"
    assert open_workbook(packed({})).other_program == ""
