"""Trees to formula text and back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.values import DIV0, NA
from engine.formula import grammar
from engine.formula.expr import (
    Anchor,
    Array,
    Binary,
    Bool,
    Call,
    Error,
    Expr,
    Missing,
    Name,
    Number,
    Ref,
    Structured,
    Text,
    Unary,
)
from engine.formula.lexer import skeleton
from engine.formula.parser import parse
from engine.formula.plain import plain
from engine.formula.text import text_of


@pytest.mark.parametrize(
    "text",
    [
        "-2^2",
        "2^-2",
        "1-(2-3)",
        "-(A1%)",
        "(1+2)%",
        "A1:B2 B1:C3",
        "SUM((A1,B2))",
        "IF(A1,,2)",
        "{1,-2;3,4}",
        "'it''s'!A1",
        "Jan:Mar!A1",
        "'Jan 1:Mar 1'!A1:B2",
        "[1]!rate",
        "'[1]Other'!A1",
        "T[[#Totals],[a]:[b]]",
        "T['#]",
        "T[]",
        "LAMBDA(x,x+1)(5)",
        "A1#",
        "@A1:A3",
        "SUM($A:B,1:$3)",
        'A1&"say ""hi"""',
        "1.5E-07",
    ],
)
def test_text_as_an_analyst_types_it(text: str) -> None:
    """A tree's text is the one it was read from, without brackets that say nothing."""
    assert text_of(parse(text, 5, 5), 5, 5) == text


def test_references_are_written_for_the_cell() -> None:
    """The same tree at another cell gives the text of the copied formula."""
    assert text_of(parse("A1+$A$1", 1, 2), 4, 5) == "D4+$A$1"


anchors = st.builds(Anchor, st.integers(1, 40), st.integers(1, 40), st.booleans(), st.booleans())
sheets = st.sampled_from([None, "Sheet1", "My sheet", "it's", "S", "Лист", "R1C1", "[1]Other"])


def _references(sheet: str | None, first: Anchor, last: Anchor) -> Ref:
    return Ref(sheet, first, last)


operands: st.SearchStrategy[Expr] = st.one_of(
    st.builds(Number, st.floats(0, 1e300, allow_nan=False)),
    st.builds(Number, st.integers(-9, 99).map(float)),
    st.builds(Text, st.text(st.characters(codec="utf-8", exclude_characters="\n\r\0"), max_size=8)),
    st.builds(Bool, st.booleans()),
    st.sampled_from([Error(DIV0), Error(NA)]),
    st.builds(_references, sheets, anchors, anchors),
    st.builds(Name, st.sampled_from(["rate", "x.y", "_a", "\\n", "größe"]), sheets),
    st.builds(Structured, st.just("T"), st.just(("#totals",)), st.just("a [b]"), st.just("c")),
    st.just(Array(((Number(1.0), Text("x")), (Number(-2.0), Bool(value=True))))),
)


def _compound(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    infix = st.sampled_from(["+", "-", "*", "/", "^", "&", "=", "<>", "<", "<=", ">", ">=", ":", " ", ","])
    return st.one_of(
        st.builds(Binary, infix, inner, inner),
        st.builds(Unary, st.sampled_from(["+", "@", "%", "#"]), inner),
        st.builds(Unary, st.just("-"), inner.filter(lambda e: not isinstance(e, Number))),
        st.builds(Call, st.sampled_from(["SUM", "IF", "LOG10"]), st.lists(inner, max_size=3).map(tuple)),
        st.builds(lambda e: Call("IF", (e, Missing(), e)), inner),
    )


@settings(max_examples=400, deadline=None)
@given(st.recursive(operands, _compound, max_leaves=8), st.integers(1, 60), st.integers(1, 60))
def test_round_trip(tree: Expr, row: int, column: int) -> None:
    """Tree to text to tree is the same tree at any cell, and its text is then stable."""
    text = text_of(tree, row, column)
    again = parse(text, row, column)
    assert again == tree
    assert text_of(again, row, column) == text


@settings(max_examples=200, deadline=None)
@given(st.recursive(operands, _compound, max_leaves=8), st.lists(st.integers(0, 30), max_size=2))
def test_plain_reading_is_the_grammars(tree: Expr, lost: list[int]) -> None:
    """What the plain reader reads, formulas' parser reads alike, in formulas and in what is left of them."""
    text = text_of(tree, 5, 5)
    for at in lost:
        text = text[:at] + text[at + 1 :]
    parts = skeleton(text, 5, 5)
    found = plain(parts)
    assert found is None or found == grammar.tree(text, parts)


@pytest.mark.parametrize(
    "text",
    [
        "1+A1*2^-3%",
        "-A1%",
        "--2",
        "IF(A1<=B1,,SUM(A1:B2,$C$3))",
        "PI()",
        "@A1",
        'IRR({-7,2;#N/A,"x"},C2)',
        "-_xlfn.ANCHORARRAY(C3)+_xlfn.SINGLE(A1:A3)",
        "-A1:INDEX(B1:B9,1)%",
        "SUM((A1,B1 C1:C3,INDEX(D1,1):E2))",
        "_xlfn.LAMBDA(_xlpm.x,_xlpm.x+1)(2)^A1#",
        "_xlfn.LAMBDA(1)()()",
        "(A1:B2)(1)",
    ],
)
def test_plain_formulas_load_no_grammar(text: str) -> None:
    """Operands, operators, brackets, arrays and calls are read without formulas, and as it reads them."""
    parts = skeleton(text, 5, 5)
    assert plain(parts) == grammar.tree(text, parts)


@pytest.mark.parametrize("text", ["{A1}", "{1,2;3}", "{1,}", "ANCHORARRAY()", "1+", "F(1", "1:", "=="])
def test_the_rest_is_left_to_the_grammar(text: str) -> None:
    """Arrays of other things than constants and what is no formula are not plain."""
    assert plain(skeleton(text, 5, 5)) is None


def test_a_space_before_an_array_is_an_intersection() -> None:
    """Excel refuses it at evaluation, not by reading it as a union."""
    tree = parse("A1:B2 {1}", 1, 1)
    assert isinstance(tree, Binary)
    assert tree.operator == " "
