"""Circular references iterated with the workbook's own settings, to where they settle.

Source: "Remove or allow a circular reference in Excel" and "Change formula recalculation, iteration, or
precision in Excel", Excel's documentation: at most ``iterateCount`` passes, or until no cell moves by more
than ``iterateDelta``. Excel stops there and the next calculation goes on; here calculations follow on each
other until nothing moves, so that the result is where Excel's settles.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.evaluate.rerun import cone, dependents
from engine.evaluate.state import CellId
from engine.evaluate.tracing import circle_through
from engine.functions.operands import Pending
from engine.functions.table import Fault

if TYPE_CHECKING:
    from engine.evaluate.reference import Evaluation

_CALCULATIONS = 20
_MOST_PASSES = 100
_STILL = 1e-13
_STEADY = 1e-11


def converge(evaluation: Evaluation) -> list[CellId]:
    """Compute circular cells until nothing moves; return the cells that depend on them, to be computed again.

    Sets ``loop``, ``closing`` and ``converged`` of the evaluation: whether the cells settled within Excel's
    maximum change.
    """
    heads, known = tuple(evaluation.heads), evaluation.loop
    if not known:
        around = cone(evaluation, heads, heads)
        circle = circle_through(evaluation, heads, around)
        known = [cell for cell in around if cell in circle]
    evaluation.loop = loop = [cell for cell in known if _can_iterate(evaluation, cell)]
    settled = _calculations(evaluation, loop)
    inside = frozenset(loop)
    after = [cell for cell in dependents(evaluation, heads) if cell not in inside]
    evaluation.closing = heads
    evaluation.heads.clear()
    evaluation.converged = settled
    return after


def steady(evaluation: Evaluation) -> bool:
    """Whether another pass leaves the circular cells where they are, now that all else is computed."""
    return not evaluation.converged or _pass(evaluation, evaluation.loop)[0] <= _STEADY


def _can_iterate(evaluation: Evaluation, cell: CellId) -> bool:
    computed = cell[1] in evaluation.program.closures[cell[0]]
    return computed and cell not in evaluation.held and cell not in evaluation.unevaluated


def _calculations(evaluation: Evaluation, loop: Sequence[CellId]) -> bool:
    """Repeat passes while they still bring the cells closer; return whether they settled."""
    settings = evaluation.program.workbook.settings
    passes = max(1, min(settings.iterate_count, _MOST_PASSES))
    before, absolute = float("inf"), 0.0
    for _ in range(_CALCULATIONS):
        for _ in range(passes):
            relative, absolute = _pass(evaluation, loop)
            if relative <= _STILL:
                return True
        if absolute > before / 2 or absolute == float("inf"):
            break
        before = absolute
    return absolute <= settings.iterate_delta


def _pass(evaluation: Evaluation, loop: Sequence[CellId]) -> tuple[float, float]:
    """Compute the cells once, in order, each from the newest values; return the greatest changes of a number.

    The first is relative to the number (absolute below 1), the second absolute.
    """
    store = evaluation.state.cells
    relative = absolute = 0.0
    for cell in loop:
        sheet, key = cell
        before = store[sheet][key]
        _compute(evaluation, cell)
        after = store[sheet][key]
        if type(before) is float and type(after) is float:
            change = abs(after - before)
            absolute = max(absolute, change)
            relative = max(relative, change / max(1.0, abs(after)))
        elif before is not after and before != after:
            relative = absolute = float("inf")
    return relative, absolute


def _compute(evaluation: Evaluation, cell: CellId) -> None:
    """Compute a circular cell from the values that stand, after what it waits for outside the circle."""
    sheet, key = cell
    closure = evaluation.program.closures[sheet][key]
    for _ in range(_ATTEMPTS):
        try:
            evaluation.put(cell, closure(evaluation.state, key))
        except Fault as fault:
            evaluation.put(cell, fault.error)
        except Pending as pending:
            evaluation.settle_cells([(pending.sheet, wanted) for wanted in pending.keys])
            continue
        evaluation.state.kept.generation += 1
        return


_ATTEMPTS = 100
