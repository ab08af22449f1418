"""Inputs that depend on each other: one left as it is would not keep its base value in a plan."""

from __future__ import annotations

import numpy as np

from engine.evaluate.batch.unplanned import Unplanned
from engine.evaluate.reference import Evaluation
from engine.evaluate.rerun import bounds_of, dependents
from engine.evaluate.state import CellId


def refuse_nested(base: Evaluation, inputs: tuple[CellId, ...]) -> None:
    """Raise Unplanned where an input depends on another."""
    if len(inputs) < 2 or not _may_be_nested(base, inputs):
        return
    for cell in inputs:
        reached = frozenset(dependents(base, (cell,)))
        if any(other != cell and other in reached for other in inputs):
            raise Unplanned("an input that depends on another input")


def _may_be_nested(base: Evaluation, inputs: tuple[CellId, ...]) -> bool:
    """Whether anything that inputs are computed from, at any remove, stands where an input does."""
    dependencies = base.program.dependencies
    above = dependencies.precedents(map(bounds_of, inputs))
    if above is None:
        return True
    places = np.array([bounds_of(cell)[:3] for cell in inputs])
    return any(
        (
            (places[:, 0] == sheet)
            & (places[:, 1] >= top)
            & (places[:, 1] <= bottom)
            & (places[:, 2] >= left)
            & (places[:, 2] <= right)
        ).any()
        for number in above
        for sheet, top, left, bottom, right in dependencies.reads_of(number)
    )
