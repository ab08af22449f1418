"""Precision as displayed: formulas rounded to what their cells show."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from engine.core.address import key_of, parse_a1
from engine.core.values import DIV0, Value
from engine.evaluate.model import Model
from engine.functions.displayed import as_displayed
from engine.workbook.book import Settings, Workbook
from tests.workbooks import Cell, array, data_table, sheet, workbook

FORMATS = ("General", "0.00", "0%", "#,##0")


def displayed(cells: dict[str, Cell], styles: dict[str, int], *, full: bool = False) -> Workbook:
    """A workbook of one sheet that computes as displayed, with number formats by cell."""
    plain = sheet("Sheet1", cells)
    styled = {key_of(*parse_a1(cell)): style for cell, style in styles.items()}
    made = workbook(dataclasses.replace(plain, styles=styled), settings=Settings(full_precision=full))
    return dataclasses.replace(made, number_formats=FORMATS)


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (1.005, "0.00", 1.01),
        (-1.005, "0.00", -1.01),
        (-0.004, "0.00", 0.0),
        (0.12345, "0.0%", 0.123),
        (1234567.0, "0,", 1235000.0),
        (-1234.5, "#,##0_);(#,##0)", -1235.0),
        (0.0049, '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)', 0.0),
        (12345.678, "0.00E+00", 12300.0),
        (123456.0, "##0.0E+0", 123500.0),
        (0.37, "# ?/?", 3 / 8),
        (3.3, "# ?/2", 3.5),
        (1.26, "[>1]0;0.0", 1.0),
        (0.26, "[>1]0;0.0", 0.3),
        (1e300, "0.00", 1e300),
        (45000.7, "m/d/yyyy", 45000.7),
        (45000.7, "[h]:mm", 45000.7),
        (2.345, "General", 2.345),
        (2.345, "@", 2.345),
        (2.345, ";;;", 2.345),
        (2.345, "0;0;0;0;0", 2.345),
        ("1.005", "0.00", "1.005"),
        (True, "0", True),
        (DIV0, "0", DIV0),
        (None, "0", None),
    ],
)
def test_a_value_as_its_format_shows_it(value: Value, code: str, expected: Value) -> None:
    """Numbers round half away from zero at the last digit shown; dates, General and other values stay."""
    assert as_displayed(value, code) == expected
    assert type(as_displayed(value, code)) is type(expected)


CELLS: dict[str, Cell] = {
    "A1": 2, "A2": "=A1/3", "A3": "=A2*3", "A4": "=A1/3*3",
    "B1": array("=A1:A2/7", "B1:B2"), "B2": 0,
    "D1": "=A1/3", "C2": 1, "D2": data_table("D2:D2", column="A1"),
}  # fmt: skip
STYLES = {"A2": 1, "A3": 1, "B1": 1, "B2": 2, "D1": 3, "D2": 1}


@pytest.mark.parametrize(
    ("cell", "rounded", "full"),
    [
        ("A2", 0.67, 2 / 3),
        ("A3", 2.01, 2.0),
        ("A4", 2.0, 2.0),
        ("B1", 0.29, 2 / 7),
        ("B2", 0.1, 2 / 21),
        ("D1", 1.0, 2 / 3),
        ("D2", 0.0, 1 / 3),
    ],
)
def test_cells_are_rounded_as_they_are_computed(cell: str, rounded: float, full: float) -> None:
    """What reads a cell reads what it shows: formulas, parts of arrays, Data Tables; else full precision."""
    as_shown = Model(displayed(CELLS, STYLES)).evaluate()
    plainly = Model(displayed(CELLS, STYLES, full=True)).evaluate()
    assert as_shown[f"Sheet1!{cell}"] == pytest.approx(rounded, rel=1e-15)
    assert plainly[f"Sheet1!{cell}"] == pytest.approx(full, rel=1e-15)


def test_scenarios_are_rounded_too() -> None:
    """An input is rounded as if typed, and a run is computed scenario by scenario, saying why."""
    model = Model(displayed(CELLS, STYLES | {"A1": 3}))
    assert model.evaluate({"Sheet1!A1": 2.4})["Sheet1!A2"] == pytest.approx(0.67)
    frame = pd.DataFrame({"Sheet1!A1": [0.6 + n for n in range(20)]})
    found = model.run(frame, ["Sheet1!A2"])
    assert found["Sheet1!A2"].tolist() == [round((n + 1) / 3, 2) for n in range(20)]
    assert "precision as displayed" in str(found.attrs)
    assert "precision as displayed" in model.explain(["Sheet1!A1"], ["Sheet1!A2"])
