"""Computed against stored: what agrees, what differs and where it comes from, what is left out."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from engine.core.address import key_of
from engine.core.values import DIV0, NA, VALUE, Value
from engine.evaluate.model import Model
from engine.evaluate.parity import EARLY_TOLERANCE, Parity, compare, same
from engine.workbook.book import Settings
from tests.workbooks import Cell, array, data_table, sheet, workbook


@pytest.mark.parametrize(
    ("computed", "stored", "agree"),
    [
        (1.0, 1.0 + 9e-10, True),
        (1.0, 1.0 + 2e-9, False),
        (1e12, 1e12 + 900, True),
        (1e-12, 0.0, True),
        (1e-8, 0.0, False),
        ("a", "a", True),
        ("a", "A", False),
        (True, True, True),
        (True, 1.0, False),
        (1.0, "1", False),
        (DIV0, DIV0, True),
        (DIV0, NA, False),
        ("", None, True),
        (None, None, True),
        (0.0, None, False),
    ],
)
def test_same(computed: Value, stored: Value, agree: bool) -> None:
    """Numbers agree within 1e-9, absolute below 1; all else exactly."""
    assert same(computed, stored) is agree


def test_early_tolerance() -> None:
    """Where Excel stops early, 1e-7 is asked."""
    assert same(0.11060027285, 0.11060027480, EARLY_TOLERANCE)


def compared(cells: dict[str, Cell], stored: dict[str, Value], settings: Settings | None = None) -> Parity:
    """The parity of a workbook of one sheet."""
    return compare(Model(workbook(sheet("Sheet1", cells, stored), settings=settings)))


CHAIN: dict[str, Cell] = {"A1": 1, "B1": "=A1+1", "C1": "=B1*2", "D1": "=SUM(B1:C1)", "E1": "=A1"}


@pytest.mark.parametrize(
    ("stored", "causes"),
    [
        ({"B1": 2.0, "C1": 4.0, "D1": 6.0, "E1": 1.0}, {}),
        (
            {"B1": 3.0, "C1": 6.0, "D1": 9.0, "E1": 1.0},
            {"B1": "formula", "C1": "upstream of Sheet1!B1", "D1": "upstream of Sheet1!B1"},
        ),
        ({"B1": 2.0, "C1": 5.0, "D1": 7.0, "E1": 1.0}, {"C1": "formula", "D1": "upstream of Sheet1!C1"}),
        ({"B1": 2.0, "C1": 4.0, "D1": "6", "E1": 1.0}, {"D1": "formula"}),
    ],
)
def test_differences_are_traced_upstream(stored: dict[str, Value], causes: dict[str, str]) -> None:
    """One wrong cell is one cause, however many read it."""
    parity = compared(CHAIN, stored)
    assert {d.cell.removeprefix("Sheet1!"): d.cause for d in parity.differences} == causes
    assert parity.compared == 4
    assert parity.matched == 4 - len(causes)


@pytest.mark.parametrize(
    ("cells", "stored", "settings", "cause"),
    [
        ({"A1": "=1+1"}, {"A1": 3.0}, Settings(calc_mode="manual"), "stale"),
        ({"A1": "=1+1"}, {"A1": 3.0}, Settings(), "formula"),
        (
            {"A1": 2, "C1": "=A1", "B2": 1, "C2": data_table("C2:C2", column="A1")},
            {"C1": 2.0, "C2": 9.0},
            Settings(calc_mode="autoNoTable"),
            "stale data table",
        ),
        (
            {"A1": 2, "C1": "=A1", "B2": 1, "C2": data_table("C2:C2", column="A1")},
            {"C1": 2.0, "C2": 9.0},
            Settings(),
            "data table",
        ),
        (
            {"A1": 2, "C1": "=A1", "B2": 1, "C2": data_table("C2:C2", column="A1")},
            {"C1": 3.0, "C2": 9.0},
            Settings(),
            "upstream of Sheet1!C1",
        ),
    ],
)
def test_causes(cells: dict[str, Cell], stored: dict[str, Value], settings: Settings, cause: str) -> None:
    """Stale values, Data Tables and formulas are told apart."""
    assert compared(cells, stored, settings).differences[-1].cause == cause


def test_external_links_are_told() -> None:
    """A difference in a formula over another workbook names that."""
    book = workbook(
        sheet("Sheet1", {"A1": "=[1]Old!A1*2"}, {"A1": 5.0}), externals={"[1]Old": {key_of(1, 1): 2.0}}
    )
    assert [d.cause for d in compare(Model(book)).differences] == ["external link"]


@pytest.mark.parametrize(
    ("cells", "stored", "excluded"),
    [
        ({"A1": "=RAND()", "A2": "=A1*0", "A3": "=5"}, {"A1": 0.5, "A2": 0.0, "A3": 5.0}, {"volatile": 2}),
        (
            {"A1": "=NOW()", "A2": "=OFFSET(A3,0,0)", "A3": "=5"},
            {"A1": 1.0, "A2": 5.0, "A3": 5.0},
            {"volatile": 1},
        ),
        ({"A1": "=5", "A2": "=6"}, {"A1": 5.0}, {"no stored value": 1}),
        (
            {"A1": '=CELL("filename",A1)', "A2": '=MID(A1,FIND("]",A1)+1,9)', "A3": '=LEFT(A1)&"x"'},
            {"A1": "C:\\[old.xlsx]Sheet1", "A2": "Sheet1", "A3": "Cx"},
            {"name of the file or of its folder, which may have been others when it was saved": 2},
        ),
        ({"A1": "=A1:B2", "B2": 1}, {"A1": 0.0}, {"circular reference with iteration off": 1}),
    ],
)
def test_exclusions(cells: dict[str, Cell], stored: dict[str, Value], excluded: dict[str, int]) -> None:
    """What can't be compared is counted by reason, and the counts add up."""
    parity = compared(cells, stored)
    assert parity.excluded == excluded
    assert parity.formula_cells == parity.compared + sum(excluded.values()) + len(parity.not_evaluated)


