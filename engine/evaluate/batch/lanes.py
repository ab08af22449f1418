"""Running a batch program: blocks of scenarios, the plain program first, careful where it stops, checked.

The base case rides in every block as one more scenario, and in every run each cell that it computes is
compared with the reference; some of the scenarios are compared as well. A difference rejects the plan.
"""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from engine.evaluate.batch.backends import Backends, waited_for
from engine.evaluate.batch.boxes import Floats, unbox
from engine.evaluate.batch.careful_program import CarefulProgram
from engine.evaluate.batch.columns import Column, joined, taken
from engine.evaluate.batch.comparison import Comparison
from engine.evaluate.batch.compiled import Backend
from engine.evaluate.batch.compiled_runs import CompiledRuns
from engine.evaluate.batch.cone import Cone, cone_of
from engine.evaluate.batch.cost import slow_seconds
from engine.evaluate.batch.generate import generate
from engine.evaluate.batch.lane_arrays import LaneArrays
from engine.evaluate.batch.numpy_runs import NumPyRuns
from engine.evaluate.batch.program import Program, assembled
from engine.evaluate.batch.sampler import Sampler
from engine.evaluate.batch.sampling import Sampling
from engine.evaluate.batch.slices import Sliceable
from engine.evaluate.batch.unplanned import Unplanned
from engine.evaluate.batch.writer import Writer
from engine.evaluate.reference import Evaluation
from engine.evaluate.state import CellId

BLOCK = 1024


