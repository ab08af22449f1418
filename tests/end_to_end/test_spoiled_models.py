"""The shipped model with a mistake typed into it: what went wrong, where, what to do, and nothing lost."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from engine.core.address import a1, parse_rect
from engine.pipeline import new
from tests.end_to_end.conftest import Tieout

LAST_WEEK = b"the pack of last week"
Spoil = Callable[[Workbook], object]


def table(book: Workbook, name: str) -> tuple[Worksheet, Table]:
    """Return a table with its sheet."""
    return next((sheet, sheet.tables[name]) for sheet in book.worksheets if name in sheet.tables)


def cell_of(book: Workbook, name: str, column: str, row: int = 1) -> str:
    """Return the address of a table's cell, by column header and row from 1 (0 is the header)."""
    sheet, found = table(book, name)
    area = parse_rect(found.ref, sheet.title)
    headers = {sheet.cell(area.top, place).value: place for place in range(area.left, area.right + 1)}
    return a1(area.top + row, headers[column])


def typed(name: str, column: str, value: object, row: int = 1) -> Spoil:
    """Return what types a value into a table's cell."""

    def spoil(book: Workbook) -> None:
        table(book, name)[0][cell_of(book, name, column, row)] = value  # type: ignore[assignment]  # any value

    return spoil


def renamed_column(name: str, column: str, wrong: str) -> Spoil:
    """Return what misspells a column's header."""

    def spoil(book: Workbook) -> None:
        sheet, found = table(book, name)
        sheet[cell_of(book, name, column, 0)] = wrong
        next(known for known in found.tableColumns if known.name == column).name = wrong

    return spoil


def removed(name: str) -> Spoil:
    """Return what turns a table into plain cells."""

    def spoil(book: Workbook) -> None:
        del table(book, name)[0].tables[name]

    return spoil


def in_formula(formula: str, name: str = "break_even_users") -> Spoil:
    """Return what types a formula into the cell of a name."""

    def spoil(book: Workbook) -> None:
        sheet, cell = next(iter(book.defined_names[name].destinations))
        book[sheet][cell.replace("$", "")] = formula.replace("SELF", f"'{sheet}'!{cell}")

    return spoil


MISTAKES: list[tuple[str, Spoil, list[str]]] = [
    ("missing table", removed("Assumptions"), ["Assumptions", "Scenarios"]),
    ("misspelt column", renamed_column("Assumptions", "label", "lable"), ["Assumptions!", "lable", "label"]),
    ("unknown output", typed("Outputs", "name", "brake_even_users"), ["Outputs!", "brake_even_users"]),
    ("text for a number", typed("Assumptions", "low", "two", 2), ["Assumptions!", "two", "number"]),
    ("scenario of no input", typed("Scenarios", "input", "no_such_input"), ["Scenarios!", "no_such_input"]),
    ("unknown kind", typed("Analyses", "kind", "sweeep"), ["Analyses!", "sweeep", "sweep"]),
    ("unknown driver", typed("Analyses", "drivers", "no_such_input", 2), ["Analyses!", "no_such_input"]),
    ("circular reference", in_formula("=SELF+1"), ["circular", "break"]),
    ("unsupported function", in_formula('=CUBEVALUE("a","b")'), ["CUBEVALUE"]),
]


def spoiled(model: Path, *mistakes: Spoil) -> Path:
    """Type mistakes into a copy of the model."""
    book = openpyxl.load_workbook(model)
    for mistake in mistakes:
        mistake(book)
    book.save(model)
    return model


@pytest.mark.parametrize(
    ("spoil", "words"), [case[1:] for case in MISTAKES], ids=[case[0] for case in MISTAKES]
)
def test_a_mistake_stops_the_build(
    spoil: Spoil, words: list[str], model: Path, packs: Path, tieout: Tieout
) -> None:
    """A build names the place and the mistake, exits with 1, and loses nothing."""
    said = tieout("build", spoiled(model, spoil), "--out", packs)
    assert said.code == 1
    assert [word for word in words if word not in said.err] == []
    assert "Traceback" not in said.err
    assert said.out == ""
    assert {path.name: path.read_bytes() for path in packs.iterdir()} == {"investor-pack.xlsx": LAST_WEEK}


@pytest.mark.parametrize(
    ("spoil", "words"), [case[1:] for case in MISTAKES], ids=[case[0] for case in MISTAKES]
)
def test_check_reports_a_mistake(spoil: Spoil, words: list[str], model: Path, tieout: Tieout) -> None:
    """The check names it too, in its JSON, and exits with 1."""
    said = tieout("check", spoiled(model, spoil), "--json")
    assert said.code == 1
    document = json.loads(said.out)
    told = json.dumps([document["findings"], document["parity"]["not_evaluated"]])
    assert [word for word in words if word not in told] == []


def test_all_mistakes_at_once(model: Path, packs: Path, tieout: Tieout) -> None:
    """Five mistakes in the tables give five findings in one message."""
    contract = [
        case
        for case in MISTAKES
        if case[0] not in {"missing table", "circular reference", "unsupported function"}
    ]
    said = tieout("build", spoiled(model, *(spoil for _, spoil, _ in contract)), "--out", packs)
    assert said.code == 1
    assert [word for _, _, words in contract for word in words if word not in said.err] == []


