"""The rows of the contract tables, typed: what the analyst declares in Excel and the engine works from.

Every row's ``cell`` is the address ("Sheet!A5") of its first cell, for messages. Text that is blank is "",
a number that is blank is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Assumption:
    """An input: ``name`` is also the defined name of its ``live`` cell, which picks the scenario's value.

    ``base`` is a number; text or a boolean where the input is a choice (its unit is then blank or "choice").
    """

    name: str
    label: str
    unit: str
    low: float | None
    base: float | str | bool
    high: float | None
    distribution: str
    live: str
    source: str
    note: str
    cell: str


@dataclass(frozen=True, slots=True)
class ScenarioTable:
    """What each scenario changes: scenario -> input -> value, absent where the cell is blank (base).

    ``active_cell`` is the cell of the defined name active_scenario, the switch, or None where there is none.
    """

    names: tuple[str, ...]
    values: Mapping[str, Mapping[str, float | str | bool]]
    active_cell: str | None


@dataclass(frozen=True, slots=True)
class Output:
    """A headline figure: a defined name or address; ``better`` is "higher", "lower" or "" for neither."""

    name: str
    label: str
    unit: str
    better: str
    cell: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """One piece of work for the engine; ``start`` and ``stop`` are the columns from and to."""

    id: str
    kind: str
    outputs: tuple[str, ...]
    drivers: tuple[str, ...]
    start: float | None
    stop: float | None
    steps: int | None
    target: float | None
    title: str
    cell: str


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of a plan: ``begins`` is the cell of the month it begins in (from 1; blank or #N/A: never).

    ``gate_metric`` is a defined name or address, which may be a row of months, or "" where there is no gate.
    Phases of the same ``plan`` follow one another; "" is a plan too.
    """

    phase: str
    begins: str
    gate_metric: str
    comparison: str
    threshold: float | None
    planned_month: float | None
    cell: str
    plan: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A result that a document states, beside the cell ``computed`` whose formula works it out.

    ``drivers`` are the inputs that could explain a gap; ``precision`` is that of the stated figures. An end
    that the document leaves open is infinite. ``note`` says why document and model part, where they do.
    """

    id: str
    source: str
    statement: str
    unit: str
    stated_low: float
    stated_high: float
    precision: float | None
    computed: str
    drivers: tuple[str, ...]
    cell: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Contract:
    """All contract tables of a workbook; a table that is absent is empty."""

    assumptions: tuple[Assumption, ...] = ()
    scenarios: ScenarioTable = field(default_factory=lambda: ScenarioTable((), {}, None))
    outputs: tuple[Output, ...] = ()
    analyses: tuple[Analysis, ...] = ()
    phases: tuple[Phase, ...] = ()
    claims: tuple[Claim, ...] = ()
