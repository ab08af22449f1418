"""An evaluation again with other inputs: only what depends on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from engine.core.address import SHIFT, STRIDE
from engine.core.values import ExcelError, Value
from engine.evaluate.computed import Computed
from engine.evaluate.state import CellId
from engine.functions.operands import PENDING
from engine.plan.dependencies import Bounds
from engine.plan.runs import Run

if TYPE_CHECKING:
    from engine.evaluate.reference import Evaluation


_FEW = 8


def bounds_of(cell: CellId) -> Bounds:
    """Return a cell as a rectangle."""
    sheet, key = cell
    row, column = key >> SHIFT, key & (STRIDE - 1)
    return sheet, row, column, row, column


def dependents(base: Evaluation, inputs: tuple[CellId, ...]) -> list[CellId]:
    """Return the formula cells that depend on inputs, in the order in which the base evaluated them."""
    return cone(base, inputs, ())


def cone(base: Evaluation, inputs: tuple[CellId, ...], outputs: tuple[CellId, ...]) -> list[CellId]:
    """Return the formula cells between inputs and outputs (all dependents where no outputs are given)."""
    known = base.cones.known.get((inputs, outputs))
    if known is None:
        regions = _reached(base, inputs)
        needed = _needed(base, outputs) if outputs else None
        dirty = base.program.cells_of(regions if needed is None else regions & needed)
        known = base.cones.known[inputs, outputs] = _ordered(base, dirty)
    return known


@dataclass
class Cones:
    """What depends on inputs asked for so far, and where cells stand in the order of an evaluation."""

    known: dict[tuple[tuple[CellId, ...], tuple[CellId, ...]], list[CellId]] = field(default_factory=dict)
    reached: dict[CellId, set[int]] = field(default_factory=dict)
    needed: dict[tuple[CellId, ...], set[int] | None] = field(default_factory=dict)
    places: dict[CellId, int] = field(default_factory=dict)
    placed: int = -1
    runs: dict[int, list[Run]] = field(default_factory=dict)


def runs_of(base: Evaluation, overrides: Iterable[CellId], again: Sequence[CellId]) -> list[Run]:
    """Return cells that a rerun computes as runs of one form, to be swept before they are settled.

    There are none where cells may not be computed in just any order: circles, arrays that grow, cells held.
    """
    program, known = base.program, base.cones.runs
    if base.iterates or base.circles or base.held or program.spreading:
        return []
    if any(key in program.closures[sheet] for sheet, key in overrides):
        return []
    if id(again) in known:
        return known[id(again)]
    found: list[Run] = []
    for sheet, key in again:
        form = program.formed.cells[sheet].get(key, -1)
        if found and found[-1].sheet == sheet and found[-1].form == form:
            found[-1].keys.append(key)
        elif form >= 0:  # else an array's first cell fills it
            found.append(Run(sheet, form, [key]))
    if any(cells is again for cells in base.cones.known.values()):  # which keeps the list
        known[id(again)] = found
    return found


def _reached(base: Evaluation, cells: Sequence[CellId]) -> set[int]:
    """Return the regions that depend on cells, each kept for the next time where they are few."""
    known, dependents_of = base.cones.reached, base.program.dependencies.dependents
    unknown = [cell for cell in cells if cell not in known]
    if len(unknown) > _FEW:
        return dependents_of(map(bounds_of, cells))
    for cell in unknown:
        known[cell] = dependents_of([bounds_of(cell)])
    return set[int]().union(*(known[cell] for cell in cells))


def _needed(base: Evaluation, outputs: tuple[CellId, ...]) -> set[int] | None:
    known = base.cones.needed
    if outputs not in known:
        known[outputs] = base.program.dependencies.precedents(map(bounds_of, outputs))
    return known[outputs]


def settles(
    evaluation: Evaluation, outputs: tuple[CellId, ...], beyond: frozenset[CellId] = frozenset()
) -> bool:
    """Whether the circular references that outputs depend on have settled, those in ``beyond`` left out."""
    lost = evaluation.unsettled - beyond
    if not lost:
        return True
    needed = _needed(evaluation, outputs)
    return needed is not None and lost.isdisjoint(evaluation.program.cells_of(needed))


def _ordered(base: Evaluation, cells: set[CellId]) -> list[CellId]:
    """Return cells in the order in which they were first computed, those that were not at the end."""
    cones, order = base.cones, base.order
    if cones.placed != len(order):
        last_to_first = zip(range(len(order), 0, -1), reversed(order), strict=True)
        cones.places = {cell: place for place, cell in last_to_first}
        cones.placed = len(order)
    places, last = cones.places, len(order) + 1
    return sorted(cells, key=lambda cell: (places.get(cell, last), cell))


def rerun(
    base: Evaluation,
    overrides: Mapping[CellId, Value],
    again: Sequence[CellId],
    around: CellId | None = None,
    *,
    lent: bool = False,
) -> Evaluation:
    """Return an evaluation like another one with cells overridden and a cone of cells to be computed again.

    Circles start from where they settled in the base. ``around`` is the Data Table that asks, whose own cells
    stay as they are. ``lent`` says that overrides are what formulas gave elsewhere, not what a scenario sets:
    a Data Table computes those between its input and its formula again.
    """
    firm = base.held.difference(base.lent)
    again = [cell for cell in again if cell not in firm] if firm else again
    circular, cone_cells = _settled_loop(base, again, overrides), frozenset(again)
    state = replace(
        base.state,
        cells=_reopened(base, overrides, cone_cells, circular),
        extents=list(base.state.extents),
        spills=dict(base.state.spills),
        streams=dict(base.state.streams),
    )
    return replace(
        base,
        state=state,
        unevaluated={cell: why for cell, why in base.unevaluated.items() if cell not in cone_cells},
        heads=dict.fromkeys(cell for cell in base.closing if cell in cone_cells) if circular else {},
        loop=circular,
        held=base.held.difference(again).union(overrides),
        lent=frozenset(overrides) if lent else base.lent.difference(overrides),
        around=base.around if around is None else base.around | {around},
        overspill=dict(base.overspill),
        circles=[],
        order=Computed(),
        closing=(),
        grown=[],
        converged=True,
        restless=base.unsettled.difference(cone_cells, overrides),
    )


def _reopened(
    base: Evaluation,
    overrides: Mapping[CellId, Value],
    again: frozenset[CellId],
    circular: Sequence[CellId],
) -> list[dict[int, Value]]:
    """Return the values of each sheet with the overrides set and the cells to be computed again pending."""
    known, touched = base.state.cells, _touched(base, overrides, again)
    cells = [dict(values) if sheet in touched else values for sheet, values in enumerate(known)]
    for sheet, key in again:
        cells[sheet][key] = PENDING
    for (sheet, key), owner in base.overspill.items():
        if (sheet, owner) in again:
            cells[sheet][key] = PENDING
    for sheet, key in circular:
        cells[sheet][key] = known[sheet][key]
    for (sheet, key), value in overrides.items():
        cells[sheet][key] = value
    return cells


def _touched(base: Evaluation, overrides: Mapping[CellId, Value], again: frozenset[CellId]) -> set[int]:
    """Return the sheets whose values change; a circle or a growing array reopens its readers on any sheet."""
    if base.iterates or base.program.spreading:
        return set(range(len(base.state.cells)))
    return {sheet for sheet, _ in (*again, *overrides)}


def _settled_loop(
    base: Evaluation, again: Sequence[CellId], overrides: Mapping[CellId, Value]
) -> list[CellId]:
    """Return the circular cells to be computed again, unless the base's values are no place to start from."""
    if not base.loop or not base.converged:
        return []
    cells, wanted = base.state.cells, frozenset(again)
    loop = [cell for cell in base.loop if cell in wanted and cell not in overrides]
    broken = any(isinstance(cells[sheet][key], ExcelError) for sheet, key in loop)
    return [] if broken or wanted.isdisjoint(base.closing) else loop
