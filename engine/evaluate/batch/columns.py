"""Scenarios in parts: inputs taken by place, outputs as columns, columns put together again."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.core.values import Value
from engine.evaluate.batch.boxes import Floats, unbox, unbox_all
from engine.evaluate.batch.source import BOOLEAN
from engine.evaluate.batch.unplanned import Unplanned
from engine.evaluate.state import CellId
from engine.functions.operands import PENDING

Column = npt.NDArray[Any]
"""Values of one output: float64 where all are numbers, else objects."""


def _objects(values: Sequence[Value]) -> Column:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def unboxed(lanes: Floats, kind: str) -> Column:
    """Return the values of a slot of that kind."""
    if kind == BOOLEAN:
        return _objects([unbox(n) if math.isnan(n) else bool(n) for n in lanes.tolist()])
    return _objects(unbox_all(lanes)) if np.isnan(lanes).any() else lanes.copy()


def taken(inputs: Mapping[CellId, Floats], places: slice | Sequence[int]) -> dict[CellId, Floats]:
    """Return the inputs of some scenarios."""
    return {cell: values[places] for cell, values in inputs.items()}


def scenario(inputs: Mapping[CellId, Floats], lane: int) -> dict[CellId, Value]:
    """Return the inputs of one scenario."""
    return {cell: float(values[lane]) for cell, values in inputs.items()}


def column_of(values: Sequence[Value]) -> Column:
    """Return values alone as a column: numbers where all are, a blank as 0."""
    if any(value is PENDING for value in values):
        raise Unplanned("a scenario reaches a cell that can't be evaluated")
    filled = [0.0 if value is None else value for value in values]
    return np.array(filled) if all(type(value) is float for value in filled) else _objects(filled)


def merged(count: int, parts: Sequence[tuple[Sequence[int], Column]]) -> Column:
    """Return columns of some scenarios each as one; of objects where any is."""
    whole = np.empty(count, dtype=np.result_type(*(column for _, column in parts)))
    for places, column in parts:
        whole[list(places)] = column
    return whole


def joined(columns: Sequence[Column]) -> Column:
    """Return columns as one, of objects where any is."""
    return columns[0] if len(columns) == 1 else np.concatenate(columns)


class _Arrays(threading.local):
    """The lane array that a thread used last, to be used again: new memory costs as much as some passes."""

    latest: Floats | None = None

    def array(self, rows: int, width: int) -> Floats:
        """Return an array whose content is left over from before."""
        if self.latest is None or self.latest.shape != (rows, width):
            self.latest = np.empty((rows, width))
        return self.latest


ARRAYS = _Arrays()
"""Each thread's own."""
