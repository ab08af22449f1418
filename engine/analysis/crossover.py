"""Crossover: every value of a driver, within a range, at which two outputs are equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.analysis.designs import spacing
from engine.analysis.results import Crossover, Root
from engine.analysis.runner import Runner
from engine.analysis.search import SCAN_POINTS, Curve, Search, roots, scan
from engine.analysis.terms import Driver, Measure, Terms, id_of, range_points, steps_of

if TYPE_CHECKING:
    from engine.workbook.contract import Analysis


def design(row: Analysis, driver: Driver, first: Measure, second: Measure) -> Search:
    """Return the search: from and to of the row, where blank low and high, scanned at 241 points or more."""
    count = max(SCAN_POINTS, steps_of(row, SCAN_POINTS))
    return Search(driver, range_points(row, driver, count), first.name, second.name)


def run(row: Analysis, terms: Terms, runner: Runner) -> tuple[Crossover, ...]:
    """Return a crossover of the two outputs per driver named, all searched together."""
    drivers = terms.drivers(row)
    first, second = terms.measures(row, 2, 2)
    curves = scan(runner, [design(row, driver, first, second) for driver in drivers])
    found = roots(runner, curves)
    return tuple(
        summarise(row, driver, (first, second), curve, each, several=len(drivers) > 1)
        for driver, curve, each in zip(drivers, curves, found, strict=True)
    )


def summarise(
    row: Analysis,
    driver: Driver,
    measures: tuple[Measure, Measure],
    curve: Curve,
    found: tuple[Root, ...],
    *,
    several: bool,
) -> Crossover:
    """Return one driver's crossover from its scanned curves and its roots."""
    first, second = measures
    points = curve.search.points
    return Crossover(
        id=id_of(row, driver.name) if several else id_of(row),
        title=row.title or f"Where {first.label} equals {second.label}",
        driver=driver.name,
        label=driver.label,
        unit=driver.unit,
        output_a=first.name,
        label_a=first.label,
        output_b=second.name,
        label_b=second.label,
        output_unit=first.unit,
        base=driver.base,
        base_a=first.base,
        base_b=second.base,
        roots=found,
        curve_x=tuple(points.tolist()),
        curve_a=curve.output,
        curve_b=curve.other,
        spacing=spacing(points[0], points[-1]),
        cell=row.cell,
    )
