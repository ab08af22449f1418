"""Whether scenarios can be run, before any is: unknown columns, and values that their cells can't take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from engine.core.exceptions import BadInput, UnknownName
from engine.evaluate.scale.blocks import Block, FrameBlock
from engine.evaluate.scale.draws import RandomScenarios
from engine.evaluate.scale.sources import Source
from engine.evaluate.scale.summary import numbers_of
from engine.evaluate.state import CellId
from engine.evaluate.targets import is_missing

if TYPE_CHECKING:
    from engine.evaluate.model import Model

_TOLD = 20
_PART = 65_536


@dataclass(frozen=True)
class Checked:
    """How many scenarios there are, and which inputs hold more than numbers."""

    count: int
    mixed: frozenset[str] = frozenset()


def checked(model: Model, source: Source, outputs: Sequence[str]) -> Checked:
    """Read scenarios through; raise UnknownName or BadInput with everything that is wrong with them."""
    problems = [*_names(model, source, outputs)]
    if problems:
        raise UnknownName("\n".join(problems))
    if isinstance(source, RandomScenarios):
        return Checked(source.count)
    cells = dict(zip(source.inputs, model.cells(source.inputs, "input"), strict=True))
    count, mixed = 0, set[str]()
    for block in source.blocks(_PART):
        count += block.count
        mixed |= _mixed(block)
        problems += _values(model, block, cells)
        if len(problems) > _TOLD:
            problems = [*problems[:_TOLD], "and maybe more"]
            break
    if not count:
        problems.append("there are no scenarios, only a header")
    if problems:
        raise BadInput("\n".join(problems))
    return Checked(count, frozenset(mixed))


def _mixed(block: Block) -> set[str]:
    if not isinstance(block, FrameBlock):
        return set()
    return {str(name) for name, column in block.frame.items() if numbers_of(column.to_numpy())[1]}


def _names(model: Model, source: Source, outputs: Sequence[str]) -> Iterator[str]:
    if not outputs:
        yield "output: name at least one"
    for role, names in (("input", source.inputs), ("output", outputs)):
        seen: dict[CellId, str] = {}
        for name in names:
            try:
                (cell,) = model.cells([name], role)
            except UnknownName as problem:
                yield str(problem)
                continue
            if role == "input" and cell in seen:
                yield f"input: {name!r} and {seen[cell]!r} are the same cell; keep one column"
            seen[cell] = name


def _values(model: Model, block: Block, cells: dict[str, CellId]) -> Iterator[str]:
    if isinstance(block, FrameBlock):
        for name, column in block.frame.items():
            yield from _column(model, str(name), cells[str(name)], column, block.start)
        return
    for name, values in (block.numbers() or {}).items():
        given = values[~np.isnan(values)][:1].tolist()
        if given and (problem := _refusal(model, name, cells[name], given[0])):
            yield f"scenario {block.start + int(np.flatnonzero(~np.isnan(values))[0]) + 1}: {problem}"


def _column(model: Model, name: str, cell: CellId, column: pd.Series[Any], start: int) -> Iterator[str]:
    """Yield what is wrong with the values of a column, each different value once."""
    seen: set[tuple[type, object]] = set()
    for place, value in enumerate(column.tolist()):
        if (type(value), value) in seen or is_missing(value):
            continue
        seen.add((type(value), value))
        if problem := _refusal(model, name, cell, value):
            yield f"scenario {start + place + 1}: {problem}"


def _refusal(model: Model, name: str, cell: CellId, value: object) -> str:
    try:
        model.taken(name, cell, value)
    except BadInput as problem:
        return str(problem)
    return ""
