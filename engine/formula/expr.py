"""A formula as a frozen tree. References are relative to the cell that holds the formula.

Every node is hashable, so that equal formulas are one object to a dictionary. ``Ref`` keeps what the file
says: offsets where the text has no ``$``, positions where it has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.core.address import MAX_COLUMN, MAX_ROW
from engine.core.values import ExcelError


@dataclass(frozen=True, slots=True)
class Number:
    """A number constant."""

    value: float


@dataclass(frozen=True, slots=True)
class Text:
    """A text constant, its quotes removed."""

    value: str


@dataclass(frozen=True, slots=True)
class Bool:
    """TRUE or FALSE typed as a constant."""

    value: bool


@dataclass(frozen=True, slots=True)
class Error:
    """An error constant such as #N/A."""

    value: ExcelError


@dataclass(frozen=True, slots=True)
class Missing:
    """An argument left empty, as the second one of IF(A1,,2)."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """One corner of a reference: a row and a column, each an offset unless absolute."""

    row: int
    column: int
    row_absolute: bool
    column_absolute: bool

    def at(self, row: int, column: int) -> tuple[int, int]:
        """Return where the corner lies for a formula at (row, column); offsets wrap at the sheet's edge."""
        r = self.row if self.row_absolute else (row + self.row - 1) % MAX_ROW + 1
        c = self.column if self.column_absolute else (column + self.column - 1) % MAX_COLUMN + 1
        return r, c


@dataclass(frozen=True, slots=True)
class Ref:
    """A cell or an area. ``sheet`` is None for the formula's own sheet; ``last_sheet`` makes it 3-D.

    ``whole`` is "columns" for A:B, "rows" for 1:2. ``sheet`` is "[1]Name" for another workbook's sheet.
    """

    sheet: str | None
    first: Anchor
    last: Anchor
    whole: str = ""
    last_sheet: str | None = None

    @property
    def is_cell(self) -> bool:
        """Whether the reference names one cell."""
        return self.first == self.last and self.last_sheet is None and not self.whole


@dataclass(frozen=True, slots=True)
class Name:
    """A defined name, or a LET / LAMBDA variable; ``sheet`` where the text qualifies it."""

    name: str
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Structured:
    """A structured reference, e.g. Table[[#Totals],[Cost]]: its items and its first and last column."""

    table: str
    items: tuple[str, ...]
    first: str | None
    last: str | None


@dataclass(frozen=True, slots=True)
class Unary:
    """A prefix sign ("-", "+"), "@" (intersection), or a postfix "%" or "#" (spilled range)."""

    operator: str
    operand: Expr


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two operands, reference operators (":", " ", ",") included."""

    operator: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Array:
    """An array constant, row by row."""

    rows: tuple[tuple[Expr, ...], ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function by its upper-case name, without file prefixes such as _xlfn."""

    function: str
    arguments: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Invoke:
    """A lambda called with arguments: LAMBDA(x, x+1)(5)."""

    target: Expr
    arguments: tuple[Expr, ...]


Expr = (
    Number | Text | Bool | Error | Missing | Ref | Name | Structured | Unary | Binary | Array | Call | Invoke
)


def children(expr: Expr) -> tuple[Expr, ...]:
    """Return a node's operands or arguments, in order."""
    match expr:
        case Unary(_, operand):
            return (operand,)
        case Binary(_, left, right):
            return (left, right)
        case Call(_, arguments):
            return arguments
        case Invoke(target, arguments):
            return (target, *arguments)
        case Array(rows):
            return tuple(item for row in rows for item in row)
        case _:
            return ()


def walk(expr: Expr) -> Iterator[Expr]:
    """Yield a tree's nodes, parents before children."""
    yield expr
    for child in children(expr):
        yield from walk(child)
