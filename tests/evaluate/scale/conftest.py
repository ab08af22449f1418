"""A small workbook whose scenarios give numbers, errors, texts and booleans, and one that no plan can do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from engine.evaluate.model import Model
from tests.workbooks import Cell, data_table

# Processes on this machine alone; no dashboard, and for the scheduler's own pages any port that is free.
ON_LOOPBACK: dict[str, Any] = {
    "host": "127.0.0.1",
    "processes": True,
    "threads_per_worker": 1,
    "dashboard_address": None,
    "worker_dashboard_address": None,
    "scheduler_kwargs": {"dashboard_address": "127.0.0.1:0"},
}
OUTPUTS = ("revenue", "ratio", "verdict", "large", "total")
HEADERS = ("name", "label", "unit", "low", "base", "high", "distribution", "live", "source")
ASSUMPTIONS = [
    ("price", 1.0, 10.0, 20.0, "pert"),
    ("volume", 50.0, 100.0, 150.0, "triangular"),
    ("discount", 0.0, 0.1, 0.2, "uniform"),
    ("floor", 1.0, 1.0, 1.0, "fixed"),
]
FORMULAS = {
    "revenue": "price*volume*(1-discount)",
    "ratio": "revenue/(price-5)",
    "verdict": 'IF(revenue>900,"good",revenue)',
    "large": "revenue>1000",
    "mode": None,
    "total": "SUM(Model!D1:BK1)",
    "pointed": 'INDIRECT("Model!B"&floor)*2',
}
# A circle that settles where A2 is small, and one within a Data Table (see test_converged).
GROWING: dict[str, Cell] = {"B1": "=A1+B2*A2", "B2": "=B1*1.5", "C1": "=B2"}
WITHIN_A_TABLE: dict[str, Cell] = {
    "A3": 0.1, "B1": "=A1+B2*A3", "B2": "=B1*0.5", "E1": "=B2",
    "D2": "=A2*2", "D3": 0.1, "E2": data_table("E2:E3", column="A3"), "C1": "=E2+E3",
}  # fmt: skip


def write(path: Path) -> Path:
    """Write the workbook."""
    book = xlsxwriter.Workbook(str(path))
    sheet, model = book.add_worksheet("Assumptions"), book.add_worksheet("Model")
    columns = [{"header": header} for header in HEADERS]
    sheet.add_table(0, 0, len(ASSUMPTIONS), len(HEADERS) - 1, {"name": "Assumptions", "columns": columns})
    for row, (name, low, base, high, distribution) in enumerate(ASSUMPTIONS, 1):
        for column, value in enumerate((name, name.title(), "$", low, base, high, distribution)):
            sheet.write(row, column, value)
        sheet.write_formula(row, 7, f"=E{row + 1}", None, base)
        sheet.write(row, 8, "estimate")
        book.define_name(name, f"=Assumptions!$H${row + 1}")
    for row, (name, formula) in enumerate(FORMULAS.items()):
        book.define_name(name, f"=Model!$B${row + 1}")
        if formula is None:
            model.write(row, 1, "lean")
        else:
            model.write_formula(row, 1, f"={formula}")
    model.write_array_formula("C1:C2", "{=FREQUENCY(B1:B2,price*90)}")
    model.write_formula("D1", "=revenue")
    for month in range(4, 63):
        before = xlsxwriter.utility.xl_rowcol_to_cell(0, month - 1)
        model.write_formula(0, month, f'={before}*(1+discount/10)+IF(mode="lean",1,2)')
    book.close()
    return path


@pytest.fixture(scope="session")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook's file."""
    return write(tmp_path_factory.mktemp("scale") / "small.xlsx")


@pytest.fixture(scope="session")
def model(path: Path) -> Model:
    """The workbook, opened and evaluated."""
    opened = Model.open(path)
    assert opened.evaluate()["revenue"] == 900.0
    return opened
