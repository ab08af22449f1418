"""A formula's last sum or difference, which is 0 where its operands cancel (see operators.cancelled)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.evaluate.batch.boxes import Flags, Floats
from engine.evaluate.batch.ties import Lanes
from engine.evaluate.batch.unplanned import NeedsCare

_LEFT_OVER = 1.3e-15
# What is left of operands that differ by so little (at most 11 units in the last place, or 11 halves of one
# where a power of two lies between) has four significant bits, whose first is not stored: 49 others are 0.
_LOW_BITS = np.int64((1 << 49) - 1)


def last(result: Lanes, left: Lanes) -> Lanes:
    """Return a formula's last sum or difference, 0 where the operands cancel (see operators.cancelled)."""
    cancels = _cancels(result, left)
    return result if cancels is None else np.where(cancels, 0.0, result)


def cancel(result: Floats, left: Callable[[], Lanes]) -> None:
    """Put 0 where a formula's last sum or difference, already in its rows, leaves next to nothing."""
    if not whole(result):
        cancels = _cancels(result, left())
        if cancels is not None:
            result[cancels] = 0.0


def uncancelled(result: Floats, left: Callable[[], Lanes]) -> None:
    """Stop where a last sum or difference, which others have read by now, should have been 0."""
    if not whole(result):
        cancels = _cancels(result, left())
        if cancels is not None and (result[cancels] != 0).any():
            raise NeedsCare


def whole(result: Lanes) -> bool:
    """Whether no number but 0 has so few bits as what is left where operands cancel."""
    if not (isinstance(result, np.ndarray) and result.dtype == np.float64 and result.size):
        return False
    low = np.bitwise_and(result.view(np.int64), _LOW_BITS)
    if np.minimum.reduce(low, axis=None) > 0:
        return True
    return not np.count_nonzero(np.equal(low, 0) & np.not_equal(result, 0.0))


def _cancels(result: Lanes, left: Lanes) -> Flags | None:
    if not np.size(result) or whole(result):
        return None
    cancels = np.abs(result) < np.multiply(np.abs(left), _LEFT_OVER)
    return np.broadcast_to(cancels, np.shape(result)) if cancels.any() else None
