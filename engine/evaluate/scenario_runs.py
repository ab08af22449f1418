"""Many scenarios, one after the other: only the cone from the varied inputs to the outputs asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager

from engine.core.values import Value
from engine.evaluate.precision import typed
from engine.evaluate.reference import Evaluation
from engine.evaluate.rerun import cone, dependents, rerun, runs_of, settles
from engine.evaluate.result import Result
from engine.evaluate.state import CONVERGED, CellId
from engine.evaluate.sweep import sweep
from engine.evaluate.targets import Targets
from engine.functions.date_text import DateOrder, reading


def evaluated_with(
    base: Evaluation, overrides: Mapping[CellId, Value], outputs: Sequence[CellId] = ()
) -> Evaluation:
    """Return the evaluation of every formula cell with other inputs, or of those that ``outputs`` need."""
    changed = tuple(overrides)
    between = cone(base, changed, tuple(dict.fromkeys(outputs))) if outputs else dependents(base, changed)
    evaluation = rerun(base, typed(base.program.workbook, overrides), between)
    with _as_written(base) as date_order:
        sweep(evaluation, runs_of(base, overrides, between))
        evaluation.settle([*between, *outputs])
    evaluation.date_order_matters = base.date_order_matters or date_order.matters
    return evaluation


def run_scenarios(
    base: Evaluation,
    targets: Targets,
    rows: Sequence[Mapping[CellId, Value]],
    inputs: Sequence[CellId],
    outputs: Sequence[CellId],
) -> list[list[Value]]:
    """Return a row per scenario and a value per output, which may be CONVERGED.

    Raises CircularReference or UnsupportedFormula where an output depends on what can't be evaluated.
    """
    asked = tuple(cell for cell in dict.fromkeys(outputs) if cell != CONVERGED)
    found = []
    for row in rows:
        given = typed(base.program.workbook, {cell: row[cell] for cell in inputs if cell in row})
        overrides = changes(base, given)
        between = cone(base, tuple(overrides), asked)
        evaluation = rerun(base, overrides, between)
        # An iterated circle reopens its readers, an output that no input reaches among them.
        with _as_written(base):
            sweep(evaluation, runs_of(base, overrides, between))
            evaluation.settle([*between, *asked])
        result = Result(evaluation, targets)
        if result.circles:
            result.require_whole()
        values: dict[CellId, Value] = {cell: result.value(cell) for cell in asked}
        values[CONVERGED] = settles(evaluation, asked)
        found.append([values[cell] for cell in outputs])
    return found


def _as_written(base: Evaluation) -> AbstractContextManager[DateOrder]:
    """Read dates in text as the workbook's own Excel did, for the calls inside."""
    workbook = base.program.workbook
    return reading(day_first=workbook.day_first, now=base.state.now, date1904=workbook.settings.date1904)


def changes(base: Evaluation, overrides: Mapping[CellId, Value]) -> Mapping[CellId, Value]:
    """Return the overrides that give a cell another value than it has; all of them where there are circles,
    which may pass through what is held.
    """
    if base.loop or base.circles:
        return overrides
    cells = base.state.cells
    return {
        (sheet, key): value
        for (sheet, key), value in overrides.items()
        if key not in cells[sheet] or type(value) is not type(cells[sheet][key]) or value != cells[sheet][key]
    }
