"""The tables Assumptions and Scenarios: what goes into the model, and what each scenario changes."""

from __future__ import annotations

from collections.abc import Sequence

from engine.core.values import ExcelError, Value
from engine.workbook.contract_names import Names
from engine.workbook.contract_rows import Assumption, ScenarioTable
from engine.workbook.contract_tables import Column, ContractTable, Mistakes, Row, did_you_mean, plain

ACTIVE = "active_scenario"
DISTRIBUTIONS = ("fixed", "uniform", "triangular", "pert", "normal", "lognormal", "discrete")
_DISTRIBUTION = {word: word for word in DISTRIBUTIONS}
_CHOICE_UNITS = ("", "choice", "text", "option")

ASSUMPTIONS = (
    Column("name"),
    Column("label"),
    Column("unit"),
    Column("low"),
    Column("base"),
    Column("high"),
    Column("distribution"),
    Column("live"),
    Column("source"),
    Column("note", ("notes",), required=False),
)
SCENARIOS = (Column("input", ("inputs", "name")),)


def read_assumptions(table: ContractTable, names: Names) -> tuple[Assumption, ...]:
    """Return the rows of Assumptions, their names checked against the defined names of their live cells."""
    seen: dict[str, str] = {}
    return tuple(_assumption(row, names, seen) for row in table.rows())


def _assumption(row: Row, names: Names, seen: dict[str, str]) -> Assumption:
    name = row.text("name", required=True)
    unique(row, "name", name, seen)
    unit = row.text("unit")
    low, high = row.number("low"), row.number("high")
    base = _base(row, unit, low, high)
    _check_order(row, low, base, high)
    distribution = row.choice("distribution", _DISTRIBUTION, "unknown-distribution")
    if distribution not in {"", "fixed"} and (low is None or high is None):
        for column in [each for each in ("low", "high") if row.value(each) is None]:
            row.missing(column)
    live = row.address("live")
    if name:
        _check_name(row, name, live, names)
    return Assumption(
        name=name,
        label=row.text("label"),
        unit=unit,
        low=_stand_in(row, "low", low),
        base=base,
        high=_stand_in(row, "high", high),
        distribution=distribution,
        live=live,
        source=row.text("source"),
        note=row.text("note"),
        cell=row.cell,
    )


def _stand_in(row: Row, column: str, number: float | None) -> float | None:
    """Return 0 for a mistaken number, lest later checks call it blank as well; no contract comes of it."""
    return 0.0 if number is None and row.value(column) is not None else number


def _base(row: Row, unit: str, low: float | None, high: float | None) -> float | str | bool:
    value = row.value("base")
    choice = low is None and high is None and plain(unit) in _CHOICE_UNITS
    if choice and isinstance(value, (str, bool)):
        return value
    number = row.number("base", required=True)
    return 0.0 if number is None else number


def _check_order(row: Row, low: float | None, base: float | str | bool, high: float | None) -> None:
    if low is not None and high is not None and low > high:
        row.wrong("low-above-high", "low", f"low {low:g} is above high {high:g}; swap them")
    elif isinstance(base, float) and not isinstance(base, bool) and isinstance(row.value("base"), float):
        if low is not None and base < low:
            row.wrong("base-outside-range", "base", f"base {base:g} is below low {low:g}; widen the range")
        if high is not None and base > high:
            row.wrong("base-outside-range", "base", f"base {base:g} is above high {high:g}; widen the range")


def _check_name(row: Row, name: str, live: str, names: Names) -> None:
    if row.value("live") is None and not row.has_formula("live"):
        row.missing("live")
        return
    refers_to = names.refers_to(name)
    if refers_to is None:
        near = did_you_mean(name, names.known)
        row.wrong(
            "name-not-defined", "name", f"{name!r} is no defined name{near or f'; define it as ={live}'}"
        )
    elif str(names.rect(name)) != live:
        message = (
            f"the defined name {name!r} refers to {refers_to}, not to its live cell; let it refer to {live}"
        )
        row.wrong("name-elsewhere", "live", message)


def read_scenarios(table: ContractTable, assumptions: Sequence[Assumption], names: Names) -> ScenarioTable:
    """Return the Scenarios table; its columns beside ``input`` are the scenarios, in order."""
    known = {row.name.casefold(): row for row in assumptions}
    scenarios = tuple(table.others)
    table.columns.update(table.others)
    values: dict[str, dict[str, float | str | bool]] = {name: {} for name in scenarios}
    seen: dict[str, str] = {}
    for row in table.rows():
        name = row.text("input", required=True)
        unique(row, "input", name, seen)
        assumption = known.get(name.casefold())
        if assumption is not None:
            for scenario in scenarios:
                value = _scenario_value(row, scenario, assumption)
                if value is not None:
                    values[scenario][assumption.name] = value
        elif name and known:
            near = did_you_mean(name, [row.name for row in assumptions]) or "; add it to Assumptions"
            row.wrong("unknown-input", "input", f"input {name!r} is not in the table Assumptions{near}")
    rect = names.rect(ACTIVE)
    return ScenarioTable(scenarios, values, None if rect is None else str(rect))


def _scenario_value(row: Row, scenario: str, assumption: Assumption) -> float | str | bool | None:
    value = row.value(scenario)
    if value is None:
        return None
    if isinstance(assumption.base, float) or isinstance(value, ExcelError):
        return row.as_number(scenario, value)
    return value


def check_active(scenarios: ScenarioTable, active: Value, mistakes: Mistakes) -> None:
    """Note where the scenario switch is no cell, or holds no scenario's name."""
    if scenarios.active_cell is None:
        return
    if ":" in scenarios.active_cell.rpartition("!")[2]:
        message = f"the defined name {ACTIVE} refers to a range; let it refer to the one cell of the switch"
        mistakes.add("unknown-scenario", scenarios.active_cell, message)
    elif str(active).casefold() not in {name.casefold() for name in scenarios.names}:
        near = did_you_mean(str(active), scenarios.names) or f"; choose one of {', '.join(scenarios.names)}"
        shown = "blank" if active is None else repr(str(active))
        message = f"the active scenario is {shown}, which is no column of Scenarios{near}"
        mistakes.add("unknown-scenario", scenarios.active_cell, message)


def unique(row: Row, column: str, text: str, seen: dict[str, str]) -> None:
    """Note where a name or id has been met before, in any case."""
    if not text:
        return
    first = seen.setdefault(text.casefold(), row.address(column))
    if first != row.address(column):
        row.wrong(
            "duplicate", column, f"{column} {text!r} is there already in {first}; rename one or take it out"
        )
