"""Formula cells grouped by form: each distinct R1C1 text is parsed once, then resolved once per sheet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from engine.core.address import a1, quote_sheet, row_column
from engine.core.exceptions import UnsupportedFormula
from engine.formula.expr import Expr
from engine.formula.forms import r1c1_form
from engine.formula.parser import parse
from engine.plan.scope import Scope
from engine.workbook.book import Formula, SheetCells, Workbook

_THIS_ROW = re.compile(r"(?i)\[\s*(?:#this row|@)")


@dataclass(frozen=True, slots=True)
class Form:
    """One formula form on one sheet: its tree with names resolved, or why there is none.

    ``array`` says that it is computed with whole arrays. ``text`` is the R1C1 form, ``example`` the formula
    as its first cell has it.
    """

    sheet: int
    text: str
    array: bool
    example: str
    expr: Expr | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class FormedCells:
    """Every formula cell's form: ``forms`` and, per sheet, the form's number by cell key.

    Data Tables are no formulas and stand apart, per sheet, by the key of their first cell.
    """

    forms: tuple[Form, ...]
    cells: tuple[Mapping[int, int], ...]
    data_tables: tuple[Mapping[int, Formula], ...]


class _Grouping:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.forms: list[Form] = []
        self.numbers: dict[tuple[int, str, bool, str, frozenset[str] | None], int] = {}
        self.parsed: dict[str, Expr | str] = {}

    def number(self, sheet: int, formula: Formula, key: int) -> int:
        if formula.unread:
            return self._unread(sheet, formula.unread)
        row, column = row_column(key if formula.shared_from is None else formula.shared_from)
        text = r1c1_form(formula.text, row, column)
        array = formula.kind in ("array", "dynamic-array")
        table = self.scope.table_around(self.scope.sheets[sheet], row, column) if "[" in formula.text else ""
        own_row = "[" in formula.text and _THIS_ROW.search(formula.text) is not None
        rows = self.scope.rows_at(row) if own_row else None
        known = self.numbers.get((sheet, text, array, table, rows))
        if known is None:
            known = self.numbers[sheet, text, array, table, rows] = len(self.forms)
            form = Form(sheet, text, array, formula.text, None)
            self.forms.append(self._resolved(form, row, column, table, rows))
        return known

    def _unread(self, sheet: int, problem: str) -> int:
        """Return the form of a cell that the file's damage hides."""
        key = sheet, problem, False, "", None
        if key not in self.numbers:
            self.numbers[key] = len(self.forms)
            self.forms.append(Form(sheet, "", False, "", None, problem))
        return self.numbers[key]

    def _resolved(self, form: Form, row: int, column: int, table: str, rows: frozenset[str] | None) -> Form:
        """Return a form with its tree, or with what is wrong with it."""
        tree = self.parsed.get(form.text)
        try:
            if tree is None:
                tree = self.parsed[form.text] = parse(form.example, row, column)
            if isinstance(tree, str):
                return replace(form, problem=tree)
            sheet = self.scope.sheets[form.sheet]
            return replace(form, expr=self.scope.resolve(tree, sheet, table=table, rows=rows))
        except (UnsupportedFormula, RecursionError) as error:
            self.parsed[form.text] = str(error)
            return replace(form, problem=str(error))


def formed_cells(workbook: Workbook, scope: Scope) -> FormedCells:
    """Group a workbook's formula cells by form, parsing each form once."""
    grouping = _Grouping(scope)
    cells = tuple(_sheet_cells(grouping, number, sheet) for number, sheet in enumerate(workbook.sheets))
    tables = tuple(
        {key: f for key, f in sheet.formulas.items() if f.data_table is not None} for sheet in workbook.sheets
    )
    return FormedCells(tuple(grouping.forms), cells, tables)


def _sheet_cells(grouping: _Grouping, number: int, sheet: SheetCells) -> dict[int, int]:
    found: dict[int, int] = {}
    followers: dict[int, int] = {}
    for key, formula in sheet.formulas.items():
        if formula.data_table is not None:
            continue
        if formula.shared_from is None:
            found[key] = grouping.number(number, formula, key)
            continue
        known = followers.get(id(formula))
        if known is None:
            known = followers[id(formula)] = grouping.number(number, formula, key)
        found[key] = known
    return found


def address_of(sheet: str, key: int) -> str:
    """Return "Sheet!A1" of a cell by its key."""
    return f"{quote_sheet(sheet)}!{a1(*row_column(key))}"