@dataclass(frozen=True)
class Plan:
    """A cone with its plain program, and the careful one when it is first needed.

    ``seconds`` is what making it took. ``rides`` says whether the plain program can compute the base case;
    ``whole`` is the plan that this is a part of, ``apart`` counts the scenarios that single evaluations
    computed, by the reason.
    """

    cone: Cone
    plain: Program
    careful: CarefulProgram
    seconds: float
    backend: Backend = field(default_factory=Backend)
    sampling: Sampling = field(default_factory=Sampling)
    rides: bool = True
    whole: Plan | None = None
    apart: Counter[str] = field(default_factory=Counter, repr=False, compare=False)

    @cached_property
    def slow_seconds(self) -> float:
        """What one scenario takes in functions that the reference computes."""
        return slow_seconds(self.plain)

    @cached_property
    def plain_parts(self) -> Sliceable:
        """The plain program as parts."""
        return Sliceable(self.plain)

    def covers(self, inputs: Iterable[CellId], outputs: Iterable[CellId]) -> bool:
        """Whether the plan computes all that is asked when all these vary."""
        return set(inputs).issubset(self.cone.inputs) and set(outputs).issubset(self.cone.outputs)

    def between(self, inputs: tuple[CellId, ...], outputs: tuple[CellId, ...]) -> Plan:
        """Return the part of this plan that computes some of its outputs when some of its inputs vary."""
        began = time.perf_counter()
        cone = replace(self.cone, inputs=inputs, outputs=outputs)
        program = self.plain_parts.between(inputs, outputs, cone.asked)
        seconds = time.perf_counter() - began
        fresh = Backend(), Sampling(first=1)
        return Plan(cone, program, self.careful.between(cone), seconds, *fresh, self.rides, self)

    def explain(self) -> str:
        """Return the plain program as text, a line per row of a sheet with its address and label."""
        return self.plain.listing

    def run(self, inputs: Mapping[CellId, Floats], backend: str = "auto") -> dict[CellId, Column]:
        """Return each output's values, one per scenario, for arrays of input values of one length.

        A column is float64 where every value is a number, else of objects (ExcelError, text, boolean).
        Raises Unplanned where a block can't be computed or a sampled scenario differs from the reference.
        """
        began, count = time.thread_time(), len(next(iter(inputs.values())))
        self.choose(count, backend)
        found = self._at_once(inputs, count) or self._in_blocks(inputs, count)
        self.sampling.earned(time.thread_time() - began)
        return found

    def _at_once(self, inputs: Mapping[CellId, Floats], count: int) -> dict[CellId, Column] | None:
        """Run where all cells of all scenarios fit in one array, some of which are compared; else None."""
        if self._compiled is not None or self.plain.quick is not None or count > self.numpy.part:
            return None
        lanes = self.arrays.computed(self.plain, inputs)
        if lanes is None:
            return None
        found = self.arrays.outputs(lanes, range(len(lanes)), self.plain)
        self.comparison.samples(self._sampler.samples(inputs, count, lanes=lanes), found)
        return found

    def _in_blocks(self, inputs: Mapping[CellId, Floats], count: int) -> dict[CellId, Column]:
        width = self.numpy.width
        starts = range(0, count, width)
        blocks = (taken(inputs, slice(start, start + width)) for start in starts)
        parts = [self.block(block) for block in itertools.takewhile(self._uncompiled, blocks)]
        done = min(len(parts) * width, count)
        rest = taken(inputs, slice(done, None)) if done else inputs
        compiled = self._compiled if done < count else None
        shares = None if compiled is None else compiled.begun(rest, alone=False)
        samples = self._sampler.samples(inputs, count)  # while other threads compute without the interpreter
        if compiled is not None and shares is not None:
            parts.append(compiled.finished(shares, rest))
        found = {cell: joined([part[cell] for part in parts]) for cell in self.cone.columns}
        self.comparison.samples(samples, found)
        return found

    def boxed(self, inputs: Mapping[CellId, Floats]) -> dict[CellId, Column]:
        """Return each output's values for inputs that may hold errors, texts and booleans, as boxes.

        Raises Unplanned where the careful program can't compute them, or some of the scenarios, looked at
        each time, differ from the reference.
        """
        count, found = len(next(iter(inputs.values()))), self.numpy.boxed(inputs)
        for lane in sorted({0, count // 2, count - 1}):
            given = {cell: unbox(float(values[lane])) for cell, values in inputs.items()}
            self.comparison.scenario(found, lane, self.comparison.reference(given))
        return found

    def block(self, inputs: Mapping[CellId, Floats]) -> dict[CellId, Column]:
        """Return each output's values for one block; raise Unplanned where it can't be computed."""
        compiled = self._compiled
        return self.numpy.outputs(inputs) if compiled is None else compiled.outputs(inputs)

    def _uncompiled(self, _block: object) -> bool:
        return self.backend.program is None

    def choose(self, count: int, backend: str = "auto") -> None:
        """Ask for the compiled backend where it is installed and ``count`` scenarios repay its compile time.

        ``backend`` "numpy" never does, "compiled" waits for it and raises Unplanned where it can't be had.
        """
        self.backends.choose(self.backend, count, backend)

    def settled(self, count: int, *, here: bool = True) -> Plan:
        """Return this plan with one backend for a whole run of ``count`` scenarios, whoever computes them.

        It is the compiled one, waited for, where numba is installed and they repay its compile time. Where
        others compute (not ``here``) and its code is kept, they alone load it.
        """
        return replace(self, backend=self.backends.settled(self.backend, count, here=here))

    def at_hand(self) -> Plan:
        """Return this plan with the backend of its run, had that been left to others, in this process."""
        tabled = self.backend.tabled
        if tabled is None or self.backend.program is not None:
            return self
        return replace(self, backend=waited_for(self.backend, tabled))

    def verified(self) -> Plan:
        """Return this plan, the base case compared; raise Unplanned at a difference."""
        if self.arrays.computed(self.plain, {}) is not None:
            base = {cell: self.plain.start[[self.plain.slots.numbers[cell]]] for cell in self.cone.inputs}
            self.numpy.outputs(base)
            return self
        if self.arrays.computed(self.careful.program, {}) is None:
            raise Unplanned("the base case itself holds what the batch can't express")
        return replace(self, rides=False)

    def sample(
        self, inputs: Mapping[CellId, Floats], found: Mapping[CellId, Column], count: int, least: int = 0
    ) -> None:
        """Compare the base case and some scenarios with the reference; raise Unplanned at a difference.

        They are the extremes of an input and random ones; at least ``least`` and those that time has been
        earned for are compared whole, of the others all outputs with a second computation and some cells.
        """
        self.comparison.samples(self._sampler.samples(inputs, count, least), found)

    @cached_property
    def backends(self) -> Backends:
        """What chooses the plan's backend."""
        return Backends(self.cone, self.plain)

    @cached_property
    def arrays(self) -> LaneArrays:
        """The lane arrays of the plan's NumPy programs."""
        return LaneArrays(self.cone, self.plain, self.rides)

    @property
    def comparison(self) -> Comparison:
        """Compares what this plan computes with the reference."""
        return self.arrays.comparison

    @cached_property
    def numpy(self) -> NumPyRuns:
        """What computes scenarios by NumPy."""
        return NumPyRuns(self.arrays, self.careful, self.apart)

    @property
    def _compiled(self) -> CompiledRuns | None:
        """What computes scenarios by machine code, once that is there."""
        program = self.backend.program
        return None if program is None else CompiledRuns(program, self.numpy)

    @property
    def _sampler(self) -> Sampler:
        return Sampler(self.sampling, self.numpy, self._compiled)


def plan(
    base: Evaluation,
    inputs: Sequence[CellId],
    outputs: Sequence[CellId],
    made: Callable[[Writer, Floats], Program] = assembled,
) -> Plan:
    """Return a verified plan for inputs and outputs; raise Unplanned, saying why, where none is right.

    ``made`` makes its programs of what was written: ``in_parts`` for a plan that others are parts of.
    """
    began = time.perf_counter()
    cone = cone_of(base, inputs, outputs)
    program = generate(cone, careful=False, made=made)
    return Plan(cone, program, CarefulProgram(cone, made), time.perf_counter() - began).verified()
