"""NumPy kernels over lanes. The plain ones answer numbers and stop the fast program where an error would
arise; the careful ones carry errors and texts as boxes and answer as Excel does, the leftmost error
first.

Arrays are (positions × scenarios) or (scenarios,), and broadcast.
"""

from __future__ import annotations

import decimal
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from engine.core.values import NA, REF, VALUE
from engine.evaluate.batch.boxes import Flags, Floats, error_box, is_error
from engine.evaluate.batch.powers import raised
from engine.evaluate.batch.ties import Lanes, equal, less, less_equal
from engine.evaluate.batch.unplanned import Rearranged
from engine.functions.arithmetic import rounded


class NeedsCare(ArithmeticError):
    """The fast program met what it can't express; the block is run again by the careful one."""


# Plain arithmetic. Division, overflow and invalid operations raise by themselves (np.errstate).


_LEFT_OVER = 1.3e-15


def last(result: Lanes, left: Lanes) -> Lanes:
    """Return a formula's last sum or difference, 0 where the operands cancel (see operators.cancelled)."""
    cancels = _cancels(result, left)
    return result if cancels is None else np.where(cancels, 0.0, result)


def cancel(result: Floats, left: Callable[[], Lanes]) -> None:
    """Put 0 where a formula's last sum or difference, already in its rows, leaves next to nothing."""
    if not whole(result):
        cancels = _cancels(result, left())
        if cancels is not None:
            result[cancels] = 0.0


def uncancelled(result: Floats, left: Callable[[], Lanes]) -> None:
    """Stop where a last sum or difference, which others have read by now, should have been 0."""
    if not whole(result):
        cancels = _cancels(result, left())
        if cancels is not None and (result[cancels] != 0).any():
            raise NeedsCare


# What is left of operands that differ by so little (at most 11 units in the last place, or 11 halves of one
# where a power of two lies between) has four significant bits, whose first is not stored: 49 others are 0.
_LOW_BITS = np.int64((1 << 49) - 1)


def whole(result: Lanes) -> bool:
    """Whether no number but 0 has so few bits as what is left where operands cancel."""
    if not (isinstance(result, np.ndarray) and result.dtype == np.float64 and result.size):
        return False
    low = np.bitwise_and(result.view(np.int64), _LOW_BITS)
    if np.minimum.reduce(low, axis=None) > 0:
        return True
    return not np.count_nonzero(np.equal(low, 0) & np.not_equal(result, 0.0))


def _cancels(result: Lanes, left: Lanes) -> Flags | None:
    if not np.size(result) or whole(result):
        return None
    cancels = np.abs(result) < np.multiply(np.abs(left), _LEFT_OVER)
    return np.broadcast_to(cancels, np.shape(result)) if cancels.any() else None


def divide_where(left: Lanes, right: Lanes, mask: Any) -> Floats:
    """Divide where a mask holds; what lies elsewhere is not used."""
    if np.all(mask):
        return np.asarray(np.divide(left, right))
    shape = np.broadcast_shapes(np.shape(left), np.shape(right), np.shape(mask))
    return np.divide(left, right, out=np.zeros(shape), where=np.broadcast_to(mask, shape))


def power_by(raises: Callable[[Lanes, Lanes], Lanes]) -> Callable[..., Lanes]:
    """Return the kernel of powers over a function that raises numbers."""

    def power(base: Lanes, exponent: Lanes, mask: Any = None) -> Lanes:
        """Raise to a power; stop where Excel answers an error or handles it specially, within the mask."""
        trouble = (np.equal(base, 0) & (np.asarray(exponent) <= 0)) | (
            np.less(base, 0) & (np.floor(exponent) != exponent)
        )
        with np.errstate(all="ignore"):
            result = raises(base, exponent)
        trouble = trouble | ~np.isfinite(result)
        if np.any(trouble if mask is None else trouble & mask):
            raise NeedsCare
        return result

    return power


power = power_by(raised)


def quietly(calculate: Callable[..., Lanes], mask: Any, *arguments: Lanes) -> Lanes:
    """Call a function that would stop outside a mask; stop only where the mask holds and it fails."""
    with np.errstate(all="ignore"):
        result = calculate(*arguments)
    if np.any(~np.isfinite(result) & mask):
        raise NeedsCare
    return result


# Rounding on the 15 digits that Excel shows.


