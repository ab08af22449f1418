"""The kernels of the compiled backend (see ``scalar_kernels``) that look at several numbers of a scenario."""
# ruff: noqa: D103, ARG001, PLR0124, SIM201 -- each kernel is its namesake in ``kernels``; x == x asks for NaN
# mypy: disable-error-code="no-untyped-def,no-untyped-call,untyped-decorator,misc,type-var"

from __future__ import annotations

import numpy as np
from numba import njit

from engine.evaluate.batch.machine.scalar_kernels import _kernel


@njit(error_model="numpy")
def fold_add(values):
    total = 0.0
    for value in values:
        total += value
    return total


@njit(error_model="numpy")
def fold_multiply(values):
    total = 1.0
    for value in values:
        total *= value
    return total


@njit(error_model="numpy")
def fold_minimum(values):
    least = values[0]
    for value in values:
        gap = least - value
        least = (least if gap <= 0.0 else value) if gap - gap == 0.0 else np.nan
    return least


@njit(error_model="numpy")
def fold_maximum(values):
    most = values[0]
    for value in values:
        gap = most - value
        most = (most if gap >= 0.0 else value) if gap - gap == 0.0 else np.nan
    return most


@njit(error_model="numpy")
def gather(values, place, care):
    inside = (place >= 1.0) & (place < len(values) + 1.0)
    found = values[int(place if inside else 1.0) - 1]
    return found if inside else np.nan


@njit(error_model="numpy")
def choose(place, choices, care):
    if not (place >= 1.0 and place < len(choices) + 1.0):
        return np.nan
    return choices[int(place) - 1]


@_kernel
def _place(key, rungs, unsure):
    place, most = 0.0, 1.0
    for step in range(len(rungs)):
        place += 1.0 if key >= rungs[step] else 0.0
        most += 1.0 if key >= unsure[step] else 0.0
    return place if (place >= 1.0) & (most == place) else np.nan


@_kernel
def rung(key, rungs, unsure):
    return _place(key, rungs, unsure)


@_kernel
def rung_value(key, rungs, unsure, values):
    place = _place(key, rungs, unsure)
    sure = place == place
    found = values[int(place if sure else 1.0) - 1]
    return found if sure else np.nan


@njit(error_model="numpy")
def match_exact(key, values, care):
    for place in range(len(values)):
        gap = abs(values[place] - key)
        if not (gap - gap == 0.0) or (gap != 0.0 and gap <= 1e-14 * max(abs(key), abs(values[place]))):
            return np.nan
        if gap == 0.0:
            return place + 1.0
    return np.nan


@njit(error_model="numpy")
def match_ascending(key, values, care):
    found, unsure, before = 0.0, 0.0, values[0]
    for value in values:
        gap = abs(value - key)
        close = (gap != 0.0) & (gap <= 1e-14 * max(abs(key), abs(value)))
        unsure += 1.0 if close | (value < before) else 0.0
        found += 1.0 if value <= key else 0.0
        before = value
    return found if (unsure == 0.0) & (found >= 1.0) else np.nan


@njit(error_model="numpy")
def stack(items):
    return np.array(items)
