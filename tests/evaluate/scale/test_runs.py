from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.exceptions import BadInput
from engine.core.values import DIV0, ExcelError
from engine.evaluate.batch.lanes import BLOCK as UNIT
from engine.evaluate.batch.unplanned import Unplanned
from engine.evaluate.model import Model
from engine.evaluate.scale import outcomes, run
from engine.evaluate.scale.kits import ModelKit, PlanKit, packed_kit
from engine.evaluate.scale.run import Run
from engine.evaluate.scale.worker import Lacking, Task, run_task

OUTPUTS = ("revenue", "ratio", "verdict", "large", "total")
COUNT = 6 * UNIT + 100


def scenarios(count: int = COUNT) -> pd.DataFrame:
    """Numbers that give errors, texts and both booleans, a blank here and there, and an index of its own."""
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(
        {"price": rng.integers(1, 20, count).astype(float), "volume": rng.uniform(50, 150, count)}
    )
    frame.loc[rng.integers(0, count, count // 50), "volume"] = np.nan
    return frame.set_index(np.arange(count) + 7)


def alike(left: pd.DataFrame, right: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(left, right, check_exact=True)


@pytest.fixture(scope="module")
def alone(model: Model) -> pd.DataFrame:
    """The answers of one process."""
    return outcomes.frame(Run(model, scenarios(), OUTPUTS), scenarios().index)


def test_the_stream_answers_as_model_run_does(model: Model, alone: pd.DataFrame) -> None:
    """Blocks give what one frame gives, row by row, errors and texts included."""
    expected = model.run(scenarios(), OUTPUTS)
    assert list(alone.index) == list(expected.index)
    for name in OUTPUTS:
        for ours, theirs in zip(alone[name], expected[name], strict=True):
            assert type(ours) is type(theirs)
            assert ours == theirs or ours == pytest.approx(theirs, rel=1e-12)


def test_errors_stay_in_their_lane(alone: pd.DataFrame) -> None:
    """A price of 5 divides by zero in its own scenario and in no other; never a bare NaN."""
    wrong = np.array([isinstance(value, ExcelError) for value in alone["ratio"]])
    assert np.array_equal(wrong, scenarios()["price"].to_numpy() == 5)
    assert set(alone["ratio"][wrong]) == {DIV0}
    assert not pd.isna(alone["ratio"]).any()


@settings(max_examples=8, deadline=None)
@given(st.integers(1, 3 * COUNT))
def test_the_block_size_changes_nothing(model: Model, alone: pd.DataFrame, block: int) -> None:
    """Not a bit of the answers depends on how many scenarios a block has."""
    alike(outcomes.frame(Run(model, scenarios(), OUTPUTS, block=block), scenarios().index), alone)


def test_processes_change_nothing(model: Model, alone: pd.DataFrame) -> None:
    """Two worker processes give the same bits as one, and say how far they are."""
    told: list[tuple[int, int]] = []
    found = model.run(
        scenarios(), OUTPUTS, workers=2, progress=lambda done, total: told.append((done, total))
    )
    alike(found, alone)
    assert told[-1] == (COUNT, COUNT)
    assert told == sorted(told)


def test_summaries_are_the_same_whatever_computes_them(model: Model) -> None:
    """One process, two, threads and any block size: the same seed gives the same summary."""
    drawn = model.random_scenarios(COUNT, seed=4)
    once = model.summarise(drawn, OUTPUTS)
    alike(model.summarise(drawn, OUTPUTS, workers=2), once)
    with ThreadPoolExecutor(3) as threads:
        alike(model.summarise(drawn, OUTPUTS, executor=threads), once)
    alike(outcomes.summary(Run(model, drawn, OUTPUTS, block=1)), once)
    assert once["count"].tolist() == [COUNT, COUNT, once.loc["verdict", "count"], COUNT, COUNT]


def test_mixed_inputs_run_in_workers(model: Model) -> None:
    """Texts, booleans and errors among the inputs are computed by the model itself, in each worker."""
    frame = scenarios(300).astype(object)
    frame["mode"] = ["lean", "fat", None] * 100
    prices: list[Any] = frame["price"].tolist()
    frame["price"] = pd.Series([*prices[:5], DIV0, *prices[6:]], index=frame.index, dtype=object)
    found = model.run(frame, OUTPUTS, workers=2)
    alike(found, model.run(frame, OUTPUTS))
    assert found["revenue"].iloc[5] is DIV0


def test_what_the_reference_computes_runs_inside_the_plan(model: Model) -> None:
    """INDIRECT decides at run time what an output reads: the reference computes that cell in the plan."""
    asked = Run(model, scenarios(200), ("pointed",), workers=2)
    alike(outcomes.frame(asked, scenarios(200).index), model.run(scenarios(200), ("pointed",)))
    assert asked.fallbacks == {}


@pytest.mark.parametrize("workers", [1, 2])
def test_scenarios_that_no_plan_takes_are_told(model: Model, workers: int) -> None:
    """Inputs that depend on each other have no plan: each scenario is evaluated alone, in every process."""
    frame = pd.DataFrame({"price": np.arange(1.0, 131.0), "revenue": 900.0 + np.arange(130)})
    asked = Run(model, frame, ("verdict", "total"), workers=workers)
    found = outcomes.frame(asked, frame.index)
    expected = model.evaluate({"price": 130.0, "revenue": 1029.0})
    assert list(found.iloc[-1]) == [expected["verdict"], expected["total"]]
    assert asked.fallbacks == {"an input that depends on another input": 130}


def killer(victims: int = 1) -> Callable[[int, int], None]:
    """Return a progress callback that kills a worker process, the first times it is called."""
    left = [victims]

    def kill(_done: int, _total: int) -> None:
        children = [child for child in multiprocessing.active_children() if child.pid]
        if left[0] and children:
            left[0] -= 1
            children[0].kill()

    return kill


@pytest.mark.parametrize("victims", [1, 2])
def test_a_killed_worker_loses_nothing(model: Model, alone: pd.DataFrame, victims: int) -> None:
    """Worker processes killed in the midst of a run: their blocks are computed again, the answers whole."""
    asked = Run(model, scenarios(), OUTPUTS, workers=2, block=UNIT, progress=killer(victims))
    alike(outcomes.frame(asked, scenarios().index), alone)
    assert asked.losses >= 1


def test_a_given_pool_that_breaks_loses_nothing(model: Model, alone: pd.DataFrame) -> None:
    """A pool of the caller's can't be started again; this process finishes the work and says so."""
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        asked = Run(model, scenarios(), OUTPUTS, executor=pool, block=UNIT, progress=killer())
        alike(outcomes.frame(asked, scenarios().index), alone)
    assert asked.notes == ["no worker was left, so this process went on alone"]


class Dying(Executor):
    """An executor whose workers always die."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ARG002 -- Executor's own signature
        """Break at once."""
        future: Future[Any] = Future()
        future.set_exception(BrokenProcessPool("gone"))
        return future


def test_workers_that_always_die_do_not_stop_it(model: Model, alone: pd.DataFrame) -> None:
    """After a few rounds without one answer this process goes on alone."""
    alike(outcomes.frame(Run(model, scenarios(), OUTPUTS, executor=Dying()), scenarios().index), alone)


def test_a_failure_that_is_no_loss_is_raised(model: Model) -> None:
    """What the model raises in a worker is raised here, and at once."""
    frame = pd.DataFrame({"price": [1.0] * 20})
    with pytest.raises(BadInput, match="scenario 1: mode is 1"):
        model.run(frame.assign(mode=1.0), OUTPUTS, workers=2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"workers": 0}, "workers=0: at least 1 is needed"),
        ({"workers": 2, "executor": Dying()}, "give workers or an executor, not both"),
        ({"block": 0}, "a block has at least 1 scenario"),
    ],
)
def test_wrong_options_are_refused(model: Model, options: dict[str, Any], message: str) -> None:
    """Each option out of range is told."""
    with pytest.raises(BadInput, match=message):
        outcomes.frame(Run(model, scenarios(50), OUTPUTS, **options))


def test_a_plan_found_wrong_is_not_used(
    model: Model, alone: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a sampled scenario differs from the reference, everything is computed again without the plan."""
    calls = iter(range(100))

    def sample(_plan: PlanKit, answer: object) -> None:
        assert answer is not None
        if next(calls) == 2:
            raise run.PlanRejected("Model!B1 is 1.0 in the batch and 2.0 alone")

    monkeypatch.setattr(run, "_sample", sample)
    asked = Run(model, scenarios(), OUTPUTS, block=UNIT)
    alike(outcomes.frame(asked, scenarios().index), alone)
    assert asked.notes == ["the quick program was not used: Model!B1 is 1.0 in the batch and 2.0 alone"]


def test_samples_are_compared(model: Model) -> None:
    """A block whose values are not the reference's is rejected."""
    asked = Run(model, scenarios(), OUTPUTS)
    plan, answer = asked.plan, next(asked.answers())
    assert plan is not None
    run._sample(plan, answer)
    wrong = type(answer)(answer.block, tuple(np.full(answer.block.count, 0.5) for _ in OUTPUTS))
    with pytest.raises(run.PlanRejected, match="alone"):
        run._sample(plan, wrong)


@pytest.mark.parametrize("outputs", [OUTPUTS, ("verdict",), ("floor", "revenue")])
def test_a_plan_travels(model: Model, outputs: tuple[str, ...]) -> None:
    """A plan's pickle answers blocks as the plan does, without the workbook."""
    asked = Run(model, scenarios(), outputs)
    assert asked.plan is not None
    sent = packed_kit(asked.plan)
    assert sent is not None
    assert b"Evaluation" not in sent
    copy, (block, *_) = pickle.loads(sent), asked.source.blocks(UNIT)
    for ours, theirs in zip(copy.answer(block).columns, asked.plan.answer(block).columns, strict=True):
        assert ours.tolist() == theirs.tolist()


def test_the_shipped_model_travels_as_a_program() -> None:
    """model.xlsx goes to workers as a generated program, which starts far sooner than the workbook opens."""
    shipped = Model.open(Path(__file__).parents[3] / "model.xlsx")
    asked = Run(shipped, shipped.random_scenarios(UNIT), ("funding_need", "break_even_users"))
    assert asked.plan is not None
    sent = packed_kit(asked.plan)
    assert sent is not None
    (block,) = asked.source.blocks(UNIT)
    found = pickle.loads(sent).answer(block).columns
    assert [column.tolist() for column in found] == [c.tolist() for c in asked.plan.answer(block).columns]


def test_a_worker_asks_for_what_it_lacks(model: Model) -> None:
    """A worker that has not met a kit says so; with the kit beside the block it answers, and keeps it."""
    (block,) = Run(model, scenarios(20), OUTPUTS).source.blocks(UNIT)
    sent = packed_kit(ModelKit(model, OUTPUTS))
    assert run_task(Task("new", block)) == Lacking("new")
    assert not isinstance(run_task(Task("new", block, sent)), Lacking)
    assert not isinstance(run_task(Task("new", block)), Lacking)


def test_blocks_that_the_plan_cannot_do_go_to_the_model(
    model: Model, alone: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A block that stops the program is computed by the model, the others stay quick."""
    answer, calls = PlanKit.answer, iter(range(100))

    def sometimes(kit: PlanKit, block: Any) -> Any:
        found = answer(kit, block)
        return type(found)((), unplanned=str(Unplanned("no"))) if next(calls) == 3 else found

    monkeypatch.setattr(PlanKit, "answer", sometimes)
    alike(outcomes.frame(Run(model, scenarios(), OUTPUTS, block=UNIT), scenarios().index), alone)


def test_a_model_travels(model: Model) -> None:
    """A model's pickle holds the workbook and its clock, nothing computed."""
    copy = pickle.loads(pickle.dumps(model))
    assert "base" not in vars(copy)
    assert copy.evaluate()["total"] == model.evaluate()["total"]
