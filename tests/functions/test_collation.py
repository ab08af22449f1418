"""The order of texts: the same everywhere, or reported."""

from __future__ import annotations

import pandas as pd
import pytest

from engine.core.exceptions import UnsupportedFormula
from engine.core.values import Value
from engine.evaluate.model import Model
from engine.functions.collation import text_order
from tests.functions.evaluate_formula import evaluate_formula
from tests.workbooks import Cell, book


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("", "a"),
        ("a", "B"),
        ("A1", "a2"),
        ("A10", "A2"),
        ("9", "a"),
        ("a", "aa"),
        ("a b", "ab"),
        ("_a", "a"),
        ("a&b", "ab"),
        ("a!", "a."),
        ("Cost (net)", "Costs"),
        ("2022-12", "2023-01"),
        ("sub-total a", "sum"),
        ("é", "éa"),
        ("d", "é"),
        ("c bau c", "ß"),
        ("Year 1", "Year 2"),
    ],
)
def test_agreed(first: str, then: str) -> None:
    """What every collation orders alike has that order, both ways round, and any text is equal to itself."""
    assert (text_order(first, then), text_order(then, first)) == (-1, 1)
    assert text_order(then, then.swapcase() if then.isascii() else then) == 0


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("co-op", "coop"),
        ("co-op", "con"),
        ("can't", "cant"),
        ("-5", "3"),
        ("Q1 x", "Q10"),
        ("a_", "a1"),
        ("é", "f"),
        ("résumé", "resume"),
        ("a~", "ab"),
        ("a+", "a/"),
        ("æ", "b"),
        ("ж", "я"),
        ("€", "a"),
    ],
)
def test_a_matter_of_language(first: str, then: str) -> None:
    """Hyphens, apostrophes, accents, other letters, and symbols beside digits are ordered by language."""
    for left, right in ((first, then), (then, first)):
        with pytest.raises(UnsupportedFormula, match="depends on the language of Excel"):
            text_order(left, right)


@pytest.mark.parametrize(
    ("formula", "answer"),
    [
        ('="co-op"="coop"', False),
        ('="é"<>"f"', True),
        ('=MATCH("co-op",{"con","co-op","coop"},0)', 2.0),
        ('=COUNTIF(A1:A3,"co-op")', 1.0),
        ('=SWITCH("é","f",1,"é",2)', 2.0),
        ('=XLOOKUP("co-op",A1:A3,A1:A3)', "co-op"),
        ('=INDEX(SORT({"b 2";"b 1"}),1)', "b 1"),
        ('=MATCH("b",{"a-","a-b","c-d"})', 2.0),
        ('="co-op"<"coop"', None),
        ('=IFERROR("é">"f",0)', None),
        ('=MATCH("co-op",{"con","coop"})', None),
        ('=LOOKUP("co-op",{"con","coop"})', None),
        ('=COUNTIF(A1:A3,">coop")', None),
        ('=XMATCH("co-op",{"con","coop"},-1)', None),
        ("=INDEX(SORT(A1:A3),1)", None),
        ("=INDEX(SORTBY({1;2;3},A1:A3),1)", None),
    ],
)
def test_in_formulas(formula: str, answer: Value) -> None:
    """Equality is always told; an order that is a matter of language is reported (None)."""
    found = evaluate_formula(formula, {"A1": "coop", "A2": "co-op", "A3": "con"})
    if answer is None:
        assert "depends on the language of Excel" in str(found)
    else:
        assert found == answer


def test_in_a_run() -> None:
    """A scenario that reaches such an order is reported, and the others are what they are alone."""
    cells: dict[str, Cell] = {"A1": 1, "B1": '=IF(A1>5,"é",IF(A1>3,"a","g"))', "C1": '=IF(B1<"f",1,2)'}
    model = Model(book(cells))
    found = model.run(pd.DataFrame({"Sheet1!A1": [1.0, 4.0] * 20}), ["Sheet1!C1"])
    assert list(found["Sheet1!C1"][:2]) == [2.0, 1.0]
    with pytest.raises(UnsupportedFormula, match="depends on the language of Excel"):
        model.run(pd.DataFrame({"Sheet1!A1": [1.0, 4.0, 6.0] * 20}), ["Sheet1!C1"])
