"""Worker processes that end in the midst of sending an answer, which the pool's own thread would wait for."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import numpy as np
import pytest

from engine.evaluate.scale.crews import Processes, lost

LARGE = 40_000_000  # numbers of an answer that takes a while to send
ATTEMPTS = 20  # on a busy machine this process may be late to the kill: the answer has come whole by then


@pytest.fixture
def crew() -> Iterator[Processes]:
    """Two worker processes, let go at the end."""
    made = Processes(2)
    yield made
    made.close(at_once=True)


def sending(crew: Processes) -> Future[Any]:
    """Return an answer that is on its way, another one having just arrived."""
    first, second = (crew._pool.submit(np.zeros, LARGE) for _ in range(2))
    first.result()
    time.sleep(0.05)
    return second


def kill_while_sending(crew: Processes) -> None:
    """Kill the workers until an answer is cut short, which raises."""
    for _ in range(ATTEMPTS):
        answer = sending(crew)
        for process in list(crew._pool._processes.values()):
            process.kill()
        crew.answer(answer)
        crew.renew()


def test_ending_the_workers_leaves_no_thread_behind(crew: Processes) -> None:
    """After Ctrl-C the pool's thread ends too, so that the process can."""
    sending(crew)
    pool: Any = crew._pool
    thread = pool._executor_manager_thread  # what the process joins at its end
    crew.close(at_once=True)
    thread.join(120)
    assert not thread.is_alive()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_worker_killed_while_it_sends_is_lost(crew: Processes) -> None:
    """Its answer never comes whole: the wait ends and says so, and others can be started."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 -- lost() is what is tested
        kill_while_sending(crew)
    assert lost(caught.value)
    assert crew.renew()
    assert crew._pool.submit(len, (1, 2)).result(600) == 2
