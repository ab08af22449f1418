"""Formula text to trees: operators and precedence as Excel's, references of every kind."""

from __future__ import annotations

import pytest

from engine.core.exceptions import UnsupportedFormula
from engine.core.values import DIV0, REF
from engine.formula.expr import (
    Anchor,
    Array,
    Binary,
    Bool,
    Call,
    Error,
    Expr,
    Invoke,
    Missing,
    Name,
    Number,
    Ref,
    Structured,
    Text,
    Unary,
)
from engine.formula.parser import parse


def cell(text: str, sheet: str | None = None) -> Ref:
    """A relative reference to a cell of the first ten columns, as the formula in A1 has it."""
    anchor = Anchor(int(text[1:]) - 1, "ABCDEFGHIJ".index(text[0]), row_absolute=False, column_absolute=False)
    return Ref(sheet, anchor, anchor)


def area(first: str, last: str, sheet: str | None = None) -> Ref:
    """A relative reference to a rectangle, as the formula in A1 has it."""
    return Ref(sheet, cell(first).first, cell(last).first)


A1, B1, C1 = cell("A1"), cell("B1"), cell("C1")
ONE, TWO, THREE = Number(1.0), Number(2.0), Number(3.0)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("-2^2", Binary("^", Number(-2.0), TWO)),
        ("2^-2", Binary("^", TWO, Number(-2.0))),
        ("2^3^2", Binary("^", Binary("^", TWO, THREE), TWO)),
        ("1-2-3", Binary("-", Binary("-", ONE, TWO), THREE)),
        ("1-(2-3)", Binary("-", ONE, Binary("-", TWO, THREE))),
        ("1+2*3", Binary("+", ONE, Binary("*", TWO, THREE))),
        ("(1+2)*3", Binary("*", Binary("+", ONE, TWO), THREE)),
        ("1=2=3", Binary("=", Binary("=", ONE, TWO), THREE)),
        ("A1&B1=C1", Binary("=", Binary("&", A1, B1), C1)),
        ("A1<>B1", Binary("<>", A1, B1)),
        ("A1>=B1", Binary(">=", A1, B1)),
        ("--A1", Unary("-", Unary("-", A1))),
        ("+A1", Unary("+", A1)),
        ("2--3", Binary("-", TWO, Number(-3.0))),
        ("A1*-B1", Binary("*", A1, Unary("-", B1))),
        ("A1%%", Unary("%", Unary("%", A1))),
        ("-A1%", Unary("%", Unary("-", A1))),
        ("A1%^2", Binary("^", Unary("%", A1), TWO)),
        ("@A1:A3", Unary("@", area("A1", "A3"))),
        ("_xlfn.SINGLE(A1)", Unary("@", A1)),
        ("A1#", Unary("#", A1)),
        ("_xlfn.ANCHORARRAY(A1)", Unary("#", A1)),
        ("A1:B1 B1:C1", Binary(" ", area("A1", "B1"), area("B1", "C1"))),
        ("(A1) (B1)", Binary(" ", A1, B1)),
        ("A1# B1", Binary(" ", Unary("#", A1), B1)),
        ("C1 A1:INDEX(B1,1)", Binary(" ", C1, Binary(":", A1, Call("INDEX", (B1, ONE))))),
        ("SUM((A1,B1))", Call("SUM", (Binary(",", A1, B1),))),
        ("A1:INDEX(B1,1)", Binary(":", A1, Call("INDEX", (B1, ONE)))),
        ("SUM( A1 , B1 )", Call("SUM", (A1, B1))),
        ("IF(A1,,2)", Call("IF", (A1, Missing(), TWO))),
        ("F(,)", Call("F", (Missing(), Missing()))),
        ("PI()", Call("PI", ())),
        ("sum(A1)", Call("SUM", (A1,))),
        ("_xlfn._xlws.SORT(A1)", Call("SORT", (A1,))),
        ("{1,-2;3,1}", Array(((ONE, Number(-2.0)), (THREE, ONE)))),
        ('{"a",TRUE}', Array(((Text("a"), Bool(value=True)),))),
        ("1E3", Number(1000.0)),
        ("1.5e-3", Number(0.0015)),
        (".5", Number(0.5)),
        ('"a""b"', Text('a"b')),
        ('"A1:B2"', Text("A1:B2")),
        ("true", Bool(value=True)),
        ("#DIV/0!", Error(DIV0)),
        ("Sheet1!#REF!", Error(REF)),
        ("LET(x,A1,x+1)", Call("LET", (Name("x"), A1, Binary("+", Name("x"), ONE)))),
        ("_xlfn.LET(_xlpm.x,A1,_xlpm.x)", Call("LET", (Name("x"), A1, Name("x")))),
        ("LAMBDA(x,x)(1)", Invoke(Call("LAMBDA", (Name("x"), Name("x"))), (ONE,))),
        (
            "LAMBDA(x,LAMBDA(y,y))(1)(2)",
            Invoke(
                Invoke(Call("LAMBDA", (Name("x"), Call("LAMBDA", (Name("y"), Name("y"))))), (ONE,)), (TWO,)
            ),
        ),
        ("rate+1", Binary("+", Name("rate"), ONE)),
        ("a.b_c", Name("a.b_c")),
        ("Sheet1!rate", Name("rate", "Sheet1")),
        ("[1]!rate", Name("rate", "[1]")),
        ("TAXES10", Name("TAXES10")),
        ("XFE1", Name("XFE1")),
        ("A1048577", Name("A1048577")),
    ],
)
def test_operators_and_operands(text: str, tree: Expr) -> None:
    """A text gives the tree that Excel would compute."""
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("Sheet1!A1", cell("A1", "Sheet1")),
        ("S!A1", cell("A1", "S")),
        ("S!A1:B2", area("A1", "B2", "S")),
        ("'it''s'!A1", cell("A1", "it's")),
        ("'My sheet'!A1", cell("A1", "My sheet")),
        ("Лист!A1", cell("A1", "Лист")),
        ("[1]Other!A1", cell("A1", "[1]Other")),
        ("'[1]My other'!A1", cell("A1", "[1]My other")),
        ("'C:\\files\\[1]Other'!A1", cell("A1", "[1]Other")),
        ("Jan:Mar!A1", Ref("Jan", A1.first, A1.first, last_sheet="Mar")),
        ("'Jan 1:Mar 1'!A1", Ref("Jan 1", A1.first, A1.first, last_sheet="Mar 1")),
        ("S!A1:S!B2", Binary(":", cell("A1", "S"), cell("B2", "S"))),
    ],
)
def test_sheets(text: str, tree: Expr) -> None:
    """Sheets are read by name: quoted, one letter, non-Latin, another workbook's, or a span of them."""
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "first", "last", "whole"),
    [
        ("$B$3", Anchor(3, 2, True, True), Anchor(3, 2, True, True), ""),
        ("B$3", Anchor(3, 0, True, False), Anchor(3, 0, True, False), ""),
        ("$B3", Anchor(0, 2, False, True), Anchor(0, 2, False, True), ""),
        ("A1:$B$3", Anchor(-2, -1, False, False), Anchor(3, 2, True, True), ""),
        ("B:C", Anchor(1, 0, True, False), Anchor(1, 1, True, False), "columns"),
        ("$A:$A", Anchor(1, 1, True, True), Anchor(1, 1, True, True), "columns"),
        ("3:5", Anchor(0, 1, False, True), Anchor(2, 1, False, True), "rows"),
        ("$1:2", Anchor(1, 1, True, True), Anchor(-1, 1, False, True), "rows"),
    ],
)
def test_anchors_of_a_formula_in_b3(text: str, first: Anchor, last: Anchor, whole: str) -> None:
    """Corners are offsets from the formula's cell, and positions where the text has a dollar sign."""
    assert parse(text, 3, 2) == Ref(None, first, last, whole)


