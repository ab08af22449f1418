from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from engine.core.exceptions import BadInput
from engine.evaluate.batch.lanes import BLOCK as UNIT
from engine.evaluate.scale.draws import Draw, RandomScenarios, random_scenarios
from engine.workbook.contract_rows import Assumption

LOW, BASE, HIGH = 2.0, 3.0, 7.0
SPREAD = 2 * stats.norm.ppf(0.95)


def assumption(name: str, low: float | None, base: Any, high: float | None, distribution: str) -> Assumption:
    return Assumption(name, name, "$", low, base, high, distribution, "A!H2", "", "", "A!A2")


@pytest.mark.parametrize(
    ("distribution", "expected"),
    [
        ("uniform", stats.uniform(LOW, HIGH - LOW)),
        ("triangular", stats.triang((BASE - LOW) / (HIGH - LOW), LOW, HIGH - LOW)),
        ("pert", stats.beta(1 + 4 * 0.2, 1 + 4 * 0.8, LOW, HIGH - LOW)),
        ("normal", stats.norm(BASE, (HIGH - LOW) / SPREAD)),
        ("lognormal", stats.lognorm(np.log(HIGH / LOW) / SPREAD, scale=BASE)),
    ],
)
def test_a_distribution_is_the_one_of_scipy(distribution: str, expected: Any) -> None:
    """20,000 draws follow the distribution's cumulative function (Kolmogorov–Smirnov)."""
    drawn = RandomScenarios((Draw("x", distribution, LOW, BASE, HIGH),), 20_000, 5).drawn(0, 20_000)["x"]
    assert stats.kstest(drawn, expected.cdf).pvalue > 0.001


def test_a_discrete_input_takes_its_three_values() -> None:
    """30, 40 and 30 % of the draws are low, base and high."""
    drawn = RandomScenarios((Draw("x", "discrete", 1, 2, 3),), 50_000, 5).drawn(0, 50_000)["x"]
    assert np.bincount(drawn.astype(int))[1:] / 50_000 == pytest.approx([0.3, 0.4, 0.3], abs=0.01)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 3 * UNIT), st.integers(1, 2 * UNIT), st.integers(0, 2**63))
def test_a_scenario_is_the_same_in_any_block(start: int, count: int, seed: int) -> None:
    """What is drawn for a scenario depends on seed and number alone, not on the block or the process."""
    scenarios = RandomScenarios((Draw("x", "pert", LOW, BASE, HIGH),), 5 * UNIT, seed)
    whole = scenarios.drawn(0, 5 * UNIT)["x"]
    sent = pickle.loads(pickle.dumps(scenarios))
    assert np.array_equal(sent.drawn(start, count)["x"], whole[start : start + count])


def test_another_input_changes_nothing() -> None:
    """An input's draws do not depend on which others vary; those of two inputs are independent."""
    one = Draw("x", "uniform", 0, 0, 1)
    alone = RandomScenarios((one,), 5000, 1).drawn(0, 5000)
    both = RandomScenarios((Draw("y", "uniform", 0, 0, 1), one), 5000, 1).drawn(0, 5000)
    assert np.array_equal(alone["x"], both["x"])
    assert abs(np.corrcoef(both["x"], both["y"])[0, 1]) < 0.05


def test_another_seed_is_another_draw() -> None:
    """Seeds differ in every scenario."""
    first, second = (
        RandomScenarios((Draw("x", "uniform", 0, 0, 1),), 100, seed).drawn(0, 100)["x"] for seed in (1, 2)
    )
    assert not np.isin(first, second).any()


@pytest.mark.parametrize(
    ("rows", "count", "seed", "inputs", "message"),
    [
        ([], 5, 0, None, "no assumption has a distribution"),
        ([("a", 1, 2, 3, "pert")], 0, 0, None, "0 scenarios: draw at least 1"),
        ([("a", 1, 2, 3, "pert")], 5, -1, None, "seed -1"),
        ([("a", 1, 2, 3, "pert")], 5, 0, ["b"], "'b' is not in the table Assumptions"),
        ([("a", 2, 2, 2, "fixed")], 5, 0, ["a"], "a (A!A2) is fixed"),
        ([("a", None, "lean", None, "discrete")], 5, 0, ["a"], "no low, base and high"),
        ([("a", 0, 2, 3, "lognormal")], 5, 0, None, "has to be above 0"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    rows: list[Any], count: int, seed: int, inputs: list[str] | None, message: str
) -> None:
    """Each reason why scenarios can't be drawn is told."""
    known = [assumption(name, low, base, high, kind) for name, low, base, high, kind in rows]
    with pytest.raises(BadInput) as problem:
        random_scenarios(known, count, seed, inputs)
    assert message in str(problem.value)


def test_all_reasons_come_together() -> None:
    """Several mistakes are told at once."""
    known = [assumption("a", 0.0, 2.0, 3.0, "lognormal")]
    with pytest.raises(BadInput) as problem:
        random_scenarios(known, 0, -1, ["a", "b"])
    assert len(str(problem.value).splitlines()) == 4


def test_blocks_that_travel_share_their_scenarios() -> None:
    """What a worker has worked out of the scenarios' streams serves every block that it gets."""
    drawn = RandomScenarios((Draw("price", "uniform", 1.0, 2.0, 3.0),), 4 * UNIT, 7)
    first, second = (pickle.loads(pickle.dumps(block)) for block in drawn.blocks(2 * UNIT))
    assert first.scenarios is second.scenarios
    assert first.scenarios == drawn
    assert (second.numbers()["price"] == drawn.drawn(2 * UNIT, 2 * UNIT)["price"]).all()
