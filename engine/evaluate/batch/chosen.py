"""What criteria choose in lanes: SUMIFS and its like over what may be errors, texts or booleans."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.core.values import DIV0, NUM, Value
from engine.evaluate.batch import kernels
from engine.evaluate.batch.boxes import Flags, Floats, error_box, is_error, is_text, text_of, unbox
from engine.evaluate.batch.boxes import codes as codes_of
from engine.evaluate.batch.ties import Lanes, equal
from engine.evaluate.batch.unplanned import Unplanned
from engine.functions import coerce
from engine.functions.criteria import criterion


@dataclass(frozen=True)
class Chosen:
    """A constant criterion over lanes, asked once per distinct value."""

    want: Value

    def __call__(self, values: Lanes) -> Floats:
        """Return 1 where a value is chosen, else 0."""
        lanes, test = np.ascontiguousarray(values, dtype=float), criterion(self.want)
        bits, places = np.unique(lanes.ravel().view(np.uint64), return_inverse=True)
        answers = np.array([float(test(unbox(number))) for number in bits.view(np.float64).tolist()])
        return answers[places].reshape(lanes.shape)


_COMPARE: dict[str, Callable[[Lanes, Lanes], Flags]] = {
    "=": equal,
    "<>": kernels.unequal,
    "<": kernels.sure_less,
    "<=": kernels.sure_less_equal,
    ">": kernels.sure_greater,
    ">=": kernels.sure_greater_equal,
}


def care_test(operator: str, values: Lanes, bound: Lanes) -> Floats:
    """Return 1 where boxes are chosen by a criterion of numbers: what is no number only by ``<>``."""
    lanes = np.asarray(values, dtype=float)
    boxed = np.isnan(lanes)
    if boxed.any():
        for code in np.unique(codes_of(lanes)[is_text(lanes)]).tolist():
            if isinstance(coerce.text_number(text_of(code)), float):
                raise Unplanned("a criterion of numbers over numbers written as text")
    with np.errstate(invalid="ignore"):
        found = _COMPARE[operator](np.where(boxed, 0.0, lanes), bound)
    return np.asarray(np.where(boxed, operator == "<>", found), dtype=float)


def care_chosen(terms: Sequence[tuple[Any, Any]], average: bool) -> Floats:
    """Return sum or average of boxes where their condition is not 0; the first error chosen wins."""
    total, count, error = np.zeros(()), np.zeros(()), np.zeros(())
    for condition, value in terms:
        lanes, chosen = np.asarray(value, dtype=float), np.not_equal(condition, 0)
        number = chosen & ~np.isnan(lanes)
        total = total + np.where(number, lanes, 0.0)
        count = count + number
        error = np.where(np.isnan(error), error, np.where(chosen & is_error(lanes), lanes, 0.0))
    with np.errstate(all="ignore"):
        if average:
            total = np.where(np.equal(count, 0), error_box(DIV0), total / count)
        total = np.where(np.isinf(total), error_box(NUM), total)
    return np.where(np.isnan(error), error, total)
