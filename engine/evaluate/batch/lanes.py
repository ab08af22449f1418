"""Running a batch program: blocks of scenarios, the plain program first, careful where it stops, checked.

The base case rides in every block as one more scenario, and in every run each cell that it computes is
compared with the reference; some of the scenarios are compared as well. A difference rejects the plan.
"""

from __future__ import annotations

import itertools
import math
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from engine.core.exceptions import UnsupportedFormula
from engine.evaluate.batch.boxes import SETTLED, Floats, unbox
from engine.evaluate.batch.columns import ARRAYS, Column, column_of, joined, merged, scenario, taken, unboxed
from engine.evaluate.batch.comparison import Comparison, value_of
from engine.evaluate.batch.compiled import (
    Backend,
    Tabled,
    available,
    tabled_program,
)
from engine.evaluate.batch.cone import Cone, cone_of
from engine.evaluate.batch.cost import slow_seconds
from engine.evaluate.batch.generate import generate
from engine.evaluate.batch.kernels import NeedsCare
from engine.evaluate.batch.passes.packed import Packed
from engine.evaluate.batch.program import Program, assembled
from engine.evaluate.batch.sampling import Samples, Sampling
from engine.evaluate.batch.slices import Sliceable
from engine.evaluate.batch.unplanned import Rearranged, Unplanned
from engine.evaluate.batch.writer import Writer
from engine.evaluate.reference import Evaluation
from engine.evaluate.state import CONVERGED, CellId

if TYPE_CHECKING:
    from engine.evaluate.batch.machine.shares import Shares

Truths = npt.NDArray[np.bool_]

BLOCK = 1024
# How many scenarios NumPy computes at once: fewer, and Python's own time counts; more, and temporary rows
# leave the cache, or the lane array is large.
_WIDTHS = (4096, 2048, 1024, 512)
_QUICK_BYTES = 192 << 20
_LANE_BYTES = 64 << 20
# Scenarios that stop the plain program are looked for in parts of parts, down to so many together.
_SPLIT, _FEW = 4, 16
# So many of them are sooner evaluated alone than a careful program is made.
_ALONE = 64
# Measured (benchmarks/results): NumPy for a cell and scenario. Less than so long is not worth numba.
NUMPY_SECONDS = 5e-9
LEAST_SECONDS = 1.0


