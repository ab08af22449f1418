"""Array formulas taken apart into formulas of single cells, and aggregates of arrays."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.evaluate.batch.sampling import agrees
from engine.evaluate.model import Model
from tests.workbooks import Cell, array, book, dynamic

# B1:B5 vary, C1:C5 are constants; a formula, its area, and the cells to look at.
AREAS = {
    "B1:B5*C1:C5": "D1:D5",
    "TRANSPOSE(B1:B5)*2": "D1:H1",
    "MMULT(TRANSPOSE(B1:B5),C1:C5)": "D1:D1",
    "MMULT(B1:B3,TRANSPOSE(C1:C3))": "D1:F3",
    "{1,2,3}*A1": "D1:F1",
    "IFERROR(B1:B5/A1,-1)": "D1:D5",
    "A1": "D1:D3",
    "B1:B5": "D1:D3",
    "ROW(B1:B5)*A1": "D1:D5",
    "SUM(IF(B1:B5>0,C1:C5,0))": "D1:D1",
    "SUM(IF(B1:B5>0,C1:C5))": "D1:D1",
    "MAX(IF(B1:B5>0,B1:B5))": "D1:D1",
    "AVERAGE(IF(B1:B5>0,1/B1:B5))": "D1:D1",
    "SQRT(SUM(B1:B5^2))": "D1:D1",
    "STDEV(B1:B5*C1:C5)": "D1:D1",
    "SUM((B1:B5>0)*(C1:C5<4)*B1:B5)": "D1:D1",
    "SUM(B1:B7*C1:C7)": "D1:D1",
    "AVERAGE(B4:B7+1)": "D1:D1",
    "MIN(C4:C7*A1)": "D1:D1",
    "INDEX(B1:B5,A2+1)": "D1:D1",
}
WHOLE = {"B1:B3": "D1:D5", "FREQUENCY(B1:B5,C1:C2)": "D1:D3"}
SUMS = [
    "SUMPRODUCT(--(B1:B5>0),C1:C5)",
    "SUMPRODUCT(IF(B1:B5>0,1,2)*C1:C5)",
    "SUMPRODUCT(ABS(B1:B5),C1:C5)",
    "SUMPRODUCT((MONTH(C1:C5*40)=2)*B1:B5)",
    "SUMPRODUCT(MAX((B1:B5>0)*C1:C5))",
    "SUMPRODUCT(SUM(B1:B5*C1:C5)*C1:C5)",
    "INDEX(B1:C5,A2+1,IF(A1>0,1,2))",
    "INDEX(B1:C5,A2*9+1,A2+1)",
]


def _run(cells: dict[str, Cell], looked_at: list[str]) -> dict[str, object]:
    """Compare lanes with single evaluations; return what the frame says of them."""
    own: dict[str, Cell] = {f"B{row}": f"=$A$1*{row}-$A$2" for row in range(1, 6)}
    own |= {f"C{row}": float(row) for row in range(1, 6)}
    model = Model(book({"A1": 2, "A2": 1, **own, **cells}))
    frame = pd.DataFrame(
        {"Sheet1!A1": [*np.linspace(-3, 3, 22), 0.0, 1e300], "Sheet1!A2": [0.0, 1.0, 2.0] * 8}
    )
    names = [f"Sheet1!{cell}" for cell in dict.fromkeys(looked_at)]
    found = model.run(frame, names)
    for place, (a1, a2) in enumerate(frame.itertuples(index=False)):
        expected = model.evaluate({"Sheet1!A1": a1, "Sheet1!A2": a2})
        for name in names:
            value = found[name].iloc[place]
            plain = float(value) if isinstance(value, np.floating) else value
            assert agrees(plain, expected[name]), (name, a1, a2, plain, expected[name])
    return {str(key): value for key, value in found.attrs.items()}


@pytest.mark.parametrize("text", list(AREAS))
def test_area_in_lanes(text: str) -> None:
    """First and last cell of the area are single evaluations' values, for all scenarios at once."""
    assert _run({"D1": array(text, AREAS[text])}, AREAS[text].split(":")) == {}


@pytest.mark.parametrize("text", list(WHOLE))
def test_area_that_only_the_reference_computes(text: str) -> None:
    """An area larger than its result, and what has no elements, run lane by lane and say so."""
    told = _run({"D1": array(text, WHOLE[text])}, WHOLE[text].split(":"))
    assert told["lane_by_lane"] == {"an array formula": 1}


@pytest.mark.parametrize("text", SUMS)
def test_arrays_within_a_formula(text: str) -> None:
    """SUMPRODUCT over functions of ranges, and INDEX of a block at a row and column that vary."""
    assert _run({"D1": f"={text}"}, ["D1"]) == {}


def test_dynamic_array_of_its_saved_size() -> None:
    """A dynamic array whose size does not change is taken apart as well."""
    cells: dict[str, Cell] = {"D1": dynamic("B1:B5/C1:C5", "D1:D5"), "E1": "=SUM(D1:D5)"}
    assert _run(cells, ["D1", "D5", "E1"]) == {}


def test_index_that_asks_for_a_whole_column() -> None:
    """A dynamic INDEX that gives its whole column in some scenarios leaves the run to single evaluations."""
    told = _run({"D1": dynamic("INDEX(B1:B5,A2)", "D1:D1"), "E1": "=D2"}, ["D1", "E1"])
    assert told == {"alone": {"an array changes its size from scenario to scenario": 24}}
