"""A business model as data: the records that ``templates/models/*.toml`` holds, one class per kind of table.

The classes are the schema: a field without a default must be given, an unknown key is refused (``reading``).
Nothing evaluates these records; ``compose`` only turns them into cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Distribution = Literal["pert", "triangular", "uniform", "normal", "lognormal", "discrete", "fixed"]
Better = Literal["higher", "lower"]
Kind = Literal["sweep", "grid", "tornado", "monte-carlo", "break-even", "crossover", "scenarios"]
Part = Literal["business", "overview", "part"]
Bounds = Literal["both", "at least", "at most"]
Comparison = Literal[">=", ">", "<=", "<", "="]
ChartKind = Literal["line", "column", "bar", "area", "scatter"]


@dataclass(frozen=True, slots=True)
class About:
    """The ``[model]`` table: what the file models and which other templates it builds on.

    ``kind`` tells businesses from what stands over several of them and from the parts they are made of.
    """

    id: str
    title: str
    purpose: str = ""
    requires: tuple[str, ...] = ()
    kind: Part = "part"


@dataclass(frozen=True, slots=True)
class Assumption:
    """An input: one row of the Assumptions table, and the defined name of its live cell."""

    name: str
    label: str
    unit: str
    low: float
    base: float
    high: float
    distribution: Distribution
    source: str
    note: str = ""
    format: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A word that stands as ``{name}`` in formulas on an axis: ``at`` holds what it is in each column."""

    name: str
    at: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """What a section's columns mean: ``count`` points, headed by ``points`` or by the line ``header``.

    An axis with ``of`` has one column for ``each`` columns of that axis, so that its count follows. ``words``
    differ from column to column: a table that gathers figures of several sheets is then one line a figure.
    """

    name: str
    label: str
    count: int = 0
    of: str = ""
    each: int = 1
    points: tuple[str, ...] = ()
    header: str = ""
    format: str = "text"
    words: tuple[Words, ...] = ()

    def said(self, text: str, point: int) -> str:
        """Return a formula with the words of a column in it."""
        for word in self.words:
            text = text.replace(f"{{{word.name}}}", word.at[point])
        return text


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """A worksheet of the model: its title and the one sentence that says what a reader finds there.

    Sheets stand in the order of the templates, those of a higher ``rank`` after all of a lower one.
    """

    name: str
    title: str
    purpose: str
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """A run of lines under one heading; without an axis its lines are single cells."""

    id: str
    sheet: str
    title: str
    axis: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a sheet: one formula across its section's axis, or typed ``values``, or the use of a block.

    ``section`` may be left out where the line continues the section of the line above it.
    """

    name: str = ""
    label: str = ""
    unit: str = ""
    formula: str = ""
    opening: str = ""
    section: str = ""
    format: str = "number"
    values: tuple[float, ...] = ()
    total: bool = False
    named: bool = False
    note: str = ""
    use: str = ""
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines written once and used in several places, with each ``{parameter}`` in their texts replaced."""

    name: str
    parameters: tuple[str, ...]
    line: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Output:
    """A headline figure: a defined name, and whether more or less of it is better."""

    name: str
    label: str
    unit: str
    better: Better
    format: str
    headline: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Analysis:
    """A piece of work for the engine: one row of the Analyses table."""

    id: str
    kind: Kind
    title: str
    outputs: tuple[str, ...] = ()
    drivers: tuple[str, ...] = ()
    start: float | None = None
    stop: float | None = None
    steps: int | None = None
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of a plan: one row of the Phases table. Begins, threshold and planned month are formulas.

    Phases of the same ``plan`` follow one another.
    """

    phase: str
    begins: str
    gate_metric: str
    comparison: Comparison
    threshold: str
    planned_month: str
    plan: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A result that a document states: one row of the Claims table, with our own formula beside it.

    ``bounds`` says which ends it has: both, only a low one (at least), or only a high one (at most).
    ``note`` says why document and model part, where they do.
    """

    id: str
    source: str
    statement: str
    unit: str
    precision: float
    computed: str
    drivers: tuple[str, ...]
    stated_low: float | None = None
    stated_high: float | None = None
    bounds: Bounds = "both"
    format: str = "number"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A row of the Checks sheet: a formula that is 0 where the model is sound."""

    label: str
    formula: str


@dataclass(frozen=True, slots=True)
class SummaryTable:
    """Lines of one axis that the Summary sheet repeats as links; ``formats`` where fewer figures suffice."""

    title: str
    lines: tuple[str, ...]
    formats: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChartPlan:
    """A native chart on the Summary sheet: lines of one axis against its ``x`` line."""

    title: str
    kind: ChartKind
    x: str
    lines: tuple[str, ...]
    x_title: str
    y_title: str
    x_format: str = "number"
    y_format: str = "number"
    log_x: bool = False
    dashed: tuple[str, ...] = ()
    y_minimum: float | None = None
    y_maximum: float | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """A whole template file. ``scenarios`` maps a scenario's name to the inputs it changes."""

    file: str
    model: About
    assumption: tuple[Assumption, ...] = ()
    axis: tuple[Axis, ...] = ()
    sheet: tuple[SheetPlan, ...] = ()
    section: tuple[Section, ...] = ()
    line: tuple[Line, ...] = ()
    block: tuple[Block, ...] = ()
    scenarios: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    output: tuple[Output, ...] = ()
    analysis: tuple[Analysis, ...] = ()
    phase: tuple[Phase, ...] = ()
    claim: tuple[Claim, ...] = ()
    check: tuple[Check, ...] = ()
    summary_table: tuple[SummaryTable, ...] = ()
    chart: tuple[ChartPlan, ...] = ()
