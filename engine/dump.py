"""A workbook as text, for reviews and for diffs: what was typed into it, never what was computed.

A line stands for a formula form and all the cells that hold it, so that a changed row of sixty months is one
changed line. The order follows the workbook and addresses, not the file; the same cells give the same text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields

from engine.core.address import Rect, a1, key_of, row_column
from engine.core.values import ExcelError, Value
from engine.formula.forms import r1c1_form
from engine.plan.regions import rectangles
from engine.workbook.book import DataTable, Formula, Settings, SheetCells, Table, Workbook
from engine.workbook.contract import TABLES

_HERE = re.compile(r"(?<=[RC])\[0\]")  # RC[-1], as Excel writes it, and not R[0]C[-1]


def dump(workbook: Workbook) -> Iterator[str]:
    """Yield the lines of a workbook's text: settings, names, tables, contract tables, then sheet by sheet.

    Formulas are in R1C1 terms after the cells that hold them; stored values are left out, since they change
    without anyone having edited the workbook.
    """
    yield from _section("workbook", _settings(workbook.settings))
    yield from _section("names", _names(workbook))
    yield from _section("tables", _tables(workbook))
    contract = [table for name in TABLES if (table := workbook.find_table(name)) is not None]
    for table in contract:
        yield from _section(f"table {table.name}", _rows(workbook.sheet(table.rect.sheet), table))
    for sheet in workbook.sheets:
        state = "" if sheet.state == "visible" else f" ({sheet.state})"
        yield from _section(f"sheet {sheet.name}{state}", _sheet(sheet, contract))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"## {title}"
    yield from lines
    yield ""


def _settings(settings: Settings) -> Iterator[str]:
    """Yield the calculation settings that are not Excel's defaults."""
    for field in fields(settings):
        value = getattr(settings, field.name)
        if value != field.default:
            yield f"{field.name} = {value}"


def _names(workbook: Workbook) -> Iterator[str]:
    for name in sorted(workbook.names, key=lambda one: ((one.scope or "").casefold(), one.name.casefold())):
        scope = f"{name.scope}!" if name.scope else ""
        hidden = "  (hidden)" if name.hidden else ""
        yield f"{scope}{name.name} = {_one_line(name.refers_to)}{hidden}"


def _tables(workbook: Workbook) -> Iterator[str]:
    for table in sorted(workbook.tables, key=lambda one: one.name.casefold()):
        yield f"{table.name} {table.rect}: {' | '.join(map(_one_line, table.columns))}"


def _rows(sheet: SheetCells, table: Table) -> Iterator[str]:
    """Yield a line per row of a contract table, headers included, blanks at its end left out."""
    rect = table.rect
    for row in range(rect.top, rect.bottom + 1):
        keys = range(key_of(row, rect.left), key_of(row, rect.right) + 1)
        yield " | ".join(_cell(sheet, key) for key in keys).rstrip(" |")


def _cell(sheet: SheetCells, key: int) -> str:
    formula = sheet.formulas.get(key)
    if formula is None:
        value = sheet.constants.get(key)
        return _one_line(value) if isinstance(value, str) else _value(value)
    return _form(formula, key)


def _sheet(sheet: SheetCells, contract: Iterable[Table]) -> Iterator[str]:
    """Yield typed values and formula forms by their first cell, so that a formula stands below its label.

    What contract tables hold is left out.
    """
    lines = [(keys[0], f"{_cells(keys)}  {form}") for keys, form in _forms(sheet.formulas)]
    inside = [table.rect for table in contract if table.rect.sheet == sheet.name]
    typed = {key: value for key, value in sheet.constants.items() if not _within(key, inside)}
    for top, left, _, right in _runs(typed):
        first = key_of(top, left)
        values = (_value(typed[key]) for key in range(first, key_of(top, right) + 1))
        lines.append((first, f"{_range(top, left, top, right)}: {' | '.join(values)}"))
    yield from (line for _, line in sorted(lines))


def _runs(cells: Mapping[int, Value]) -> Iterator[tuple[int, int, int, int]]:
    """Yield the runs of neighbouring cells, a row at a time, in the order of addresses."""
    by_row: dict[int, list[int]] = {}
    for key in sorted(cells):
        by_row.setdefault(row_column(key)[0], []).append(key)
    for keys in by_row.values():
        yield from rectangles(keys)


def _forms(formulas: Mapping[int, Formula]) -> Iterator[tuple[list[int], str]]:
    by_form: dict[str, list[int]] = {}
    for key in sorted(formulas):
        by_form.setdefault(_form(formulas[key], key), []).append(key)
    return ((keys, form) for form, keys in by_form.items())


def _form(formula: Formula, key: int) -> str:
    row, column = row_column(key if formula.shared_from is None else formula.shared_from)
    if formula.unread:
        return f"({formula.unread})"
    area = "" if formula.area is None else _rect(formula.area)
    if formula.data_table is not None:
        return f"{{=TABLE({_inputs(formula.data_table)})}} over {area}"
    text = "=" + _HERE.sub("", _one_line(r1c1_form(formula.text, row, column)))
    return f"{{{text}}} over {area}" if formula.kind == "array" else text


def _inputs(table: DataTable) -> str:
    keys = (table.row_input, table.column_input)
    if table.del1 or table.del2:
        return "#REF!"
    return ",".join("" if key is None else a1(*row_column(key)) for key in keys)


def _cells(keys: list[int]) -> str:
    return ", ".join(_range(*bounds) for bounds in sorted(rectangles(keys)))


def _rect(rect: Rect) -> str:
    return _range(rect.top, rect.left, rect.bottom, rect.right)


def _range(top: int, left: int, bottom: int, right: int) -> str:
    first, last = a1(top, left), a1(bottom, right)
    return first if first == last else f"{first}:{last}"


def _within(key: int, rects: Iterable[Rect]) -> bool:
    row, column = row_column(key)
    return any(r.top <= row <= r.bottom and r.left <= column <= r.right for r in rects)


def _value(value: Value) -> str:
    """Return a typed value so that text and numbers can't be mistaken for each other."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, ExcelError):
        return value.code
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else f"{value:.15g}"


def _one_line(text: str) -> str:
    return " ".join(text.split()) if "\n" in text or "\r" in text else text
