"""Careful kernels: conditions and comparisons of boxes, and what is chosen by them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.core.values import ExcelError
from engine.evaluate.batch.boxes import (
    FIRST_BOOLEAN,
    FIRST_TEXT,
    Flags,
    Floats,
    box,
    codes,
    error_box,
    is_error,
    text_of,
    truth,
    unbox,
)
from engine.evaluate.batch.careful_kinds import care_error, care_na
from engine.evaluate.batch.kernels import greater, greater_equal, unequal
from engine.evaluate.batch.ties import Lanes, equal, less, less_equal
from engine.functions import coerce

_COMPARE: dict[str, Callable[[Lanes, Lanes], Flags]] = {
    "=": equal,
    "<>": unequal,
    "<": less,
    "<=": less_equal,
    ">": greater,
    ">=": greater_equal,
}
_HOLDS: dict[str, Callable[[int], bool]] = {
    "=": lambda order: order == 0,
    "<>": lambda order: order != 0,
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}


def care_condition(value: Lanes) -> tuple[Flags, Floats]:
    """Return where a condition holds, and its errors as boxes, 0 elsewhere; text is #VALUE!."""
    lanes = np.asarray(value, dtype=float)
    boxed = np.isnan(lanes)
    if not boxed.any():
        return lanes != 0, np.zeros(lanes.shape)
    held = codes(lanes)
    holds = np.where(boxed, boxed & (held == FIRST_BOOLEAN + 1), lanes != 0)
    errors = np.where(is_error(lanes), lanes, 0.0)
    texts = boxed & (held >= FIRST_TEXT)
    for code in np.unique(held[texts]).tolist():
        answer = coerce.boolean(text_of(code))
        same = texts & (held == code)
        if isinstance(answer, ExcelError):
            errors[same] = error_box(answer)
        else:
            holds[same] = answer
    return holds, errors


def care_not(value: Lanes) -> Floats:
    """NOT of a condition; text that is no truth value is #VALUE!."""
    holds, errors = care_condition(value)
    return np.where(np.isnan(errors), errors, truth(~holds))


def care_if(condition: Lanes, then: Lanes, otherwise: Lanes) -> Floats:
    """IF on boxes: an error in the branch not taken vanishes, one in the condition wins."""
    holds, errors = care_condition(condition)
    result = np.where(holds, then, otherwise)
    return np.where(np.isnan(errors), errors, result)


def care_compare(operator: str, left: Lanes, right: Lanes) -> Floats:
    """Compare boxes as Excel does: TRUE, FALSE, or the leftmost error."""
    a, b = np.broadcast_arrays(np.asarray(left, dtype=float), np.asarray(right, dtype=float))
    boxed = np.isnan(a) | np.isnan(b)
    compared = coerce.compare if operator in ("=", "<>") else coerce.ordering
    with np.errstate(invalid="ignore"):
        result = truth(_COMPARE[operator](a, b))
    if boxed.any():
        wrong = is_error(a), is_error(b)
        result = np.where(wrong[0], a, np.where(wrong[1], b, result))
        for place in zip(*np.nonzero(boxed & ~wrong[0] & ~wrong[1]), strict=True):
            order = compared(unbox(float(a[place])), unbox(float(b[place])))
            result[place] = box(order if isinstance(order, ExcelError) else _HOLDS[operator](order))
    return np.asarray(result)


def blank_beside(other: Lanes) -> Floats:
    """Return what a blank is compared as: "" beside text, FALSE beside a boolean, else 0."""
    lanes = np.asarray(other, dtype=float)
    held, boxed = codes(lanes), np.isnan(lanes)
    empty = np.where(boxed & (held >= FIRST_TEXT), box(""), 0.0)
    return np.where(boxed & (held >= FIRST_BOOLEAN) & (held < FIRST_TEXT), box(False), empty)


def care_rescue(value: Lanes, instead: Lanes, only_na: bool) -> Floats:
    """IFERROR and IFNA on boxes."""
    lanes = np.asarray(value, dtype=float)
    return np.where(care_na(lanes) if only_na else care_error(lanes), instead, lanes)


def care_absent(place: Lanes, found: Lanes, instead: Lanes) -> Floats:
    """XLOOKUP's fourth argument where the key is missing."""
    return np.asarray(np.where(care_na(place), instead, found), dtype=float)


def all_hold(*conditions: Lanes) -> Floats:
    """AND: 1 where no condition is 0."""
    held = np.broadcast_arrays(*(np.not_equal(c, 0) for c in conditions))
    return np.asarray(np.logical_and.reduce(held), dtype=float)


def any_holds(*conditions: Lanes) -> Floats:
    """OR: 1 where a condition is not 0."""
    held = np.broadcast_arrays(*(np.not_equal(c, 0) for c in conditions))
    return np.asarray(np.logical_or.reduce(held), dtype=float)


def care_truth(value: Lanes) -> Floats:
    """Return numbers as TRUE and FALSE; errors stay."""
    lanes = np.asarray(value, dtype=float)
    return np.where(np.isnan(lanes), lanes, truth(lanes != 0))
