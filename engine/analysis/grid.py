"""Grid: one output over two drivers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.analysis.designs import index_of, product, spacing
from engine.analysis.results import Grid, Outcome
from engine.analysis.runner import Floats, Runner, evaluate
from engine.analysis.terms import Driver, Measure, Terms, id_of, range_points, steps_of

if TYPE_CHECKING:
    from engine.workbook.contract import Analysis

STEPS = 7


def design(row: Analysis, down: Driver, across: Driver) -> tuple[Floats, Floats]:
    """Return the points down (first driver) and across (second).

    One pair of figures can't serve two units: from and to are the first driver's, or the second's where the
    first has a low and high of its own and the second has none; the other driver spans its own low and high.
    Steps, 7 where blank, hold for both; base values are added as points.
    """
    count = steps_of(row, STEPS)
    own = replace(row, start=None, stop=None)
    second = across.span is None and down.span is not None
    return range_points(own if second else row, down, count), range_points(
        row if second else own, across, count
    )


def run(row: Analysis, terms: Terms, runner: Runner) -> tuple[Grid, ...]:
    """Return a grid per output named, all over the same scenarios."""
    down, across = terms.drivers(row, 2, 2)
    measures = terms.measures(row)
    rows, columns = design(row, down, across)
    scenarios = product(down.name, rows, across.name, columns)
    outcomes = evaluate(runner, scenarios, [measure.name for measure in measures])
    several = len(measures) > 1
    return tuple(
        summarise(row, (down, rows), (across, columns), measure, outcomes[measure.name], several=several)
        for measure in measures
    )


def summarise(
    row: Analysis,
    down: tuple[Driver, Floats],
    across: tuple[Driver, Floats],
    measure: Measure,
    outcomes: Sequence[Outcome],
    *,
    several: bool,
) -> Grid:
    """Return one output's grid from its outcomes row by row."""
    (first, rows), (second, columns) = down, across
    width = len(columns)
    heading = row.title or f"{measure.label} by {first.label} and {second.label}"
    return Grid(
        id=id_of(row, measure.name) if several else id_of(row),
        title=f"{heading}: {measure.label}" if several and row.title else heading,
        row_driver=first.name,
        row_label=first.label,
        row_unit=first.unit,
        row_values=tuple(rows.tolist()),
        row_spacing=spacing(rows[0], rows[-1]),
        column_driver=second.name,
        column_label=second.label,
        column_unit=second.unit,
        column_values=tuple(columns.tolist()),
        column_spacing=spacing(columns[0], columns[-1]),
        output=measure.name,
        label=measure.label,
        unit=measure.unit,
        values=tuple(tuple(outcomes[i : i + width]) for i in range(0, len(outcomes), width)),
        base_row=index_of(rows, first.base),
        base_column=index_of(columns, second.base),
        base=measure.base,
        threshold=row.target,
        cell=row.cell,
    )
