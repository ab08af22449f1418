"""What ``import engine`` offers, pinned: a change here is a change for users."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import engine

NAMES = [
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


def test_the_names() -> None:
    """Exactly these names are public."""
    assert sorted(engine.__all__) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_name_is_there(name: str) -> None:
    """Every public name can be got, and says what it is for."""
    assert getattr(engine, name) is not None


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("Model.open", ["path", "now", "cache"]),
        ("Model.evaluate", ["self", "inputs"]),
        ("Model.run", ["self", "scenarios", "outputs", "workers", "executor", "progress"]),
        ("Result.range", ["self", "name"]),
        ("build", ["path", "out", "stage"]),
        ("check", ["path", "stage"]),
    ],
)
def test_the_signatures(method: str, parameters: list[str]) -> None:
    """The parameters keep their names and their order."""
    found: object = engine
    for part in method.split("."):
        found = getattr(found, part)
    assert callable(found)
    assert list(inspect.signature(found).parameters) == parameters


def test_every_failure_is_a_tieout_error() -> None:
    """One except clause catches every failure of ours."""
    failures = [getattr(engine, name) for name in NAMES if name[0].isupper()]
    exceptions = [
        failure for failure in failures if isinstance(failure, type) and issubclass(failure, Exception)
    ]
    assert len(exceptions) == 14
    assert all(issubclass(failure, engine.TieoutError) for failure in exceptions)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A name that is not there fails as Python's own modules do."""
    with pytest.raises(AttributeError, match="no attribute 'Modell'"):
        engine.__getattr__("Modell")


def test_importing_is_quick() -> None:
    """Importing the package loads neither formulas nor pandas: they come with the first model."""
    code = "import sys, engine; print(sorted({'formulas', 'pandas', 'openpyxl'} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "[]"
