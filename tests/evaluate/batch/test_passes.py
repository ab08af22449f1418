"""Passes over a generated program: what they give is what the program as written gives, in fewer rows."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.passes.packed import Packed, packed
from engine.evaluate.batch.program import named_kernels
from engine.evaluate.batch.unplanned import NeedsCare

N = 7
# Slots 0 and 1 are inputs, 2 holds a constant, 3 is an opening before a line of twelve positions.
PROGRAMS = {
    "a recurrence": """
for t in range(12):
    S[4 + t] = S[3 + t] * S[0] + S[1]
    cancel(S[4 + t], lambda: S[3 + t] * S[0])
    S[20 + t] = maximum(S[4 + t], S[2])
S[40] = fold_add(S[20:32])
""",
    "copies, whole and from a list": """
S[4:16] = S[J0]
S[20:32] = S[4:16]
for t in range(12):
    S[41 + t] = S[20 + t] + S[2]
S[40] = fold_add(S[41:53]) + S[20]
""",
    "a window of the past and a loop from the end": """
S[4:16] = S[0] * K0
for t in range(9):
    S[20 + t] = S[4 + t] + S[5 + t] + S[6 + t] + S[7 + t]
for t in range(11, -1, -1):
    S[60 + t] = S[61 + t] + S[4 + t]
S[40] = fold_add(S[20:29]) - S[60]
""",
    "many rows added up at the end, in order": """
S[4:6] = S[0] * K1
S[6:8] = S[4:6] * S[1]
S[8:10] = S[6:8] + S[2]
S[10:12] = S[8:10] * S[0]
S[12:14] = S[10:12] - S[1]
S[14:16] = S[12:14] * S[1]
S[20:22] = S[4:6] + S[6:8] + S[8:10] + S[10:12] + S[12:14] + S[14:16]
S[40] = fold_add(S[20:22])
""",
    "two sums that are checked together": """
for t in range(12):
    S[4 + t] = S[3 + t] + S[0]
    cancel(S[4 + t], lambda: S[3 + t])
    v0_0 = greater(S[4 + t], S[1])
    S[20 + t] = where(v0_0, S[4 + t], 0.0) - S[2]
    cancel(S[20 + t], lambda: where(v0_0, S[4 + t], 0.0))
S[40] = fold_add(S[20:32]) + fold_add(S[4:16])
""",
}
ARRAYS = {
    "J0": np.array([0, 1, 0, 1, 0, 1, 2, 2, 0, 0, 1, 1]),
    "K0": np.arange(1.0, 13.0)[:, None],
    "K1": np.array([[1.5], [2.5]]),
}


def _start() -> Floats:
    start = np.zeros(80)
    start[2:4], start[72] = (0.25, 10.0), 3.0
    return start


def _both(text: str) -> tuple[Packed, dict[str, object]]:
    source = "def compute(S, N):" + text.replace("\n", "\n    ").rstrip() + "\n"
    whole = {**named_kernels(), **ARRAYS}
    exec(source, whole)
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)
    return packed(function, {**named_kernels(), **ARRAYS}, _start(), [0, 1], [40]), whole


def _lanes() -> Floats:
    return np.random.default_rng(2).uniform(0.5, 1.5, (2, N))


@pytest.mark.parametrize("name", PROGRAMS)
def test_passes_keep_every_digit(name: str) -> None:
    """The packed program gives the bits that the program as written gives, run after run on old rows."""
    few, whole = _both(PROGRAMS[name])
    expected = np.repeat(_start()[:, None], N, axis=1)
    expected[:2] = _lanes()
    whole["compute"](expected, N)  # type: ignore[operator]  # what the source defines
    rows = np.full((few.rows, N), np.nan)
    for _ in range(2):
        for slot, values in enumerate(_lanes()):
            if slot in few.places:
                rows[few.places[slot]] = values
        few.compute(rows)
        assert rows[few.places[40]].tobytes() == expected[40].tobytes()
    assert few.rows < 60


def test_a_sum_that_should_have_been_zero_stops_the_packed_program() -> None:
    """What others have read by then can't be mended: the program as written has to run."""
    few, _ = _both(PROGRAMS["two sums that are checked together"])
    rows = np.zeros((few.rows, N))
    rows[few.places[0]], rows[few.places[1]] = -10.0 * (1 - 2e-16), 0.0
    with pytest.raises(NeedsCare):
        few.compute(rows)
