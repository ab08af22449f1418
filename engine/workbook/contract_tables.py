"""Contract tables as rows of checked cells: headers matched, values typed, mistakes noted, none raised."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from engine.core.address import SHIFT, a1, key_of, quote_sheet
from engine.core.exceptions import Finding
from engine.core.values import ExcelError, Value
from engine.workbook.book import SheetCells, Table, Workbook

Values = Callable[[str], Value]
_LIST = re.compile(r"[;,\n]")
_CLOSE = 0.7


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a contract table; ``others`` are further spellings of its header."""

    name: str
    others: tuple[str, ...] = ()
    required: bool = True


class Mistakes:
    """Collects the mistakes of a contract, in the order they are met."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def add(self, rule: str, cell: str, message: str) -> None:
        """Note a mistake at a cell; the message says what to do."""
        self.findings.append(Finding(rule, "error", cell, message))


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Return "; did you mean 'price'?" where a known word is near, else nothing."""
    near = nearest(word, known)
    return f"; did you mean {near!r}?" if near else ""


def nearest(word: str, known: Sequence[str]) -> str | None:
    """Return the known word that is nearest to another, in any case, or None where none is near."""
    folded = {plain(each): each for each in known}
    near = get_close_matches(plain(word), folded, n=1, cutoff=_CLOSE)
    return folded[near[0]] if near else None


def plain(header: str) -> str:
    """Return a header as headers are compared: in any case, spaces, hyphens and underscores alike."""
    return " ".join(re.split(r"[\s_\-]+", header.strip().casefold())).strip()


class Row:
    """One row of a contract table; each reading method notes its mistake and returns a blank instead."""

    def __init__(self, table: ContractTable, row: int) -> None:
        self._table = table
        self._row = row
        self.cell = table.address(row, table.left)

    def address(self, column: str) -> str:
        """Return "Sheet!B7" of a column's cell; that of the row's first cell where the column is missing."""
        place = self._table.columns.get(column)
        return self.cell if place is None else self._table.address(self._row, place)

    def value(self, column: str) -> Value:
        """Return the value of a cell, None where it is blank, holds "" or its column is missing."""
        place = self._table.columns.get(column)
        if place is None:
            return None
        found = self._table.value(self._row, place)
        return None if isinstance(found, str) and not found.strip() else found

    def has_formula(self, column: str) -> bool:
        """Tell whether a cell holds a formula."""
        place = self._table.columns.get(column)
        return place is not None and key_of(self._row, place) in self._table.sheet.formulas

    def text(self, column: str, *, required: bool = False) -> str:
        """Return a cell as text; a number is shown as Excel's General format shows it."""
        value = self.value(column)
        if isinstance(value, ExcelError):
            self.wrong("error-value", column, f"{column} is {value}; mend its formula")
        elif isinstance(value, float):
            return f"{value:.15g}"
        elif isinstance(value, bool):
            return str(value).upper()
        elif value is not None:
            return value.strip()
        elif required:
            self.missing(column)
        return ""

    def number(self, column: str, *, required: bool = False) -> float | None:
        """Return a cell as a number; text, a boolean or an error there is a mistake."""
        value = self.value(column)
        if value is None:
            if required:
                self.missing(column)
            return None
        return self.as_number(column, value)

    def as_number(self, column: str, value: Value) -> float | None:
        """Return a value if it is a number, else note the mistake at the column's cell."""
        if isinstance(value, float):
            return value
        if isinstance(value, ExcelError):
            self.wrong("error-value", column, f"{column} is {value}; mend its formula")
        else:
            shown = str(value).upper() if isinstance(value, bool) else repr(value)
            self.wrong("not-a-number", column, f"{column} is {shown}, where a number belongs; type a number")
        return None

    def choice(self, column: str, known: Mapping[str, str], rule: str, *, required: bool = False) -> str:
        """Return the known word that a cell means (``known`` has spelling -> word), "" where it is blank."""
        text = self.text(column, required=required)
        if not text:
            return ""
        word = known.get(plain(text)) or known.get(text)
        if word is None:
            words = tuple(dict.fromkeys(known.values()))
            near = did_you_mean(text, words) or f"; write one of {', '.join(words)}"
            self.wrong(rule, column, f"{column} {text!r} is unknown{near}")
            return ""
        return word

    def names(self, column: str) -> tuple[str, ...]:
        """Return the names in a cell, separated by ; or , or new lines."""
        return tuple(part.strip() for part in _LIST.split(self.text(column)) if part.strip())

    def missing(self, column: str) -> None:
        """Note that a cell is blank which may not be (its column being there)."""
        if column in self._table.columns:
            stored = self.has_formula(column)
            remedy = "its formula has no stored value; save the workbook in Excel" if stored else "fill it in"
            self.wrong("missing-value", column, f"{column} is blank; {remedy}")

    def wrong(self, rule: str, column: str, message: str) -> None:
        """Note a mistake at a column's cell."""
        self._table.mistakes.add(rule, self.address(column), f"{self._table.name}: {message}")


