"""Answers that never come, whatever a cluster says of them: their blocks go out again, a few times."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, repeat
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.evaluate.model import Model
from engine.evaluate.scale import outcomes
from engine.evaluate.scale.run import Run
from tests.evaluate.scale.conftest import OUTPUTS


class Lossy(Executor):
    """Computes in this thread; an answer fails where ``failures`` has something for it."""

    def __init__(self, failures: Iterator[BaseException | None]) -> None:
        self.failures, self.submitted = failures, 0

    def submit(self, call: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        """Return an answer that is there, has failed or was cancelled."""
        self.submitted += 1
        future: Future[Any] = Future()
        failure = next(self.failures)
        if failure is None:
            future.set_result(call(*given, **named))
        elif isinstance(failure, CancelledError):
            future.cancel()
            future.set_running_or_notify_cancel()
        else:
            future.set_exception(failure)
        return future


def taken_back(kind: str) -> TypeError:
    """Return what dask raises for an answer that was there when its worker went away."""
    return TypeError(f"cannot unpack non-iterable {kind} object")


LOSSES = {
    "broken pool": BrokenProcessPool(),
    "cancelled": CancelledError(),
    "answer taken back": taken_back("Computed"),
    "question for the kit taken back": taken_back("Lacking"),
}


@pytest.fixture
def frame() -> pd.DataFrame:
    """Six blocks' worth of scenarios."""
    return pd.DataFrame({"price": np.random.default_rng(1).uniform(1, 20, 60)})


@pytest.mark.parametrize("loss", LOSSES)
def test_a_lost_answer_is_computed_again(model: Model, frame: pd.DataFrame, loss: str) -> None:
    """The second and the third answer are lost once each."""
    executor = Lossy(chain([None, LOSSES[loss], LOSSES[loss]], repeat(None)))
    found = outcomes.frame(Run(model, frame, OUTPUTS, executor=executor, block=10), frame.index)
    pd.testing.assert_frame_equal(found, outcomes.frame(Run(model, frame, OUTPUTS), frame.index))


@pytest.mark.parametrize("loss", LOSSES)
def test_workers_that_lose_every_answer_are_given_up(model: Model, frame: pd.DataFrame, loss: str) -> None:
    """This process goes on alone after a few attempts."""
    executor = Lossy(repeat(LOSSES[loss]))
    found = outcomes.frame(Run(model, frame, OUTPUTS, executor=executor, block=10), frame.index)
    pd.testing.assert_frame_equal(found, outcomes.frame(Run(model, frame, OUTPUTS), frame.index))
    assert executor.submitted < 100


def test_a_failure_of_the_computation_is_raised(model: Model, frame: pd.DataFrame) -> None:
    """Not every TypeError is a loss."""
    executor = Lossy(repeat(TypeError("cannot unpack non-iterable int object")))
    with pytest.raises(TypeError, match="int object"):
        outcomes.frame(Run(model, frame, OUTPUTS, executor=executor, block=10), frame.index)
