"""A file with one damaged part: what reads that part is reported, and everything else evaluates."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.core.exceptions import NotAWorkbook, UnknownName, UnsupportedFormula
from engine.core.store import VARIABLE
from engine.core.values import Value
from engine.evaluate.model import Model
from engine.evaluate.parity import compare
from engine.pipeline import check
from engine.workbook import known_sheets
from tests.workbook.packages import LINKS, basic_parts, relationships, workbook, worksheet

LINK = f'<Relationship Id="e1" Type="{LINKS}/externalLink" Target="externalLinks/externalLink1.xml"/></R'
BAD_TABLE = {
    "xl/worksheets/_rels/sheet1.xml.rels": relationships(("t1", "table", "../tables/table1.xml")),
    "xl/tables/table1.xml": '<table displayName="Sales" ref="A0:B9"/>',
}
NO_LINK = {
    "xl/workbook.xml": workbook('<externalReferences><externalReference r:id="e1"/></externalReferences>'),
    "xl/_rels/workbook.xml.rels": basic_parts()["xl/_rels/workbook.xml.rels"].replace("</R", LINK),
}


def opened(folder: Path, cells: str, parts: Mapping[str, str]) -> Model:
    """A model of one row: A1 as given, B1 = A1*2, C1 = 7 and D1 = C1+1."""
    rows = f'<row r="1">{cells}<c r="C1"><v>7</v></c><c r="D1"><f>C1+1</f><v>8</v></c></row>'
    written = {**basic_parts(), **parts, "xl/worksheets/sheet1.xml": worksheet(rows)}
    with zipfile.ZipFile(folder / "book.xlsx", "w") as package:
        for name, text in written.items():
            package.writestr(name, text)
    return Model.open(folder / "book.xlsx")


BAD_PIVOT = {
    "xl/worksheets/_rels/sheet1.xml.rels": relationships(("p1", "pivotTable", "../pivotTables/p1.xml")),
    "xl/pivotTables/p1.xml": "<pivotTableDefinition>",
}
NO_PIVOT = {key: text for key, text in BAD_PIVOT.items() if key.endswith(".rels")}
PIVOTED = '<c r="A1"><f>IFERROR(GETPIVOTDATA("x",F9),0)</f></c>'
NO_PROPERTIES = {
    "_rels/.rels": relationships(
        ("r1", "officeDocument", "xl/workbook.xml"), ("r2", "extended-properties", "docProps/app.xml")
    ),
    "docProps/app.xml": "<Properties>",
}
TWICE = '<c r="B1"><f>A1*2</f><v>4</v></c>'


@pytest.mark.parametrize(
    ("cells", "parts", "lost", "reason"),
    [
        (f'<c r="A1"><v>abc</v></c>{TWICE}', {}, "A1 B1", "the cell holds the number 'abc'"),
        (f'<c r="A1" t="s"><v>9</v></c>{TWICE}', {}, "A1 B1", "the cell holds shared string '9' of 0"),
        (f'<c r="A1"><f t="shared" si="4"/></c>{TWICE}', {}, "A1 B1", "shares formula '4'"),
        ('<c r="A1"><f>ISFORMULA(B1)</f></c><c r="B1"><v>x</v></c>', {}, "A1 B1", "formula of a damaged"),
        ('<c r="A1"><f>SUM(Sales[cost])</f></c>', BAD_TABLE, "A1", "Sales may mean a table that can't be"),
        ('<c r="A1"><f>ROWS(Sales)</f></c>', BAD_TABLE, "A1", "xl/tables/table1.xml is damaged"),
        ('<c r="A1"><f>IFERROR(Sales[cost],0)</f></c>', BAD_TABLE, "A1", "Sales may mean a table"),
        ('<c r="A1"><f>SUM(INDIRECT("Sales[cost]"))</f></c>', BAD_TABLE, "A1", "Sales may mean a table"),
        (PIVOTED, BAD_PIVOT, "A1", "a pivot table of the sheet Sheet1 can't be read"),
        (PIVOTED, NO_PIVOT, "A1", "a pivot table of the sheet Sheet1 can't be read"),
        ('<c r="A1"><f>[1]Rates!A1</f></c>', NO_LINK, "A1", "stores no values of Rates of the workbook"),
    ],
)
def test_the_rest_evaluates(
    tmp_path: Path, cells: str, parts: Mapping[str, str], lost: str, reason: str
) -> None:
    """The cells that a damaged part reaches are not evaluated and say why; the others are."""
    model = opened(tmp_path, cells, parts)
    assert [one.cell for one in compare(model).not_evaluated] == [f"Sheet1!{cell}" for cell in lost.split()]
    with pytest.raises(UnsupportedFormula, match=reason):
        model.evaluate()["Sheet1!A1"]
    assert model.evaluate()["Sheet1!D1"] == 8.0


def test_a_damaged_result_is_computed_anew(tmp_path: Path) -> None:
    """A formula whose stored value can't be read is evaluated; there is only nothing to compare it with."""
    found = opened(tmp_path, '<c r="A1"><f>C1*3</f><v>nan</v></c>', {})
    assert found.evaluate()["Sheet1!A1"] == 21.0


def test_damaged_properties_say_nothing(tmp_path: Path) -> None:
    """A file whose document properties can't be read is as one without any."""
    found = opened(tmp_path, "", NO_PROPERTIES)
    assert (found.workbook.application, found.evaluate()["Sheet1!D1"]) == ("", 8.0)


