"""What is wrong with a workbook, and what became of its claims: the content of ``tieout check``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.analysis.results import ClaimVerdict
from engine.core.address import a1, parse_rect, quote_sheet
from engine.core.exceptions import Finding, NotAWorkbook, UnknownName, UnsupportedFormula
from engine.core.values import Value
from engine.evaluate.error_origins import REMEDIES, Origin, error_origins
from engine.evaluate.model import Model
from engine.evaluate.parity import Parity
from engine.evaluate.result import Result
from engine.report import Check
from engine.workbook.book import Workbook
from engine.workbook.contract import Contract

LABELS, VALUES = "check_labels", "check_values"
_SHOWN = 8  # cells of a circle that a message lists
_LONG = 120  # characters of a formula that a message shows


@dataclass(frozen=True, slots=True)
class Audit:
    """The findings, how stored values compare with computed ones, the workbook's checks, and its claims.

    Where the contract could not be read, its mistakes are among the findings and there are no claims.
    """

    findings: tuple[Finding, ...]
    parity: Parity
    checks: tuple[Check, ...]
    claims: tuple[ClaimVerdict, ...]
    contract_read: bool = True

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong. A claim that breaks is news, not a fault."""
        return (
            all(finding.severity == "info" for finding in self.findings)
            and not self.parity.differences
            and not self.parity.not_evaluated
            and all(check.passes for check in self.checks)
        )


def workbook_checks(model: Model, result: Result) -> tuple[Check, ...]:
    """Return the workbook's own checks, from check_labels and check_values; none where it has none.

    A check that can't be evaluated has no value, and so does not pass.
    """
    try:
        labels, values = _cells(model, LABELS), _cells(model, VALUES)
    except UnknownName:
        return ()
    pairs = ((_value(result, label), value) for label, value in zip(labels, values, strict=False))
    return tuple(Check(str(label), _value(result, cell), cell) for label, cell in pairs if label is not None)


def circles(result: Result) -> Iterator[Finding]:
    """Yield a finding for each circular reference of a workbook that does not iterate."""
    for circle in result.circles:
        chain = " -> ".join((*circle, circle[0]))
        yield Finding(
            "circular-reference", "error", circle[0], f"circular reference; break it at one cell: {chain}"
        )


def unsettled(result: Result) -> Iterator[Finding]:
    """Yield a finding where circular references that the workbook iterates did not settle."""
    if result.unsettled:
        cells = ", ".join(result.unsettled[:_SHOWN])
        more = len(result.unsettled) - _SHOWN
        listed = cells + (f" and {more} more" if more > 0 else "")
        yield Finding(
            "not-converged",
            "error",
            result.unsettled[0],
            "circular references still move by more than the workbook's maximum change after every pass, and "
            f"so have no value to rely on, nor has what reads them; break the circle at one cell: {listed}",
        )


def damaged_parts(workbook: Workbook) -> Iterator[Finding]:
    """Yield a finding for each part that can't be read; a table may be one of the contract's."""
    for part in workbook.unread_parts:
        message = f"the file is damaged: its part {part} can't be read; let Excel repair it and save it"
        yield Finding("damaged-part", "error", "", message)
    for part in workbook.unread_tables:
        message = f"the file is damaged: its table {part} can't be read; let Excel repair it and save it"
        yield Finding("damaged-table", "error", "", message)


def refuse_damaged(workbook: Workbook) -> None:
    """Raise NotAWorkbook where parts of the file can't be read: a pack shows the whole workbook."""
    if workbook.unread_parts:
        parts = ", ".join(workbook.unread_parts)
        raise NotAWorkbook(
            f"{workbook.path} is damaged: {parts} can't be read, and a pack shows the whole workbook; "
            "let Excel repair the file and save it, or see with tieout check what can be evaluated"
        )


def error_cells(model: Model, contract: Contract, result: Result) -> Iterator[Finding]:
    """Yield a finding for each formula at which Excel errors begin, in the order of the workbook.

    A phase's *begins* may be #N/A: that is how the contract says "never".
    """
    never = {model.targets.cell(phase.begins) for phase in contract.phases}
    for origin in error_origins(result, never):
        yield Finding("error-cell", "error", origin.cell, _error_message(origin))


def _error_message(origin: Origin) -> str:
    if not origin.formula:
        said = f"{origin.error} is typed into the cell; replace it"
    else:
        told = REMEDIES.get(origin.error.code, "correct it")
        if origin.reads:
            told += f": {origin.reads[0]} holds {origin.reads[1]!r}"
        said = f"{_cut(origin.formula)} gives {origin.error}: {told}"
    if origin.count > 1:
        said += f"; so in {origin.count:,} cells with this formula, the last {origin.last}"
    if origin.followers:
        said += f"; {origin.followers:,} other cells show an error because of it"
    return said


def _cut(formula: str) -> str:
    return formula if len(formula) <= _LONG else formula[: _LONG - 4] + " ..."


def _value(result: Result, cell: str) -> Value:
    try:
        return result[cell]
    except UnsupportedFormula:
        return None


def _cells(model: Model, name: str) -> list[str]:
    """Return the addresses of a named range, row by row; raise UnknownName where the workbook lacks it."""
    rect = model.targets.rect(name)
    sheet = quote_sheet(rect.sheet)
    return [
        f"{sheet}!{a1(row, column)}"
        for row in range(rect.top, rect.bottom + 1)
        for column in range(rect.left, rect.right + 1)
    ]


def single_cell_names(workbook: Workbook) -> tuple[str, ...]:
    """Return the visible workbook-wide names that stand for one cell, in the order of the workbook."""
    visible = (name for name in workbook.names if name.scope is None and not name.hidden)
    return tuple(name.name for name in visible if _is_cell(name.refers_to))


def _is_cell(text: str) -> bool:
    try:
        rect = parse_rect(text)
    except ValueError:
        return False
    return rect.height == rect.width == 1