def test_parts_of_arrays_are_cells() -> None:
    """Every cell of an array formula's area is compared."""
    cells: dict[str, Cell] = {"A1": 1, "A2": 2, "C1": array("A1:A2*2", "C1:C2")}
    parity = compared(cells, {"C1": 2.0, "C2": 5.0})
    assert (parity.formula_cells, parity.matched) == (2, 1)
    assert [d.cell for d in parity.differences] == ["Sheet1!C2"]


def test_not_evaluated_cells_are_listed() -> None:
    """A cell that can't be evaluated is listed with its reason and never counted as compared."""
    parity = compared(
        {"A1": "=STOCKHISTORY(1)", "A2": "=A1+1", "A3": "=2"}, {"A1": 1.0, "A2": 2.0, "A3": 2.0}
    )
    assert [lost.cell for lost in parity.not_evaluated] == ["Sheet1!A1", "Sheet1!A2"]
    assert all("STOCKHISTORY" in lost.reason for lost in parity.not_evaluated)
    assert (parity.compared, parity.matched) == (1, 1)


def test_what_excel_did_not_compute_is_left_out() -> None:
    """A differing value that another program stored is no witness of Excel's; an equal one still counts."""
    book = workbook(sheet("Sheet1", {"A1": "=1+1", "A2": "=2+2"}, {"A1": 3.0, "A2": 4.0}))
    foreign = dataclasses.replace(book, application="LibreOffice/7.4")
    assert compare(Model(book)).excluded == {}
    parity = compare(Model(foreign))
    assert (parity.excluded, parity.compared, parity.matched) == (
        {"stored by LibreOffice, not by Excel": 1},
        1,
        1,
    )


@pytest.mark.parametrize(("stored", "left_out"), [(0.123456789012346, 1), (0.12345678901234567, 0)])
def test_what_another_program_computed_is_left_out(stored: float, left_out: int) -> None:
    """A file that has been in WPS Office, with no more than 15 digits of any number, is that program's."""
    book = workbook(sheet("Sheet1", {"A1": "=1+1", "A2": "=2+2"}, {"A1": stored, "A2": 4.0}))
    parity = compare(
        Model(dataclasses.replace(book, application="Microsoft Excel", other_program="WPS Office"))
    )
    assert parity.excluded == ({"stored by WPS Office, not by Excel": 1} if left_out else {})
    assert len(parity.differences) == 1 - left_out


