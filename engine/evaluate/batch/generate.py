"""From a cone to a program: slots, order, types, and the source of a Python function over the lane array."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np

from engine.core.values import ExcelError, Value
from engine.evaluate.batch import branch_rules as _branch_rules  # noqa: F401 -- enters its rules
from engine.evaluate.batch import called_rules as _called_rules  # noqa: F401 -- enters its rules
from engine.evaluate.batch import conditional_rules as _conditional_rules  # noqa: F401 -- enters its rules
from engine.evaluate.batch import finance_rules as _finance_rules  # noqa: F401 -- enters its rules
from engine.evaluate.batch import kind_rules as _kind_rules  # noqa: F401 -- enters its rules
from engine.evaluate.batch import lookup_rules as _lookup_rules  # noqa: F401 -- enters its rules
from engine.evaluate.batch import product_rules as _product_rules  # noqa: F401 -- enters its rules
from engine.evaluate.batch import range_rules as _range_rules  # noqa: F401 -- enters its rules
from engine.evaluate.batch import rules as _rules  # noqa: F401 -- enters its rules
from engine.evaluate.batch.boxes import Floats, box
from engine.evaluate.batch.cone import Cone, Slots, slots_of
from engine.evaluate.batch.program import Program, assembled
from engine.evaluate.batch.reach import Reach
from engine.evaluate.batch.reads import Area
from engine.evaluate.batch.schedule import schedule
from engine.evaluate.batch.source import BOOLEAN, BOXED, NUMBER
from engine.evaluate.batch.unplanned import Unplanned
from engine.evaluate.batch.writer import Writer
from engine.evaluate.state import CellId

_ROUNDS = 20
_MANY = 5_000


def generate(cone: Cone, *, careful: bool, made: Callable[[Writer, Floats], Program] = assembled) -> Program:
    """Return the program of a cone; raise Unplanned where a cell can't be expressed.

    The plain program is for numbers alone; the careful one carries errors and texts in every lane. ``made``
    makes it of what was written and the lane array's first column.
    """
    found = Reach(cone).all()
    slots = slots_of(cone, _beside(cone, found))
    kinds = _kinds(cone, slots, careful)
    steps = tuple(schedule(cone, found))
    for _ in range(_ROUNDS):
        writer = Writer(cone, slots, kinds, careful, may_read=dict(zip(cone.runs, found, strict=True)))
        for step in steps:
            writer.whole(step)
        if not writer.boxed - {slot for slot, kind in kinds.items() if kind == BOXED}:
            return made(writer, _start(cone, kinds, slots))
        kinds = {slot: BOXED if slot in writer.boxed else kind for slot, kind in kinds.items()}
    raise Unplanned("the types of the cells do not settle")


def scalar_body(cone: Cone, program: Program) -> tuple[str, Mapping[str, object], int]:
    """Return the plain program with loops over scenarios: its lines, its constants, the rows of ``S``.

    Raises Unplanned where a function has no kernel.
    """
    kinds = {slot: NUMBER if kind == BOXED else kind for slot, kind in enumerate(program.kinds)}
    writer = Writer(cone, program.slots, kinds, careful=False, scalar=True)
    for part in program.parts:
        writer.whole(part.step)
    writer.prune()
    if writer.boxed or program.slow:
        raise Unplanned("a function without a kernel")
    body = "\n".join(f"    {line}" for line in writer.body) or "    pass"
    return body, writer.constants.arrays, writer.constants.rows


def _beside(cone: Cone, found: Iterable[Sequence[Area]]) -> Iterator[CellId]:
    """Yield the constants that stand in one reference together with varying cells."""
    for areas in found:
        for area in areas:
            whole = area.keys.size <= _MANY
            for group in [area.keys.ravel().tolist()] if whole else area.keys.tolist():
                cells = [(area.sheet, key) for key in dict.fromkeys(group)]
                if any(cell in cone.varying for cell in cells):
                    yield from cells


def _kinds(cone: Cone, slots: Slots, careful: bool) -> dict[int, str]:
    cells = cone.base.state.cells
    return {slot: _kind(cells[sheet].get(key), careful) for (sheet, key), slot in slots.numbers.items()}


def _kind(value: Value, careful: bool) -> str:
    if isinstance(value, bool):
        return BOXED if careful else BOOLEAN
    return BOXED if isinstance(value, (str, ExcelError)) else NUMBER


def _start(cone: Cone, kinds: Mapping[int, str], slots: Slots) -> Floats:
    start = np.zeros(len(slots.numbers))
    for (sheet, key), slot in slots.numbers.items():
        value = cone.base.state.cells[sheet].get(key)
        start[slot] = float(value) if isinstance(value, bool) and kinds[slot] == BOOLEAN else box(value)
    return start
