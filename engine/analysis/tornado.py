"""Tornado: how far each driver alone moves an output over its own range."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.analysis.designs import one_at_a_time
from engine.analysis.results import Bar, Outcome, Tornado
from engine.analysis.runner import Runner, evaluate
from engine.analysis.terms import Driver, Measure, Terms, id_of
from engine.core.exceptions import AnalysisError

if TYPE_CHECKING:
    from engine.workbook.contract import Analysis

import pandas as pd

SHOWN = 12
ALL = "*"


def chosen(row: Analysis, terms: Terms) -> tuple[Driver, ...]:
    """Return the drivers named, or for blank or "*" every assumption whose low lies below its high."""
    if row.drivers and ALL not in row.drivers:
        drivers = tuple(terms.driver(name) for name in dict.fromkeys(row.drivers))
        still = [driver.name for driver in drivers if driver.span is None]
        if still:
            raise AnalysisError(
                f"{', '.join(still)} has no low below its high; give each driver of a tornado a range"
            )
        return drivers
    drivers = terms.movable()
    if not drivers:
        raise AnalysisError("no assumption has a low below its high; give at least one a range")
    return drivers


def design(drivers: Sequence[Driver]) -> pd.DataFrame:
    """Return two scenarios per driver, its low and its high, every other driver at base."""
    return one_at_a_time([(driver.name, driver.span or ()) for driver in drivers])


def run(row: Analysis, terms: Terms, runner: Runner) -> tuple[Tornado, ...]:
    """Return a tornado per output named, all over the same scenarios; blank outputs mean every headline
    output.
    """
    drivers, measures = chosen(row, terms), terms.headline(row)
    outcomes = evaluate(runner, design(drivers), [measure.name for measure in measures])
    several = len(measures) > 1
    return tuple(summarise(row, drivers, each, outcomes[each.name], several=several) for each in measures)


def summarise(
    row: Analysis, drivers: Sequence[Driver], measure: Measure, outcomes: Sequence[Outcome], *, several: bool
) -> Tornado:
    """Return one output's tornado from two outcomes per driver: the 12 widest bars, the others counted."""
    bars = _bars(drivers, measure.base, outcomes)
    found = ranked(drivers, measure.base, outcomes)
    moving = [bar for bar in found if bar.spread]
    heading = row.title or f"What moves {measure.label}"
    return Tornado(
        id=id_of(row, measure.name) if several else id_of(row),
        title=f"{heading}: {measure.label}" if several and row.title else heading,
        output=measure.name,
        label=measure.label,
        unit=measure.unit,
        base=measure.base,
        bars=tuple(moving[:SHOWN]),
        left_out=len(found) - len(moving[:SHOWN]),
        unmoved=len(found) - len(moving),
        error_bars=tuple(bar for bar in bars if bar.spread is None),
        cell=row.cell,
    )


def ranked(drivers: Sequence[Driver], base: Outcome, outcomes: Sequence[Outcome]) -> list[Bar]:
    """Return the bars that have a spread, widest first, from two outcomes per driver."""
    bars = _bars(drivers, base, outcomes)
    return sorted((bar for bar in bars if bar.spread is not None), key=_rank)


def _bars(drivers: Sequence[Driver], base: Outcome, outcomes: Sequence[Outcome]) -> list[Bar]:
    return [_bar(driver, base, *outcomes[2 * i : 2 * i + 2]) for i, driver in enumerate(drivers)]


def _bar(driver: Driver, base: Outcome, low: Outcome, high: Outcome) -> Bar:
    """A result that peaks at base counts with its drop, so the base result is part of the spread."""
    results = [each for each in (low, high, base) if isinstance(each, float)]
    spread = max(results) - min(results) if len(results) == 3 else None
    ends = driver.span or (0.0, 0.0)
    return Bar(driver.name, driver.label, driver.unit, ends[0], driver.base, ends[1], low, high, spread)


def _rank(bar: Bar) -> tuple[float, str]:
    """Widest first; equal spreads by name, so that the order of the drivers does not matter."""
    return -(bar.spread or 0.0), bar.driver
