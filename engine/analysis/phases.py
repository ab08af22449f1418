"""Phases: the month each begins and ends, its gate's value, and the slack against plan.

A phase is read from the evaluated base case: the workbook's own formula says when it begins.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.analysis.results import Outcome, PhasePlan, PhaseRow
from engine.analysis.runner import BaseCase, outcome
from engine.analysis.terms import Terms
from engine.core.exceptions import TieoutError
from engine.core.values import NA, ExcelError, Value

if TYPE_CHECKING:
    from engine.workbook.contract import Phase

COMPARISONS: Final[dict[str, Callable[[float, float], bool]]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "=": operator.eq,
    "<>": operator.ne,
}


@dataclass(frozen=True, slots=True)
class _Gate:
    """A gate metric's outcomes by month (one of them: a single figure, not a row of months); None has no
    gate.
    """

    metric: str
    months: tuple[Outcome, ...]
    passes: Callable[[Outcome], bool]

    @property
    def first(self) -> int | None:
        """The first month that passes, None where none does or the metric has no months."""
        if len(self.months) < 2:
            return None
        return next((month for month, value in enumerate(self.months, 1) if self.passes(value)), None)

    def at(self, month: int | None) -> Outcome:
        """Return the metric in a month, at the end of the horizon where there is none."""
        place = len(self.months) if month is None else min(month, len(self.months))
        return self.months[place - 1]


def plan(phases: Sequence[Phase], terms: Terms, result: BaseCase) -> PhasePlan:
    """Return the phases in the order of the table; a phase that can't be read says so in its
    ``reason``.
    """
    gates = [_gate(phase, result) for phase in phases]
    begins = [_month(phase, result) for phase in phases]
    horizon = max((len(gate.months) for gate in gates if isinstance(gate, _Gate)), default=0)
    later = [_later(phases, begins, i) for i in range(len(phases))]
    rows = tuple(
        _row(phase, begins[i], _ends(begins[i], later[i]), gates[i], terms) for i, phase in enumerate(phases)
    )
    return PhasePlan(
        rows, horizon if horizon > 1 else max((b for b in begins if isinstance(b, int)), default=0)
    )


def _row(
    phase: Phase, begins: int | str | None, ends: int | None, gate: _Gate | str | None, terms: Terms
) -> PhaseRow:
    """``begins`` and ``gate`` are text where they can't be read: that text is the reason."""
    month = begins if isinstance(begins, int) else None
    planned = None if phase.planned_month is None else round(phase.planned_month)
    value = gate.at(month) if isinstance(gate, _Gate) else NA
    label, unit = _labels(phase, terms, gate)
    return PhaseRow(
        phase=phase.phase,
        begins=month,
        ends=ends,
        gate_metric=phase.gate_metric or "",
        gate_label=label,
        gate_unit=unit,
        comparison=phase.comparison or "",
        threshold=outcome(phase.threshold),
        gate_value=value,
        passed=gate.passes(value) if isinstance(gate, _Gate) else gate is None and month is not None,
        month_passed=gate.first if isinstance(gate, _Gate) else None,
        planned_month=planned,
        slack=None if planned is None or month is None else planned - month,
        reason=_reason(begins, ends, gate),
        cell=phase.cell,
        plan=phase.plan,
    )


def _reason(begins: int | str | None, ends: int | None, gate: _Gate | str | None) -> str:
    reasons = [text for text in (begins, gate) if isinstance(text, str)]
    if begins is None:
        reasons.append("does not begin within the horizon")
    if isinstance(begins, int) and ends is not None and ends < begins:
        reasons.append("passed over: a later phase begins no later")
    if isinstance(gate, _Gate) and len(gate.months) < 2:
        reasons.append(f"{gate.metric} is a single figure, so the month it passes is unknown")
    return "; ".join(reasons)


def _later(phases: Sequence[Phase], begins: Sequence[int | str | None], place: int) -> list[int | str | None]:
    """Return when the later phases of the same plan begin."""
    plan = phases[place].plan.casefold()
    return [begins[i] for i in range(place + 1, len(phases)) if phases[i].plan.casefold() == plan]


def _ends(begins: int | str | None, later: Sequence[int | str | None]) -> int | None:
    """The month before the next phase that begins; None for the last, which lasts to the end of the
    horizon.
    """
    if not isinstance(begins, int):
        return None
    return next((begin - 1 for begin in later if isinstance(begin, int)), None)


def _month(phase: Phase, result: BaseCase) -> int | str | None:
    """Return the month a phase begins, None for never (blank, empty text, "never" or #N/A), or why it
    can't be read.
    """
    try:
        value = result[phase.begins]
    except TieoutError as error:
        return str(error)
    if value is None or value is NA or (isinstance(value, str) and value.strip().casefold() in ("", "never")):
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        month = round(value)
        return (
            month if month >= 1 and month == value else f"{phase.begins} holds {value:g}, not a month from 1"
        )
    return f"{phase.begins} holds {value}, not a month number"


def _gate(phase: Phase, result: BaseCase) -> _Gate | str | None:
    """Return the gate, None where the phase has none, or why it can't be read."""
    if not phase.gate_metric:
        return None
    compare = COMPARISONS.get((phase.comparison or "").strip())
    if compare is None:
        return f"comparison {phase.comparison!r} is none of {' '.join(COMPARISONS)}"
    threshold = outcome(phase.threshold)
    if isinstance(threshold, ExcelError):
        return f"the threshold is {threshold}, not a number"
    try:
        values: list[Value] = [value for row in result.range(phase.gate_metric) for value in row]
    except TieoutError as error:
        return str(error)
    limit = threshold
    return _Gate(
        phase.gate_metric,
        tuple(outcome(value) for value in values),
        lambda value: isinstance(value, float) and compare(value, limit),
    )


def _labels(phase: Phase, terms: Terms, gate: _Gate | str | None) -> tuple[str, str]:
    return terms.labels(phase.gate_metric) if isinstance(gate, _Gate) else (phase.gate_metric or "", "")
