"""Composing: any set of templates, the same bytes, a value beside every formula, nothing overwritten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.authoring import compose, new_workbook
from engine.authoring.reading import read_template
from engine.core.exceptions import OutputError
from engine.evaluate.model import Model
from engine.workbook.opening import open_workbook
from engine.xlsx.tree import Book, Cell
from tests.authoring.conftest import MODELS, ROOT, SHIPPED, SMALL


def test_composing_twice_gives_the_same_bytes(tmp_path: Path, template: Callable[[str], Path]) -> None:
    """The same templates give the same file, byte for byte."""
    path = template(SMALL)
    targets = [tmp_path / "first.xlsx", tmp_path / "second.xlsx"]
    for target in targets:
        new_workbook([path], target)
    first, second = (target.read_bytes() for target in targets)
    assert first == second


@pytest.fixture(scope="module")
def book() -> Book:
    """Return what the shipped templates compose, not yet evaluated."""
    return compose([MODELS / f"{name}.toml" for name in SHIPPED])


def test_the_shipped_templates_give_the_shipped_sheets(book: Book) -> None:
    """The shipped templates compose into a workbook with the sheets of model.xlsx, in its order."""
    shipped = open_workbook(ROOT / "model.xlsx")
    assert [sheet.name for sheet in book.sheets] == [sheet.name for sheet in shipped.sheets]


def shown(book: Book) -> Iterator[tuple[str, Cell]]:
    """Return every cell of a book with its sheet."""
    for sheet in book.sheets:
        for block in sheet.blocks:
            for row in block.rows:
                yield from ((sheet.name, cell) for cell in row if cell)


def test_formulas_fit_a_line(book: Book) -> None:
    """What the templates compose holds no formula longer than a line: a step of its own is named instead."""
    cells = [(sheet, cell.formula) for sheet, cell in shown(book) if cell.formula]
    assert len(cells) > 50_000
    assert [one for one in cells if len(one[1]) > 130] == []


# Users that subscribe to one service; the path takes off what is billed once.
RECURRING = {"arr_at_end", "market_mrr_low", "market_mrr_high", "path_arr", "path_arr_one", "path_arr_two"}
RECURRING |= {"path_arr_last", "path_phase_arr"}


def test_only_what_recurs_is_called_recurring() -> None:
    """A line or an output says recurring only where nothing is in it that is sold once."""
    templates = [read_template(MODELS / f"{name}.toml") for name in SHIPPED]
    lines = [line for template in templates for line in template.line]
    lines += [line for template in templates for block in template.block for line in block.line]
    outputs = [one for template in templates for one in template.output]
    said = {one.name for one in lines if "recurring" in one.label.lower()}
    said |= {one.name for one in outputs if "recurring" in one.label.lower()}
    assert said == RECURRING


def test_a_line_says_a_word_in_each_column(template: Callable[[str], Path]) -> None:
    """On an axis with words one line gathers another figure in each column."""
    words = 'count = 3\nwords = [{ name = "of", at = ["price", "units", "all_income"] }]'
    book = compose([template(SMALL.replace("count = 3", words).replace("units*price", "{of}*price"))])
    sales = [cell.formula for sheet, cell in shown(book) if sheet == "Sales" and cell.formula]
    assert {"=price*price", "=E7*price", "=$D$11*price"} <= set(sales)


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
