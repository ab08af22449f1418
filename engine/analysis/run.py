"""Run everything a workbook declares: the one place that knows which module answers which kind of
analysis.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from engine.analysis import break_even, claims, crossover, grid, phases, scenarios, sweep, tornado
from engine.analysis.results import (
    AnalysisResults,
    BreakEven,
    ClaimVerdict,
    Crossover,
    Grid,
    ScenarioComparison,
    Sweep,
    Tornado,
)
from engine.analysis.runner import BaseCase, Progress, Runner
from engine.analysis.terms import Terms
from engine.analysis.would_hold import would_hold
from engine.core.exceptions import AnalysisError, Finding, TieoutError

if TYPE_CHECKING:
    from engine.workbook.contract import Analysis, Claim, Contract

Answer = Callable[["Analysis", Terms, Runner], Sequence[Any]]
T = TypeVar("T")

KINDS: Final[dict[str, Answer]] = {
    "scenarios": scenarios.run,
    "sweep": sweep.run,
    "grid": grid.run,
    "tornado": tornado.run,
    "break-even": break_even.run,
    "crossover": crossover.run,
}
NOT_YET: Final = ("monte-carlo",)
"""Kinds that the contract accepts and this version does not run; each such row is a finding."""

HOLDS_AT_BASE: Final = "holds at base; only the low and high cases of its drivers reach beyond what is stated"
HOLDS_THROUGHOUT: Final = "holds in every case of its drivers"
REACHING: Final = ("wider", "overlaps", "breaks")
"""Verdicts whose computed interval reaches beyond what is stated: what would have to be true is news."""


def run_analyses(
    contract: Contract, runner: Runner, result: BaseCase, progress: Progress | None = None
) -> AnalysisResults:
    """Run every analysis, the phase plan and the claims of a contract.

    ``result`` is the base case, ``runner`` evaluates scenarios. One that fails does not stop the others: it
    becomes a finding (rule "analysis-failed") with its cell; a kind not yet run is a finding of severity
    "info". ``progress`` is called before each piece of work.
    """
    terms = Terms(contract, result)
    report = progress or _silent
    total = len(contract.analyses) + 2
    answers: list[Any] = []
    findings: list[Finding] = []
    for place, row in enumerate(contract.analyses):
        report(f"{row.kind} {row.id}", place, total)
        try:
            answers.extend(answer(row, terms, runner))
        except TieoutError as error:
            findings.append(Finding("analysis-failed", "error", row.cell, f"analysis {row.id}: {error}"))
    report("phases", total - 2, total)
    plan = phases.plan(contract.phases, terms, result)
    report("claims", total - 1, total)
    judged = judge(contract.claims, terms, runner)
    findings += [_not_run(row) for row in contract.analyses if kind_of(row) in NOT_YET]
    return AnalysisResults(
        comparisons=_of(ScenarioComparison, answers),
        sweeps=_of(Sweep, answers),
        grids=_of(Grid, answers),
        tornadoes=_of(Tornado, answers),
        break_evens=_of(BreakEven, answers),
        crossovers=_of(Crossover, answers),
        phases=plan,
        claims=judged,
        findings=tuple(findings),
    )


def answer(row: Analysis, terms: Terms, runner: Runner) -> Sequence[Any]:
    """Return the results of one row, none for a kind not yet run; AnalysisError for an unknown kind."""
    kind = kind_of(row)
    if kind in NOT_YET:
        return ()
    if kind not in KINDS:
        raise AnalysisError(f"kind {row.kind!r} is unknown; it is one of {', '.join([*KINDS, *NOT_YET])}")
    return KINDS[kind](row, terms, runner)


def kind_of(row: Analysis) -> str:
    """Return the kind of a row as this module spells it: lower case, hyphens for spaces."""
    return row.kind.strip().casefold().replace(" ", "-").replace("_", "-")


def judge(rows: Sequence[Claim], terms: Terms, runner: Runner) -> tuple[ClaimVerdict, ...]:
    """Return every claim's verdict, with what would have to be true for those that reach beyond.

    Where the claims can't be run together, each is run alone, and those that fail are undetermined.
    """
    try:
        return _judge(rows, terms, runner)
    except TieoutError:
        return tuple(_alone(row, terms, runner) for row in rows)


def _judge(rows: Sequence[Claim], terms: Terms, runner: Runner) -> tuple[ClaimVerdict, ...]:
    verdicts, cases = claims.run(rows, terms, runner)
    reaching = {i: case for i, case in enumerate(cases) if case and verdicts[i].verdict in REACHING}
    found = would_hold(runner, list(reaching.values()))
    for (place, case), drivers in zip(reaching.items(), found, strict=True):
        reason = HOLDS_AT_BASE if case.holds(case.base) else ""
        verdicts[place] = replace(verdicts[place], would_hold=drivers, reason=reason)
    return tuple(
        replace(one, reason=HOLDS_THROUGHOUT) if one.verdict == "within" else one for one in verdicts
    )


def _alone(row: Claim, terms: Terms, runner: Runner) -> ClaimVerdict:
    try:
        return _judge([row], terms, runner)[0]
    except TieoutError as error:
        case = claims.prepare(row, terms)
        return case if isinstance(case, ClaimVerdict) else claims.undetermined(case, str(error))


def _not_run(row: Analysis) -> Finding:
    message = f"analysis {row.id}: {kind_of(row)} is not run in this version, so the outputs leave it out"
    return Finding("analysis-not-run", "info", row.cell, message)


def _of(kind: type[T], answers: Sequence[Any]) -> tuple[T, ...]:
    return tuple(each for each in answers if isinstance(each, kind))


def _silent(_label: str, _done: int, _total: int) -> None:
    """Report nothing."""
