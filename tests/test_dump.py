"""The text form of a workbook: what was typed, a line per formula form, in a stable order."""

from __future__ import annotations

import dataclasses
import random
import re
import subprocess
from pathlib import Path

import pytest

from engine.core.address import parse_rect
from engine.core.values import NA
from engine.dump import dump
from engine.pipeline import text_of
from engine.workbook.book import Settings, SheetCells, Table, Workbook
from tests.workbooks import Cell, array, data_table, sheet, workbook

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"A1": 1.0, "B1": 0.1, "C1": 1e21}, "A1:C1: 1 | 0.1 | 1e+21"),
        ({"A1": "1", "C1": 'say "no"'}, 'A1: "1"\nC1: "say \\"no\\""'),
        ({"A1": True, "B1": NA}, "A1:B1: TRUE | #N/A"),
        ({"A1": "two\nlines"}, 'A1: "two\\nlines"'),
        ({"B1": "=A1*2", "C1": "=B1*2", "D1": "=C1*2"}, "B1:D1  =RC[-1]*2"),
        ({"B1": "=A1", "B2": "=A2", "D9": "=C9"}, "B1:B2, D9  =RC[-1]"),
        ({"B1": "=$A$1+A$1+$A1"}, "B1  =R1C1+R1C[-1]+RC1"),
        ({"B1": '=A1&"\n"'}, 'B1  =RC[-1]&" "'),
        ({"B1": array("=A1:A3*2", "B1:B3")}, "B1  {=RC[-1]:R[2]C[-1]*2} over B1:B3"),
        ({"B2": data_table("B2:D5", "G1", "G2")}, "B2  {=TABLE(G1,G2)} over B2:D5"),
        ({"B2": data_table("B2:D5", "G1")}, "B2  {=TABLE(G1,)} over B2:D5"),
        ({"B2": data_table("B2:D5", "G1", gone=True)}, "B2  {=TABLE(#REF!)} over B2:D5"),
        (
            {"A1": "Users", "B1": 9.0, "C1": "=B1*2", "A2": "Price", "C2": "=C1+1", "A3": "Cost"},
            'A1:B1: "Users" | 9\nC1  =RC[-1]*2\nA2: "Price"\nC2  =R[-1]C+1\nA3: "Cost"',
        ),
    ],
)
def test_cells(cells: dict[str, Cell], expected: str) -> None:
    """Each kind of cell in its words; text can't be mistaken for a number."""
    assert section(workbook(sheet("Sheet1", cells)), "sheet Sheet1") == expected


def section(book: Workbook, title: str) -> str:
    """The lines below a heading."""
    lines = list(dump(book))
    start = lines.index(f"## {title}") + 1
    return "\n".join(lines[start : lines.index("", start)])


def test_names_tables_and_settings() -> None:
    """Names with their scope, tables with their columns, and the settings that are not Excel's own."""
    rows = sheet("Inputs", {"A1": "name", "B1": "base", "A2": "price", "B2": 3.0, "A4": "outside"})
    asked = workbook(
        rows,
        names={"price": "Inputs!$B$2", "Inputs!here": "1+\n1"},
        tables=[Table("Assumptions", parse_rect("Inputs!A1:B2"), ("name", "base"), 1, 0)],
        settings=Settings(iterate=True),
    )
    assert section(asked, "workbook") == "iterate = True"
    assert section(asked, "names") == "price = Inputs!$B$2\nInputs!here = 1+ 1"
    assert section(asked, "tables") == "Assumptions Inputs!A1:B2: name | base"
    assert section(asked, "table Assumptions") == "name | base\nprice | 3"
    assert section(asked, "sheet Inputs") == 'A4: "outside"'


def test_the_order_of_the_file_does_not_matter() -> None:
    """The same cells in any order of the file give the same text."""
    cells = {f"{column}{row}": f"={column}1+{row}" for column in "BCD" for row in range(2, 9)}
    shuffled = list(cells.items())
    random.Random(1).shuffle(shuffled)
    one, other = (workbook(sheet("Sheet1", dict(each))) for each in (cells.items(), shuffled))
    assert list(dump(one)) == list(dump(other))


def test_stored_values_do_not_show() -> None:
    """A recalculation changes nothing; only an edit does."""
    one = sheet("Sheet1", {"A1": "=1+1"}, {"A1": 2.0})
    assert list(dump(workbook(one))) == list(dump(workbook(dataclasses.replace(one, stored={}))))


def test_a_hidden_sheet_says_so() -> None:
    """A reviewer sees that a sheet is hidden."""
    hidden: SheetCells = dataclasses.replace(sheet("Sheet1", {"A1": 1.0}), state="veryHidden")
    assert "## sheet Sheet1 (veryHidden)" in list(dump(workbook(hidden)))


def test_the_shipped_model() -> None:
    """Every name and sheet of model.xlsx, every assumption on a line, a row of months as one."""
    lines = list(text_of(ROOT / "model.xlsx"))
    assert any(line.startswith("hosted_churn | ") for line in lines)
    assert any(line.startswith("hosted_churn = Assumptions!") for line in lines)
    assert any(re.match(r"D\d+:BK\d+  =", line) for line in lines)
    assert len(lines) < 20_000


def test_git_shows_the_text_of_workbooks() -> None:
    """.gitattributes names the driver that CONTRIBUTING sets up."""
    said = subprocess.run(
        ["git", "check-attr", "diff", "model.xlsx"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "model.xlsx: diff: xlsx"
    assert 'diff.xlsx.textconv "tieout dump"' in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
