"""Random numbers, pinned once per run: each cell draws from a stream of its own, seeded by the run's seed."""

from __future__ import annotations

import math

from engine.core.values import NUM, VALUE
from engine.functions.operands import Array
from engine.functions.references import Here
from engine.functions.sizes import room
from engine.functions.table import Fault, excel


@excel("RAND", volatile=True, located=True)
def rand(here: Here) -> float:
    """Return a random number from 0 to 1."""
    return here.random().random()


@excel("RANDBETWEEN", "s s", volatile=True, located=True, correction="whole numbers")
def randbetween(here: Here, low: float, high: float) -> float:
    """Return a random whole number."""
    first, last = math.ceil(low), math.floor(high)
    if last < first:
        raise Fault(NUM)
    return float(here.random().randint(first, last))


@excel("RANDARRAY", "m? m? m? m? b?", volatile=True, located=True)
def randarray(
    here: Here,
    rows: float | None = None,
    columns: float | None = None,
    low: float | None = None,
    high: float | None = None,
    whole: bool = False,
) -> Array:
    """Return random numbers."""
    height, width = (1 if size is None else int(size) for size in (rows, columns))
    first, last = (0.0 if low is None else low), (1.0 if high is None else high)
    if height < 1 or width < 1 or last < first or (whole and (first % 1 or last % 1)):
        raise Fault(VALUE)
    room(height, width)
    draw = here.random()

    def one() -> float:
        return float(draw.randint(int(first), int(last))) if whole else first + (last - first) * draw.random()

    return Array([[one() for _ in range(width)] for _ in range(height)])
