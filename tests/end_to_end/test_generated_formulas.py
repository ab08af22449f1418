"""Generated formulas: the engine against LibreOffice, and against stock ``formulas`` where that is right."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from engine import ExcelError, Model, Value
from engine.evaluate.oracle import stock_values
from tests.grammar import CELLS, Grammar
from tests.libreoffice import needs_libreoffice, recalculated, stored_values


def _workbook(path: Path, formulas: list[str]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Generated"
    for address, value in CELLS.items():
        sheet[address] = value
    for row, formula in enumerate(formulas, 1):
        sheet.cell(row, 8, formula)
    book.save(path)
    return path


def _agree(ours: Value, theirs: Value) -> bool:
    """Whether two values are one: numbers within 1e-9, errors as errors, booleans as numbers."""
    if isinstance(ours, ExcelError) or isinstance(theirs, ExcelError):
        return isinstance(ours, ExcelError) and isinstance(theirs, ExcelError)
    if isinstance(ours, float | bool) and isinstance(theirs, float | bool):
        return abs(ours - theirs) <= 1e-9 * max(1.0, abs(ours), abs(theirs))
    return (ours or "") == (theirs or "")


def _differing(path: Path, formulas: list[str], theirs: dict[str, Value], sheet: str) -> list[str]:
    result = Model.open(path).evaluate()
    assert not result.not_evaluated
    found = []
    for row, formula in enumerate(formulas, 1):
        ours, other = result[f"Generated!H{row}"], theirs.get(f"{sheet}!H{row}")
        if not _agree(ours, other):
            found.append(f"{formula}: {ours!r}, the other {other!r}")
    return found


@needs_libreoffice
def test_libreoffice_agrees(tmp_path: Path) -> None:
    """Six hundred formulas, recalculated in one workbook."""
    grammar = Grammar(20260105)
    formulas = [grammar.formula() for _ in range(600)]
    path = _workbook(tmp_path / "generated.xlsx", formulas)
    [other] = recalculated([path], tmp_path)
    assert _differing(path, formulas, stored_values(other), "Generated") == []


def test_stock_formulas_agrees(tmp_path: Path) -> None:
    """Formulas without what stock ``formulas`` is known to get wrong."""
    grammar = Grammar(1, plain=True)
    formulas = [grammar.formula() for _ in range(100)]
    path = _workbook(tmp_path / "generated.xlsx", formulas)
    assert _differing(path, formulas, stock_values(path), "GENERATED") == []
