"""The compiled program: forms shared by like formulas, rows used again, and the numbers of NumPy."""

from __future__ import annotations

import pickle
from collections.abc import Mapping

import numpy as np
import pytest

from engine.evaluate.batch import lanes
from engine.evaluate.batch.compiled import available
from engine.evaluate.model import Model
from engine.evaluate.state import CellId
from tests.workbooks import Cell, sheet, workbook

shares = pytest.importorskip("engine.evaluate.batch.machine.shares", exc_type=ImportError)
pytestmark = pytest.mark.skipif(not available(), reason="numba is not installed")

MONTHS = "CDEFGHIJKLMN"
ROWS = {
    2: "={before}2*(1+$A$1)",
    3: "={this}2*$A$2",
    4: "={this}3*$A$2",
    5: "=IF({this}3>{before}3,{this}4/2,{this}2)",
    6: "={this}5-{this}4",
    7: "=ROUNDUP({this}2/3,0)",
}


def _plan() -> tuple[Model, lanes.Plan]:
    cells: dict[str, Cell] = {"A1": 0.03, "A2": 1.5, "B2": 100.0, "B3": 90.0}
    for before, this in zip("B" + MONTHS, MONTHS, strict=False):
        cells |= {f"{this}{row}": text.format(before=before, this=this) for row, text in ROWS.items()}
    cells["A9"] = "=SUM(C6:N6)+MAX(C4:N4)"
    cells["A10"] = "=" + "+".join(f"{this}7" for this in MONTHS)
    model = Model(workbook(sheet("Sheet1", cells)))
    asked = ["Sheet1!A9", "Sheet1!A10", "Sheet1!N2"]
    return model, lanes.plan(
        model.base,
        tuple(model.cells(["Sheet1!A1", "Sheet1!A2"], "input")),
        tuple(model.cells(asked, "output")),
    )


def _inputs(plan: lanes.Plan, count: int) -> dict[tuple[int, int], np.ndarray]:
    random = np.random.default_rng(4)
    return {cell: random.uniform(0.5, 1.5, count) for cell in plan.cone.inputs}


@pytest.mark.parametrize("count", [1, 127, 128, 1_000])
def test_compiled_is_numpy_within_rounding(count: int) -> None:
    """Whole blocks of scenarios or not; ties included, where a form's loop runs twice."""
    _, plan = _plan()
    inputs = _inputs(plan, count)
    growth, factor = plan.cone.inputs
    inputs[growth][::5], inputs[factor][::3] = 0.0, 1.0  # months alike, and prices
    numpy, compiled = plan.run(inputs, "numpy"), plan.run(inputs, "compiled")
    for cell in plan.cone.outputs:
        np.testing.assert_allclose(
            compiled[cell].astype(float), numpy[cell].astype(float), rtol=1e-12, atol=1e-12
        )


def test_like_formulas_share_a_form_and_rows_are_used_again() -> None:
    """Rows 3 and 4 are one form; of six rows of twelve months no more than four are held at a time."""
    _, plan = _plan()
    plan.choose(1, "compiled")
    program = plan.backend.program
    assert program is not None
    tables = program.tables
    assert len(tables.code) > 6 * len(MONTHS)
    assert len(set(tables.code.tolist())) == len(tables.forms) < 14
    assert len(tables.start) <= 4 * len(MONTHS)


def test_a_compiled_program_travels_as_tables() -> None:
    """Another process finds the forms again and computes the same bits."""
    _, plan = _plan()
    plan.choose(1, "compiled")
    program = plan.backend.program
    assert program is not None
    slots = plan.plain.slots.numbers
    given = {slots[cell]: values for cell, values in _inputs(plan, 200).items()}
    asked = [slots[cell] for cell in plan.cone.outputs]
    copy = pickle.loads(pickle.dumps(plan.backends.tabled)).compiled()
    assert copy.begun(given, asked).finished().tobytes() == program.begun(given, asked).finished().tobytes()


