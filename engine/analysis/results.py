"""What the analyses find, as frozen rows that the report draws and the command line prints.

A computed figure is an ``Outcome``: a finite number or the Excel error that stands in its place. NaN and
infinity never occur; a blank counts as 0 and text as #VALUE!, as in Excel arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.core.exceptions import Finding
from engine.core.values import ExcelError, Value

Outcome = float | ExcelError
Spacing = Literal["linear", "log"]
Verdict = Literal["ties", "within", "wider", "overlaps", "breaks", "undetermined"]
Proof = Literal["root", "jump"]

VERDICT_WORDS: Mapping[Verdict, tuple[str, str]] = {
    "ties": ("ties", "tie"),
    "within": ("lies within", "lie within"),
    "wider": ("is wider", "are wider"),
    "overlaps": ("overlaps", "overlap"),
    "breaks": ("breaks", "break"),
    "undetermined": ("undetermined", "undetermined"),
}
"""What one claim does, and what several do, best first."""


@dataclass(frozen=True, slots=True)
class InputRow:
    """An input and the value it takes in each scenario, in the order of the scenarios."""

    name: str
    label: str
    unit: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class OutputRow:
    """An output and its value in each scenario; ``better`` is "higher", "lower" or "" where neither is."""

    name: str
    label: str
    unit: str
    better: str
    values: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class ScenarioComparison:
    """Scenarios side by side: ``changed_inputs`` holds only the inputs that differ between them."""

    id: str
    title: str
    scenarios: tuple[str, ...]
    base_scenario: str
    changed_inputs: tuple[InputRow, ...]
    outputs: tuple[OutputRow, ...]
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """An output along a sweep, a value per value of the driver."""

    name: str
    label: str
    unit: str
    values: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Sweep:
    """Outputs along one driver; ``base_index`` is the base case's place, None where the range leaves it
    out.
    """

    id: str
    title: str
    driver: str
    label: str
    unit: str
    driver_values: tuple[float, ...]
    spacing: Spacing
    base: Outcome
    base_index: int | None
    outputs: tuple[Series, ...]
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """One output over two drivers: ``values[row][column]``. ``threshold`` is the row's target, None where
    blank.
    """

    id: str
    title: str
    row_driver: str
    row_label: str
    row_unit: str
    row_values: tuple[float, ...]
    row_spacing: Spacing
    column_driver: str
    column_label: str
    column_unit: str
    column_values: tuple[float, ...]
    column_spacing: Spacing
    output: str
    label: str
    unit: str
    values: tuple[tuple[Outcome, ...], ...]
    base_row: int | None
    base_column: int | None
    base: Outcome
    threshold: float | None
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One driver of a tornado at the two ends of its own range, all others at base.

    ``spread`` is the distance between the least and the greatest of both results and the base result (which
    lies outside them where the output peaks in between), or None where one of the three is an error.
    """

    driver: str
    label: str
    unit: str
    low: float
    base: Outcome
    high: float
    result_low: Outcome
    result_high: Outcome
    spread: float | None


@dataclass(frozen=True, slots=True)
class Tornado:
    """Drivers by how far each alone moves an output, widest first; ``error_bars`` ends in an error and has no
    spread.

    ``left_out`` counts the drivers that move the output less than the last bar shown, ``unmoved`` those among
    them that do not move it at all.
    """

    id: str
    title: str
    output: str
    label: str
    unit: str
    base: Outcome
    bars: tuple[Bar, ...]
    left_out: int
    unmoved: int
    error_bars: tuple[Bar, ...]
    cell: str = ""


@dataclass(frozen=True, slots=True)
class TraceLine:
    """A line between an output and an assumption, with its cell that the line before it reads.

    ``opens`` tells that the reader turns to another block of lines to see it, ``repeats`` that it only
    repeats another cell.
    """

    label: str
    unit: str
    cell: str
    value: Value
    repeats: bool = False
    opens: bool = False


@dataclass(frozen=True, slots=True)
class TracePath:
    """The way from an output to an assumption: ``lines`` in order, those ``between`` left out of them."""

    driver: Bar
    lines: tuple[TraceLine, ...]
    between: tuple[TraceLine, ...]

    @property
    def steps(self) -> int:
        """How often the reader turns to another block of lines, for the assumption once too."""
        return sum(line.opens for line in (*self.lines, *self.between)) + 1


