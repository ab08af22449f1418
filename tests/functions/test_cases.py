"""Every function of the table gives Excel's answers."""

from __future__ import annotations

from collections import Counter

import pytest

from engine.functions import families
from engine.functions.homes import HOME
from engine.functions.library import ACCEPTED
from engine.functions.table import TABLE
from tests.functions import (
    cases_arrays_engineering,
    cases_basic,
    cases_finance,
    cases_library,
    cases_statistics,
    cases_text_dates,
)
from tests.functions.evaluate_formula import evaluate_formula
from tests.functions.sheet import CELLS

ROWS = [
    *cases_basic.ROWS,
    *cases_text_dates.ROWS,
    *cases_finance.ROWS,
    *cases_statistics.ROWS,
    *cases_arrays_engineering.ROWS,
    *cases_library.ROWS,
]


def counts() -> Counter[str]:
    """Return how many cases each function has, for the page of functions."""
    return Counter(row[0] for row in ROWS)


def as_close_as_written(value: object, expected: object) -> bool:
    """Whether a value is the expected one to the digits that the case gives of it."""
    if not isinstance(value, float) or not isinstance(expected, float):
        return type(value) is type(expected) and value == expected
    digits = repr(expected).partition(".")[2]
    shown = 10.0 ** -len(digits) if digits.isdigit() and digits != "0" else 1e-9
    return abs(value - expected) <= max(1e-9 * abs(expected), min(shown, 1e-6))


@pytest.mark.parametrize(("function", "formula", "expected"), ROWS, ids=[row[1] for row in ROWS])
def test_answers_as_excel_does(function: str, formula: str, expected: object) -> None:
    """A formula gives what Excel gives."""
    assert function in formula
    assert as_close_as_written(evaluate_formula(formula, CELLS), expected)


def test_every_function_has_a_case() -> None:
    """No function is in the table without a case."""
    families.load()
    assert sorted({*TABLE, *ACCEPTED} - {row[0] for row in ROWS}) == []


def test_every_function_is_found_in_its_family() -> None:
    """``homes.HOMES`` names the family of every function, so that finding one imports no other."""
    families.load()
    entered = {name: function.call.__module__.rpartition(".")[2] for name, function in TABLE.items()}
    entered |= dict.fromkeys(ACCEPTED, "library")
    add = {name: family for name, family in entered.items() if HOME.get(name) != family}
    remove = sorted(HOME.keys() - entered.keys())
    assert (add, remove) == ({}, [])
