"""What a pack is made of: everything that the stages before the report found, handed over as one value."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from engine.analysis.results import AnalysisResults, Trace
from engine.core.exceptions import Finding
from engine.core.values import Value
from engine.workbook.contract import Contract


class Figures(Protocol):
    """The base case's values, as ``engine.evaluate.model.Result`` gives them.

    Indexing with an address ("Summary!C7") or a defined name raises UnknownName where there is none.
    """

    def __getitem__(self, name: str, /) -> Value:
        """Return the value of one cell."""

    def range(self, name: str, /) -> tuple[tuple[Value, ...], ...]:
        """Return the rows of a rectangle by its address or defined name."""

    @property
    def cells(self) -> Mapping[str, Value]:
        """The value of every formula cell by its address."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the workbook or of the engine: a value of 0 passes. ``cell`` says where it stands."""

    label: str
    value: Value
    cell: str = ""

    @property
    def passes(self) -> bool:
        """Whether the check stands at zero, to a billionth."""
        return self.value is False or (
            isinstance(self.value, int | float)
            and not isinstance(self.value, bool)
            and abs(self.value) < 1e-9
        )


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the workbook was computed, in formula cells; what was not, as (cell, reason).

    ``compared`` of them have a stored value to hold against, ``matched`` equal it; ``differences`` are (cell,
    cause). ``excluded`` are (reason, number of cells) that no comparison can judge, such as volatile ones.
    """

    formula_cells: int = 0
    compared: int = 0
    matched: int = 0
    not_evaluated: tuple[tuple[str, str], ...] = ()
    excluded: tuple[tuple[str, str], ...] = ()
    differences: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the figures come from. ``versions`` are (program, version) pairs; ``limits`` are sentences."""

    workbook: str
    sha256: str
    title: str
    date: datetime.date
    scenario: str = "Base"
    versions: tuple[tuple[str, str], ...] = ()
    coverage: Coverage = field(default_factory=Coverage)
    seed: int | None = None
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """All a pack draws on. ``names`` are single-cell defined names to list, for a workbook without outputs.

    ``checks`` may be left empty: the pages then read the workbook's own (``check_labels``, ``check_values``).
    ``modules`` are (name, part of the workbook) pairs of inputs and outputs, in the order they are listed.
    ``sources`` are (source, what it is) pairs of the assumptions' and claims' source column, where known.
    """

    base: Figures
    contract: Contract
    results: AnalysisResults
    provenance: Provenance
    checks: tuple[Check, ...] = ()
    findings: tuple[Finding, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    names: tuple[str, ...] = ()
    modules: tuple[tuple[str, str], ...] = ()
    traces: tuple[Trace, ...] = ()
