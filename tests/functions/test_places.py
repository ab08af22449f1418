"""Lookups and criteria over long columns, which are answered from an index: the same as by searching."""

from __future__ import annotations

import pytest

from engine.core.values import NA, Value
from engine.evaluate.model import Model
from engine.functions import cell_lines, places
from engine.functions.cell_lines import SHORTEST
from tests.workbooks import Cell, book

ODD: list[Value] = [
    3.0, "b",
    0.1 + 0.2, True, "5", 5.0, None, "", "B", "x*y", "straße", -0.0, "ss", False, NA, "TRUE", 3.0, "3",
]  # fmt: skip
ASKED: list[Value] = [
    3.0, "B", 0.3, True, False, 5.0, "5", "STRASSE", "Straße", 0.0, "x~*y", "x*", "=3", ">2", "<>b", "", "=",
    "TRUE", "ß", 7.0, None, "#N/A", "3.0",
]  # fmt: skip
FORMULAS = [
    "MATCH({},A1:A{n},0)",
    "IFNA(VLOOKUP({},A1:B{n},2,FALSE),-1)", "XMATCH({},A1:A{n})", "COUNTIF(A1:A{n},{})",
    "XLOOKUP({},A1:A{n},B1:B{n},-1)", "SUMIF(A1:A{n},{},B1:B{n})", 'COUNTIFS(A1:A{n},{},B1:B{n},">3")',
    "SUMIFS(B1:B{n},A1:A{n},{},C1:C{n},1)", "MAXIFS(B1:B{n},C1:C{n},0,A1:A{n},{})", "MATCH({},D1:D{n},0)",
]  # fmt: skip


def column(length: int) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    for row in range(1, length + 1):
        value = ODD[row % len(ODD)]
        cells |= {} if value is None else {f"A{row}": value}
        cells |= {f"B{row}": float(row), f"C{row}": float(row % 2), f"D{row}": f"=A{row}"}
    return cells


def answers(formula: str) -> list[Value]:
    length = 3 * SHORTEST
    asking: dict[str, Cell] = {
        f"F{row}": f'="{value}"' if str(value).startswith("=") else value
        for row, value in enumerate(ASKED, 1)
        if value is not None
    }
    asking |= {f"G{row}": f"={formula.format(f'F{row}', n=length)}" for row in range(1, len(ASKED) + 1)}
    result = Model(book(column(length) | asking)).evaluate()
    return [result[f"Sheet1!G{row}"] for row in range(1, len(ASKED) + 1)]


@pytest.mark.parametrize("formula", FORMULAS)
def test_an_index_answers_as_a_search_does(formula: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers of 15 digits, text without case, booleans, errors and blanks are found alike."""
    indexed = answers(formula)
    monkeypatch.setattr(cell_lines, "_OFTEN", 10**9)
    assert indexed == answers(formula)
    monkeypatch.setattr(cell_lines, "SHORTEST", 10**9)
    monkeypatch.setattr(places, "_LOOKED_INTO", 10**9)
    assert indexed == answers(formula)


def test_an_index_follows_its_column() -> None:
    """With another value in the column, or a circle that changes it, lookups find what is there now."""
    length = 2 * SHORTEST
    cells: dict[str, Cell] = {f"A{row}": float(row) for row in range(1, length + 1)}
    cells |= {f"C{row}": f"=MATCH({row + 50},A1:A{length},0)" for row in range(1, 9)}
    model = Model(book(cells | {"D1": f"=SUMIF(A1:A{length},60,A1:A{length})"}))
    assert model.base.state.cells[0] is not None
    assert model.evaluate()["Sheet1!C8"] == 58.0
    assert model.evaluate({"Sheet1!A58": 0.0})["Sheet1!C8"] is NA
    assert model.evaluate({"Sheet1!A2": 58.0})["Sheet1!C8"] == 2.0
    assert model.evaluate({"Sheet1!A2": 60.0})["Sheet1!D1"] == 120.0
    assert model.evaluate()["Sheet1!C8"] == 58.0
