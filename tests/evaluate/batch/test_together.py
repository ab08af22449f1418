"""What only the reference computes stands inside the program, and gives single evaluations' values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.evaluate.batch.sampling import agrees
from engine.evaluate.model import Model
from engine.functions.operands import PENDING
from engine.workbook.book import Settings
from tests.workbooks import Cell, array, book, data_table, dynamic, sheet, workbook

ITERATING = Settings(iterate=True)
CASES: dict[str, tuple[dict[str, Cell], Settings | None]] = {
    "OFFSET or INDIRECT": ({"B1": "=A1*2", "B2": "=A1+7", "C1": "=OFFSET(B1,IF(A1>0,1,0),0)+A2"}, None),
    "an array formula": (
        {"B1": "=A1", "B2": "=A2", "D1": array("FREQUENCY(B1:B2,1)", "D1:D2"), "C1": "=D1-D2"},
        None,
    ),
    "a what-if Data Table": (
        {"D1": "=A1*A2", "C3": 5, "D2": data_table("D2:D3", column="A1"), "C1": "=SUM(D2:D3)+A1"},
        None,
    ),
    "a circular reference": (
        {"B1": "=IF(A2>1,A1,C1)", "C1": "=IF(SUMIF(A2:A2,9),1,IF(A2>1,B1+1,A1*2))"},
        None,
    ),
}


def _model(cause: str) -> Model:
    cells, settings = CASES[cause]
    return Model(book({"A1": 3, "A2": 2, **cells}, settings=settings))


@pytest.mark.parametrize("cause", list(CASES))
def test_lane_equals_single_evaluation(cause: str) -> None:
    """Every lane is the single evaluation's value, and the frame says what ran lane by lane."""
    model = _model(cause)
    frame = pd.DataFrame({"Sheet1!A1": np.linspace(-3, 3, 24), "Sheet1!A2": [0.0, 1.0, 1e300] * 8})
    found = model.run(frame, ["Sheet1!C1"])
    assert found.attrs.pop("seconds_a_scenario") > 0
    assert found.attrs == {"lane_by_lane": {cause: 1}}
    for place, (a1, a2) in enumerate(frame.itertuples(index=False)):
        expected = model.evaluate({"Sheet1!A1": a1, "Sheet1!A2": a2})["Sheet1!C1"]
        value = found["Sheet1!C1"].iloc[place]
        plain = float(value) if isinstance(value, np.floating) else value
        assert agrees(plain, expected), (a1, a2)


def test_array_that_changes_its_size_falls_back() -> None:
    """An array of another size in some scenarios leaves the run to single evaluations, and says so."""
    cells: dict[str, Cell] = {"A1": 3, "B1": dynamic("SEQUENCE(A1)", "B1:B3"), "C1": "=SUM(B1:B9)"}
    frame = pd.DataFrame({"Sheet1!A1": [1.0 + n % 4 for n in range(20)]})
    found = Model(book(cells)).run(frame, ["Sheet1!C1"])
    assert found["Sheet1!C1"].tolist()[:4] == [1.0, 3.0, 6.0, 10.0]
    assert list(found.attrs["alone"].values()) == [20]


def test_table_over_arrays() -> None:
    """A Data Table over arrays that read arrays computes them for its cells, and comes to an end."""
    cells: dict[str, Cell] = {
        "A1": 3, "A2": 2, "C1": 5, "C2": 6, "D1": dynamic("C1:C2*A1", "D1:D2"),
        "E1": dynamic("-D1#", "E1:E2"), "H1": "=SUM(E1#)+A2", "G2": 7,
        "H2": data_table("H2:H2", column="A1"), "I1": "=H2+A1",
    }  # fmt: skip
    found = Model(book(cells)).run(
        pd.DataFrame({"Sheet1!A1": [4.0, 5.0] * 12, "Sheet1!A2": [10.0, 20.0] * 12}), outputs=["Sheet1!I1"]
    )
    assert list(found["Sheet1!I1"][:2]) == [-63.0, -52.0]
    assert found.attrs == {}


def test_circle_leaves_the_base_as_it_is() -> None:
    """A reader of the circle on another sheet keeps its value in the base when lanes iterate the circle."""
    own: dict[str, Cell] = {"A1": 3, "A2": 2, "B1": "=A2*(A1+B2)/20", "B2": "=A1-B1/2", "C1": "=B2*2"}
    model = Model(workbook(sheet("Sheet1", own), sheet("Other", {"A1": "=Sheet1!B1+1"}), settings=ITERATING))
    before = model.evaluate()["Other!A1"]
    frame = pd.DataFrame({"Sheet1!A1": np.linspace(-3, 3, 24)})
    model.run(frame, ["Sheet1!C1"])
    assert model.evaluate()["Other!A1"] == before
    assert PENDING not in model.base.state.cells[1].values()


@pytest.mark.parametrize(
    ("array_text", "beside", "expected"),
    [
        ("INDEX(C1:C3,A1)", {}, [7.0, 1.0, 1.0]),
        ("INDEX(C1:C3,A1)", {"B2": "taken"}, ["#VALUE!"] * 3),
        ("TAKE(C1:C3,A1+1)", {}, [1.0, 7.0, 7.0]),
    ],
)
def test_reader_of_cells_that_an_array_fills_in_some_scenarios(
    array_text: str, beside: dict[str, Cell], expected: list[float | str]
) -> None:
    """What reads free cells is computed again where an array grows over them: alone, in rows, in a plan."""
    area: dict[str, Cell] = {"C1": 5, "C2": 6, "C3": 7, "B1": dynamic(array_text, "B1:B1"), "D1": "=B2+1"}
    cells: dict[str, Cell] = {"A1": 1, **area, **beside}
    model = Model(book(cells))
    given = [0.0, 1.0, 2.0]
    alone = [model.evaluate({"Sheet1!A1": value})["Sheet1!D1"] for value in given]
    assert [getattr(value, "code", value) for value in alone] == expected
    for repeats in (1, 8):
        found = model.run(pd.DataFrame({"Sheet1!A1": given * repeats}), ["Sheet1!D1"])["Sheet1!D1"]
        assert list(found) == alone * repeats


def test_explanation_names_rows_and_what_is_slow() -> None:
    """The explanation has addresses, labels, the program's lines and what runs scenario by scenario."""
    cells: dict[str, Cell] = {"A1": 3, "A5": "Cost per seat", "B5": "=Sheet1!A1*2", "C1": "=MODE(B5,1,9)"}
    told = Model(book(cells)).explain(["Sheet1!A1"], ["Sheet1!C1"])
    assert "# Sheet1!B5  Cost per seat" in told
    assert "MODE (1×)" in told
    assert "ms a scenario" in told
