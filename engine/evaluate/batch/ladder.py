"""Places of numbers among constants that ascend, as MATCH and the lookups built on it find them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.core.values import Value
from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.ties import Lanes, less_equal
from engine.evaluate.batch.unplanned import NeedsCare

_FEW = 12
_WIDE = 2e-14  # twice the bound of ``coerce.same_number``


@dataclass(frozen=True)
class Ladder:
    """Ascending rungs, and by place the least number that may count as the rung above in 15 digits.

    Below the first rung that is minus infinity, so that what has no place is looked at closely too.
    """

    rungs: Floats
    unsure: Floats


def ladder_of(values: Sequence[Value]) -> Ladder | None:
    """Return a ladder of constants; None where they are not ascending numbers."""
    numbers = [value for value in values if type(value) is float]
    if len(numbers) < len(values) or not numbers:
        return None
    rungs = np.array(numbers)
    if not np.isfinite(rungs).all() or (np.diff(rungs) < 0).any():
        return None
    above = np.append(rungs[1:] - np.abs(rungs[1:]) * _WIDE, np.inf)
    return Ladder(rungs, np.concatenate([[-np.inf], above]))


def rung(key: Lanes, ladder: Ladder) -> Lanes:
    """Return the last place from 1 whose rung is not above a number; stop where there is none."""
    return _place(key, ladder).astype(float)


def rung_value(key: Lanes, ladder: Ladder, values: Floats) -> Lanes:
    """Return the value (places × 1) at a number's place."""
    return values[:, 0].take(_place(key, ladder) - 1)


def _place(key: Lanes, ladder: Ladder) -> Lanes:
    rungs = ladder.rungs
    place: Lanes
    if len(rungs) > _FEW:
        place = np.searchsorted(rungs, key, side="right")
    else:
        place = np.zeros(np.shape(key), dtype=np.uint8)
        for value in rungs:
            np.add(place, np.greater_equal(key, value).view(np.uint8), out=place)
    unsure = np.greater_equal(key, ladder.unsure.take(place))
    if np.count_nonzero(unsure):
        place = np.sum([less_equal(value, key) for value in rungs], axis=0)
        if np.less(place, 1).any():
            raise NeedsCare
    return place
