from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis.roots import crossings

POINTS = np.linspace(-10, 10, 201)


def _find(function, points=POINTS, **options):
    vector = np.vectorize(function, otypes=[float])
    found = crossings(lambda x, _: vector(x), [points], [vector(points)], [1.0], **options)
    return found[0]


@pytest.mark.parametrize(
    ("function", "roots"),
    [
        (lambda x: 2 * x - 3, [1.5]),
        (lambda x: x, [0]),
        (lambda x: x + 10, [-10]),
        (lambda x: x - 10, [10]),
        (lambda x: x * x - 2, [-math.sqrt(2), math.sqrt(2)]),
        (lambda x: x * x + 1, []),
        (lambda x: (x - math.pi) ** 2, [math.pi]),
        (lambda x: -((x - math.pi) ** 2), [math.pi]),
        (lambda x: (x - 1.51) * (x - 1.52), [1.51, 1.52]),
        (lambda x: (x - 1.51) ** 2 + 1e-4, []),
        (lambda x: (x - 0.5) * (x - 0.5625), [0.5, 0.5625]),  # one of two close roots lies on a scan point
        (lambda x: -((x - 0.5) ** 2), [0.5]),
        (lambda x: x**3 - x, [-1, 0, 1]),
        (
            lambda x: max(0.0, abs(x) - 3.05),
            [-3.0, 3.0],
        ),  # a stretch of zeros: its ends among the scan's points
        (math.sin, [-3 * math.pi, -2 * math.pi, -math.pi, 0, math.pi, 2 * math.pi, 3 * math.pi]),
        (lambda _: 5.0, []),
    ],
)
def test_every_root_is_found(function, roots):
    """Simple, double, close and touching roots, roots at the ends, and none at all."""
    found = _find(function)
    assert all(crossing.exact for crossing in found)
    assert [crossing.value for crossing in found] == pytest.approx(roots, abs=1e-7)


@pytest.mark.parametrize(
    ("function", "place", "sides"),
    [
        (lambda x: -1.0 if x < 1.234 else 2.0, 1.234, (-1.0, 2.0)),
        (lambda x: 3.0 if x <= -4.56 else -2.0, -4.56, (3.0, -2.0)),
        (lambda x: math.ceil(x / 3) - 1.5, 3.0, (-0.5, 0.5)),
    ],
)
def test_a_step_across_zero_is_a_jump_with_both_sides(function, place, sides):
    """A jump is no root: it is reported with the residuals on both sides."""
    (crossing,) = _find(function)
    assert not crossing.exact
    assert crossing.value == pytest.approx(place)
    assert (crossing.left[1], crossing.right[1]) == sides
    assert crossing.left[0] < crossing.right[0]
    assert abs(crossing.residual) == min(abs(side) for side in sides)


def test_a_pole_is_no_root():
    """1/x changes sign without a root."""
    (crossing,) = _find(lambda x: 1 / (x - 0.123))
    assert not crossing.exact
    assert crossing.value == pytest.approx(0.123)


def test_an_error_between_two_signs_hides_no_bracket():
    """An error in the scan ends no bracket; one met inside a bracket makes a jump with the scan's sides."""
    assert _find(lambda x: math.nan if abs(x) < 1 else x) == ()
    (crossing,) = _find(lambda x: math.nan if abs(x - 0.05) < 0.03 else x - 0.05)
    assert not crossing.exact
    assert (crossing.left[0], crossing.right[0]) == pytest.approx((0.0, 0.1))


def test_many_curves_are_refined_together():
    """All brackets of all curves share the batches: no more calls than the slowest needs."""
    calls = []
    shifts = np.linspace(-3, 3, 50)

    def residual(x, which):
        calls.append(len(x))
        return x**3 - shifts[which]

    scans = [POINTS**3 - shift for shift in shifts]
    found = crossings(residual, [POINTS] * 50, scans, [1.0] * 50)
    assert [each[0].value for each in found] == pytest.approx(np.cbrt(shifts))
    assert len(calls) < 40


@given(st.lists(st.floats(-9, 9), min_size=1, max_size=4, unique_by=round))
def test_polynomials_have_their_roots(roots):
    """A polynomial built from well-separated roots gives them back."""
    found = _find(lambda x: math.prod(x - root for root in roots))
    values = np.array([crossing.value for crossing in found])
    assert all(np.abs(values - root).min() < 1e-6 for root in roots)


@given(st.floats(-9, 9), st.floats(0.1, 100), st.booleans())
def test_the_side_of_a_jump_is_never_called_a_root(place, height, rising):
    """Wherever a step lies and however high it is, it is a jump."""
    sign = 1 if rising else -1
    (crossing,) = _find(lambda x: sign * (height if x >= place else -height))
    assert not crossing.exact
    assert crossing.left[0] <= place <= crossing.right[0]
