"""From each headline figure to the assumptions that move it most, line by line."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Protocol

from engine.analysis import tornado
from engine.analysis.results import Bar, Trace, TraceLine, TracePath
from engine.analysis.runner import Runner, evaluate
from engine.analysis.terms import Measure, Terms

if TYPE_CHECKING:
    from engine.workbook.contract import Output

SHOWN = 3  # assumptions that an output is traced to
STEPS = 5  # from the output to an assumption: so many a reader is shown at most


class Paths(Protocol):
    """What finds the lines between an output and the assumptions behind it."""

    def behind(self, output: str) -> Collection[str]:
        """Return the assumptions behind an output."""
        ...

    def to(self, output: str, assumption: str) -> Sequence[TraceLine]:
        """Return the lines from the output's own line to one that reads the assumption."""
        ...


def traces(outputs: Sequence[Output], terms: Terms, runner: Runner, paths: Paths) -> tuple[Trace, ...]:
    """Return each output with the paths to the assumptions that move it most over their own ranges.

    One run serves all outputs: every assumption alone at its low and at its high.
    """
    drivers = terms.movable()
    if not outputs or not drivers:
        return ()
    measures = [terms.measure(row.name) for row in outputs]
    outcomes = evaluate(runner, tornado.design(drivers), [one.name for one in measures])
    found = []
    for measure in measures:
        ranked = tornado.ranked(drivers, measure.base, outcomes[measure.name])
        found.append(_trace(measure, ranked, paths))
    return tuple(found)


def _trace(measure: Measure, bars: Sequence[Bar], paths: Paths) -> Trace:
    behind = paths.behind(measure.name)
    moving = [bar for bar in bars if bar.spread and bar.driver in behind][:SHOWN]
    found = tuple(TracePath(bar, *collapsed(paths.to(measure.name, bar.driver))) for bar in moving)
    return Trace(measure.name, measure.label, measure.unit, measure.base, len(behind), found)


def collapsed(path: Sequence[TraceLine]) -> tuple[tuple[TraceLine, ...], tuple[TraceLine, ...]]:
    """Return the lines of a path that are shown and those left between them, which the reader is told.

    The output's own line is shown as the output, so ``STEPS`` allows for one line fewer before the
    assumption. The line with which each block of lines opens is shown first of all, then lines that
    calculate; where there are too many, those evenly between.
    """
    inner = list(path[1:])
    opening = _even([n for n, line in enumerate(inner) if line.opens], STEPS - 1)
    others = [n for n, line in enumerate(inner) if not (line.opens or line.repeats)]
    kept = {*opening, *_even(others, STEPS - 1 - len(opening))}
    shown = tuple(line for n, line in enumerate(inner) if n in kept)
    return shown, tuple(line for n, line in enumerate(inner) if n not in kept)


def _even(places: Sequence[int], most: int) -> list[int]:
    """Return so many of the places at most, the first and the last among them."""
    if len(places) <= most:
        return list(places)
    if most < 2:
        return list(places[:most])
    return [places[round(n * (len(places) - 1) / (most - 1))] for n in range(most)]