def _digits(function: str) -> Callable[[Lanes, Lanes], Lanes]:
    rounding = {"ROUND": decimal.ROUND_HALF_UP, "ROUNDUP": decimal.ROUND_UP, "ROUNDDOWN": decimal.ROUND_DOWN}
    exact = rounding[function]
    step, below, above = _STEPS[function]

    def kernel(number: Lanes, digits: Lanes = 0.0) -> Lanes:
        if np.ndim(digits) or not -_MOST_DIGITS <= digits <= _MOST_DIGITS:
            return by_digits(number, digits)
        size = np.abs(number)
        places = np.trunc(digits)
        scale = 10.0 ** abs(places)
        # Numbers whose 15 digits round otherwise than their binary fraction lie between these two.
        factor = scale if places >= 0 else 1.0 / scale
        whole, most = step(_times(size, factor * below)), step(_times(size, factor * above))
        if whole.tobytes() != most.tobytes():
            return by_digits(number, digits)
        if places:
            whole = whole / scale if places > 0 else whole * scale
        return np.copysign(whole, number)

    def by_digits(number: Lanes, digits: Lanes) -> Lanes:
        places = np.trunc(digits)
        scale = np.power(10.0, np.abs(places))
        size = np.abs(number)
        scaled = np.where(places >= 0, size * scale, size / scale)
        whole = step(scaled)
        result = np.where(places >= 0, whole / scale, whole * scale)
        # Close to a step, what counts is the decimal digits, not the binary fraction.
        fraction = scaled - np.floor(scaled)
        distance = np.abs(fraction - (0.5 if function == "ROUND" else 0.0))
        close = np.minimum(distance, 1 - distance) < 1e-9 * np.maximum(1.0, scaled * 1e-5)
        result = np.copysign(result, number)
        certain = (distance == 0) & ((places == 0) | (function != "ROUND"))
        exactly = np.asarray(close & ~certain) | np.asarray(scaled > 1e14)
        if exactly.any():
            wide, far = np.broadcast_arrays(number, places)
            result = np.array(np.broadcast_to(result, exactly.shape))
            exactly = np.broadcast_to(exactly, result.shape)
            for place in zip(*np.nonzero(exactly), strict=True):
                result[place] = rounded(float(wide[place]), float(far[place]), exact)
        return result

    return kernel


def _times(size: Lanes, factor: float) -> Lanes:
    return size if factor == 1.0 else np.multiply(size, factor)


def _half(size: Lanes) -> Lanes:
    return np.floor(np.add(size, 0.5))


_MOST_DIGITS = 22  # powers of ten up to it are exact
# How a magnitude steps, and factors to the two ends of what its 15 digits may stand for.
_STEPS: dict[str, tuple[Callable[[Lanes], Lanes], float, float]] = {
    "ROUND": (_half, 1.0 - 1e-14, 1.0 + 1e-14),
    "ROUNDUP": (np.ceil, 1.0 - 1e-14, 1.0),
    "ROUNDDOWN": (np.floor, 1.0, 1.0 + 1e-14),
}

round_half = _digits("ROUND")
round_up = _digits("ROUNDUP")
round_down = _digits("ROUNDDOWN")


def modulo(number: Lanes, divisor: Lanes, mask: Any = True) -> Lanes:
    """Return the remainder with the divisor's sign; stop where Excel answers an error, within the mask."""
    with np.errstate(all="ignore"):
        times = np.divide(number, divisor)
        if (~(np.abs(times) < 2.0**40) & mask).any():
            raise NeedsCare
        return np.where(mask, number - divisor * np.floor(times), 0.0)


def steady(size: Lanes, known: float, care: bool, element: Lanes) -> Lanes:
    """Return an element of an array that has its base's size; stop where scenarios change that."""
    if not np.equal(np.trunc(size), math.trunc(known)).all():
        if care:
            raise Rearranged("an array changes its size from scenario to scenario")
        raise NeedsCare
    return element


def in_order(keys: Floats, values: Floats, rank: int, sign: float) -> Lanes:
    """Return the item of a rank from 0 among values (items × ...) in order of keys, equal ones as they were.

    Scenarios in which other things than numbers, or keys alike in nearly all digits, stand are left over.
    """
    most = max(keys.ndim, values.ndim)
    keys, values = (a.reshape(len(a), *[1] * (most - a.ndim), *a.shape[1:]) for a in (keys, values))
    keys, values = np.broadcast_arrays(keys, values)
    ordered = np.sort(keys, axis=0)
    near = np.abs(np.diff(ordered, axis=0)) <= 1e-13 * np.abs(ordered[1:])
    if np.isnan(keys).any() or np.isnan(values).any() or (near & (np.diff(ordered, axis=0) != 0)).any():
        raise Rearranged("SORT among errors or texts, or of numbers nearly alike, in some scenarios")
    places = np.argsort(sign * keys, axis=0, kind="stable")
    return np.take_along_axis(values, places[rank : rank + 1], axis=0)[0]


