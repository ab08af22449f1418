"""What formulas read of other workbooks: only what the file stores of them, and nothing in its place."""

from __future__ import annotations

import pytest

from engine.core.address import key_of, parse_a1
from engine.core.exceptions import UnsupportedFormula
from engine.core.values import REF, Value
from engine.evaluate.model import Model
from engine.evaluate.parity import compare
from engine.workbook.book import Workbook
from tests.workbooks import book

STORED: dict[str, dict[int, Value]] = {
    "[1]Rates": {key_of(*parse_a1("A1")): 11.0, key_of(*parse_a1("A2")): 12.0},
    "[1]My Rates": {key_of(*parse_a1("B1")): 21.0},
}
NAMES = {
    "[1]!rate": "Rates!$A$1",
    "[1]!all": "Rates!$A$1:$A$2",
    "[1]!twice": "rate*2",
    "[1]!half": "0.5",
    "[1]!gone": "#REF!",
    "[1]!far": "Unread!$A$1",
    "[1]My Rates!own": "'My Rates'!$B$1",
}


def reading(formula: str) -> Workbook:
    return book({"A1": f"={formula}"}, names={"here": "[1]!rate+1"}, externals=STORED, external_names=NAMES)


@pytest.mark.parametrize(
    ("formula", "answer"),
    [
        ("[1]Rates!A1", 11.0),
        ("'C:\\rates\\[1]My Rates'!B1", 21.0),
        ("[1]Rates!Z9", 0.0),
        ("[1]!rate", 11.0),
        ("[1]!RATE*2", 22.0),
        ("[1]Rates!rate", 11.0),
        ("SUM([1]!all)", 23.0),
        ("[1]!twice", 22.0),
        ("[1]!half", 0.5),
        ("[1]!gone", REF),
        ("'[1]My Rates'!own", 21.0),
        ("here", 12.0),
    ],
)
def test_what_is_stored_is_read(formula: str, answer: Value) -> None:
    """Cells and names of another workbook have the values that the file stores of them."""
    assert Model(reading(formula)).evaluate()["Sheet1!A1"] == answer


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("[1]Unread!A1", "stores no values of Unread of Rates.xlsx"),
        ("IFERROR([1]Unread!A1,0)", "stores no values of Unread"),
        ("[1]!far", "stores no values of Unread of Rates.xlsx"),
        ("[1]!unknown", "stores nothing of the name unknown of Rates.xlsx"),
        ("[2]!R1C1", "stores nothing of the name R1C1 of the workbook \\[2\\]"),
        ("[2]Sheet1!A1", "stores no values of Sheet1 of the workbook \\[2\\]"),
        ("'[Rates.xlsx]Rates'!A1", "stores no values of Rates of the workbook"),
        ("'C:\\x\\[Rates.xlsx]Rates'!A1", "stores no values of Rates of the workbook"),
        ("SUM([1]Rates:Unread!A1)", "reads sheets Rates to Unread of Rates.xlsx"),
        ("SUM([1]!Costs[Rent])", "another workbook's"),
        ("[1]!made(1)", "another workbook's macro"),
    ],
)
def test_what_is_not_stored_is_reported(formula: str, reason: str) -> None:
    """What the file does not store is neither 0 nor an error: the cell is not evaluated."""
    model = Model(reading(formula))
    assert [lost.cell for lost in compare(model).not_evaluated] == ["Sheet1!A1"]
    with pytest.raises(UnsupportedFormula, match=reason):
        model.evaluate()["Sheet1!A1"]
