"""The compiled program's tables made narrow: nothing is computed twice, and rows are used again.

A row of the lane array is free as soon as nothing reads it any more, so that few are in use at a time.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import numpy as np

from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.machine.forms import Form
from engine.evaluate.batch.machine.tables import Tables


def narrowed(wide: Tables, base: Floats, inputs: Collection[int], outputs: Collection[int]) -> Tables:
    """Return the tables that compute outputs from inputs, both by slot; ``base`` is every row's base case.

    Rows that nothing writes keep their number from the start; those of equal numbers are one.
    """
    wide = _early(_once(wide, base, inputs))
    place = {slot: row for row, slot in enumerate(dict.fromkeys(inputs))}
    table = _Rows(wide.start, place, wide.start[list(place)].tolist())
    rows = _renumbered(wide, outputs, table)
    for slot in outputs:
        table.of(wide.places[slot])
    kept = {slot: place[wide.places[slot]] for slot in {*inputs, *outputs}}
    return replace(wide, rows=np.array(rows, dtype=np.int64), start=np.array(table.values), places=kept)


def _once(wide: Tables, base: Floats, inputs: Collection[int]) -> Tables:
    """Return tables without what depends on no input, only repeats another row, or was computed before."""
    shared = _Shared(wide, base, set(inputs))
    kept = np.array([shared.needs(step) for step in range(len(wide.code))], dtype=bool)
    left = wide.lengths[kept]
    return replace(
        wide,
        code=wide.code[kept],
        at=np.cumsum(left) - left,
        of=wide.of[kept],
        rows=shared.origin[wide.rows[np.repeat(kept, wide.lengths)]],
        start=shared.start,
        places={slot: int(shared.origin[row]) for slot, row in wide.places.items()},
    )


class _Shared:
    """Finds instructions whose result is there already; who reads it reads ``origin`` of its row."""

    def __init__(self, wide: Tables, base: Floats, varying: set[int]) -> None:
        self._wide, self._base, self._varying = wide, base, varying
        self._lengths = wide.lengths.tolist()
        self.origin, self.start = np.arange(len(wide.start)), wide.start.copy()
        self._known: dict[tuple[int, bytes, bytes], int] = {}
        copy = Form()
        source = copy.source(f"sound({copy.operand((0,))})")
        self._copy = wide.forms.index(source) if source in wide.forms else -1

    def needs(self, step: int) -> bool:
        """Whether an instruction has to run; else its row is constant or another's."""
        wide, at, form = self._wide, int(self._wide.at[step]), int(self._wide.code[step])
        row = int(wide.rows[at])
        read = self.origin[wide.rows[at + 1 : at + self._lengths[step]]]
        if self._varying.isdisjoint(read.tolist()) and self._base[row] == self._base[row]:
            self.start[row] = self._base[row]
            return False
        self._varying.add(row)
        first = int(wide.of[step])
        key = form, read.tobytes(), wide.numbers[first : first + wide.sizes[form]].tobytes()
        self.origin[row] = read[0] if form == self._copy else self._known.setdefault(key, row)
        return bool(self.origin[row] == row)


def _early(wide: Tables) -> Tables:
    """Return tables in which the instructions of early forms stand right after those that they depend on."""
    lengths = wide.lengths
    order = np.arange(len(wide.code), dtype=float)
    written = {slot: n for n, slot in enumerate(wide.rows[wide.at].tolist())}
    for step in np.flatnonzero(np.isin(wide.code, list(wide.early))).tolist():
        read = wide.rows[wide.at[step] + 1 : wide.at[step] + lengths[step]].tolist()
        order[step] = max((order[written[slot]] for slot in read if slot in written), default=-1.0)
    moved = np.argsort(order, kind="stable")
    rows = [wide.rows[wide.at[n] : wide.at[n] + lengths[n]] for n in moved.tolist()]
    at = np.cumsum(lengths[moved]) - lengths[moved]
    joined = np.concatenate([np.empty(0, dtype=np.int64), *rows])
    return replace(wide, code=wide.code[moved], at=at, of=wide.of[moved], rows=joined)


@dataclass(slots=True)
class _Rows:
    """Which row each slot has, the value that each row starts with, and the rows that are free again."""

    start: Floats
    place: dict[int, int]
    values: list[float]
    constants: dict[float, int] = field(default_factory=dict)
    free: list[int] = field(default_factory=list)

    def of(self, slot: int) -> int:
        """Return the row of a slot: a constant where nothing wrote it, shared by equal numbers."""
        if slot not in self.place:
            value = float(self.start[slot])
            if value not in self.constants:
                self.constants[value] = self._new(value)
            self.place[slot] = self.constants[value]
        return self.place[slot]

    def taken(self, slot: int) -> int:
        """Return a row to write a slot in: one that is free again, or a new one."""
        self.place[slot] = self.free.pop() if self.free else self._new(float("nan"))
        return self.place[slot]

    def _new(self, value: float) -> int:
        self.values.append(value)
        return len(self.values) - 1


def _renumbered(wide: Tables, outputs: Collection[int], table: _Rows) -> list[int]:
    ends = np.append(wide.at, len(wide.rows))[1:].tolist()
    last = _last_steps(wide, outputs)
    written = set(wide.rows[wide.at].tolist())
    source, begin = wide.rows.tolist(), 0
    rows: list[int] = []
    for step, end in enumerate(ends):
        target, *read = source[begin:end]
        found = [table.of(slot) for slot in read]
        rows += (table.taken(target), *found)
        table.free.extend(
            table.place[slot] for slot in {target, *read} if last[slot] == step and slot in written
        )
        begin = end
    return rows


def _last_steps(wide: Tables, outputs: Collection[int]) -> list[int]:
    last = np.full(len(wide.start), -1)
    last[wide.rows] = np.repeat(np.arange(len(wide.code)), wide.lengths)
    last[[wide.places[slot] for slot in outputs]] = len(wide.code)
    found: list[int] = last.tolist()
    return found
