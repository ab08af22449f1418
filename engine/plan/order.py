"""An order in which most cells find what they read already computed.

Forms that read each other's cells go together, the others one after the other: precedents first. Where forms
read each other, as rows of a model do that depend on each other's last month, their cells go month by month,
and within a month precedents first. It is an order to begin with, never relied on: what a cell really waits
for is known when it is computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from engine.core.address import SHIFT, STRIDE
from engine.formula.expr import Ref
from engine.plan.dependencies import references_of
from engine.plan.forms import FormedCells
from engine.plan.placed import Placed, placed
from engine.plan.runs import Run, runs_between
from engine.plan.scope import Scope, rectangle

Integers = npt.NDArray[np.int64]
Bounds = tuple[int, int, int, int]
CellId = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Edges:
    """Which forms a form reads, by their numbers: at all, and in its own column or row."""

    all: frozenset[int]
    same_column: frozenset[int]
    same_row: frozenset[int]
    ahead: int  # references that look to the right or down, less those that look back


def order_of(formed: FormedCells, sizes: Mapping[CellId, tuple[int, int]], scope: Scope) -> list[Run]:
    """Return the cells that have formulas, in runs; ``sizes`` are those of arrays, by their first cell."""
    forms = [_over(form, sizes) if formed.forms[form.number].array else form for form in placed(formed)]
    readable = _by_sheet(forms)
    edges = [_edges(form, formed, scope, readable) for form in forms]
    found: list[Run] = []
    for group in components([sorted(each.all) for each in edges]):
        if len(group) == 1 and group[0] not in edges[group[0]].all:
            form = forms[group[0]]
            found.append(Run(form.sheet, form.number, form.keys.tolist()))
        else:
            found.extend(_interleaved(group, forms, edges))
    return found


def _over(form: Placed, sizes: Mapping[CellId, tuple[int, int]]) -> Placed:
    """Return an array formula's form with the rectangle around all that its cells fill."""
    top, left, bottom, right = form.hull
    for key in form.keys.tolist():
        height, width = sizes.get((form.sheet, key), (1, 1))
        bottom = max(bottom, (key >> SHIFT) + height - 1)
        right = max(right, (key & (STRIDE - 1)) + width - 1)
    return replace(form, hull=(top, left, bottom, right))


def _by_sheet(forms: Sequence[Placed]) -> dict[int, tuple[Integers, Integers]]:
    """Return the positions of a sheet's forms in the list, and the rectangles around them."""
    positions: dict[int, list[int]] = {}
    for position, form in enumerate(forms):
        positions.setdefault(form.sheet, []).append(position)
    return {
        sheet: (np.array(listed), np.array([forms[position].hull for position in listed]).T)
        for sheet, listed in positions.items()
    }


def _edges(
    form: Placed, formed: FormedCells, scope: Scope, readable: dict[int, tuple[Integers, Integers]]
) -> _Edges:
    found: set[int] = set()
    column, row, ahead = set[int](), set[int](), 0
    for ref in references_of(formed.forms[form.number].expr)[0]:
        sheet = form.sheet if ref.sheet is None else scope.number(ref.sheet)
        if sheet is None or sheet not in readable or ref.last_sheet is not None:
            continue
        read = _overlapping(*readable[sheet], _hull(ref, form.hull))
        found.update(read)
        if _holds_own(ref, "column"):
            column.update(read)
        if _holds_own(ref, "row"):
            row.update(read)
        ahead += _ahead(ref)
    return _Edges(frozenset(found), frozenset(column), frozenset(row), ahead)


def _hull(ref: Ref, hull: Bounds) -> Bounds:
    """Return the rectangle around all that a reference reads from the cells of a form."""
    a, b = rectangle(ref, hull[0], hull[1]), rectangle(ref, hull[2], hull[3])
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def _overlapping(positions: Integers, hulls: Integers, read: Bounds) -> list[int]:
    top, left, bottom, right = read
    hit = (hulls[0] <= bottom) & (hulls[2] >= top) & (hulls[1] <= right) & (hulls[3] >= left)
    return positions[hit].tolist()  # type: ignore[no-any-return]  # numpy types lists of numbers as Any


def _holds_own(ref: Ref, axis: str) -> bool:
    """Whether a reference may read the formula's own column or row."""
    offsets = [
        0 if getattr(corner, f"{axis}_absolute") else getattr(corner, axis)
        for corner in (ref.first, ref.last)
    ]
    return bool(ref.whole) or min(offsets) <= 0 <= max(offsets)


def _ahead(ref: Ref) -> int:
    corner = ref.last
    rows = 0 if corner.row_absolute else corner.row
    columns = 0 if corner.column_absolute else corner.column
    leading = columns or rows
    return (leading > 0) - (leading < 0)


def _interleaved(group: Sequence[int], forms: Sequence[Placed], edges: Sequence[_Edges]) -> list[Run]:
    """Return the cells of forms that read each other, along the longer side of their rectangles."""
    hulls = np.array([forms[position].hull for position in group])
    across = bool((hulls[:, 3] - hulls[:, 1]).sum() >= (hulls[:, 2] - hulls[:, 0]).sum())
    inside = {position: rank for rank, position in enumerate(group)}
    near = [
        [
            inside[other]
            for other in (edges[p].same_column if across else edges[p].same_row)
            if other in inside
        ]
        for p in group
    ]
    ranks = {member: rank for rank, each in enumerate(components(near)) for member in each}
    keys = np.concatenate([forms[position].keys for position in group])
    sizes = [len(forms[position].keys) for position in group]
    sheets = np.repeat([forms[position].sheet for position in group], sizes)
    numbers = np.repeat([forms[position].number for position in group], sizes)
    rank = np.repeat([ranks[member] for member in range(len(group))], sizes)
    rows, columns = keys >> SHIFT, keys & (STRIDE - 1)
    step, beside = (columns, rows) if across else (rows, columns)
    back = -1 if sum(edges[position].ahead for position in group) > 0 else 1
    order = np.lexsort((beside, rank, back * step))
    return runs_between(sheets[order], numbers[order], keys[order])


def components(edges: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return the strongly connected components of a graph, those that are read before those that read.

    Source: R. Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Computing 1 (1972).
    """
    index, low = [0] * len(edges), [0] * len(edges)
    on_stack, stack, found = bytearray(len(edges)), list[int](), list[list[int]]()
    count = 0
    for start in range(len(edges)):
        if index[start]:
            continue
        walk = [(start, iter(edges[start]))]
        count += 1
        index[start] = low[start] = count
        stack.append(start)
        on_stack[start] = 1
        while walk:
            node, following = walk[-1]
            for other in following:
                if not index[other]:
                    count += 1
                    index[other] = low[other] = count
                    stack.append(other)
                    on_stack[other] = 1
                    walk.append((other, iter(edges[other])))
                    break
                if on_stack[other]:
                    low[node] = min(low[node], index[other])
            else:
                walk.pop()
                if walk:
                    low[walk[-1][0]] = min(low[walk[-1][0]], low[node])
                if low[node] == index[node]:
                    at = stack.index(node)
                    found.append(stack[at:])
                    for member in stack[at:]:
                        on_stack[member] = 0
                    del stack[at:]
    return found
