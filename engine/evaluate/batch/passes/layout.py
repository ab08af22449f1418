"""Rows of the lane array are given anew: only what is stored has one, and a free row is used again.

Rows that are read together keep their distance from each other. ``woven`` lines lie position by position
beside each other, so that a loop looks at all of one position at once.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.passes.accesses import Access, Arrays, accesses, placed, regular, rename


@dataclass(frozen=True)
class Layout:
    """A program over fewer rows: its statements, how many rows, and the row of each slot that has one."""

    body: list[ast.stmt]
    rows: int
    places: Mapping[int, int]


@dataclass(frozen=True)
class _Span:
    """Slots ``first`` to before ``end`` that keep their distance; from and to which statement they live."""

    first: int
    end: int
    born: int
    dies: int


@dataclass(frozen=True)
class _Block:
    """Spans that lie together: ``step`` rows from one slot of a span to the next."""

    spans: Sequence[tuple[_Span, int]]  # with the row of its first slot
    step: int
    size: int

    @property
    def born(self) -> int:
        return min(span.born for span, _ in self.spans)

    @property
    def dies(self) -> int:
        return max(span.dies for span, _ in self.spans)


Preset = Callable[[ast.expr, str], Sequence[ast.stmt]]


def laid_out(
    body: list[ast.stmt],
    arrays: Arrays,
    start: Floats,
    inputs: Collection[int],
    outputs: Collection[int],
    woven: Iterable[Sequence[int]] = (),
    single: Collection[int] = (),
) -> Layout:
    """Return a program whose rows are few; ``start`` holds what rows that nothing writes have from the start.

    ``woven`` has the first slots of the lines of each loop that are to lie side by side, ``single`` the slots
    of lines of which one position is needed at a time.
    """
    found = [accesses(statement, arrays) for statement in body]
    spans = _spans(found, inputs, outputs)
    blocks = _blocks(spans, woven, set(single))
    bases, rows = _allocated(blocks)
    places: dict[int, int] = {}
    for block, base in zip(blocks, bases, strict=True):
        for span, row in block.spans:
            places.update(
                (slot, base + row + block.step * (slot - span.first)) for slot in range(span.first, span.end)
            )
    written = {row for names in found for access in names if access.store for row in access.rows}
    presets = _presets(blocks, written | set(inputs), found)
    for names in found:
        rename(names, lambda access: [places[row] for row in access.rows], arrays)
    laid = []
    for number, statement in enumerate(body):
        laid += [
            _set([places[slot] for slot in slots], start[slots], arrays) for slots in presets.get(number, ())
        ]
        laid.append(statement)
    return Layout(laid, rows, places)


def _spans(
    found: Sequence[Sequence[Access]], inputs: Collection[int], outputs: Collection[int]
) -> list[_Span]:
    bounds: dict[int, int] = {}
    born: dict[int, int] = {}
    dies: dict[int, int] = {}
    for number, names in enumerate(found):
        for access in names:
            known = regular(access.rows)
            together = known is not None and known[1] == 1
            if together:
                bounds[access.rows[0]] = max(bounds.get(access.rows[0], 0), access.rows[-1] + 1)
            for row in access.rows:
                bounds.setdefault(row, row + 1)
                born.setdefault(row, number)
                dies[row] = number
    for slot in inputs:
        if slot in bounds or slot in outputs:
            bounds.setdefault(slot, slot + 1)
            born[slot] = -1
            dies.setdefault(slot, -1)
    for slot in outputs:
        bounds.setdefault(slot, slot + 1)
        born.setdefault(slot, -1)
        dies[slot] = len(found)
    return [
        _Span(
            first,
            end,
            min(born[s] for s in range(first, end) if s in born),
            max(dies[s] for s in range(first, end) if s in dies),
        )
        for first, end in _merged(bounds)
    ]


def _merged(bounds: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    first = end = -1
    for start in sorted(bounds):
        if start < end:
            end = max(end, bounds[start])
            continue
        if end > first:
            yield first, end
        first, end = start, bounds[start]
    if end > first:
        yield first, end


def _blocks(spans: Sequence[_Span], woven: Iterable[Sequence[int]], single: set[int]) -> list[_Block]:
    owner = {slot: span for span in spans for slot in range(span.first, span.end)}
    blocks, taken = [], set[int]()
    for lines in woven:
        lines_of = [owner[line] for line in lines if line in owner]
        if len(lines_of) < len(lines) or len({span.first for span in lines_of}) < len(lines):
            continue
        if taken.isdisjoint(span.first for span in lines_of):
            blocks.append(_woven(lines, lines_of))
            taken.update(span.first for span in lines_of)
    for span in spans:
        if span.first in taken:
            continue
        one = all(slot in single for slot in range(span.first, span.end))
        size = 1 if one else span.end - span.first
        blocks.append(_Block([(span, 0)], 0 if one else 1, size))
    return sorted(blocks, key=lambda block: (block.born, -block.size))


def _woven(lines: Sequence[int], spans: Sequence[_Span]) -> _Block:
    before = max(line - span.first for line, span in zip(lines, spans, strict=True))
    after = max(span.end - line for line, span in zip(lines, spans, strict=True))
    step = len(lines)
    rows = [
        place + step * (before - (line - span.first))
        for place, (line, span) in enumerate(zip(lines, spans, strict=True))
    ]
    return _Block(list(zip(spans, rows, strict=True)), step, step * (before + after))


def _allocated(blocks: Sequence[_Block]) -> tuple[list[int], int]:
    """Return the first row of each block, in the order they are born, and how many rows there are."""
    free: list[tuple[int, int]] = []  # row, size
    living: list[tuple[int, int, int]] = []  # dies, row, size
    bases, rows = [], 0
    for block in blocks:
        ended = [one for one in living if one[0] < block.born]
        living = [one for one in living if one[0] >= block.born]
        free = _joined([*free, *((row, size) for _, row, size in ended)])
        at = next((n for n, (_, size) in enumerate(free) if size >= block.size), None)
        if at is None:
            base, rows = rows, rows + block.size
        else:
            base, size = free.pop(at)
            if size > block.size:
                free.append((base + block.size, size - block.size))
                free.sort()
        living.append((block.dies, base, block.size))
        bases.append(base)
    return bases, rows


def _joined(free: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for row, size in sorted(free):
        if joined and sum(joined[-1]) == row:
            joined[-1] = joined[-1][0], joined[-1][1] + size
        else:
            joined.append((row, size))
    return joined


def _presets(
    blocks: Sequence[_Block], written: set[int], found: Sequence[Sequence[Access]]
) -> dict[int, list[list[int]]]:
    """Return, by statement, runs of slots that nothing writes and that it or a later one reads."""
    read = {row for names in found for access in names if not access.store for row in access.rows}
    presets: dict[int, list[list[int]]] = {}
    for block in blocks:
        for span, _ in block.spans:
            run: list[int] = []
            for slot in range(span.first, span.end):
                if slot in written or slot not in read:
                    continue
                if not run or slot != run[-1] + 1:
                    run = []
                    presets.setdefault(max(block.born, 0), []).append(run)
                run.append(slot)
    return presets


def _set(rows: list[int], values: Floats, arrays: Arrays) -> ast.stmt:
    target = ast.Subscript(ast.Name("S", ast.Load()), placed(rows, None, arrays), ast.Store())
    name = f"K{len(arrays)}p"
    arrays[name] = np.array(values)[:, None] if len(rows) > 1 else np.array(values)
    return ast.Assign([target], ast.Name(name, ast.Load()))
