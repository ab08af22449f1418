from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis import designs
from engine.core.exceptions import AnalysisError


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [(1, 99.9, "linear"), (1, 100, "log"), (0, 1000, "linear"), (-1, 1000, "linear"), (0.01, 1, "log")],
)
def test_spacing_is_logarithmic_from_a_ratio_of_100_above_zero(start, stop, expected):
    """Only a range above 0 whose ends are 100 times apart is spaced in the logarithm."""
    assert designs.spacing(start, stop) == expected


@pytest.mark.parametrize(
    ("start", "stop", "count", "include", "expected"),
    [
        (0, 1, 3, (), [0, 0.5, 1]),
        (1, 0, 3, (), [0, 0.5, 1]),
        (0, 1, 3, (0.4,), [0, 0.4, 0.5, 1]),
        (0, 1, 3, (0.5,), [0, 0.5, 1]),
        (0, 1, 3, (2.0,), [0, 0.5, 1]),
        (0, 0.6, 3, (0.1 + 0.2,), [0, 0.1 + 0.2, 0.6]),
        (0, 0.3, 4, (), [0, 0.1, 0.2, 0.3]),
        (1, 1000, 4, (), [1, 10, 100, 1000]),
        (-1, 1, 3, (0.0,), [-1, 0, 1]),
    ],
)
def test_points_hold_both_ends_and_the_base_where_it_lies_within(start, stop, count, include, expected):
    """Points ascend, hold both ends, and take the base value in the place of a point that is the same."""
    assert designs.points(start, stop, count, include).tolist() == expected


@pytest.mark.parametrize(
    ("start", "stop", "count", "words"), [(1, 1, 5, "is empty"), (0, 1, 1, "1 steps are too few")]
)
def test_points_refuse_what_is_no_range(start, stop, count, words):
    """An empty range or fewer than two points is an error that says what to give."""
    with pytest.raises(AnalysisError, match=words):
        designs.points(start, stop, count)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 60), st.floats(0, 1))
def test_points_always_ascend_within_their_ends(start, length, count, share):
    """Whatever the range, points ascend strictly, begin and end at its ends, and hold the base once."""
    stop = start + length
    base = min(max(start + share * length, start), stop)
    values = designs.points(start, stop, count, (base,))
    assert (np.diff(values) > 0).all()
    assert (values[0], values[-1]) == (start, stop)
    assert designs.index_of(values, base) is not None
    assert count <= len(values) <= count + 1


def test_one_at_a_time_leaves_other_drivers_as_they_are():
    """A row moves one driver; the others are missing, which means: as the workbook has them."""
    frame = designs.one_at_a_time([("a", [1, 2]), ("b", [3])])
    assert frame.fillna(-1).to_numpy().tolist() == [[1, -1], [2, -1], [-1, 3]]


def test_corners_are_all_combinations_of_ends():
    """Three drivers have eight corners; no drivers have one, the base case."""
    assert len(designs.corners({"a": (0, 1), "b": (0, 1), "c": (0, 1)}).drop_duplicates()) == 8
    assert designs.corners({}).shape == (1, 0)


def test_product_refuses_one_driver_twice():
    """A grid over a driver and itself is a mistake."""
    with pytest.raises(AnalysisError, match="both drivers of the grid are x"):
        designs.product("x", np.array([1.0]), "X", np.array([2.0]))


@given(st.lists(st.tuples(st.sampled_from([1.0, 2.0, np.nan]), st.sampled_from([1.0, np.nan])), min_size=1))
def test_distinct_scenarios_rebuild_the_design(rows):
    """Each different scenario occurs once, and the places give back every row of the design."""
    frame = pd.DataFrame(rows, columns=["a", "b"])
    few, places = designs.distinct(frame)
    assert not few.duplicated().any()
    pd.testing.assert_frame_equal(few.iloc[places].reset_index(drop=True), frame)


def test_lanes_put_each_value_under_its_own_driver():
    """A batch of (driver, value) pairs becomes one design."""
    frame = designs.lanes(["a", "b", "a"], np.array([1.0, 2.0, 3.0]))
    assert frame.fillna(-1).to_numpy().tolist() == [[1, -1], [-1, 2], [3, -1]]
