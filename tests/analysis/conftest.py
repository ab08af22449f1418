"""A model that is a plain Python function, for analyses to run on: answers are known by hand."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pytest

from engine.analysis.terms import Terms
from engine.core.exceptions import UnknownName
from engine.core.values import Value
from engine.workbook.contract import Analysis, Assumption, Claim, Contract, Output, Phase, ScenarioTable


@dataclass
class Toy:
    """A runner and its base case: outputs are functions of the inputs they name as parameters.

    ``inputs`` maps a name to (low, base, high); ``calls`` has the number of scenarios of each run.
    """

    inputs: Mapping[str, tuple[float | None, Value, float | None]]
    outputs: Mapping[str, Callable[..., Value]]
    ranges: Mapping[str, Sequence[Value]] = field(default_factory=dict)
    calls: list[int] = field(default_factory=list)

    def run(self, scenarios: pd.DataFrame, outputs: Sequence[str]) -> pd.DataFrame:
        """Evaluate each row, missing values at base."""
        self.calls.append(len(scenarios))
        unknown = [
            name for name in (*scenarios.columns, *outputs) if name not in {*self.inputs, *self.outputs}
        ]
        if unknown:
            raise UnknownName(f"the toy has no {unknown[0]}")
        rows = [
            self._row({str(name): value for name, value in row.items()}, outputs)
            for row in scenarios.to_dict("records")
        ]
        return pd.DataFrame(rows, columns=list(outputs), index=scenarios.index, dtype=object)

    def _row(self, given: Mapping[str, Any], outputs: Sequence[str]) -> list[Value]:
        changed = {name: value for name, value in given.items() if not _missing(value)}
        values = {name: row[1] for name, row in self.inputs.items()} | changed
        return [values[name] if name in values else self._output(name, values) for name in outputs]

    def _output(self, name: str, values: Mapping[str, Any]) -> Value:
        function = self.outputs[name]
        parameters = inspect.signature(function).parameters.values()
        if any(each.kind is each.VAR_KEYWORD for each in parameters):
            return function(**values)
        return function(**{each.name: values[each.name] for each in parameters if each.name in values})

    def __getitem__(self, name: str) -> Value:
        """The base value of an input or output."""
        if name not in {*self.inputs, *self.outputs}:
            raise UnknownName(f"the toy has no {name}")
        return self._row({}, [name])[0]

    def beside(self, name: str) -> tuple[str, ...]:
        """Return the texts left of a cell: only ``labelled`` has any."""
        return ("A labelled cell", "$/user") if name == "labelled" else ()

    def range(self, name: str) -> tuple[tuple[Value, ...], ...]:
        """A row of months, or a single cell."""
        return (tuple(self.ranges[name]),) if name in self.ranges else ((self[name],),)

    def contract(
        self,
        *,
        analyses: Sequence[Analysis] = (),
        claims: Sequence[Claim] = (),
        phases: Sequence[Phase] = (),
        scenarios: ScenarioTable | None = None,
    ) -> Contract:
        """The contract tables of this toy, with the rows given."""
        table = scenarios or ScenarioTable(names=(), values={}, active_cell=None)
        return Contract(
            assumptions=tuple(_assumption(i, name, row) for i, (name, row) in enumerate(self.inputs.items())),
            scenarios=table,
            outputs=tuple(
                Output(
                    name=name, label=f"Label of {name}", unit="$", better="higher", cell=f"Outputs!A{i + 2}"
                )
                for i, name in enumerate(self.outputs)
            ),
            analyses=tuple(analyses),
            phases=tuple(phases),
            claims=tuple(claims),
        )

    def terms(self, **parts: Any) -> Terms:
        """The names of this toy's contract."""
        return Terms(self.contract(**parts), self)


def _missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _assumption(place: int, name: str, row: tuple[float | None, Any, float | None]) -> Assumption:
    return Assumption(
        name=name,
        label=f"Label of {name}",
        unit="units",
        low=row[0],
        base=row[1],
        high=row[2],
        distribution="",
        live=f"Assumptions!H{place + 2}",
        source="estimate",
        note="",
        cell=f"Assumptions!A{place + 2}",
    )


def _analysis(kind: str, outputs: str = "", drivers: str = "", **parts: Any) -> Analysis:
    row: dict[str, Any] = {
        "id": "X1",
        "start": None,
        "stop": None,
        "steps": None,
        "target": None,
        "title": "",
    }
    return Analysis(
        kind=kind,
        outputs=tuple(outputs.split()),
        drivers=tuple(drivers.split()),
        cell="Analyses!A2",
        **(row | parts),
    )


def _claim(computed: str, low: float, high: float | None = None, drivers: str = "", **parts: Any) -> Claim:
    row: dict[str, Any] = {"id": "C1", "precision": None, "statement": "stated", "unit": "$"}
    return Claim(
        source="document",
        stated_low=low,
        stated_high=low if high is None else high,
        computed=computed,
        drivers=tuple(drivers.split()),
        cell="Claims!A2",
        **(row | parts),
    )


@pytest.fixture(name="toy", scope="session")
def _toy() -> Callable[..., Toy]:
    return Toy


@pytest.fixture(name="analysis", scope="session")
def _analysis_row() -> Callable[..., Analysis]:
    return _analysis


@pytest.fixture(name="claim", scope="session")
def _claim_row() -> Callable[..., Claim]:
    return _claim
