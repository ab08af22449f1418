"""The compiled backend (extra ``fast``): the plain program through numba, a row form at a time.

Scenarios in which an Excel error would arise are reported back.
"""

from __future__ import annotations

import ast
import importlib.util
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
from engine.evaluate.batch.machine.kept import kernel_names, missing
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

    ``wide`` are tables with a row for every cell.
    """

    tables: Tables
    addresses: npt.NDArray[np.int64] = field(repr=False)
    wide: Tables = field(repr=False)

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

    def cells(self, inputs: Mapping[int, Floats]) -> Floats:
        """Return every cell (slots × scenarios), the base case last."""
        from engine.evaluate.batch.machine.run import compute  # noqa: PLC0415 -- numba is an extra

        width = len(next(iter(inputs.values())))
        lanes = np.repeat(self.wide.start[:, None], width + 1, axis=1)
        for slot, values in inputs.items():
            lanes[slot, :width] = values
        compute(self.wide, self.addresses, lanes, width + 1)
        return lanes


@dataclass
class Backend:
    """The compiled form of one plan: asked for when the work repays it, made while NumPy already computes.

    ``tabled`` is what workers make it of, where they compute and not this process.
    """

    program: CompiledProgram | None = None
    problem: str = ""
    tabled: Tabled | None = None
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


@dataclass(frozen=True)
class Tabled:
    """A plain program as tables with a row for every cell, before it is machine code.

    ``expected`` is the base case, cell by cell, which the machine code has to give; ``inputs`` and
    ``outputs`` are the slots that runs give and ask for. It travels to other processes.
    """

    wide: Tables
    expected: Floats = field(repr=False)
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    @property
    def missing(self) -> int:
        """How many forms have to be compiled, because no machine code of them is kept."""
        return missing(self.wide.forms)

    @property
    def seconds(self) -> float:
        """About how long it takes to have the machine code."""
        return _BEGIN_SECONDS + _FORM_SECONDS * self.missing

    def compiled(self) -> CompiledProgram:
        """Return the machine code, kept or made now; raise Unplanned where the base case differs."""
        from engine.evaluate.batch.machine.cached import addresses  # noqa: PLC0415 -- numba is an extra
        from engine.evaluate.batch.machine.narrow import narrowed  # noqa: PLC0415 -- as above
        from engine.evaluate.batch.machine.run import compute  # noqa: PLC0415 -- as above

        at = addresses(self.wide.forms)
        lanes = np.ascontiguousarray(self.wide.start[:, None])
        compute(self.wide, at, lanes, 1)
        _verify(lanes[: len(self.expected), 0], self.expected)
        return CompiledProgram(narrowed(self.wide, lanes[:, 0], self.inputs, self.outputs), at, self.wide)


def tabled_program(cone: Cone, program: Program) -> Tabled:
    """Return a plain program as tables; raise Unplanned where it may carry errors or texts."""
    from engine.evaluate.batch.machine.tables import tabled  # noqa: PLC0415 -- for large runs alone

    body, constants, count = scalar_body(cone, program)
    expected = program.start[: len(program.kinds)]
    function = ast.parse(f"def compute(S, N):\n{body}").body[0]
    assert isinstance(function, ast.FunctionDef)
    wide = tabled(function.body, dict(constants), with_rows(expected, count), kernel_names())
    slots = program.slots.numbers
    inputs, outputs = (tuple(slots[c] for c in cells if c in slots) for cells in (cone.inputs, cone.outputs))
    return Tabled(wide, expected, inputs, outputs)


def _verify(computed: Floats, expected: Floats) -> None:
    """Compare the base case slot by slot; what is NaN here is computed by NumPy anyway."""
    known = ~np.isnan(computed) & ~np.isnan(expected)
    apart = np.abs(computed - expected) > 1e-9 * np.maximum(1.0, np.abs(expected))
    if (known & apart).any():
        raise Unplanned(f"{int((known & apart).sum())} cells differ from the reference when compiled")