@pytest.mark.parametrize(
    ("text", "table", "items", "first", "last"),
    [
        ("Costs[Rent]", "Costs", (), "Rent", "Rent"),
        ("Costs[]", "Costs", (), None, None),
        ("Costs[#All]", "Costs", ("#all",), None, None),
        ("Costs[[#Totals],[Rent]]", "Costs", ("#totals",), "Rent", "Rent"),
        ("Costs[[Rent]:[Power]]", "Costs", (), "Rent", "Power"),
        ("Costs[[#Headers],[#Data],[Rent]]", "Costs", ("#headers", "#data"), "Rent", "Rent"),
        ("Costs[@Rent]", "Costs", ("#this row",), "Rent", "Rent"),
        ("Costs[@[Net rent]:[Power]]", "Costs", ("#this row",), "Net rent", "Power"),
        ("Costs[[#This Row],[Rent]]", "Costs", ("#this row",), "Rent", "Rent"),
        ("Costs[[#This Row],Rent]", "Costs", ("#this row",), "Rent", "Rent"),
        ("Costs[[#Data], [#Totals], Rent paid]", "Costs", ("#data", "#totals"), "Rent paid", "Rent paid"),
        ("[@Rent]", "", ("#this row",), "Rent", "Rent"),
        ("Costs[Rent '[net']]", "Costs", (), "Rent [net]", "Rent [net]"),
        ("Costs['#]", "Costs", (), "#", "#"),
    ],
)
def test_structured_references(
    text: str, table: str, items: tuple[str, ...], first: str | None, last: str | None
) -> None:
    """Structured references keep their table, items and columns."""
    assert parse(text) == Structured(table, items, first, last)


@pytest.mark.parametrize(
    "text", ["", "1+", "(", "SUM(A1", "A1)", "~", "1 +* 2", "!", "IF(,", '"open', "¦", "1¤2"]
)
def test_what_is_no_formula(text: str) -> None:
    """A text that is no formula is refused with its own words."""
    with pytest.raises(UnsupportedFormula, match="can't be read as a formula; correct it in the workbook"):
        parse(text)
