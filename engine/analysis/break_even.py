"""Break-even: every value of a driver, within a range, at which an output meets its target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.analysis.designs import spacing
from engine.analysis.results import BreakEven, Root
from engine.analysis.runner import Runner
from engine.analysis.search import SCAN_POINTS, Curve, Search, roots, scan
from engine.analysis.terms import Driver, Measure, Terms, id_of, range_points, steps_of

if TYPE_CHECKING:
    from engine.workbook.contract import Analysis


def design(row: Analysis, driver: Driver, measure: Measure) -> Search:
    """Return the search: from and to of the row, where blank low and high, scanned at 241 points or more.

    A blank target is 0.
    """
    count = max(SCAN_POINTS, steps_of(row, SCAN_POINTS))
    target = 0.0 if row.target is None else float(row.target)
    return Search(driver, range_points(row, driver, count), measure.name, target=target)


def run(row: Analysis, terms: Terms, runner: Runner) -> tuple[BreakEven, ...]:
    """Return a break-even per pair of output and driver named, all searched together."""
    pairs = [(driver, measure) for driver in terms.drivers(row) for measure in terms.measures(row)]
    curves = scan(runner, [design(row, driver, measure) for driver, measure in pairs])
    found = roots(runner, curves)
    several = len(pairs) > 1
    return tuple(
        summarise(row, driver, measure, curve, each, several=several)
        for (driver, measure), curve, each in zip(pairs, curves, found, strict=True)
    )


def summarise(
    row: Analysis, driver: Driver, measure: Measure, curve: Curve, found: tuple[Root, ...], *, several: bool
) -> BreakEven:
    """Return one pair's break-even from its scanned curve and its roots."""
    points = curve.search.points
    return BreakEven(
        id=id_of(row, measure.name, driver.name) if several else id_of(row),
        title=row.title or f"Break-even {driver.label} for {measure.label}",
        driver=driver.name,
        label=driver.label,
        unit=driver.unit,
        output=measure.name,
        output_label=measure.label,
        output_unit=measure.unit,
        target=curve.search.target,
        base=driver.base,
        base_output=measure.base,
        roots=found,
        curve=(tuple(points.tolist()), curve.output),
        spacing=spacing(points[0], points[-1]),
        cell=row.cell,
    )
