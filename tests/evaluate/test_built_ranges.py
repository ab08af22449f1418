"""Ranges whose corners functions give: what lies inside them is computed first, whatever comes first."""

from __future__ import annotations

import pandas as pd
import pytest

from engine.evaluate.model import Model
from tests.workbooks import Cell, book

# The corners A1 and A3 do not depend on X1; what lies between them, and what A3 reaches, does.
CELLS: dict[str, Cell] = {
    "A1": 1, "A2": "=X1", "A3": "=X1*2", "B1": "=X1+1", "B2": 3, "B3": "=X1+3", "X1": 2, "C9": 9,
}  # fmt: skip


@pytest.mark.parametrize(
    "formula",
    [
        "=SUM(A1:CHOOSE(1,A3))",
        "=SUM(A1:INDEX(B1:B3,2))",
        "=SUM(INDEX(A1:A1,1):INDEX(B2:B2,1))",
        "=SUM(CHOOSE(1,A1):CHOOSE(1,C9))",
        "=SUM(A1:OFFSET(A1,1,1))",
        "=SUM(IF(X1>3,A1,B2):B3)",
        "=SUM((A1:A3):B2)",
        "=SUM(A1:(B2))",
        '=SUM(A1:INDIRECT("B"&MIN(X1,3)))',
        "=SUM(A1:XLOOKUP(3,B2:B2,B2:B2))",
        "=SUM(A1:last_cell)",
    ],
)
def test_a_range_built_by_functions(formula: str) -> None:
    """With another input it is what a workbook with that input gives, in one evaluation and in a run."""
    names = {"last_cell": "Sheet1!$B$2"}
    cells = {"D1": formula, **CELLS}
    fresh = Model(book({**cells, "X1": 5}, names=names)).evaluate()["Sheet1!D1"]
    model = Model(book(cells, names=names))
    assert isinstance(fresh, float)
    assert model.evaluate()["Sheet1!D1"] != fresh
    assert model.evaluate({"Sheet1!X1": 5})["Sheet1!D1"] == fresh
    frame = pd.DataFrame({"Sheet1!X1": [float(n) for n in range(20)]})
    assert model.run(frame, ["Sheet1!D1"])["Sheet1!D1"][5] == fresh


@pytest.mark.parametrize(
    "formula", ["=SUMIF(B1:B3,3,A1)", "=AVERAGEIF($B$1:$B$3,3,A1:A2)", "=SUMIF(B:B,3,A1:A1)"]
)
def test_a_sum_beyond_the_range_named(formula: str) -> None:
    """SUMIF adds up as many cells as it tests: what an input moves beyond its third argument is seen."""
    moving: dict[str, Cell] = {"A1": 1, "A2": "=X1", "A3": "=X1*2", "X1": 2}
    own: dict[str, Cell] = {"D1": formula, "B1": 1, "B2": 3, "B3": 3, **moving}
    fresh = Model(book({**own, "X1": 5})).evaluate()["Sheet1!D1"]
    model = Model(book(own))
    assert model.evaluate()["Sheet1!D1"] != fresh
    assert model.evaluate({"Sheet1!X1": 5})["Sheet1!D1"] == fresh
