from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.analysis import tornado
from engine.core.exceptions import AnalysisError
from engine.core.values import DIV0

RANGES = {"a": (0.0, 1.0, 2.0), "b": (-10.0, 0.0, 5.0), "c": (0.0, 1.0, 1.0), "fixed": (1.0, 1.0, 1.0)}


@pytest.fixture(name="model")
def _model(toy):
    return toy(
        RANGES | {"idle": (0.0, 1.0, 2.0)},
        {"out": lambda a, b, c: 3 * a - b if c else DIV0, "other": lambda a: a},
    )


@pytest.mark.parametrize("drivers", ["", "*"])
def test_a_tornado_takes_every_assumption_with_a_range(model, analysis, drivers):
    """Widest first; a driver that moves nothing is counted, one that ends in an error is kept apart."""
    (found,) = tornado.run(analysis("tornado", "out", drivers), model.terms(), model)
    assert [(bar.driver, bar.result_low, bar.result_high, bar.spread) for bar in found.bars] == [
        ("b", 13.0, -2.0, 15.0),
        ("a", 0.0, 6.0, 6.0),
    ]
    assert (found.left_out, found.unmoved) == (1, 1)
    assert [(bar.driver, bar.result_low, bar.spread) for bar in found.error_bars] == [("c", DIV0, None)]
    assert (found.base, found.bars[0].low, found.bars[0].high) == (3.0, -10.0, 5.0)
    assert len(model.calls) == 1


def test_an_output_that_peaks_at_base_is_moved(toy, analysis):
    """Equal results at both ends, lower than at base, are a spread and not a driver that does nothing."""
    model = toy({"a": (0.0, 1.0, 2.0)}, {"hill": lambda a: -((a - 1) ** 2)})
    (found,) = tornado.run(analysis("tornado", "hill"), model.terms(), model)
    assert [(bar.spread, bar.result_low, bar.result_high) for bar in found.bars] == [(1.0, -1.0, -1.0)]


def test_named_drivers_need_a_range(model, analysis):
    """A driver named without low and high is a mistake, not a bar of width 0."""
    with pytest.raises(AnalysisError, match="fixed has no low below its high"):
        tornado.run(analysis("tornado", "out", "a fixed"), model.terms(), model)


def test_a_workbook_without_ranges_has_no_tornado(toy, analysis):
    """Where no assumption has a range there is nothing to move."""
    model = toy({"a": (None, 1.0, None)}, {"out": lambda a: a})
    with pytest.raises(AnalysisError, match="no assumption has a low below its high"):
        tornado.run(analysis("tornado", "out"), model.terms(), model)


def test_a_tornado_per_output_shares_one_run(model, analysis):
    """Two outputs, one set of scenarios."""
    found = tornado.run(analysis("tornado", "out other", title="T"), model.terms(), model)
    assert [(each.id, each.title) for each in found] == [
        ("X1.out", "T: Label of out"),
        ("X1.other", "T: Label of other"),
    ]
    assert len(model.calls) == 1


@settings(max_examples=40, deadline=None)
@given(
    st.permutations([f"d{i:02d}" for i in range(15)]), st.lists(st.integers(0, 4), min_size=15, max_size=15)
)
def test_bars_are_sorted_and_do_not_depend_on_the_order_of_drivers(toy, analysis, order, weights):
    """Twelve at most, widest first, the rest counted, whatever order the assumptions stand in."""
    names = sorted(order)
    by_name = dict(zip(names, weights, strict=True))

    def out(**values):
        return sum(by_name[name] * value for name, value in values.items())

    def found(listed):
        model = toy(dict.fromkeys(listed, (0.0, 1.0, 3.0)), {"out": out})
        return tornado.run(analysis("tornado", "out"), model.terms(), model)[0]

    one, other = found(order), found(names)
    assert one.bars == other.bars
    spreads = [bar.spread for bar in one.bars]
    assert spreads == sorted(spreads, reverse=True)
    assert spreads == [3.0 * weight for weight in sorted(weights, reverse=True) if weight][:12]
    assert len(one.bars) + one.left_out == 15
    assert one.unmoved == weights.count(0)
