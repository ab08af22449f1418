"""Vector kernels of statistics over ranges (items × ...), numbers alone (see ``quick``)."""

from __future__ import annotations

import numpy as np

from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.called import QUICK, Quick
from engine.evaluate.batch.quick import enter
from engine.evaluate.batch.ties import Lanes


@enter("MEDIAN")
def _median(items: Floats) -> Lanes:
    ordered, half = np.sort(items, axis=0), len(items) // 2
    return ordered[half] if len(items) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _squares(items: Floats) -> Lanes:
    return np.sum((items - np.mean(items, axis=0)) ** 2, axis=0)


def _variance(less: int, *, root: bool) -> Quick:
    def kernel(items: Floats) -> Lanes:
        if len(items) <= less:
            return np.full(items.shape[1:], np.nan)
        found = _squares(items) / (len(items) - less)
        return np.sqrt(found) if root else found

    return kernel


for _names, _less, _root in (
    ("VAR VAR.S", 1, False),
    ("VARP VAR.P", 0, False),
    ("STDEV STDEV.S", 1, True),
    ("STDEVP STDEV.P", 0, True),
):
    enter(*_names.split())(_variance(_less, root=_root))
QUICK["DEVSQ"] = _squares
QUICK["AVEDEV"] = lambda items: np.mean(np.abs(items - np.mean(items, axis=0)), axis=0)
QUICK["SUMSQ"] = lambda items: np.add.reduce(items * items, axis=0)


def _at(ordered: Floats, place: Lanes) -> Lanes:
    """Return the number at a place from 0 in sorted numbers, in proportion between two; NaN outside."""
    last = len(ordered) - 1
    inside = (place >= 0) & (place <= last)
    spot = np.where(inside, place, 0.0)
    low = np.minimum(np.floor(spot).astype(np.intp), max(last - 1, 0))
    high = np.minimum(low + 1, last)
    first, second = (np.take_along_axis(ordered, n[None], axis=0)[0] for n in (low, high))
    return np.where(
        inside, np.where(spot >= last, ordered[last], first + (spot - low) * (second - first)), np.nan
    )


@enter("LARGE")
def _large(items: Floats, place: Lanes) -> Lanes:
    return _at(np.sort(items, axis=0), np.where(place >= 1, len(items) - np.ceil(place), np.nan))


@enter("SMALL")
def _small(items: Floats, place: Lanes) -> Lanes:
    return _at(np.sort(items, axis=0), np.floor(place) - 1)


@enter("PERCENTILE", "PERCENTILE.INC")
def _percentile(items: Floats, share: Lanes) -> Lanes:
    inside = np.where((share >= 0) & (share <= 1), share, np.nan)
    return _at(np.sort(items, axis=0), inside * (len(items) - 1))


@enter("PERCENTILE.EXC")
def _percentile_exc(items: Floats, share: Lanes) -> Lanes:
    place = share * (len(items) + 1) - 1
    near = np.where((place < 0) & (place >= -1e-12), 0.0, place)
    return _at(np.sort(items, axis=0), np.where((share > 0) & (share < 1), near, np.nan))


@enter("QUARTILE", "QUARTILE.INC")
def _quartile(items: Floats, quarter: Lanes) -> Lanes:
    return _percentile(items, np.where(quarter >= 0, np.floor(quarter), -1.0) / 4)


@enter("QUARTILE.EXC")
def _quartile_exc(items: Floats, quarter: Lanes) -> Lanes:
    return _percentile_exc(items, np.trunc(quarter) / 4)


def _rank(average: bool) -> Quick:
    def kernel(number: Lanes, items: Floats, order: Lanes = 0.0) -> Lanes:
        alike = np.sum(items == number, axis=0)
        before = np.where(order != 0, np.sum(items < number, axis=0), np.sum(items > number, axis=0))
        found = before + ((alike + 1) / 2 if average else 1.0)
        return np.where(alike > 0, found, np.nan)

    return kernel


enter("RANK", "RANK.EQ")(_rank(average=False))
enter("RANK.AVG")(_rank(average=True))


def _products(xs: Floats, ys: Floats) -> tuple[Lanes, Lanes, Lanes]:
    """Return the sums of squares and products of distances from the means; NaN where there are no pairs."""
    if xs.shape != ys.shape:
        nothing = np.full(xs.shape[1:], np.nan)
        return nothing, nothing, nothing
    a, b = xs - np.mean(xs, axis=0), ys - np.mean(ys, axis=0)
    sums = np.sum(a * a, axis=0), np.sum(a * b, axis=0), np.sum(b * b, axis=0)
    large = ~np.isfinite(sums[0] + sums[1] + sums[2])
    xx, xy, yy = (np.where(large, np.nan, found) for found in sums)
    return xx, xy, yy


def _or_unsure(found: Lanes, *sizes: Lanes) -> Lanes:
    """Leave to the function itself where a spread is none, or next to none."""
    return np.where(np.logical_and.reduce([size > 0 for size in sizes]), found, np.nan)


@enter("SLOPE")
def _slope(ys: Floats, xs: Floats) -> Lanes:
    xx, xy, _ = _products(xs, ys)
    return _or_unsure(xy / xx, xx)


@enter("INTERCEPT")
def _intercept(ys: Floats, xs: Floats) -> Lanes:
    return np.mean(ys, axis=0) - _slope(ys, xs) * np.mean(xs, axis=0)


@enter("FORECAST", "FORECAST.LINEAR")
def _forecast(x: Lanes, ys: Floats, xs: Floats) -> Lanes:
    return _intercept(ys, xs) + _slope(ys, xs) * x


@enter("CORREL", "PEARSON")
def _correl(xs: Floats, ys: Floats) -> Lanes:
    xx, xy, yy = _products(xs, ys)
    return _or_unsure(xy / np.sqrt(xx * yy), xx, yy)


@enter("RSQ")
def _rsq(ys: Floats, xs: Floats) -> Lanes:
    return _correl(xs, ys) ** 2


@enter("COVAR", "COVARIANCE.P")
def _covariance_p(xs: Floats, ys: Floats) -> Lanes:
    return _products(xs, ys)[1] / len(xs)


@enter("COVARIANCE.S")
def _covariance_s(xs: Floats, ys: Floats) -> Lanes:
    return _products(xs, ys)[1] / (len(xs) - 1) if len(xs) > 1 else np.full(xs.shape[1:], np.nan)