@pytest.mark.parametrize(("first", "then"), [("1", "abc"), ("abc", "1")])
def test_what_is_kept_of_a_file_does_not_hide_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str, then: str
) -> None:
    """A value damaged or repaired since the last opening is seen, though the rest is as it was."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(known_sheets, "_SMALL", 0)
    answers: list[Value] = []
    for text in (first, then, first):
        found = opened(tmp_path, f'<c r="A1"><v>{text}</v></c>{TWICE}', {}).evaluate()
        answers.append(found.cells.get("Sheet1!B1"))
    expected: dict[str, Value] = {"1": 2.0, "abc": None}
    assert answers == [expected[first], expected[then], expected[first]]


def test_a_damaged_table_is_a_finding(tmp_path: Path) -> None:
    """A check names the table, which may be one of the contract's, though no formula reads it."""
    opened(tmp_path, "", BAD_TABLE)
    audit = check(tmp_path / "book.xlsx")
    assert [found.rule for found in audit.findings] == ["damaged-table"]
    assert "xl/tables/table1.xml can't be read" in audit.findings[0].message
    assert not audit.sound


TWO = {
    "xl/workbook.xml": workbook(
        sheets='<sheet name="Sheet1" sheetId="1" r:id="rId1"/><sheet name="Lost" sheetId="2" r:id="s2"/>'
        '<sheet name="Last" sheetId="3" r:id="s3"/>'
    ),
    "xl/_rels/workbook.xml.rels": relationships(
        ("rId1", "worksheet", "worksheets/sheet1.xml"),
        ("s2", "worksheet", "worksheets/sheet2.xml"),
        ("s3", "worksheet", "worksheets/sheet3.xml"),
        ("st", "styles", "styles.xml"),
        ("ss", "sharedStrings", "sharedStrings.xml"),
    ),
    "xl/worksheets/sheet2.xml": "<worksheet><sheetData><row",
    "xl/worksheets/sheet3.xml": worksheet('<row r="1"><c r="A1"><v>5</v></c></row>'),
    "xl/worksheets/_rels/sheet2.xml.rels": relationships(("t1", "table", "../tables/table1.xml")),
    "xl/tables/table1.xml": '<table displayName="Sales" ref="A1:B9"><tableColumns/></table>',
}
LOST = "the sheet Lost can't be read"


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("Lost!A1", LOST),
        ("IFERROR(SUM(lost!A:A),0)", LOST.replace("Lost", "lost")),
        ("SUM(Sheet1:Last!A1)", "it reads several sheets, and lost can't be read"),
        ('INDIRECT("Lost!A1")', LOST),
        ("SUM(Sales[cost])", "Sales may mean a table that can't be read"),
    ],
)
def test_a_damaged_sheet_is_reported_by_what_reads_it(tmp_path: Path, formula: str, reason: str) -> None:
    """The other sheets evaluate; what reads the damaged one, alone or among others, says so."""
    model = opened(tmp_path, f'<c r="A1"><f>{formula}</f></c><c r="B1"><f>Last!A1*2</f></c>', TWO)
    result = model.evaluate()
    assert (result["Sheet1!B1"], result["Sheet1!D1"]) == (10.0, 8.0)
    with pytest.raises(UnsupportedFormula, match=reason):
        result["Sheet1!A1"]
    with pytest.raises(UnknownName, match="its sheet 'Lost' can't be read"):
        model.workbook.sheet("Lost")


def test_damaged_parts_are_findings(tmp_path: Path) -> None:
    """A check names every part that can't be read, though no formula reads it."""
    opened(tmp_path, "", {**TWO, "xl/styles.xml": "<styleSheet", "xl/sharedStrings.xml": "<sst"})
    audit = check(tmp_path / "book.xlsx")
    assert [found.message.split()[6] for found in audit.findings] == [
        "xl/sharedStrings.xml", "xl/worksheets/sheet2.xml", "xl/styles.xml", "xl/tables/table1.xml",
    ]  # fmt: skip
    assert not audit.sound


def test_texts_before_the_damage_are_read(tmp_path: Path) -> None:
    """Shared texts that end before the damage are what they are; the others are reported."""
    cells = '<c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="E1"><f>A1&amp;"!"</f></c>'
    cells += '<c r="F1"><f>B1&amp;"!"</f></c>'
    parts = {**TWO, "xl/sharedStrings.xml": "<sst><si><t>whole</t></si><si><t>half"}
    result = opened(tmp_path, cells, parts).evaluate()
    assert result["Sheet1!E1"] == "whole!"
    with pytest.raises(UnsupportedFormula, match="holds shared string '1' of 1"):
        result["Sheet1!F1"]


def test_styles_that_every_formula_reads_are_needed(tmp_path: Path) -> None:
    """With precision as displayed, no formula has a value without its number format."""
    inner = '<calcPr fullPrecision="0"/>'
    parts = {**TWO, "xl/workbook.xml": TWO["xl/workbook.xml"].replace("</workbook>", f"{inner}</workbook>")}
    with pytest.raises(NotAWorkbook, match=r"xl/styles\.xml"):
        opened(tmp_path, "", {**parts, "xl/styles.xml": "<styleSheet"})
