from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.analysis import break_even, crossover
from engine.core.exceptions import AnalysisError
from engine.core.values import DIV0, NUM


@pytest.fixture(name="model")
def _model(toy):
    return toy(
        {"x": (-10.0, 2.0, 10.0), "users": (1e3, 5e4, 1e6), "word": (None, "a", None)},
        {
            "line": lambda x: 3 * x + 1,
            "parabola": lambda x: x * x,
            "step": lambda x: 100.0 * math.ceil(x),
            "gap": lambda x: DIV0 if 0 < x < 1 else x,
            "margin": lambda users: 10 - 3.3 - 200_000 / users,
            "cloud": lambda users: 2.0 * users,
            "colo": lambda users: 90_000 + 0.8 * users,
            "teams": lambda users: 15_000.0 * math.ceil(users / 10_000),
        },
    )


@pytest.mark.parametrize(
    ("output", "driver", "target", "roots"),
    [
        ("line", "x", None, [-1 / 3]),
        ("line", "x", 7.0, [2.0]),
        ("line", "x", 1e6, []),
        ("parabola", "x", 4.0, [-2.0, 2.0]),
        ("parabola", "x", 0.0, [0.0]),
        ("parabola", "x", 100.0, [-10.0, 10.0]),
        ("margin", "users", None, [200_000 / 6.7]),
    ],
)
def test_every_break_even_in_range_comes_with_its_proof(model, analysis, output, driver, target, roots):
    """Each root is the model's own: evaluated there it gives the target."""
    (found,) = break_even.run(analysis("break-even", output, driver, target=target), model.terms(), model)
    assert [root.value for root in found.roots] == pytest.approx(roots)
    assert all(root.kind == "root" for root in found.roots)
    assert [root.proof for root in found.roots] == pytest.approx([target or 0.0] * len(roots), abs=1e-9)
    base = model[driver]
    assert [root.distance for root in found.roots] == pytest.approx([root - base for root in roots])
    assert found.base_output == model[output]


def test_a_step_across_the_target_is_a_jump_with_both_results(model, analysis):
    """A headcount step passes the target without taking it: both sides are shown."""
    (found,) = break_even.run(analysis("break-even", "step", "x", target=250.0), model.terms(), model)
    (root,) = found.roots
    assert root.kind == "jump"
    assert root.value == pytest.approx(2.0)
    assert root.below is not None
    assert root.above is not None
    assert (root.below[1], root.above[1]) == (200.0, 300.0)
    assert root.below[0] <= 2.0 < root.above[0]
    assert root.proof in {200.0, 300.0}


def test_errors_stay_on_the_curve(model, analysis):
    """Where the model gives an error the curve shows it, and roots elsewhere are still found."""
    row = analysis("break-even", "gap", "x", target=3.0)
    (found,) = break_even.run(row, model.terms(), model)
    assert DIV0 in found.curve[1]
    assert [root.value for root in found.roots] == pytest.approx([3.0])
    assert found.spacing == "linear"


def test_pairs_of_outputs_and_drivers_share_the_scan(model, analysis):
    """Two outputs along one driver are scanned over the same scenarios, each once."""
    found = break_even.run(analysis("break-even", "line parabola", "x", target=4), model.terms(), model)
    assert [each.id for each in found] == ["X1.line.x", "X1.parabola.x"]
    assert model.calls[0] == len(found[0].curve[0])


def test_crossovers_of_two_outputs_are_found_over_a_wide_range(model, analysis):
    """Cloud and colo cost the same at 75,000 users; the range is scanned in the logarithm."""
    (found,) = crossover.run(analysis("crossover", "cloud colo", "users"), model.terms(), model)
    (root,) = found.roots
    assert root.value == pytest.approx(75_000)
    assert root.proof == pytest.approx(0, abs=1e-6)
    assert (found.spacing, found.base_a, found.base_b) == ("log", 100_000.0, 130_000.0)
    assert len(found.curve_x) == len(found.curve_a) == len(found.curve_b)


def test_crossovers_with_a_stepped_cost_are_roots_and_jumps(model, analysis):
    """A straight line against a staircase crosses within the treads and at the risers."""
    row = analysis("crossover", "cloud teams", "users", start=1000, stop=30000)
    (found,) = crossover.run(row, model.terms(), model)
    assert [(root.kind, round(root.value)) for root in found.roots] == [
        ("root", 7500),
        ("jump", 10000),
        ("root", 15000),
        ("jump", 20000),
        ("root", 22500),
    ]


@pytest.mark.parametrize("outputs", ["cloud", "cloud colo teams"])
def test_a_crossover_needs_two_outputs(model, analysis, outputs):
    """One output or three make no crossover."""
    with pytest.raises(AnalysisError, match=r"outputs .* and needs 2"):
        crossover.run(analysis("crossover", outputs, "users"), model.terms(), model)


def test_an_output_that_is_always_an_error_has_no_roots(toy, analysis):
    """A curve of errors alone is reported as such, with no root and no failure."""
    model = toy({"x": (0.0, 1.0, 2.0)}, {"bad": lambda x: NUM if x < 9 else x})
    (found,) = break_even.run(analysis("break-even", "bad", "x"), model.terms(), model)
    assert (found.roots, set(found.curve[1]), found.base_output) == ((), {NUM}, NUM)


@settings(max_examples=40, deadline=None)
@given(st.floats(-50, 50), st.floats(0.01, 1e6), st.floats(-1, 1))
def test_roots_prove_themselves(toy, analysis, place, slope, bend):
    """Whatever the slope and the bend, the model evaluated at each root gives the target."""
    model = toy({"x": (-100.0, 0.0, 100.0)}, {"out": lambda x: slope * (x - place) * (1 + bend * x / 100)})
    (found,) = break_even.run(analysis("break-even", "out", "x"), model.terms(), model)
    assert any(root.value == pytest.approx(place, abs=1e-5) for root in found.roots)
    for root in found.roots:
        assert root.proof == pytest.approx(0, abs=1e-6 * slope)
        assert root.distance == root.value
