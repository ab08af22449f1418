"""What the cells that the reference computes within a program cost for one scenario."""

from __future__ import annotations

import contextlib
import re
import time
from collections import Counter

import numpy as np

from engine.evaluate.batch.alone import Alone
from engine.evaluate.batch.program import Program
from engine.evaluate.batch.together import Together
from engine.evaluate.batch.unplanned import NeedsCare, Unplanned

_CALL = re.compile(r"\bF\d+(?=\()")


def slow_seconds(program: Program) -> float:
    """Return the seconds that calls of the reference take for the base case, measured once."""
    if not program.slow:
        return 0.0
    lanes = program.start[:, None].copy()
    took = 0.0
    for name in dict.fromkeys(_CALL.findall(program.listing)):
        call = program.namespace[name]
        if not isinstance(call, (Alone, Together)):
            continue
        began = time.perf_counter()
        with contextlib.suppress(NeedsCare, Unplanned), np.errstate(all="ignore"):
            call(lanes)
        took += time.perf_counter() - began
    return took


def slow_text(program: Program, seconds: float) -> str:
    """Return what is computed scenario by scenario, how many rows call it, and about what it costs."""
    causes = ", ".join(f"{cause} ({number}×)" for cause, number in Counter(program.slow).items())
    return (
        f"Scenario by scenario, through the one-scenario evaluation: {causes}; "
        f"about {1000 * seconds:.2g} ms a scenario in all."
    )
