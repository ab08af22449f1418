from __future__ import annotations

import dataclasses

import pytest

from engine.analysis import grid, sweep
from engine.analysis.terms import Terms
from engine.core.exceptions import AnalysisError, UnknownName
from engine.core.values import DIV0, VALUE


@pytest.fixture(name="model")
def _model(toy):
    return toy(
        {
            "x": (0.0, 2.0, 10.0),
            "users": (1000.0, 50000.0, 1e6),
            "still": (None, 3.0, None),
            "word": (None, "a", None),
        },
        {
            "double": lambda x: 2 * x,
            "inverse": lambda x: DIV0 if x == 0 else 1 / x,
            "sum": lambda x, still: x + still,
            "text": lambda word: word,
            "per_user": lambda users, x: x / users,
        },
    )


def test_a_sweep_spans_low_to_high_with_the_base_among_its_points(model, analysis):
    """Blank from and to mean the assumption's own range; the base value is a point."""
    (found,) = sweep.run(analysis("sweep", "double", "x", steps=4), model.terms(), model)
    assert list(found.driver_values) == pytest.approx([0.0, 2.0, 10 / 3, 20 / 3, 10.0])
    assert found.outputs[0].values == tuple(2 * x for x in found.driver_values)
    assert (found.base_index, found.base, found.spacing) == (1, 2.0, "linear")
    assert model.calls == [5]


def test_a_wide_range_is_spaced_in_the_logarithm_and_says_so(model, analysis):
    """1K to 1M is spaced evenly in the logarithm, the base added."""
    (found,) = sweep.run(analysis("sweep", "per_user", "users", steps=4), model.terms(), model)
    assert found.spacing == "log"
    assert found.driver_values == (1000.0, 10000.0, 50000.0, 100000.0, 1000000.0)


def test_errors_stay_visible_along_a_sweep(model, analysis):
    """An error is a value of the series; text counts as #VALUE!."""
    (found,) = sweep.run(analysis("sweep", "inverse text", "x", steps=3), model.terms(), model)
    assert found.outputs[0].values == (DIV0, 0.5, 0.2, 0.1)
    assert set(found.outputs[1].values) == {VALUE}


def test_several_drivers_share_one_run(model, analysis):
    """A sweep per driver, its name in the id and its label in the title."""
    row = analysis("sweep", "double", "x users", steps=3, title="Both")
    found = sweep.run(row, model.terms(), model)
    assert [(each.id, each.title) for each in found] == [
        ("X1.x", "Both: Label of x"),
        ("X1.users", "Both: Label of users"),
    ]
    assert found[1].outputs[0].values == (4.0,) * len(found[1].driver_values)
    assert len(model.calls) == 1


def test_from_and_to_leave_the_base_out_where_it_lies_outside(model, analysis):
    """A range that does not hold the base has no base index."""
    (found,) = sweep.run(analysis("sweep", "double", "x", start=5, stop=6, steps=3), model.terms(), model)
    assert (found.driver_values, found.base_index) == ((5.0, 5.5, 6.0), None)


@pytest.mark.parametrize(
    ("drivers", "parts", "error", "words"),
    [
        ("", {}, AnalysisError, r"names 0 drivers \(none\) and needs at least 1"),
        ("still", {}, AnalysisError, "still has no low and high; give from and to"),
        ("x", {"start": 1, "stop": 1}, AnalysisError, "driver x: the range from 1 to 1 is empty"),
        ("x", {"steps": 1}, AnalysisError, "1 steps are too few"),
        ("typo", {}, UnknownName, "typo"),
    ],
)
def test_a_sweep_that_cannot_be_run_says_why(model, analysis, drivers, parts, error, words):
    """Each mistake of a row has its message."""
    with pytest.raises(error, match=words):
        sweep.run(analysis("sweep", "double", drivers, **parts), model.terms(), model)


def test_a_grid_is_rows_by_columns_with_the_base_located(model, analysis):
    """The first driver runs down, the second across, both over their own ranges."""
    row = analysis("grid", "per_user", "x users", steps=2, target=0.5)
    (found,) = grid.run(row, model.terms(), model)
    assert found.row_values == (0.0, 2.0, 10.0)
    assert found.column_values == (1000.0, 50000.0, 1e6)
    assert found.values == tuple(tuple(x / users for users in found.column_values) for x in found.row_values)
    assert (found.base_row, found.base_column, found.base) == (1, 1, 2 / 50000)
    assert (found.row_spacing, found.column_spacing, found.threshold) == ("linear", "log", 0.5)
    assert found.title == "Label of per_user by Label of x and Label of users"


def test_from_and_to_of_a_grid_are_its_first_drivers(model, analysis):
    """The second driver keeps its own range."""
    row = analysis("grid", "double sum", "x users", start=1, stop=3, steps=3, title="T")
    found = grid.run(row, model.terms(), model)
    assert [each.id for each in found] == ["X1.double", "X1.sum"]
    assert found[0].row_values == (1.0, 2.0, 3.0)
    assert found[0].column_values[-1] == 1e6
    assert len(model.calls) == 1


def test_from_and_to_go_to_the_driver_without_a_range_of_its_own(model, analysis):
    """A grid over a fixed figure takes its range from the row; the other driver keeps its own."""
    (found,) = grid.run(analysis("grid", "sum", "x still", start=1, stop=9, steps=3), model.terms(), model)
    assert (found.row_values[-1], found.column_values) == (10.0, (1.0, 3.0, 5.0, 9.0))


@pytest.mark.parametrize("drivers", ["x", "x users still"])
def test_a_grid_needs_two_drivers(model, analysis, drivers):
    """One driver or three make no grid."""
    with pytest.raises(AnalysisError, match=r"drivers .* and needs 2"):
        grid.run(analysis("grid", "double", drivers), model.terms(), model)


def test_a_cell_outside_the_tables_is_called_what_stands_left_of_it(toy, analysis):
    """A name that neither Outputs nor Assumptions holds gets the label and unit of its row."""
    model = toy({"x": (0.0, 2.0, 10.0)}, {"labelled": lambda x: x, "bare": lambda x: x})
    terms = Terms(dataclasses.replace(model.contract(), outputs=()), model)
    (found,) = sweep.run(analysis("sweep", "labelled bare", "x", steps=3), terms, model)
    assert [(one.label, one.unit) for one in found.outputs] == [("A labelled cell", "$/user"), ("bare", "")]
