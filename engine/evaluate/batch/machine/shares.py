"""A program's tables run over many scenarios by all cores, without the interpreter between the blocks.

Every thread takes the next block of scenarios until none is left, so that none waits for another.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.machine.run import Whole, blocks
from engine.evaluate.batch.machine.tables import Tables

# Measured: an instruction for a scenario. Starting a thread repays itself from so much work for each.
_STEP_SECONDS = 2e-10
_WORTH_A_THREAD = 2e-4


@dataclass
class Shares:
    """Scenarios that other threads have begun to compute; ``finished`` takes part and returns the outputs.

    ``kept`` are arrays that the threads use by address.
    """

    arguments: tuple[Any, ...]
    found: Floats
    kept: Sequence[Floats]
    threads: list[threading.Thread] = field(default_factory=list)

    def begin(self, others: int) -> Shares:
        """Start some threads."""
        for _ in range(others):
            thread = threading.Thread(target=blocks, args=self.arguments, daemon=True)
            thread.start()
            self.threads.append(thread)
        return self

    def finished(self) -> Floats:
        """Return outputs (outputs × scenarios and, as the last one, the base case)."""
        blocks(*self.arguments)
        for thread in self.threads:
            thread.join()
        return self.found


def shares(
    tables: Tables,
    addresses: Whole,
    width: int,
    given: Mapping[int, Floats],
    asked: Sequence[int],
    *,
    alone: bool,
) -> Shares:
    """Begin to compute the rows ``asked`` for inputs by row, ``width`` scenarios at a time."""
    kept = [np.ascontiguousarray(values, dtype=float) for values in given.values()]
    count = len(kept[0])
    found = np.empty((len(asked), count + 1))
    arguments = (
        np.zeros(1, dtype=np.int64),
        min(width, count + 1),
        np.array([values.ctypes.data for values in kept], dtype=np.int64),
        np.array(list(given), dtype=np.int64),
        found,
        np.array(asked, dtype=np.int64),
        *(tables.start, addresses, tables.code, tables.at, tables.of, tables.rows, tables.numbers),
    )
    begun = Shares(arguments, found, kept)
    return begun if alone else begun.begin(_worth(len(tables.code), count))


def _worth(instructions: int, count: int) -> int:
    """Return how many threads beside this one repay being started."""
    seconds = _STEP_SECONDS * instructions * count
    return max(min(_cores(), int(seconds / _WORTH_A_THREAD)) - 1, 0)


def _cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
