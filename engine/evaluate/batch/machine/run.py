"""The loops that run a program's tables without the interpreter: over a block of scenarios, over blocks."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba.extending import intrinsic

from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.machine.tables import Tables

Whole = npt.NDArray[np.int64]

_BYTES = 8


@intrinsic
def _call(_context: Any, _at: Any, _s: Any, _stride: Any, _n: Any, _p: Any, _q: Any) -> Any:
    """Call a form by its address; pointers come as numbers."""

    def code(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        whole, pointer = ir.IntType(64), ir.IntType(8).as_pointer()
        form = ir.FunctionType(ir.VoidType(), [pointer, whole, whole, pointer, pointer]).as_pointer()
        at, lanes, width, count, rows, numbers = arguments
        builder.call(
            builder.inttoptr(at, form),
            [
                builder.inttoptr(lanes, pointer),
                width,
                count,
                builder.inttoptr(rows, pointer),
                builder.inttoptr(numbers, pointer),
            ],
        )

    return numba.void(*[numba.int64] * 6), code


@numba.njit(
    "void(float64[:, ::1], int64, int64[::1], int64[::1], int64[::1], int64[::1], int64[::1], float64[::1])",
    nogil=True,
    cache=True,
)
def run(
    lanes: Floats, count: int, addresses: Any, code: Any, at: Any, of: Any, rows: Any, numbers: Floats
) -> None:
    """Run instructions one after the other over the first ``count`` scenarios of a lane array."""
    s, p, q = lanes.ctypes.data, rows.ctypes.data, numbers.ctypes.data
    stride = lanes.shape[1]
    for n in range(len(code)):
        place = addresses[code[n]]
        _call(place, s, stride, count, p + _BYTES * at[n], q + _BYTES * of[n])  # type: ignore[call-arg]  # numba adds one


def compute(tables: Tables, at: npt.NDArray[np.int64], lanes: Floats, count: int) -> None:
    """Compute the first ``count`` scenarios of a lane array."""
    run(lanes, count, at, tables.code, tables.at, tables.of, tables.rows, tables.numbers)


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
def blocks(
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
