"""Arrays of numbers compared as Excel compares two: the first 15 digits decide."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.evaluate.batch import cancelling, kernels, ladder, matching, rounding, ties
from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.compiled import available
from engine.evaluate.batch.unplanned import NeedsCare
from engine.functions.arithmetic import rounded
from engine.functions.coerce import same_number


def _pairs() -> tuple[Floats, Floats]:
    random = np.random.default_rng(3)
    left = 10.0 ** random.uniform(-12, 22, 6_000) * random.choice([-1.0, 1.0], 6_000)
    left[::7], left[::13] = np.round(left[::7], 2), np.round(left[::13])
    left[::11] = 10.0 ** random.integers(-9, 16, len(left[::11]))
    return left, left + np.spacing(np.abs(left)) * random.integers(-60, 60, 6_000)


@pytest.mark.parametrize(
    ("compare", "alone"),
    [
        (ties.equal, same_number),
        (ties.less, lambda a, b: a < b and not same_number(a, b)),
        (ties.less_equal, lambda a, b: a < b or same_number(a, b)),
        (kernels.greater, lambda a, b: a > b and not same_number(a, b)),
    ],
)
def test_numbers_a_few_steps_apart_compare_as_single_ones_do(compare: Any, alone: Any) -> None:
    """Every magnitude and sign, around round numbers and powers of ten."""
    left, right = _pairs()
    expected = [alone(a, b) for a, b in zip(left.tolist(), right.tolist(), strict=True)]
    assert compare(left, right).tolist() == expected
    bound = float(right[0])
    assert compare(left, bound).tolist() == [alone(a, bound) for a in left.tolist()]


@pytest.mark.parametrize("items", [5, 40])
def test_ascending_lookup_counts_ties_as_reached(items: int) -> None:
    """A key that equals a bound in 15 digits has reached it, in short tables and in long ones."""
    bounds = np.linspace(-2.0, 3.7, items)
    keys = np.concatenate([bounds, bounds * (1 + 1e-15), bounds * (1 - 1e-15), bounds + 0.01])
    keys = keys[keys >= bounds[0] * (1 + 1e-15)]
    rungs = ladder.ladder_of(bounds.tolist())
    assert rungs is not None
    found = matching.match_ascending(keys, bounds[:, None], care=False)
    alone = [
        sum(bound <= key or same_number(bound, key) for bound in bounds.tolist()) for key in keys.tolist()
    ]
    assert found.tolist() == alone
    assert ladder.rung(keys, rungs).tolist() == alone
    assert ladder.rung_value(keys, rungs, bounds[:, None]).tolist() == [bounds[n - 1] for n in alone]


def test_a_number_below_every_rung_has_no_place() -> None:
    """The plain program stops there, also where only one of the lanes is below."""
    rungs = ladder.ladder_of([1.0, 2.0])
    assert rungs is not None
    with pytest.raises(NeedsCare):
        ladder.rung(np.array([1.5, 0.9]), rungs)
    assert ladder.ladder_of([2.0, 1.0]) is None
    assert ladder.ladder_of([1.0, "2"]) is None


def test_what_is_left_of_operands_that_cancel_is_found() -> None:
    """Differences of numbers a few steps apart, in every binade, beside those further apart."""
    random = np.random.default_rng(5)
    left = 10.0 ** random.uniform(-12, 22, 6_000)
    left[::5] = 2.0 ** random.integers(-30, 60, 1_200)
    right = left + np.spacing(left) * random.integers(-20, 20, 6_000)
    result = left - right
    expected = np.where(np.abs(result) < 1.3e-15 * left, 0.0, result)
    for lane in range(6_000):
        alone = cancelling.last(result[lane : lane + 1], left[lane : lane + 1])
        assert alone[0] == expected[lane]


@pytest.mark.parametrize("digits", [-2.0, 0.0, 1.0, 2.0, 5.0])
@pytest.mark.parametrize("kernel", ["round_half", "round_up", "round_down"])
def test_rounding_is_that_of_the_digits_shown(kernel: str, digits: float) -> None:
    """Numbers about a step, one by one (which the quick way takes where it can), as the reference rounds."""
    random = np.random.default_rng(7)
    steps = random.integers(1, 10**6, 400) / 2 * 10.0**-digits
    numbers = steps + np.spacing(steps) * random.integers(-25, 25, 400)
    how = {"round_half": "ROUND_HALF_UP", "round_up": "ROUND_UP", "round_down": "ROUND_DOWN"}[kernel]
    for number in [*numbers.tolist(), *(-numbers[:50]).tolist(), 0.0]:
        found = getattr(rounding, kernel)(np.array([number]), digits)
        assert found[0] == rounded(number, digits, how)


@pytest.mark.parametrize("kernel", ["round_half", "round_up", "round_down"])
def test_rounding_to_whole_numbers_near_a_step(kernel: str) -> None:
    """The quick way for whole numbers gives what the way by decimal digits gives."""
    numbers = np.array(
        [0.0, 1.0, -1.0, 2.5, -2.5, 1.4999999999999998, 2.0000000000000004, 7.3, -7.3, 1e13 + 0.5]
    )
    rounds = getattr(rounding, kernel)
    for number in [numbers, numbers[[0, 1, 2]], numbers[[7, 8]], numbers[[9]]]:
        assert rounds(number, 0.0).tolist() == rounds(number, np.zeros(len(number))).tolist()


@pytest.mark.skipif(not available(), reason="numba is not installed")
@pytest.mark.parametrize("name", ["equal", "unequal", "less", "less_equal", "greater", "greater_equal"])
def test_compiled_comparisons_are_the_same(name: str) -> None:
    """What the compiled kernel answers is what NumPy answers, or NaN, which NumPy then computes."""
    from engine.evaluate.batch.machine import scalar_kernels

    left, right = _pairs()
    expected = getattr(kernels, name)(left, right).tolist()
    found = [getattr(scalar_kernels, name)(a, b) for a, b in zip(left.tolist(), right.tolist(), strict=True)]
    known = [not np.isnan(value) for value in found]
    assert sum(known) > 0.6 * len(known)
    assert [bool(f) for f, k in zip(found, known, strict=True) if k] == [
        e for e, k in zip(expected, known, strict=True) if k
    ]
