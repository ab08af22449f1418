"""What several months share is computed once, and is the same value."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.evaluate.batch import lanes
from engine.evaluate.batch.compiled import available
from engine.evaluate.batch.sampling import agrees
from engine.evaluate.model import Model
from tests.workbooks import Cell, sheet, workbook


def _model() -> Model:
    cells: dict[str, Cell] = {"A1": 0.03, "A2": 100.0, "B3": 5.0}
    for month, column in enumerate("CDEFGHIJ"):
        cells[f"{column}1"] = float(month // 4)
        cells[f"{column}2"] = f"=$A$2*(1+$A$1)^{column}1"
        cells[f"{column}3"] = f"={chr(ord(column) - 1)}3*(1+$A$1)+{column}2*(1+$A$1)^{column}1"
    cells["A5"] = "=SUM(C3:J3)+J2"
    return Model(workbook(sheet("Sheet1", cells)))


def test_yearly_growth_of_a_monthly_row_takes_a_power_a_year() -> None:
    """The program raises to two powers in two rows, for eight months; no month has its own."""
    model = _model()
    plan = lanes.plan(
        model.base, tuple(model.cells(["Sheet1!A1"], "input")), tuple(model.cells(["Sheet1!A5"], "output"))
    )
    assert len(plan.plain.start) > len(plan.plain.kinds)
    monthly = [line for line in plan.explain().splitlines() if line.startswith("        ")]
    assert monthly
    assert "power" in plan.explain()
    assert not [line for line in monthly if "power" in line]


@pytest.mark.parametrize("backend", ["numpy", "compiled"])
def test_shared_rows_give_the_reference_values(backend: str) -> None:
    """Both backends, for rates of either sign and one that fails."""
    if backend == "compiled" and not available():
        pytest.skip("numba is not installed")
    model = _model()
    (rate,), (total,) = model.cells(["Sheet1!A1"], "input"), model.cells(["Sheet1!A5"], "output")
    rates = np.array([0.0, 0.03, -0.5, -1.0, 2.0])
    found = lanes.plan(model.base, (rate,), (total,)).run({rate: rates}, backend)[total]
    frame = pd.DataFrame({"Sheet1!A1": rates})
    for place in range(len(frame)):
        expected = model.evaluate({"Sheet1!A1": float(rates[place])})["Sheet1!A5"]
        computed = found[place]
        plain = computed.item() if isinstance(computed, np.generic) else computed
        assert agrees(plain, expected)


def test_a_row_of_sums_so_far_adds_one_month_to_the_last() -> None:
    """SUM from a fixed start is a loop of one addition, and the same value, in both backends."""
    cells: dict[str, Cell] = {"A1": 3.0}
    for month, column in enumerate("CDEFGHIJ", 1):
        cells[f"{column}2"] = f"=$A$1*{month}"
        cells[f"{column}3"] = f"=SUM($C2:{column}2)"
    model = Model(workbook(sheet("Sheet1", cells)))
    (given,), (last,) = model.cells(["Sheet1!A1"], "input"), model.cells(["Sheet1!J3"], "output")
    plan = lanes.plan(model.base, (given,), (last,))
    assert "fold_add" not in plan.explain()
    values = np.array([0.1, -2.0, 1e6])
    for backend in ["numpy", "compiled"] if available() else ["numpy"]:
        assert plan.run({given: values}, backend)[last].tolist() == pytest.approx((36 * values).tolist())
