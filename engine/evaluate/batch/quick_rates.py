"""Vector kernels of rates, depreciation, multiples and trigonometry, numbers alone (see ``quick``).

NaN stands where Excel answers an error or the digits of a tie decide: the function itself answers there.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.evaluate.batch.called import QUICK, Quick
from engine.evaluate.batch.powers import raised
from engine.evaluate.batch.ties import Lanes
from engine.functions.trigonometry import QUARTER_EXCESS


def _unless(fails: Lanes, found: Lanes) -> Lanes:
    return np.where(fails, np.nan, found)


def _periods(rate: Lanes, paid: Lanes, present: Lanes, future: Lanes = 0.0, due: Lanes = 0.0) -> Lanes:
    level = paid * (1 + rate * np.not_equal(due, 0))
    growing = np.log((level - future * rate) / (level + present * rate)) / np.log(1 + rate)
    level_rate = np.equal(rate, 0)
    return _unless(level_rate & np.equal(paid, 0), np.where(level_rate, -(present + future) / paid, growing))


def _effective(rate: Lanes, periods: Lanes) -> Lanes:
    count = np.trunc(periods)
    return _unless(np.less_equal(rate, 0) | (count < 1), raised(1 + rate / count, count) - 1)


def _nominal(rate: Lanes, periods: Lanes) -> Lanes:
    count = np.trunc(periods)
    return _unless(np.less_equal(rate, 0) | (count < 1), (raised(1 + rate, 1 / count) - 1) * count)


def _growth_rate(periods: Lanes, present: Lanes, future: Lanes) -> Lanes:
    ratio = np.divide(future, present)
    return _unless(np.less_equal(periods, 0) | (ratio < 0), raised(ratio, np.divide(1.0, periods)) - 1)


def _growth_periods(rate: Lanes, present: Lanes, future: Lanes) -> Lanes:
    wrong = np.less_equal(rate, 0) | np.less_equal(present, 0) | np.less_equal(future, 0)
    return _unless(wrong, (np.log(future) - np.log(present)) / np.log(1 + rate))


def _digits_of_years(cost: Lanes, salvage: Lanes, life: Lanes, period: Lanes) -> Lanes:
    wrong = np.less(salvage, 0) | np.less(life, 1) | np.less_equal(period, 0) | np.greater(period, life)
    return _unless(wrong, (cost - salvage) * (life - period + 1) * 2 / (life * (life + 1)))


def _logarithm(number: Lanes, base: Lanes = 10.0) -> Lanes:
    found = np.where(np.equal(base, 10), np.log10(number), np.log(number) / np.log(base))
    return _unless(np.less_equal(number, 0) | np.less_equal(base, 0), found)


def _multiple(rounding: Callable[[Lanes], Lanes], tie: float) -> Quick:
    """Return a rounding to multiples; ``tie`` is the part of a step at which the 15 digits decide."""

    def kernel(number: Lanes, step: Lanes) -> Lanes:
        steps = np.divide(number, step)
        near = np.abs(steps - tie - np.round(steps - tie)) < 1e-9 * np.maximum(1.0, np.abs(steps))
        other = (np.greater(number, 0) & np.less(step, 0)) | np.equal(number, 0)
        return _unless(near | other, rounding(steps) * step)

    return kernel


def _nearest(number: Lanes, step: Lanes) -> Lanes:
    found = _multiple(lambda steps: np.floor(steps + 0.5), 0.5)(number, step)
    return _unless(np.less(np.multiply(number, step), 0), found)


def _angled(wave: Callable[[Lanes, Lanes], Lanes]) -> Quick:
    """Return a function of angles, up to 2 ^ 27, and of what Excel takes too much off them."""

    def kernel(angle: Lanes) -> Lanes:
        excess = np.rint(np.divide(angle, np.pi / 2)) * QUARTER_EXCESS
        return _unless(np.abs(angle) >= 2.0**27, wave(angle, excess))

    return kernel


def _tangent(angle: Lanes, excess: Lanes) -> Lanes:
    found = np.tan(angle)
    return (found - excess) / (1 + found * excess)


QUICK["NPER"] = _periods
QUICK["EFFECT"] = _effective
QUICK["NOMINAL"] = _nominal
QUICK["RRI"] = _growth_rate
QUICK["PDURATION"] = _growth_periods
QUICK["SYD"] = _digits_of_years
QUICK["LOG"] = _logarithm
QUICK["CEILING"] = _multiple(np.ceil, 0.0)
QUICK["FLOOR"] = _multiple(np.floor, 0.0)
QUICK["MROUND"] = _nearest
QUICK["QUOTIENT"] = lambda number, divisor: np.trunc(np.divide(number, divisor))
QUICK["SIN"] = _angled(lambda angle, excess: np.sin(angle) - excess * np.cos(angle))
QUICK["COS"] = _angled(lambda angle, excess: np.cos(angle) + excess * np.sin(angle))
QUICK["TAN"] = _angled(_tangent)
QUICK["ASIN"], QUICK["ACOS"], QUICK["ATAN"] = np.arcsin, np.arccos, np.arctan
QUICK["SINH"], QUICK["COSH"], QUICK["TANH"] = np.sinh, np.cosh, np.tanh
QUICK["DEGREES"], QUICK["RADIANS"] = np.degrees, np.radians
QUICK["GEOMEAN"] = lambda items: _unless(
    np.less_equal(items, 0).any(axis=0), np.exp(np.mean(np.log(items), axis=0))
)
QUICK["HARMEAN"] = lambda items: _unless(
    np.less_equal(items, 0).any(axis=0), 1 / np.mean(np.divide(1.0, items), axis=0)
)