@pytest.mark.parametrize("count", [1, 127, 128, 5_000])
def test_threads_share_scenarios_and_change_no_bit(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many threads take blocks, every scenario is there, and last the base case."""
    _, plan = _plan()
    plan.choose(1, "compiled")
    program = plan.backend.program
    assert program is not None
    slots = plan.plain.slots.numbers
    given = {slots[cell]: values for cell, values in _inputs(plan, count).items()}
    asked = [slots[cell] for cell in plan.cone.outputs]
    alone = program.begun(given, asked).finished()
    monkeypatch.setattr(shares, "_worth", lambda *_: 3)
    together = program.begun(given, asked, alone=False)
    assert len(together.threads) == 3
    assert together.finished().tobytes() == alone.tobytes()
    np.testing.assert_allclose(alone[:, -1], plan.plain.start[asked], rtol=1e-12)


def test_nothing_is_computed_twice() -> None:
    """Of rows that are alike, constant or copies, one instruction is left; the base case is unchanged."""
    cells: dict[str, Cell] = {"A1": 1.1, "A2": 2.5}
    for column in "BCDE":
        cells |= {f"{column}1": "=$A$1*3", f"{column}2": f"={column}1+$A$2", f"{column}3": f"={column}2"}
    cells["A9"] = "=SUM(B3:E3)+MAX(B2:E2)"
    model = Model(workbook(sheet("Sheet1", cells)))
    plan = lanes.plan(
        model.base,
        tuple(model.cells(["Sheet1!A1"], "input")),
        tuple(model.cells(["Sheet1!A9", "Sheet1!C3"], "output")),
    )
    given = {plan.cone.inputs[0]: np.linspace(0.0, 2.0, 50)}
    compiled, numpy = plan.run(given, "compiled"), plan.run(given, "numpy")
    for cell in plan.cone.outputs:
        np.testing.assert_allclose(compiled[cell], numpy[cell], rtol=1e-12)
    program = plan.backend.program
    assert program is not None
    written = [form for form in program.tables.code.tolist() if "* c0" in program.tables.forms[form]]
    assert len(written) == 1


STATISTICS = (
    "MEDIAN(A1:A7)",
    "MEDIAN(A1:A6)",
    "MEDIAN(A1:A2,A5,3,1)",
    "STDEV(A1:A7)",
    "STDEV.P(A1:A7)",
    "VAR.S(A1:A2,A7)",
    "VARP(A1:A7)",
    "DEVSQ(A1:A7)",
    "LARGE(A1:A7,2)",
    "LARGE(A1:A7,A7)",
    "SMALL(A1:A7,7)",
    "SMALL(A1:A7,1.5)",
    "PERCENTILE(A1:A7,A6)",
    "PERCENTILE.INC(A1:A7,1)",
    "QUARTILE(A1:A7,3)",
    "STDEV(A1)",
    "SMALL(A1:A7,8)",
)


def planned(cells: Mapping[str, Cell], count: int) -> tuple[tuple[CellId, ...], lanes.Plan]:
    """Return a sheet's first cells of column A and the plan from them to B2."""
    model = Model(workbook(sheet("Sheet1", cells)))
    given = tuple(model.cells([f"Sheet1!A{row}" for row in range(1, count + 1)], "input"))
    return given, lanes.plan(model.base, given, tuple(model.cells(["Sheet1!B2"], "output")))


@pytest.mark.parametrize("formula", STATISTICS)
def test_statistics_are_compiled(formula: str) -> None:
    """Each is NumPy's to the last digits; where it has no answer, the scenario goes back to NumPy's error."""
    cells: dict[str, Cell] = {f"A{row}": float(row * row % 7) for row in range(1, 6)}
    cells |= {"A6": 0.3, "A7": 2.0, "B1": f"=IFERROR({formula},-1)", "B2": "=B1*2"}
    given, plan = planned(cells, 7)
    random = np.random.default_rng(2)
    inputs = {cell: random.uniform(-5, 5, 300) for cell in given}
    inputs[given[2]][::3] = inputs[given[0]][::3]  # ties
    inputs[given[5]], inputs[given[6]] = random.uniform(-0.2, 1.2, 300), random.uniform(0, 9, 300)
    (output,) = plan.cone.outputs
    numpy, compiled = plan.run(inputs, "numpy")[output], plan.run(inputs, "compiled")[output]
    np.testing.assert_allclose(compiled.astype(float), numpy.astype(float), rtol=1e-12, atol=1e-12)


DATES = (
    "YEAR(A1)",
    "MONTH(A1)",
    "DAY(A1)",
    "EDATE(A1,A2)",
    "EOMONTH(A1,A2)",
    "DATE(A3,A2,A4)",
    "WEEKDAY(A1)",
    "WEEKDAY(A1,2)",
    "DAYS(A1,A5)",
)


@pytest.mark.parametrize("formula", DATES)
def test_dates_are_compiled(formula: str) -> None:
    """Every day of four centuries and past both ends: the calendar that NumPy and the functions know."""
    cells: dict[str, Cell] = {"A1": 45000.0, "A2": 3.0, "A3": 2024.0, "A4": 31.0, "A5": 61.5}
    cells |= {"B1": f"=IFERROR({formula},-1)", "B2": "=B1*2"}
    given, plan = planned(cells, 5)
    count, random = 150_000, np.random.default_rng(2)
    days = np.concatenate([np.arange(0.0, count - 2_000), random.uniform(2_900_000, 2_960_000, 2_000)])
    values = (
        days,
        random.integers(-500, 500, count) + 0.4,
        random.integers(1890, 2100, count),
        random.integers(-60, 90, count),
        random.uniform(0, 90_000, count),
    )
    inputs = {cell: np.array(some, dtype=float) for cell, some in zip(given, values, strict=True)}
    (output,) = plan.cone.outputs
    expected, found = plan.run(inputs, "numpy")[output], plan.run(inputs, "compiled")[output]
    np.testing.assert_array_equal(found.astype(float), expected.astype(float))