def test_what_cannot_be_evaluated_is_told_with_its_reach(model: Path, tieout: Tieout) -> None:
    """An unsupported function is reported with its cell and the outputs that depend on it."""
    said = tieout("check", spoiled(model, in_formula('=CUBEVALUE("a","b")')), "--json")
    missing = json.loads(said.out)["parity"]["not_evaluated"]
    assert any("CUBEVALUE" in row["reason"] and "break_even_users" in row["outputs"] for row in missing)


def twice(formula: str) -> Spoil:
    """Return what types a formula into two cells below one another."""

    def spoil(book: Workbook) -> None:
        book["Plan"]["B100"] = book["Plan"]["B101"] = formula

    return spoil


AT_FAULT = "horizon"  # a cell that many others read


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (in_formula("=1/0", AT_FAULT), ["=1/0 gives #DIV/0!", "divides by is zero", "other cells show"]),
        (in_formula("=no_such_name*2", AT_FAULT), ["=no_such_name*2 gives #NAME?", "define it"]),
        (in_formula("=Gone!A1", AT_FAULT), ["=Gone!A1 gives #REF!", "are gone"]),
        (in_formula("#N/A", AT_FAULT), ["#N/A is typed into the cell"]),
        (typed("Assumptions", "base", "two", 3), ["holds 'two'", "#VALUE!"]),
        (twice("=1/0"), ["so in 2 cells with this formula, the last Plan!B101"]),
    ],
    ids=["divided by zero", "no such name", "no such sheet", "typed", "text for a number", "twice"],
)
def test_errors_are_traced_to_where_they_begin(
    spoil: Spoil, words: list[str], tieout: Tieout, tmp_path: Path
) -> None:
    """One wrong cell is one finding with its formula and a remedy, however many cells read it."""
    said = tieout("check", spoiled(new(tmp_path / "mine.xlsx", ["plan"], 12), spoil), "--json")
    told = [found for found in json.loads(said.out)["findings"] if found["rule"] == "error-cell"]
    assert len(told) == 1
    assert [word for word in words if word not in told[0]["message"]] == []


def test_a_name_whose_sheet_is_gone(tieout: Tieout, tmp_path: Path) -> None:
    """The name is there, so it is not looked for among names that look alike: what it refers to is told."""
    book = openpyxl.Workbook()
    book.defined_names["runway"] = DefinedName("runway", attr_text="Gone!$A$1")
    book.save(tmp_path / "plain.xlsx")
    said = tieout("calc", tmp_path / "plain.xlsx", "--get", "runway")
    assert said.code == 1
    assert "refers to Gone!$A$1, which is no cell of it" in said.err


def test_a_model_without_tables_still_calculates(tmp_path: Path, tieout: Tieout) -> None:
    """Any workbook can be calculated and checked, by address or defined name."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "My inputs"
    sheet["A1"], sheet["A2"] = 10, "=A1*2"
    place = tmp_path / "plan.xlsx"
    book.save(place)
    arguments = ["--set", "'My inputs'!A1=5%", "--get", "'My inputs'!A2", "--json"]
    assert json.loads(tieout("calc", place, *arguments).out) == {"'My inputs'!A2": 0.1}
    assert tieout("check", place).code == 0


@pytest.mark.parametrize(("factor", "rules"), [("2", ["not-converged"]), ("0.5", [])])
def test_check_tells_which_circle_does_not_settle(
    factor: str, rules: list[str], tmp_path: Path, tieout: Tieout
) -> None:
    """Iterated circular references that grow for ever have no value; those that settle are in order."""
    book = openpyxl.Workbook()
    book.calculation.iterate = True
    sheet = book.worksheets[0]
    sheet["A1"], sheet["A2"] = f"=A2*{factor}+1", "=A1"
    place = tmp_path / "plan.xlsx"
    book.save(place)
    said = tieout("check", place, "--json")
    findings = json.loads(said.out)["findings"]
    assert [found["rule"] for found in findings] == rules
    assert said.code == bool(rules)
    assert all("Sheet!A1" in found["message"] and "Sheet!A2" in found["message"] for found in findings)


@pytest.mark.parametrize("date", [1e9, -5e6, 0, "June", True])
def test_a_model_date_that_is_no_date(tieout: Tieout, tmp_path: Path, packs: Path, date: object) -> None:
    """A pack can't carry it; the message says what stands there, and the old pack stays."""
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = date  # type: ignore[assignment]  # any value
    book.defined_names["model_date"] = DefinedName("model_date", attr_text="Sheet!$A$1")
    book.save(tmp_path / "plain.xlsx")
    said = tieout("build", tmp_path / "plain.xlsx", "--out", packs)
    assert said.code == 1
    assert "model_date is" in said.err
    assert (packs / "investor-pack.xlsx").read_bytes() == LAST_WEEK


def test_a_workbook_that_names_nothing_still_gives_a_pack(tieout: Tieout, tmp_path: Path) -> None:
    """Without contract tables and names a pack says what it can, dated by the workbook's last save."""
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"], book.worksheets[0]["A2"] = 2, "=A1*3"
    book.properties.modified = datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)
    book.save(tmp_path / "plain.xlsx")
    said = tieout("build", tmp_path / "plain.xlsx", "--out", tmp_path / "packs")
    assert (said.code, said.err) == (0, "")
    cover = openpyxl.load_workbook(tmp_path / "packs" / "investor-pack.xlsx").worksheets[0]
    assert any("2026" in str(cell.value) for row in cover.iter_rows() for cell in row)
    assert "--get" in tieout("calc", tmp_path / "plain.xlsx").out
