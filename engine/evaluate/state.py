"""The cells of one evaluation: what is known, what is pending, and what a formula may ask of its place."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.core.exceptions import UnsupportedFormula
from engine.core.values import Value
from engine.functions.operands import Kept, Operand, Reference
from engine.functions.stream import Stream
from engine.plan.texts import FormulaTexts
from engine.workbook.book import Pivot

Closure = Callable[["State", int], Operand]
# Puts the values of cells that it can compute into the state; returns the others.
Loop = Callable[["State", list[int]], list[int]]
CellId = tuple[int, int]


class Loops(NamedTuple):
    """What computes many cells of a form in turn, and what computes one of those that it leaves."""

    many: Loop
    one: Closure


CONVERGED: CellId = (-1, 0)
"""Stands among outputs, where the workbook iterates, for whether its circular references settled."""
_WORDLESS = "it asks for the formula of a damaged cell or a Data Table"


@dataclass(slots=True)
class State:
    """One evaluation in progress: values by sheet number and cell key, ``PENDING`` where not yet computed.

    ``spills`` holds the rectangle of each array formula by its first cell, ``variables`` what LET and LAMBDA
    have bound around the formula being evaluated, ``now`` the serial that TODAY and NOW are pinned to,
    ``array_members`` where the array formula of a cell that is not its first stands, ``sheet_order`` all
    sheets of the workbook, charts and others included, ``file`` its file's name, ``streams`` the random
    numbers of each cell that asked for some, ``wordless`` the formula cells whose text is not known;
    ``constants`` and ``kept`` are those of ``CellStore``.
    """

    cells: list[dict[int, Value]]
    extents: list[tuple[int, int]]
    sheets: tuple[str, ...]
    refer: Callable[[State, str, int, int, bool], Operand]
    spills: dict[CellId, tuple[int, int]] = field(default_factory=dict)
    variables: Mapping[str, Operand] = field(default_factory=dict)
    texts: Mapping[CellId, str] = field(default_factory=dict)
    array_members: Mapping[CellId, int] = field(default_factory=dict)
    now: float = 0.0
    date1904: bool = False
    hidden_rows: tuple[frozenset[int], ...] = ()
    filtered_rows: tuple[frozenset[int], ...] = ()
    pivots: tuple[Pivot, ...] = ()
    data_types: tuple[Mapping[int, Mapping[str, Value]], ...] = ()
    macintosh: bool = False
    sheet_order: tuple[str, ...] = ()
    file: str = ""
    seed: int = 0
    streams: dict[CellId, Stream] = field(default_factory=dict)
    constants: Sequence[Mapping[int, Value]] = ()
    wordless: frozenset[CellId] = frozenset()
    kept: Kept = field(default_factory=Kept)

    def written(self) -> Iterable[tuple[CellId, str]]:
        """Return formula cells with their texts, a shared formula's as it was written once."""
        return self.texts.written() if isinstance(self.texts, FormulaTexts) else self.texts.items()

    def binding(self, variables: Mapping[str, Operand]) -> State:
        """Return this state as a formula sees it with more variables bound."""
        inner = copy.copy(self)
        inner.variables = {**self.variables, **variables}
        return inner


@dataclass(frozen=True, slots=True)
class Place:
    """The cell that a function is called from, for functions that ask where they stand."""

    state: State
    sheet: int
    row: int
    column: int

    def reference(self, text: str, *, a1_style: bool) -> Operand:
        """Return what a reference written as text names, #REF! where it names nothing."""
        return self.state.refer(self.state, text, self.sheet, self.row << 15 | self.column, a1_style)

    def formula(self, reference: Reference) -> str | None:
        """Return the formula text ("=...") of a reference's first cell, or None for a constant."""
        key = reference.top << 15 | reference.left
        key = self.state.array_members.get((reference.sheet, key), key)
        text = self.state.texts.get((reference.sheet, key))
        if text == "":
            raise UnsupportedFormula(_WORDLESS)
        return None if text is None else f"={text}"

    def has_formula(self, reference: Reference) -> bool:
        """Whether a reference's first cell has a formula; raise UnsupportedFormula as ``formula`` does."""
        key = reference.top << 15 | reference.left
        cell = reference.sheet, self.state.array_members.get((reference.sheet, key), key)
        if cell in self.state.wordless:
            raise UnsupportedFormula(_WORDLESS)
        return cell in self.state.texts

    def data_type(self, reference: Reference) -> Mapping[str, Value] | None:
        """Return the fields of the data type that a reference's first cell holds, or None."""
        known = self.state.data_types
        cells = known[reference.sheet] if reference.sheet < len(known) else {}
        return cells.get(reference.top << 15 | reference.left)

    def random(self) -> Stream:
        """Return the cell's own stream of random numbers, the same in every run with the same seed."""
        cell = self.sheet, self.row << 15 | self.column
        if cell not in self.state.streams:
            self.state.streams[cell] = Stream(self.state.seed, self.sheet, self.row, self.column)
        return self.state.streams[cell]
