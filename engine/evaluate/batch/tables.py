"""What-if Data Tables over lanes: each cell of a table is its formula in as many lanes as scenarios.

A program of its own computes what lies between the table's input cells and its formulas; what else varies
enters it as inputs. Other tables stand as they are, as in the reference.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from engine.evaluate.batch.boxes import FALSE, SETTLED, TRUE, Floats, box
from engine.evaluate.batch.cone import Cone, Run, cone_of
from engine.evaluate.batch.reach import Reach
from engine.evaluate.batch.source import BOOLEAN, BOXED, NUMBER
from engine.evaluate.batch.unplanned import NeedsCare, Unplanned
from engine.evaluate.data_tables import TableCell, table_cell
from engine.evaluate.state import CellId
from engine.plan.regions import DATA_TABLE

if TYPE_CHECKING:
    from engine.evaluate.batch.program import Program

_WIDTH = 4096


@dataclass(frozen=True)
class Source:
    """Where a value comes from: a row of the outer lane array and its kind, or a constant."""

    slot: int
    kind: str
    constant: float = 0.0

    def lanes(self, outer: Floats) -> Floats:
        """Return the values, (scenarios,)."""
        return outer[self.slot] if self.slot >= 0 else np.full(outer.shape[1], self.constant)


@dataclass(frozen=True)
class Tabled:
    """The cells of a Data Table: what each evaluates, and the programs that do.

    ``headers`` and ``around`` say where the inner program's inputs come from, ``formulas`` where those
    formulas stand that do not depend on the table's inputs; ``kinds`` are the types of the cells' slots.
    """

    asked: tuple[TableCell, ...] = field(repr=False)
    headers: dict[CellId, Source] = field(repr=False)
    around: dict[CellId, Source] = field(repr=False)
    formulas: dict[CellId, Source] = field(repr=False)
    kinds: tuple[str, ...]
    plain: Program = field(repr=False)
    careful: Callable[[], Program] = field(repr=False)

    def __call__(self, outer: Floats) -> Floats:
        """Return the cells' values as their slots hold them, (cells × scenarios)."""
        count, found = outer.shape[1], np.empty((len(self.asked), outer.shape[1]))
        together = max(_WIDTH // max(count, 1), 1)
        for first in range(0, len(self.asked), together):
            some = self.asked[first : first + together]
            found[first : first + len(some)] = self._several(some, outer)
        for place, kind in enumerate(self.kinds):
            found[place] = _fitting(found[place], kind)
        return found

    def _several(self, some: Sequence[TableCell], outer: Floats) -> Floats:
        """Return the values of table cells as boxes, (cells × scenarios)."""
        given = {cell: np.tile(_boxed(source, outer), len(some)) for cell, source in self.around.items()}
        for cell in dict.fromkeys(moved for one in some for moved in one.inputs):
            given[cell] = np.concatenate([_boxed(self.headers[one.inputs[cell]], outer) for one in some])
        program, lanes = self._computed(given)
        parts = [_slice(lanes, place, outer.shape[1]) for place in range(len(some))]
        for part in parts:
            outer[SETTLED] *= part[SETTLED]
        return np.stack(
            [self._value(one, program, part, outer) for one, part in zip(some, parts, strict=True)]
        )

    def _value(self, one: TableCell, program: Program, lanes: Floats, outer: Floats) -> Floats:
        if one.formula in self.formulas:
            return _boxed(self.formulas[one.formula], outer)
        slot = program.slots.numbers[one.formula]
        return _boxed(Source(slot, program.kinds[slot]), lanes)

    def _computed(self, given: dict[CellId, Floats]) -> tuple[Program, Floats]:
        """Return the program that could compute and its lane array: the plain one where all fits it."""
        found = self._run(self.plain, given)
        if found is not None:
            return self.plain, found
        program = self.careful()
        found = self._run(program, given)
        if found is None:
            raise Unplanned("a lookup in values that do not ascend, in a what-if Data Table")
        return program, found

    def _run(self, program: Program, given: dict[CellId, Floats]) -> Floats | None:
        lanes = program.lanes(len(next(iter(given.values()))))
        lanes[:SETTLED] = program.start[:, None]
        trap = "ignore" if program.careful else "raise"
        try:
            for cell, values in given.items():
                slot = program.slots.numbers[cell]
                lanes[slot] = values if program.careful else _fitting(values, program.kinds[slot])
            with np.errstate(divide=trap, over=trap, invalid=trap, under="ignore"):  # type: ignore[arg-type]  # a str
                program.compute(lanes)
        except (FloatingPointError, NeedsCare):
            return None
        return lanes


def _slice(lanes: Floats, place: int, width: int) -> Floats:
    return lanes[:, place * width : (place + 1) * width]


def _boxed(source: Source, lanes: Floats) -> Floats:
    found = source.lanes(lanes)
    return np.where(found != 0, TRUE, FALSE) if source.kind == BOOLEAN else found


def _fitting(values: Floats, kind: str) -> Floats:
    """Return boxes as a slot of a kind holds them; stop the plain program where they do not fit."""
    if kind == BOXED:
        return values
    boxed = np.isnan(values)
    if kind == NUMBER:
        if boxed.any():
            raise NeedsCare
        return values
    bits = values.view(np.uint64)
    true, false = (np.array([flag]).view(np.uint64)[0] for flag in (TRUE, FALSE))
    if not ((bits == true) | (bits == false)).all():
        raise NeedsCare
    return np.asarray(bits == true, dtype=float)


@dataclass(frozen=True)
class Inner:
    """The cone between a table's input cells and its formulas, what its cells ask, and what else varies.

    ``careful`` says that headers hold more than numbers.
    """

    cone: Cone
    asked: tuple[TableCell, ...]
    around: tuple[CellId, ...]
    careful: bool


def inner_of(cone: Cone, run: Run) -> Inner:
    """Return what a Data Table computes within a cone; raise Unplanned where only the reference can."""
    program = cone.base.program
    table = program.formed.data_tables[run.sheet][program.parts[run.sheet, int(run.keys[0])]]
    asked = [table_cell(run.sheet, table, key) for key in run.keys.tolist()]
    cells = tuple(one for one in asked if one is not None)
    if len(cells) < len(asked):
        raise Unplanned("a what-if Data Table whose input cells are gone")
    moved = tuple(dict.fromkeys(cell for one in cells for cell in one.inputs))
    formulas = tuple(dict.fromkeys(one.formula for one in cells))
    between = cone_of(cone.base, moved, formulas)
    reach = Reach(replace(between, varying=cone.varying | between.varying))
    numbers = sorted(reach.reached(formulas))
    runs = tuple(between.runs[n] for n in numbers if between.runs[n].form != DATA_TABLE)
    inside = {*moved, *(cell for inner in runs for cell in inner.cells)}
    if not inside.isdisjoint(run.cells):
        raise Unplanned("a what-if Data Table that reads itself")
    read = {cell for n in numbers if between.runs[n].form != DATA_TABLE for cell in reach.cells(n)}
    around = tuple(sorted((read & cone.varying) - inside))
    kinds = _kinds(cone, cells, read)
    if type(None) in kinds:
        raise Unplanned("a what-if Data Table with blank headers")
    varying = frozenset(inside | set(around))
    inner = replace(between, inputs=(*moved, *around), runs=runs, varying=varying)
    return Inner(inner, cells, around, careful=not kinds <= {float})


def _kinds(cone: Cone, cells: Iterable[TableCell], read: Collection[CellId]) -> set[type]:
    """Return the types of the headers, and of what they stand for in the base where that is not blank.

    An input cell that nothing reads makes no difference, whatever stands in for it.
    """
    known = cone.base.state.cells
    pairs = {(moved, header) for one in cells for moved, header in one.inputs.items() if moved in read}
    present = {type(known[sheet].get(key)) for (sheet, key), _ in pairs} - {type(None)}
    return present | {type(known[sheet].get(key)) for _, (sheet, key) in pairs}


def source_of(cone: Cone, slots: Mapping[CellId, int], kinds: Mapping[int, str], cell: CellId) -> Source:
    """Return where a cell's values come from in the outer program."""
    if cell in cone.varying:
        slot = slots[cell]
        return Source(slot, kinds[slot])
    return Source(-1, NUMBER, box(cone.base.state.cells[cell[0]].get(cell[1])))
