"""Workbooks that people made: every one of them is read, and read as openpyxl reads it."""

from __future__ import annotations

import csv
import datetime
import warnings
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from openpyxl.formula.translate import Translator
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from engine.core.address import a1, row_column
from engine.core.values import CALC, SPILL, ExcelError, Value
from engine.workbook.book import SheetCells, Workbook
from engine.workbook.opening import open_workbook

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
INDEX = CORPUS / "INDEX.csv"
needs_corpus = pytest.mark.skipif(
    not INDEX.exists(), reason="../shared/corpus is absent: no real workbook was read"
)
# This package has a second copy of its sheet that the workbook doesn't list; the index counts both.
COUNTED_TWICE = {"tafia__calamine/tests/non_monotonic_si.xlsx": 2}
# Small workbooks of each kind: shared formulas, arrays, Data Tables, strings with escapes, hidden sheets.
SAMPLE_BYTES = 40_000
SAMPLE_STEP = 6


def index() -> list[dict[str, str]]:
    with INDEX.open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


@needs_corpus
def test_every_workbook_is_read() -> None:
    """Formula, Data Table and table counts are those of the index, in all 353 workbooks."""
    differences = []
    rows = index()
    for row in rows:
        book = open_workbook(CORPUS / row["path"])
        expected = int(row["formula_cells"]) // COUNTED_TWICE.get(row["path"], 1)
        found = (_formulas(book), len(book.sheets) <= int(row["sheets"]), _data_table_cells(book))
        if found != (expected, True, int(row["datatable_cells"])):
            differences.append((row["path"], found, expected, row["datatable_cells"]))
    assert len(rows) == 353
    assert differences == []


def _formulas(book: Workbook) -> int:
    kinds = [formula.kind for sheet in book.sheets for formula in sheet.formulas.values()]
    return len(kinds) - kinds.count("data-table")


def _data_table_cells(book: Workbook) -> int:
    areas = [
        formula.area for sheet in book.sheets for formula in sheet.formulas.values() if formula.data_table
    ]
    return sum(area.height * area.width for area in areas if area is not None)


@needs_corpus
def test_cells_agree_with_openpyxl() -> None:
    """Values and translated formulas of a sample are openpyxl's, cell by cell."""
    differences: list[str] = []
    compared = 0
    rows = [row for row in index() if int(row["size_bytes"]) < SAMPLE_BYTES][::SAMPLE_STEP]
    for row in rows:
        path = CORPUS / row["path"]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl drops what it can't draw, which is not asked for
            formulas, values = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
        for sheet in open_workbook(path).sheets:
            if sheet.name in formulas.sheetnames:
                theirs = formulas[sheet.name], values[sheet.name]
                compared += len(sheet.formulas)
                differences += [
                    f"{row['path']} {text}" for text in _differences(sheet, *theirs, values.epoch)
                ]
    assert compared > 3_000
    assert differences == []


def _differences(sheet: SheetCells, formulas: object, values: object, epoch: object) -> Iterator[str]:
    for place, cell in formulas._cells.items():  # type: ignore[attr-defined]  # openpyxl's stubs lack it
        key = place[0] << 15 | place[1]
        stored = values._cells[place].value  # type: ignore[attr-defined]  # openpyxl's stubs lack it
        if not _same(sheet.value(key), _plain(stored, epoch)):
            yield f"{sheet.name}!{a1(*place)} value {sheet.value(key)!r} {stored!r}"
        ours, theirs = _formula(sheet, key), _text(cell)
        if ours != theirs:
            yield f"{sheet.name}!{a1(*place)} formula {ours!r} {theirs!r}"


def _plain(value: object, epoch: object) -> object:
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time, datetime.timedelta)):
        serial: object = to_excel(value, epoch=epoch)
        return serial
    return value


def _same(ours: Value, theirs: object) -> bool:
    if isinstance(ours, ExcelError):
        return theirs == ("#VALUE!" if ours in {CALC, SPILL} else ours.code)
    if isinstance(ours, float) and isinstance(theirs, (int, float)):
        return abs(ours - theirs) <= 1e-9 * max(1.0, abs(ours))
    return (ours or None) == (theirs or None)


def _formula(sheet: SheetCells, key: int) -> str | None:
    formula = sheet.formulas.get(key)
    if formula is None or formula.kind == "data-table":
        return None
    text = f"={formula.text}"
    if formula.shared_from is None:
        return text
    return str(Translator(text, a1(*row_column(formula.shared_from))).translate_formula(a1(*row_column(key))))


def _text(cell: object) -> str | None:
    value = cell.value  # type: ignore[attr-defined]  # openpyxl's stubs lack it
    if isinstance(value, ArrayFormula):
        return f"={str(value.text).removeprefix('=')}"
    if isinstance(value, DataTableFormula) or cell.data_type != "f" or value == "=":  # type: ignore[attr-defined]  # openpyxl's stubs lack it
        return None
    return str(value)
