"""Computing cells in an order in which most find their precedents computed, a run of one form at a time.

What a run leaves (a cell that waits for others, a circle, a failure) is computed, and told, cell by cell
afterwards. Only what is certain is settled here: a value, or that a cell has none because of another one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from engine.core.address import SHIFT, STRIDE
from engine.core.collection import collection_paused
from engine.core.exceptions import UnsupportedFormula
from engine.core.values import ExcelError
from engine.evaluate.spill import single
from engine.evaluate.state import Closure, Loop
from engine.functions.operands import Operand, Pending, Reference
from engine.functions.table import Fault
from engine.plan.runs import Run

if TYPE_CHECKING:
    from engine.evaluate.program import Program
    from engine.evaluate.reference import Evaluation

_PLAIN: Final = frozenset([float, str, bool, ExcelError])


@collection_paused
def sweep(evaluation: Evaluation, order: Iterable[Run]) -> None:
    """Compute those cells, in this order, whose precedents are known when their turn comes."""
    program, state = evaluation.program, evaluation.state
    ways: dict[int, _Way] = {}
    for run in order:
        sheet, form, keys = run
        way = ways.get(form)
        if way is None:
            way = ways[form] = _way(program, sheet, form, keys[0])
        one, many = way
        if one is None:
            _areas(evaluation, sheet, keys)
            continue
        left = keys if many is None else many(state, keys)
        if left:
            left = _one_by_one(evaluation, sheet, one, left)
        evaluation.order.append(run if not left else _without(run, left))


# What computes one cell of a form, and where there is one, what computes many in turn.
_Way = tuple[Closure | None, Loop | None]


def _way(program: Program, sheet: int, form: int, key: int) -> _Way:
    """Return how cells of a form are computed; two times None for array formulas and those that can't be."""
    closure = program.closures[sheet].get(key)
    if closure is None or program.formed.forms[form].array:
        return None, None
    loops = program.loops.get(form)
    return (closure, None) if loops is None else (loops.one, loops.many)


def _without(run: Run, left: list[int]) -> Run:
    lost = frozenset(left)
    return run._replace(keys=[key for key in run.keys if key not in lost])


def _areas(evaluation: Evaluation, sheet: int, keys: list[int]) -> None:
    """Compute array formulas, and those that can't be."""
    unevaluated, sizes = evaluation.unevaluated, evaluation.program.sizes
    for key in keys:
        try:
            evaluation.compute((sheet, key))
        except Exception as problem:  # noqa: BLE001 -- it is computed again, and told, afterwards
            _lose(evaluation, sheet, key, problem)
            why = unevaluated.get((sheet, key))
            height, width = sizes.get((sheet, key), (1, 1))
            if why is not None:
                parts = [(sheet, key + r * STRIDE + c) for r in range(height) for c in range(width)]
                unevaluated.update(dict.fromkeys(parts, why))


def _one_by_one(evaluation: Evaluation, sheet: int, closure: Closure, keys: list[int]) -> list[int]:
    """Compute cells of one closure; return those that it leaves."""
    state, left = evaluation.state, list[int]()
    store = state.cells[sheet]
    for key in keys:
        try:
            operand = closure(state, key)
            if operand.__class__ not in _PLAIN:
                if is_circle(operand, sheet, key):
                    left.append(key)
                    continue
                operand = single(operand, key)
        except Fault as fault:
            operand = fault.error
        except Exception as problem:  # noqa: BLE001 -- it is computed again, and told, afterwards
            _lose(evaluation, sheet, key, problem)
            left.append(key)
            continue
        store[key] = operand  # type: ignore[assignment]  # a plain value
    return left


def _lose(evaluation: Evaluation, sheet: int, key: int, problem: Exception) -> None:
    """Note a cell that can have no value, for its own formula or for a cell that it reads."""
    unevaluated, cell = evaluation.unevaluated, (sheet, key)
    if isinstance(problem, UnsupportedFormula):
        unevaluated[cell] = (cell, str(problem))
    elif isinstance(problem, Pending) and unevaluated:
        read = ((problem.sheet, wanted) for wanted in problem.keys)
        lost = next((each for each in read if each in unevaluated), None)
        if lost is not None:
            unevaluated[cell] = unevaluated[lost]


def is_circle(operand: Operand, sheet: int, key: int) -> bool:
    """Whether a formula answers a reference that holds its own cell."""
    return isinstance(operand, Reference) and operand.holds(sheet, key >> SHIFT, key & (STRIDE - 1))
