"""Careful kernels: lanes may hold errors and texts as boxes, and the answers are Excel's, the leftmost
error first.

Arrays are (positions × scenarios) or (scenarios,), and broadcast.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.core.values import DIV0, NUM, ExcelError
from engine.evaluate.batch.boxes import (
    FIRST_BOOLEAN,
    FIRST_TEXT,
    Flags,
    Floats,
    codes,
    error_box,
    numeric,
)
from engine.evaluate.batch.finance import fv, ipmt, irr, npv, pmt, ppmt, pv, xirr, xnpv  # noqa: F401 -- for source
from engine.evaluate.batch.powers import is_odd_root, raised
from engine.evaluate.batch.ties import Lanes
from engine.evaluate.batch.unplanned import NeedsCare
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
                lambda a, b: (
                    (np.less(a, 0) & (np.floor(b) != b) & ~is_odd_root(b)) | (np.equal(a, 0) & np.equal(b, 0))
                ),
                NUM,
                base,
                exponent,
            )
            zero = np.equal(base, 0) & np.less(exponent, 0)
        return np.where(zero, error_box(DIV0), result)

    return care_power


care_power = care_power_by(raised)


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
