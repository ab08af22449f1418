"""Scenarios that act through the inputs of a plan alone, such as the switch between a workbook's scenarios.

The reference computes what they put into those inputs, a few hundred cells; the plan computes the rest. That
holds where every way from what is set to what is asked leads through an input of the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from engine.core.address import SHIFT, STRIDE
from engine.core.values import Value
from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.cone import Cone, Keys
from engine.evaluate.reference import Evaluation
from engine.evaluate.rerun import bounds_of, cone, dependents, rerun
from engine.evaluate.state import CellId
from engine.functions.date_text import reading
from engine.plan.dependencies import Bounds


def through(
    plan: Cone, rows: Sequence[Mapping[CellId, Value]], outputs: Sequence[CellId]
) -> dict[CellId, Floats] | None:
    """Return the values that scenarios give the inputs of a plan, None where they act otherwise too."""
    base = plan.base
    given = tuple(dict.fromkeys(cell for row in rows for cell in row))
    if base.loop or base.circles or not set(outputs).issubset(plan.outputs):
        return None
    reached = set(dependents(base, given))
    inputs = tuple(cell for cell in plan.inputs if cell in reached or cell in given)
    if not inputs or _otherwise(plan, reached.union(given).difference(plan.inputs), outputs):
        return None
    order = cone(base, given, inputs)
    values = [_values(base, row, order, inputs) for row in rows]
    if not all(type(value) is float for row in values for value in row):
        return None
    columns = np.array(values, dtype=float).T
    return dict(zip(inputs, np.ascontiguousarray(columns), strict=True))


def _values(
    base: Evaluation, row: Mapping[CellId, Value], order: Sequence[CellId], inputs: Sequence[CellId]
) -> list[Value]:
    evaluation = rerun(base, row, order)
    with reading(day_first=False, now=evaluation.state.now):
        evaluation.settle([*order, *inputs])
    return [evaluation.state.cells[sheet].get(key) for sheet, key in inputs]


def _otherwise(plan: Cone, reached: set[CellId], outputs: Sequence[CellId]) -> bool:
    """Whether an output or a cell that the plan computes is reached without passing through an input."""
    computed = plan.varying.difference(plan.inputs)
    direct = reached.difference(computed)
    if not direct.isdisjoint(outputs):
        return True
    by_sheet: dict[int, list[int]] = {}
    for sheet, key in direct:
        by_sheet.setdefault(sheet, []).append(key)
    places = {sheet: np.array(keys, dtype=np.int64) for sheet, keys in by_sheet.items()}
    return any(_reads(bounds, places) for bounds in _read_by(plan, computed, outputs))


def _read_by(plan: Cone, computed: frozenset[CellId], outputs: Sequence[CellId]) -> Iterable[Bounds]:
    """Yield the rectangles that the formulas read by which the plan computes outputs."""
    program = plan.base.program
    numbers = program.dependencies.dependents(map(bounds_of, plan.inputs))
    needed = program.dependencies.precedents(map(bounds_of, outputs))
    for number in numbers if needed is None else numbers & needed:
        region = program.regions[number]
        if any((region.sheet, key) in computed for key in region.keys()):  # noqa: SIM118 -- no mapping
            yield from program.dependencies.reads_of(number)


def _reads(bounds: Bounds, places: Mapping[int, Keys]) -> bool:
    sheet, top, left, bottom, right = bounds
    keys = places.get(sheet)
    if keys is None:
        return False
    rows, columns = keys >> SHIFT, keys & (STRIDE - 1)
    return bool(((rows >= top) & (rows <= bottom) & (columns >= left) & (columns <= right)).any())
