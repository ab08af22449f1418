"""What names mean: sheets by number, defined names and tables as references, so that only cells are left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PureWindowsPath

from engine.core.address import MAX_COLUMN, MAX_ROW
from engine.core.values import NAME
from engine.formula.expr import Error, Expr, Name, Ref, Structured
from engine.formula.parser import parse
from engine.plan.names import Resolver
from engine.plan.table_areas import body, table_area
from engine.workbook.book import Table, Workbook


@dataclass(frozen=True)
class Scope:
    """The sheets (external ones after the workbook's own), defined names and tables of one workbook.

    ``other_names`` are those of other workbooks by "[1]!name" or "[1]Sheet!name" in lower case, ``files``
    where those workbooks were by "[1]", ``without_cells`` the sheets, in lower case, that are no worksheets,
    ``unread_tables`` the parts of tables that can't be read, any of which an unknown name may mean,
    ``unread_sheets`` the sheets, in lower case, whose cells can't be read.
    """

    sheets: tuple[str, ...]
    numbers: Mapping[str, int]
    names: Mapping[tuple[str, str], str]
    tables: Mapping[str, Table]
    has_macros: bool = False
    other_names: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    without_cells: frozenset[str] = frozenset()
    unread_tables: tuple[str, ...] = ()
    unread_sheets: frozenset[str] = frozenset()
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
            {name.casefold(): text for name, text in workbook.external_names.items()},
            workbook.external_files,
            frozenset(map(str.casefold, workbook.sheet_order)) - {sheet.casefold() for sheet in sheets},
            workbook.unread_tables,
            frozenset(map(str.casefold, workbook.unread_sheets)),
        )

    def number(self, sheet: str) -> int | None:
        """Return a sheet's number from 0, or None where the workbook has no such sheet."""
        return self.numbers.get(sheet.casefold())

    def found(self, name: Name, sheet: str) -> tuple[str, str] | None:
        """Return a key and the text of the defined name that is meant on a sheet, or None."""
        folded = name.name.casefold()
        for known in (folded, f"_xlnm.{folded}"):  # Print_Area and its like have a prefix in files
            for scope in ((name.sheet or sheet).casefold(), ""):
                text = self.names.get((scope, known))
                if text is not None:
                    return f"{scope}!{known}", text
        return None

    def foreign(self, name: Name) -> tuple[str, str] | None:
        """Return a key and the text of another workbook's name, which the text qualifies by "[1]"."""
        sheet = (name.sheet or "").casefold()
        for key in (f"{sheet}!{name.name.casefold()}", f"{sheet.partition(']')[0]}]!{name.name.casefold()}"):
            if key in self.other_names:
                return key, self.other_names[key]
        return None

    def file(self, book: str) -> str:
        """Return what to call another workbook that formulas name by "[1]"."""
        return PureWindowsPath(self.files[book]).name if book in self.files else f"the workbook {book}"

    def meaning(self, name: Name, sheet: str) -> Expr | None:
        """Return what a defined name refers to as seen from a sheet, or None where there is no such name."""
        found = self.found(name, sheet)
        return None if found is None else self.parsed(found[1])

    def parsed(self, text: str) -> Expr:
        """Return the tree of what a name refers to, each text read once."""
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

    def rows_at(self, row: int) -> frozenset[str]:
        """Return the tables, in lower case, among whose data rows a row lies, on whichever sheet."""
        inside = ((name, *body(table)) for name, table in self.tables.items())
        return frozenset(name for name, first, last in inside if first <= row <= last)

    def resolve(
        self,
        expr: Expr,
        sheet: str,
        chain: frozenset[str] = frozenset(),
        table: str = "",
        rows: frozenset[str] | None = None,
    ) -> Expr:
        """Return a tree in which names and structured references have become references.

        Variables of LET and LAMBDA stay names, as does a name that calls itself (``chain`` are those being
        resolved); a name that the workbook does not have becomes #NAME?. ``table`` is meant by a structured
        reference that names none; ``rows`` are the tables among whose rows the formula stands.
        """
        return Resolver(self, sheet, chain, table=table, rows=rows).of(expr)

    def structured(self, expr: Structured) -> Expr:
        """Return the reference that a structured reference stands for, #REF! where its column is gone."""
        table = self.tables.get(expr.table.casefold())
        if table is None:
            return Error(NAME)
        return table_area(table, expr)


def rectangle(ref: Ref, row: int, column: int) -> tuple[int, int, int, int]:
    """Return top, left, bottom and right of a reference in a formula at (row, column)."""
    (top, left), (bottom, right) = ref.first.at(row, column), ref.last.at(row, column)
    if ref.whole == "columns":
        top, bottom = 1, MAX_ROW
    elif ref.whole == "rows":
        left, right = 1, MAX_COLUMN
    return min(top, bottom), min(left, right), max(top, bottom), max(left, right)
