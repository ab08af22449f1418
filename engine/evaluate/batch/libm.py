"""Powers, exponentials and logarithms bit for bit as the reference has them: through the C library's.

NumPy's own are several times as fast and differ in the last bit, by a processor's vector instructions. A pack
that must have the same bytes wherever it is built is computed with these.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import numpy as np

from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.careful import care_power_by
from engine.evaluate.batch.kernels import power_by
from engine.evaluate.batch.powers import Elementary, raised
from engine.evaluate.batch.ties import Lanes


def _exp(number: Lanes) -> Floats:
    """Return powers of e; the complex exponential takes them from the C library."""
    return np.asarray(np.exp(np.asarray(number) + 0j).real)


def _each(function: Callable[[float], float]) -> Callable[[Lanes], Floats]:
    """Return a logarithm over lanes, which as NumPy's stops or gives NaN where there is none."""

    def kernel(number: Lanes) -> Floats:
        lanes = np.asarray(number, dtype=float)
        without = ~np.greater(lanes, 0)
        if without.any():
            if np.geterr()["invalid"] == "raise":
                raise FloatingPointError("a logarithm of no number above 0")
            lanes = np.where(without, 1.0, lanes)
        found = np.array([function(x) for x in lanes.ravel().tolist()]).reshape(lanes.shape)
        return np.where(without, math.nan, found) if without.any() else found

    return kernel


_log = _each(math.log)
_raised = partial(raised, by=Elementary(_exp, _log, np.float_power))


LIBM: Final[Mapping[str, object]] = {
    "power": power_by(_raised),
    "care_power": care_power_by(_raised),
    "exp": _exp,
    "log": _log,
    "log10": _each(math.log10),
}
