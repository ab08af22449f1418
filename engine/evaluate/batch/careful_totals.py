"""Careful kernels: totals of boxes, in which text is passed over and the first error wins."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from engine.core.values import DIV0, NUM
from engine.evaluate.batch.boxes import Floats, error_box, is_error
from engine.evaluate.batch.careful_kinds import unless_nothing
from engine.evaluate.batch.ties import Lanes
from engine.functions.coerce import LARGEST

_FOLD: dict[str, Callable[[Lanes, Lanes], Lanes]] = {
    "MIN": np.minimum,
    "MAX": np.maximum,
    "PRODUCT": np.multiply,
}


def care_fold(items: Sequence[Lanes], kind: str) -> Floats:
    """SUM, MIN, MAX, AVERAGE, COUNT and PRODUCT of boxed range items: texts are skipped, errors win."""
    total, count, error = None, 0.0, None
    for item in items:
        lanes = np.asarray(item, dtype=float)
        boxed = np.isnan(lanes)
        wrong = is_error(lanes)
        if wrong.any():
            error = (
                np.where(wrong, lanes, 0.0)
                if error is None
                else np.where(np.isnan(error), error, np.where(wrong, lanes, 0.0))
            )
        neutral = {"MIN": np.inf, "MAX": -np.inf, "PRODUCT": 1.0}.get(kind, 0.0)
        number = np.where(boxed, neutral, lanes)
        total = number if total is None else _FOLD.get(kind, np.add)(total, number)
        count = count + ~boxed
    if kind == "COUNT":
        return unless_nothing(np.asarray(count, dtype=float), *items)
    result = np.asarray(total, dtype=float)
    empty = np.equal(count, 0)
    with np.errstate(all="ignore"):
        if kind == "AVERAGE":
            result = np.where(empty, error_box(DIV0), result / np.where(empty, 1.0, count))
        else:
            result = np.where(empty, 0.0, result)
    result = np.where(np.isinf(result), error_box(NUM), result)
    return result if error is None else np.where(np.isnan(error), error, result)


def care_products(products: Sequence[Sequence[Lanes]]) -> Floats:
    """SUMPRODUCT of boxes, product by product: what is no number counts as 0, the first error wins."""
    total, error = np.zeros(()), np.zeros(())
    with np.errstate(all="ignore"):
        for factors in products:
            product = np.ones(())
            for factor in factors:
                lanes = np.asarray(factor, dtype=float)
                product = product * np.where(np.isnan(lanes), 0.0, lanes)
                error = np.where(np.isnan(error), error, np.where(is_error(lanes), lanes, 0.0))
            total = total + product
    total = np.where(np.abs(total) <= LARGEST, total, error_box(NUM))
    return np.where(np.isnan(error), error, total)
