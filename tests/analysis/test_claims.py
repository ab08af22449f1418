from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.analysis import verdicts
from engine.analysis.run import judge
from engine.core.values import DIV0, NUM


@pytest.mark.parametrize(
    ("stated", "precision"),
    [
        ((1.5,), 0.015),
        ((3.25,), 0.005),
        ((100_000.0,), 1000.0),
        ((0.43, 0.55), 0.0043),
        ((4.5, 5.7), 0.045),
        ((0.0, 20.0), 0.2),
        ((0.0,), 0.0),
        ((-2.0,), 0.02),
        ((12345.0,), 0.5),
    ],
)
def test_the_default_precision_is_half_a_unit_of_the_last_digit_capped_at_one_percent(stated, precision):
    """Of two ends the finer counts; zero has no last digit."""
    assert verdicts.default_precision(*stated) == pytest.approx(precision)


@pytest.mark.parametrize(
    ("stated", "computed", "expected"),
    [
        ((4.5, 5.7), (4.5, 5.7), "ties"),
        ((4.5, 5.7), (4.45, 5.75), "ties"),
        ((4.5, 5.7), (4.4, 5.7), "wider"),
        ((4.5, 5.7), (4.4, 5.6), "overlaps"),
        ((4.5, 5.7), (5.0, 5.1), "within"),
        ((4.5, 5.7), (4.46, 5.6), "within"),
        ((4.5, 5.7), (1.0, 9.0), "wider"),
        ((4.5, 5.7), (5.75, 9.0), "overlaps"),
        ((4.5, 5.7), (5.76, 9.0), "breaks"),
        ((4.5, 5.7), (1.0, 4.44), "breaks"),
        ((3.0, 3.0), (2.95, 3.05), "ties"),
        ((3.0, 3.0), (3.0, 3.2), "wider"),
        ((3.0, 3.0), (3.05, 3.2), "wider"),
        ((3.0, 3.0), (3.06, 9.0), "breaks"),
        ((0.5, 0.5), (0.55, 0.55), "ties"),
        ((25.0, math.inf), (25.04, 47.0), "ties"),
        ((25.0, math.inf), (30.0, 47.0), "within"),
        ((25.0, math.inf), (20.0, 47.0), "overlaps"),
        ((25.0, math.inf), (20.0, 24.9), "breaks"),
        ((-math.inf, 0.0), (-3.7, -0.01), "ties"),
        ((-math.inf, 0.0), (-3.7, -2.0), "within"),
        ((-math.inf, 0.0), (-3.7, 2.0), "overlaps"),
        ((-math.inf, 0.0), (0.06, 2.0), "breaks"),
    ],
)
def test_verdicts(stated, computed, expected):
    """Ranges and figures tie where both ends do, to a precision of 0.05; nothing misses an open end."""
    assert verdicts.verdict(stated, computed, 0.05) == expected


@given(*[st.floats(-1e3, 1e3) for _ in range(4)], st.floats(0, 10))
def test_a_verdict_never_calls_disjoint_intervals_overlapping(a, b, c, d, precision):
    """A break shares no point, give or take the precision; whatever else is said does."""
    stated, computed = tuple(sorted((a, b))), tuple(sorted((c, d)))
    judged = verdicts.verdict(stated, computed, precision)
    gap = max(computed[0] - stated[1], stated[0] - computed[1])
    if judged == "breaks":
        assert gap > precision
    else:
        assert gap <= precision + 1e-9 * max(abs(x) for x in (*stated, *computed))


@pytest.fixture(name="model")
def _model(toy):
    return toy(
        {
            "a": (1.0, 2.0, 3.0),
            "b": (10.0, 20.0, 40.0),
            "lonely": (None, 5.0, None),
            "zero": (0.0, 0.0, 1.0),
        },
        {
            "product": lambda a, b: a * b,
            "hill": lambda a: -((a - 2) ** 2),
            "ratio": lambda a, zero: DIV0 if zero == 1 else a,
            "bad": lambda a: NUM if a else 0.0,
            "text": lambda a: f"about {a}",
            "times": lambda lonely: 2 * lonely,
            "step": lambda a: 10.0 if a < 2.6 else 20.0,
            "stairs": lambda a: float(math.floor(a) + 1),
        },
    )


