"""The order of runs: straight lines where nothing depends on itself, loops over time where rows do.

Strongly connected groups of runs (Tarjan 1972) that read only their past become one loop over positions,
forwards or backwards; what can't is taken apart into single cells in the order the reference found.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import networkx as nx
import numpy as np

from engine.evaluate.batch.cone import Cone, Run
from engine.evaluate.batch.reads import Area
from engine.evaluate.state import CellId


@dataclass(frozen=True)
class Step:
    """Runs to compute together: one run at once over its positions, or a loop of several over the same ones.

    In a loop ``runs`` are parts with equal positions, in the order of one pass; ``backwards`` starts last.
    ``together`` are cells that the reference computes.
    """

    runs: tuple[Run, ...]
    loop: bool = False
    backwards: bool = False
    together: bool = False


def schedule(cone: Cone, read: Sequence[Sequence[Area]]) -> list[Step]:
    """Return the steps in an order in which everything is computed before it is read.

    ``read`` has, per run of the cone, the areas it reads.
    """
    owner = {cell: n for n, run in enumerate(cone.runs) for cell in run.cells}
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(len(cone.runs)))
    for number, areas in enumerate(read):
        for area in areas:
            found = {owner.get((area.sheet, key), -1) for key in np.unique(area.keys).tolist()} - {-1}
            graph.add_edges_from((before, number) for before in found)
    steps: list[Step] = []
    condensed = nx.condensation(graph)
    for group in nx.lexicographical_topological_sort(condensed):
        members = sorted(condensed.nodes[group]["members"])
        runs = tuple(cone.runs[n] for n in members)
        if any(run.together for run in runs):
            steps.append(Step(runs, together=True))
        elif len(members) == 1 and not graph.has_edge(members[0], members[0]):
            steps.append(Step(runs))
        else:
            steps.extend(_loops(cone, members, read, owner))
    return steps


def _loops(
    cone: Cone, members: list[int], read: Sequence[Sequence[Area]], owner: dict[CellId, int]
) -> list[Step]:
    inside = set(members)
    sheets_vertical = {cone.vertical[cone.runs[n].sheet] for n in members}
    lags: set[int] = set()
    same: list[tuple[int, int]] = []
    whole = len(sheets_vertical) == 1
    for n in members:
        run = cone.runs[n]
        for area in read[n]:
            for lag, before in _lags(cone, run, area, owner, inside):
                lags.add(lag)
                if lag == 0:
                    same.append((before, n))
    order = _acyclic(members, same)
    if not whole or order is None or (min(lags) < 0 < max(lags)):
        return _single_cells(cone, members, read)
    return _segments([cone.runs[n] for n in order], cone, backwards=max(lags) > 0)


def _lags(
    cone: Cone, run: Run, area: Area, owner: dict[CellId, int], inside: set[int]
) -> Iterator[tuple[int, int]]:
    """Yield (position read less own position, run read) for what a run reads of its group."""
    own = np.array([cone.position(run.sheet, key) for key in run.keys.tolist()])
    one = area.keys.shape[1] == 1 and len(run.keys) > 1
    for row in area.keys:
        for place, key in enumerate(row.tolist()):
            before = owner.get((area.sheet, key), -1)
            if before in inside:
                there = cone.position(area.sheet, key)
                for mine in own.tolist() if one else [own[place]]:
                    yield int(np.sign(there - mine)), before


def _acyclic(members: list[int], edges: list[tuple[int, int]]) -> list[int] | None:
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(members)
    graph.add_edges_from(edges)
    try:
        return list(nx.lexicographical_topological_sort(graph))
    except nx.NetworkXUnfeasible:
        return None


def _single_cells(cone: Cone, members: list[int], read: Sequence[Sequence[Area]]) -> list[Step]:
    """Return the cells one by one in the reference's order; together where some wait for each other."""
    cells = {cell: cone.runs[n] for n in members for cell in cone.runs[n].cells}
    ordered = in_base_order(cone, cells)
    places = {cell: place for place, cell in enumerate(ordered)}
    if len(places) < len(cells) or not all(_in_order(cone.runs[n], read[n], places) for n in members):
        return [Step(tuple(cone.runs[n] for n in members), together=True)]
    return [Step((replace(cells[c], keys=np.array([c[1]], dtype=np.int64)),)) for c in ordered]


def in_base_order(cone: Cone, cells: Collection[CellId]) -> list[CellId]:
    """Return cells in the order in which the base computed them, those of an array with its first.

    Cells of a circle that were first computed while it was iterated come last.
    """
    parts = cone.base.program.parts
    known = {cell: place for place, cell in enumerate(dict.fromkeys([*cone.base.order, *cone.base.loop]))}
    owners = {cell: (cell[0], parts.get(cell, cell[1])) for cell in cells}
    found = [cell for cell in cells if owners[cell] in known]
    return sorted(found, key=lambda cell: (known[owners[cell]], cell))


def _in_order(run: Run, areas: Sequence[Area], places: dict[CellId, int]) -> bool:
    """Whether what every cell of a run reads among ``places`` stands before it."""
    for area in areas:
        fixed = area.keys.shape[1] == 1
        for position, cell in enumerate(run.cells):
            keys = area.keys[:, 0 if fixed else position].tolist()
            if any(places.get((area.sheet, key), -1) >= places[cell] for key in keys):
                return False
    return True


def _segments(runs: list[Run], cone: Cone, *, backwards: bool) -> list[Step]:
    """Cut a loop where runs begin or end, so that every part has the same runs at every position."""
    spans = [[cone.position(run.sheet, int(key)) for key in (run.keys[0], run.keys[-1])] for run in runs]
    marks = sorted({start for start, _ in spans} | {end + 1 for _, end in spans})
    steps = []
    for start, end in itertools.pairwise(marks):
        parts = [
            replace(run, keys=run.keys[start - first : end - first])
            for run, (first, last) in zip(runs, spans, strict=True)
            if first <= start and end - 1 <= last
        ]
        if parts:
            steps.append(Step(tuple(parts), loop=True, backwards=backwards))
    return steps[::-1] if backwards else steps
