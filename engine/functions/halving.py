"""The digits with which Excel's XIRR ends: it halves an interval, and answers the middle of the last one.

No documentation tells; the stored values do. Each is a dyadic part of an interval that the guess sets: of 99
in real workbooks 91 come out to the last bit and six within 3e-16; two losses of over 88.75 % are left as
they are.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_NEAR = 1e-8
_STEP_FROM_ZERO = 1e-5


def halved(rates: Floats, guesses: Floats) -> Floats:
    """Return what Excel answers for roots that its search from guesses finds; the root where that is unknown.

    Which half holds the root follows from the root itself, so that nothing is discounted again.
    """
    low, high = _intervals(rates, guesses)
    while (wide := high - low > _NEAR * (1 + np.abs(low) + np.abs(high))).any():
        middle = (low + high) / 2
        short = middle < rates
        low, high = np.where(wide & short, middle, low), np.where(wide & ~short, middle, high)
    return np.where(np.isnan(low), rates, (low + high) / 2)


def halved_once(rate: float, guess: float) -> float:
    """Return ``halved`` of one root, which plain numbers reach sooner."""
    low, high = (float(end[0]) for end in _intervals(np.array([rate]), np.array([guess])))
    while high - low > _NEAR * (1 + abs(low) + abs(high)):
        middle = (low + high) / 2
        low, high = (middle, high) if middle < rate else (low, middle)
    return rate if math.isnan(low) else (low + high) / 2


def _intervals(rates: Floats, guesses: Floats) -> tuple[Floats, Floats]:
    """Return the ends between which Excel's search comes to a halt, NaN where they are not known."""
    step = np.where(guesses == 0, _STEP_FROM_ZERO, guesses)
    # Down to -100 % what is left is halved first, then quartered.
    half = (-guesses - 1) / 2
    eighth = ((half - 1) / 2 - 1) / 2
    part = guesses < 1
    places = [
        guesses < 0, rates >= guesses, part & (np.abs(rates) < guesses), rates >= 0,
        part & (rates >= half), part & (rates >= eighth),
    ]  # fmt: skip
    zero = np.zeros_like(rates)
    low = np.select(places, [zero * np.nan, guesses, -guesses, zero, half, eighth], np.nan)
    high = np.select(places, [zero * np.nan, 2 * guesses + step, guesses, guesses, -guesses, half], np.nan)
    while (beyond := high < rates).any():  # above the guess each interval is twice as wide as the last
        low, high = np.where(beyond, high, low), np.where(beyond, 2 * high + step, high)
    return low, high
