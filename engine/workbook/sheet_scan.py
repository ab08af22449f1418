"""The cells of a worksheet whose XML is written as spreadsheet programs write it, found all at once.

The part is well-formed XML without a DOCTYPE: expat has read it, the cells excepted, of which ``sheet_marks``
finds every mark in its place. What it does not account for to the last element (prefixes, comments, inline
strings, attributes in another order) is left to ``sheet_xml``, which reads every part: the two give the same
cells, and the tests hold them to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress

import numpy as np

from engine.core.store import key_of_parts
from engine.core.values import Value
from engine.workbook.book import Formula
from engine.workbook.cell_formulas import FormulaReader
from engine.workbook.cell_values import ValueReader
from engine.workbook.later import Later
from engine.workbook.metadata import CellMetadata
from engine.workbook.sheet_marks import Marks, Spans
from engine.workbook.sheet_values import Mask, Valued
from engine.workbook.text import text_of_xml, unescape, unmarked
from engine.workbook.xml_parts import flag

_HIDDEN = re.compile(rb' hidden="([^"]*)"')
_ATTRIBUTE = re.compile(rb' ([\w:]+)="([^"]*)"')
_NUMBER = re.compile(rb'r="(\d+)"')
_LONGEST = 1 << 20
_UTF8 = re.compile(rb"(?:<\?xml [^>]*encoding=[\"'](?i:utf-8)[\"'][^>]*\?>|<\?xml [^>e]*\?>|<[a-z])")


def cells_section(part: bytes) -> bytes | None:
    """Return the inside of sheetData, or None where the part is not written as this module reads it."""
    if _UTF8.match(part) is None or part.count(b"<sheetData") != 1 or b"<filterColumn" in part:
        return None
    start, end = part.find(b"<sheetData>"), part.find(b"</sheetData>")
    if start < 0 or end < start:
        return None
    return part[start + len(b"<sheetData>") : end]


def hidden_rows(tags: Sequence[bytes]) -> set[int]:
    """Return the rows that are hidden, by their tags."""
    found = ((tag, _HIDDEN.search(tag)) for tag in tags if b" hidden=" in tag)
    return {int(_NUMBER.findall(tag)[0]) for tag, hidden in found if hidden and flag(text_of_xml(hidden[1]))}


def is_long(marks: Marks) -> bool:
    """Whether a formula or value is longer than any that a program writes."""
    return any((spans.ends - spans.starts > _LONGEST).any() for spans in (marks.formulas, marks.values))


class Filler:
    """Turns the texts of a section's cells into values and formulas, in the order of the file.

    ``valued`` are the values in order, ``unread`` says why others are none by their cell, ``fingerprint``
    stands for the formulas: which cell holds which. Formulas' results are read when someone asks for them.
    """

    def __init__(self, values: ValueReader, formulas: FormulaReader, metadata: CellMetadata) -> None:
        self._values = values
        self._formulas = formulas
        self._metadata = metadata
        self._attributes: dict[bytes, dict[str, str]] = {}
        self._followers: dict[bytes, Formula] = {}
        self.constants: dict[int, Value] = {}
        self.styles: Mapping[int, int] = {}
        self.data_types: Mapping[int, Mapping[str, Value]] = {}
        self.valued: Valued | None = None
        self.unread: dict[int, str] = {}
        self.fingerprint = ""

    def fill(self, section: bytes, marks: Marks) -> None:
        """Take the cells."""
        computed = self._fill_formulas(section, marks)
        valued = self.valued = Valued.of(section, marks, computed)
        self.constants, self.unread = valued.decoded(self._values, ~valued.computed)
        if valued.marked:
            self.data_types = Later(lambda: valued.data_types(self._metadata))
        cells = valued.spans.cells[~valued.computed]
        computed[cells] = [key in self.constants for key in marks.keys[cells].tolist()]
        self.styles = Later(lambda: _styles(marks, computed))

    def enrich(self) -> None:
        """Put what metadata says in place of constants; what lies inside arrays is none any more."""
        if self.valued is not None:
            self.valued.enriched(self.constants, self._metadata)

    def stored(self, inner: Mapping[int, Value]) -> Mapping[int, Value]:
        """Return formulas' results and what lies ``inner``, inside arrays and Data Tables."""
        valued = self.valued
        assert valued is not None

        def load() -> dict[int, Value]:
            results, _ = valued.decoded(self._values, valued.computed)
            return valued.enriched({**results, **inner}, self._metadata)

        return Later(load)

    def _fill_formulas(self, section: bytes, marks: Marks) -> Mask:
        """Take the formulas; return which cells hold one."""
        spans, tags = marks.formulas, marks.tags
        keys, texts = marks.keys[spans.cells], _texts(section, spans)
        cms = [cm for _, cm, _ in marks.known]
        said = [cms[kind] for kind in marks.kinds[spans.cells].tolist()]
        self.fingerprint = key_of_parts([
            keys.tobytes(), *("\0".join(each) for each in (texts,)),
            *(b"\0".join(each) for each in (tags, said)), self._metadata.digest,
        ])  # fmt: skip
        made: list[Formula | None] = [Formula(text) if text else None for text in _plain(texts)]
        places = keys.tolist()
        for place in compress(range(len(tags)), tags):
            made[place] = self._formula(places[place], tags[place], texts[place], said[place])
        found = dict(zip(places, made, strict=True))
        holders = np.zeros(len(marks.keys), np.bool_)
        holders[spans.cells] = [formula is not None for formula in made]
        self._formulas.cells.update((key, formula) for key, formula in found.items() if formula is not None)
        return holders

    def _formula(self, key: int, tag: bytes, text: str, cm: bytes) -> Formula | None:
        """Return the formula of a cell whose tag says more than that it is one."""
        known = None if text else self._followers.get(tag)
        if known is not None:
            return known
        attributes = self._attributes.get(tag)
        if attributes is None:
            attributes = {text_of_xml(name): text_of_xml(value) for name, value in _ATTRIBUTE.findall(tag)}
            self._attributes[tag] = attributes
        formula = self._formulas.read(key, attributes, text, cm.decode() or None)
        if text:
            self._followers.clear()  # it may be another master of the same number
        elif formula is not None and formula.shared_from is not None:
            self._followers[tag] = formula
        return formula


def _texts(section: bytes, spans: Spans) -> list[str]:
    """Return the texts of spans."""
    starts, ends = spans.starts.tolist(), spans.ends.tolist()
    if section.isascii():
        whole = section.decode("ascii")
        found = [whole[start:end] for start, end in zip(starts, ends, strict=True)]
    else:
        found = [section[start:end].decode() for start, end in zip(starts, ends, strict=True)]
    return [unmarked(text) if "&" in text else text for text in found] if b"&" in section else found


def _plain(texts: Iterable[str]) -> Iterator[str]:
    """Yield formulas as ``Formula`` has them."""
    return (unescape(text.removeprefix("=")) if "_x" in text or text[:1] == "=" else text for text in texts)


def _styles(marks: Marks, held: Mask) -> dict[int, int]:
    """Return the style ids of cells that hold something."""
    styled = held & (marks.styles > 0)
    return dict(zip(marks.keys[styled].tolist(), marks.styles[styled].tolist(), strict=True))