# Choosing and finding.


def stack(items: Sequence[Lanes]) -> Floats:
    """Return cells of which some vary as one array (items × scenarios)."""
    return np.stack(np.broadcast_arrays(*items))


def beside(items: Floats, constants: Floats) -> Floats:
    """Return cells that vary, (items × scenarios), followed by those that don't, (items × 1)."""
    rows = np.atleast_2d(items)
    return np.concatenate([rows, np.broadcast_to(constants, (len(constants), rows.shape[1]))])


def gather(values: Floats, places: Lanes, care: bool, own: Any = -1, size: int = 0) -> Lanes:
    """Return values (items × scenarios, or items × 1) at places from 1; blanks follow them up to ``size``.

    Place 0 asks for all of them, of which a cell shows its ``own`` (-1 for none: #VALUE!; -2 for an array
    formula, which would grow). Below it is #VALUE!, beyond the last #REF!; without care the program stops at
    any of these.
    """
    where = np.floor(places)
    with np.errstate(invalid="ignore"):
        if np.min(where, initial=1) >= 1 and np.max(where, initial=1) <= len(values):
            return _gathered(values, where)
        outside = ~((where >= 1) & (where <= len(values)))
    if outside.any():
        if not care:
            raise NeedsCare
        if np.any((where == 0) & (np.asarray(own) == -2)):
            raise Rearranged("an array changes its size from scenario to scenario")
        where = np.where(
            outside, np.where((where == 0) & (np.asarray(own) >= 0), np.add(own, 1.0), 1.0), where
        )
        outside &= ~((np.floor(places) == 0) & (np.asarray(own) >= 0))
    found = _gathered(values, where)
    if not outside.any():
        return found
    blank = np.greater(places, len(values)) & np.less(places, size + 1)
    found, outside = np.where(blank, 0.0, found), outside & ~blank
    error = np.where(np.isnan(places), places, np.where(np.less(places, 1), error_box(VALUE), error_box(REF)))
    return np.where(outside, error, found)


def gather_block(
    values: Floats, rows: Lanes, columns: Lanes, width: int, care: bool, size: tuple[int, int] = (0, 0)
) -> Lanes:
    """Return values of a block (items × scenarios or × 1, row by row) at rows and columns from 1.

    Blanks follow below and beside them up to ``size``.

    A whole row or column, which 0 asks for, is left to the reference.
    """
    down, across = np.floor(rows), np.floor(columns)
    height = len(values) // width
    with np.errstate(invalid="ignore"):
        inside = (down >= 1) & (down <= height) & (across >= 1) & (across <= width)
    if inside.all():
        return _gathered(values, (down - 1) * width + across)
    if not care:
        raise NeedsCare
    if ((down == 0) | (across == 0)).any():
        raise Rearranged("INDEX of a whole row or column in some scenarios")
    found = _gathered(values, np.where(inside, (down - 1) * width + across, 1.0))
    below = np.less(down, 0) | np.less(across, 0)
    error = np.where(below, error_box(VALUE), error_box(REF))
    error = np.where(np.isnan(rows), rows, np.where(np.isnan(columns), columns, error))
    with np.errstate(invalid="ignore"):
        blank = ~inside & (down >= 1) & (down <= size[0]) & (across >= 1) & (across <= size[1])
    return np.where(inside, found, np.where(blank, 0.0, error))


def _gathered(values: Floats, places: Lanes) -> Floats:
    index = places.astype(np.intp) - 1
    found = values[:, 0].take(index) if values.shape[1] == 1 else values[index, np.arange(values.shape[1])]
    return np.asarray(found)


def match_exact(key: Lanes, values: Floats, care: bool) -> Lanes:
    """Return the first position from 1 of a number among values (items × scenarios or × 1)."""
    found: Lanes = 0.0
    with np.errstate(invalid="ignore"):
        for place in range(len(values) - 1, -1, -1):
            found = np.where(equal(values[place], key), place + 1.0, found)
    return _found(found, key, care)


