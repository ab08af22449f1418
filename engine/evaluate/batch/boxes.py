"""Values in float64 lanes: numbers as they are, errors, booleans and texts as NaNs that carry a code.

A quiet NaN has 51 spare bits (IEEE 754, 6.2.1). Codes below ``FIRST_BOOLEAN`` are Excel errors, then come
FALSE and TRUE, and from ``FIRST_TEXT`` on texts by the order in which they were met. Copying, ``np.where``
and indexing keep the bits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from engine.core.values import ERRORS, ExcelError, Value
from engine.functions import coerce

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# The last row of a lane array: whether circular references settled, 1 or 0 for each scenario.
SETTLED: Final = -1

_QUIET: Final = 0x7FF8_0000_0000_0000
_PAYLOAD: Final = 0x0007_FFFF_FFFF_FFFF
FIRST_BOOLEAN: Final = 1 << 12
FIRST_TEXT: Final = 1 << 16

_ERRORS: Final = {error: number for number, error in enumerate(ERRORS.values(), 1)}
_BY_NUMBER: Final = {number: error for error, number in _ERRORS.items()}
_TEXTS: Final[dict[str, int]] = {}
_TEXT_LIST: Final[list[str]] = []


def _float_of(code: int) -> float:
    return float(np.array([_QUIET | code], dtype=np.uint64).view(np.float64)[0])


FALSE: Final = _float_of(FIRST_BOOLEAN)
TRUE: Final = _float_of(FIRST_BOOLEAN + 1)
# The mark of a cell that has no value yet; like an error it wins over what is computed with it.
NOTHING: Final = _float_of(FIRST_BOOLEAN - 1)


def box(value: Value) -> float:
    """Return the float that stands for a value in a lane; a blank is 0."""
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, float):
        return value
    if value is None:
        return 0.0
    if isinstance(value, ExcelError):
        return _float_of(_ERRORS[value])
    if value not in _TEXTS:
        _TEXTS[value] = FIRST_TEXT + len(_TEXT_LIST)
        _TEXT_LIST.append(value)
    return _float_of(_TEXTS[value])


def error_box(error: ExcelError) -> float:
    """Return the float that stands for an error."""
    return _float_of(_ERRORS[error])


def unbox(number: float) -> Value:
    """Return the value that a float in a lane stands for."""
    if not math.isnan(number):
        return number
    code = int(np.array([number]).view(np.uint64)[0]) & _PAYLOAD
    if code >= FIRST_TEXT:
        return _TEXT_LIST[code - FIRST_TEXT]
    return code > FIRST_BOOLEAN if code >= FIRST_BOOLEAN else _BY_NUMBER.get(code, ERRORS["#NUM!"])


def unbox_all(lanes: Floats) -> list[Value]:
    """Return the values of lanes."""
    values: list[Value] = lanes.tolist()
    for place in np.flatnonzero(np.isnan(lanes)).tolist():
        values[place] = unbox(lanes[place])
    return values


def codes(lanes: Floats) -> npt.NDArray[np.uint64]:
    """Return the codes in lanes, meaningful where they are NaN."""
    flat = np.ascontiguousarray(lanes, dtype=float).view(np.uint64) & np.uint64(_PAYLOAD)
    return flat.reshape(np.shape(lanes))


def is_text(lanes: Floats) -> Flags:
    """Return where lanes hold text."""
    return np.isnan(lanes) & (codes(lanes) >= FIRST_TEXT)


def is_error(lanes: Floats) -> Flags:
    """Return where lanes hold an error."""
    return np.isnan(lanes) & (codes(lanes) < FIRST_BOOLEAN)


def is_nothing(lanes: Floats) -> Flags:
    """Return where lanes hold the mark of no value yet."""
    return np.asarray(np.isnan(lanes) & (codes(lanes) == FIRST_BOOLEAN - 1), dtype=bool)


def numeric(lanes: Floats) -> Floats:
    """Return lanes as arithmetic takes them: TRUE as 1, texts as the number they spell, or #VALUE!."""
    boxed = np.isnan(lanes)
    if not boxed.any():
        return lanes
    held = codes(lanes)
    result = np.array(lanes, copy=True)
    truths = boxed & (held >= FIRST_BOOLEAN) & (held < FIRST_TEXT)
    if truths.any():
        result[truths] = held[truths] - np.uint64(FIRST_BOOLEAN)
    texts = boxed & (held >= FIRST_TEXT)
    if texts.any():
        for code in np.unique(held[texts]).tolist():
            result[texts & (held == code)] = box(coerce.number(_TEXT_LIST[code - FIRST_TEXT]))
    return result


def text_of(code: int) -> str:
    """Return the text of a code."""
    return _TEXT_LIST[code - FIRST_TEXT]


def truth(holds: npt.ArrayLike) -> Floats:
    """Return conditions as boxes."""
    return np.where(holds, TRUE, FALSE)


def known_texts() -> tuple[str, ...]:
    """Return the texts that boxes of this process stand for, in the order of their codes."""
    return tuple(_TEXT_LIST)


def reboxed(lanes: Floats, texts: Sequence[str]) -> Floats:
    """Return lanes of another process, whose ``known_texts`` are given, with the boxes of this one."""
    flat = lanes.ravel()
    places = is_text(flat)
    if not places.any():
        return lanes
    result = np.array(flat, copy=True)
    result[places] = [box(texts[int(code) - FIRST_TEXT]) for code in codes(flat)[places]]
    return result.reshape(lanes.shape)
