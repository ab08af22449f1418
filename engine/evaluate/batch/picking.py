"""Cells picked by place (INDEX, CHOOSE, an item by rank), and cells put together to be picked from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.core.values import REF, VALUE
from engine.evaluate.batch.boxes import Floats, error_box
from engine.evaluate.batch.ties import Lanes
from engine.evaluate.batch.unplanned import NeedsCare, Rearranged


def stack(items: Sequence[Lanes]) -> Floats:
    """Return cells of which some vary as one array (items × scenarios)."""
    return np.stack(np.broadcast_arrays(*items))


def beside(items: Floats, constants: Floats) -> Floats:
    """Return cells that vary, (items × scenarios), followed by those that don't, (items × 1)."""
    rows = np.atleast_2d(items)
    return np.concatenate([rows, np.broadcast_to(constants, (len(constants), rows.shape[1]))])


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
