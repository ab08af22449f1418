"""References to several sheets at once: the functions that take them, those that don't, and the rest."""

from __future__ import annotations

import pytest

from engine.core.exceptions import UnsupportedFormula
from engine.core.values import REF, VALUE, Value
from engine.evaluate.model import Model
from engine.plan.sheet_spans import TAKES
from tests.workbooks import Cell, sheet, workbook

SHEETS: dict[str, dict[str, Cell]] = {
    "One": {"A1": 1, "B1": 2, "A2": 3},
    "Two": {"A1": 10, "B1": 20, "A2": 30},
    "Three": {"A1": 100, "B1": 200, "A2": 300},
}


def model(formula: str) -> Model:
    """A model whose Asks!A1 has the formula."""
    asks = sheet("Asks", {"A1": formula})
    names = {"all": "One:Three!$A$1"}
    return Model(workbook(*(sheet(name, cells) for name, cells in SHEETS.items()), asks, names=names))


@pytest.mark.parametrize(
    ("formula", "answer"),
    [
        ("=SUM(One:Three!A1)", 111.0),
        ("=SUM(all)", 111.0),
        ("=COUNT(One:Three!A1:B1)", 6.0),
        ("=AVERAGE(One:Two!A1)", 5.5),
        ("=MEDIAN(One:Three!A1)", 10.0),
        ("=LARGE(One:Three!A1:B1,2)", 100.0),
        ("=SMALL(One:Three!A1:B1,3)", 10.0),
        ("=RANK(10,One:Three!A1)", 2.0),
        ("=PERCENTRANK.INC(One:Three!A1,10)", 0.5),
        ("=PERCENTILE(One:Three!A1,1)", 100.0),
        ("=TRIMMEAN(One:Three!A1,0)", 37.0),
        ("=GEOMEAN(One:Three!A1)", 10.0),
        ("=SUMSQ(One:Three!A1)", 10101.0),
        ("=DEVSQ(One:Two!A1)", 40.5),
        ("=AND(One:Three!A1)", True),
        ('=TEXTJOIN("-",TRUE,One:Three!A1)', "1-10-100"),
        ("=CONCAT(One:Three!A1)", "110100"),
        ("=SHEETS(One:Three!A1)", 3.0),
        ("=INDEX(VSTACK(One:Three!A1:B2),3,2)", 20.0),
        ("=ROWS(VSTACK(One:Three!A1:B2))", 6.0),
        ("=INDEX(HSTACK(One:Three!A1:B2),2,5)", 300.0),
        ("=INDEX(TOCOL(One:Three!A1:A2),4)", 30.0),
        ("=SUMIF(One:Three!A1:A2,3)", VALUE),
        ("=SUMIF(One!A1:A2,3,One:Three!B1:B2)", VALUE),
        ("=SUMIFS(One:Three!A1:A2,One:Three!B1:B2,3)", VALUE),
        ('=COUNTIF(One:Three!A1:A2,">1")', VALUE),
        ("=COUNTIFS(One!A1:A2,3,One:Three!A1:A2,3)", VALUE),
        ("=AVERAGEIF(all,1)", VALUE),
        ("=SUBTOTAL(9,One:Three!A1)", VALUE),
        ("=AGGREGATE(9,6,One:Three!A1)", VALUE),
        ("=IFERROR(COUNTIF(One:Three!A1:A2,1),-1)", -1.0),
        ("=COUNTIF(One:One!A1:A2,1)", 1.0),
        ('=SUM(INDIRECT("One:Three!A1"))', REF),
    ],
)
def test_what_is_documented(formula: str, answer: Value) -> None:
    """Functions that take such references read every sheet between; conditions and subtotals refuse them."""
    assert model(formula).evaluate()["Asks!A1"] == pytest.approx(answer)


@pytest.mark.parametrize(
    "formula",
    [
        "=INDEX(One:Three!A1:A2,1)",
        "=MATCH(10,One:Three!A1:A2,0)",
        "=VLOOKUP(10,One:Three!A1:B2,2,FALSE)",
        "=SUMPRODUCT(One:Three!A1:A2)",
        "=ROWS(One:Three!A1:A2)",
        "=COUNTIF(One!A1:A2,One:Three!A1)",
        "=SUM(IF(TRUE,One:Three!A1))",
    ],
)
def test_what_is_not_documented(formula: str) -> None:
    """What other functions make of several sheets is reported."""
    with pytest.raises(UnsupportedFormula, match="reference to several sheets is not documented"):
        model(formula).evaluate()["Asks!A1"]


@pytest.mark.parametrize("function", sorted(TAKES))
def test_every_function_of_the_list_answers(function: str) -> None:
    """Each function that takes such references answers one, with what else it needs."""
    span = "One:Three!A1:A2"
    before = {"TEXTJOIN": '"",TRUE,', "RANK": "1,", "RANK.EQ": "1,", "RANK.AVG": "1,"}.get(function, "")
    after = ",0.5" if function.startswith(("PERCENT", "TRIM")) else ""
    after = ",1" if function in ("LARGE", "SMALL") or function.startswith(("QUART", "PERCENTRANK")) else after
    assert model(f"={function}({before}{span}{after})").evaluate()["Asks!A1"] not in (None, VALUE, REF)
