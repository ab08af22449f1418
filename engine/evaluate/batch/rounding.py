"""ROUND and its like over lanes, on the 15 digits that Excel shows."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.evaluate.batch.boxes import Flags
from engine.evaluate.batch.ties import Lanes
from engine.functions.arithmetic import rounded

_MOST_DIGITS = 22  # powers of ten up to it are exact


def _half(size: Lanes) -> Lanes:
    return np.floor(np.add(size, 0.5))


@dataclass(frozen=True)
class _Rounding:
    """One way to round: how a magnitude steps, ``exact`` is its name in ``decimal``.

    ``below`` and ``above`` are factors to the two ends of what a magnitude's 15 digits may stand for;
    ``tie`` is the fraction at which it steps.
    """

    exact: str
    step: Callable[[Lanes], Lanes]
    below: float
    above: float
    tie: float = 0.0

    def quickly(self, number: Lanes, digits: float) -> Lanes | None:
        """Return numbers rounded to the same digits; None where 15 digits may round otherwise than all."""
        size, places = np.abs(number), np.trunc(digits)
        scale = 10.0 ** abs(places)
        factor = scale if places >= 0 else 1.0 / scale
        whole = self.step(_times(size, factor * self.below))
        if whole.tobytes() != self.step(_times(size, factor * self.above)).tobytes():
            return None
        if places:
            whole = whole / scale if places > 0 else whole * scale
        return np.copysign(whole, number)

    def by_digits(self, number: Lanes, digits: Lanes) -> Lanes:
        """Return numbers rounded, those close to a step by their decimal digits."""
        places, size = np.trunc(digits), np.abs(number)
        scale = np.power(10.0, np.abs(places))
        scaled = np.where(places >= 0, size * scale, size / scale)
        whole = self.step(scaled)
        result = np.copysign(np.where(places >= 0, whole / scale, whole * scale), number)
        unsure = self._unsure(scaled, places)
        return self._exactly(result, unsure, number, places) if unsure.any() else result

    def _unsure(self, scaled: Lanes, places: Lanes) -> Flags:
        """Return where the decimal digits count, not the binary fraction."""
        fraction = scaled - np.floor(scaled)
        distance = np.abs(fraction - self.tie)
        close = np.minimum(distance, 1 - distance) < 1e-9 * np.maximum(1.0, scaled * 1e-5)
        certain = (distance == 0) & ((places == 0) | (self.tie == 0.0))
        unsure: Flags = np.asarray(close & ~certain) | np.asarray(scaled > 1e14)
        return unsure

    def _exactly(self, result: Lanes, unsure: Flags, number: Lanes, places: Lanes) -> Lanes:
        """Return a result with some of its numbers rounded by their decimal digits, one by one."""
        wide, far = np.broadcast_arrays(number, places)
        result = np.array(np.broadcast_to(result, unsure.shape))
        for place in zip(*np.nonzero(np.broadcast_to(unsure, result.shape)), strict=True):
            result[place] = rounded(float(wide[place]), float(far[place]), self.exact)
        return result


def _times(size: Lanes, factor: float) -> Lanes:
    return size if factor == 1.0 else np.multiply(size, factor)


def _kernel(rounding: _Rounding) -> Callable[..., Lanes]:
    def kernel(number: Lanes, digits: Lanes = 0.0) -> Lanes:
        alike = not np.ndim(digits) and -_MOST_DIGITS <= digits <= _MOST_DIGITS
        found = rounding.quickly(number, float(digits)) if alike else None
        return rounding.by_digits(number, digits) if found is None else found

    return kernel


round_half = _kernel(_Rounding(decimal.ROUND_HALF_UP, _half, 1.0 - 1e-14, 1.0 + 1e-14, tie=0.5))
round_up = _kernel(_Rounding(decimal.ROUND_UP, np.ceil, 1.0 - 1e-14, 1.0))
round_down = _kernel(_Rounding(decimal.ROUND_DOWN, np.floor, 1.0, 1.0 + 1e-14))
