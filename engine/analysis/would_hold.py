"""What would have to be true: for a claim that does not tie, each driver's value at which it would hold.

A claim holds where the result, every other driver at base, lies within the stated interval give or take
the precision. Each driver is moved alone, from base outward: first between its low and high, then beyond
them (from a twentieth of base to twenty times base, for drivers above 0) with ``in_range`` False. The
value given is the one nearest to base, where the result meets the nearer end of the stated interval; where
the result only steps into the interval (people come whole), it is the first three-digit value beyond the
step. Where the base result lies in the interval already and only the low and high cases reach beyond it,
every driver holds at its base.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.analysis.claims import Case
from engine.analysis.designs import lanes, points
from engine.analysis.results import WouldHold
from engine.analysis.roots import Crossing
from engine.analysis.runner import Floats, Runner, evaluate
from engine.analysis.search import Search, find, scan
from engine.analysis.terms import Driver

INSIDE_POINTS = 25
BEYOND_POINTS = 16
REACH = 20.0
X_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class _Question:
    """One claim and one of its drivers; the target is the end of the stated interval nearer to the base
    result.
    """

    case: Case
    driver: Driver

    @property
    def target(self) -> float:
        low, high = self.case.stated
        return high if isinstance(self.case.base, float) and self.case.base > high else low

    def search(self, values: Floats) -> Search:
        return Search(self.driver, values, self.case.claim.computed, target=self.target)


def would_hold(runner: Runner, cases: Sequence[Case]) -> list[tuple[WouldHold, ...]]:
    """Return a row per driver for each claim, all claims and drivers scanned in two runs and refined
    together.
    """
    questions = [_Question(case, driver) for case in cases for driver in case.drivers]
    answers = {i: _at_base(each) for i, each in enumerate(questions) if each.case.holds(each.case.base)}
    for reach in (_inside, _beyond):
        asked = {i: reach(each.driver) for i, each in enumerate(questions) if i not in answers}
        answers |= _ask(runner, questions, {i: values for i, values in asked.items() if values is not None})
    rows = iter([answers.get(i) or _row(each, None, None) for i, each in enumerate(questions)])
    return [tuple(next(rows) for _ in case.drivers) for case in cases]


@dataclass(frozen=True, slots=True)
class _Answer:
    """A driver value that holds and the result there; ``step`` is the side of a jump it lies on, 0 for a
    root.
    """

    value: float
    result: float
    step: int = 0

    @property
    def rounded(self) -> float:
        """The value to three digits, away from the jump beside it: just above 5 reads 5.01."""
        unit = 10.0 ** (math.floor(math.log10(abs(self.value))) - 2) if self.value else 0.0
        return (
            float(f"{math.floor(self.value / unit * self.step + 1) * self.step * unit:.6g}") if unit else 0.0
        )


def _ask(runner: Runner, questions: Sequence[_Question], asked: dict[int, Floats]) -> dict[int, WouldHold]:
    """Return the answers found among the points asked; a question without one is absent."""
    curves = scan(runner, [questions[i].search(values) for i, values in asked.items()])
    found = find(runner, curves, touching=False, x_tolerance=X_TOLERANCE)
    nearest = {i: _nearest(questions[i], each) for i, each in zip(asked, found, strict=True)}
    answers = {i: answer for i, answer in nearest.items() if answer is not None}
    answers |= _off_the_edge(runner, questions, {i: each for i, each in answers.items() if each.step})
    return {i: _row(questions[i], answer.value, answer.result) for i, answer in answers.items()}


def _nearest(question: _Question, found: Sequence[Crossing]) -> _Answer | None:
    """Return the nearest value that holds; where the result steps into the interval, the side that lies in
    it.
    """
    sides = [_Answer(each.value, each.residual + question.target) for each in found if each.exact]
    for each in found:
        if not each.exact:
            sides += [
                _Answer(x, rest + question.target, step)
                for step, (x, rest) in ((-1, each.left), (1, each.right))
            ]
    holding = [side for side in sides if question.case.holds(side.result)]
    base = question.driver.at_base()
    return min(holding, key=lambda side: abs(side.value - base), default=None)


def _off_the_edge(
    runner: Runner, questions: Sequence[_Question], edges: dict[int, _Answer]
) -> dict[int, _Answer]:
    """Return the answers at the edge of a jump as a readable value a little further on, where it holds
    too.
    """
    values = np.array([answer.rounded for answer in edges.values()], dtype=float)
    scenarios = lanes([questions[i].driver.name for i in edges], values)
    outcomes = evaluate(runner, scenarios, [questions[i].case.claim.computed for i in edges])
    moved = {}
    for lane, (i, answer) in enumerate(edges.items()):
        result = outcomes[questions[i].case.claim.computed][lane]
        if isinstance(result, float) and questions[i].case.holds(result):
            moved[i] = replace(answer, value=answer.rounded, result=result)
    return moved


def _at_base(question: _Question) -> WouldHold:
    base, result = question.driver.base, question.case.base
    if isinstance(base, float) and isinstance(result, float):
        return _row(question, base, result)
    return _row(question, None, None)


def _row(question: _Question, value: float | None, result: float | None) -> WouldHold:
    driver = question.driver
    low, high = (driver.low, driver.high) if driver.span else (None, None)
    inside = value is not None and low is not None and high is not None and low <= value <= high
    return WouldHold(driver.name, driver.label, driver.unit, value, inside, low, high, driver.base, result)


def _inside(driver: Driver) -> Floats | None:
    """Return the points between low and high, with base among them; None where the driver has no range."""
    if driver.span is None or not isinstance(driver.base, float):
        return None
    low, high = min(*driver.span, driver.base), max(*driver.span, driver.base)
    return points(low, high, INSIDE_POINTS, (driver.base,))


def _beyond(driver: Driver) -> Floats | None:
    """Return the points beyond low and high as far as a twentieth and twenty times base, None for base <=
    0.
    """
    base = driver.base
    if not isinstance(base, float) or base <= 0:
        return None
    low, high = driver.span or (base, base)
    near = [x for x in (low, base, high) if x > 0]
    below = np.geomspace(base / REACH, min(near), BEYOND_POINTS) if min(near) > base / REACH else near
    above = np.geomspace(max(near), base * REACH, BEYOND_POINTS) if max(near) < base * REACH else near
    return np.unique(np.array([*below, *near, *above], dtype=float))
