"""``Model``: evaluate and run with inputs, and what is said of inputs that can't be."""

from __future__ import annotations

import datetime
import difflib
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xlsxwriter

import engine
from engine.core.exceptions import BadInput, CircularReference, UnknownName, UnsupportedFormula
from engine.core.values import DIV0, ExcelError
from engine.evaluate.model import Model
from engine.evaluate.oracle import stock_values
from engine.evaluate.targets import Targets, input_value, is_missing
from engine.plan.scope import Scope
from tests.workbooks import Cell, book, sheet, workbook

CELLS: dict[str, Cell] = {
    "A1": 100, "A2": 0.1, "A3": "High", "A4": True,
    "B1": "=A1*(1+A2)", "B2": "=B1*2", "B3": "=1/(A1-50)", "B4": '=IF(A3="High",B1,0)', "B5": "=SUM(B1:B2)",
}  # fmt: skip
NAMES = {
    "users": "Sheet1!$A$1",
    "rate": "Sheet1!$A$2",
    "case": "Sheet1!$A$3",
    "gross": "Sheet1!$B$1",
    "net": "Sheet1!$B$2",
    "ratio": "Sheet1!$B$3",
    "both": "Sheet1!$B$1:$B$2",
    "column": "Sheet1!$B:$B",
}


@pytest.fixture
def model() -> Model:
    """A small model with names."""
    return Model(book(CELLS, names=NAMES))


def test_result_by_name_and_address(model: Model) -> None:
    """A result answers names and addresses, ranges, and lists every formula cell."""
    result = model.evaluate()
    assert result["gross"] == result["Sheet1!B1"] == result["sheet1!$B$1"] == pytest.approx(110)
    assert result["users"] == 100.0
    assert result.range("both") == ((result["gross"],), (result["net"],))
    assert list(result.cells) == [f"Sheet1!B{row}" for row in range(1, 6)]
    assert result.cells["Sheet1!B2"] == result["net"]
    assert len(result.cells) == 5
    assert "Sheet1!A1" not in result.cells
    assert result.require_whole() is result


@pytest.mark.parametrize(
    ("inputs", "output", "value"),
    [
        ({"users": 200}, "gross", 220.0),
        ({"users": 200.0, "rate": 0.0}, "net", 400.0),
        ({"Sheet1!A1": 200}, "net", 440.0),
        ({"gross": 7.0}, "net", 14.0),
        ({"gross": 7.0}, "gross", 7.0),
        ({"users": 50}, "ratio", DIV0),
        ({"case": "Low"}, "Sheet1!B4", 0.0),
        ({"users": None}, "gross", 0.0),
        ({"gross": None}, "net", 0.0),
        ({"users": pd.NA}, "gross", 110.0),
        ({"users": float("nan")}, "gross", 110.0),
    ],
)
def test_inputs(model: Model, inputs: dict[str, object], output: str, value: object) -> None:
    """Inputs take the place of cells, formulas included; None makes one blank, a missing value leaves it."""
    found = model.evaluate(inputs)[output]  # type: ignore[arg-type]  # values as a caller has them
    assert found is value or found == pytest.approx(value)


def test_evaluations_do_not_touch_each_other(model: Model) -> None:
    """The base is the same before and after other inputs."""
    before = dict(model.evaluate().cells)
    model.evaluate({"users": 1.0, "gross": 3.0})
    assert dict(model.evaluate().cells) == before


def test_run_equals_evaluations(model: Model) -> None:
    """A run of many scenarios gives what as many evaluations give, row by row, with the index kept."""
    scenarios = pd.DataFrame(
        {"users": [100.0, 50.0, 70.0, np.nan], "rate": [0.1, 0.2, np.nan, 0.0]}, index=["a", "b", "c", "d"]
    )
    outputs = ["gross", "ratio", "Sheet1!B5"]
    frame = model.run(scenarios, outputs)
    assert list(frame.index) == ["a", "b", "c", "d"]
    assert list(frame.columns) == outputs
    for label, row in scenarios.iterrows():
        result = model.evaluate({str(name): value for name, value in row.items()})
        for output in outputs:
            expected: object = result[output]
            found: object = frame[output].to_dict()[label]
            assert found is expected or found == pytest.approx(expected, rel=1e-14)


