"""Sweeps: outputs along one driver, the base case in bold."""

from __future__ import annotations

from engine.analysis.results import Series, Sweep
from engine.report.figures import inside, is_number, numbers_of, text_of
from engine.report.pages.curves import CURVE_WIDTHS, Column, Curve, chart_titles, draw_curve, thinned
from engine.report.pages.several import sheet_names
from engine.report.sketch import Sketch
from engine.report.specification import Drawn, Page, Surroundings
from engine.report.view import LeftOut, View

_BEYOND = 0.1  # of the whole range: how far a turn must lie beyond both ends to be the finding


def draw(page: Page, view: View, _: Surroundings) -> tuple[Drawn, ...]:
    """Draw one sheet per sweep."""
    sweeps = view.material.results.sweeps
    if not sweeps:
        raise LeftOut("the workbook asks for no sweep (table Analyses, kind sweep)")
    names = sheet_names(page.sheet, [one.id for one in sweeps])
    return tuple(_draw(page, view, name, sweep) for name, sweep in zip(names, sweeps, strict=True))


def _draw(page: Page, view: View, name: str, sweep: Sweep) -> Drawn:
    sketch = Sketch(name, CURVE_WIDTHS)
    finding = _finding(sweep)
    sketch.head(view, page, finding, sweep.title)
    keep = [] if sweep.base_index is None else [sweep.base_index]
    places = thinned(len(sweep.driver_values), keep)
    driver = Column(sweep.label, sweep.unit, tuple(sweep.driver_values[n] for n in places))
    columns = tuple(
        Column(one.label, one.unit, tuple(one.values[n] for n in places)) for one in sweep.outputs
    )
    bold = frozenset(places.index(n) for n in keep)
    units = {column.unit for column in columns}
    curve = Curve(driver, columns, sweep.spacing == "log", bold)
    draw_curve(sketch, curve, chart_titles(curve, inside(sweep.label)), 300 if len(units) < 3 else 240)
    base = f"Bold: the base case, {inside(sweep.label)} {text_of(sweep.base, sweep.unit)}."
    sketch.note(f"{base} Driver {sweep.driver}; asked for in {sweep.cell}.")
    return Drawn(sketch.sheet(view.footer), finding)


def _finding(sweep: Sweep) -> str:
    first = next((one for one in sweep.outputs if _moves(one)), sweep.outputs[0])
    found = numbers_of(first.values)
    across = [text_of(value, sweep.unit) for value in (sweep.driver_values[0], sweep.driver_values[-1])]
    if len(found) < 2:
        return f"{first.label} can't be computed along {sweep.label}"
    ends = [text_of(value, first.unit) for value in (found[0], found[-1])]
    driver = inside(sweep.label)
    turn = _turn(sweep, first)
    if turn:
        return f"{first.label} {turn} ({ends[0]} at {across[0]}, {ends[1]} at {across[1]})"
    if ends[0] == ends[1]:
        return f"{first.label} is {ends[0]} with {driver} at {across[0]} and at {across[1]}"
    verb = "rises" if found[-1] > found[0] else "falls"
    return f"{first.label} {verb} from {ends[0]} ({driver} {across[0]}) to {ends[1]} ({across[1]})"


def _moves(one: Series) -> bool:
    """Tell whether a reader sees an output move along the driver."""
    shown = {text_of(value, one.unit) for value in one.values if is_number(value)}
    return len(shown) > 1


def _turn(sweep: Sweep, first: Series) -> str:
    """Return where the output peaks or is lowest, if that is between the ends and well beyond both."""
    points = [(y, x) for x, y in zip(sweep.driver_values, first.values, strict=True) if is_number(y)]
    (low, low_at), (high, high_at) = min(points), max(points)
    ends = points[0][0], points[-1][0]
    if high - max(ends) > _BEYOND * (high - low):
        said = text_of(high, first.unit), text_of(high_at, sweep.unit)
        return f"peaks at {said[0]} with {inside(sweep.label)} at {said[1]}"
    if min(ends) - low > _BEYOND * (high - low):
        said = text_of(low, first.unit), text_of(low_at, sweep.unit)
        return f"is lowest at {said[0]} with {inside(sweep.label)} at {said[1]}"
    return ""
