"""A small workbook with all six contract tables, to be spoilt one cell at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, TypeAlias

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table

Sheets: TypeAlias = dict[str, list[list[Any]]]
Spoil: TypeAlias = Callable[[Sheets, dict[str, str]], None]

# Each table is on the sheet of its name, from A1.
TABLES: Mapping[str, Sequence[Sequence[Any]]] = {
    "Assumptions": [
        ["name", "label", "unit", "low", "base", "high", "distribution", "live", "source", "note"],
        ["price", "Price of a seat", "$/month", 5, 10, 20, "pert", "=E2", "estimate", ""],
        ["churn", "Monthly churn", "% per month", 0.01, 0.02, 0.05, "Uniform", "=E3", "estimate", "wide"],
        ["region", "Where it runs", "choice", None, "cloud", None, None, "=E4", "B: page 2", None],
    ],
    "Scenarios": [
        ["input", "Base", "Upside"],
        ["price", None, 12],
        ["Churn", None, 0.015],
        ["region", None, "colo"],
    ],
    "Outputs": [
        ["name", "label", "unit", "better when"],
        ["profit", "Profit", "$", "Higher"],
        ["Model!B2", "Cost", "$", "lower"],
    ],
    "Analyses": [
        ["id", "kind", "outputs", "drivers", "from", "to", "steps", "target", "title"],
        ["s1", "sweep", "profit", "price", None, None, 5, None, "Profit by price"],
        ["g1", "Grid", "profit", "price; churn", None, None, None, 0, None],
        ["b1", "break even", "profit", "Model!B1", 1, 100, None, 0, None],
        ["c1", "crossover", "profit, Model!B2", "price", None, None, None, None, None],
        ["t1", "tornado", None, "*", None, None, None, None, None],
        ["k1", "scenarios", None, None, None, None, None, None, None],
        ["m1", "Monte_Carlo", None, None, None, None, 1000, None, None],
    ],
    "Phases": [
        ["phase", "begins", "gate metric", "comparison", "threshold", "planned month"],
        ["Start", "=1", None, None, None, 1],
        ["Growth", "=Model!B1", "monthly_users", "≥", 500, 12],
    ],
    "Claims": [
        [
            "id",
            "source",
            "statement",
            "unit",
            "stated low",
            "stated high",
            "precision",
            "computed",
            "drivers",
        ],
        [1, "B: page 3", "Profit is 7 to 9", "$", 7, 9, 0.5, "=Model!B3", "price; churn"],
        ["X-2", "B: page 4", "Cost is 4", "$", 4, None, None, "=Model!B2", None],
    ],
    "Model": [["users", 100, 200], ["cost", 4], ["profit", 8]],
    "Switch": [["Upside"]],
}
NAMES: Mapping[str, str] = {
    "price": "Assumptions!$H$2",
    "churn": "Assumptions!$H$3",
    "region": "Assumptions!$H$4",
    "profit": "Model!$B$3",
    "monthly_users": "Model!$B$1:$C$1",
    "active_scenario": "Switch!$A$1",
}


def write(path: Path, spoil: Spoil | None = None) -> Path:
    """Write the workbook after ``spoil`` has changed its sheets or names; an empty sheet is left out."""
    sheets: Sheets = deepcopy({name: [list(row) for row in rows] for name, rows in TABLES.items()})
    names = dict(NAMES)
    if spoil is not None:
        spoil(sheets, names)
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        if rows:
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
            if name in TABLES and name not in {"Model", "Switch"}:
                corner = f"{get_column_letter(len(rows[0]))}{len(rows)}"
                sheet.add_table(Table(displayName=name, ref=f"A1:{corner}"))
    for name, refers_to in names.items():
        book.defined_names[name] = DefinedName(name, attr_text=refers_to)
    book.save(path)
    return path


def put(sheet: str, row: int, column: str, value: object) -> Spoil:
    """Return a spoil that puts a value into a row (from 1) of the column with that header."""

    def spoil(sheets: Sheets, _: dict[str, str]) -> None:
        sheets[sheet][row - 1][sheets[sheet][0].index(column)] = value

    return spoil


def bound(bounds: object, low: object, high: object) -> Spoil:
    """Return a spoil that gives Claims the column bounds, and its first row these ends."""

    def spoil(sheets: Sheets, _: dict[str, str]) -> None:
        head, first, *_rest = sheets["Claims"]
        head.append("bounds")
        first.append(bounds)
        first[head.index("stated low")], first[head.index("stated high")] = low, high

    return spoil


def add(sheet: str, *row: object) -> Spoil:
    """Return a spoil that adds a row."""
    return lambda sheets, _: sheets[sheet].append(list(row))


def head(sheet: str, column: str, header: str) -> Spoil:
    """Return a spoil that renames a column."""
    return put(sheet, 1, column, header)


def drop(sheet: str, column: str) -> Spoil:
    """Return a spoil that deletes a column."""

    def spoil(sheets: Sheets, _: dict[str, str]) -> None:
        place = sheets[sheet][0].index(column)
        for row in sheets[sheet]:
            del row[place]

    return spoil


def name(name: str, refers_to: str | None) -> Spoil:
    """Return a spoil that redefines a name, or takes it out."""

    def spoil(_: Sheets, names: dict[str, str]) -> None:
        names.pop(name, None)
        if refers_to is not None:
            names[name] = refers_to

    return spoil


def without(*tables: str) -> Spoil:
    """Return a spoil that takes whole tables out."""

    def spoil(sheets: Sheets, _: dict[str, str]) -> None:
        for table in tables:
            sheets[table].clear()

    return spoil
