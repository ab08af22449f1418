"""A function of the table over lanes: all at once among numbers, else once per distinct arguments.

What a vector kernel leaves out (errors, text, what is no number of its domain) the table's own function
answers, so that the batch can't differ from the reference there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.core.values import REF, Value
from engine.evaluate.batch.boxes import NOTHING, Floats, box, is_nothing, unbox
from engine.evaluate.batch.ties import Lanes
from engine.evaluate.calls import answering, parameter_kind
from engine.evaluate.operators import SCALARS
from engine.evaluate.state import Place, State
from engine.functions import families
from engine.functions.coerce import LARGEST
from engine.functions.date_text import reading
from engine.functions.homes import HOME
from engine.functions.operands import Array, Operand
from engine.functions.table import Fault

Quick = Callable[..., Lanes]
# Vector kernels by function: ranges come as (items × ...), NaN where the function itself has to answer.
QUICK: dict[str, Quick] = {}


@dataclass(frozen=True)
class Called:
    """A function, which of its arguments are ranges, and the workbook's settings around it.

    Called with lanes per argument, (positions × scenarios) or what broadcasts to it, and (items × ...) or a
    tuple of items for a range. Answers boxes.
    """

    name: str
    ranges: tuple[bool, ...]
    state: State = field(repr=False)

    def __call__(self, *arguments: Any) -> Floats:
        """Return the function's answers as boxes."""
        given = [
            _stacked(a) if r else np.asarray(a, dtype=float)
            for a, r in zip(arguments, self.ranges, strict=True)
        ]
        shapes = [a.shape[1:] if r else a.shape for a, r in zip(given, self.ranges, strict=True)]
        shape = np.broadcast_shapes(*shapes)
        wide = [
            _wide(a, shape) if r else _wide(a[None], shape) for a, r in zip(given, self.ranges, strict=True)
        ]
        return self._flat(wide).reshape(shape)

    def _flat(self, wide: list[Floats]) -> Floats:
        """Return answers for arguments as (items or 1 × lanes)."""
        quick, count = self._quick(), wide[0].shape[1]
        result = np.full(count, np.nan)
        open_ = np.ones(count, dtype=bool)
        if quick is not None:
            clean = ~np.any([np.isnan(a).any(axis=0) for a in wide], axis=0)
            if clean.any():
                some = wide if clean.all() else [a[:, clean] for a in wide]
                with np.errstate(all="ignore"):
                    found = np.asarray(
                        quick(*(a if r else a[0] for a, r in zip(some, self.ranges, strict=True)))
                    )
                result[clean] = np.where(np.abs(found) <= LARGEST, found, np.nan)
                open_ = np.isnan(result)
        nothing = np.any([is_nothing(a).any(axis=0) for a in wide], axis=0) & open_
        result[nothing] = NOTHING
        open_ &= ~nothing
        if open_.any():
            result[open_] = self._one_by_one([a[:, open_] for a in wide])
        return result

    def _quick(self) -> Quick | None:
        """Return the vector kernel; those of dates know the 1900 system alone."""
        other_days = self.state.date1904 and HOME.get(self.name) in ("dates", "day_counts")
        return None if self.name == "&" or other_days else QUICK.get(self.name)

    def _one_by_one(self, wide: Sequence[Floats]) -> Floats:
        columns = np.ascontiguousarray(np.concatenate(wide).T)
        answer, known = self._answer(), dict[bytes, float]()
        result = np.empty(len(columns))
        ends = np.cumsum([len(a) for a in wide]).tolist()
        for lane, column in enumerate(columns):
            same = column.tobytes()
            if same not in known:
                held = [unbox(number) for number in column.tolist()]
                parts = [held[end - len(a) : end] for a, end in zip(wide, ends, strict=True)]
                with reading(day_first=False, now=self.state.now):
                    known[same] = box(answer(parts))
            result[lane] = known[same]
        return result

    def _answer(self) -> Callable[[Sequence[list[Value]]], Value]:
        if self.name == "&":
            return lambda parts: SCALARS["&"](parts[0][0], parts[1][0])
        function = families.find(self.name)
        assert function is not None
        kinds = [parameter_kind(function, position) for position in range(len(self.ranges))]
        call = answering(function, kinds)
        place = Place(self.state, 0, 1, 1) if function.located else None

        def answer(parts: Sequence[list[Value]]) -> Value:
            operands: list[Operand] = [
                Array([[value] for value in part]) if r else part[0]
                for part, r in zip(parts, self.ranges, strict=True)
            ]
            try:
                found = call(place, operands)
            except Fault as fault:
                return fault.error
            return found.rows[0][0] if isinstance(found, Array) else found

        return answer


def _stacked(items: Any) -> Floats:
    """Return a range's items as one array (items × ...)."""
    if isinstance(items, np.ndarray):
        return items
    return np.stack(np.broadcast_arrays(*(np.asarray(item, dtype=float) for item in items)))


def _wide(items: Floats, shape: tuple[int, ...]) -> Floats:
    """Return items of a shape that broadcasts to lanes as (items × lanes)."""
    missing = len(shape) - (items.ndim - 1)
    filled = items.reshape(len(items), *[1] * missing, *items.shape[1:])
    return np.broadcast_to(filled, (len(items), *shape)).reshape(len(items), -1)


def bare(state: State) -> State:
    """Return the settings of a state without its cells, which functions of plain values do not read."""
    cells: list[dict[int, Value]] = [{} for _ in state.cells]
    return State(
        cells,
        list(state.extents),
        state.sheets,
        nowhere,
        date1904=state.date1904,
        macintosh=state.macintosh,
        now=state.now,
    )


def nowhere(*_: object) -> Operand:
    """Answer what a reference as text names where there are no cells."""
    return REF
