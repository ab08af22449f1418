from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.values import DIV0, NA
from engine.evaluate.batch.lanes import BLOCK as UNIT
from engine.evaluate.scale.summary import EXACT, Summary

CODES = ("#DIV/0!", "#N/A", "text", "blank")
RNG = np.random.default_rng(3)
LONG = RNG.lognormal(3, 1, 20 * UNIT + 17)


def summarised(column: Any, size: int) -> pd.DataFrame:
    summary = Summary(("x",))
    for start in range(0, len(column), size):
        summary.add([column[start : start + size]])
    return summary.frame()


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 25))
def test_blocks_change_nothing(units: int) -> None:
    """Not a bit of a summary depends on how the scenarios are cut into blocks of whole units."""
    pd.testing.assert_frame_equal(summarised(LONG, units * UNIT), summarised(LONG, UNIT), check_exact=True)


@pytest.mark.parametrize("count", [2, 100, UNIT + 1, EXACT])
def test_a_summary_is_what_pandas_describes(count: int) -> None:
    """Count, mean, std, extremes and quantiles are those of pandas, the quantiles exact up to EXACT."""
    numbers = LONG[:count]
    row = summarised(numbers, UNIT).loc["x"]
    expected = pd.Series(numbers).describe(percentiles=[0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95])
    for name in map(str, expected.index):
        assert row[name] == pytest.approx(expected[name], rel=1e-12), name


def test_quantiles_of_many_scenarios_are_close() -> None:
    """Of a million numbers, each quantile's rank is within 0.3 %, in the tails within 0.05 %."""
    numbers = np.random.default_rng(1).lognormal(0, 1, 1_000_000)
    summary = Summary(("x",), (0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999))
    summary.add([numbers])
    ordered, row = np.sort(numbers), summary.frame().loc["x"]
    for share in summary.quantiles:
        rank = np.searchsorted(ordered, row[f"{share * 100:g}%"]) / len(numbers)
        assert abs(rank - share) < (0.0005 if min(share, 1 - share) <= 0.01 else 0.003)


def test_what_is_no_number_is_counted_beside() -> None:
    """Errors are counted by code, texts and blanks as such; TRUE is 1."""
    column = np.array([1.0, DIV0, NA, DIV0, "text", None, True, 3.0], dtype=object)
    frame = summarised(column, UNIT)
    found = [frame.loc["x", name] for name in ("count", "errors", "mean", "min", "max", *CODES)]
    assert found == [3, 3, pytest.approx(5 / 3), 1, 3, 2, 1, 1, 1]


def test_errors_alone_have_no_mean() -> None:
    """An output without one number has a count of 0 and no figures."""
    row = summarised(np.array([DIV0, DIV0], dtype=object), UNIT).loc["x"]
    assert row["count"] == 0
    assert row[["mean", "std", "min", "50%", "max"]].isna().all()


def test_numbers_near_overflow_do_not_stop_it() -> None:
    """Squares beyond a float are infinite, not a failure."""
    row = summarised(np.array([1e300, -1e300, 1e300]), UNIT).loc["x"]
    assert row["max"] == 1e300
    assert row["std"] == np.inf
