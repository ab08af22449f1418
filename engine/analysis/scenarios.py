"""Scenarios side by side: the inputs that differ, then the headline figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from engine.analysis.results import InputRow, OutputRow, ScenarioComparison
from engine.analysis.runner import Runner, evaluate, outcome
from engine.analysis.terms import Terms, id_of
from engine.core.exceptions import AnalysisError
from engine.core.values import Value

if TYPE_CHECKING:
    from engine.workbook.contract import Analysis, ScenarioTable

SWITCH = "active_scenario"
BASE = "base"


def design(table: ScenarioTable) -> pd.DataFrame:
    """Return a scenario per column of the Scenarios table, by the switch the workbook has, else input by
    input.
    """
    if table.active_cell is not None:
        return pd.DataFrame({SWITCH: list(table.names)}, dtype=object)
    inputs = _inputs(table)
    rows = [[table.values[name].get(each) for each in inputs] for name in table.names]
    return pd.DataFrame(rows, columns=inputs, dtype=object)


def run(row: Analysis, terms: Terms, runner: Runner) -> tuple[ScenarioComparison, ...]:
    """Compare every scenario of the workbook; raises AnalysisError where there are none."""
    table = terms.contract.scenarios
    if not table.names:
        raise AnalysisError(
            "the workbook has no Scenarios table, or one without scenarios; add a column per scenario"
        )
    measures = terms.headline(row)
    frame = evaluate(runner, design(table), [measure.name for measure in measures])
    rows = tuple(OutputRow(m.name, m.label, m.unit, m.better, tuple(frame[m.name])) for m in measures)
    return (summarise(row, table, terms, rows),)


def summarise(
    row: Analysis, table: ScenarioTable, terms: Terms, outputs: tuple[OutputRow, ...]
) -> ScenarioComparison:
    """Return the comparison; an input counts as changed where its value differs between any two scenarios."""
    wanted = {name.casefold() for name in row.drivers}
    inputs = [name for name in _inputs(table) if not wanted or name.casefold() in wanted]
    changed = [_input_row(name, table, terms) for name in inputs]
    kept = tuple(each for each in changed if len({_key(value) for value in each.values}) > 1)
    title = row.title or "Scenarios side by side"
    return ScenarioComparison(
        id_of(row), title, tuple(table.names), base_of(table.names), kept, outputs, row.cell
    )


def base_of(names: Sequence[str]) -> str:
    """Return the scenario the others are measured against: the one called Base, else the first."""
    return next((name for name in names if name.casefold() == BASE), names[0])


def _inputs(table: ScenarioTable) -> list[str]:
    return list(dict.fromkeys(name for scenario in table.names for name in _values(table, scenario)))


def _values(table: ScenarioTable, scenario: str) -> Mapping[str, Value]:
    return table.values.get(scenario, {})


def _input_row(name: str, table: ScenarioTable, terms: Terms) -> InputRow:
    """A blank in the table means the assumption's base, so the base column of Assumptions fills it."""
    row = terms.assumption(name)
    base: Value = terms.value(name) if row is None else row.base
    values = tuple(_values(table, scenario).get(name, base) for scenario in table.names)
    label, unit = (name, "") if row is None else (row.label or name, row.unit or "")
    return InputRow(name if row is None else row.name, label, unit, values)


def _key(value: Value) -> object:
    return outcome(value) if isinstance(value, (bool, int, float)) else value
