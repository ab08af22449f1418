"""Cells that are computed one after the other and have one form: a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]


class Run(NamedTuple):
    """Cells of one sheet with one form, in the order in which they are computed.

    ``form`` is the form's number.
    """

    sheet: int
    form: int
    keys: list[int]


def runs_between(sheets: Integers, forms: Integers, keys: Integers) -> list[Run]:
    """Return the runs of cells that are given by sheet, form and key, in this order."""
    if not len(keys):
        return []
    starts = np.flatnonzero((np.diff(forms, prepend=forms[0] - 1) != 0) | (np.diff(sheets, prepend=-1) != 0))
    ends = [*starts[1:].tolist(), len(keys)]
    every = keys.tolist()
    return [
        Run(sheet, form, every[start:end])
        for sheet, form, start, end in zip(
            sheets[starts].tolist(), forms[starts].tolist(), starts.tolist(), ends, strict=True
        )
    ]


def packed_runs(runs: Sequence[Run]) -> tuple[Integers, Integers]:
    """Return runs as arrays: sheet, form and length of each, and all keys."""
    heads = np.array([(run.sheet, run.form, len(run.keys)) for run in runs], np.int64).reshape(-1, 3)
    return heads, np.array([key for run in runs for key in run.keys], np.int64)


def unpacked_runs(heads: Integers, keys: Integers) -> list[Run]:
    """Return the runs that ``packed_runs`` made arrays of; raise ValueError where they can't be right."""
    heads = heads.reshape(-1, 3)
    if (heads[:, 2] < 0).any() or heads[:, 2].sum() != len(keys):
        raise ValueError
    every, start, found = keys.tolist(), 0, []
    for sheet, form, length in heads.tolist():
        found.append(Run(sheet, form, every[start : start + length]))
        start += length
    return found
