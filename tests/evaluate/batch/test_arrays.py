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
    "B1:B3": "D1:D5",
}
# A formula in D1 of a dynamic array, with the area that it fills, and the cells to look at.
MOVED = {
    "TAKE(B1:B5,3)": "D1:D3",
    "TAKE(B1:C5,-2,1)": "D1:D2",
    "DROP(B1:C5,1,1)": "D1:D4",
    "VSTACK(B1:B3,C1:C2)": "D1:D5",
    "VSTACK(B1:C1,B2)": "D1:E2",
    "HSTACK(B1:B3,C1:C5*2)": "D1:E5",
    "CHOOSECOLS(B1:C5,2,1)": "D1:E5",
    "CHOOSEROWS(B1:C5,-1,1)": "D1:E2",
    "EXPAND(B1:B3,4,1,0)": "D1:D4",
    "TOCOL(B1:C3)": "D1:D6",
    "TOROW(B1:C3,,TRUE)": "D1:I1",
    "WRAPROWS(B1:B5,2)": "D1:E3",
    "WRAPCOLS(B1:B5,2,A1)": "D1:F2",
    "FILTER(B1:B5,C1:C5>2)": "D1:D3",
    "SORTBY(B1:B5,C1:C5,-1)": "D1:D5",
    "SEQUENCE(2,3,A1,A2)": "D1:F2",
    "SORT(B1:B5)": "D1:D5",
    "SORT(B1:C5,2,-1)": "D1:E5",
    "SORT(B1:C5,1,-1)": "D1:E5",
    "VSTACK(SORT(TRANSPOSE(C1:C5)),SORT(B1:C3,1,-1))": "D1:H4",
    "SEQUENCE(4)*A1": "D1:D4",
    "TRANSPOSE(TAKE(B1:B5,2))+A1": "D1:E1",
    "INDEX(B1:C5,0,1)+1": "D1:D5",
    "INDEX(B1:C5,2,0)": "D1:E1",
    "UNIQUE(C1:C5)*A1": "D1:D5",
    "BYROW(B1:C5,LAMBDA(r,SUM(r)))": "D1:D5",
    "BYROW(B1:C5,_xleta.MAX)": "D1:D5",
    "BYCOL(B1:C5,LAMBDA(c,SUM(c*2)))": "D1:E1",
    "MAP(B1:B5,C1:C5,LAMBDA(b,c,IF(b>c,b,c/A1)))": "D1:D5",
    "SCAN(A2,B1:B5,LAMBDA(s,v,s*0.5+v))": "D1:D5",
    "SCAN(0,B1:C2,LAMBDA(s,v,s+v))+1": "D1:E2",
    "REDUCE(A1,B1:B5,LAMBDA(s,v,s+v^2))": "D1:D1",
    "MAKEARRAY(2,3,LAMBDA(r,c,r*A1+c*A2))": "D1:F2",
    "LET(a,B1:B5,t,SUM(a),a/t)": "D1:D5",
    "LET(f,LAMBDA(x,y,x*y),f(B1:B5,A2))": "D1:D5",
    "LAMBDA(x,y,IF(ISOMITTED(y),x,y))(A1)": "D1:D1",
    "LET(x,A1,f,LAMBDA(y,LET(x,y+1,x*2)),f(x)+x)": "D1:D1",
    "SUM(TAKE(B1:B5,2),A1)": "D1:D1",
    "SUMPRODUCT(DROP(B1:B5,1),TAKE(C1:C5,4))": "D1:D1",
    "INDEX(VSTACK(B1:B2,C1:C2),3)*A1": "D1:D1",
}
WHOLE = {"FREQUENCY(B1:B5,C1:C2)": "D1:D3"}
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


@pytest.mark.parametrize("text", list(MOVED))
def test_elements_that_functions_move_or_make(text: str) -> None:
    """Functions that move elements, and functions of one's own, are written out element by element."""
    assert _run({"D1": dynamic(text, MOVED[text])}, MOVED[text].split(":")) == {}


@pytest.mark.parametrize(
    "text",
    [
        "SUM(TAKE(B1:B5,2))*A1",
        "LET(a,A1*2,a+a)",
        "MAX(BYROW(B1:C5,LAMBDA(r,SUM(r))))",
        "LAMBDA(r,SUM(r*r))(B1:B5)",
        "TAKE(B1:B5,1)",
    ],
)
def test_arrays_in_plain_formulas(text: str) -> None:
    """A formula of one cell has the sums of arrays, and functions of one's own, in it."""
    assert _run({"D1": f"={text}"}, ["D1"]) == {}


def test_spilled_range_of_an_array_that_reads_another() -> None:
    """A1# stands for the array's area, whether or not its own cells vary."""
    cells: dict[str, Cell] = {
        "D1": dynamic("TAKE(B1:B5,3)", "D1:D3"),
        "E1": dynamic("-D1#+SEQUENCE(3)", "E1:E3"),
        "F1": "=SUM(E1#)+ROWS(D1#)",
    }
    assert _run(cells, ["E1", "E3", "F1"]) == {}


def test_size_that_scenarios_leave() -> None:
    """A size that an input gives holds where scenarios leave it; others are left to the reference."""
    cells: dict[str, Cell] = {
        "A1": 3,
        "A2": 2,
        "B1": dynamic("SEQUENCE(A1,1,A2,2)", "B1:B3"),
        "C1": "=SUM(B1:B9)",
    }
    model = Model(book(cells))
    same = model.run(pd.DataFrame({"Sheet1!A1": [3.0, 3.9] * 8, "Sheet1!A2": range(16)}), ["Sheet1!C1"])
    assert same["Sheet1!C1"].tolist() == [3.0 * n + 6 for n in range(16)]
    assert same.attrs == {}
    other = model.run(pd.DataFrame({"Sheet1!A1": [3.0, 4.0] * 8, "Sheet1!A2": range(16)}), ["Sheet1!C1"])
    assert other["Sheet1!C1"].tolist()[:2] == [6.0, 16.0]
    assert list(other.attrs["alone"]) == ["an array changes its size from scenario to scenario"]
    few = [*[3.0] * 40, 4.0]
    some = model.run(pd.DataFrame({"Sheet1!A1": few, "Sheet1!A2": [1.0] * 41}), ["Sheet1!C1"])
    assert some["Sheet1!C1"].tolist() == [*[9.0] * 40, 16.0]
    assert sum(some.attrs["alone"].values()) < 20


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
