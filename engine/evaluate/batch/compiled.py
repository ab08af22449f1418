"""The compiled backend (extra ``fast``): the plain program through numba, a row form at a time.

Scenarios in which an Excel error would arise are reported back.
"""

from __future__ import annotations

import ast
import importlib.util
import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.cone import Cone
from engine.evaluate.batch.generate import scalar_body
from engine.evaluate.batch.program import Program, with_rows
from engine.evaluate.batch.unplanned import Unplanned

if TYPE_CHECKING:
    from engine.evaluate.batch.machine.shares import Shares
    from engine.evaluate.batch.machine.tables import Tables

# What part of a core's second-level cache the lane array takes, and how many scenarios it has.
_CACHE_BYTES = 1 << 20
_NARROWEST, _WIDEST = 64, 256


@dataclass(frozen=True)
class CompiledProgram:
    """The machine code of one plain program's forms, and the tables that run them.

    ``wide`` are tables with a row for every cell; a program that came from another process has none.
    """

    tables: Tables
    addresses: npt.NDArray[np.int64] = field(repr=False)
    wide: Tables | None = field(default=None, repr=False)

    def __reduce__(self) -> tuple[Callable[[Tables], CompiledProgram], tuple[Tables]]:
        """Travel to another process as source; numba finds the machine code in its cache, or makes it."""
        return loaded, (self.tables,)

    @property
    def width(self) -> int:
        """How many scenarios are computed at once."""
        fitting = _CACHE_BYTES // (8 * len(self.tables.start)) // _NARROWEST * _NARROWEST
        return min(max(fitting, _NARROWEST), _WIDEST)

    def begun(self, inputs: Mapping[int, Floats], outputs: Sequence[int], *, alone: bool = True) -> Shares:
        """Begin to compute outputs for inputs by slot; unless ``alone``, other threads start where it repays.

        A scenario has a NaN among its outputs where a NumPy program has to compute it. The base case is one
        more scenario, the last.
        """
        from engine.evaluate.batch.machine.shares import shares  # noqa: PLC0415 -- numba is an extra

        places = self.tables.places
        given = {places[slot]: values for slot, values in inputs.items()}
        asked = [places[slot] for slot in outputs]
        return shares(self.tables, self.addresses, self.width, given, asked, alone=alone)

    def cells(self, inputs: Mapping[int, Floats]) -> Floats | None:
        """Return every cell (slots × scenarios), the base case last; None without tables for them."""
        from engine.evaluate.batch.machine.run import compute  # noqa: PLC0415 -- numba is an extra

        if self.wide is None:
            return None
        width = len(next(iter(inputs.values())))
        lanes = np.repeat(self.wide.start[:, None], width + 1, axis=1)
        for slot, values in inputs.items():
            lanes[slot, :width] = values
        compute(self.wide, self.addresses, lanes, width + 1)
        return lanes


@dataclass
class Backend:
    """The compiled form of one plan: asked for when the work repays it, made while NumPy already computes."""

    program: CompiledProgram | None = None
    problem: str = ""
    _thread: threading.Thread | None = None

    def ask(self, make: Callable[[], CompiledProgram], *, wait: bool) -> None:
        """Begin to make the program, once; with ``wait``, return when it is there or has failed."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._make, args=(make,), daemon=True)
            self._thread.start()
        if wait:
            self._thread.join()

    def _make(self, make: Callable[[], CompiledProgram]) -> None:
        try:
            self.program = make()
        except Exception as problem:  # noqa: BLE001 -- numba's failures are many; NumPy goes on without it
            self.problem = f"{type(problem).__name__}: {problem}"


@lru_cache(maxsize=1)
def available() -> bool:
    """Whether numba is installed."""
    return importlib.util.find_spec("numba") is not None


# Measured (benchmarks/results): one form; numba's own import and the tables of a model of usual size.
_FORM_SECONDS, _BEGIN_SECONDS = 0.12, 1.0


def seconds_to_make(cone: Cone, program: Program) -> float:
    """Return about how long it takes to have the machine code of a plain program; inf where there is none."""
    from engine.evaluate.batch.machine.cached import missing  # noqa: PLC0415 -- numba is an extra

    try:
        return _BEGIN_SECONDS + _FORM_SECONDS * missing(_tables(cone, program).forms)
    except Unplanned:
        return math.inf


def compile_program(cone: Cone, program: Program) -> CompiledProgram:
    """Return the machine code of a plain program, from the cache where it is there.

    Raises Unplanned where the program may carry errors or texts.
    """
    from engine.evaluate.batch.machine.cached import addresses  # noqa: PLC0415 -- numba is an extra
    from engine.evaluate.batch.machine.narrow import narrowed  # noqa: PLC0415 -- as above
    from engine.evaluate.batch.machine.run import compute  # noqa: PLC0415 -- as above

    wide = _tables(cone, program)
    at = addresses(wide.forms)
    lanes = np.ascontiguousarray(wide.start[:, None])
    compute(wide, at, lanes, 1)
    cells = len(program.kinds)
    _verify(lanes[:cells, 0], program.start[:cells])
    slots = program.slots.numbers
    inputs, outputs = ([slots[c] for c in cells if c in slots] for cells in (cone.inputs, cone.outputs))
    return CompiledProgram(narrowed(wide, lanes[:, 0], inputs, outputs), at, wide)


def loaded(tables: Tables) -> CompiledProgram:
    """Return the machine code of tables that ``compile_program`` made and verified."""
    from engine.evaluate.batch.machine.cached import addresses  # noqa: PLC0415 -- numba is an extra

    return CompiledProgram(tables, addresses(tables.forms))


def _tables(cone: Cone, program: Program) -> Tables:
    """Return a plain program's tables, with a row for every cell."""
    from engine.evaluate.batch.machine.cached import KERNELS  # noqa: PLC0415 -- numba is an extra
    from engine.evaluate.batch.machine.tables import tabled  # noqa: PLC0415 -- as above

    body, constants, count = scalar_body(cone, program)
    start = with_rows(program.start[: len(program.kinds)], count)
    function = ast.parse(f"def compute(S, N):\n{body}").body[0]
    assert isinstance(function, ast.FunctionDef)
    return tabled(function.body, dict(constants), start, KERNELS)


def _verify(computed: Floats, expected: Floats) -> None:
    """Compare the base case slot by slot; what is NaN here is computed by NumPy anyway."""
    known = ~np.isnan(computed) & ~np.isnan(expected)
    apart = np.abs(computed - expected) > 1e-9 * np.maximum(1.0, np.abs(expected))
    if (known & apart).any():
        raise Unplanned(f"{int((known & apart).sum())} cells differ from the reference when compiled")
