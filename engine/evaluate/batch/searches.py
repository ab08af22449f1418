"""MATCH over lanes among what may be texts, errors or conditions.

Lanes of numbers and of texts without wildcards are looked up all at once; of the others each distinct one is
answered by the table's own search.
"""

from __future__ import annotations

import numpy as np

from engine.core.values import NA
from engine.evaluate.batch.boxes import (
    NOTHING,
    Flags,
    Floats,
    box,
    codes,
    error_box,
    is_error,
    is_nothing,
    is_text,
    text_of,
    unbox,
)
from engine.evaluate.batch.ties import Lanes, equal, less, less_equal
from engine.functions.criteria import has_wildcard
from engine.functions.lookups import at_least, at_most, exact


def match_boxes(key: Lanes, values: Floats, kind: float, wild: bool) -> Floats:
    """Return positions from 1 as boxes: exact (0), last not above (1) or not below (-1) a key.

    ``values`` is (items × scenarios or × 1); what stands for a blank is an error there, which nothing equals.
    ``wild`` says that texts searched for may have wildcards.
    """
    keys = np.asarray(key, dtype=float)
    wide = values if keys.ndim < 2 else values[:, None, :]
    found, sure = _exact(keys, wide, wild) if kind == 0 else _ordered(keys, wide, kind)
    shape = np.broadcast_shapes(keys.shape, wide.shape[1:])
    found, sure, keys = (np.broadcast_to(part, shape) for part in (found, sure, keys))
    answers = np.where(found == 0, error_box(NA), found)
    if not sure.all():
        _one_by_one(answers, ~sure, keys, np.broadcast_to(wide, (len(wide), *shape)), kind)
    answers = np.where(is_nothing(wide).any(axis=0), NOTHING, answers)
    return np.where(is_error(keys), keys, answers)


def _exact(keys: Floats, values: Floats, wild: bool) -> tuple[Floats, Flags]:
    """Return the first equal place, 0 for none, and where that is certain: no wildcards, no other kinds."""
    folded, plain = _folded(keys), ~np.isnan(keys)
    place = np.zeros(np.broadcast_shapes(keys.shape, values.shape[1:]))
    with np.errstate(invalid="ignore"):
        for item in range(len(values) - 1, -1, -1):
            same = equal(values[item], keys) if plain.any() else np.zeros(place.shape, dtype=bool)
            if not plain.all():
                same = same | (~plain & (_folded(values[item]) == folded))
            place = np.where(same, item + 1.0, place)
    return place, ~_wild(keys) if wild else np.ones(keys.shape, dtype=bool)


def _folded(lanes: Floats) -> Floats:
    """Return codes of boxes as numbers, texts without case; 0 for numbers."""
    held = np.where(np.isnan(lanes), codes(lanes), 0).astype(float)
    for code in np.unique(held[is_text(lanes)]).tolist():
        held[held == code] = float(codes(np.array([box(text_of(int(code)).casefold())]))[0])
    return held


def _wild(keys: Floats) -> Flags:
    held, wild = codes(keys), np.zeros(keys.shape, dtype=bool)
    for code in np.unique(held[is_text(keys)]).tolist():
        if has_wildcard(text_of(code)):
            wild |= np.isnan(keys) & (held == code)
    return wild


def _ordered(keys: Floats, values: Floats, kind: float) -> tuple[Floats, Flags]:
    """Return the last place not above (below) a number, certain where values strictly ascend (descend)."""
    shape = np.broadcast_shapes(keys.shape, values.shape[1:])
    place, steady, before = np.zeros(shape), np.ones(shape, dtype=bool), np.full(shape, np.nan)
    before_or_at = less_equal if kind > 0 else lambda value, key: less_equal(key, value)
    comes_after = less if kind > 0 else lambda first, second: less(second, first)
    with np.errstate(invalid="ignore"):
        for item, value in enumerate(values):
            number = ~np.isnan(value)
            steady &= ~number | np.isnan(before) | comes_after(before, value)
            before = np.where(number, value, before)
            place = np.where(number & before_or_at(value, keys), item + 1.0, place)
    return place, steady & ~np.isnan(keys)


def _one_by_one(answers: Floats, unsure: Flags, keys: Floats, values: Floats, kind: float) -> None:
    """Put in the answers of lanes by the table's own search, once per distinct lane."""
    search = exact if kind == 0 else at_most if kind > 0 else at_least
    known: dict[bytes, float] = {}
    for lane in zip(*np.nonzero(unsure), strict=True):
        column = np.array([keys[lane], *values[(slice(None), *lane)]])
        same = column.tobytes()
        if same not in known:
            key, *held = (unbox(number) for number in column.tolist())
            place = search(held, key)
            known[same] = error_box(NA) if place is None else place + 1.0
        answers[lane] = known[same]