def _judge(model, *rows):
    return judge(rows, model.terms(claims=rows), model)


def test_the_computed_interval_is_over_every_corner_and_the_base(model, claim):
    """Corners of two drivers; a result that peaks at base is caught by the base case."""
    found = _judge(model, claim("product", 10, 120, "a b"), claim("hill", -1, 0, "a"))
    assert [each.computed for each in found] == [(10.0, 120.0), (-1.0, 0.0)]
    assert [each.verdict for each in found] == ["ties", "ties"]
    assert model.calls == [6]  # four corners of a and b, two ends of a alone


def test_no_drivers_means_the_base_result_alone(model, claim):
    """A claim without drivers is compared at base."""
    (found,) = _judge(model, claim("product", 40))
    assert (found.computed, found.verdict, found.would_hold) == ((40.0, 40.0), "ties", ())


@pytest.mark.parametrize(
    ("computed", "drivers", "words"),
    [
        ("bad", "a", "bad gives #NUM! with every driver at base"),
        ("text", "a", "text gives #VALUE! with every driver at base"),
        ("ratio", "a zero", "2 of 4 cases of its drivers give an error (#DIV/0!)"),
        ("absent", "a", "the toy has no absent"),
        ("product", "a absent", "the toy has no absent"),
    ],
)
def test_what_cannot_be_judged_is_undetermined_and_stops_no_other(model, claim, computed, drivers, words):
    """Errors, text and unknown names leave one claim open, with the reason."""
    open_, other = _judge(model, claim(computed, 1, 2, drivers), claim("product", 10, 120, "a b"))
    assert (open_.verdict, open_.computed, open_.would_hold) == ("undetermined", None, ())
    assert open_.reason == words
    assert other.verdict == "ties"


def test_more_than_eight_drivers_go_to_their_extreme_corners_by_sign(toy, claim):
    """Ten drivers, half of them pushing down: the interval is exact without 1,024 corners."""
    names = [f"d{i}" for i in range(10)]
    model = toy(dict.fromkeys(names, (0.0, 1.0, 3.0)), {"out": _alternating})
    (found,) = _judge(model, claim("out", -15, 15, " ".join(names)))
    assert (found.computed, found.verdict) == ((-15.0, 15.0), "ties")
    assert model.calls == [20, 2]


def _alternating(d0, d1, d2, d3, d4, d5, d6, d7, d8, d9):
    return d0 - d1 + d2 - d3 + d4 - d5 + d6 - d7 + d8 - d9


def test_the_precision_given_counts(model, claim):
    """A precision in the row replaces the default."""
    loose, tight = _judge(model, claim("product", 41, precision=1.0), claim("product", 41, precision=0.5))
    assert [each.verdict for each in (loose, tight)] == ["ties", "breaks"]


def test_what_would_have_to_be_true_lies_in_range_or_beyond(model, claim):
    """Product 40 at base: 50 needs a = 2.5 or b = 25, in their ranges; 100 needs a = 5, beyond its own."""
    (near,) = _judge(model, claim("product", 50, None, "a b"))
    assert [(row.driver, row.value, row.in_range) for row in near.would_hold] == [
        ("a", pytest.approx(2.5), True),
        ("b", pytest.approx(25.0), True),
    ]
    (far,) = _judge(model, claim("product", 100, None, "a b"))
    assert [(row.driver, row.value, row.in_range) for row in far.would_hold] == [
        ("a", pytest.approx(5.0), False),
        ("b", pytest.approx(50.0), False),
    ]
    assert far.would_hold[0].result == pytest.approx(100.0)


@pytest.mark.parametrize(
    ("computed", "low", "high", "driver", "value"),
    [
        ("product", 60, 70, "a", 3.0),  # from below, the near end of the stated range
        ("product", 10, 30, "a", 1.5),  # from above, the near end
        ("product", -10, -5, "a", None),  # no value makes a product of positive figures negative
        ("product", 30, 50, "a", 2.0),  # base lies inside the range already
        ("step", 18, 25, "a", 2.61),  # a step into the range: the first readable value beyond it
        ("stairs", 1.5, 2.5, "a", 1.99),  # a step down into the range, base above it
        ("step", 12, 15, "a", None),  # a step across the range
        ("times", 20, None, "lonely", 10.0),  # no range of its own, so searched around base
        ("times", 1000, None, "lonely", None),
    ],
)
def test_the_value_that_would_hold_is_the_nearest_to_base(model, claim, computed, low, high, driver, value):
    """Continuous, stepped and hopeless drivers, each alone with the others at base."""
    (found,) = _judge(model, claim(computed, low, high, driver))
    (row,) = found.would_hold
    assert row.value == (None if value is None else pytest.approx(value))
    if value is not None:
        assert found.stated[0] - found.precision <= row.result <= found.stated[1] + found.precision