@dataclass(frozen=True, slots=True)
class Trace:
    """An output with the ways to the assumptions that move it most, of ``behind`` that stand behind it."""

    output: str
    label: str
    unit: str
    base: Outcome
    behind: int
    paths: tuple[TracePath, ...]


@dataclass(frozen=True, slots=True)
class Root:
    """A driver value at which the output crosses its target, with the model's own result there as proof.

    ``kind`` is "root" where the proof meets the target within tolerance; "jump" where the output steps across
    the target without taking it, between ``below`` and ``above`` (adjacent driver values, with their
    results). ``distance`` is value less base, in the driver's unit; None where the base is an error.
    """

    value: float
    proof: Outcome
    distance: float | None
    kind: Proof = "root"
    below: tuple[float, Outcome] | None = None
    above: tuple[float, Outcome] | None = None


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Every driver value in range at which an output meets its target; ``curve`` is (driver values,
    results).
    """

    id: str
    title: str
    driver: str
    label: str
    unit: str
    output: str
    output_label: str
    output_unit: str
    target: float
    base: Outcome
    base_output: Outcome
    roots: tuple[Root, ...]
    curve: tuple[tuple[float, ...], tuple[Outcome, ...]]
    spacing: Spacing
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Crossover:
    """Every driver value in range at which two outputs are equal; a root's proof is the first less the
    second.
    """

    id: str
    title: str
    driver: str
    label: str
    unit: str
    output_a: str
    label_a: str
    output_b: str
    label_b: str
    output_unit: str
    base: Outcome
    base_a: Outcome
    base_b: Outcome
    roots: tuple[Root, ...]
    curve_x: tuple[float, ...]
    curve_a: tuple[Outcome, ...]
    curve_b: tuple[Outcome, ...]
    spacing: Spacing
    cell: str = ""


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """One phase of the plan. Months count from 1; None means never within the horizon (or not planned).

    ``gate_value`` is the gate metric in the month the phase begins, or at the end of the horizon if it never
    does. ``month_passed`` is the first month whose gate value passes; ``slack`` is planned less actual month,
    so that a negative slack is late. ``reason`` says why where something is None or an error, and is ""
    otherwise.
    """

    phase: str
    begins: int | None
    ends: int | None
    gate_metric: str
    gate_label: str
    gate_unit: str
    comparison: str
    threshold: Outcome
    gate_value: Outcome
    passed: bool
    month_passed: int | None
    planned_month: int | None
    slack: int | None
    reason: str
    cell: str = ""
    plan: str = ""


@dataclass(frozen=True, slots=True)
class PhasePlan:
    """The phases in the order of their table, over ``horizon`` months."""

    phases: tuple[PhaseRow, ...]
    horizon: int


@dataclass(frozen=True, slots=True)
class WouldHold:
    """The driver value, nearest to base, at which a claim would hold with every other driver at base.

    ``value`` is None where no value in range or beyond it makes the claim hold; ``in_range`` tells whether it
    lies between the assumption's low and high. ``result`` is the model's own result there.
    """

    driver: str
    label: str
    unit: str
    value: float | None
    in_range: bool
    low: float | None
    high: float | None
    base: Outcome
    result: Outcome | None = None


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """A stated interval against the computed one; ``reason`` says why it is "undetermined", or that it
    holds at base.

    An end of ``stated`` is infinite where the document states none: at least, at most.
    ``computed`` is None where undetermined and no interval exists; ``base`` is the result with every
    driver at base; ``note`` is the analyst's own word on why the two part.
    """

    id: str
    source: str
    statement: str
    unit: str
    stated: tuple[float, float]
    precision: float
    computed: tuple[float, float] | None
    base: Outcome
    verdict: Verdict
    would_hold: tuple[WouldHold, ...]
    cell: str = ""
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class AnalysisResults:
    """Everything the workbook asked for; ``findings`` has what could not be run, and why."""

    comparisons: tuple[ScenarioComparison, ...] = ()
    sweeps: tuple[Sweep, ...] = ()
    grids: tuple[Grid, ...] = ()
    tornadoes: tuple[Tornado, ...] = ()
    break_evens: tuple[BreakEven, ...] = ()
    crossovers: tuple[Crossover, ...] = ()
    phases: PhasePlan = field(default_factory=lambda: PhasePlan((), 0))
    claims: tuple[ClaimVerdict, ...] = ()
    findings: tuple[Finding, ...] = ()
