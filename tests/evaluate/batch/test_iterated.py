"""Circles, iterated over all scenarios at once, and what is a circle in some scenarios only."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.core.exceptions import CircularReference
from engine.evaluate.batch.sampling import agrees
from engine.evaluate.model import Model
from engine.workbook.book import Settings
from tests.workbooks import Cell, book

CIRCLES: dict[str, dict[str, Cell]] = {
    "two cells": {"B1": "=A2*(A1+B2)/20", "B2": "=A1-(6-B1)", "C1": "=B2*2"},
    "interest on the average balance": {
        "B1": "=100+A1-B4",
        "B2": "=(100+B1)/2",
        "B3": "=B2*0.05",
        "B4": "=IF(A2>1,B3*0.5,B3)",
        "C1": "=B4",
    },
    "an error that stays": {"B1": "=1/(A2-1)+B2*0.1", "B2": "=B1*0.5", "C1": "=IFERROR(B2,-1)"},
    "growing without end": {"B1": "=A1+B2*A2", "B2": "=B1*1.5", "C1": "=B2"},
}
SOMETIMES: dict[str, Cell] = {"B1": "=IF(A2>1,A1,B2)", "B2": "=IF(A2>1,B1+1,A1*2)", "C1": "=B1+B2"}


LOOKED_AT: dict[str, dict[str, Cell]] = {
    "IFERROR": {"B1": "=IF(A2>1,A1,IFERROR(B2/A2,0))", "B2": "=IF(A2>1,IFERROR(B1/0,B1)+1,A1*2)"},
    "ISERROR": {"B1": "=IF(A2>1,A1,IF(ISERROR(B2),1,2))", "B2": "=IF(A2>1,IF(ISNUMBER(B1),B1,1),A1)"},
    "SUMPRODUCT": {
        "B1": "=IF(A2>1,A1,SUMPRODUCT(B2:B3,--(B2:B3<A1)))",
        "B2": "=IF(A2>1,IFERROR(SUMPRODUCT(A1:B1,A1:B1),0),A1*2)",
    },
    "MATCH": {"B1": "=IF(A2>1,A1,IFNA(MATCH(6,B2:B3,0),0))", "B2": "=IF(A2>1,COUNT(B1,A1),A1*2)"},
    "texts": {"B1": '=IF(A2>1,A1,LEN(B2&"-"))', "B2": "=IF(A2>1,IFERROR(B1*1,2),A1*2)"},
}


def _agree(cells: dict[str, Cell], *, iterate: bool) -> dict[str, object]:
    model = Model(book({"A1": 3, "A2": 0.5, **cells}, settings=Settings(iterate=iterate)))
    frame = pd.DataFrame({"Sheet1!A1": np.linspace(-3, 3, 24), "Sheet1!A2": [0.0, 0.5, 1.0, 2.0] * 6})
    found = model.run(frame, ["Sheet1!B1", "Sheet1!C1"])
    for place, (a1, a2) in enumerate(frame.itertuples(index=False)):
        expected = model.evaluate({"Sheet1!A1": a1, "Sheet1!A2": a2})
        for name in ("Sheet1!B1", "Sheet1!C1"):
            value = found[name].iloc[place]
            plain = float(value) if isinstance(value, np.floating) else value
            assert agrees(plain, expected[name]), (a1, a2, name, plain, expected[name])
    return {str(key): value for key, value in found.attrs.items()}


@pytest.mark.parametrize("name", list(CIRCLES))
def test_circle_in_lanes(name: str) -> None:
    """Every lane settles where the single evaluation does; what does not settle is left to it."""
    assert set(_agree(CIRCLES[name], iterate=True)) == {"converged"}


@pytest.mark.parametrize("iterate", [False, True])
def test_branches_that_leave_a_circle_open(*, iterate: bool) -> None:
    """Cells that wait for each other in no scenario are computed for all of them at once."""
    assert _agree(SOMETIMES, iterate=iterate) == ({"converged": (True,) * 24} if iterate else {})


@pytest.mark.parametrize("name", list(LOOKED_AT))
def test_errors_looked_at_in_an_open_circle(name: str) -> None:
    """What has no value yet is no error to IFERROR and its like, whether or not the workbook iterates."""
    for iterate in (False, True):
        told = _agree({**LOOKED_AT[name], "C1": "=IFERROR(B1+B2,-1)"}, iterate=iterate)
        assert told == ({"converged": (True,) * 24} if iterate else {})


def test_circle_that_closes_behind_iferror() -> None:
    """A circle that closes in some scenarios stays a circle there, though IFERROR would answer for it."""
    cells: dict[str, Cell] = {"B1": "=IF(A2>1,A1,IFERROR(B2*0.5,1))", "B2": "=B1+1", "C1": "=B1+B2"}
    model = Model(book({"A1": 3, "A2": 5, **cells}))
    open_ones = model.run(pd.DataFrame({"Sheet1!A2": [5.0] * 12}), ["Sheet1!C1"])
    assert open_ones["Sheet1!C1"].tolist() == [7.0] * 12
    assert open_ones.attrs == {}
    with pytest.raises(CircularReference):
        model.run(pd.DataFrame({"Sheet1!A2": [5.0, 0.0] * 12}), ["Sheet1!C1"])
