"""The statistics of the compiled backend (see ``scalar_kernels``): a range's numbers in, one number out."""
# ruff: noqa: D103, SIM201 -- each kernel is its namesake in ``quick_statistics``; x - x == 0 is no NaN
# mypy: disable-error-code="no-untyped-def,no-untyped-call,untyped-decorator,misc,type-var"

from __future__ import annotations

import math

import numpy as np
from numba import njit

_kernel = njit(error_model="numpy")


@_kernel
def squares(items):
    total = 0.0
    for item in items:
        total += item
    mean, found = total / len(items), 0.0
    for item in items:
        found += (item - mean) * (item - mean)
    return found


@_kernel
def variance(items, less):
    return squares(items) / (len(items) - less) if len(items) > less else np.nan


@_kernel
def deviation(items, less):
    return math.sqrt(variance(items, less))


@_kernel
def _settled_at(items, place):
    """Put the item that sorting would put at a place there, the lower ones before it (Hoare's FIND, 1961)."""
    left, right = 0, len(items) - 1
    while left < right:
        pivot, low, high = items[(left + right) // 2], left, right
        while low <= high:
            while items[low] < pivot:
                low += 1
            while items[high] > pivot:
                high -= 1
            if low <= high:
                items[low], items[high] = items[high], items[low]
                low += 1
                high -= 1
        if place > high and place < low:
            return
        left, right = (low, right) if place >= low else (left, high)


@_kernel
def _in_order(items, place):
    """Return the number at a place from 0 in order, in proportion between two; NaN outside."""
    last, ordered = len(items) - 1, np.empty(len(items))
    for n in range(len(items)):
        if not (items[n] - items[n] == 0.0):
            return np.nan
        ordered[n] = items[n]
    if not (place >= 0.0 and place <= last):
        return np.nan
    low = math.floor(place)
    _settled_at(ordered, low)
    first = ordered[low]
    if low == last:
        return first
    second = ordered[low + 1]
    for n in range(low + 2, len(items)):
        second = min(second, ordered[n])
    return first + (place - low) * (second - first)


@_kernel
def median(items):
    half = len(items) // 2
    if len(items) % 2:
        return _in_order(items, half)
    return (_in_order(items, half - 1) + _in_order(items, half)) / 2.0


@_kernel
def largest(items, place):
    return _in_order(items, len(items) - math.ceil(place)) if place >= 1.0 else np.nan


@_kernel
def smallest(items, place):
    return _in_order(items, math.floor(place) - 1.0)


@_kernel
def percentile(items, share):
    return _in_order(items, share * (len(items) - 1)) if share >= 0.0 and share <= 1.0 else np.nan


@_kernel
def quartile(items, quarter):
    return percentile(items, math.floor(quarter) / 4.0) if quarter >= 0.0 else np.nan