def test_the_separator_of_arguments() -> None:
    """FORMULATEXT writes what the computer's region puts between arguments: such a cell is not compared."""
    cells: dict[str, Cell] = {"A1": "=SUM(1,2)", "A2": "=FORMULATEXT(A1)", "A3": '="a,b"'}
    parity = compared(cells, {"A1": 3.0, "A2": "=SUM(1;2)", "A3": "a;b"})
    assert parity.excluded == {
        "formula as text, whose separator of arguments is a setting of the computer": 1
    }
    assert [difference.cell for difference in parity.differences] == ["Sheet1!A3"]


def test_the_separators_of_numbers() -> None:
    """TEXT takes the computer's separators: a stored text that fits others exactly is not compared."""
    formula = '=TEXT(1234.5,"# ##0,00")&"!"'
    cells: dict[str, Cell] = {"A1": formula, "A2": formula, "A3": '=TEXT(1234.5,"0.0")', "A4": '="1,5"'}
    parity = compared(cells, {"A1": "1 234,50!", "A2": "1 234,51!", "A3": "1234.5", "A4": "1.5"})
    assert parity.excluded == {"number as text, whose separators are a setting of the computer": 1}
    assert [difference.cell for difference in parity.differences] == ["Sheet1!A2", "Sheet1!A4"]


@pytest.mark.parametrize("day_first", [False, True])
def test_the_order_of_day_and_month(day_first: bool) -> None:
    """A date in text is read as the file's Excel read it; what depends on the order is not compared."""
    cells: dict[str, Cell] = {
        "A1": "3/4/2024", "A2": "=DATEVALUE(A1)", "A3": "=MONTH(A2)", "A4": '="30/4/2024"+0', "A5": "=1+1",
        "A6": '=DATEVALUE("4/4/2024")', "A7": '=DATEVALUE("2024-04-03")',
    }  # fmt: skip
    stored: dict[str, Value] = {"A2": 1.0, "A3": 9.0, "A4": 1.0, "A5": 3.0, "A6": 45386.0, "A7": 45385.0}
    book = dataclasses.replace(workbook(sheet("Sheet1", cells, stored)), day_first=day_first)
    result = Model(book).evaluate()
    assert result["Sheet1!A3"] == (4.0 if day_first else 3.0)
    assert result["Sheet1!A4"] == (45412.0 if day_first else VALUE)
    parity = compare(Model(book))
    reason = "date in text, whose order of day and month is a setting of the computer"
    assert parity.excluded == {reason: 3}
    assert [difference.cell for difference in parity.differences] == ["Sheet1!A5"]


def test_the_order_of_day_and_month_in_scenarios() -> None:
    """Runs read dates in text in the same order as one evaluation."""
    cells: dict[str, Cell] = {"A1": 1, "A2": '=DATEVALUE("3/4/2024")+A1'}
    model = Model(dataclasses.replace(workbook(sheet("Sheet1", cells)), day_first=True))
    frame = pd.DataFrame({"Sheet1!A1": [float(n) for n in range(20)]})
    assert model.run(frame, ["Sheet1!A2"])["Sheet1!A2"].tolist() == [45385.0 + n for n in range(20)]


def test_errors_stored_as_text_are_left_out() -> None:
    """An error that a program stored as text is none of Excel's values."""
    parity = compared({"A1": "=1/0", "A2": "=NA()"}, {"A1": "#DIV/0!", "A2": "#DIV/0!"})
    assert parity.excluded == {"error stored as text, which Excel does not do": 1}
    assert [difference.cell for difference in parity.differences] == ["Sheet1!A2"]


def test_stored_values_of_another_copy() -> None:
    """A workbook whose stored values were overwritten is compared with those of the first copy."""
    cells: dict[str, Cell] = {"A1": "=1+1"}
    spoiled = workbook(sheet("Sheet1", cells, {"A1": "overwritten"}))
    assert compare(Model(spoiled), workbook(sheet("Sheet1", cells, {"A1": 2.0}))).matched == 1


def test_iterated_circles_are_told() -> None:
    """The parity says how many circles were iterated and that they settled."""
    parity = compared(
        {"A1": "=A2/2+1", "A2": "=A1"}, {"A1": 2.0, "A2": 2.0}, Settings(iterate=True, iterate_delta=1e-9)
    )
    assert (parity.circles, parity.converged, parity.matched) == (1, True, 2)
