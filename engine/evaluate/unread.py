"""Rows and columns of the Scenarios table that the workbook's scenario switch passes over.

What a scenario says there changes nothing, in Excel as in the engine, and no value looks wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from engine.core.address import Rect, a1, key_of, quote_sheet, row_column
from engine.core.exceptions import Finding
from engine.core.values import Value
from engine.evaluate.model import Model
from engine.plan.dependencies import Bounds, references_of
from engine.plan.scope import rectangle
from engine.workbook.contract import Assumption, Contract

ROW, COLUMN = "scenario-row-unread", "scenario-column-unread"
_SHOWN = 5  # inputs that a message lists


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the table: its number, its input, and what that input's live cell reads on the sheet."""

    number: int
    name: str
    live: str
    reads: tuple[Bounds, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    sheet: str
    key: int  # the column of the inputs' names
    scenarios: Mapping[str, int]
    body: Rect

    def at(self, row: int, column: int) -> str:
        return f"{quote_sheet(self.sheet)}!{a1(row, column)}"


def unread_scenarios(model: Model, contract: Contract) -> Iterator[Finding]:
    """Yield a warning for each run of rows, and each column, that no scenario takes effect from.

    A row counts as read where its input's live cell refers, itself or through other cells, to the values in
    it and, if it looks inputs up by name, to its name. A live cell whose references depend on values (OFFSET,
    INDIRECT) is not judged, nor is a workbook without the name active_scenario, whose scenarios are set input
    by input.
    """
    table = _table(model, contract)
    if table is None or contract.scenarios.active_cell is None:
        return
    rows = list(_rows(model, contract, table))
    looked_up = any(_covers(row.reads, row.number, table.key) for row in rows)
    unread = [row for row in rows if not _is_read(row, table, looked_up=looked_up)]
    for run in _runs(unread):
        yield Finding(ROW, "warning", table.at(run[0].number, table.key), _row_message(run, rows, table))
    heard = [row for row in rows if row not in unread]
    for name, column in table.scenarios.items():
        if heard and not any(_covers(row.reads, row.number, column) for row in heard):
            where = table.at(table.body.top - 1, column)
            yield Finding(COLUMN, "warning", where, _column_message(name, heard, table))


def _table(model: Model, contract: Contract) -> _Table | None:
    found = model.workbook.find_table("Scenarios")
    if found is None or not contract.scenarios.names:
        return None
    columns = {name.strip().casefold(): found.rect.left + n for n, name in enumerate(found.columns)}
    scenarios = {name: columns[name.strip().casefold()] for name in contract.scenarios.names}
    keys = [column for column in columns.values() if column not in scenarios.values()]
    bottom = found.rect.bottom - found.totals_rows
    body = Rect(
        found.rect.sheet, found.rect.top + found.header_rows, found.rect.left, bottom, found.rect.right
    )
    return _Table(found.rect.sheet, keys[0], scenarios, body)


def _rows(model: Model, contract: Contract, table: _Table) -> Iterator[_Row]:
    known = {row.name.casefold(): row for row in contract.assumptions}
    number = model.targets.scope.number(table.sheet)
    assert number is not None
    cells = model.base.state.cells[number]
    for row in range(table.body.top, table.body.bottom + 1):
        one = known.get(_folded(cells.get(key_of(row, table.key))))
        reads = None if one is None else _reads(model, one, number)
        if one is not None and reads is not None:
            yield _Row(row, one.name, one.live, reads)


def _folded(value: Value) -> str:
    return str(value).strip().casefold()


def _reads(model: Model, assumption: Assumption, sheet: int) -> tuple[Bounds, ...] | None:
    """Return what a live cell reads on the sheet of the table; None where its references move."""
    program, (own, key) = model.program, model.targets.cell(assumption.live)
    form = program.formed.cells[own].get(key)
    if form is None:
        return ()
    references, dynamic = references_of(program.formed.forms[form].expr)
    if dynamic:
        return None
    row, column = row_column(key)
    direct = [
        (number, *rectangle(reference, row, column))
        for reference in references
        for number in [own if reference.sheet is None else program.scope.number(reference.sheet)]
        if number is not None
    ]
    upstream = program.dependencies.precedents(direct)
    if upstream is None:
        return None
    further = [bounds for region in sorted(upstream) for bounds in program.dependencies.reads_of(region)]
    return tuple(bounds for bounds in (*direct, *further) if bounds[0] == sheet)


def _is_read(row: _Row, table: _Table, *, looked_up: bool) -> bool:
    found = any(_covers(row.reads, row.number, column) for column in table.scenarios.values())
    return found and (not looked_up or _covers(row.reads, row.number, table.key))


def _covers(reads: Sequence[Bounds], row: int, column: int) -> bool:
    return any(top <= row <= bottom and left <= column <= right for _, top, left, bottom, right in reads)


def _runs(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    for _, run in groupby(enumerate(rows), key=lambda pair: pair[1].number - pair[0]):
        yield [row for _, row in run]


def _row_message(run: Sequence[_Row], rows: Sequence[_Row], table: _Table) -> str:
    names = ", ".join(row.name for row in run[:_SHOWN])
    more = f" and {len(run) - _SHOWN} more" if len(run) > _SHOWN else ""
    where = f"row {run[0].number}" if len(run) == 1 else f"rows {run[0].number} to {run[-1].number}"
    verb, it = ("is", "it") if len(run) == 1 else ("are", "them")
    live = f"the live cell {run[0].live}" if len(run) == 1 else f"live cells such as {run[0].live}"
    return (
        f"{where} of Scenarios ({names}{more}) {verb} not read by {live}, so no scenario changes {it}; "
        f"{_looks_in(rows, table)}let the ranges end below the table's last row"
    )


def _column_message(name: str, rows: Sequence[_Row], table: _Table) -> str:
    return (
        f"the scenario {name!r} is not read by any live cell; "
        f"{_looks_in(rows, table)}let the ranges reach the table's last column"
    )


def _looks_in(rows: Sequence[_Row], table: _Table) -> str:
    """Return where live cells look in the table, which is what its author has to extend."""
    area = table.body
    seen = {
        f"{a1(top, left)}:{a1(bottom, right)}"
        for row in rows
        for _, top, left, bottom, right in row.reads
        if top <= area.bottom and bottom >= area.top and left <= area.right and right >= area.left
    }
    found = sorted(seen)[:_SHOWN]
    return f"live cells look in {', '.join(found)} of {table.sheet}; " if found else ""
