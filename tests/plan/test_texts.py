"""Formula texts by cell."""

from __future__ import annotations

import pytest

from engine.core.address import key_of
from engine.evaluate.model import Model
from engine.plan.texts import FormulaTexts
from engine.workbook.book import Formula
from tests.workbooks import Cell, book

SHARED = Formula("A1*$B$1+SUM(A:A)", shared_from=key_of(1, 3))
CELLS: dict[str, Cell] = {"C1": "=A1*$B$1+SUM(A:A)", "C2": SHARED, "D5": SHARED, "E1": "=FORMULATEXT(D5)"}


@pytest.mark.parametrize(
    ("row", "column", "text"),
    [(1, 3, "A1*$B$1+SUM(A:A)"), (2, 3, "A2*$B$1+SUM(A:A)"), (5, 4, "B5*$B$1+SUM(B:B)")],
)
def test_shared_formulas_are_written_for_their_cell(row: int, column: int, text: str) -> None:
    """A follower's text is its own, not its master's."""
    texts = FormulaTexts(book(CELLS))
    assert texts[0, key_of(row, column)] == text
    assert len(texts) == len(list(texts)) == 4
    assert (0, key_of(row, column)) in texts
    assert (0, key_of(9, 9)) not in texts
    assert (7, key_of(1, 1)) not in texts


def test_formulatext_answers_it() -> None:
    """FORMULATEXT of a shared formula's cell shows that cell's formula."""
    assert Model(book(CELLS)).evaluate()["Sheet1!E1"] == "=B5*$B$1+SUM(B:B)"
