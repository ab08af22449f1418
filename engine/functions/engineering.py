"""Bits, steps and the error function. Source: "Engineering functions (reference)", Excel's documentation."""

from __future__ import annotations

import math

from engine.core.values import NUM
from engine.functions.table import Fault, excel

_LIMIT = 2**48


def _bits(number: float) -> int:
    if not 0 <= number < _LIMIT or number != int(number):
        raise Fault(NUM)
    return int(number)


@excel("BITAND", "n n")
def bitand(first: float, second: float) -> float:
    """Return the bits set in both numbers."""
    return float(_bits(first) & _bits(second))


@excel("BITOR", "n n")
def bitor(first: float, second: float) -> float:
    """Return the bits set in either number."""
    return float(_bits(first) | _bits(second))


@excel("BITXOR", "n n")
def bitxor(first: float, second: float) -> float:
    """Return the bits set in one number only."""
    return float(_bits(first) ^ _bits(second))


@excel("BITLSHIFT", "n n")
def bitlshift(number: float, places: float) -> float:
    """Return a number's bits moved left, or right if negative."""
    if abs(places) > 53:
        raise Fault(NUM)
    steps = int(places)
    return float(_shifted(_bits(number), steps))


@excel("BITRSHIFT", "n n")
def bitrshift(number: float, places: float) -> float:
    """Return a number's bits moved right, or left if negative."""
    return bitlshift(number, -places)


def _shifted(bits: int, steps: int) -> int:
    moved = bits << steps if steps >= 0 else bits >> -steps
    if moved >= _LIMIT:
        raise Fault(NUM)
    return moved


@excel("DELTA", "s s?")
def delta(first: float, second: float = 0.0) -> float:
    """Return 1 where two numbers are alike, else 0."""
    return float(first == second)


@excel("GESTEP", "s s?")
def gestep(number: float, step: float = 0.0) -> float:
    """Return 1 from a step on, else 0."""
    return float(number >= step)


@excel("ERF", "s s?")
def erf(low: float, high: float | None = None) -> float:
    """Return the error function, from 0 or between two limits."""
    return math.erf(low) if high is None else math.erf(high) - math.erf(low)


@excel("ERF.PRECISE", "s")
def erf_precise(limit: float) -> float:
    """Return the error function."""
    return math.erf(limit)


@excel("ERFC ERFC.PRECISE", "s")
def erfc(limit: float) -> float:
    """Return what the error function leaves to 1."""
    return math.erfc(limit)
