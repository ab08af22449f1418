"""A cell's own random numbers, cheap to begin: a Monte Carlo sheet has thousands of cells that draw once.

Source: SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators",
OOPSLA 2014).
"""

from __future__ import annotations

_MASK = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15


class Stream:
    """Random numbers that follow from a seed and a cell alone."""

    __slots__ = ("_state",)

    def __init__(self, seed: int, sheet: int, row: int, column: int) -> None:
        self._state = (seed * 0xBF58476D1CE4E5B9) ^ (sheet << 40) ^ (row << 16) ^ column
        self._state = self._bits()

    def _bits(self) -> int:
        self._state = z = (self._state + _STEP) & _MASK
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & _MASK
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
