"""The values of a worksheet's cells, from their types and texts: at once, or when someone asks for them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.core.values import VALUE, Value
from engine.workbook.cell_values import BadCell, ValueReader
from engine.workbook.metadata import CellMetadata
from engine.workbook.sheet_marks import Integers, Marks, Spans
from engine.workbook.text import text_of_xml

Mask = npt.NDArray[np.bool_]


class Marked(NamedTuple):
    """A value that may stand for another one: its place among the values, its cell and the cell's vm."""

    place: int
    key: int
    vm: str


@dataclass(frozen=True, slots=True)
class Valued:
    """The values of a sheet in the order of the file: keys, types (b"" for a number), texts in a section.

    ``computed`` says which are a formula's result, ``tagless`` which are a v without an end tag, and empty.
    """

    keys: Integers
    kinds: Sequence[bytes]
    section: bytes
    spans: Spans
    computed: Mask
    tagless: Mask
    marked: Sequence[Marked]

    @classmethod
    def of(cls, section: bytes, marks: Marks, computed: Mask) -> Valued:
        """Return the values of a section; ``computed`` says which of its cells hold a formula."""
        spans = marks.values
        keys, kinds = marks.keys[spans.cells], marks.kinds[spans.cells].tolist()
        types = [kind for kind, _, _ in marks.known]
        vms = [vm.decode() for _, _, vm in marks.known]
        named = [types[kind] for kind in kinds]
        marked = [
            Marked(place, key, vms[kind])
            for place, (key, kind) in enumerate(zip(keys.tolist(), kinds, strict=True))
            if vms[kind] and types[kind] == b"e"
        ] if any(vms) else []  # fmt: skip
        return cls(keys, named, section, spans, computed[spans.cells], marks.tagless, marked)

    def texts(self, which: Mask) -> list[bytes]:
        """Return the texts of some values."""
        starts, ends = self.spans.starts[which].tolist(), self.spans.ends[which].tolist()
        return [self.section[start:end] for start, end in zip(starts, ends, strict=True)]

    def decoded(self, reader: ValueReader, which: Mask) -> tuple[dict[int, Value], dict[int, str]]:
        """Return some values by cell, empty ones left out, and why others are none."""
        keys, kinds = self.keys[which].tolist(), list(compress(self.kinds, which.tolist()))
        values, unread = _values(reader, keys, kinds, self.texts(which))
        found = dict(zip(keys, values, strict=True))
        if None in values:
            found = {key: value for key, value in found.items() if value is not None}
        return found, unread

    def enriched(self, values: dict[int, Value], metadata: CellMetadata) -> dict[int, Value]:
        """Return values with what metadata says of them put in place of those that stand for another one."""
        for _, key, vm in self.marked:
            if values.get(key) is VALUE:
                values[key] = metadata.shown(VALUE, vm)
        return values

    def data_types(self, metadata: CellMetadata) -> dict[int, Mapping[str, Value]]:
        """Return the fields of the data types that cells hold, by cell."""
        starts, ends = self.spans.starts.tolist(), self.spans.ends.tolist()
        return {
            key: metadata.fields[vm]
            for place, key, vm in self.marked
            if self.section[starts[place] : ends[place]].strip() == VALUE.code.encode()
            and vm in metadata.fields
        }


def _values(
    reader: ValueReader, keys: Sequence[int], kinds: Sequence[bytes], shown: Sequence[bytes]
) -> tuple[list[Value], dict[int, str]]:
    """Return values by their types and texts, and why others are none by their cell."""
    typed = [n for n, kind in enumerate(kinds) if kind and kind != b"n"] if any(kinds) else []
    if b"" in shown:
        typed = sorted({*typed, *(n for n, text in enumerate(shown) if not text)})
    numbers = numbers_of(shown, typed)
    values: list[Value] = [None] * len(shown) if numbers is None else [*numbers]
    unread = dict[int, str]()
    if numbers is not None and typed:
        typed = _share(reader, values, [n for n in typed if kinds[n] == b"s"], typed, shown)
    for place in range(len(shown)) if numbers is None else typed:
        kind = kinds[place].decode() or None
        try:
            values[place] = reader.decode(kind, text_of_xml(shown[place]))
        except BadCell as problem:
            values[place], unread[keys[place]] = None, str(problem)
    return values, unread


def _share(
    reader: ValueReader, values: list[Value], shared: list[int], typed: list[int], shown: Sequence[bytes]
) -> list[int]:
    """Put shared strings into their places; return those of the other types, or all where one is nonsense."""
    try:
        strings = reader.decoded("s", [shown[n] for n in shared])
    except BadCell:
        return typed
    for place, string in zip(shared, strings, strict=True):
        values[place] = string
    taken = frozenset(shared)
    return [n for n in typed if n not in taken]


def numbers_of(shown: Sequence[bytes], others: Sequence[int]) -> list[float] | None:
    """Return the numbers that texts are, 0 for those that are ``others``; None where one is no number."""
    texts = [*shown]
    for place in others:
        texts[place] = b"0"
    try:
        numbers = list(map(float, texts))
    except ValueError:
        return None
    # "nan", "inf" and "1_000" are Python's numbers and no one else's.
    return numbers if b"_" not in b"".join(texts) and all(map(math.isfinite, numbers)) else None