def test_order_of_scenarios_is_irrelevant(model: Model) -> None:
    """Shuffled scenarios give shuffled rows."""
    scenarios = pd.DataFrame({"users": [1.0, 50.0, 3.0, 4.0], "rate": [0.1, 0.2, 0.3, 0.4]})
    frame = model.run(scenarios, ["net", "ratio"])
    shuffled = scenarios.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(
        model.run(shuffled, ["net", "ratio"]).sort_index().astype(object), frame.astype(object)
    )


def test_error_stays_in_its_lane(model: Model) -> None:
    """An error in one scenario does not spoil its neighbours."""
    frame = model.run(pd.DataFrame({"users": [49.0, 50.0, 51.0]}), ["ratio"])
    assert frame["ratio"].tolist() == [-1.0, DIV0, 1.0]


def test_run_overrides_formulas(model: Model) -> None:
    """A scenario may set a formula cell."""
    assert model.run(pd.DataFrame({"gross": [5.0, 6.0]}), ["net"])["net"].tolist() == [10.0, 12.0]


def test_run_of_no_scenarios(model: Model) -> None:
    """No scenarios give no rows."""
    assert model.run(pd.DataFrame({"users": []}), ["net"]).shape == (0, 1)


def test_all_unknown_names_are_told_at_once(model: Model) -> None:
    """Every unknown name is reported together, with names that look alike."""
    with pytest.raises(UnknownName) as caught:
        model.run(pd.DataFrame({"user": [1.0], "rate": [0.1], "Nowhere!A1": [1.0]}), ["net"])
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert "did you mean users?" in lines[0]
    assert "its sheets are Sheet1" in lines[1]
    with pytest.raises(UnknownName, match="did you mean gross"):
        model.run(pd.DataFrame({"users": [1.0]}), ["gros"])


