"""Every formula cell of the shipped model against two witnesses: LibreOffice and stock formulas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from engine import ExcelError, Model, Result, Value
from engine.core.address import Rect, key_of, row_column
from engine.evaluate.oracle import stock_values
from engine.formula.expr import Ref, walk
from engine.plan.forms import address_of
from engine.plan.scope import rectangle
from tests.end_to_end.conftest import ROOT
from tests.libreoffice import needs_libreoffice, recalculated, stored_values, with_inputs

MODEL = ROOT / "model.xlsx"
TOLERANCE = 1e-9
ROUNDING = 1e-12
SCENARIOS = ("Base", "As stated", "Downside", "Upside")


@pytest.fixture(scope="module")
def model() -> Model:
    """Return the shipped model, opened once."""
    return Model.open(MODEL)


def agree(ours: Value, theirs: Value) -> bool:
    """Whether two values are one: numbers within 1e-9, errors as errors, booleans as numbers."""
    if isinstance(ours, ExcelError) or isinstance(theirs, ExcelError):
        return isinstance(ours, ExcelError) and isinstance(theirs, ExcelError)
    if isinstance(ours, float | bool) and isinstance(theirs, float | bool):
        return abs(ours - theirs) <= TOLERANCE * max(abs(ours), abs(theirs))
    return (ours or "") == (theirs or "")  # a blank and an empty text are told apart by neither file


def residue(result: Result, cell: str, ours: Value, theirs: Value) -> bool:
    """Whether equal amounts were subtracted, and one side rounds to zero what the other leaves of them.

    Spreadsheets show such a difference as zero, each by a rule of its own. It is judged against the amounts:
    one side is exactly zero, and the other below 1e-12 of the formula's largest precedent.
    """
    if not (isinstance(ours, float) and isinstance(theirs, float) and 0.0 in {ours, theirs}):
        return False
    amounts = (value for value in precedents(result, cell) if isinstance(value, float))
    return abs(ours - theirs) <= ROUNDING * max(map(abs, amounts), default=0.0)


def precedents(result: Result, cell: str) -> Iterator[Value]:
    """Yield the values that a cell's formula refers to."""
    number, key = result.targets.cell(cell)
    program = result.evaluation.program
    form = program.formed.cells[number][key]
    expression = program.formed.forms[form].expr
    assert expression is not None
    for node in walk(expression):
        if isinstance(node, Ref):
            sheet = number if node.sheet is None else program.scope.number(node.sheet)
            assert sheet is not None
            top, left, bottom, right = rectangle(node, *row_column(key))
            values = result.evaluation.state.cells[sheet]
            for row in range(top, bottom + 1):
                yield from (values.get(key_of(row, column)) for column in range(left, right + 1))


def disagreements(result: Result, theirs: Mapping[str, Value]) -> list[str]:
    """Return the formula cells whose value a witness does not confirm, with both values.

    Witnesses name cells in upper case here, because stock formulas keeps sheet names so.
    """
    return [
        f"{cell}: {value!r}, not {theirs.get(cell.upper())!r}"
        for cell, value in result.cells.items()
        if not agree(value, theirs.get(cell.upper()))
        and not residue(result, cell, value, theirs.get(cell.upper()))
    ]


@pytest.fixture(scope="module")
def libreoffice(model: Model, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Value]]:
    """Return, by scenario, what LibreOffice computes with the scenario switch on it."""
    scratch = tmp_path_factory.mktemp("libreoffice")
    switch = str(model.targets.rect("active_scenario"))
    files = [with_inputs(MODEL, scratch / f"{name}.xlsx", {switch: name}) for name in SCENARIOS]
    return {path.stem: shouted(stored_values(path)) for path in recalculated(files, scratch)}


@needs_libreoffice
@pytest.mark.libreoffice
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_libreoffice_agrees(scenario: str, model: Model, libreoffice: dict[str, dict[str, Value]]) -> None:
    """LibreOffice's recalculation gives the same value in every formula cell, in each scenario."""
    ours = model.evaluate({"active_scenario": scenario})
    assert len(ours.cells) > 1000
    assert disagreements(ours, libreoffice[scenario]) == []


@pytest.mark.long
def test_stock_formulas_agrees(model: Model) -> None:
    """Stock formulas gives the same value in every formula cell; it takes minutes over the whole model."""
    theirs = shouted(stock_values(MODEL))
    assert len(theirs) > len(model.evaluate().cells)
    assert disagreements(model.evaluate(), theirs) == []


@needs_libreoffice
@pytest.mark.libreoffice
@pytest.mark.parametrize("name", ["spot_price_small", "hosted_churn"])
def test_a_changed_assumption_changes_what_depends_on_it(name: str, model: Model, tmp_path: Path) -> None:
    """An assumption changed in the file changes its dependents, as LibreOffice has it, and no other cell."""
    row = next(row for row in model.contract.assumptions if row.name == name)
    changed = with_inputs(MODEL, tmp_path / "changed.xlsx", {base_cell(model, name): row.high})
    (witness,) = recalculated([changed], tmp_path)
    before, after = model.evaluate(), Model.open(changed).evaluate()
    assert disagreements(after, shouted(stored_values(witness))) == []
    moved = {cell for cell, value in after.cells.items() if value != before.cells[cell]}
    assert moved
    assert moved <= dependents(model, name)


def shouted(values: Mapping[str, Value]) -> dict[str, Value]:
    """Return values by address in upper case."""
    return {cell.upper(): value for cell, value in values.items()}


def base_cell(model: Model, name: str) -> str:
    """Return the address of an assumption's base value."""
    table = next(table for table in model.workbook.tables if table.name == "Assumptions")
    column = [header.casefold() for header in table.columns].index("base")
    live = model.targets.rect(name)
    return str(Rect(live.sheet, live.top, table.rect.left + column, live.top, table.rect.left + column))


def dependents(model: Model, name: str) -> set[str]:
    """Return the formula cells downstream of an assumption, itself included."""
    rect = model.targets.rect(name)
    number = model.program.scope.number(rect.sheet)
    assert number is not None
    bounds = (number, rect.top, rect.left, rect.bottom, rect.right)
    found = model.program.cells_of(model.program.dependencies.dependents([bounds]))
    return {address_of(model.workbook.sheets[sheet].name, key) for sheet, key in found} | {str(rect)}
