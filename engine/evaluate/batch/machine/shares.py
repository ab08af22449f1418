"""A program's tables run over many scenarios by all cores, without the interpreter between the blocks.

Every thread takes the next block of scenarios until none is left, so that none waits for another.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba.extending import intrinsic

from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.machine.run import run
from engine.evaluate.batch.machine.tables import Tables

Whole = npt.NDArray[np.int64]

# Measured: an instruction for a scenario. Starting a thread repays itself from so much work for each.
_STEP_SECONDS = 2e-10
_WORTH_A_THREAD = 2e-4


@intrinsic
def _claimed(_context: Any, _counter: Any, _step: Any) -> Any:
    """Return a counter's value, by its address, and add a step to it, as one operation for all threads."""

    def code(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        counter, step = arguments
        pointer = builder.inttoptr(counter, ir.IntType(64).as_pointer())
        return builder.atomic_rmw("add", pointer, step, "monotonic")

    return numba.int64(numba.int64, numba.int64), code


@intrinsic
def _numbers(_context: Any, _address: Any) -> Any:
    """Return the numbers at an address."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

    pointer: Any = numba.types.CPointer
    return pointer(numba.float64)(numba.int64), code


claimed: Any = _claimed  # as its callers see it: numba passes the contexts
numbers_at: Any = _numbers


@numba.njit(
    "void(int64[::1], int64, int64[::1], int64[::1], float64[:, ::1], int64[::1], float64[::1], "
    "int64[::1], int64[::1], int64[::1], int64[::1], int64[::1], float64[::1])",
    nogil=True,
    cache=True,
)
def _blocks(
    counter: Whole, width: int, given: Whole, places: Whole, found: Floats, asked: Whole, start: Floats,
    addresses: Whole, code: Whole, at: Whole, of: Whole, rows: Whole, numbers: Floats,
) -> None:  # fmt: skip
    """Compute blocks of ``width`` scenarios until none is left; ``start`` fills the last one, the base case.

    ``given`` are addresses of the inputs' values and ``places`` their rows, ``asked`` the rows of outputs.
    """
    count = found.shape[1] - 1
    lanes = np.empty((len(start), width))
    for row in range(len(start)):
        lanes[row, :] = start[row]
    while True:
        first: int = claimed(counter.ctypes.data, width)
        if first > count:
            return
        wide = min(width, count + 1 - first)
        own = min(wide, count - first)
        for item in range(len(given)):
            values = numbers_at(given[item])
            for n in range(own):
                lanes[places[item], n] = values[first + n]
            if own < wide:
                lanes[places[item], own] = start[places[item]]
        run(lanes, wide, addresses, code, at, of, rows, numbers)
        for item in range(len(asked)):
            for n in range(wide):
                found[item, first + n] = lanes[asked[item], n]


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
            thread = threading.Thread(target=_blocks, args=self.arguments, daemon=True)
            thread.start()
            self.threads.append(thread)
        return self

    def finished(self) -> Floats:
        """Return outputs (outputs × scenarios and, as the last one, the base case)."""
        _blocks(*self.arguments)
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
