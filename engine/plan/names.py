"""Trees in which names have become what they refer to: those of sheets, of the workbook, of other ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.core.exceptions import UnsupportedFormula
from engine.core.values import NAME, VALUE
from engine.formula.expr import Array, Binary, Call, Error, Expr, Invoke, Name, Ref, Structured, Unary
from engine.formula.lexer import PARAMETER
from engine.functions.families import is_known
from engine.plan.sheet_spans import with_spans
from engine.plan.whole import whole

if TYPE_CHECKING:
    from engine.plan.scope import Scope

_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Resolver:
    """Resolves the trees of one sheet's formulas.

    ``chain`` are the names that are being resolved, ``bound`` the variables of LET and LAMBDA around,
    ``table`` what a structured reference means that names none, ``rows`` the tables (in lower case) among
    whose rows the formula stands, None where that is not asked, ``book`` the other workbook ("[1]") whose
    name is being resolved.
    """

    scope: Scope
    sheet: str
    chain: frozenset[str]
    bound: frozenset[str] = _NOTHING
    table: str = ""
    rows: frozenset[str] | None = None
    book: str = ""

    def of(self, expr: Expr) -> Expr:
        """Return a tree with its names and structured references resolved."""
        match expr:
            case Name():
                return self._name(expr)
            case Ref():
                return self._reference(expr)
            case Structured():
                return self._structured(replace(expr, table=expr.table or self.table))
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
        # A function as a value, as in BYROW(A1:B2, SUM), is marked with _xleta.
        if (folded in self.bound and name.sheet is None) or folded.startswith("_xleta."):
            return name
        if self.book and name.sheet is None:
            name = replace(name, sheet=self.book)
        other = _other_book(name.sheet)
        found = self.scope.foreign(name) if other else self.scope.found(name, self.sheet)
        if found is None:
            return self._unnamed(name)
        key, text = found
        if key in self.chain:
            return name
        inner = replace(self, chain=self.chain | {key}, bound=_NOTHING, book=other)
        return whole(inner.of(self.scope.parsed(text)))

    def _unnamed(self, name: Name) -> Expr:
        """Return what a text is that names nothing: a table's rows, or #NAME?."""
        other = _other_book(name.sheet)
        if other:
            told = f"the file stores nothing of the name {name.name} of {self.scope.file(other)}"
            raise UnsupportedFormula(told)
        if name.sheet is None and name.name.casefold() in self.scope.tables:
            return self._structured(Structured(name.name, (), None, None))
        self._unread_table(name.name)
        return Error(NAME)

    def _unread_table(self, name: str) -> None:
        """Raise UnsupportedFormula where an unknown name may be that of a table that can't be read."""
        if self.scope.unread_tables:
            part = ", ".join(self.scope.unread_tables)
            what = name or "a structured reference"
            told = f"{what} may mean a table that can't be read: the file's part {part} is damaged"
            raise UnsupportedFormula(f"{told}; let Excel repair the file and save it")

    def _reference(self, ref: Ref) -> Expr:
        if self.book and ref.sheet is not None and "[" not in ref.sheet:
            ref = replace(ref, sheet=self.book + ref.sheet)
        if ref.sheet is None or "[" not in ref.sheet:
            self._has_cells(ref.sheet or "")
            self._spans_sheets_read(ref)
            return ref
        book, _, sheet = ref.sheet.rpartition("]")
        file = self.scope.file(book + "]")
        if ref.last_sheet is not None:
            raise UnsupportedFormula(
                f"it reads sheets {sheet} to {ref.last_sheet} of {file}, which is not opened"
            )
        if self.scope.number(ref.sheet) is None:
            raise UnsupportedFormula(f"the file stores no values of {sheet} of {file}")
        return ref

    def _spans_sheets_read(self, ref: Ref) -> None:
        """Raise UnsupportedFormula for a reference to several sheets, one of which may be a damaged one."""
        if ref.last_sheet is not None and self.scope.unread_sheets:
            lost = ", ".join(sorted(self.scope.unread_sheets))
            raise UnsupportedFormula(
                f"the file is damaged: it reads several sheets, and {lost} can't be read; "
                "let Excel repair it and save it"
            )

    def _has_cells(self, sheet: str) -> None:
        """Raise UnsupportedFormula for a sheet that is no worksheet or can't be read."""
        if sheet.casefold() in self.scope.unread_sheets:
            raise UnsupportedFormula(
                f"the file is damaged: the sheet {sheet} can't be read; let Excel repair it and save it"
            )
        if sheet.casefold() in self.scope.without_cells:
            raise UnsupportedFormula(f"{sheet} is no worksheet but a macro sheet or a chart")

    def _structured(self, expr: Structured) -> Expr:
        if "[" in expr.table or self.book:
            raise UnsupportedFormula(f"the table {expr.table} is another workbook's, which is not opened")
        if expr.table.casefold() not in self.scope.tables:
            self._unread_table(expr.table)
        outside = self.rows is not None and expr.table.casefold() not in self.rows
        area = self.scope.structured(expr)
        return Error(VALUE) if outside and "#this row" in expr.items and isinstance(area, Ref) else area

    def _call(self, function: str, arguments: tuple[Expr, ...]) -> Expr:
        resolved = tuple(self.of(argument) for argument in arguments)
        if function.startswith(PARAMETER):
            return Invoke(Name(function.removeprefix(PARAMETER)), resolved)
        if is_known(function):
            return with_spans(
                Call(function, resolved)
            )  # Excel's own function, whatever a name or a variable is called
        if function.casefold() in self.bound or self.scope.found(Name(function), self.sheet) is not None:
            return Invoke(self._name(Name(function)), resolved)
        return Call(function, resolved)

    def _binding(self, function: str, arguments: tuple[Expr, ...]) -> Expr:
        step = 2 if function == "LET" else 1
        bound = [a for a in arguments[:-1:step] if isinstance(a, Name)]
        if len(bound) != len(arguments[:-1:step]):
            raise UnsupportedFormula(f"{function} needs a name in front of each value; correct the formula")
        inner = replace(self, bound=self.bound | {name.name.casefold() for name in bound})
        return Call(function, tuple(a if a in bound else inner.of(a) for a in arguments))


def _other_book(sheet: str | None) -> str:
    """Return the other workbook, as "[1]", that a sheet's text names, "" for the formula's own ("[0]")."""
    book = (sheet or "").partition("]")[0] + "]"
    return book if book.startswith("[") and book != "[0]" else ""
