"""Circular references, with iteration and without, and what-if Data Tables."""

from __future__ import annotations

import pytest

from engine.core.exceptions import CircularReference
from engine.core.values import DIV0, REF, Value
from engine.evaluate.model import Model
from engine.evaluate.parity import circular_cells, compare, iterated_cells
from engine.evaluate.result import Result
from engine.workbook.book import Settings
from tests.workbooks import Cell, book, data_table, sheet, workbook

ITERATING = Settings(iterate=True)
# Debt of 100 at 10 % interest on the average balance, paid from cash of 60: each needs the other.
INTEREST: dict[str, Cell] = {
    "A1": 100, "A2": 0.1, "A3": 60,
    "B1": "=A2*(A1+B2)/2", "B2": "=A1-(A3-B1)", "B3": "=B2*2", "B4": '=IF(B2>0,"debt","none")',
}  # fmt: skip
DEBT = (100 - 60 + 0.1 * 100 / 2) / (1 - 0.1 / 2)


def evaluated(cells: dict[str, Cell], settings: Settings | None = None) -> Result:
    """The result of a workbook of one sheet."""
    return Model(book(cells, settings=settings)).evaluate()


def test_circle_settles_where_algebra_says() -> None:
    """An iterated circle ends at its fixed point, and what reads it follows."""
    result = evaluated(INTEREST, ITERATING)
    assert result.converged
    assert result.circles == ()
    assert result["Sheet1!B2"] == pytest.approx(DEBT, rel=1e-12)
    assert result["Sheet1!B3"] == pytest.approx(2 * DEBT, rel=1e-12)
    assert result["Sheet1!B4"] == "debt"


@pytest.mark.parametrize("rate", [0.0, 0.05, 0.2])
def test_circle_follows_inputs(rate: float) -> None:
    """With another input the circle settles elsewhere, as it would from scratch."""
    model = Model(book(INTEREST, settings=ITERATING))
    scratch = Model(book(INTEREST | {"A2": rate}, settings=ITERATING))
    assert model.evaluate({"Sheet1!A2": rate})["Sheet1!B2"] == pytest.approx(
        scratch.evaluate()["Sheet1!B2"], rel=1e-12
    )


@pytest.mark.parametrize(
    ("cells", "settles"),
    [
        ({"A1": "=A1+1"}, False),
        ({"A1": "=2*A2+1", "A2": "=A1"}, False),
        ({"A1": "=1-A2", "A2": "=A1"}, False),
        ({"A1": "=A1/2+1"}, True),
        ({"A1": "=A2", "A2": "=A1"}, True),
    ],
)
def test_whether_a_circle_settles(cells: dict[str, Cell], settles: bool) -> None:
    """A circle that grows or swings for ever is reported as not settled, and ends all the same."""
    assert evaluated(cells, ITERATING).converged is settles


def test_two_circles_in_a_row() -> None:
    """A circle that reads another settles after it."""
    cells = INTEREST | {"D1": "=D2/4+B2", "D2": "=D1/2", "E1": "=D1"}
    result = evaluated(cells, ITERATING)
    assert result["Sheet1!E1"] == pytest.approx(DEBT / (1 - 1 / 8), rel=1e-9)


def test_circle_without_iteration_is_named_in_order() -> None:
    """With iteration off the circle's cells are told in order, with the remedy."""
    result = evaluated({"A1": "=B1+1", "B1": "=C1*2", "C1": "=A1", "D1": 5, "E1": "=D1"})
    assert result.circles == (("Sheet1!A1", "Sheet1!B1", "Sheet1!C1"),)
    with pytest.raises(CircularReference) as caught:
        result.require_whole()
    assert str(caught.value).splitlines() == [
        "book.xlsx has circular references and does not iterate; break each circle at one cell:",
        "  Sheet1!A1 -> Sheet1!B1 -> Sheet1!C1 -> Sheet1!A1",
    ]
    assert result["Sheet1!E1"] == 5.0


def test_circle_on_its_own_cell() -> None:
    """A cell that reads itself is a circle of one."""
    assert evaluated({"A1": "=SUM(A1:A3)", "A2": 4}).circles == (("Sheet1!A1",),)


@pytest.mark.parametrize(
    ("table", "cells", "answers"),
    [
        (  # one input, values down the left, formula above
            data_table("C2:C4", column="A1"),
            {"B2": 1, "B3": 2, "B4": 3, "C1": "=A1*A2"},
            {"C2": 10.0, "C3": 20.0, "C4": 30.0},
        ),
        (  # one input, values along the top, formula on the left
            data_table("C2:E2", row="A1"),
            {"C1": 1, "D1": 2, "E1": 3, "B2": "=A1*A2"},
            {"C2": 10.0, "D2": 20.0, "E2": 30.0},
        ),
        (  # two inputs, formula in the corner
            data_table("C2:D3", row="A1", column="A2"),
            {"B1": "=A1-A2", "C1": 1, "D1": 2, "B2": 5, "B3": 7},
            {"C2": -4.0, "D2": -3.0, "C3": -6.0, "D3": -5.0},
        ),
        (  # an input cell that is gone
            data_table("C2:C3", column="A1", gone=True),
            {"B2": 1, "B3": 2, "C1": "=A1*A2"},
            {"C2": REF, "C3": REF},
        ),
        (  # headers that are formulas, one of them an error
            data_table("C2:C3", column="A1"),
            {"B2": "=A2/10", "B3": "=1/0", "C1": "=A1*A2"},
            {"C2": 10.0, "C3": DIV0},
        ),
        (  # the formula's input is a formula cell
            data_table("C2:C3", column="A3"),
            {"A3": "=A1*2", "B2": 1, "B3": 2, "C1": "=A3+1"},
            {"C2": 2.0, "C3": 3.0},
        ),
        (  # nothing depends on the input
            data_table("C2:C3", column="A4"),
            {"B2": 1, "B3": 2, "C1": "=A1*A2"},
            {"C2": 30.0, "C3": 30.0},
        ),
    ],
)
def test_data_tables(table: Cell, cells: dict[str, Cell], answers: dict[str, Value]) -> None:
    """Each cell of a Data Table is the formula with the headers in place of its inputs."""
    area = table.area  # type: ignore[union-attr]  # a Data Table has one
    first = str(area).split("!")[1].split(":", maxsplit=1)[0]
    result = evaluated({"A1": 3, "A2": 10} | cells | {first: table})
    assert {cell: result[f"Sheet1!{cell}"] for cell in answers} == answers


