"""Tieout: evaluate the analyst's Excel model in Python, run scenarios, and write workbooks that tie out.

    >>> import engine
    >>> model = engine.Model.open("model.xlsx")
    >>> result = model.evaluate()
    >>> result["break_even_users"], result["Summary!C7"]
    >>> frame = model.run(scenarios, outputs=["break_even_users"])   # pandas in, pandas out

Names load on first use, so that ``import engine`` costs nothing until a model is opened.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.audit import Audit
    from engine.core.exceptions import (
        AnalysisError,
        BadInput,
        CircularReference,
        ContractError,
        EncryptedWorkbook,
        Finding,
        FormulaError,
        NotAWorkbook,
        OutputError,
        TemplateError,
        TieoutError,
        UnknownName,
        UnsafeWorkbook,
        UnsupportedFormula,
        WorkbookError,
    )
    from engine.core.values import ExcelError, Value
    from engine.evaluate.model import Model
    from engine.evaluate.result import Result
    from engine.pipeline import build, check

_HOMES = {
    "engine.core.exceptions": (
        "AnalysisError",
        "BadInput",
        "CircularReference",
        "ContractError",
        "EncryptedWorkbook",
        "Finding",
        "FormulaError",
        "NotAWorkbook",
        "OutputError",
        "TemplateError",
        "TieoutError",
        "UnknownName",
        "UnsafeWorkbook",
        "UnsupportedFormula",
        "WorkbookError",
    ),
    "engine.core.values": ("ExcelError", "Value"),
    "engine.audit": ("Audit",),
    "engine.evaluate.model": ("Model",),
    "engine.evaluate.result": ("Result",),
    "engine.pipeline": ("build", "check"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "AnalysisError",
    "Audit",
    "BadInput",
    "CircularReference",
    "ContractError",
    "EncryptedWorkbook",
    "ExcelError",
    "Finding",
    "FormulaError",
    "Model",
    "NotAWorkbook",
    "OutputError",
    "Result",
    "TemplateError",
    "TieoutError",
    "UnknownName",
    "UnsafeWorkbook",
    "UnsupportedFormula",
    "Value",
    "WorkbookError",
    "__version__",
    "build",
    "check",
]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'engine' has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return list(__all__)
