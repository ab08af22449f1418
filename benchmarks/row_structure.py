"""A workbook's own rows in NumPy as a quant writes them, without what makes a result Excel's.

From the rows of a plan: a vector per row of the sheet, a loop over months where rows depend on their past,
variables for what only the next month needs. Comparison is NumPy's, not that of 15 digits; rounding looks
at no decimal digits; nothing asks whether a sum cancels; an error is a NaN. So it bounds from below what a
version written by hand from the workbook's row structure takes, for workbooks for which there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.lanes import Plan
from engine.evaluate.state import CellId

BLOCK = 1_000


def _scaled(step: Callable[[Any], Any]) -> Callable[..., Any]:
    def rounded(number: Any, digits: Any = 0.0) -> Any:
        return step(number) if digits == 0 else step(number * 10**digits) / 10**digits

    return rounded


def _where(left: Any, right: Any, mask: Any) -> Any:
    shape = np.broadcast_shapes(np.shape(left), np.shape(right), np.shape(mask))
    return np.divide(left, right, out=np.zeros(shape), where=np.broadcast_to(mask, shape))


def _place(key: Any, ladder: Any) -> Any:
    return np.searchsorted(ladder.rungs, key, side="right")


PLAIN: Mapping[str, Callable[..., Any]] = {
    "equal": np.equal,
    "unequal": np.not_equal,
    "less": np.less,
    "less_equal": np.less_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "sure_less": np.less,
    "sure_less_equal": np.less_equal,
    "sure_greater": np.greater,
    "sure_greater_equal": np.greater_equal,
    "round_half": _scaled(lambda x: np.floor(x + 0.5)),
    "round_up": _scaled(np.ceil),
    "round_down": _scaled(np.trunc),
    "power": lambda base, exponent, *_: np.power(base, exponent),
    "modulo": lambda number, divisor, *_: np.mod(number, divisor),
    "divide_where": _where,
    "rung": lambda key, ladder: _place(key, ladder).astype(float),
    "rung_value": lambda key, ladder, values: values[:, 0].take(_place(key, ladder) - 1),
    "last": lambda result, _left: result,
    "cancel": lambda _result, _left: None,
    "whole": lambda _result: True,
}


def written(plan: Plan) -> Callable[[Mapping[CellId, Floats]], Floats]:
    """Return the function of inputs by cell that gives the outputs (output × scenario)."""
    quick = plan.plain.quick
    assert quick is not None
    namespace: dict[str, Any] = {**quick.namespace, **PLAIN}
    exec(compile(quick.source, "<rows>", "exec"), namespace)
    slots = plan.plain.slots.numbers
    places = {cell: quick.places[slot] for cell, slot in slots.items() if slot in quick.places}

    def run(inputs: Mapping[CellId, Floats]) -> Floats:
        count = len(next(iter(inputs.values())))
        lanes, parts = np.empty((quick.rows, min(BLOCK, count))), []
        for start in range(0, count, BLOCK):
            width = min(BLOCK, count - start)
            for cell, values in inputs.items():
                if cell in places:
                    lanes[places[cell], :width] = values[start : start + width]
            with np.errstate(all="ignore"):
                namespace["compute"](lanes[:, :width], width)
            parts.append(lanes[[places[cell] for cell in plan.cone.outputs if cell in places], :width].copy())
        return np.concatenate(parts, axis=1)

    return run
