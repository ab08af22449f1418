"""Powers over lanes, to the last binary digit those of ``engine.functions.powers``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.evaluate.batch.boxes import Flags
from engine.evaluate.batch.ties import Lanes

_WHOLE = 2.0**53
_NEAR = 0.5


@dataclass(frozen=True)
class Elementary:
    """The functions that powers with a broken exponent are computed by."""

    exp: Callable[[Lanes], Lanes] = np.exp
    log: Callable[[Lanes], Lanes] = np.log
    power: Callable[[Lanes, Lanes], Lanes] = np.power


_NUMPY = Elementary()


def raised(base: Lanes, exponent: Lanes, by: Elementary = _NUMPY) -> Lanes:
    """Return powers; inf or NaN where there is none. Call it where NumPy's warnings are ignored."""
    times = np.abs(exponent)
    integral = np.equal(np.floor(exponent), exponent)
    whole = integral & np.less(times, _WHOLE)
    if whole.all():
        return _whole_power(base, exponent, times)
    near = np.abs(np.subtract(base, 1.0)) < _NEAR
    broken: Lanes = by.exp(np.multiply(exponent, by.log(base)))
    if not near.all():
        broken = np.where(near, broken, by.power(base, exponent))
    below = np.less(base, 0) & ~integral
    if below.any():
        roots = np.negative(by.exp(np.multiply(exponent, by.log(np.negative(base)))))
        broken = np.where(below, np.where(is_odd_root(exponent), roots, np.nan), broken)
    if not whole.any():
        return broken
    return np.where(whole, _whole_power(base, exponent, np.where(whole, times, 0.0)), broken)


def is_odd_root(exponent: Lanes) -> Flags:
    """Return where an exponent is one of an odd root, as ``engine.functions.powers`` has it."""
    root = np.divide(1.0, exponent)
    nearest = np.rint(root)
    digit = 10.0 ** (np.floor(np.log10(np.abs(root))) - 14.0)
    return np.asarray(np.equal(nearest % 2.0, 1.0) & (np.abs(root - nearest) < digit / 2.0), dtype=bool)


def _whole_power(base: Lanes, exponent: Lanes, times: Lanes) -> Lanes:
    left = np.asarray(times).astype(np.int64)
    if left.size == 1:
        result = _squared(base, left.item())
    elif left.ndim == 2 and left.shape[1] == 1 and np.ndim(base) == 2:
        rows = np.broadcast_to(base, (len(left), np.shape(base)[1]))
        result = np.stack([_squared(row, n) for row, n in zip(rows, left[:, 0].tolist(), strict=True)])
    else:
        result = _squared_apart(base, left)
    below = np.less(exponent, 0)
    return np.where(below, np.divide(1.0, result), result) if below.any() else result


def _squared(base: Lanes, times: int) -> Lanes:
    result: Lanes | None = None
    while times:
        if times & 1:
            result = base if result is None else np.multiply(result, base)
        times >>= 1
        base = np.multiply(base, base) if times else base
    return np.ones(np.shape(base)) if result is None else result


def _squared_apart(base: Lanes, times: np.ndarray) -> Lanes:
    """Return powers whose exponents differ from scenario to scenario."""
    result: Lanes = 1.0
    while True:
        result = np.multiply(result, np.where((times & 1).astype(bool), base, 1.0))
        times = times >> 1
        if not times.any():
            return result
        base = np.multiply(base, base)
