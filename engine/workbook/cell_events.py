"""The events of a worksheet's rows as cells: what expat calls some ten times per cell.

Element and attribute meanings are those of ECMA-376 Part 1, 18.3.1 (worksheets). A shared formula is not
translated: its followers name its master.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from xml.parsers import expat

from engine.core.address import MAX_COLUMN, MAX_ROW, SHIFT, STRIDE, parse_a1
from engine.core.values import VALUE, Value
from engine.workbook.book import Formula
from engine.workbook.cell_formulas import FormulaReader
from engine.workbook.cell_values import BadCell, ValueReader
from engine.workbook.metadata import CellMetadata
from engine.workbook.text import unescape
from engine.workbook.xml_parts import flag

_LONGEST = 1 << 20


class Cells(Protocol):
    """What the events fill, and what metadata says of cells."""

    constants: dict[int, Value]
    stored: dict[int, Value]
    styles: dict[int, int]
    hidden_rows: set[int]
    formulas: FormulaReader
    metadata: CellMetadata
    data_types: dict[int, Mapping[str, Value]]
    unread: dict[int, str]

    def after_rows(self, name: str, attributes: dict[str, str]) -> None:
        """Take note of an element that comes after the rows."""


class CellEvents:
    """The handlers of elements within sheetData; elements of other namespaces are passed over."""

    __slots__ = (
        "_attributes", "_buffer", "_c", "_cells", "_columns", "_end", "_f", "_f_attributes", "_f_text",
        "_last", "_parser", "_phonetic", "_phonetic_tag", "_row", "_row_tag", "_row_text", "_t", "_v",
        "_value", "_values",
    )  # fmt: skip

    def __init__(
        self, parser: expat.XMLParserType, cells: Cells, values: ValueReader, namespace: str
    ) -> None:
        self._parser, self._cells, self._values = parser, cells, values
        self._c, self._v, self._f, self._t = (namespace + local for local in "cvft")
        tags = (namespace + local for local in ("row", "rPh", "sheetData"))
        self._row_tag, self._phonetic_tag, self._end = tags
        self._columns: dict[str, int] = {}
        self._row, self._row_text, self._last = 0, "0", 0
        self._attributes: dict[str, str] = {}
        self._f_attributes: dict[str, str] | None = None
        self._f_text = ""
        self._value: str | None = None
        self._phonetic = False
        self._buffer: str | None = None

    def start(self, name: str, found: dict[str, str]) -> None:
        """Begin an element."""
        self._buffer = None
        if name == self._c:
            self._attributes = found
            self._value = self._f_attributes = None
        elif name == self._f:
            self._f_attributes = found
            self._f_text = ""
        elif name == self._row_tag:
            self._new_row(found)
        elif name == self._phonetic_tag:
            self._phonetic = True

    def end(self, name: str) -> None:
        """End an element: a value, a cell, a formula, an inline text, a phonetic run or the rows."""
        if name == self._v:
            self._value = self._buffer or ""
        elif name == self._c:
            self._end_cell()
        elif name == self._f:
            self._f_text = self._buffer or ""
        elif name == self._t:
            if not self._phonetic:
                self._value = (self._value or "") + (self._buffer or "")
        elif name == self._phonetic_tag:
            self._phonetic = False
        elif name == self._end:
            self._parser.EndElementHandler = self._parser.CharacterDataHandler = None
            self._parser.StartElementHandler = self._cells.after_rows

    def text(self, found: str) -> None:
        """Take text within an element."""
        self._buffer = found if self._buffer is None else self._buffer + found
        if len(self._buffer) > _LONGEST:
            raise BadCell(
                f"has text of more than {_LONGEST:,} characters in row {self._row}; Excel's limit is 32,767"
            )

    def _new_row(self, found: dict[str, str]) -> None:
        text = found.get("r")
        row = self._row + 1 if text is None else int(text) if text.isdecimal() else 0
        if not 1 <= row <= MAX_ROW:
            raise BadCell(f"has a row {text or row} that no worksheet has")
        self._row, self._row_text, self._last = row, str(row), row << SHIFT
        if "hidden" in found and flag(found["hidden"]):
            self._cells.hidden_rows.add(row)

    def _end_cell(self) -> None:
        reference = self._attributes.get("r")
        if reference is not None and reference.endswith(self._row_text):
            column = self._columns.get(reference[: -len(self._row_text)])
            self._last = self._place(reference) if column is None else self._row << SHIFT | column
        else:
            self._last = self._place(reference)
        if self._value is not None or self._f_attributes is not None:
            self._finish(self._last)

    def _place(self, reference: str | None) -> int:
        if reference is None:
            if self._last & (STRIDE - 1) >= MAX_COLUMN:
                raise BadCell(f"has more than {MAX_COLUMN:,} cells in row {self._row}")
            return self._last + 1
        try:
            row, column = parse_a1(reference)
        except ValueError as problem:
            raise BadCell(f"has a cell at {problem}") from problem
        if row == self._row:
            self._columns[reference[: -len(self._row_text)]] = column
        return row << SHIFT | column

    def _finish(self, key: int) -> None:
        """Put the cell that ends into its place."""
        cells = self._cells
        found, formula = self._decoded(key), self._formula(key)
        if formula is not None:
            cells.formulas.cells[key] = formula
            if found is not None:
                cells.stored[key] = found
        elif found is not None:
            cells.constants[key] = found
        else:
            return
        style = self._attributes.get("s")
        if style is not None and style != "0" and style.isdecimal():
            cells.styles[key] = int(style)

    def _decoded(self, key: int) -> Value:
        if self._value is None:
            return None
        try:
            found = self._values.decode(self._attributes.get("t"), self._value)
        except BadCell as problem:
            self._cells.unread[key] = str(problem)
            return None
        if found is VALUE:
            mark = self._attributes.get("vm", "")
            metadata = self._cells.metadata
            found = metadata.shown(found, mark)
            if mark in metadata.fields:
                self._cells.data_types[key] = metadata.fields[mark]
        return found

    def _formula(self, key: int) -> Formula | None:
        attributes, text = self._f_attributes, self._f_text
        if attributes:
            return self._cells.formulas.read(key, attributes, text, self._attributes.get("cm"))
        if attributes is None or not text:
            return None
        return Formula(unescape(text.removeprefix("=")))
