"""Careful kernels: lanes may hold errors and texts as boxes, and the answers are Excel's, the leftmost
error first.

Arrays are (positions × scenarios) or (scenarios,), and broadcast.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from engine.core.values import DIV0, NA, NUM, ExcelError
from engine.evaluate.batch.boxes import (
    FIRST_BOOLEAN,
    FIRST_TEXT,
    NOTHING,
    Flags,
    Floats,
    box,
    codes,
    error_box,
    is_error,
    is_nothing,
    is_text,
    numeric,
    text_of,
    truth,
    unbox,
)
from engine.evaluate.batch.finance import fv, ipmt, irr, npv, pmt, ppmt, pv, xirr, xnpv  # noqa: F401 -- for source
from engine.evaluate.batch.kernels import greater, greater_equal, unequal
from engine.evaluate.batch.powers import raised
from engine.evaluate.batch.ties import Lanes, equal, less, less_equal
from engine.evaluate.batch.unplanned import NeedsCare
from engine.functions import coerce
from engine.functions.coerce import LARGEST


def care(
    calculate: Callable[..., Lanes], fails: Callable[..., Any] | None, error: ExcelError, *given: Lanes
) -> Floats:
    """Calculate on numbers; the leftmost error of the arguments wins, then ``error`` where ``fails`` holds.

    What is beyond Excel's numbers is #NUM!.
    """
    arguments = [numeric(np.asarray(argument, dtype=float)) for argument in given]
    with np.errstate(all="ignore"):
        result = np.array(calculate(*arguments), dtype=float)
        bad = ~(np.abs(result) <= LARGEST)
        shape = np.broadcast_shapes(result.shape, *(np.shape(a) for a in arguments))
        result = np.array(np.broadcast_to(result, shape))
        result[np.broadcast_to(bad, shape)] = error_box(NUM)
        if fails is not None:
            result[np.broadcast_to(fails(*arguments), shape)] = error_box(error)
    for argument in reversed(arguments):
        wrong = np.isnan(argument)
        if wrong.any():
            result = np.where(wrong, argument, result)
    return result


def care_last(operator: str, left: Lanes, right: Lanes) -> Floats:
    """Return a formula's last sum or difference, 0 where the operands cancel."""
    sign = 1.0 if operator == "+" else -1.0
    result = care(lambda a, b: a + sign * b, None, NUM, left, right)
    with np.errstate(invalid="ignore"):
        # Text that spells a number takes another way in the reference, which keeps what is left over.
        cancels = np.abs(result) < 1.3e-15 * np.abs(np.where(np.isnan(right), np.nan, left))
    return np.where(cancels, 0.0, result)


def care_not(value: Lanes) -> Floats:
    """NOT of a condition; text that is no truth value is #VALUE!."""
    holds, errors = care_condition(value)
    return np.where(np.isnan(errors), errors, truth(~holds))


def care_divide(left: Lanes, right: Lanes) -> Floats:
    """Divide; #DIV/0! by zero."""
    return care(
        np.divide,
        lambda a, b: np.broadcast_to(b == 0, np.broadcast_shapes(a.shape, b.shape)),
        DIV0,
        left,
        right,
    )


def care_power_by(raises: Callable[[Lanes, Lanes], Lanes]) -> Callable[[Lanes, Lanes], Floats]:
    """Return the kernel of powers with Excel's errors over a function that raises numbers."""

    def care_power(base: Lanes, exponent: Lanes) -> Floats:
        """Raise to a power with Excel's errors."""
        with np.errstate(all="ignore"):
            result = care(
                raises,
                lambda a, b: (np.less(a, 0) & (np.floor(b) != b)) | (np.equal(a, 0) & np.equal(b, 0)),
                NUM,
                base,
                exponent,
            )
            zero = np.equal(base, 0) & np.less(exponent, 0)
        return np.where(zero, error_box(DIV0), result)

    return care_power


care_power = care_power_by(raised)


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


def care_if(condition: Lanes, then: Lanes, otherwise: Lanes) -> Floats:
    """IF on boxes: an error in the branch not taken vanishes, one in the condition wins."""
    holds, errors = care_condition(condition)
    result = np.where(holds, then, otherwise)
    return np.where(np.isnan(errors), errors, result)


