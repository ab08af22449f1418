"""Runs of cells: cut where sheet or form changes, packed and unpacked as they are."""

import numpy as np
import pytest

from engine.plan.runs import Run, packed_runs, runs_between, unpacked_runs

RUNS = [Run(0, 2, [5, 6]), Run(1, 2, [5]), Run(1, 0, [9, 7, 8])]


def test_runs_are_cut_where_sheet_or_form_changes():
    """The order of the cells stays."""
    sheets, forms = np.array([0, 0, 1, 1, 1, 1]), np.array([2, 2, 2, 0, 0, 0])
    assert runs_between(sheets, forms, np.array([5, 6, 5, 9, 7, 8])) == RUNS
    assert runs_between(sheets[:0], forms[:0], sheets[:0]) == []


def test_packed_runs_are_the_same_again():
    """Also where there are none."""
    assert unpacked_runs(*packed_runs(RUNS)) == RUNS
    assert unpacked_runs(*packed_runs([])) == []


@pytest.mark.parametrize("heads", [[[0, 2, 3]], [[0, 2, -1], [0, 2, 3]], [[0, 2]]])
def test_runs_that_cannot_be_are_refused(heads):
    """Lengths that do not add up are no runs."""
    with pytest.raises(ValueError):  # noqa: PT011 -- whoever reads a plan takes any as "not kept"
        unpacked_runs(np.array(heads), np.array([5, 6]))
