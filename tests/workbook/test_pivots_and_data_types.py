"""Pivot tables and linked data types as files hold them, and the formulas that read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core.address import key_of, parse_a1
from engine.core.store import Store
from engine.core.values import FIELD, NAME, REF, Value
from engine.evaluate.model import Model
from engine.workbook import known_sheets
from engine.workbook.opening import open_workbook
from tests.workbook.packages import MAIN, Packed, relationships, worksheet

_RICH = "http://schemas.microsoft.com/office/spreadsheetml/2017/richdata"
_PIVOT = f"""<pivotTableDefinition xmlns="{MAIN}" name="P" cacheId="0">
<location ref="A3:D7" firstHeaderRow="1" firstDataRow="2" firstDataCol="1"/>
<pivotFields count="3">
<pivotField axis="axisRow"><items><item x="0"/><item x="1"/><item t="default"/></items></pivotField>
<pivotField axis="axisCol"><items><item x="1"/><item x="0"/><item t="default"/></items></pivotField>
<pivotField dataField="1"/></pivotFields>
<rowFields><field x="0"/></rowFields>
<rowItems><i><x/></i><i><x v="1"/></i><i t="grand"><x/></i></rowItems>
<colFields><field x="1"/></colFields><colItems><i><x/></i><i><x v="1"/></i><i t="grand"><x/></i></colItems>
<dataFields><dataField name="Sum of Sales" fld="2"/></dataFields></pivotTableDefinition>"""
_CACHE = f"""<pivotCacheDefinition xmlns="{MAIN}"><cacheFields>
<cacheField name="Region"><sharedItems><s v="North"/><s v="South"/></sharedItems></cacheField>
<cacheField name="Year"><sharedItems><n v="2025"/><n v="2024"/></sharedItems></cacheField>
<cacheField name="Sales"><sharedItems/></cacheField></cacheFields></pivotCacheDefinition>"""
_BODY = {"B5": 1, "C5": 2, "D5": 3, "B6": 10, "D6": 10, "B7": 11, "C7": 2, "D7": 13}


def _cell(address: str, inner: str) -> str:
    row = parse_a1(address)[0]
    return f'<row r="{row}"><c r="{address}">{inner}</c></row>'


def _answer(packed: Packed, parts: dict[str, str], formula: str) -> Value:
    rows = "".join(_cell(address, f"<v>{value}</v>") for address, value in _BODY.items())
    asked = _cell("F20", f"<f>{formula}</f>")
    path = packed({**parts, "xl/worksheets/sheet1.xml": worksheet(rows + asked)})
    return Model(open_workbook(path)).base.state.cells[0][key_of(20, 6)]


@pytest.mark.parametrize(
    ("formula", "answer"),
    [
        ('GETPIVOTDATA("Sales",A3)', 13.0),
        ('GETPIVOTDATA("sum of sales",$B$5,"Region","north")', 3.0),
        ('GETPIVOTDATA("Sales",A3,"Year",2024,"Region","North")', 1.0),
        ('GETPIVOTDATA("Sales",A3,"Year","2025")', 2.0),
        ('GETPIVOTDATA("Sales",A3,"Region","South","Year",2025)', 0.0),
        ('GETPIVOTDATA("Sales",A3,"Region","West")', REF),
        ('GETPIVOTDATA("Sales",A3,"Country","North")', REF),
        ('GETPIVOTDATA("Cost",A3)', REF),
        ('GETPIVOTDATA("Sales",F1)', REF),
    ],
)
def test_getpivotdata(packed: Packed, formula: str, answer: Value) -> None:
    """A figure comes from the cell of the pivot table that stands for the items; what is not shown is
    #REF!.
    """
    link = {
        "xl/worksheets/_rels/sheet1.xml.rels": relationships(("p", "pivotTable", "../pivotTables/p1.xml")),
        "xl/pivotTables/_rels/p1.xml.rels": relationships(("c", "pivotCacheDefinition", "../c1.xml")),
        "xl/pivotTables/p1.xml": _PIVOT,
        "xl/c1.xml": _CACHE,
    }
    assert _answer(packed, link, formula) == answer


_METADATA = f"""<metadata xmlns="{MAIN}" xmlns:x="{_RICH}">
<metadataTypes><metadataType name="XLRICHVALUE"/></metadataTypes>
<futureMetadata name="XLRICHVALUE"><bk><extLst><ext><x:rvb i="1"/></ext></extLst></bk></futureMetadata>
<valueMetadata><bk><rc t="1" v="0"/></bk></valueMetadata></metadata>"""
_STRUCTURES = f"""<rvStructures xmlns="{_RICH}"><s t="_linkedentitycore"><k n="_DisplayString" t="s"/>
<k n="Price"/><k n="Currency" t="s"/></s><s t="_linkedentity"><k n="%cvi" t="r"/></s></rvStructures>"""
_VALUES = f"""<rvData xmlns="{_RICH}"><rv s="0"><v>ACME (X:ACM)</v><v>12.5</v><v>USD</v></rv>
<rv s="1"><v>0</v></rv></rvData>"""


@pytest.mark.parametrize(
    ("formula", "answer"),
    [
        ('_FV(A1,"Price")*2', 25.0),
        ('_FV(A1,"currency",TRUE)', "USD"),
        ('FIELDVALUE(A1,"Price")', 12.5),
        ('_FV(A1,"Beta")', FIELD),
        ('_FV(B5,"Price")', FIELD),
        ('A1&amp;"!"', "ACME (X:ACM)!"),
        ("NOSUCHFUNCTION(1)", NAME),
        ('IFERROR(__xludf.DUMMYFUNCTION("""COMPUTED_VALUE"""),7)', 7.0),
        ("D6(2)", REF),
    ],
)
def test_data_types_and_unknown_functions(
    packed: Packed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, formula: str, answer: Value
) -> None:
    """Fields of a data type are in the file, whether its layout is known; other functions are #NAME?."""
    monkeypatch.setattr(known_sheets, "_SMALL", 0)
    parts = {
        "xl/_rels/workbook.xml.rels": relationships(
            ("s1", "worksheet", "worksheets/sheet1.xml"),
            ("s2", "sheetMetadata", "metadata.xml"),
            ("s3", "rdRichValue", "values.xml"),
            ("s4", "rdRichValueStructure", "structures.xml"),
        ),
        "xl/metadata.xml": _METADATA,
        "xl/values.xml": _VALUES,
        "xl/structures.xml": _STRUCTURES,
    }
    typed = '<row r="1"><c r="A1" t="e" vm="1"><v>#VALUE!</v></c></row>'
    rows = typed + _cell("B5", "<v>1</v>") + _cell("F20", f"<f>{formula}</f>")
    path = packed({**parts, "xl/worksheets/sheet1.xml": worksheet(rows)})
    for store in (None, Store(tmp_path / "cache"), Store(tmp_path / "cache")):
        assert Model(open_workbook(path, store)).base.state.cells[0][key_of(20, 6)] == answer


