"""Vector kernels of the normal distribution, numbers alone (see ``quick``)."""

from __future__ import annotations

import numpy as np

from engine.evaluate.batch.quick import enter
from engine.evaluate.batch.ties import Lanes


@enter("NORMSDIST")
def _below(z: Lanes) -> Lanes:
    from scipy.special import erfc  # noqa: PLC0415 -- imported with the first function that asks

    return erfc(-z * np.sqrt(0.5)) / 2


@enter("NORM.S.INV", "NORMSINV")
def _inverse(chance: Lanes) -> Lanes:
    from scipy.special import ndtri  # noqa: PLC0415 -- imported with the first function that asks

    return np.where((chance > 0) & (chance < 1), ndtri(chance), np.nan)


@enter("NORM.INV", "NORMINV")
def _norm_inv(chance: Lanes, mean: Lanes, spread: Lanes) -> Lanes:
    return np.where(spread > 0, mean + spread * _inverse(chance), np.nan)


@enter("NORM.DIST", "NORMDIST")
def _norm_dist(x: Lanes, mean: Lanes, spread: Lanes, cumulative: Lanes) -> Lanes:
    z = (x - mean) / spread
    found = np.where(cumulative != 0, _below(z), np.exp(-z * z / 2) / (spread * np.sqrt(2 * np.pi)))
    return np.where(spread > 0, found, np.nan)


@enter("NORM.S.DIST")
def _standard_dist(z: Lanes, cumulative: Lanes) -> Lanes:
    return _norm_dist(z, 0.0, 1.0, cumulative)
