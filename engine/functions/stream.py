"""A cell's own random numbers, cheap to begin: a Monte Carlo sheet has thousands of cells that draw once.

Source: SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators",
OOPSLA 2014).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from engine.core.address import SHIFT, STRIDE

_MASK = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15
_FIRST, _SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


class Stream:
    """Random numbers that follow from a seed and a cell alone."""

    __slots__ = ("_state",)

    def __init__(self, seed: int, sheet: int, row: int, column: int) -> None:
        self._state = (seed * _FIRST) ^ (sheet << 40) ^ (row << 16) ^ column
        self._state = self._bits()

    def _bits(self) -> int:
        self._state = z = (self._state + _STEP) & _MASK
        z = (z ^ (z >> 30)) * _FIRST & _MASK
        z = (z ^ (z >> 27)) * _SECOND & _MASK
        return z ^ (z >> 31)

    def random(self) -> float:
        """Return a number from 0 to 1, 1 excluded, on a grid of 2^-53."""
        return (self._bits() >> 11) * 2.0**-53

    def randint(self, first: int, last: int) -> int:
        """Return a whole number from first to last, both included; first must not be above last."""
        width = last - first + 1
        bits, size = self._bits(), 64
        while width >> (size - 53):  # bias below 2^-53
            bits, size = bits << 64 | self._bits(), size + 64
        return first + (bits * width >> size)


def uniforms(seed: int, sheet: int, keys: Sequence[int]) -> list[float]:
    """Return the first random number of each of a sheet's cells, as ``Stream`` gives it."""
    cells = np.array(keys, np.uint64)
    rows, columns = cells >> np.uint64(SHIFT), cells & np.uint64(STRIDE - 1)
    start = np.uint64(seed * _FIRST & _MASK) ^ np.uint64(sheet << 40) ^ (rows << np.uint64(16)) ^ columns
    bits = _mixed(_mixed(start))
    return ((bits >> np.uint64(11)) * 2.0**-53).tolist()  # type: ignore[no-any-return]  # floats all


def _mixed(state: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    z = state + np.uint64(_STEP)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(_FIRST)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(_SECOND)
    return z ^ (z >> np.uint64(31))