def test_a_claim_that_holds_at_base_says_so(model, claim):
    """Only its low and high cases reach beyond the stated range: that is the news."""
    (found,) = _judge(model, claim("product", 30, 50, "a b"))
    assert found.verdict == "wider"
    assert found.reason.startswith("holds at base")
    assert [row.value for row in found.would_hold] == [2.0, 20.0]


def test_a_claim_that_holds_in_every_case_says_so(model, claim):
    """Nothing would have to be otherwise: no driver is searched."""
    (found,) = _judge(model, claim("product", 5, 200, "a b"))
    assert (found.verdict, found.would_hold) == ("within", ())
    assert found.reason == "holds in every case of its drivers"


@pytest.mark.parametrize(
    ("low", "high", "judged", "value"),
    [(60.0, math.inf, "overlaps", 3.0), (-math.inf, 30.0, "overlaps", 1.5), (5.0, math.inf, "within", None)],
)
def test_a_claim_may_leave_an_end_open(model, claim, low, high, judged, value):
    """At least 60: the product of 40 at base would have to rise to it; 120 in the best case is no miss."""
    (found,) = _judge(model, claim("product", low, high, "a b"))
    assert found.verdict == judged
    assert [row.value for row in found.would_hold][:1] == ([] if value is None else [pytest.approx(value)])


def test_all_claims_share_a_few_runs(toy, claim):
    """Forty claims with two drivers each take no more runs than the slowest of them."""
    outputs = {f"out{i}": lambda a, b, i=i: a * b + i for i in range(40)}
    model = toy({"a": (1.0, 2.0, 3.0), "b": (10.0, 20.0, 40.0)}, outputs)
    found = _judge(model, *[claim(f"out{i}", 47 + i / 10, None, "a b", id=f"C{i}") for i in range(40)])
    assert [each.id for each in found] == [f"C{i}" for i in range(40)]
    assert len(model.calls) < 40


@settings(max_examples=40, deadline=None)
@given(st.decimals(1, 500, places=2).map(float))
def test_a_claim_holds_at_the_value_given(toy, claim, stated):
    """Putting the driver at the value found makes the result tie with the claim."""
    model = toy({"a": (1.0, 2.0, 3.0), "b": (10.0, 20.0, 40.0)}, {"product": lambda a, b: a * b})
    (found,) = _judge(model, claim("product", stated, None, "a b"))
    for row in found.would_hold:
        if row.value is not None:
            moved = {"a": 2.0, "b": 20.0} | {row.driver: row.value}
            assert abs(moved["a"] * moved["b"] - stated) <= found.precision * (1 + 1e-6)
            assert row.in_range == (row.low <= row.value <= row.high)


@settings(max_examples=10, deadline=None)
@given(st.permutations([("product", 50.0), ("product", 33.0), ("step", 18.0), ("times", 20.0), ("bad", 1.0)]))
def test_the_order_of_claims_is_irrelevant(toy, claim, order):
    """Claims share their runs and still answer each for itself."""
    model = toy(
        {"a": (1.0, 2.0, 3.0), "b": (10.0, 20.0, 40.0), "lonely": (None, 5.0, None)},
        {
            "product": lambda a, b: a * b,
            "step": lambda a: 10.0 if a < 2.6 else 20.0,
            "times": lambda lonely: 2 * lonely,
            "bad": lambda a: NUM if a else 0.0,
        },
    )
    drivers = {"product": "a b", "step": "a", "times": "lonely", "bad": "a"}
    rows = [claim(computed, stated, None, drivers[computed]) for computed, stated in order]
    together = _judge(model, *rows)
    assert list(together) == [_judge(model, row)[0] for row in rows]
