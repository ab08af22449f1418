"""R1C1 forms: one text for all cells that a formula was copied to."""

from __future__ import annotations

import pytest

from engine.formula.forms import r1c1_form


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("A1", "R[-2]C[-1]"),
        ("B3", "R[0]C[0]"),
        ("$A$1", "R1C1"),
        ("$A1+A$1", "R[-2]C1+R1C[-1]"),
        ("SUM(A1:C1)", "SUM(R[-2]C[-1]:R[-2]C[1])"),
        ("A:A", "C[-1]:C[-1]"),
        ("$A:B", "C1:C[0]"),
        ("1:2", "R[-2]:R[-1]"),
        ("$1:$2", "R1:R2"),
        ("Sheet1!A1", "Sheet1!R[-2]C[-1]"),
        ('"A1"&A1', '"A1"&R[-2]C[-1]'),
        ('"say ""A1"""', '"say ""A1"""'),
        ("'A1'!B1", "'A1'!R[-2]C[0]"),
        ("Costs[A1]", "Costs[A1]"),
        ("[1]Other!A1", "[1]Other!R[-2]C[-1]"),
        ("LOG10(A1)", "LOG10(R[-2]C[-1])"),
        ("rate1.x", "rate1.x"),
        ("x_A1", "x_A1"),
        ("A1:A1:B2", "R[-2]C[-1]:R[-2]C[-1]:R[-1]C[0]"),
        ("1E3", "1E3"),
        ("XFE1", "XFE1"),
        ("A1048577", "A1048577"),
        ("A1#", "R[-2]C[-1]#"),
    ],
)
def test_form_of_a_formula_in_b3(text: str, form: str) -> None:
    """References that move become offsets, all other text stands."""
    assert r1c1_form(text, 3, 2) == form


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("A1*2", 1, 2), ("C5*2", 5, 4)),
        (("SUM($A1:B1)", 1, 3), ("SUM($A9:B9)", 9, 3)),
        (("SUM(A:A)", 1, 2), ("SUM(B:B)", 7, 3)),
        (("$A$1&A1", 1, 2), ("$A$1&Z50", 50, 27)),
    ],
)
def test_copied_cells_share_a_form(one: tuple[str, int, int], other: tuple[str, int, int]) -> None:
    """A formula and its copy have the same form."""
    assert r1c1_form(*one) == r1c1_form(*other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("A1", 1, 2), ("A1", 2, 2)),
        (("$A$1", 1, 2), ("$A$2", 2, 2)),
        (('"A1"', 1, 1), ('"A2"', 2, 1)),
        (("A1", 1, 2), ("$A1", 1, 2)),
        (("XFE1", 1, 1), ("XFF1", 1, 2)),
    ],
)
def test_different_formulas_differ_in_form(one: tuple[str, int, int], other: tuple[str, int, int]) -> None:
    """Formulas that are no copies of each other never share a form."""
    assert r1c1_form(*one) != r1c1_form(*other)
