"""The contract between the analyst's workbook and the engine: six Excel tables, read as typed rows.

A workbook may have any of them or none. All mistakes in all of them are reported together.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.core.address import key_of
from engine.core.exceptions import ContractError
from engine.core.values import Value
from engine.workbook import contract_inputs as inputs
from engine.workbook import contract_work as work
from engine.workbook.book import Table, Workbook
from engine.workbook.contract_claims import CLAIMS, read_claims
from engine.workbook.contract_names import Names
from engine.workbook.contract_rows import (
    Analysis,
    Assumption,
    Claim,
    Contract,
    Output,
    Phase,
    ScenarioTable,
)
from engine.workbook.contract_tables import Column, ContractTable, Mistakes, Values, nearest, plain

__all__ = [
    "Analysis",
    "Assumption",
    "Claim",
    "Contract",
    "Output",
    "Phase",
    "ScenarioTable",
    "read_contract",
]

TABLES: dict[str, tuple[Column, ...]] = {
    "Assumptions": inputs.ASSUMPTIONS,
    "Scenarios": inputs.SCENARIOS,
    "Outputs": work.OUTPUTS,
    "Analyses": work.ANALYSES,
    "Phases": work.PHASES,
    "Claims": CLAIMS,
}


def read_contract(workbook: Workbook, values: Values | None = None) -> Contract:
    """Return the contract tables of a workbook as typed rows.

    ``values`` gives the value of a formula cell by its address ("Sheet!A5"); without it, stored values count.
    Raises ContractError with every mistake in every table, each with its rule, cell and remedy.
    """
    reader = _Reader(workbook, values)
    contract = reader.read()
    findings = reader.mistakes.findings
    if findings:
        count = "1 mistake" if len(findings) == 1 else f"{len(findings)} mistakes"
        raise ContractError(f"{workbook.path}: the contract tables hold {count}:", findings)
    return contract


class _Reader:
    def __init__(self, workbook: Workbook, values: Values | None) -> None:
        self.mistakes = Mistakes()
        self._workbook = workbook
        self._values = values
        self._names = Names(workbook)
        self._tables: dict[str, ContractTable | None] = {
            name: self._find(name, columns) for name, columns in TABLES.items()
        }
        if not any(table and table.columns for table in self._tables.values()):
            # The workbook has tables of these names, if any, to purposes of its own.
            self._tables = dict.fromkeys(TABLES)
        for name, table in self._tables.items():
            if table is not None:
                table.check_headers(TABLES[name])

    def read(self) -> Contract:
        tables, names = self._tables, self._names
        found = tables["Assumptions"]
        assumptions = () if found is None else inputs.read_assumptions(found, names)
        known = {row.name.casefold(): row for row in assumptions}
        scenarios = self._scenarios(assumptions)
        found = tables["Outputs"]
        outputs = () if found is None else work.read_outputs(found, names)
        found = tables["Phases"]
        phases = () if found is None else work.read_phases(found, names)
        return Contract(
            assumptions=assumptions,
            scenarios=scenarios,
            outputs=outputs,
            analyses=self._analyses(known, headline=bool(outputs), scenarios=bool(scenarios.names)),
            phases=phases,
            claims=self._claims(known),
        )

    def _scenarios(self, assumptions: Sequence[Assumption]) -> ScenarioTable:
        table = self._tables["Scenarios"]
        if table is None:
            rect = self._names.rect(inputs.ACTIVE)
            return ScenarioTable((), {}, None if rect is None else str(rect))
        self._needs_assumptions(table, "its inputs")
        scenarios = inputs.read_scenarios(table, assumptions, self._names)
        inputs.check_active(scenarios, self._active(), self.mistakes)
        return scenarios

    def _active(self) -> Value:
        rect = self._names.rect(inputs.ACTIVE)
        if rect is None:
            return None
        key = key_of(rect.top, rect.left)
        sheet = self._workbook.sheet(rect.sheet)
        if self._values is not None and key in sheet.formulas:
            return self._values(str(rect))
        return sheet.value(key)

    def _analyses(
        self, known: dict[str, Assumption], *, headline: bool, scenarios: bool
    ) -> tuple[Analysis, ...]:
        table = self._tables["Analyses"]
        if table is None:
            return ()
        return work.read_analyses(table, self._names, known, headline=headline, scenarios=scenarios)

    def _claims(self, known: dict[str, Assumption]) -> tuple[Claim, ...]:
        table = self._tables["Claims"]
        if table is None:
            return ()
        if any(row.names("drivers") for row in table.rows()):
            self._needs_assumptions(table, "the low and high of its drivers")
        return read_claims(table, self._names, known)

    def _needs_assumptions(self, table: ContractTable, what: str) -> None:
        if self._tables["Assumptions"] is None:
            message = f"{table.name} needs the table Assumptions for {what}; add that table, or name it so"
            self.mistakes.add("missing-table", table.header, message)

    def _find(self, name: str, columns: Sequence[Column]) -> ContractTable | None:
        table = self._workbook.find_table(name)
        if table is None:
            self._check_spelling(name, columns)
            return None
        return ContractTable(self._workbook, table, columns, self.mistakes, self._values)

    def _check_spelling(self, name: str, columns: Sequence[Column]) -> None:
        """Note a table named nearly ``name`` that has half of its columns: it would be passed over."""
        wanted = {plain(column.name) for column in columns}
        for table in self._workbook.tables:
            shared = wanted & {plain(column) for column in table.columns}
            taken = table.name in TABLES or nearest(table.name, [name]) is None
            if not taken and 2 * len(shared) >= len(wanted):
                cell = _first_cell(table)
                message = f"the table {table.name!r} is not read; did you mean {name!r}?"
                self.mistakes.add("misspelt-table", cell, message)


def _first_cell(table: Table) -> str:
    return str(table.rect).partition(":")[0]
