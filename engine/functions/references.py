"""References as results: OFFSET, INDIRECT, ROW, COLUMN, ROWS, COLUMNS, ADDRESS, AREAS, TRANSPOSE."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from engine.core.address import MAX_COLUMN, MAX_ROW, column_letters, quote_sheet
from engine.core.values import REF, VALUE, ExcelError, Value
from engine.functions.operands import Array, Kept, Operand, Reference, Union, as_rows
from engine.functions.stream import Stream
from engine.functions.table import Fault, excel
from engine.workbook.book import Pivot


class Run(Protocol):
    """The evaluation in progress, as far as functions ask about it."""

    sheets: tuple[str, ...]
    sheet_order: tuple[str, ...]
    file: str
    texts: Mapping[tuple[int, int], str]
    hidden_rows: Sequence[frozenset[int]]
    filtered_rows: Sequence[frozenset[int]]
    pivots: Sequence[Pivot]
    macintosh: bool
    now: float
    date1904: bool
    kept: Kept

    def written(self) -> Iterable[tuple[tuple[int, int], str]]:
        """Return formula cells with their texts, a shared formula's as it was written once."""


class Here(Protocol):
    """The cell that asks: where it stands, and how it reads other cells by text."""

    @property
    def state(self) -> Run:
        """The evaluation in progress."""

    @property
    def sheet(self) -> int:
        """The number of the sheet from 0."""

    @property
    def row(self) -> int:
        """The row from 1."""

    @property
    def column(self) -> int:
        """The column from 1."""

    def reference(self, text: str, *, a1_style: bool) -> Operand:
        """Return what a reference written as text names; #REF! where it names nothing."""

    def formula(self, reference: Reference) -> str | None:
        """Return the formula text ("=...") of a reference's first cell, or None for a constant."""

    def has_formula(self, reference: Reference) -> bool:
        """Whether a reference's first cell has a formula."""

    def data_type(self, reference: Reference) -> Mapping[str, Value] | None:
        """Return the fields of the data type that a reference's first cell holds, or None."""

    def random(self) -> Stream:
        """Return the cell's own stream of random numbers."""


def _first(operand: Operand) -> Reference:
    if isinstance(operand, Union):
        operand = operand.parts[0]
    if not isinstance(operand, Reference):
        raise Fault(operand if isinstance(operand, ExcelError) else VALUE)
    return operand


def _size(number: float) -> int:
    """Return a height or width; a part of a cell is the cell."""
    return 1 if 0 < number < 1 else int(number)


@excel("OFFSET", "r n n m? m?", volatile=True, returns_reference=True)
def offset(
    operand: Operand, rows: float, columns: float, height: float | None = None, width: float | None = None
) -> Reference:
    """Return a rectangle moved and sized from another; a negative size reaches up or left."""
    start = _first(operand)
    tall = start.height if height is None else _size(height)
    wide = start.width if width is None else _size(width)
    top, left = start.top + int(rows), start.left + int(columns)
    top, tall = (top, tall) if tall > 0 else (top + tall + 1, -tall)
    left, wide = (left, wide) if wide > 0 else (left + wide + 1, -wide)
    moved = start.moved(top, left, tall, wide)
    if moved is None:
        raise Fault(REF)
    return moved


@excel("INDIRECT", "t b?", volatile=True, located=True, returns_reference=True)
def indirect(here: Here, text: str, a1_style: bool = True) -> Operand:
    """Return the reference that a text names."""
    return here.reference(text, a1_style=a1_style)


@excel("ROW", "r?", located=True)
def row_(here: Here, operand: Operand | None = None) -> Value | Array:
    """Return a reference's row number, one per row of an area; the asking cell's without an argument."""
    if operand is None:
        return float(here.row)
    area = _first(operand)
    last = min(area.bottom, max(area.store.extents[area.sheet][0], area.top))
    return _one_or_many([[float(r)] for r in range(area.top, last + 1)])


@excel("COLUMN", "r?", located=True)
def column_(here: Here, operand: Operand | None = None) -> Value | Array:
    """Return a reference's column number, one per column of an area; the asking cell's without an
    argument.
    """
    if operand is None:
        return float(here.column)
    area = _first(operand)
    return _one_or_many([[float(c) for c in range(area.left, area.right + 1)]])


def _one_or_many(rows: list[list[Value]]) -> Value | Array:
    return rows[0][0] if len(rows) == len(rows[0]) == 1 else Array(rows)


def _one_area(operand: Operand) -> None:
    if isinstance(operand, Union):
        raise Fault(REF)
    if isinstance(operand, ExcelError):
        raise Fault(operand)


@excel("ROWS", "r")
def rows_(operand: Operand) -> float:
    """Return how many rows a range or array has."""
    _one_area(operand)
    return float(operand.height if isinstance(operand, (Array, Reference)) else 1)


@excel("COLUMNS", "r")
def columns_(operand: Operand) -> float:
    """Return how many columns a range or array has."""
    _one_area(operand)
    return float(operand.width if isinstance(operand, (Array, Reference)) else 1)


@excel("AREAS", "r")
def areas(operand: Operand) -> float:
    """Return how many areas a reference has."""
    if not isinstance(operand, (Reference, Union)):
        raise Fault(operand if isinstance(operand, ExcelError) else VALUE)
    return float(len(operand.parts) if isinstance(operand, Union) else 1)


@excel("ADDRESS", "n n m? m? t?")
def address(
    row: float,
    column: float,
    fixed: float | None = None,
    a1_style: float | None = None,
    sheet: str | None = None,
) -> str:
    """Return the address of a cell as text; fixed 1 to 4 says where the $ stand, all where left empty."""
    r, c, kind = int(row), int(column), 1 if fixed is None else int(fixed)
    if not (1 <= r <= MAX_ROW and 1 <= c <= MAX_COLUMN and 1 <= kind <= 4):
        raise Fault(VALUE)
    row_fixed, column_fixed = kind in (1, 2), kind in (1, 3)
    if a1_style is None or a1_style:
        text = ("$" if column_fixed else "") + column_letters(c) + ("$" if row_fixed else "") + str(r)
    else:
        text = (f"R{r}" if row_fixed else f"R[{r}]") + (f"C{c}" if column_fixed else f"C[{c}]")
    return text if sheet is None else f"{quote_sheet(sheet) if sheet else ''}!{text}"


@excel("TRANSPOSE", "a")
def transpose(operand: Operand) -> Array:
    """Turn rows into columns."""
    return Array([list(column) for column in zip(*as_rows(operand), strict=True)])
