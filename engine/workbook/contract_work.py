"""The tables Outputs, Analyses and Phases: what the engine is asked for."""

from __future__ import annotations

from collections.abc import Mapping

from engine.workbook.contract_inputs import unique
from engine.workbook.contract_names import Names
from engine.workbook.contract_rows import Analysis, Assumption, Output, Phase
from engine.workbook.contract_tables import Column, ContractTable, Row

KINDS = ("sweep", "grid", "tornado", "monte-carlo", "break-even", "crossover", "scenarios")
COMPARISONS = (">=", ">", "<=", "<", "=", "<>")
ALL_DRIVERS = "*"
_KIND = {word.replace("-", " "): word for word in KINDS}
_ALIKE = {"≥": ">=", "≤": "<=", "==": "=", "!=": "<>", "≠": "<>"}
_COMPARISON = {word: word for word in COMPARISONS} | _ALIKE
_BETTER = {"higher": "higher", "high": "higher", "lower": "lower", "low": "lower"}
# How many drivers and outputs a kind needs, as (least, most); blank outputs may mean every headline output.
_DRIVERS = {"sweep": (1, None), "grid": (2, 2), "break-even": (1, None), "crossover": (1, None)}
_OUTPUTS = {"grid": (1, None), "break-even": (1, None), "crossover": (2, 2)}

OUTPUTS = (Column("name"), Column("label"), Column("unit"), Column("better when", ("better",)))
ANALYSES = (
    Column("id"),
    Column("kind"),
    Column("outputs", ("output", "output(s)")),
    Column("drivers", ("driver", "driver(s)")),
    Column("from"),
    Column("to"),
    Column("steps"),
    Column("target", required=False),
    Column("title", required=False),
)
PHASES = (
    Column("phase"),
    Column("begins"),
    Column("gate metric"),
    Column("comparison"),
    Column("threshold"),
    Column("planned month"),
    Column("plan", required=False),
)


def read_outputs(table: ContractTable, names: Names) -> tuple[Output, ...]:
    """Return the rows of Outputs."""
    seen: dict[str, str] = {}
    return tuple(_output(row, names, seen) for row in table.rows())


def _output(row: Row, names: Names, seen: dict[str, str]) -> Output:
    name = row.text("name", required=True)
    unique(row, "name", name, seen)
    if name:
        names.check_cell(row, "name", name, "unknown-output")
    return Output(
        name=name,
        label=row.text("label"),
        unit=row.text("unit"),
        better=row.choice("better when", _BETTER, "unknown-better"),
        cell=row.cell,
    )


def read_analyses(
    table: ContractTable,
    names: Names,
    assumptions: Mapping[str, Assumption],
    *,
    headline: bool,
    scenarios: bool,
) -> tuple[Analysis, ...]:
    """Return the rows of Analyses; ``headline`` and ``scenarios`` say that those tables have rows."""
    seen: dict[str, str] = {}
    found = []
    for row in table.rows():
        analysis = _analysis(row, names, seen)
        _check_counts(row, analysis, headline=headline)
        _check_range(row, analysis, assumptions)
        if analysis.kind == "scenarios" and not scenarios:
            row.wrong("incomplete-analysis", "kind", "kind scenarios needs the table Scenarios; add it")
        found.append(analysis)
    return tuple(found)


def _analysis(row: Row, names: Names, seen: dict[str, str]) -> Analysis:
    identity = row.text("id", required=True)
    unique(row, "id", identity, seen)
    outputs, drivers = row.names("outputs"), row.names("drivers")
    for output in outputs:
        names.check_cell(row, "outputs", output, "unknown-output")
    for driver in drivers:
        if driver != ALL_DRIVERS:
            names.check_cell(row, "drivers", driver, "unknown-driver")
    return Analysis(
        id=identity,
        kind=row.choice("kind", _KIND, "unknown-kind", required=True),
        outputs=outputs,
        drivers=drivers,
        start=row.number("from"),
        stop=row.number("to"),
        steps=_steps(row),
        target=row.number("target"),
        title=row.text("title"),
        cell=row.cell,
    )


def _steps(row: Row) -> int | None:
    steps = row.number("steps")
    if steps is None:
        return None
    if steps != int(steps) or steps < 2:
        row.wrong("incomplete-analysis", "steps", f"steps is {steps:g}; type a whole number from 2")
        return None
    return int(steps)


def _check_counts(row: Row, analysis: Analysis, *, headline: bool) -> None:
    least, most = _DRIVERS.get(analysis.kind, (0, None))
    _check_count(row, analysis.kind, "drivers", len(analysis.drivers), least, most)
    least, most = _OUTPUTS.get(analysis.kind, (0, None))
    _check_count(row, analysis.kind, "outputs", len(analysis.outputs), least, most)
    if analysis.kind and not (least or analysis.outputs or headline):
        message = (
            "outputs is blank, which asks for every row of the table Outputs; add that table, or name some"
        )
        row.wrong("missing-table", "outputs", message)


def _check_count(row: Row, kind: str, column: str, count: int, least: int, most: int | None) -> None:
    if count < least or (most is not None and count > most):
        wanted = f"{least}" if least == most else f"at least {least}"
        message = f"kind {kind} needs {wanted} in {column} and has {count}; separate names by ;"
        row.wrong("incomplete-analysis", column, message)


def _check_range(row: Row, analysis: Analysis, assumptions: Mapping[str, Assumption]) -> None:
    start, stop = analysis.start, analysis.stop
    if start is not None and stop is not None and start >= stop:
        row.wrong("incomplete-analysis", "from", f"from {start:g} is not below to {stop:g}; swap them")
    if analysis.kind not in _DRIVERS or (start is not None and stop is not None):
        return
    for name in analysis.drivers:
        assumption = assumptions.get(name.casefold())
        low = None if assumption is None else assumption.low
        high = None if assumption is None else assumption.high
        for column, given, own in (("from", start, low), ("to", stop, high)):
            if given is None and own is None and row.value(column) is None:
                end = "low" if column == "from" else "high"
                message = (
                    f"{column} is blank and the driver {name!r} has no {end} in Assumptions; fill one in"
                )
                row.wrong("incomplete-analysis", column, message)


def read_phases(table: ContractTable, names: Names) -> tuple[Phase, ...]:
    """Return the rows of Phases."""
    seen: dict[str, str] = {}
    return tuple(_phase(row, names, seen) for row in table.rows())


def _phase(row: Row, names: Names, seen: dict[str, str]) -> Phase:
    phase = row.text("phase", required=True)
    unique(row, "phase", phase, seen)
    metric = row.text("gate metric")
    if metric:
        names.check_known(row, "gate metric", metric, "unknown-output")
    return Phase(
        phase=phase,
        begins=row.address("begins"),
        gate_metric=metric,
        comparison=row.choice("comparison", _COMPARISON, "unknown-comparison", required=bool(metric)),
        threshold=row.number("threshold", required=bool(metric)),
        planned_month=row.number("planned month"),
        cell=row.cell,
        plan=row.text("plan"),
    )
