"""The marks of a worksheet's cells, found all at once.

Reading mark after mark takes a microsecond or more for each. Where programs write a sheet, its rows follow on
each other and hold nothing but cells: then each "<" is one of twelve marks, and which may follow on which is
a table. Anything else is left to expat. Positions are those of bytes in the inside of sheetData.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.core.address import MAX_COLUMN, MAX_ROW, SHIFT

Integers = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Codes = npt.NDArray[np.uint8]
Kind = tuple[bytes, bytes, bytes]

_AHEAD = 16  # bytes after a mark that are looked at without asking whether there are so many
_ROW, _CELL, _FORMULA, _VALUE = 1, 2, 3, 4  # with an end tag of their own
_EMPTY = 4  # is added for those that have none
_END_ROW, _END_CELL, _END_FORMULA, _END_VALUE = 9, 10, 11, 12
_TAIL = re.compile(rb'(?: t="(\w+)")?(?: cm="(\d+)")?(?: vm="(\d+)")? ?')
_VALUE_TAGS = frozenset((b"<v>", b"<v/>", b"<v />", b'<v xml:space="preserve">'))


class Spans(NamedTuple):
    """Texts by the number of their cell, and where they begin and end."""

    cells: Integers
    starts: Integers
    ends: Integers


class Marks(NamedTuple):
    """The cells of a sheet in the order of the file.

    ``keys`` and ``styles`` are per cell, as is ``kinds``: the place in ``known`` of its type, cm and vm.
    ``formulas`` are the texts of f, empty where it has none, ``tags`` their tags up to the bracket (b"" for a
    plain one), ``values`` the texts of v, empty where it is ``tagless``, ``rows`` the tags of rows.
    """

    keys: Integers
    styles: Integers
    kinds: Integers
    known: list[Kind]
    formulas: Spans
    tags: list[bytes]
    values: Spans
    tagless: npt.NDArray[np.bool_]
    rows: list[bytes]


def marks_of(section: bytes) -> Marks | None:
    """Return the cells in the inside of sheetData; None where it is not written as this module reads it."""
    raw = np.frombuffer(section + bytes(_AHEAD), np.uint8)
    starts = np.flatnonzero(raw == ord("<"))
    ends = _ends(raw, starts)
    codes = None if ends is None else _codes(raw, starts, ends)
    if codes is None or ends is None or not _follow(section, codes, starts, ends):
        return None
    if not _are_values(section, raw, codes, starts, ends):
        return None
    numbers = np.cumsum((codes == _CELL) | (codes == _CELL + _EMPTY)) - 1
    cells = _cells(section, raw, codes, starts, ends)
    rows = _rows(section, raw, codes, starts, ends)
    if cells is None or rows is None:
        return None
    formulas = np.flatnonzero((codes == _FORMULA) | (codes == _FORMULA + _EMPTY))
    tags = [
        section[start:end].rstrip(b"/ ") if end > start + 2 else b""
        for start, end in zip(starts[formulas].tolist(), ends[formulas].tolist(), strict=True)
    ]
    values = np.flatnonzero((codes == _VALUE) | (codes == _VALUE + _EMPTY))
    return Marks(
        *cells,
        _spans(formulas, numbers, codes, starts, ends),
        tags,
        _spans(values, numbers, codes, starts, ends),
        codes[values] != _VALUE,
        rows,
    )


def _ends(raw: Bytes, starts: Integers) -> Integers | None:
    """Return where the tag that begins at each position ends."""
    found = np.flatnonzero(raw == ord(">"))
    if len(found) == len(starts) and (found > starts).all() and (starts[1:] > found[:-1]).all():
        return found
    after = np.searchsorted(found, starts)
    return None if len(after) and after[-1] >= len(found) else found[after]


_FIRST = np.zeros(256, np.uint8)
_FIRST[list(b"rcfv")] = _ROW, _CELL, _FORMULA, _VALUE
_CLOSED = np.zeros(256, np.uint8)
_CLOSED[list(b"rcfv")] = _END_ROW, _END_CELL, _END_FORMULA, _END_VALUE
_NAME_ENDS = np.zeros((16, 256), np.bool_)
_NAME_ENDS[_CELL, list(b" ")] = True
_NAME_ENDS[_FORMULA, list(b" >/")] = True
_NAME_ENDS[_VALUE, list(b" >/")] = True
_NAME_ENDS[_ROW, list(b"o")] = True


def _codes(raw: Bytes, starts: Integers, ends: Integers) -> Codes | None:
    """Return what each mark is; None where one is none of these."""
    first, second = raw[starts + 1], raw[starts + 2]
    closing = first == ord("/")
    codes = np.where(closing, _CLOSED[second], _FIRST[first])
    empty = ~closing & (raw[ends - 1] == ord("/"))
    named = np.where(closing, ends == starts + 3, _NAME_ENDS[codes & 15, second])
    rows = np.flatnonzero((codes == _ROW) | (codes == _END_ROW))
    at = starts[rows] + closing[rows]
    named[rows] = (raw[at + 2] == ord("o")) & (raw[at + 3] == ord("w"))
    named[rows] &= np.where(closing[rows], ends[rows] == at + 4, raw[at + 4] == ord(" "))
    return codes + np.uint8(_EMPTY) * empty if codes.all() and named.all() else None


def _table() -> npt.NDArray[np.bool_]:
    """Return which mark may follow on which; 0 is what stands before the first and after the last."""
    row, cell, value = [_ROW, _ROW + _EMPTY], [_CELL, _CELL + _EMPTY], [_VALUE, _VALUE + _EMPTY]
    after = {
        0: [*row, 0],
        _ROW: [*cell, _END_ROW],
        _CELL: [_FORMULA, _FORMULA + _EMPTY, *value, _END_CELL],
        _FORMULA: [_END_FORMULA],
        _VALUE: [_END_VALUE],
        _END_FORMULA: [*value, _END_CELL],
        _END_VALUE: [_END_CELL],
        _END_CELL: [*cell, _END_ROW],
        _END_ROW: [*row, 0],
    }
    after |= {_ROW + _EMPTY: after[_END_ROW], _CELL + _EMPTY: after[_END_CELL]}
    after |= {_FORMULA + _EMPTY: after[_END_FORMULA], _VALUE + _EMPTY: after[_END_VALUE]}
    table = np.zeros((16, 16), np.bool_)
    for code, following in after.items():
        table[code, following] = True
    return table


_MAY_FOLLOW = _table()


def _follow(section: bytes, codes: Codes, starts: Integers, ends: Integers) -> bool:
    """Whether marks follow on each other as they may, with no text between them but that of f and v."""
    around = np.concatenate(([0], codes, [0])).astype(np.intp)
    if not _MAY_FOLLOW[around[:-1], around[1:]].all():
        return False
    begun, ended = np.append(ends + 1, len(section)), np.append(starts, len(section))
    begun = np.concatenate(([0], ends + 1))
    gaps = np.flatnonzero((ended > begun) & (around[:-1] != _FORMULA) & (around[:-1] != _VALUE))
    return not any(
        section[start:end].strip(b" \n\t")
        for start, end in zip(begun[gaps].tolist(), ended[gaps].tolist(), strict=True)
    )


def _are_values(section: bytes, raw: Bytes, codes: Codes, starts: Integers, ends: Integers) -> bool:
    """Whether the tags of values are those that programs write."""
    values = np.flatnonzero((codes == _VALUE) | (codes == _VALUE + _EMPTY))
    odd = values[raw[starts[values] + 2] != ord(">")]
    return {
        section[start : end + 1] for start, end in zip(starts[odd].tolist(), ends[odd].tolist(), strict=True)
    } <= _VALUE_TAGS


def _digits(raw: Bytes, at: Integers) -> tuple[Integers, Integers]:
    """Return the numbers (of up to 8 digits) that are written at positions, and where they end."""
    numbers, at = np.zeros(len(at), np.int64), at.copy()
    for _ in range(8):
        digits = raw[at] - np.uint8(ord("0"))
        live = digits < 10
        if not live.any():
            break
        numbers = np.where(live, numbers * 10 + digits, numbers)
        at += live
    return numbers, at


def _cells(
    section: bytes, raw: Bytes, codes: Codes, starts: Integers, ends: Integers
) -> tuple[Integers, Integers, Integers, list[Kind]] | None:
    """Return keys, styles and kinds of cells, and what the kinds are; None for an odd or a double one."""
    cells = np.flatnonzero((codes == _CELL) | (codes == _CELL + _EMPTY))
    at, ends = starts[cells] + 3, ends[cells] - (codes[cells] == _CELL + _EMPTY)
    placed = _placed(raw, at)
    if placed is None:
        return None
    keys, at = placed
    if not (np.diff(keys) > 0).all() and len(np.unique(keys)) != len(keys):
        return None
    styles, at = _styles(raw, at)
    rest = np.flatnonzero(at != ends)
    tails = [section[start:end] for start, end in zip(at[rest].tolist(), ends[rest].tolist(), strict=True)]
    known: dict[bytes, int] = {b"": 0}
    written = [_TAIL.fullmatch(tail) for tail in set(tails) if tail]
    if not all(written) or (at > ends).any():
        return None
    found: list[Kind] = [(b"", b"", b"")]
    for match in filter(None, written):
        known[match[0]] = len(found)
        found.append((match[1] or b"", match[2] or b"", match[3] or b""))
    kinds = np.zeros(len(cells), np.int64)
    kinds[rest] = [known[tail] for tail in tails]
    return keys, styles, kinds, found


def _placed(raw: Bytes, at: Integers) -> tuple[Integers, Integers] | None:
    """Return the keys of cells whose r is written at positions, and where it ends."""
    if not _reads(raw, at, b'r="'):
        return None
    at, columns = at + 3, np.zeros(len(at), np.int64)
    for _ in range(3):
        letters = raw[at] - np.uint8(ord("A"))
        live = letters < 26
        columns = np.where(live, columns * 26 + letters + 1, columns)
        at = at + live
    rows, after = _digits(raw, at)
    right = (columns > 0) & (columns <= MAX_COLUMN) & (rows > 0) & (rows <= MAX_ROW)
    right &= (raw[at] != ord("0")) & (raw[after] == ord('"'))
    return (rows << SHIFT | columns, after + 1) if right.all() else None


def _styles(raw: Bytes, at: Integers) -> tuple[Integers, Integers]:
    """Return the style ids written at positions, 0 where none is, and where they end."""
    styles, after = np.zeros(len(at), np.int64), at.copy()
    given = np.flatnonzero(
        (raw[at] == ord(" "))
        & (raw[at + 1] == ord("s"))
        & (raw[at + 2] == ord("="))
        & (raw[at + 3] == ord('"'))
    )
    numbers, ends = _digits(raw, at[given] + 4)
    right = (ends > at[given] + 4) & (raw[ends] == ord('"'))
    styles[given[right]], after[given[right]] = numbers[right], ends[right] + 1
    return styles, after


def _rows(section: bytes, raw: Bytes, codes: Codes, starts: Integers, ends: Integers) -> list[bytes] | None:
    """Return the tags of rows; None where one has no number or one that no worksheet has."""
    rows = np.flatnonzero((codes == _ROW) | (codes == _ROW + _EMPTY))
    at = starts[rows] + 5
    numbers, after = _digits(raw, at + 3)
    right = (numbers > 0) & (numbers <= MAX_ROW) & (raw[at + 3] != ord("0")) & (raw[after] == ord('"'))
    if not _reads(raw, at, b'r="') or not right.all():
        return None
    return [
        section[start:end].rstrip(b"/ ")
        for start, end in zip(starts[rows].tolist(), ends[rows].tolist(), strict=True)
    ]


def _reads(raw: Bytes, at: Integers, text: bytes) -> bool:
    return all((raw[at + place] == byte).all() for place, byte in enumerate(text))


def _spans(which: Integers, numbers: Integers, codes: Codes, starts: Integers, ends: Integers) -> Spans:
    """Return the texts after marks up to the next ones; empty for those that have no end tag."""
    begun = ends[which] + 1
    whole = codes[which] <= _VALUE
    following = starts[np.minimum(which + 1, len(starts) - 1)]
    return Spans(numbers[which], begun, np.where(whole, following, begun))
