"""What no kernel expresses: a formula, or a part of one, through the reference, lane by lane.

Exact for every function, and slow: microseconds to tens of microseconds for a cell and scenario. Lanes that
read the same values are computed once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from engine.core.values import REF, Value
from engine.evaluate.batch.boxes import NOTHING, Floats, box, is_nothing, unbox
from engine.evaluate.batch.cone import Cone
from engine.evaluate.batch.reads import area_of
from engine.evaluate.batch.unplanned import Unplanned
from engine.evaluate.compile import Compiler
from engine.evaluate.operators import cancelled, plain
from engine.evaluate.spill import single
from engine.evaluate.state import Closure, State
from engine.formula.expr import Binary, Expr, Ref, walk
from engine.functions.date_text import reading
from engine.functions.operands import Array, Kept, Operand, Pending
from engine.functions.table import Fault
from engine.plan.scope import Scope


class Overlay(dict[int, Value]):
    """A sheet's cells in one lane: those that vary, over the base's."""

    def __init__(self, under: Mapping[int, Value]) -> None:
        super().__init__()
        self.under = under

    def get(self, key: int, default: Value = None) -> Value:  # type: ignore[override]  # cells have one type
        """Return a cell's value."""
        return self[key] if key in self else self.under.get(key, default)

    def __missing__(self, key: int) -> Value:
        return self.under[key]


@dataclass(frozen=True)
class Read:
    """A varying cell that the formula reads: where it is, its slot, and whether the slot holds conditions."""

    sheet: int
    key: int
    slot: int
    condition: bool


@dataclass(frozen=True)
class Alone:
    """The closure of a formula (``whole``) or a part, its positions, and what it reads at each of them.

    ``origin`` is what the closure was compiled from: the tree, the number of its sheet, the scope, and
    whether it is of an array formula.
    """

    closure: Closure
    origin: tuple[Expr, int, Scope, bool] = field(repr=False)
    state: State = field(repr=False)
    keys: tuple[int, ...]
    reads: tuple[tuple[Read, ...], ...] = field(repr=False)
    whole: bool

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process with the cells around it that the tree names, and nothing else."""
        expr, sheet, scope, _ = self.origin
        wanted: list[set[int]] = [set() for _ in self.state.cells]
        for ref in {node for node in walk(expr) if isinstance(node, Ref)}:
            for key in self.keys:
                at = np.array([key], dtype=np.int64)
                area = area_of(ref, sheet, at, _around(self.state), scope)
                wanted[area.sheet].update(area.keys.ravel().tolist())
        cells = [{k: c[k] for k in keys if k in c} for keys, c in zip(wanted, self.state.cells, strict=True)]
        texts = {cell: text for cell, text in self.state.texts.items() if cell[1] in wanted[cell[0]]}
        spills = {cell: size for cell, size in self.state.spills.items() if cell[1] in wanted[cell[0]]}
        bare = replace(self.state, cells=cells, streams={}, refer=_nowhere, constants=(), kept=Kept())
        state = replace(bare, texts=texts, spills=spills)
        return _restored, (self.origin, state, self.keys, self.reads, self.whole)

    def __call__(self, lanes: Floats, at: int | None = None) -> Floats:
        """Return values as boxes: (positions × scenarios), or (scenarios,) for one position."""
        places: Sequence[int] = range(len(self.keys)) if at is None else [at]
        sheets = {read.sheet for place in places for read in self.reads[place]}
        cells = [Overlay(c) if n in sheets else c for n, c in enumerate(self.state.cells)]
        constants = [{} if n in sheets else c for n, c in enumerate(self.state.constants)]
        state = replace(self.state, cells=cells, streams={}, kept=Kept(), constants=constants)
        rows = [self._row(lanes, place, state) for place in places]
        return rows[0] if len(rows) == 1 else np.stack(rows)

    def _row(self, lanes: Floats, place: int, state: State) -> Floats:
        reads, key = self.reads[place], self.keys[place]
        given = np.ascontiguousarray(lanes[[read.slot for read in reads]].T)
        known: dict[bytes, float] = {}
        result, without = np.empty(len(given)), np.any(is_nothing(given), axis=1).tolist()
        for lane, values in enumerate(given):
            same = values.tobytes()
            found = NOTHING if without[lane] else known.get(same)
            if found is None:
                for read, value in zip(reads, values.tolist(), strict=True):
                    state.cells[read.sheet][read.key] = _held(value, read.condition)
                state.kept.generation += 1
                with reading(day_first=False, now=state.now):
                    found = known[same] = box(self.value(state, key))
            result[lane] = found
        return result

    def value(self, state: State, key: int) -> Value:
        """Return the value in one cell; raise Unplanned where it can't stand for a part of a formula."""
        state.streams.clear()
        if not self.whole:
            return part_value(self.closure, state, key)
        try:
            return single(self.closure(state, key), key)
        except Fault as fault:
            return fault.error
        except Pending as pending:
            raise Unplanned("a formula reads a cell that has no value") from pending


def part_value(closure: Closure, state: State, key: int) -> Value:
    """Return what a part of a formula gives in one cell; raise Unplanned where it is no single value."""
    try:
        value = plain(closure(state, key), key, False)
    except Fault as fault:
        return fault.error
    except Pending as pending:
        raise Unplanned("a formula reads a cell that has no value") from pending
    if isinstance(value, Array):
        if value.height * value.width > 1:
            raise Unplanned("a part of a formula gives an array")
        return value.rows[0][0]
    return value


def _nowhere(*_: object) -> Operand:
    return REF


def _restored(
    origin: tuple[Expr, int, Scope, bool],
    state: State,
    keys: tuple[int, ...],
    reads: tuple[tuple[Read, ...], ...],
    whole: bool,
) -> Alone:
    expr, sheet, scope, array = origin
    return Alone(closure_of(expr, sheet, scope, whole=whole, array=array), origin, state, keys, reads, whole)


def closure_of(expr: Expr, sheet: int, scope: Scope, *, whole: bool, array: bool = False) -> Closure:
    """Return the reference's closure of a cell's whole formula, or of a part of one."""
    compiler = Compiler(scope, sheet, array)
    if whole and isinstance(expr, Binary) and expr.operator in ("+", "-"):
        return cancelled(expr.operator, compiler.value(expr.left), compiler.value(expr.right), array)
    return compiler.value(expr)


def _held(number: float, condition: bool) -> Value:
    return bool(number) if condition and number in (0.0, 1.0) else unbox(number)


def _around(state: State) -> Cone:
    """Return what ``area_of`` asks of a cone, where only its state is left."""
    return cast(Cone, SimpleNamespace(base=SimpleNamespace(state=state)))


def fresh(state: State) -> State:
    """Return a state in which every cell's random numbers begin anew."""
    return replace(state, streams={}, kept=Kept())
