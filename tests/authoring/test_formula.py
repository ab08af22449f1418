"""Template formulas to Excel formulas."""

from __future__ import annotations

import pytest

from engine.authoring.formula import Here, Scope, translate
from engine.authoring.layout import Place

SCOPE = Scope(
    places={
        "users": Place("Growth", 7, "month", 3),
        "price": Place("Ladder", 8, "phase", 4),
        "total": Place("Growth", 20, "", 1),
        "calendar": Place("Time line", 9, "month", 3),
    },
    assumption_rows={"churn": 12},
    defined=frozenset({"master_check"}),
)
CASES = [
    ("users*2", None, "=E7*2"),
    ("users*churn", "the same column", "=E7*churn"),
    ("prev(users)", "the column before", "=D7"),
    ("prev( users )+1", "spaces inside", "=D7+1"),
    ("total+1", "a single cell", "=$D$20+1"),
    ("row(price)", "another axis", "=Ladder!$D$8:$G$8"),
    ("SUM(row(users))", "a function", "=SUM($D$7:$F$7)"),
    ("at(price,4)", "a point", "=Ladder!$G$8"),
    ("last(price)", "the last point", "=Ladder!$G$8"),
    ("low(churn)", "low", "=Assumptions!$D$12"),
    ("high(churn)-base(churn)", "high and base", "=Assumptions!$F$12-Assumptions!$E$12"),
    ("calendar", "a sheet to quote", "='Time line'!E9"),
    ("prev(calendar)", "a sheet to quote, before", "='Time line'!D9"),
    ('IF(users>0,"users ""at"" row(x)","")', "text stays", '=IF(E7>0,"users ""at"" row(x)","")'),
    ("1E0*users", "an exponent", "=1E0*E7"),
    ("IF(TRUE,master_check,0)", "a name of the writer", "=IF(TRUE,master_check,0)"),
    ("users^(1/12)%", "operators stay", "=E7^(1/12)%"),
]


@pytest.mark.parametrize(("text", "_why", "expected"), CASES)
def test_translation(text: str, _why: str | None, expected: str) -> None:
    """A formula for the second month of Growth."""
    assert translate(text, Here("Growth", "month", 1), SCOPE).text == expected


def test_the_first_point_looks_back_at_the_opening_column() -> None:
    """The column before the first point is C, where the opening stands."""
    assert translate("prev(users)", Here("Growth", "month", 0), SCOPE).text == "=C7"


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("users+1+1", "1+1"),
        ("users*(1+1-churn)", "1+1"),
        ("MAX(churn,1/100/100)", "1/100/100"),
        ("MIN(12 + 12,total)", "12 + 12"),
        ("users+1/12", "1/12"),
        ("(1+churn)^(1/12)", ""),
        ("users*(1-1/MAX(churn,1))", ""),
        ("(users-1)/12", ""),
        ("prev(users)+1", ""),
        ("at(price,4)-12", ""),
        ('IF(users>0,"12+12",0)', ""),
    ],
)
def test_a_figure_made_of_figures_is_a_constant(text: str, made: str) -> None:
    """Two constants that an operator joins are a third one without a name; a twelfth as a power is not."""
    mistakes = translate(text, Here("Growth", "month", 1), SCOPE).mistakes
    said = f"{made} is a constant in disguise and belongs in an assumption; name it and use the name"
    assert mistakes == ((said,) if made else ())


@pytest.mark.parametrize(
    ("text", "link"),
    [("churn", True), ("calendar", True), ("at(price,1)", True), ("users", False), ("churn*1", False)],
)
def test_links_are_told_from_calculations(text: str, link: bool) -> None:
    """Only a formula that repeats a cell of another sheet is a link, which is shown green."""
    assert translate(text, Here("Growth", "month", 1), SCOPE).link is link
