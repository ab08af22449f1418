"""Powers and annuities to the last binary digit, as Excel stores them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.evaluate.batch.careful import care_power
from engine.evaluate.batch.powers import is_odd_root as is_odd_root_over_lanes
from engine.functions.financial import fv, pmt
from engine.functions.powers import is_odd_root, odd_root, powers, raised


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
    assert powers(base, [exponent, 1.0]) == [stored, base]


def test_annuities_are_within_two_digits_of_those_that_excel_stores() -> None:
    """The payment of a long loan and a future value at a compound rate."""
    assert abs(pmt(0.035 / 12, 360.0, 847500.0) - -3805.653729179787) <= 2 * math.ulp(3805.65)
    assert fv(0.03405, 7.0, 0.0, 7.5) == -9.48095392550749


@pytest.mark.parametrize(("base", "exponent"), [(1e200, 2.0), (10.0, -400.0), (1.1, 2.0**52)])
def test_what_is_beyond_numbers_ends(base: float, exponent: float) -> None:
    """Exponents of any size take a moment, and powers too great are infinite."""
    assert raised(base, exponent) in (0.0, math.inf)


def test_odd_roots_of_negative_numbers_over_lanes() -> None:
    """A batch tells the exponents of odd roots, to 15 digits, as the reference does."""
    exponents = [1 / 3, -1 / 3, 0.2, 1 / 7, 1 / 1001, 0.333333333333333, 0.33333333333333, 2 / 3, 0.5, 1.5]
    wanted = [is_odd_root(exponent) for exponent in exponents]
    assert wanted == [True] * 6 + [False] * 4
    assert is_odd_root_over_lanes(np.array(exponents)).tolist() == wanted
    found = care_power(np.full(10, -8.0), np.array(exponents))
    assert np.isnan(found).tolist() == [not odd for odd in wanted]
    assert found[0] == odd_root(-8.0, 1 / 3)
