"""What a worker process needs to answer blocks, sent once: a generated program, or the model itself.

The program starts in a fraction of the time that opening the workbook takes; the model does every block.
"""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.core.values import Value
from engine.evaluate.batch.boxes import Floats, known_texts, reboxed
from engine.evaluate.batch.careful_program import CarefulProgram
from engine.evaluate.batch.columns import Column
from engine.evaluate.batch.compiled import Backend, Tabled, available
from engine.evaluate.batch.lanes import BLOCK as UNIT
from engine.evaluate.batch.lanes import Plan
from engine.evaluate.batch.passes.packed import defined
from engine.evaluate.batch.program import Program, named_kernels
from engine.evaluate.batch.unplanned import Unplanned
from engine.evaluate.scale.blocks import Block, Computed, frame_of
from engine.evaluate.state import CONVERGED, CellId

if TYPE_CHECKING:
    from engine.evaluate.model import Model


@dataclass(frozen=True)
class PlanKit:
    """Answers blocks of numbers with a plan's generated program.

    ``inputs`` are the cells of the inputs by name, of those alone that an output depends on; ``base`` is what
    a scenario that leaves an input has there.
    """

    plan: Plan
    inputs: Mapping[str, CellId]
    outputs: tuple[CellId, ...]
    base: Mapping[str, float]

    def answer(self, block: Block) -> Computed:
        """Return the outputs of a block, or why the plan can't."""
        lanes = self.lanes(block)
        if lanes is None:
            return Computed((), unplanned="inputs that are no numbers")
        try:
            parts = [
                self.plan.block({cell: values[start : start + UNIT] for cell, values in lanes.items()})
                for start in range(0, block.count, UNIT)
            ]
        except Unplanned as problem:
            return Computed((), unplanned=str(problem))
        columns = tuple(joined([part[cell] for part in parts]) for cell in self.outputs)
        iterated = [part[CONVERGED].astype(bool) for part in parts if CONVERGED in part]
        return Computed(columns, converged=np.concatenate(iterated) if iterated else None)

    def at_hand(self) -> PlanKit:
        """Return this kit as this process needs it to answer blocks itself."""
        return replace(self, plan=self.plan.at_hand())

    def lanes(self, block: Block) -> dict[CellId, Floats] | None:
        """Return the values of a block's inputs by cell, None where they are not all numbers."""
        numbers = block.numbers(self.inputs.keys())
        if numbers is None:
            return None
        lanes: dict[CellId, Floats] = {}
        for name, values in numbers.items():
            missing = np.isnan(values)
            if missing.any() and name not in self.base:
                return None
            lanes[self.inputs[name]] = np.where(missing, self.base[name], values) if missing.any() else values
        return lanes

    def __reduce__(self) -> tuple[Any, ...]:
        outputs = self.plan.cone.outputs
        cells = self.plan.cone.base.state.cells
        slots = self.plan.plain.slots.numbers
        constant = {(s, k): cells[s].get(k) for s, k in outputs if (s, k) not in slots}
        programs = [_packed(self.plan.plain), _packed_careful(self.plan)]
        cone = self.plan.cone
        bare = Alone(cone.inputs, outputs, constant, cone.sheets, cone.columns, cone.settled)
        rest = (self.inputs, self.outputs, self.base)
        return _restored, (bare, programs, known_texts(), self.plan.backend.tabled, self.plan.rides, rest)


@dataclass(frozen=True)
class Alone:
    """The part of a cone that a plan's blocks look at: outputs, and the values of those that do not vary."""

    inputs: tuple[CellId, ...]
    outputs: tuple[CellId, ...]
    constant: Mapping[CellId, Value]
    sheets: tuple[str, ...]
    columns: tuple[CellId, ...]
    settled: bool

    @property
    def base(self) -> Alone:
        """Stands for the base evaluation."""
        return self

    @property
    def state(self) -> Alone:
        """Stands for its state."""
        return self

    @property
    def cells(self) -> dict[int, dict[int, Value]]:
        """The known values by sheet and key."""
        found: dict[int, dict[int, Value]] = {}
        for (sheet, key), value in self.constant.items():
            found.setdefault(sheet, {})[key] = value
        return found


