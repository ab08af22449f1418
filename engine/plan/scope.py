"""What names mean: sheets by number, defined names and tables as references, so that only cells are left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from engine.core.address import MAX_COLUMN, MAX_ROW
from engine.core.exceptions import UnsupportedFormula
from engine.core.values import NAME, REF
from engine.formula.expr import (
    Anchor,
    Array,
    Binary,
    Call,
    Error,
    Expr,
    Invoke,
    Name,
    Ref,
    Structured,
    Unary,
)
from engine.formula.parser import parse
from engine.workbook.book import Table, Workbook


@dataclass(frozen=True)
class Scope:
    """The sheets (external ones after the workbook's own), defined names and tables of one workbook."""

    sheets: tuple[str, ...]
    numbers: Mapping[str, int]
    names: Mapping[tuple[str, str], str]
    tables: Mapping[str, Table]
    has_macros: bool = False
    _parsed: dict[str, Expr] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, workbook: Workbook) -> Scope:
        """Return the scope of a workbook."""
        sheets = (*(sheet.name for sheet in workbook.sheets), *workbook.externals)
        return cls(
            sheets,
            {name.casefold(): number for number, name in enumerate(sheets)},
            {((n.scope or "").casefold(), n.name.casefold()): n.refers_to for n in workbook.names},
            {table.name.casefold(): table for table in workbook.tables},
            workbook.has_macros,
        )

    def number(self, sheet: str) -> int | None:
        """Return a sheet's number from 0, or None where the workbook has no such sheet."""
        return self.numbers.get(sheet.casefold())

    def meaning(self, name: Name, sheet: str) -> Expr | None:
        """Return what a defined name refers to as seen from a sheet, or None where there is no such name."""
        folded = name.name.casefold()
        for scope in ((name.sheet or sheet).casefold(), ""):
            text = self.names.get((scope, folded))
            if text is not None:
                return self._parse(text)
        return None

    def _parse(self, text: str) -> Expr:
        if text not in self._parsed:
            self._parsed[text] = parse(text)
        return self._parsed[text]

    def table_around(self, sheet: str, row: int, column: int) -> str:
        """Return the name of the table that a cell lies in, which [@column] means there; "" if none."""
        for table in self.tables.values():
            rect = table.rect
            inside = rect.top <= row <= rect.bottom and rect.left <= column <= rect.right
            if inside and rect.sheet.casefold() == sheet.casefold():
                return table.name
        return ""

    def resolve(self, expr: Expr, sheet: str, seen: frozenset[str] = frozenset(), table: str = "") -> Expr:
        """Return a tree in which names and structured references have become references.

        Variables of LET and LAMBDA stay names, as does a name that calls itself; a name that the workbook
        does not have becomes #NAME?. ``table`` is meant by a structured reference that names none.
        """
        return _Resolver(self, sheet, seen, table).of(expr)

    def structured(self, expr: Structured) -> Expr:
        """Return the reference that a structured reference stands for, #REF! where its column is gone."""
        table = self.tables.get(expr.table.casefold())
        if table is None:
            return Error(NAME)
        return _table_area(table, expr)


@dataclass(frozen=True)
class _Resolver:
    scope: Scope
    sheet: str
    seen: frozenset[str]
    table: str = ""

    def of(self, expr: Expr) -> Expr:
        match expr:
            case Name():
                return self._name(expr)
            case Structured():
                return self.scope.structured(replace(expr, table=expr.table or self.table))
            case Unary(operator, operand):
                return Unary(operator, self.of(operand))
            case Binary(operator, left, right):
                return Binary(operator, self.of(left), self.of(right))
            case Call("LET" | "LAMBDA" as function, arguments):
                return self._binding(function, arguments)
            case Call(function, arguments):
                return self._call(function, arguments)
            case Invoke(target, arguments):
                return Invoke(self.of(target), tuple(self.of(a) for a in arguments))
            case Array(rows):
                return Array(tuple(tuple(self.of(item) for item in row) for row in rows))
            case _:
                return expr

    def _name(self, name: Name) -> Expr:
        folded = name.name.casefold()
        if folded in self.seen or folded.startswith("_xleta."):  # a function as a value, BYROW(A1:B2, SUM)
            return name
        meaning = self.scope.meaning(name, self.sheet)
        if meaning is None:
            return Error(NAME)
        return replace(self, seen=self.seen | {folded}).of(meaning)

    def _call(self, function: str, arguments: tuple[Expr, ...]) -> Expr:
        resolved = tuple(self.of(argument) for argument in arguments)
        if function.casefold() in self.seen:
            return Invoke(Name(function), resolved)
        if self.scope.meaning(Name(function), self.sheet) is not None:
            return Invoke(self._name(Name(function)), resolved)
        return Call(function, resolved)

    def _binding(self, function: str, arguments: tuple[Expr, ...]) -> Expr:
        step = 2 if function == "LET" else 1
        bound = [a for a in arguments[:-1:step] if isinstance(a, Name)]
        if len(bound) != len(arguments[:-1:step]):
            raise UnsupportedFormula(f"{function} needs a name in front of each value; correct the formula")
        inner = replace(self, seen=self.seen | {name.name.casefold() for name in bound})
        return Call(function, tuple(a if a in bound else inner.of(a) for a in arguments))


@lru_cache(maxsize=65536)
def _table_area(table: Table, expr: Structured) -> Expr:
    rect = table.rect
    left, right = rect.left, rect.right
    if expr.first is not None:
        columns = [column.casefold() for column in table.columns]
        ends = [(expr.first or "").casefold(), (expr.last or "").casefold()]
        if any(end not in columns for end in ends):
            return Error(REF)
        left, right = (rect.left + columns.index(end) for end in ends)
    if "#this row" in expr.items:
        return _area(rect.sheet, Anchor(0, left, False, True), Anchor(0, right, False, True))
    rows = _rows(table, expr.items)
    if rows is None:
        return Error(REF)
    return _area(rect.sheet, Anchor(rows[0], left, True, True), Anchor(rows[1], right, True, True))


def _rows(table: Table, items: tuple[str, ...]) -> tuple[int, int] | None:
    rect, head, foot = table.rect, table.header_rows, table.totals_rows
    body = (rect.top + head, rect.bottom - foot)
    spans = {
        "#all": (rect.top, rect.bottom),
        "#data": body,
        "#headers": (rect.top, rect.top + head - 1),
        "#totals": (rect.bottom - foot + 1, rect.bottom),
    }
    chosen = [spans[item] for item in items if item in spans] or [body]
    top, bottom = min(span[0] for span in chosen), max(span[1] for span in chosen)
    return (top, bottom) if top <= bottom else None


def _area(sheet: str, first: Anchor, last: Anchor) -> Ref:
    return Ref(sheet, first, last)


def rectangle(ref: Ref, row: int, column: int) -> tuple[int, int, int, int]:
    """Return top, left, bottom and right of a reference in a formula at (row, column)."""
    (top, left), (bottom, right) = ref.first.at(row, column), ref.last.at(row, column)
    if ref.whole == "columns":
        top, bottom = 1, MAX_ROW
    elif ref.whole == "rows":
        left, right = 1, MAX_COLUMN
    return min(top, bottom), min(left, right), max(top, bottom), max(left, right)
