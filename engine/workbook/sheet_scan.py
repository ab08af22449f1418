"""The cells of a worksheet whose XML is written as spreadsheet programs write it, found by one pattern.

The part is well-formed XML without a DOCTYPE: expat has read it, the cells excepted where ``sheet_marks``
finds every mark in its place. What the pattern does not
account for to the last element (prefixes, comments, inline strings, attributes in another order) is left to
``sheet_xml``, which reads every part: the two give the same cells, and the tests hold them to it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from itertools import compress
from typing import NamedTuple

import numpy as np

from engine.core.address import MAX_COLUMN, MAX_ROW, SHIFT, column_number
from engine.core.store import key_of_parts
from engine.core.values import VALUE, Value
from engine.workbook.book import Formula
from engine.workbook.cell_formulas import FormulaReader
from engine.workbook.cell_values import BadCell, ValueReader
from engine.workbook.later import Later
from engine.workbook.metadata import CellMetadata
from engine.workbook.text import unescape
from engine.workbook.xml_parts import flag

_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})([1-9]\d{0,6})"(?: s="(\d+)")?(?: t="(\w+)")?(?: cm="(\d+)")?'
    rb'(?: vm="(\d+)")?(?:(/)>|>'
    rb"(?:(<f(?: [^>]*?)?)(?:(/)>|>([^<]*)</f>))?"
    rb"(?:(?:<v(?: xml:space=\"preserve\")?>([^<]*))?(</v>|<v/>))?</c>)"
)
_ROW = re.compile(rb'<row r="([1-9]\d{0,6})"([^>]*)>')
_HIDDEN = re.compile(rb' hidden="([^"]*)"')
_ATTRIBUTE = re.compile(rb' ([\w:]+)="([^"]*)"')
_ENTITY = re.compile(r"&(?:#(\d+)|#[xX]([0-9a-fA-F]+)|(\w+));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
# Line ends are normalised by a parser; other encodings, and markup read by it.
_ELSEWHERE = (b"<!--", b"<![CDATA[", b"<?", b"\r", b"xmlns")
_LONGEST = 1 << 20
_UTF8 = re.compile(rb"(?:<\?xml [^>]*encoding=[\"'](?i:utf-8)[\"'][^>]*\?>|<\?xml [^>e]*\?>|<[a-z])")

Pieces = tuple[bytes, ...]


class Columns(NamedTuple):
    """The pieces of every cell; "/" in ``empty`` and ``bare`` where a cell or its f has no end tag."""

    letters: Pieces = ()
    rows: Pieces = ()
    styles: Pieces = ()
    types: Pieces = ()
    cms: Pieces = ()
    vms: Pieces = ()
    empty: Pieces = ()
    marks: Pieces = ()
    bare: Pieces = ()
    texts: Pieces = ()
    shown: Pieces = ()
    ends: Pieces = ()


def cells_section(part: bytes) -> bytes | None:
    """Return the inside of sheetData, or None where the part is not written as this module reads it."""
    if _UTF8.match(part) is None or part.count(b"<sheetData") != 1 or b"<filterColumn" in part:
        return None
    start, end = part.find(b"<sheetData>"), part.find(b"</sheetData>")
    if start < 0 or end < start:
        return None
    return part[start + len(b"<sheetData>") : end]


def hidden_rows(section: bytes) -> set[int] | None:
    """Return the rows that are hidden, or None where a row is not written as this module reads it."""
    rows = _ROW.findall(section)
    if len(rows) != section.count(b"<row") or (rows and int(rows[-1][0]) > MAX_ROW):
        return None
    if b" hidden=" not in section:
        return set() if all(int(number) <= MAX_ROW for number, _ in rows) else None
    found = ((int(number), _HIDDEN.search(rest)) for number, rest in rows)
    return {number for number, hidden in found if hidden and flag(text_of_xml(hidden[1]))}


def cells_of(section: bytes) -> Columns:
    """Return the pieces of every cell that is written as this module reads it."""
    found = _CELL.findall(section)
    return Columns(*zip(*found, strict=True)) if found else Columns()


def is_all(section: bytes, found: Columns) -> bool:
    """Whether a well-formed section holds no cells but those found."""
    if any(mark in section for mark in _ELSEWHERE):
        return False
    if len(found.marks) != section.count(b"<c ") + section.count(b"<c>"):
        return False
    return section.count(b"<f") == len(found.marks) - found.marks.count(b"")


def is_long(section: bytes, found: Columns) -> bool:
    """Whether a formula or value is longer than any that a program writes."""
    return len(section) > _LONGEST and max(map(len, (*found.texts, *found.shown)), default=0) > _LONGEST


class Filler:
    """Turns cells' pieces into values and formulas, in the order of the file.

    ``valued`` are the keys of the values in order, ``typed`` the types by place of those that are no numbers,
    ``marked`` place, key and vm of those that may stand for another value, ``unread`` what no value is by its
    key. ``fingerprint`` stands for the formulas: which cell holds which.
    """

    def __init__(self, values: ValueReader, formulas: FormulaReader, metadata: CellMetadata) -> None:
        self._values = values
        self._formulas = formulas
        self._metadata = metadata
        self._attributes: dict[bytes, dict[str, str]] = {}
        self._followers: dict[bytes, Formula] = {}
        self.constants: dict[int, Value] = {}
        self.stored: dict[int, Value] = {}
        self.styles: Mapping[int, int] = {}
        self.data_types: dict[int, Mapping[str, Value]] = {}
        self.valued: list[int] = []
        self.typed: dict[int, str] = {}
        self.marked: list[tuple[int, int, str]] = []
        self.unread: dict[int, str] = {}
        self.fingerprint = ""

    def fill(self, found: Columns) -> bool:
        """Take the cells; return False where one lies outside a worksheet or two at one place."""
        letters, numbers, styles, kinds, cms, vms, _, marks, _, texts, shown, ends = found
        columns = {text: column_number(text.decode()) for text in set(letters)}
        rows = {text: int(text) << SHIFT for text in set(numbers)}
        keys = [rows[number] | columns[text] for number, text in zip(numbers, letters, strict=True)]
        if len(set(keys)) != len(keys) or max(columns.values(), default=0) > MAX_COLUMN:
            return False
        formulas = self._formulas.cells
        for key, mark, text, cm in compress(zip(keys, marks, texts, cms, strict=True), marks):
            formula = self._followers.get(mark) if not text else None
            formula = formula or self._formula(key, mark, text, cm)
            if formula is not None:
                formulas[key] = formula
        places, types = list(compress(keys, ends)), list(compress(kinds, ends))
        held = self._decoded(places, types, list(compress(shown, ends)))
        rich = list(compress(vms, ends))
        if any(rich):
            self._enrich(places, rich, held)
        self._note(places, types, rich, list(filter(None, ends)))
        values = dict(zip(places, held, strict=True))
        if None in held:
            values = {key: value for key, value in values.items() if value is not None}
        self.constants = {key: v for key, v in values.items() if key not in formulas} if formulas else values
        self.stored = {key: v for key, v in values.items() if key in formulas} if formulas else {}
        self.styles = Later(lambda: self._styles(keys, styles))
        self.fingerprint = key_of_parts([
            np.array(list(compress(keys, marks)), np.int64).tobytes(),
            *(b"\0".join(compress(said, marks)) for said in (marks, texts, cms)),
            self._metadata.digest,
        ])  # fmt: skip
        return True

    def _styles(self, keys: list[int], styles: tuple[bytes, ...]) -> dict[int, int]:
        """Return the style ids of cells that hold something."""
        known = {text: int(text) for text in set(styles) if text and text != b"0"}
        held_by = self._formulas.cells.keys() | self.constants.keys() | self.stored.keys()
        return {
            key: known[style]
            for key, style in zip(keys, styles, strict=True)
            if style in known and key in held_by
        }

    def _decoded(self, keys: list[int], kinds: list[bytes], shown: list[bytes]) -> list[Value]:
        """Return the values of cells by their types and texts."""
        typed = {n for n, kind in enumerate(kinds) if kind and kind != b"n"} if any(kinds) else set()
        if b"" in shown:
            typed.update(n for n, text in enumerate(shown) if not text)
        texts = shown.copy()
        for place in typed:
            texts[place] = b"0"
        try:
            numbers = list(map(float, texts))
            plain = b"_" not in b"".join(texts) and all(map(math.isfinite, numbers))
        except ValueError:
            plain = False
        values: list[Value] = [*numbers] if plain else [None] * len(shown)
        for place in typed if plain else range(len(shown)):
            kind = kinds[place].decode() or None
            try:
                values[place] = self._values.decode(kind, text_of_xml(shown[place]))
            except BadCell as problem:
                values[place], self.unread[keys[place]] = None, str(problem)
        return values

    def _enrich(self, keys: list[int], vms: list[bytes], values: list[Value]) -> None:
        """Put what metadata says of them in place of values."""
        metadata = self._metadata
        for place, vm in enumerate(vms):
            if vm and values[place] is VALUE:
                mark = vm.decode()
                values[place] = metadata.shown(VALUE, mark)
                if mark in metadata.fields:
                    self.data_types[keys[place]] = metadata.fields[mark]

    def _note(self, keys: list[int], kinds: list[bytes], vms: list[bytes], ends: list[bytes]) -> None:
        """Note the cells whose values stand between two marks, for the sheet's layout."""
        if b"<v/>" in ends:
            between = [end == b"</v>" for end in ends]
            keys, kinds = list(compress(keys, between)), list(compress(kinds, between))
            vms = list(compress(vms, between))
        self.valued = keys
        if any(kinds):
            self.typed = {n: kind.decode() for n, kind in enumerate(kinds) if kind and kind != b"n"}
        if any(vms):
            self.marked = [(n, keys[n], vm.decode()) for n, vm in enumerate(vms) if vm and kinds[n] == b"e"]

    def _formula(self, key: int, mark: bytes, text: bytes, cm: bytes) -> Formula | None:
        if mark == b"<f":
            if not text:
                return None
            plain = text_of_xml(text).removeprefix("=")
            return Formula(unescape(plain) if "_x" in plain else plain)
        attributes = self._attributes.get(mark)
        if attributes is None:
            attributes = {text_of_xml(name): text_of_xml(value) for name, value in _ATTRIBUTE.findall(mark)}
            self._attributes[mark] = attributes
        formula = self._formulas.read(key, attributes, text_of_xml(text), cm.decode() or None)
        if text:
            self._followers.clear()  # it may be another master of the same number
        elif formula is not None and formula.shared_from is not None:
            self._followers[mark] = formula
        return formula


def text_of_xml(raw: bytes) -> str:
    """Return the text that XML between marks or quotes stands for."""
    return _ENTITY.sub(_character, raw.decode()) if b"&" in raw else raw.decode()


def _character(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name is not None:
        return _NAMED[name]
    return chr(int(decimal) if decimal else int(hexadecimal, 16))