class ContractTable:
    """A contract table found in a workbook: its columns by contract name, and its rows."""

    def __init__(
        self,
        workbook: Workbook,
        table: Table,
        columns: Sequence[Column],
        mistakes: Mistakes,
        values: Values | None,
    ) -> None:
        self.name = table.name
        self.sheet: SheetCells = workbook.sheet(table.rect.sheet)
        self.left = table.rect.left
        self.mistakes = mistakes
        self.others: dict[str, int] = {}
        self.columns: dict[str, int] = {}
        self._values = values
        self._table = table
        self._match(columns)

    @property
    def header(self) -> str:
        """The address of the table's first header cell."""
        return self.address(self._table.rect.top, self.left)

    def address(self, row: int, column: int) -> str:
        """Return "Sheet!B7" of a cell of the table's sheet."""
        return f"{quote_sheet(self.sheet.name)}!{a1(row, column)}"

    def value(self, row: int, column: int) -> Value:
        """Return a cell's value: of a formula the callback's where there is one, else the stored one."""
        key = key_of(row, column)
        if self._values is not None and key in self.sheet.formulas:
            return self._values(self.address(row, column))
        return self.sheet.value(key)

    def rows(self) -> Iterator[Row]:
        """Yield the rows that hold more than formulas: Excel fills a new row's calculated columns."""
        rect = self._table.rect
        top, bottom = rect.top + self._table.header_rows, rect.bottom - self._table.totals_rows
        columns = {*self.columns.values(), *self.others.values()}
        typed = {
            key >> SHIFT
            for key, value in self.sheet.constants.items()
            if top <= key >> SHIFT <= bottom and key & ((1 << SHIFT) - 1) in columns and str(value).strip()
        }
        for row in sorted(typed):
            yield Row(self, row)

    def _match(self, columns: Sequence[Column]) -> None:
        spellings = {plain(word): column.name for column in columns for word in (column.name, *column.others)}
        for offset, header in enumerate(self._table.columns):
            name = spellings.get(plain(header))
            if name is not None and name not in self.columns:
                self.columns[name] = self.left + offset
            else:
                self.others[header] = self.left + offset

    def check_headers(self, columns: Sequence[Column]) -> None:
        """Note the columns that are misspelt or missing; other columns are the analyst's own."""
        absent = [column for column in columns if column.name not in self.columns]
        for header, place in list(self.others.items()):
            wanted = nearest(header, [column.name for column in absent])
            if wanted is not None:
                cell = self.address(self._table.rect.top, place)
                message = f"{self.name}: there is no column {header!r}; did you mean {wanted!r}?"
                self.mistakes.add("misspelt-column", cell, message)
                absent = [column for column in absent if column.name != wanted]
        for column in absent:
            if column.required:
                known = ", ".join(each.name for each in columns)
                message = (
                    f"{self.name}: the column {column.name!r} is missing; add it (the columns are {known})"
                )
                self.mistakes.add("missing-column", self.header, message)
