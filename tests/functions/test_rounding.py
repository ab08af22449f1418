"""Rounding looks at a number's digits only where it has to, and gives what they give."""

from __future__ import annotations

import math
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.functions.arithmetic import _clearly_rounded, _rounded_digits, rounded


@settings(max_examples=1000, deadline=None)
@given(
    st.one_of(
        st.floats(-1e12, 1e12),
        st.integers(-(10**7), 10**7).map(lambda n: n / 1000),
        st.integers(-(10**9), 10**9).map(lambda n: n / 64),
    ),
    st.integers(-3, 16),
    st.sampled_from([ROUND_HALF_UP, ROUND_UP, ROUND_DOWN]),
)
@example(1.005, 2, ROUND_HALF_UP)
@example(2.675, 2, ROUND_HALF_UP)
@example(-0.2, 0, ROUND_DOWN)
@example(1e11 + 0.25, 1, ROUND_UP)
def test_the_quick_way_gives_what_the_digits_give(number: float, places: int, rounding: str) -> None:
    """To the last bit and the sign of a zero."""
    quick, slow = rounded(number, places, rounding), _rounded_digits(number, places, rounding)
    assert (quick, math.copysign(1, quick)) == (slow, math.copysign(1, slow))


@pytest.mark.parametrize(
    ("number", "places", "clear"), [(1.234, 2, True), (1.005, 2, False), (1e12, 0, False), (5.0, 1, True)]
)
def test_near_ties_and_large_numbers_are_left_to_their_digits(
    number: float, places: int, clear: bool
) -> None:
    """A tie is judged on the 15 digits shown."""
    assert (_clearly_rounded(number, places, ROUND_HALF_UP) is not None) == clear
