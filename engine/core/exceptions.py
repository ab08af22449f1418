"""Our failures, in one tree. An Excel error such as #DIV/0! is a value and is not here.

TieoutError
├── WorkbookError          the file can't be read as a workbook
│   ├── NotAWorkbook         no zip, no workbook part, truncated
│   ├── EncryptedWorkbook    a password protects it
│   └── UnsafeWorkbook       expands beyond limits, DOCTYPE, absurd extents
├── ContractError          the contract tables hold mistakes (all of them, as findings)
├── TemplateError          a template of ours holds mistakes (all of them, as findings)
├── UnknownName            an input or output that the workbook does not have
├── BadInput               a scenario value that its cell can't take
├── FormulaError           a formula that can't be parsed or evaluated
│   ├── UnsupportedFormula   syntax or a function that the engine does not know
│   └── CircularReference    a cycle with iteration off
├── AnalysisError          an analysis that can't be run as it is declared
└── OutputError            an output that can't be written (open elsewhere, no space, no permission)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to tell the analyst: which rule, how bad, where, and what to do.

    ``cell`` is "Sheet!B7" (or a sheet, or "" for the whole workbook).
    """

    rule: str
    severity: Severity
    cell: str
    message: str

    def __str__(self) -> str:
        return f"{self.cell}: {self.message}" if self.cell else self.message


class TieoutError(Exception):
    """The root of every failure of ours; its text is written for the analyst and names the remedy."""


class WorkbookError(TieoutError):
    """The file can't be read as a workbook."""


class NotAWorkbook(WorkbookError):
    """The file is no .xlsx workbook, or only a part of one."""


class EncryptedWorkbook(WorkbookError):
    """The file is protected by a password."""


class UnsafeWorkbook(WorkbookError):
    """The file would cost absurd memory or carries hostile XML."""


class _Findings(TieoutError):
    def __init__(self, headline: str, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join([headline, *(f"  {finding}" for finding in self.findings)]))


class ContractError(_Findings):
    """The contract tables hold mistakes; ``findings`` has every one, with sheet and cell."""


class TemplateError(_Findings):
    """A model, report or theme template holds mistakes; ``findings`` has every one."""


class UnknownName(TieoutError):
    """An input or output was asked for that the workbook does not have."""


class BadInput(TieoutError):
    """A scenario value that its cell can't take, such as text where the workbook holds a number."""


class FormulaError(TieoutError):
    """A formula can't be parsed or evaluated."""


class UnsupportedFormula(FormulaError):
    """A formula uses syntax or a function that the engine does not know."""


class CircularReference(FormulaError):
    """Cells depend on each other in a circle and the workbook does not iterate."""


class AnalysisError(TieoutError):
    """An analysis can't be run as it is declared."""


class OutputError(TieoutError):
    """An output can't be written; what was there before is whole."""