def match_ascending(key: Lanes, values: Floats, care: bool) -> Lanes:
    """Return the last position whose value is not above a number; the values must ascend."""
    if np.isnan(values).any() or (len(values) > 1 and (np.diff(values, axis=0) < 0).any()):
        raise NeedsCare
    if values.shape[1] == 1 and np.ndim(key):
        found = _bisected(key, values[:, 0])
    else:
        found = 0.0
        with np.errstate(invalid="ignore"):
            for place in range(len(values)):
                found = found + less_equal(values[place], key)
    return _found(found, key, care)


_FEW = 12


def _bisected(key: Lanes, values: Floats) -> Lanes:
    """Return how many of ascending constants are not above a number, to 15 digits."""
    wide = np.abs(values) * 2e-14
    with np.errstate(invalid="ignore"):
        found, most = _not_above(key, values + wide), _not_above(key, values - wide)
        unsure = found != most
        if unsure.any():
            found[unsure] = np.sum([less_equal(value, key[unsure]) for value in values], axis=0)
    return np.where(np.isnan(key), 0.0, found) if np.isnan(key).any() else found


def _not_above(key: Lanes, values: Floats) -> Lanes:
    if len(values) > _FEW:
        return np.searchsorted(values, key, side="right")
    found = np.zeros(np.shape(key), dtype=np.uint8)
    for value in values:
        np.add(found, np.greater_equal(key, value), out=found)
    return found


def _found(found: Lanes, key: Lanes, care: bool) -> Lanes:
    missing = np.equal(found, 0)
    if not missing.any():
        return found
    if not care:
        raise NeedsCare
    absent = np.where(is_error(np.asarray(key, dtype=float)), key, error_box(NA))
    return np.where(missing, absent, found)


def choose(place: Lanes, choices: Sequence[Lanes], care: bool) -> Lanes:
    """Return the choice at a position from 1; #VALUE! or stop outside."""
    where = np.floor(place)
    with np.errstate(invalid="ignore"):
        outside = ~((where >= 1) & (where <= len(choices)))
    if outside.any() and not care:
        raise NeedsCare
    result: Lanes = choices[-1]
    for number in range(len(choices) - 1, 0, -1):
        result = np.where(np.equal(where, number), choices[number - 1], result)
    if not outside.any():
        return result
    error = np.where(np.isnan(place), place, error_box(VALUE))
    return np.where(outside, error, result)


def if_any(extreme: Lanes) -> Lanes:
    """Return the least or greatest of what was chosen, 0 where nothing was."""
    return np.where(np.isinf(extreme), 0.0, extreme)


def greater(left: Lanes, right: Lanes) -> Flags:
    """Return where a number is greater to Excel."""
    return less(right, left)


def greater_equal(left: Lanes, right: Lanes) -> Flags:
    """Return where a number is greater or equal to Excel."""
    return less_equal(right, left)


def unequal(left: Lanes, right: Lanes) -> Flags:
    """Return where numbers are not equal to Excel."""
    return ~equal(left, right)


def _sure(order: Callable[[Lanes, Lanes], Flags]) -> Callable[[Lanes, Lanes], Flags]:
    """Compare numbers to a bound that Excel has written as text, to 15 digits; stop at a tie."""

    def kernel(left: Lanes, right: Lanes) -> Flags:
        near = np.abs(np.subtract(left, right)) <= 1e-14 * np.maximum(np.abs(left), np.abs(right))
        if near.any() and (near & ~(np.equal(left, right) & np.equal(np.floor(right), right))).any():
            raise NeedsCare
        return np.asarray(order(left, right))

    return kernel


sure_less, sure_less_equal = _sure(np.less), _sure(np.less_equal)
sure_greater, sure_greater_equal = _sure(np.greater), _sure(np.greater_equal)


# Names that generated source uses; the compiled backend has its own of the same names.
where, no, both, either = np.where, np.logical_not, np.logical_and, np.logical_or
divide = np.divide


def one(condition: Any) -> Lanes:
    """Return a condition as 1 or 0."""
    return np.multiply(condition, 1.0)


def percent(number: Lanes) -> Lanes:
    """Return a hundredth."""
    return np.divide(number, 100.0)


is0, not0, lt0, le0, gt0, ge0 = np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal
maximum, minimum, floor, absolute, sign = np.maximum, np.minimum, np.floor, np.abs, np.sign
sqrt, exp, log, log10, square = np.sqrt, np.exp, np.log, np.log10, np.square
negative, positive = np.negative, np.positive
fold_add, fold_minimum = np.add.reduce, np.minimum.reduce
fold_maximum, fold_multiply = np.maximum.reduce, np.multiply.reduce