def test_names_that_look_alike_are_looked_for_when_they_are_told(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages ask for many names that may be absent; another process gets the sentence."""
    looked: list[str] = []

    def noted(text: str, *_: object, **__: object) -> list[str]:
        looked.append(text)
        return ["gross"]

    monkeypatch.setattr(difflib, "get_close_matches", noted)
    with pytest.raises(UnknownName) as caught:
        model.evaluate().range("gros")
    assert not looked
    assert "did you mean gross" in str(pickle.loads(pickle.dumps(caught.value)))
    assert looked == ["gros"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"users": "many"}, "users is 'many', which is text; its cell holds a number \\(100\\)"),
        ({"case": 5.0}, "case is 5, which is a number; its cell holds text \\('High'\\)"),
        ({"users": [1]}, "no cell can hold"),
        ({"users": float("inf")}, "no cell can hold"),
        ({"users": 1j}, "no cell can hold"),
    ],
)
def test_values_that_a_cell_can_not_take(model: Model, given: dict[str, object], message: str) -> None:
    """A value that its cell can't take is refused by name."""
    with pytest.raises(BadInput, match=message):
        model.evaluate(given)  # type: ignore[arg-type]  # wrong on purpose


def test_all_bad_values_are_told_at_once(model: Model) -> None:
    """Mistakes in several rows come in one message."""
    with pytest.raises(BadInput) as caught:
        model.run(pd.DataFrame({"users": ["x", 1.0, "y"], "case": ["a", 2.0, "b"]}), ["net"])
    assert len(str(caught.value).splitlines()) == 3


UNSUPPORTED: dict[str, Cell] = {
    "A1": 5, "B1": "=STOCKHISTORY(A1)", "B2": "=IFERROR(B1,0)", "B3": "=B2+1", "C1": "=A1*2",
    "B4": "=IF(A1>3,C1,B1)", "B5": "=SUM(B1:B2)", "B6": "=1+",
}  # fmt: skip


def test_unsupported_function_is_never_swallowed() -> None:
    """What can't be evaluated says so through IFERROR and ranges; what does not need it is evaluated."""
    result = Model(book(UNSUPPORTED)).evaluate()
    assert set(result.not_evaluated) == {f"Sheet1!B{row}" for row in (1, 2, 3, 5, 6)}
    assert result["Sheet1!B4"] == 10.0
    reason = result.not_evaluated["Sheet1!B3"]
    assert reason.startswith("Sheet1!B1 (=STOCKHISTORY(A1))")
    assert "STOCKHISTORY" in reason
    assert "Sheet1!B1" not in result.cells
    with pytest.raises(UnsupportedFormula, match="can't be evaluated:\n  Sheet1!B1"):
        result.require_whole()
    with pytest.raises(UnsupportedFormula, match="Sheet1!B1"):
        _ = result["Sheet1!B5"]


def test_run_over_what_can_not_be_evaluated() -> None:
    """A run refuses an output that can't be evaluated or is circular, and gives the others."""
    model = Model(book(UNSUPPORTED | {"D1": "=D2+A1", "D2": "=D1"}))
    scenarios = pd.DataFrame({"Sheet1!A1": [4.0, 5.0]})
    assert model.run(scenarios, ["Sheet1!C1"])["Sheet1!C1"].tolist() == [8.0, 10.0]
    with pytest.raises(UnsupportedFormula, match="STOCKHISTORY"):
        model.run(scenarios, ["Sheet1!B3"])
    with pytest.raises(CircularReference, match="Sheet1!D1"):
        model.run(scenarios, ["Sheet1!D1"])


@pytest.mark.parametrize(
    ("text", "rect"),
    [
        ("users", "Sheet1!A1"),
        ("USERS", "Sheet1!A1"),
        ("both", "Sheet1!B1:B2"),
        ("Sheet1!B2:A1", "Sheet1!A1:B2"),
        ("'Sheet1'!B2", "Sheet1!B2"),
        ("column", "Sheet1!B1:B5"),
        ("Two!local", "Two!A1"),
    ],
)
def test_targets(text: str, rect: str) -> None:
    """Addresses, names, sheet-scoped names and whole columns give rectangles."""
    two = workbook(sheet("Sheet1", CELLS), sheet("Two", {"A1": 1}), names=NAMES | {"Two!local": "Two!$A$1"})
    assert str(Targets(two, Scope.of(two)).rect(text)) == rect


@pytest.mark.parametrize("text", ["both", "nothing", "Nowhere!A1", "Sheet1!nothing", "", "A1"])
def test_what_is_no_single_cell(model: Model, text: str) -> None:
    """A range, an unknown name or a bare address is no single cell."""
    with pytest.raises(UnknownName):
        model.targets.cell(text)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        (5, 5.0),
        (np.float64(2.5), 2.5),
        (np.int64(3), 3.0),
        (True, True),
        (np.bool_(False), False),
        ("x", "x"),
    ],
)
def test_input_values(given: object, value: object) -> None:
    """NumPy's and Python's values become what a cell holds."""
    found = input_value("x", given, None)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("given", [None, float("nan"), pd.NA, pd.NaT, np.nan])
def test_missing_values(given: object) -> None:
    """Every way to say nothing is understood."""
    assert is_missing(given)


def test_clock_and_chance_are_pinned() -> None:
    """TODAY answers the moment of opening, RAND the same number in every evaluation."""
    cells: dict[str, Cell] = {"A1": "=TODAY()", "A2": "=RAND()", "A3": "=A2+B1", "B1": 0}
    model = Model(book(cells), now=datetime.datetime(2024, 1, 15, 18))  # noqa: DTZ001  # a workbook's time has no zone
    first, again = model.evaluate(), model.evaluate({"Sheet1!B1": 1.0})
    assert first["Sheet1!A1"] == 45306.0
    assert again["Sheet1!A2"] == first["Sheet1!A2"]
    assert again["Sheet1!A3"] == pytest.approx(first["Sheet1!A2"] + 1)  # type: ignore[operator]  # a number


def test_open_and_stock_formulas(tmp_path: Path) -> None:
    """A file opens through the public API, and stock formulas, as a witness, computes the same."""
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as written:
        page = written.add_worksheet("Plan")
        page.write_column(0, 0, [1, 2, 3])
        page.write_formula("B1", "=SUM(A1:A3)*2")
        page.write_formula("B2", '=IF(B1>5,"big","small")')
        page.write_formula("B3", "=1/0")
    witness = stock_values(path)
    result = engine.Model.open(path).evaluate()
    assert {f"PLAN!{a.split('!')[1]}": v for a, v in result.cells.items()} == {
        address: witness[address] for address in ("PLAN!B1", "PLAN!B2", "PLAN!B3")
    }
    assert isinstance(witness["PLAN!B3"], ExcelError)
