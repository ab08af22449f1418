"""How far a dynamic array may spill, and which ones never do."""

from __future__ import annotations

import pytest

from engine.core.address import key_of, parse_a1
from engine.evaluate.program import compile_workbook
from engine.plan.spills import single_valued
from tests.workbooks import Cell, book, dynamic

SINGLE = {
    "SUM(A1:A3*2)": True,
    "INDEX(A1:A3,MATCH(B1,C1:C3,0))": True,
    "INDEX(A1:C3,2,1)": True,
    "INDEX(A1:A3,B1)": False,
    "INDEX(A1:C3,2)": False,
    "A1:A3*2": False,
    "A1*2": True,
    "IF(B1>0,A1,SUM(A1:A3))": True,
    "IF(B1>0,A1:A3,0)": False,
    "VLOOKUP(B1,A1:C3,2)": True,
    "VLOOKUP(A1:A3,A1:C3,2)": False,
    "UNIQUE(A1:A3)": False,
    "SUM(FILTER(A1:A3,B1:B3))": True,
    "OFFSET(A1,B1,0)": False,
}


@pytest.mark.parametrize("text", list(SINGLE))
def test_single_valued(text: str) -> None:
    """Only what gives one value in every scenario needs no room."""
    form = compile_workbook(book({"D9": dynamic(text)})).formed.forms[0]
    assert form.expr is not None
    assert single_valued(form.expr) is SINGLE[text]


@pytest.mark.parametrize(
    ("taken", "reach"),
    [({}, "B2:XFD1048576"), ({"B5": 1}, "B2:XFD4"), ({"D2": "=1"}, "B2:C1048576"), ({"B3": 1, "C2": 1}, "")],
)
def test_reach_ends_at_taken_cells(taken: dict[str, Cell], reach: str) -> None:
    """An array may fill what is free below it and beside it, and nothing where both are taken."""
    program = compile_workbook(book({"A1": 1, "B2": dynamic("SEQUENCE(A1)", "B2:B2"), **taken}))
    bounds = [(0, *parse_a1(corner)) for corner in reach.split(":") if corner]
    expected = [(0, *bounds[0][1:], *bounds[1][1:])] if bounds else []
    assert list(program.reaches.values()) == expected
    assert program.spreading == ({(0, key_of(2, 2))} if expected else frozenset())