# A program and its quick form without their namespaces, and what these hold beyond the kernels.
_Packed = tuple[Program, dict[str, object], dict[str, object]]


def _packed(program: Program) -> _Packed:
    quick = program.quick
    bare = replace(
        program, parts=(), namespace={}, quick=None if quick is None else replace(quick, namespace={})
    )
    return bare, _own(program.namespace), {} if quick is None else _own(quick.namespace)


def _own(namespace: Mapping[str, object]) -> dict[str, object]:
    kernels = named_kernels()
    return {
        name: value
        for name, value in namespace.items()
        if name != "compute" and not name.startswith("__") and kernels.get(name) is not value
    }


def _packed_careful(plan: Plan) -> _Packed | None:
    try:
        return _packed(plan.careful.program)
    except Unplanned:
        return None


def _backend(tabled: Tabled | None) -> Backend:
    """Return the compiled backend where it was chosen and this worker has numba."""
    backend = Backend()
    if tabled is not None and available():
        backend.ask(tabled.compiled, wait=True)
    return backend


def _restored(
    alone: Alone,
    programs: Sequence[_Packed | None],
    texts: Sequence[str],
    tabled: Tabled | None,
    rides: bool,
    rest: tuple[Mapping[str, CellId], tuple[CellId, ...], Mapping[str, float]],
) -> PlanKit:
    plain, with_care = (None if packed is None else _unpacked(packed, texts) for packed in programs)
    assert plain is not None
    careful = CarefulProgram(alone)  # type: ignore[arg-type]  # it stands for a cone
    if with_care is not None:
        vars(careful)["program"] = with_care
    plan = Plan(alone, plain, careful, 0.0, backend=_backend(tabled), rides=rides)  # type: ignore[arg-type]  # as above
    return PlanKit(plan, *rest)


def _unpacked(packed: _Packed, texts: Sequence[str]) -> Program:
    program, *constants = packed
    namespace, quickly = ({**named_kernels(), **_reboxed(own, texts)} for own in constants)
    exec(compile(program.listing, "<batch program>", "exec"), namespace)  # noqa: S102 -- the engine's own source
    quick = program.quick and defined(replace(program.quick, namespace=quickly))
    return replace(program, start=reboxed(program.start, texts), namespace=namespace, quick=quick)


def _reboxed(constants: Mapping[str, object], texts: Sequence[str]) -> dict[str, object]:
    return {
        name: reboxed(value, texts) if isinstance(value, np.ndarray) and value.dtype == float else value
        for name, value in constants.items()
    }


@dataclass(frozen=True)
class ModelKit:
    """Answers any block with the model: by plan where one is right, else scenario by scenario."""

    model: Model
    outputs: tuple[str, ...]

    def answer(self, block: Block) -> Computed:
        """Return the outputs of a block; raise what ``Model.run`` raises."""
        frame = frame_of(block)
        units = [frame.iloc[start : start + UNIT] for start in range(0, len(frame), UNIT)]
        fallbacks = Counter[str]()
        parts = []
        for unit in units:
            known = len(self.model.runner.fallbacks)
            parts.append(self.model.run(unit, self.outputs))
            some = Counter[str]()
            for row in self.model.runner.fallbacks[known:]:
                some[row.reason] += row.scenarios
            fallbacks.update({reason: min(number, len(unit)) for reason, number in some.items()})
        columns = tuple(
            joined([part.iloc[:, place].to_numpy() for part in parts]) for place in range(len(self.outputs))
        )
        told = tuple((number, reason) for reason, number in fallbacks.items())
        converged = [flag for part in parts for flag in part.attrs.get("converged", ())]
        return Computed(columns, told, converged=np.array(converged) if converged else None)


Kit = PlanKit | ModelKit


def joined(columns: Sequence[Column]) -> Column:
    """Return columns as one; of objects where any is."""
    return columns[0] if len(columns) == 1 else np.concatenate(columns)


def packed_kit(kit: Kit) -> bytes | None:
    """Return a kit as bytes, None where it holds what can't leave this process."""
    try:
        return pickle.dumps(kit, protocol=pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, AttributeError, TypeError):
        return None
