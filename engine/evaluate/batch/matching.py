"""Numbers found among values (MATCH), compared to 15 digits."""

from __future__ import annotations

import numpy as np

from engine.core.values import NA
from engine.evaluate.batch.boxes import Floats, error_box, is_error
from engine.evaluate.batch.ties import Lanes, equal, less_equal
from engine.evaluate.batch.unplanned import NeedsCare

_FEW = 12  # constants that are sooner compared one by one than searched


def match_exact(key: Lanes, values: Floats, care: bool) -> Lanes:
    """Return the first position from 1 of a number among values (items × scenarios or × 1)."""
    found: Lanes = 0.0
    with np.errstate(invalid="ignore"):
        for place in range(len(values) - 1, -1, -1):
            found = np.where(equal(values[place], key), place + 1.0, found)
    return _found(found, key, care)


def match_ascending(key: Lanes, values: Floats, care: bool) -> Lanes:
    """Return the last position whose value is not above a number; the values must ascend."""
    if np.isnan(values).any() or (len(values) > 1 and (np.diff(values, axis=0) < 0).any()):
        raise NeedsCare
    if values.shape[1] == 1 and np.ndim(key):
        found = _bisected(key, values[:, 0])
    else:
        found = 0.0
        with np.errstate(invalid="ignore"):
            for place in range(len(values)):
                found = found + less_equal(values[place], key)
    return _found(found, key, care)


def _bisected(key: Lanes, values: Floats) -> Lanes:
    """Return how many of ascending constants are not above a number, to 15 digits."""
    wide = np.abs(values) * 2e-14
    with np.errstate(invalid="ignore"):
        found, most = _not_above(key, values + wide), _not_above(key, values - wide)
        unsure = found != most
        if unsure.any():
            found[unsure] = np.sum([less_equal(value, key[unsure]) for value in values], axis=0)
    return np.where(np.isnan(key), 0.0, found) if np.isnan(key).any() else found


def _not_above(key: Lanes, values: Floats) -> Lanes:
    if len(values) > _FEW:
        return np.searchsorted(values, key, side="right")
    found = np.zeros(np.shape(key), dtype=np.uint8)
    for value in values:
        np.add(found, np.greater_equal(key, value), out=found)
    return found


def _found(found: Lanes, key: Lanes, care: bool) -> Lanes:
    missing = np.equal(found, 0)
    if not missing.any():
        return found
    if not care:
        raise NeedsCare
    absent = np.where(is_error(np.asarray(key, dtype=float)), key, error_box(NA))
    return np.where(missing, absent, found)
