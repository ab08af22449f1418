"""Claims: a stated interval against the interval the model computes.

The computed interval is the least and the greatest result over the low and high cases of the claim's drivers:
every corner (2^k) and the base case, for up to 8 drivers. Beyond 8, each driver is first moved alone to learn
which way it pushes the result, then all go together to the two extreme corners; this is exact only where each
driver pushes one way whatever the others do, and the one-at-a-time results are part of the interval too. A
driver without a low below its high stays at base. A result beyond both ends in the inside of a driver's range
is not looked for: the interval is that of the low and high cases, as model-spec says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from engine.analysis.designs import corners, distinct, one_at_a_time, stack
from engine.analysis.results import ClaimVerdict, Outcome, Verdict
from engine.analysis.runner import Runner, evaluate, outcome
from engine.analysis.terms import Driver, Terms
from engine.analysis.verdicts import default_precision, overlaps, verdict
from engine.core.exceptions import TieoutError
from engine.core.values import NA, ExcelError

if TYPE_CHECKING:
    from engine.workbook.contract import Claim

MOST_CORNERS = 8
"""Drivers up to which every corner is evaluated: 256 cases a claim."""


@dataclass(frozen=True, slots=True)
class Case:
    """A claim whose names are known: its stated ends, precision, base result and drivers."""

    claim: Claim
    stated: tuple[float, float]
    precision: float
    base: Outcome
    drivers: tuple[Driver, ...]

    @property
    def ends(self) -> dict[str, tuple[float, float]]:
        """Low and high of each driver that has them."""
        return {driver.name: driver.span for driver in self.drivers if driver.span is not None}

    def holds(self, value: Outcome) -> bool:
        """Tell whether a single result lies within the stated interval, give or take the precision."""
        return isinstance(value, float) and overlaps(self.stated, (value, value), self.precision)


def prepare(claim: Claim, terms: Terms) -> Case | ClaimVerdict:
    """Return a claim ready to be run, or its verdict "undetermined" where one of its names is unknown."""
    low, high = sorted((float(claim.stated_low), float(claim.stated_high)))
    precision = default_precision(low, high) if claim.precision is None else float(claim.precision)
    case = Case(claim, (low, high), precision, NA, ())
    try:
        base = outcome(terms.value(claim.computed))
        drivers = tuple(terms.driver(name) for name in dict.fromkeys(claim.drivers))
    except TieoutError as error:
        return undetermined(case, str(error))
    if isinstance(base, ExcelError):
        return undetermined(
            replace(case, base=base), f"{claim.computed} gives {base} with every driver at base"
        )
    return replace(case, base=base, drivers=drivers)


def undetermined(case: Case, reason: str) -> ClaimVerdict:
    """Return the verdict of a claim that has no interval, and why."""
    return _verdict_row(case, None, "undetermined", reason)


def design(case: Case) -> pd.DataFrame:
    """Return the cases of one claim: every corner, or with more than 8 drivers each driver alone at both
    ends; none where no driver moves.
    """
    if not case.ends:
        return pd.DataFrame()
    if len(case.ends) <= MOST_CORNERS:
        return corners(case.ends)
    return one_at_a_time(list(case.ends.items()))


def extremes(case: Case, alone: Sequence[Outcome]) -> pd.DataFrame:
    """Return the two extreme corners of a claim with many drivers, from the results of each driver alone."""
    least, most = {}, {}
    for place, (name, ends) in enumerate(case.ends.items()):
        low, high = alone[2 * place : 2 * place + 2]
        rises = not (isinstance(low, float) and isinstance(high, float)) or high >= low
        least[name], most[name] = ends if rises else ends[::-1]
    return pd.DataFrame([least, most], dtype=float)


def run(
    claims: Sequence[Claim], terms: Terms, runner: Runner
) -> tuple[list[ClaimVerdict], list[Case | None]]:
    """Return a verdict per claim, without what would hold, and the case behind each (None where it has none).

    All claims share one run, each different scenario once; claims with more than 8 drivers share a second
    one.
    """
    prepared = [prepare(claim, terms) for claim in claims]
    cases = [case for case in prepared if isinstance(case, Case)]
    results = _evaluate(runner, cases, [design(case) for case in cases])
    many = [i for i, case in enumerate(cases) if len(case.ends) > MOST_CORNERS]
    second = _evaluate(runner, [cases[i] for i in many], [extremes(cases[i], results[i]) for i in many])
    for place, outcomes in zip(many, second, strict=True):
        results[place] += outcomes
    judged = iter([summarise(case, outcomes) for case, outcomes in zip(cases, results, strict=True)])
    verdicts = [next(judged) if isinstance(each, Case) else each for each in prepared]
    return verdicts, [each if isinstance(each, Case) else None for each in prepared]


def summarise(case: Case, outcomes: Sequence[Outcome]) -> ClaimVerdict:
    """Return a claim's verdict from the results of its cases; the base case counts as one of them."""
    errors = [value for value in outcomes if isinstance(value, ExcelError)]
    if errors:
        reason = f"{len(errors)} of {len(outcomes)} cases of its drivers give an error ({errors[0]})"
        return undetermined(case, reason)
    assert isinstance(case.base, float), "an error at base is undetermined before any case runs"
    values = np.array([case.base, *outcomes], dtype=float)
    computed = (float(values.min()), float(values.max()))
    return _verdict_row(case, computed, verdict(case.stated, computed, case.precision), "")


def _evaluate(runner: Runner, cases: Sequence[Case], frames: Sequence[pd.DataFrame]) -> list[list[Outcome]]:
    if not cases:
        return []
    scenarios, places = distinct(stack(frames))
    outcomes = evaluate(runner, scenarios, [case.claim.computed for case in cases])
    results, start = [], 0
    for case, frame in zip(cases, frames, strict=True):
        stop = start + len(frame)
        results.append([outcomes[case.claim.computed][i] for i in places[start:stop]])
        start = stop
    return results


def _verdict_row(
    case: Case, computed: tuple[float, float] | None, judged: Verdict, reason: str
) -> ClaimVerdict:
    claim = case.claim
    return ClaimVerdict(
        id=str(claim.id),
        source=claim.source or "",
        statement=claim.statement or "",
        unit=claim.unit or "",
        stated=case.stated,
        precision=case.precision,
        computed=computed,
        base=case.base,
        verdict=judged,
        would_hold=(),
        cell=claim.cell,
        reason=reason,
        note=claim.note,
    )
