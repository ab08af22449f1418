"""What varies: the cells between varied inputs and outputs, in runs along time, and a slot for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from engine.core.address import SHIFT, STRIDE
from engine.evaluate.batch.apart import Parts
from engine.evaluate.batch.unplanned import Unplanned
from engine.evaluate.compile import Compiler
from engine.evaluate.program import Program
from engine.evaluate.reference import Evaluation
from engine.evaluate.rerun import bounds_of, settles
from engine.evaluate.state import CONVERGED, CellId, Closure
from engine.formula.expr import Expr
from engine.plan.dependencies import references_of
from engine.plan.regions import DATA_TABLE, Region

_T = TypeVar("_T")

Keys = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Run:
    """Cells of one form along a row, or down a column where the sheet's time axis is vertical.

    ``together`` are those whose values only the reference can give: Data Tables, arrays that change their
    size, OFFSET, INDIRECT. ``own`` is the tree of the cells where it is not their form's: an ``array``
    formula's, taken apart.
    """

    form: int
    sheet: int
    keys: Keys
    together: bool = False
    own: Expr | None = None
    array: bool = False

    @property
    def cells(self) -> list[CellId]:
        """The run's cells."""
        return [(self.sheet, key) for key in self.keys.tolist()]


@dataclass(frozen=True)
class Cone:
    """The runs to compute for ``outputs`` when ``inputs`` vary, around one base evaluation.

    ``vertical`` says of each sheet whether its time axis runs down.
    """

    base: Evaluation
    inputs: tuple[CellId, ...]
    outputs: tuple[CellId, ...]
    runs: tuple[Run, ...]
    vertical: tuple[bool, ...]
    varying: frozenset[CellId]
    _closures: dict[tuple[Expr, int, bool], Closure] = field(default_factory=dict, repr=False, compare=False)
    _known: dict[tuple[str, int, int, bytes], tuple[Expr, Any]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def sheets(self) -> tuple[str, ...]:
        """The names of the sheets by number."""
        return self.base.program.scope.sheets

    @property
    def columns(self) -> tuple[CellId, ...]:
        """The outputs, with CONVERGED where the workbook iterates circular references."""
        return (*self.outputs, CONVERGED) if self.base.iterates else self.outputs

    @property
    def settled(self) -> bool:
        """Whether what outputs depend on beside the cells computed has settled in the base."""
        return settles(self.base, self.outputs, self.varying)

    @property
    def asked(self) -> tuple[CellId, ...]:
        """The outputs, and arrays that may grow: they may fill cells that an output reads."""
        return (*self.outputs, *self.base.program.spreading)

    def closure(self, expr: Expr, sheet: int, *, array: bool = False) -> Closure:
        """Return the reference's closure of a part of a formula on a sheet, compiled once.

        In an ``array`` formula ranges stand for all of their cells.
        """
        known = self._closures.get((expr, sheet, array))
        if known is None:
            compiler = Compiler(self.base.program.scope, sheet, array)
            known = self._closures[expr, sheet, array] = compiler.value(expr)
        return known

    def expr(self, run: Run) -> Expr:
        """Return the tree of a run's cells; raise Unplanned where their formula could not be read."""
        form = self.base.program.formed.forms[run.form]
        expr = run.own or form.expr
        if expr is None:
            raise Unplanned(form.problem)
        return expr

    def once(self, what: str, expr: Expr, sheet: int, keys: Keys, ask: Callable[[], _T]) -> _T:
        """Return what is asked about a tree at some cells of a sheet, found out once for all programs."""
        place = what, id(expr), sheet, keys.tobytes()
        known = self._known.get(place)
        if known is None:  # the tree is kept, so that its identity stays its own
            known = self._known[place] = expr, ask()
        answer: _T = known[1]
        return answer

    def order(self, cell: CellId) -> tuple[int, int, int]:
        """Return where a cell sorts: sheet, line, position along the sheet's time axis."""
        sheet, key = cell
        row, column = key >> SHIFT, key & (STRIDE - 1)
        return (sheet, column, row) if self.vertical[sheet] else (sheet, row, column)

    def position(self, sheet: int, key: int) -> int:
        """Return a cell's position along its sheet's time axis."""
        return key >> SHIFT if self.vertical[sheet] else key & (STRIDE - 1)


def cone_of(base: Evaluation, inputs: Sequence[CellId], outputs: Sequence[CellId]) -> Cone:
    """Return the cone between inputs and outputs; raise Unplanned where it can't be batched."""
    program = base.program
    if not program.workbook.settings.full_precision:
        raise Unplanned("the workbook computes with precision as displayed")
    if base.dates_in_text and program.workbook.settings.date1904:
        raise Unplanned("dates in text, in a workbook of the 1904 date system")
    if base.date_order_matters and program.workbook.day_first:
        raise Unplanned("dates in text are read with the day first")
    needed = program.dependencies.precedents(map(bounds_of, outputs))
    depending = program.dependencies.dependents(map(bounds_of, inputs))
    numbers = depending if needed is None else depending & needed
    regions = [
        program.regions[n]
        for n in sorted(numbers)
        if needed is not None or _evaluated(base, program.regions[n])
    ]
    vertical = _vertical(program)
    given = frozenset(inputs)
    runs = tuple(
        run for region in regions for run in _region_runs(base, region, given, vertical[region.sheet])
    )
    varying = given | {cell for run in runs for cell in run.cells}
    parts = Parts(base, varying)
    runs = tuple(part for run in runs for part in parts.of(run, _lines(run, vertical[run.sheet])))
    return Cone(base, tuple(inputs), tuple(outputs), runs, vertical, varying)


def _lines(run: Run, vertical: bool) -> list[Run]:
    """Return the cells of an array or of a table line by line."""
    first, last = int(run.keys[0]), int(run.keys[-1])
    corners = first >> SHIFT, first & (STRIDE - 1), last >> SHIFT, last & (STRIDE - 1)
    return list(_runs(Region(run.form, run.sheet, *corners), frozenset(), vertical)) if run.together else []


def _evaluated(base: Evaluation, region: Region) -> bool:
    return not any((region.sheet, key) in base.unevaluated for key in region.keys())  # noqa: SIM118 -- no mapping


def _region_runs(
    base: Evaluation, region: Region, inputs: frozenset[CellId], vertical: bool
) -> Iterator[Run]:
    form = base.program.formed.forms[region.form]
    if region.form == DATA_TABLE or form.array:
        keys = [key for key in region.keys() if (region.sheet, key) not in inputs]  # noqa: SIM118 -- no mapping
        if len(keys) < region.size:
            raise Unplanned("an input is a cell of an array or of a what-if Data Table")
        yield Run(region.form, region.sheet, np.array(keys, dtype=np.int64), together=True)
        return
    dynamic = references_of(form.expr)[1]
    for run in _runs(region, inputs, vertical):
        yield replace(run, together=dynamic)


def _vertical(program: Program) -> tuple[bool, ...]:
    across: Counter[int] = Counter()
    for region in program.regions:
        wide, tall = region.right - region.left, region.bottom - region.top
        across[region.sheet] += wide * (tall + 1) - tall * (wide + 1)
    return tuple(across[number] < 0 for number in range(len(program.scope.sheets)))


def _runs(region: Region, inputs: frozenset[CellId], vertical: bool) -> Iterator[Run]:
    lines = (
        [
            [row << SHIFT | column for row in range(region.top, region.bottom + 1)]
            for column in range(region.left, region.right + 1)
        ]
        if vertical
        else [
            list(range(row << SHIFT | region.left, (row << SHIFT | region.right) + 1))
            for row in range(region.top, region.bottom + 1)
        ]
    )
    for line in lines:
        part: list[int] = []
        for key in [*line, -1]:
            if key >= 0 and (region.sheet, key) not in inputs:
                part.append(key)
            elif part:
                yield Run(region.form, region.sheet, np.array(part, dtype=np.int64))
                part = []


@dataclass(frozen=True)
class Slots:
    """Rows of the lane array: one per varying cell and per constant that stands among them in a reference."""

    numbers: Mapping[CellId, int]

    @cached_property
    def by_sheet(self) -> Mapping[int, Mapping[int, int]]:
        """The slots by sheet and key."""
        found: dict[int, dict[int, int]] = {}
        for (sheet, key), slot in self.numbers.items():
            found.setdefault(sheet, {})[key] = slot
        return found

    def of(self, sheet: int, keys: Iterable[int]) -> list[int]:
        """Return the slots of cells of one sheet, -1 for a cell that does not vary."""
        get = self.numbers.get
        return [get((sheet, key), -1) for key in keys]


def slots_of(cone: Cone, beside: Iterable[CellId]) -> Slots:
    """Number the varying cells and the constants beside them along the time axis of their sheet."""
    cells = sorted({*cone.varying, *beside}, key=cone.order)
    return Slots({cell: number for number, cell in enumerate(cells)})
