"""What names, tables and sheets stand for."""

from __future__ import annotations

import pytest

from engine.core.address import parse_rect
from engine.core.exceptions import UnsupportedFormula
from engine.core.values import NAME, REF
from engine.formula.expr import Error, Expr, Ref
from engine.formula.parser import parse
from engine.formula.text import text_of
from engine.plan.scope import Scope, rectangle
from engine.workbook.book import Table
from tests.workbooks import sheet, workbook

COSTS = Table("Costs", parse_rect("Sheet1!B2:D6"), ("Month", "Rent", "Power [kWh]"), 1, 1)
SPACED = Table("\\Spaced", parse_rect("Sheet1!F2:G4"), ("Sum ", " All"), 1, 0)
BOOK = workbook(
    sheet("Sheet1", {"A1": 1}),
    sheet("Sheet2", {"A1": 2}),
    names={
        "rate": "Sheet1!$A$1",
        "Sheet2!rate": "Sheet2!$A$1",
        "doubled": "rate*2",
        "growth": "0.05",
        "costs_of_rent": "Costs[Rent]",
        "loop_": "loop_+1",
        "square": "LAMBDA(x,x^2)",
        "beside": "Sheet1!B1",
    },
    tables=[COSTS, SPACED],
)


def resolved(text: str, where: str = "Sheet1") -> Expr:
    """The resolved tree of a formula in A1 of a sheet."""
    return Scope.of(BOOK).resolve(parse(text), where)


@pytest.mark.parametrize(
    ("text", "where", "expected"),
    [
        ("rate", "Sheet1", "Sheet1!$A$1"),
        ("RATE", "Sheet1", "Sheet1!$A$1"),
        ("rate", "Sheet2", "Sheet2!$A$1"),
        ("Sheet2!rate", "Sheet1", "Sheet2!$A$1"),
        ("doubled", "Sheet1", "Sheet1!$A$1*2"),
        ("doubled", "Sheet2", "Sheet2!$A$1*2"),
        ("growth+1", "Sheet1", "0.05+1"),
        ("costs_of_rent", "Sheet2", "Sheet1!$C$3:$C$5"),
        ("Costs[Rent]", "Sheet1", "Sheet1!$C$3:$C$5"),
        ("costs[RENT]", "Sheet1", "Sheet1!$C$3:$C$5"),
        ("Costs[[Rent]:[Power '[kWh']]]", "Sheet1", "Sheet1!$C$3:$D$5"),
        ("Costs[#All]", "Sheet1", "Sheet1!$B$2:$D$6"),
        ("Costs[]", "Sheet1", "Sheet1!$B$3:$D$5"),
        ("Costs[#Headers]", "Sheet1", "Sheet1!$B$2:$D$2"),
        ("Costs[[#Totals],[Rent]]", "Sheet1", "Sheet1!$C$6"),
        ("Costs[[#Headers],[#Data],[Rent]]", "Sheet1", "Sheet1!$C$2:$C$5"),
        ("Costs[@Rent]", "Sheet1", "Sheet1!$C1"),
        ("Costs[ [Rent] ]", "Sheet1", "Sheet1!$C$3:$C$5"),
        ("Costs[@ [Rent]]", "Sheet1", "Sheet1!$C1"),
        ("\\Spaced[Sum ]", "Sheet1", "Sheet1!$F$3:$F$4"),
        ("\\Spaced[[Sum ]:[ All]]", "Sheet1", "Sheet1!$F$3:$G$4"),
        ("\\Spaced[All]", "Sheet1", "Sheet1!$G$3:$G$4"),
        ("beside", "Sheet1", "Sheet1!B1"),
        ("LET(rate,5,rate+growth)", "Sheet1", "LET(rate,5,rate+0.05)"),
        ("square(3)", "Sheet1", "LAMBDA(x,x^2)(3)"),
    ],
)
def test_names_become_what_they_refer_to(text: str, where: str, expected: str) -> None:
    """Names and structured references give the references and expressions behind them."""
    assert text_of(resolved(text, where)) == expected


@pytest.mark.parametrize(
    ("text", "error"),
    [("unknown", NAME), ("Unknown[Rent]", NAME), ("Costs[Water]", REF), ("Costs[[Rent]:[Water]]", REF)],
)
def test_what_is_gone_is_an_excel_error(text: str, error: object) -> None:
    """An unknown name or table is #NAME?, a column that is gone #REF!."""
    tree = resolved(text)
    assert isinstance(tree, Error)
    assert tree.value is error


def test_name_that_names_itself_ends() -> None:
    """A name that refers to itself is resolved once and stays a name inside."""
    assert text_of(resolved("loop_")) == "loop_+1"


def test_let_needs_names() -> None:
    """LET with a value where a name belongs is refused with the reason."""
    with pytest.raises(UnsupportedFormula, match="LET needs a name in front of each value"):
        resolved("LET(1,2,3)")


@pytest.mark.parametrize(
    ("text", "corners"),
    [
        ("B2", (3, 4, 3, 4)),
        ("$B$2:B5", (2, 2, 6, 4)),
        ("A:A", (1, 3, 1_048_576, 3)),
        ("$2:$3", (2, 1, 3, 16_384)),
        ("C3:A1", (2, 3, 4, 5)),
    ],
)
def test_rectangle_of_a_reference_copied_from_a1_to_c2(text: str, corners: tuple[int, ...]) -> None:
    """A reference of A1's formula, copied to C2, covers this rectangle."""
    tree = parse(text)
    assert isinstance(tree, Ref)
    assert rectangle(tree, 2, 3) == corners
