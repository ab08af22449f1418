"""Careful kernels: what lanes hold, number, text, boolean or error."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.core.values import NA
from engine.evaluate.batch.boxes import (
    FIRST_BOOLEAN,
    FIRST_TEXT,
    NOTHING,
    Flags,
    Floats,
    codes,
    error_box,
    is_error,
    is_nothing,
    is_text,
    truth,
)
from engine.evaluate.batch.ties import Lanes


def care_na(value: Lanes) -> Flags:
    """Return where lanes hold #N/A."""
    lanes = np.asarray(value, dtype=float)
    return np.asarray(is_error(lanes) & (codes(lanes) == codes(np.array([error_box(NA)]))[0]), dtype=bool)


def care_error(value: Lanes) -> Flags:
    """Return where lanes hold an error."""
    lanes = np.asarray(value, dtype=float)
    return is_error(lanes) & ~is_nothing(lanes)


def care_number(value: Lanes) -> Flags:
    """Return where lanes hold a number."""
    return np.asarray(~np.isnan(np.asarray(value, dtype=float)), dtype=bool)


def care_other_error(value: Lanes) -> Flags:
    """Return where lanes hold an error other than #N/A."""
    return np.asarray(care_error(value) & ~care_na(value), dtype=bool)


def care_text(value: Lanes) -> Flags:
    """Return where lanes hold text."""
    return is_text(np.asarray(value, dtype=float))


def care_no_text(value: Lanes) -> Flags:
    """Return where lanes hold something other than text."""
    return ~care_text(value)


def care_logical(value: Lanes) -> Flags:
    """Return where lanes hold a boolean."""
    lanes = np.asarray(value, dtype=float)
    held = codes(lanes)
    return np.asarray(np.isnan(lanes) & (held >= FIRST_BOOLEAN) & (held < FIRST_TEXT), dtype=bool)


def care_looked(looks: Callable[[Lanes], Flags], value: Lanes) -> Floats:
    """Return what is asked of boxes as TRUE and FALSE, no value yet where they have none."""
    return unless_nothing(truth(looks(value)), value)


def unless_nothing(result: Floats, *given: Lanes) -> Floats:
    """Return a result but where one of what it is made of has no value yet."""
    for lanes in given:
        without = is_nothing(np.asarray(lanes, dtype=float))
        if without.any():
            result = np.where(without, NOTHING, result)
    return result