def test_table_over_a_table() -> None:
    """A Data Table whose formula reads another reads it as it stands: Excel computes that one once."""
    cells: dict[str, Cell] = {
        "A1": 1, "A2": 10, "C1": "=A1*A2", "B2": 1, "B3": 2, "C2": data_table("C2:C3", column="A1"),
        "F1": "=SUM(C2:C3)", "E2": 100, "E3": 200, "F2": data_table("F2:F3", column="A2"),
    }  # fmt: skip
    result = evaluated(cells)
    assert [result[f"Sheet1!{cell}"] for cell in ("C2", "C3", "F2", "F3")] == [10.0, 20.0, 30.0, 30.0]


def test_readers_of_a_table_and_inputs() -> None:
    """What reads a Data Table follows the model's inputs too."""
    cells: dict[str, Cell] = {
        "A1": 1, "A2": 10, "C1": "=A1*A2", "B2": 1, "B3": 2, "C2": data_table("C2:C3", column="A1"),
        "D1": "=MAX(C2:C3)",
    }  # fmt: skip
    model = Model(book(cells))
    assert [model.evaluate({"Sheet1!A2": n})["Sheet1!D1"] for n in (10.0, 7.0)] == [20.0, 14.0]


def test_table_keeps_what_a_scenario_sets() -> None:
    """A formula cell that a scenario sets holds in every cell of a Data Table too."""
    cells: dict[str, Cell] = {
        "A1": 1, "B1": "=A1*2", "C1": "=A1+B1", "B2": 5, "B3": 6, "C2": data_table("C2:C3", column="A1"),
    }  # fmt: skip
    result = Model(book(cells)).evaluate({"Sheet1!B1": 100.0})
    assert [result[f"Sheet1!{cell}"] for cell in ("C1", "C2", "C3")] == [101.0, 105.0, 106.0]


def test_table_over_a_circle() -> None:
    """A Data Table whose formula runs through an iterated circle settles for every cell."""
    cells = INTEREST | {"E1": "=B2", "D2": 0.1, "D3": 0.0, "D4": 0.2, "E2": data_table("E2:E4", column="A2")}
    result = evaluated(cells, ITERATING)
    expected = [(40 + 50 * rate) / (1 - rate / 2) for rate in (0.1, 0.0, 0.2)]
    assert [result[f"Sheet1!E{row}"] for row in (2, 3, 4)] == [
        pytest.approx(value, rel=1e-11) for value in expected
    ]


def test_table_that_reads_itself_ends() -> None:
    """A Data Table whose formula reads the table's own cells comes to an end."""
    cells: dict[str, Cell] = {
        "A1": 1,
        "B2": 1,
        "B3": 2,
        "C1": "=A1+SUM(C2:C3)",
        "C2": data_table("C2:C3", column="A1"),
    }
    assert evaluated(cells).circles


def test_parity_leaves_circles_out() -> None:
    """Circles that Excel does not iterate are excluded with what depends on them, and nothing else is."""
    stored: dict[str, Value] = {"A1": 0.0, "B1": 0.0, "C1": 9.0, "D1": 2.0}
    one = sheet("Sheet1", {"A1": "=B1", "B1": "=A1+1", "C1": "=A1*2", "D1": "=1+1"}, stored)
    model = Model(workbook(one))
    assert len(circular_cells(model.base)) == 3
    parity = compare(model)
    assert parity.excluded == {"circular reference with iteration off": 3}
    assert (parity.compared, parity.matched) == (1, 1)


def test_parity_knows_where_excel_stopped() -> None:
    """Stored values of a circle that follow from each other within Excel's maximum change are left out."""
    cells = INTEREST | {"C1": "=A1"}
    debt = DEBT + 5e-4
    near: dict[str, Value] = {
        "B1": 0.1 * (100 + debt) / 2, "B2": debt, "B3": 2 * debt + 0.5, "B4": "debt", "C1": 100.0,
    }  # fmt: skip
    model = Model(workbook(sheet("Sheet1", cells, near), settings=ITERATING))
    assert len(iterated_cells(model.base)) == 4
    parity = compare(model)
    assert parity.excluded == {"circular reference that Excel left within its maximum change": 2}
    assert {difference.cell for difference in parity.differences} == {"Sheet1!B3"}


def test_parity_of_a_circle_that_does_not_settle() -> None:
    """A circle without a fixed point is excluded with that reason."""
    model = Model(workbook(sheet("Sheet1", {"A1": "=A1+1"}, {"A1": 100.0}), settings=ITERATING))
    assert compare(model).excluded == {"circular reference that does not settle": 1}
