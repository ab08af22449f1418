"""Sweep: outputs along one driver."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.analysis.designs import index_of, one_at_a_time, spacing
from engine.analysis.results import Outcome, Series, Sweep
from engine.analysis.runner import Floats, Runner, evaluate
from engine.analysis.terms import Driver, Measure, Terms, id_of, range_points, steps_of

if TYPE_CHECKING:
    from engine.workbook.contract import Analysis

STEPS = 21


def design(row: Analysis, drivers: Sequence[Driver]) -> list[tuple[str, Floats]]:
    """Return each driver's points: the row's from, to and steps, where blank its own low and high in 21
    steps.
    """
    return [(driver.name, range_points(row, driver, steps_of(row, STEPS))) for driver in drivers]


def run(row: Analysis, terms: Terms, runner: Runner) -> tuple[Sweep, ...]:
    """Return a sweep per driver named, all run together; blank outputs mean every headline output."""
    drivers, measures = terms.drivers(row), terms.headline(row)
    designed = design(row, drivers)
    outcomes = evaluate(runner, one_at_a_time(designed), [measure.name for measure in measures])
    sweeps, start = [], 0
    for driver, (_, values) in zip(drivers, designed, strict=True):
        stop = start + len(values)
        mine = {name: column[start:stop] for name, column in outcomes.items()}
        sweeps.append(summarise(row, driver, values, measures, mine, alone=len(drivers) == 1))
        start = stop
    return tuple(sweeps)


def summarise(
    row: Analysis,
    driver: Driver,
    values: Floats,
    measures: Sequence[Measure],
    outcomes: dict[str, list[Outcome]],
    *,
    alone: bool,
) -> Sweep:
    """Return one driver's sweep; of several, each has the driver's name in its id and its label in its
    title.
    """
    heading = row.title or f"{measures[0].label} by {driver.label}"
    return Sweep(
        id=id_of(row) if alone else id_of(row, driver.name),
        title=heading if alone or not row.title else f"{heading}: {driver.label}",
        driver=driver.name,
        label=driver.label,
        unit=driver.unit,
        driver_values=tuple(values.tolist()),
        spacing=spacing(values[0], values[-1]),
        base=driver.base,
        base_index=index_of(values, driver.base),
        outputs=tuple(Series(m.name, m.label, m.unit, tuple(outcomes[m.name])) for m in measures),
        cell=row.cell,
    )
