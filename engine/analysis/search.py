"""A search along one driver: scan a curve, find its crossings, prove each with the model's own results
there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.analysis.designs import along, distinct, lanes, stack
from engine.analysis.results import Outcome, Root
from engine.analysis.roots import Crossing, crossings
from engine.analysis.runner import Floats, Runner, evaluate, numbers
from engine.analysis.terms import Driver

SCAN_POINTS = 241
"""Points of a scan where a row does not ask for more: fine enough for roots half a percent of the range
apart.
"""


@dataclass(frozen=True, slots=True)
class Search:
    """Where ``output`` equals ``target``, or ``other`` where one is given, along the points of one driver."""

    driver: Driver
    points: Floats
    output: str
    other: str | None = None
    target: float = 0.0

    @property
    def outputs(self) -> tuple[str, ...]:
        """The outputs to evaluate."""
        return (self.output,) if self.other is None else (self.output, self.other)


@dataclass(frozen=True, slots=True)
class Curve:
    """A scanned search: the outcomes of its output, and of the other one (empty where there is none)."""

    search: Search
    output: tuple[Outcome, ...]
    other: tuple[Outcome, ...]

    @property
    def residual(self) -> Floats:
        """Output less target or other output, NaN where the model gives an error."""
        less = numbers(self.other) if self.search.other is not None else self.search.target
        return numbers(self.output) - less

    @property
    def scale(self) -> float:
        """The size of the figures whose difference the residual is."""
        sizes = [abs(self.search.target), *np.abs(numbers(self.output)), *np.abs(numbers(self.other))]
        return float(np.nanmax(sizes))


def scan(runner: Runner, searches: Sequence[Search]) -> tuple[Curve, ...]:
    """Evaluate every search's points in one run, each different scenario once."""
    if not searches:
        return ()
    frame, places = distinct(stack([along(search.driver.name, search.points) for search in searches]))
    outcomes = evaluate(runner, frame, [name for search in searches for name in search.outputs])
    curves, start = [], 0
    for search in searches:
        mine = places[start : start + len(search.points)]
        start += len(search.points)
        columns = [tuple(outcomes[name][i] for i in mine) for name in search.outputs]
        curves.append(Curve(search, columns[0], columns[1] if len(columns) > 1 else ()))
    return tuple(curves)


def find(
    runner: Runner, curves: Sequence[Curve], *, touching: bool = True, x_tolerance: float = 1e-12
) -> tuple[tuple[Crossing, ...], ...]:
    """Return each curve's crossings, the brackets of all curves refined together."""
    searches = [curve.search for curve in curves]

    def residual(x: Floats, which: NDArray[np.intp]) -> Floats:
        mine = [searches[i] for i in which]
        outcomes = evaluate(runner, _scenarios(mine, x), [name for search in mine for name in search.outputs])
        return np.array([_rest(search, outcomes, lane) for lane, search in enumerate(mine)])

    scans = [curve.residual for curve in curves]
    scales = [curve.scale for curve in curves]
    points = [search.points for search in searches]
    return crossings(residual, points, scans, scales, touching=touching, x_tolerance=x_tolerance)


def roots(runner: Runner, curves: Sequence[Curve]) -> tuple[tuple[Root, ...], ...]:
    """Return each curve's roots with a proof evaluation at each, and at both sides of each jump, in one
    run.
    """
    found = find(runner, curves)
    asked = [
        (curve.search, x)
        for curve, each in zip(curves, found, strict=True)
        for crossing in each
        for x in (crossing.value, crossing.left[0], crossing.right[0])
    ]
    if not asked:
        return tuple(() for _ in curves)
    searches = [search for search, _ in asked]
    frame = _scenarios(searches, np.array([x for _, x in asked]))
    outcomes = evaluate(runner, frame, [name for search in searches for name in search.outputs])
    proofs = iter([_proof(search, outcomes, lane) for lane, search in enumerate(searches)])
    return tuple(
        tuple(_root(curve.search, crossing, next(proofs), next(proofs), next(proofs)) for crossing in each)
        for curve, each in zip(curves, found, strict=True)
    )


def _scenarios(searches: Sequence[Search], x: Floats) -> pd.DataFrame:
    return lanes([search.driver.name for search in searches], np.asarray(x, dtype=float))


def _rest(search: Search, outcomes: dict[str, list[Outcome]], lane: int) -> float:
    proof = _proof(search, outcomes, lane)
    if not isinstance(proof, float):
        return math.nan
    return proof if search.other is not None else proof - search.target


def _proof(search: Search, outcomes: dict[str, list[Outcome]], lane: int) -> Outcome:
    """The output itself, or for two outputs the first less the second; the leftmost error where there is
    one.
    """
    first = outcomes[search.output][lane]
    if search.other is None or not isinstance(first, float):
        return first
    second = outcomes[search.other][lane]
    return first - second if isinstance(second, float) else second


def _root(search: Search, crossing: Crossing, proof: Outcome, left: Outcome, right: Outcome) -> Root:
    base = search.driver.base
    distance = crossing.value - base if isinstance(base, float) else None
    if crossing.exact:
        return Root(crossing.value, proof, distance)
    sides = ((crossing.left[0], left), (crossing.right[0], right))
    return Root(crossing.value, proof, distance, "jump", *sides)
