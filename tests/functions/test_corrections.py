"""Each correction is one: stock formulas answers otherwise, and rightly once the correction is registered."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache

import pytest

from engine.core.values import ExcelError
from engine.functions import families
from engine.functions.table import TABLE
from tests.functions.evaluate_formula import evaluate_formula
from tests.functions.sheet import CELLS
from tests.functions.test_cases import ROWS

families.load()
CORRECTED = sorted(name for name, function in TABLE.items() if function.origin == "correction")
# Formulas in cells and errors, as stock formulas would have computed them before.
_COMPUTED = {"K1": 31, "K2": 9, "K3": "#DIV/0!", "K4": "#N/A"}
# What a registered function can't be given or can't say inside formulas.
_OUTSIDE_REGISTER = {
    "FILTER": "formulas has no #CALC!",
    "ISFORMULA": "formulas passes values, not references",
    "SUMPRODUCT": "formulas' parser has dropped the signs before the function is called",
    "TEXTSPLIT": "formulas' parser passes an empty argument as 0",
}


@cache
def _answers(*, corrected: bool) -> dict[str, object]:
    formulas = [formula for _, formula, _ in ROWS]
    asked = {"formulas": formulas, "cells": {**CELLS, **_COMPUTED}, "corrected": corrected}
    done = subprocess.run(
        [sys.executable, "-m", "tests.functions.stock_answers"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(zip(formulas, json.loads(done.stdout), strict=True))


def _alike(answer: object, ours: object) -> bool:
    if isinstance(ours, ExcelError):
        return answer == ours.code
    if isinstance(ours, float) and isinstance(answer, float):
        return abs(answer - ours) <= 1e-9 * max(1.0, abs(ours))
    return type(answer) is type(ours) and answer == ours


def _differing(name: str) -> list[str]:
    stock = _answers(corrected=False)
    cases = [formula for function, formula, _ in ROWS if function == name]
    return [formula for formula in cases if not _alike(stock[formula], evaluate_formula(formula, CELLS))]


@pytest.mark.parametrize("name", CORRECTED)
def test_stock_formulas_answers_otherwise(name: str) -> None:
    """A correction has a case that formulas' own function gets wrong."""
    assert _differing(name)


@pytest.mark.parametrize("name", CORRECTED)
def test_registered_it_answers_rightly(name: str) -> None:
    """Registered into formulas, a correction answers its own cases as the engine does."""
    if name in _OUTSIDE_REGISTER:
        pytest.skip(_OUTSIDE_REGISTER[name])
    if TABLE[name].returns_reference:
        pytest.skip("it answers references, which formulas' functions can't")
    corrected = _answers(corrected=True)
    direct = [formula for formula in _differing(name) if formula.startswith(f"={name}(")]
    assert {
        formula for formula in direct if not _alike(corrected[formula], evaluate_formula(formula, CELLS))
    } == set()
