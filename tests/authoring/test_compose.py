"""Composing: any set of templates, the same bytes, a value beside every formula, nothing overwritten."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.authoring import compose, new_workbook
from engine.core.exceptions import OutputError
from engine.evaluate.model import Model
from engine.workbook.opening import open_workbook
from tests.authoring.conftest import MODELS, ROOT, SHIPPED, SMALL


def test_composing_twice_gives_the_same_bytes(tmp_path: Path, template: Callable[[str], Path]) -> None:
    """The same templates give the same file, byte for byte."""
    path = template(SMALL)
    targets = [tmp_path / "first.xlsx", tmp_path / "second.xlsx"]
    for target in targets:
        new_workbook([path], target)
    first, second = (target.read_bytes() for target in targets)
    assert first == second


def test_the_shipped_templates_give_the_shipped_sheets() -> None:
    """The shipped templates compose into a workbook with the sheets of model.xlsx, in its order."""
    book = compose([MODELS / f"{name}.toml" for name in SHIPPED])
    shipped = open_workbook(ROOT / "model.xlsx")
    assert [sheet.name for sheet in book.sheets] == [sheet.name for sheet in shipped.sheets]


def test_every_formula_carries_its_value(tmp_path: Path, template: Callable[[str], Path]) -> None:
    """Viewers that do not calculate show every number: no formula cell is without a stored value."""
    target = tmp_path / "new.xlsx"
    new_workbook([template(SMALL)], target)
    book = open_workbook(target)
    assert sum(len(sheet.formulas) for sheet in book.sheets) > 20
    assert [
        (sheet.name, key) for sheet in book.sheets for key in sheet.formulas if key not in sheet.stored
    ] == []
    assert Model.open(target).evaluate()["all_income"] == (2 + 3 + 4) * 2


def test_a_scenario_switches_the_workbook(tmp_path: Path, template: Callable[[str], Path]) -> None:
    """The active scenario's value takes the place of base, and a blank leaves base."""
    target = tmp_path / "new.xlsx"
    new_workbook([template(SMALL)], target)
    model = Model.open(target)
    assert model.evaluate({"active_scenario": "Upside"})["all_income"] == (2 + 3 + 4) * 3
    assert model.evaluate({"active_scenario": "Base"})["all_income"] == (2 + 3 + 4) * 2


def test_an_existing_workbook_is_never_overwritten(tmp_path: Path, template: Callable[[str], Path]) -> None:
    """A target that exists is refused and keeps its bytes."""
    target = tmp_path / "mine.xlsx"
    target.write_bytes(b"the analyst's")
    with pytest.raises(OutputError, match="exists already and is never overwritten"):
        new_workbook([template(SMALL)], target)
    assert target.read_bytes() == b"the analyst's"