def care_compare(operator: str, left: Lanes, right: Lanes) -> Floats:
    """Compare boxes as Excel does: TRUE, FALSE, or the leftmost error."""
    a, b = np.broadcast_arrays(np.asarray(left, dtype=float), np.asarray(right, dtype=float))
    boxed = np.isnan(a) | np.isnan(b)
    with np.errstate(invalid="ignore"):
        result = truth(_COMPARE[operator](a, b))
    if boxed.any():
        wrong = is_error(a), is_error(b)
        result = np.where(wrong[0], a, np.where(wrong[1], b, result))
        for place in zip(*np.nonzero(boxed & ~wrong[0] & ~wrong[1]), strict=True):
            order = coerce.compare(unbox(float(a[place])), unbox(float(b[place])))
            result[place] = box(order if isinstance(order, ExcelError) else _HOLDS[operator](order))
    return np.asarray(result)


def blank_beside(other: Lanes) -> Floats:
    """Return what a blank is compared as: "" beside text, FALSE beside a boolean, else 0."""
    lanes = np.asarray(other, dtype=float)
    held, boxed = codes(lanes), np.isnan(lanes)
    empty = np.where(boxed & (held >= FIRST_TEXT), box(""), 0.0)
    return np.where(boxed & (held >= FIRST_BOOLEAN) & (held < FIRST_TEXT), box(False), empty)


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


def care_rescue(value: Lanes, instead: Lanes, only_na: bool) -> Floats:
    """IFERROR and IFNA on boxes."""
    lanes = np.asarray(value, dtype=float)
    return np.where(care_na(lanes) if only_na else care_error(lanes), instead, lanes)


def care_absent(place: Lanes, found: Lanes, instead: Lanes) -> Floats:
    """XLOOKUP's fourth argument where the key is missing."""
    return np.asarray(np.where(care_na(place), instead, found), dtype=float)


def care_na(value: Lanes) -> Flags:
    """Return where lanes hold #N/A."""
    lanes = np.asarray(value, dtype=float)
    return np.asarray(is_error(lanes) & (codes(lanes) == codes(np.array([error_box(NA)]))[0]), dtype=bool)


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
        return _unless_nothing(np.asarray(count, dtype=float), *items)
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


_FOLD: dict[str, Callable[[Lanes, Lanes], Lanes]] = {
    "MIN": np.minimum,
    "MAX": np.maximum,
    "PRODUCT": np.multiply,
}


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


def care_error(value: Lanes) -> Flags:
    """Return where lanes hold an error."""
    lanes = np.asarray(value, dtype=float)
    return is_error(lanes) & ~is_nothing(lanes)


def care_number(value: Lanes) -> Flags:
    """Return where lanes hold a number."""
    return np.asarray(~np.isnan(np.asarray(value, dtype=float)), dtype=bool)


def care_other_error(value: Lanes) -> Flags:
    """Return where lanes hold an error other than #N/A."""
    return np.asarray(care_error(value) & ~care_na(value), dtype=bool)


def care_text(value: Lanes) -> Flags:
    """Return where lanes hold text."""
    return is_text(np.asarray(value, dtype=float))


def care_no_text(value: Lanes) -> Flags:
    """Return where lanes hold something other than text."""
    return ~care_text(value)


def care_logical(value: Lanes) -> Flags:
    """Return where lanes hold a boolean."""
    lanes = np.asarray(value, dtype=float)
    held = codes(lanes)
    return np.asarray(np.isnan(lanes) & (held >= FIRST_BOOLEAN) & (held < FIRST_TEXT), dtype=bool)


def care_looked(looks: Callable[[Lanes], Flags], value: Lanes) -> Floats:
    """Return what is asked of boxes as TRUE and FALSE, no value yet where they have none."""
    return _unless_nothing(truth(looks(value)), value)


def _unless_nothing(result: Floats, *given: Lanes) -> Floats:
    """Return a result but where one of what it is made of has no value yet."""
    for lanes in given:
        without = is_nothing(np.asarray(lanes, dtype=float))
        if without.any():
            result = np.where(without, NOTHING, result)
    return result


def settled(value: Lanes, mask: Any = None) -> Floats:
    """Return boxes as numbers for the plain program; stop where one is no number, within the mask."""
    lanes = np.asarray(value, dtype=float)
    boxed = np.isnan(lanes)
    if not boxed.any():
        return lanes
    if mask is None or (boxed & mask).any():
        raise NeedsCare
    return np.where(boxed, 0.0, lanes)


def settled_truth(value: Lanes, mask: Any = None) -> Flags:
    """Return boxes as conditions for the plain program; stop where one is no boolean, within the mask."""
    lanes = np.asarray(value, dtype=float)
    held = codes(lanes)
    other = ~(np.isnan(lanes) & (held >= FIRST_BOOLEAN) & (held < FIRST_TEXT))
    if other.any() and (mask is None or (other & mask).any()):
        raise NeedsCare
    return np.asarray(held == FIRST_BOOLEAN + 1, dtype=bool)