@dataclass(frozen=True)
class Plan:
    """A cone with its plain program, and the careful one when it is first needed.

    ``seconds`` is what making it took.
    ``rides`` says whether the plain program can compute the base case, ``made`` how programs are made;
    ``whole`` is the plan that this is a part of, ``apart`` counts the scenarios that single evaluations
    computed, by the reason.
    """

    cone: Cone
    plain: Program
    seconds: float
    backend: Backend = field(default_factory=Backend)
    sampling: Sampling = field(default_factory=Sampling)
    rides: bool = True
    made: Callable[[Writer, Floats], Program] = assembled
    whole: Plan | None = None
    apart: Counter[str] = field(default_factory=Counter, repr=False, compare=False)

    @cached_property
    def careful(self) -> Program:
        """The program that carries errors and texts."""
        if self.whole is None:
            return generate(self.cone, careful=True, made=self.made)
        return self.whole.careful_parts.between(self.cone.inputs, self.cone.outputs, self.cone.asked)

    @cached_property
    def slow_seconds(self) -> float:
        """What one scenario takes in functions that the reference computes."""
        return slow_seconds(self.plain)

    @cached_property
    def plain_parts(self) -> Sliceable:
        """The plain program as parts."""
        return Sliceable(self.plain)

    @cached_property
    def careful_parts(self) -> Sliceable:
        """The careful program as parts."""
        return Sliceable(self.careful)

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
        return Plan(cone, program, seconds, *fresh, self.rides, self.made, self)

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
        if not self._uncompiled(None) or self.plain.quick is not None or count > self._part:
            return None
        lanes = self._computed(self.plain, inputs)
        if lanes is None:
            return None
        found = self._outputs(lanes, range(len(lanes)), self.plain)
        self.comparison.samples(self._samples(inputs, count, lanes=lanes), found)
        return found

    def _in_blocks(self, inputs: Mapping[CellId, Floats], count: int) -> dict[CellId, Column]:
        width = self._width
        starts = range(0, count, width)
        blocks = (taken(inputs, slice(start, start + width)) for start in starts)
        parts = [self.block(block) for block in itertools.takewhile(self._uncompiled, blocks)]
        done = min(len(parts) * width, count)
        rest = taken(inputs, slice(done, None)) if done else inputs
        shares = self._begun(rest, alone=False) if done < count else None
        samples = self._samples(inputs, count)  # while other threads compute without the interpreter
        if shares is not None:
            parts.append(self._finished(shares, rest))
        found = {cell: joined([part[cell] for part in parts]) for cell in self.cone.columns}
        self.comparison.samples(samples, found)
        return found

    @property
    def _width(self) -> int:
        rows = len(self.plain.start) if self.plain.quick is None else self.plain.quick.rows
        return next((width for width in _WIDTHS if 8 * rows * width <= _QUICK_BYTES), _WIDTHS[-1])

    @property
    def _part(self) -> int:
        """How many scenarios an array with a row for every cell has, so that it is of moderate size."""
        return max(_LANE_BYTES // (8 * max(len(self.plain.computed), 1)), 16)

    def boxed(self, inputs: Mapping[CellId, Floats]) -> dict[CellId, Column]:
        """Return each output's values for inputs that may hold errors, texts and booleans, as boxes.

        Raises Unplanned where the careful program can't compute them, or some of the scenarios, looked at
        each time, differ from the reference.
        """
        count, parts = len(next(iter(inputs.values()))), []
        for part in self._parts(inputs):
            lanes = self._computed(self.careful, part)
            if lanes is None:
                raise Unplanned("a lookup in values that do not ascend")
            parts.append(self._outputs(lanes, range(len(lanes)), self.careful))
        found = {cell: joined([part[cell] for part in parts]) for cell in self.cone.columns}
        for lane in sorted({0, count // 2, count - 1}):
            given = {cell: unbox(float(values[lane])) for cell, values in inputs.items()}
            self.comparison.scenario(found, lane, self.comparison.reference(given))
        return found

    def _uncompiled(self, _block: object) -> bool:
        return self.backend.program is None

    def choose(self, count: int, backend: str = "auto") -> None:
        """Ask for the compiled backend where it is installed and ``count`` scenarios repay its compile time.

        ``backend`` "numpy" never does, "compiled" waits for it and raises Unplanned where it can't be had.
        """
        if backend == "numpy" or (backend == "auto" and not (available() and self._repays(count))):
            return
        self.backend.ask(lambda: self.tabled.compiled(), wait=backend == "compiled")  # noqa: PLW0108 -- it may raise
        if backend == "compiled" and self.backend.program is None:
            raise Unplanned(f"the compiled backend can't be had: {self.backend.problem}")

    def settled(self, count: int, *, here: bool = True) -> Plan:
        """Return this plan with one backend for a whole run of ``count`` scenarios, whoever computes them.

        It is the compiled one, waited for, where numba is installed and they repay its compile time. Where
        others compute (not ``here``) and its code is kept, they alone load it.
        """
        if not (available() and self._repays(count)):
            return replace(self, backend=Backend())
        if not here and not self.tabled.missing:
            return replace(self, backend=Backend(tabled=self.tabled))
        return replace(self, backend=self._waited_for(self.tabled))

    def at_hand(self) -> Plan:
        """Return this plan with the backend of its run, had that been left to others, in this process."""
        tabled = self.backend.tabled
        if tabled is None or self.backend.program is not None:
            return self
        return replace(self, backend=self._waited_for(tabled))

    def _waited_for(self, tabled: Tabled) -> Backend:
        self.backend.ask(tabled.compiled, wait=True)
        program = self.backend.program
        return Backend(program, self.backend.problem, None if program is None else tabled)

    @cached_property
    def tabled(self) -> Tabled:
        """The plain program as tables; raises Unplanned where there are none."""
        return tabled_program(self.cone, self.plain)

    def _repays(self, count: int) -> bool:
        seconds = count * len(self.plain.computed) * NUMPY_SECONDS
        try:
            return seconds > LEAST_SECONDS and seconds > self.tabled.seconds
        except Unplanned:
            return False

    def block(self, inputs: Mapping[CellId, Floats]) -> dict[CellId, Column]:
        """Return each output's values for one block; raise Unplanned where it can't be computed."""
        if self.backend.program is None:
            return self._numpy(inputs)
        return self._finished(self._begun(inputs), inputs)

    @cached_property
    def _varying(self) -> list[CellId]:
        """The outputs that depend on an input."""
        return [cell for cell in self.cone.outputs if cell in self.plain.slots.numbers]

    def _begun(self, inputs: Mapping[CellId, Floats], *, alone: bool = True) -> Shares:
        slots, program = self.plain.slots.numbers, self.backend.program
        assert program is not None
        given = {slots[cell]: values for cell, values in inputs.items()}
        return program.begun(given, [slots[cell] for cell in self._varying], alone=alone)

    def _finished(self, shares: Shares, inputs: Mapping[CellId, Floats]) -> dict[CellId, Column]:
        """Return the outputs that the compiled program computes; what is no number is for NumPy."""
        lanes, start = shares.finished(), self.plain.start
        for cell, number in zip(self._varying, lanes[:, -1].tolist(), strict=True):
            if not math.isnan(number):
                slot = self.plain.slots.numbers[cell]
                self.comparison.slot(self.plain, slot, number, value_of(start[slot], self.plain.kinds[slot]))
        lanes = lanes[:, :-1]
        again = np.asarray(np.isnan(lanes).any(axis=0))
        by_cell = dict(zip(self._varying, lanes, strict=True))
        found = {c: self._output(c, by_cell.get(c), lanes.shape[1]) for c in self.cone.columns}
        return self._merged(found, again, inputs) if again.any() else found

    def _merged(
        self, found: dict[CellId, Column], again: Truths, inputs: Mapping[CellId, Floats]
    ) -> dict[CellId, Column]:
        """Return outputs with those of some scenarios computed again by NumPy."""
        careful = self._numpy(taken(inputs, np.flatnonzero(again).tolist()))
        for cell, column in careful.items():
            found[cell] = found[cell].astype(np.result_type(found[cell], column))
            found[cell][again] = column
        return found

    def _numpy(self, inputs: Mapping[CellId, Floats]) -> dict[CellId, Column]:
        quick = self.plain.quick
        if quick is not None:
            found = self._quickly(quick, inputs)
            if found is not None:
                return found
        parts = [self._written(part) for part in self._parts(inputs)]
        return {cell: joined([part[cell] for part in parts]) for cell in self.cone.columns}

    def _quickly(self, quick: Packed, inputs: Mapping[CellId, Floats]) -> dict[CellId, Column] | None:
        """Return the outputs by the quick program, None where it stops; the base case rides along."""
        slots, width = self.plain.slots.numbers, len(next(iter(inputs.values())))
        lanes = ARRAYS.array(quick.rows, width + self.rides)
        for cell, values in inputs.items():
            place = quick.places.get(slots[cell])
            if place is not None:
                lanes[place, :width] = values
                lanes[place, width:] = self.plain.start[slots[cell]]
        if self._traced(quick, lanes) is None:
            return None
        for slot in (slots[cell] for cell in self.cone.outputs if self.rides and cell in slots):
            expected = value_of(self.plain.start[slot], self.plain.kinds[slot])
            self.comparison.slot(self.plain, slot, lanes[quick.places[slot], width], expected)
        return self._outputs(lanes[:, :width], quick.places, self.plain)

    def _parts(self, inputs: Mapping[CellId, Floats]) -> Iterator[Mapping[CellId, Floats]]:
        """Yield inputs in parts so narrow that an array with a row for every cell is of moderate size."""
        count = len(next(iter(inputs.values())))
        width = -(-count // -(-count // self._part))
        for start in range(0, count, width):
            yield taken(inputs, slice(start, start + width))

    def _written(self, inputs: Mapping[CellId, Floats]) -> dict[CellId, Column]:
        """Return outputs by the programs with a row for every cell: what stops the plain one goes apart."""
        count = len(next(iter(inputs.values())))
        found: list[tuple[range, dict[CellId, Column]]] = []
        stopped: list[int] = []
        waiting = [range(count)]
        while waiting:
            some = waiting.pop()
            lanes = self._computed(self.plain, taken(inputs, slice(some.start, some.stop)))
            if lanes is not None:
                found.append((some, self._outputs(lanes, range(len(lanes)), self.plain)))
            elif len(some) > _FEW:
                step = -(-len(some) // _SPLIT)
                waiting += [some[start : start + step] for start in range(0, len(some), step)]
            else:
                stopped += some
        if len(found) == 1 and not stopped:
            return found[0][1]
        parts: list[tuple[Sequence[int], dict[CellId, Column]]] = [*found]
        if stopped:
            parts.append((stopped, self._with_care(taken(inputs, stopped))))
        return {c: merged(count, [(places, part[c]) for places, part in parts]) for c in self.cone.columns}

    def _with_care(self, inputs: Mapping[CellId, Floats]) -> dict[CellId, Column]:
        """Return the outputs of scenarios in which errors arise; a few do not repay the careful program."""
        count = len(next(iter(inputs.values())))
        if self.whole is not None and "careful" not in vars(self.whole) and count <= _ALONE:
            return self._one_by_one(inputs)
        try:
            lanes = self._computed(self.careful, inputs)
        except Rearranged as moved:
            if count > _ALONE:
                raise
            self.apart[str(moved)] += count
            return self._one_by_one(inputs)
        if lanes is None:
            raise Unplanned("a lookup in values that do not ascend")
        return self._outputs(lanes, range(len(lanes)), self.careful)

    def _one_by_one(self, inputs: Mapping[CellId, Floats]) -> dict[CellId, Column]:
        """Return the outputs of a few scenarios by single evaluations."""
        count = len(next(iter(inputs.values())))
        rows = [self.comparison.reference(scenario(inputs, lane)) for lane in range(count)]
        return {cell: column_of([row[cell] for row in rows]) for cell in self.cone.columns}

    def _slots(self, inputs: Mapping[CellId, Floats]) -> tuple[Program, Floats]:
        """Return the program with a row for every cell that can compute scenarios, and their lane array."""
        for carefully in (False, True):
            program = self.careful if carefully else self.plain
            lanes = self._computed(program, inputs)
            if lanes is not None:
                return program, lanes
        raise Unplanned("a lookup in values that do not ascend")

    def _outputs(
        self, lanes: Floats, places: Mapping[int, int] | Sequence[int], program: Program
    ) -> dict[CellId, Column]:
        slots, count = program.slots.numbers, lanes.shape[1]
        rows = {cell: lanes[places[slots[cell]]] for cell in self.cone.outputs if cell in slots}
        if isinstance(places, range):  # a row for every cell, and one for what settled
            rows[CONVERGED] = lanes[SETTLED]
        return {cell: self._output(cell, rows.get(cell), count, program) for cell in self.cone.columns}

    def _computed(self, program: Program, inputs: Mapping[CellId, Floats]) -> Floats | None:
        """Return the lane array of scenarios, None where the program stops.

        The base case is one more lane, where the program can compute it, which is compared and left out.
        """
        width = len(next(iter(inputs.values()))) if inputs else 0
        riding = self.rides or program.careful
        lanes = program.lanes(width + riding)
        lanes[program.held] = program.start[program.held, None]
        for cell, values in inputs.items():
            lanes[program.slots.numbers[cell], :width] = values
        if self._traced(program, lanes) is None:
            return None
        if riding:
            self.comparison.base(program, lanes[:, width])
        return lanes[:, :width]

    def _traced(self, program: Program | Packed, lanes: Floats) -> Floats | None:
        """Return a lane array after a program has computed it; None where the program stops."""
        careful = isinstance(program, Program) and program.careful
        trap: Literal["ignore", "raise"] = "ignore" if careful else "raise"
        try:
            with np.errstate(divide=trap, over=trap, invalid=trap, under="ignore"):
                program.compute(lanes)
        except (FloatingPointError, NeedsCare):
            return None
        except Rearranged:
            if careful:
                raise
            return None
        except UnsupportedFormula as problem:
            raise Unplanned(f"a scenario reaches a cell that can't be evaluated: {problem}") from problem
        except ValueError as shape:
            raise Unplanned(f"a row of the program has another shape than its cells: {shape}") from shape
        return lanes

    def _output(
        self, cell: CellId, lanes: Floats | None, count: int, program: Program | None = None
    ) -> Column:
        if cell == CONVERGED:
            return np.full(count, self.cone.settled) & (True if lanes is None else lanes != 0.0)
        if lanes is None:
            value = self.cone.base.state.cells[cell[0]].get(cell[1])
            kind: type = float if isinstance(value, float) else object
            return np.full(count, value, dtype=kind)
        program = program or self.plain
        return unboxed(lanes, program.kinds[program.slots.numbers[cell]])

    @cached_property
    def comparison(self) -> Comparison:
        """Compares what this plan computes with the reference."""
        return Comparison(self.cone, self.plain)

    def verified(self) -> Plan:
        """Return this plan, the base case compared; raise Unplanned at a difference."""
        if self._computed(self.plain, {}) is not None:
            base = {cell: self.plain.start[[self.plain.slots.numbers[cell]]] for cell in self.cone.inputs}
            self._numpy(base)
            return self
        if self._computed(self.careful, {}) is None:
            raise Unplanned("the base case itself holds what the batch can't express")
        made = replace(self, rides=False)
        vars(made)["careful"] = self.careful
        return made

    def sample(
        self, inputs: Mapping[CellId, Floats], found: Mapping[CellId, Column], count: int, least: int = 0
    ) -> None:
        """Compare the base case and some scenarios with the reference; raise Unplanned at a difference.

        They are the extremes of an input and random ones; at least ``least`` and those that time has been
        earned for are compared whole, of the others all outputs with a second computation and some cells.
        """
        self.comparison.samples(self._samples(inputs, count, least), found)

    def _samples(
        self, inputs: Mapping[CellId, Floats], count: int, least: int = 0, lanes: Floats | None = None
    ) -> Samples:
        """Compute what scenarios are compared with, and compare the base case, whole, and some cells.

        ``lanes`` are all cells where the plain program has computed them.
        """
        picked = self.sampling.lanes(inputs, count)
        whole = self.sampling.whole(picked, least)
        began = time.thread_time()
        expected = {lane: self.comparison.reference(scenario(inputs, lane)) for lane in whole}
        self.sampling.spent(time.thread_time() - began, len(whole))
        if not self.rides:
            self._computed(self.careful, {})
        others = [lane for lane in picked if lane not in whole]
        if lanes is None:
            try:
                program, cells = self._cells(taken(inputs, others))
            except Rearranged:
                expected |= {lane: self.comparison.reference(scenario(inputs, lane)) for lane in others}
                others, program, cells = [], self.plain, np.empty((len(self.plain.start), 0))
        else:
            program, cells = self.plain, lanes[:, others]
        for place in range(len(others)):
            self.comparison.cells(program, cells[:, place], self.sampling.runs)
        return Samples(expected, others, program, cells)

    def _cells(self, inputs: Mapping[CellId, Floats]) -> tuple[Program, Floats]:
        """Return every cell of a few scenarios, by the compiled program where it is what runs."""
        compiled, slots = self.backend.program, self.plain.slots.numbers
        lanes = None if compiled is None else compiled.cells({slots[c]: v for c, v in inputs.items()})
        if lanes is None or np.isnan(lanes[self.plain.computed]).any():
            return self._slots(inputs)
        self.comparison.base(self.plain, np.ascontiguousarray(lanes[:, -1]))
        return self.plain, lanes[:, :-1]


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
    return Plan(cone, program, time.perf_counter() - began, made=made).verified()
