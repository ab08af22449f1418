"""A generated program: its text, its types, and the function that text defines."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import CodeType

import numpy as np
import numpy.typing as npt

from engine.evaluate.batch import (
    cancelling,
    careful_conditions,
    careful_kinds,
    careful_totals,
    chosen,
    kernels,
    ladder,
    matching,
    picking,
    rounding,
    searches,
)
from engine.evaluate.batch import careful as careful_kernels
from engine.evaluate.batch.boxes import SETTLED, Floats
from engine.evaluate.batch.cone import Cone, Slots
from engine.evaluate.batch.passes.packed import Packed, packed
from engine.evaluate.batch.unplanned import NeedsCare, Unplanned
from engine.evaluate.batch.writer import Writer, Written
from engine.evaluate.state import CellId

Places = npt.NDArray[np.intp]


def stop() -> float:
    """Stop the plain program."""
    raise NeedsCare


def named_kernels() -> dict[str, object]:
    """Return what generated source may name besides its constants."""
    return {
        **vars(rounding),
        **vars(cancelling),
        **vars(picking),
        **vars(matching),
        **vars(kernels),
        **vars(ladder),
        **vars(careful_kernels),
        **vars(careful_conditions),
        **vars(careful_kinds),
        **vars(careful_totals),
        "care_chosen": chosen.care_chosen,
        "care_test": chosen.care_test,
        "match_boxes": searches.match_boxes,
        "np": np,
        "stop": stop,
    }


@dataclass(frozen=True)
class Program:
    """A generated function ``compute(S, N)`` over the lane array (slots × scenarios).

    ``listing`` is its source, ``kinds`` are the slots' types, ``start`` the lane array's column before any
    input is set, ``parts`` the source step by step, ``slow`` the functions called once per lane, ``computed``
    the slots that an output asks for, ``held`` those that have to hold a value before. ``quick`` computes
    the outputs alone, in fewer passes and rows; None where it can't.
    """

    listing: str
    slots: Slots
    kinds: tuple[str, ...]
    start: Floats
    parts: tuple[Written, ...] = field(repr=False)
    careful: bool
    slow: tuple[str, ...]
    computed: Places = field(repr=False)
    held: Places = field(repr=False)
    namespace: Mapping[str, object] = field(repr=False)
    quick: Packed | None = field(repr=False)

    def lanes(self, count: int) -> Floats:
        """Return a lane array for so many scenarios, empty but for what says that circles settled."""
        lanes = np.empty((len(self.start) + 1, count))
        lanes[SETTLED] = 1.0
        return lanes

    def compute(self, lanes: Floats) -> None:
        """Compute every varying cell of a lane array, in place."""
        self.namespace["compute"](lanes, lanes.shape[1])  # type: ignore[operator]  # what the source defines


def assembled(writer: Writer, start: Floats) -> Program:
    """Return the program of what a writer has written, without what no output asks for."""
    writer.prune()
    parts = tuple(writer.parts)
    listing = listing_of(parts)
    start = with_rows(start, writer.constants.rows)
    namespace = {**named_kernels(), **writer.constants.arrays}
    kinds = tuple(writer.kinds[slot] for slot in range(len(writer.kinds)))
    exec(compiled_source(listing), namespace)  # noqa: S102 -- the source is ours, made above
    cone, slots = writer.cone, writer.slots
    quick = None if writer.careful else _quick(listing, namespace, start, cone, slots)
    places = places_of(parts, slots, (*cone.inputs, *cone.outputs))
    slow = slow_of(parts)
    return Program(listing, slots, kinds, start, parts, writer.careful, slow, *places, namespace, quick)


def listing_of(parts: Sequence[Written]) -> str:
    """Return parts as the source of one function."""
    body = "\n".join(f"    {line}" for part in parts for line in part.lines) or "    pass"
    return f"def compute(S, N):\n{body}\n"


def slow_of(parts: Sequence[Written]) -> tuple[str, ...]:
    """Return what is called once per lane."""
    return tuple(call for part in parts for call in part.slow)


def places_of(parts: Sequence[Written], slots: Slots, cells: Iterable[CellId]) -> tuple[Places, Places]:
    """Return the slots that parts compute, and those that they name or ``cells`` have beside them."""
    written = {slot for part in parts for slot in part.writes}
    named = {slot for part in parts for slot in part.reads}
    named.update(slot for cell in cells if (slot := slots.numbers.get(cell)) is not None)
    return _places(written), _places(named - written)


def reaching(program: Program, inputs: Iterable[CellId], outputs: Iterable[CellId]) -> frozenset[CellId]:
    """Return the inputs that an output depends on."""
    read = {slot for part in program.parts for slot in part.reads}
    asked = frozenset(outputs)
    return frozenset(cell for cell in inputs if program.slots.numbers[cell] in read or cell in asked)


def _places(slots: Iterable[int]) -> Places:
    return np.array(sorted(slots), dtype=np.intp)


_WHOLE = re.compile(r"\(S[,)]")


def _quick(
    listing: str, namespace: Mapping[str, object], start: Floats, cone: Cone, slots: Slots
) -> Packed | None:
    if len(_WHOLE.findall(listing)) > 1:  # beside the first line something is handed the whole array
        return None
    function = ast.parse(listing).body[0]
    assert isinstance(function, ast.FunctionDef)
    inputs, outputs = (
        [slots.numbers[cell] for cell in cells if cell in slots.numbers]
        for cells in (cone.inputs, cone.outputs)
    )
    return packed(function, namespace, start, inputs, outputs)


def with_rows(start: Floats, count: int) -> Floats:
    """Return the lane array's first column with rows for what positions share, which no cell has."""
    return np.concatenate([start, np.full(max(count - len(start), 0), np.nan)])


def compiled_source(source: str) -> CodeType:
    """Return generated source compiled; raise Unplanned where it is nested too deeply."""
    try:
        return compile(source, "<batch program>", "exec")
    except RecursionError as deep:
        raise Unplanned("a formula is nested too deeply for one expression") from deep
