"""How a stated interval stands against a computed one.

With p the claim's precision, [a, b] stated and [lo, hi] computed; an end that is left open (at least,
at most) is infinite, and nothing misses it:

- it **ties** where |lo - a| <= p and |hi - b| <= p, a single figure (a = b) too;
- else it is **within** what is stated where lo >= a - p and hi <= b + p: it holds in every case;
- else it is **wider** than stated where lo <= a + p and hi >= b - p: it has all that is stated and more;
- else it **overlaps** where lo <= b + p and hi >= a - p, and **breaks** where it does not;
- **undetermined** where the base result or any case is an error or no number.

The base result says whether a claim that does not tie holds at base.
"""

from __future__ import annotations

import math
from decimal import Decimal

from engine.analysis.results import Verdict

RELATIVE_CAP = 0.01
"""A default precision is never more than this share of the stated figure."""

_ROUNDING = 1e-9
"""Floating-point allowance, relative to the figures compared: 0.55 - 0.5 is within 0.05."""


def default_precision(*stated: float) -> float:
    """Return half a unit in the last significant digit of a stated figure, at most 1 % of it.

    Of two ends that differ from 0 the finer precision counts: 4.5 gives 0.045, 3.25 gives 0.005, 100000 gives
    1000.
    """
    return min((_precision(figure) for figure in stated if figure and math.isfinite(figure)), default=0.0)


def verdict(stated: tuple[float, float], computed: tuple[float, float], precision: float) -> Verdict:
    """Return how a stated interval stands against a computed one; see the module for the rules."""
    inside = _contains(stated, computed, precision)
    ends = [(value, end) for value, end in zip(computed, stated, strict=True) if math.isfinite(end)]
    if inside and all(abs(value - end) <= _allow(precision, value, end) for value, end in ends):
        return "ties"
    if inside:
        return "within"
    if _contains(computed, stated, precision):
        return "wider"
    return "overlaps" if overlaps(stated, computed, precision) else "breaks"


def overlaps(stated: tuple[float, float], computed: tuple[float, float], precision: float) -> bool:
    """Tell whether two intervals have a point in common, give or take the precision."""
    allowed = _allow(precision, *stated, *computed)
    return computed[0] <= stated[1] + allowed and computed[1] >= stated[0] - allowed


def _contains(whole: tuple[float, float], part: tuple[float, float], precision: float) -> bool:
    """Tell whether one interval has all of another, give or take the precision at either end."""
    low, high = (_allow(precision, *ends) for ends in zip(whole, part, strict=True))
    return part[0] >= whole[0] - low and part[1] <= whole[1] + high


def _precision(figure: float) -> float:
    exponent = Decimal(repr(figure)).normalize().as_tuple().exponent
    assert isinstance(exponent, int), "a stated figure is finite"
    return min(0.5 * 10.0**exponent, RELATIVE_CAP * abs(figure))


def _allow(precision: float, *figures: float) -> float:
    return precision + _ROUNDING * max((abs(one) for one in figures if math.isfinite(one)), default=0.0)
