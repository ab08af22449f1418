"""Powers and annuities to the last binary digit, as Excel stores them."""

from __future__ import annotations

import math

import pytest

from engine.functions.financial import fv, pmt
from engine.functions.powers import raised


@pytest.mark.parametrize(
    ("base", "exponent", "stored"),
    [
        (1.03, 5.0, 1.1592740742999998),
        (1.03, 9.0, 1.3047731838292445),
        (1.03, 14.0, 1.512589724855111),
        (1.0973, 2.5, 1.2612856306276736),
        (1.0973, 3.5, 1.3840087224877462),
        (2.0, -3.0, 0.125),
        (-2.0, 3.0, -8.0),
        (8.0, 1 / 3, 2.0),
        (0.0, 3.0, 0.0),
    ],
)
def test_powers_are_those_that_excel_stores(base: float, exponent: float, stored: float) -> None:
    """Not one binary digit differs, where a correctly rounded power often does."""
    assert raised(base, exponent) == stored


def test_annuities_are_within_two_digits_of_those_that_excel_stores() -> None:
    """The payment of a long loan and a future value at a compound rate."""
    assert abs(pmt(0.035 / 12, 360.0, 847500.0) - -3805.653729179787) <= 2 * math.ulp(3805.65)
    assert fv(0.03405, 7.0, 0.0, 7.5) == -9.48095392550749


@pytest.mark.parametrize(("base", "exponent"), [(1e200, 2.0), (10.0, -400.0), (1.1, 2.0**52)])
def test_what_is_beyond_numbers_ends(base: float, exponent: float) -> None:
    """Exponents of any size take a moment, and powers too great are infinite."""
    assert raised(base, exponent) in (0.0, math.inf)