@pytest.mark.parametrize(
    ("criteria", "total"), [('<filterColumn colId="0"><filters/></filterColumn>', 4.0), ("", 6.0)]
)
def test_subtotals_pass_over_filtered_rows(packed: Packed, criteria: str, total: float) -> None:
    """Rows that a filter hides are in no SUBTOTAL; rows hidden by hand only in those below 101.

    Source: "SUBTOTAL function", Excel's documentation.
    """
    cells = "".join(_cell(f"A{row}", f"<v>{row - 1}</v>") for row in (2, 4))
    hidden = '<row r="3" hidden="1"><c r="A3"><v>2</v></c></row>'
    rows = cells[: len(cells) // 2] + hidden + cells[len(cells) // 2 :]
    both = [f"<c><f>SUBTOTAL({code},A2:A4)</f></c>" for code in (9, 109)]
    asked = f'<row r="6">{"".join(both)}</row>'
    part = worksheet(rows + asked).replace(
        "</sheetData>", f'</sheetData><autoFilter ref="A1:A4">{criteria}</autoFilter>'
    )
    found = Model(open_workbook(packed({"xl/worksheets/sheet1.xml": part}))).base.state.cells[0]
    assert (found[key_of(6, 1)], found[key_of(6, 2)]) == (total, 4.0)


@pytest.mark.parametrize(("code", "known"), [(9, False), (1, False), (2, False), (5, True), (109, True)])
def test_rows_hidden_outside_a_filter(packed: Packed, code: int, known: bool) -> None:
    """Where a subtotal depends on whether such a row was hidden while the filter was on, it is not evaluated.

    Excel takes a row hidden then for filtered, and one hidden before not; both look alike in the file.
    """
    hidden = "".join(f'<row r="{row}" hidden="1"><c r="A{row}"><v>{row}</v></c></row>' for row in (3, 9))
    rows = (
        _cell("A2", "<v>1</v>") + hidden + f'<row r="12"><c r="B12"><f>SUBTOTAL({code},A2:A9)</f></c></row>'
    )
    criteria = '<autoFilter ref="A1:A4"><filterColumn colId="0"><filters/></filterColumn></autoFilter>'
    part = worksheet(rows).replace("</sheetData>", f"</sheetData>{criteria}")
    base = Model(open_workbook(packed({"xl/worksheets/sheet1.xml": part}))).base
    assert (base.state.cells[0][key_of(12, 2)] == 1.0) is known
    assert ((0, key_of(12, 2)) not in base.unevaluated) is known
