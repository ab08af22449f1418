"""Who computes blocks: this process, worker processes of our own, or an executor that is given."""

from __future__ import annotations

import contextlib
from concurrent.futures import (
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from functools import cached_property
from multiprocessing.process import BaseProcess
from typing import Protocol

from engine.core.exceptions import BadInput
from engine.evaluate.scale.blocks import Computed
from engine.evaluate.scale.clean import worker_context
from engine.evaluate.scale.kits import Kit
from engine.evaluate.scale.worker import Lacking, Task, answered, ignore_interrupts, run_task, warm

_LOOK = 1.0  # seconds between two looks at whether the workers are there, while an answer is awaited
# dask takes the value of a future that a lost worker cancelled once it was done for parts of an exception
_TAKEN_BACK = {f"cannot unpack non-iterable {kind.__name__} object" for kind in (Computed, Lacking)}
_UNKNOWN = 8  # workers of an executor that does not say how many it has


class Crew(Protocol):
    """Takes tasks and, when workers are lost, starts others."""

    width: int

    def submit(self, task: Task) -> Future[Computed | Lacking]:
        """Start a task."""
        ...

    def answer(self, future: Future[Computed | Lacking]) -> Computed | Lacking:
        """Wait for a task's answer; raise what it raised, or that its worker was lost."""
        ...

    def renew(self) -> bool:
        """Replace lost workers; return whether there are any again."""
        ...

    def close(self, *, at_once: bool) -> None:
        """Let the workers go, at once or when they are done."""
        ...


class Processes:
    """Worker processes on this machine.

    They are not forked from this process, whose threads would be copied half-way, but from a clean one that
    has loaded the engine once, or started afresh where the system has no fork.
    """

    def __init__(self, workers: int) -> None:
        self.width = workers
        # The first start waits for the clean process to load the engine; this process plans meanwhile.
        starter = ThreadPoolExecutor(1)
        self._first = starter.submit(self._warmed)
        starter.shutdown(wait=False)

    def _warmed(self) -> ProcessPoolExecutor:
        pool = self._started()
        for _ in range(self.width):
            pool.submit(warm)
        return pool

    @cached_property
    def _pool(self) -> ProcessPoolExecutor:
        return self._first.result()

    def _started(self) -> ProcessPoolExecutor:
        context = worker_context()
        return ProcessPoolExecutor(self.width, mp_context=context, initializer=ignore_interrupts)

    def submit(self, task: Task) -> Future[Computed | Lacking]:
        """Start a task in one of the processes."""
        return self._pool.submit(run_task, task)

    def answer(self, future: Future[Computed | Lacking]) -> Computed | Lacking:
        """Wait for a task's answer; a worker that died in the midst of sending one breaks the pool."""
        while not wait([future], timeout=_LOOK).done:
            if not all(process.is_alive() for process in _processes(self._pool)):
                _end(self._pool)
        return future.result()

    def renew(self) -> bool:
        """Start other processes in place of the lost ones."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = self._started()
        return True

    def close(self, *, at_once: bool) -> None:
        """Let the processes go; at once, they are ended in the midst of their blocks."""
        if at_once:
            _end(self._pool)
        else:
            self._pool.shutdown(cancel_futures=True)


def _processes(pool: ProcessPoolExecutor) -> list[BaseProcess]:
    """Return a pool's processes, of which there is no public list before Python 3.14 (terminate_workers)."""
    return list((getattr(pool, "_processes", None) or {}).values())


def _end(pool: ProcessPoolExecutor) -> None:
    """End a pool's processes in the midst of their blocks, and leave nothing that waits for them.

    The pool's own thread waits for ever for the rest of an answer whose sender was ended, as long as this
    process too could write it; so this process lets go of its end.
    """
    started = _processes(pool)
    answers = getattr(getattr(pool, "_result_queue", None), "_writer", None)
    pool.shutdown(wait=False, cancel_futures=True)
    for process in started:
        with contextlib.suppress(OSError, ValueError):
            process.terminate()
    if answers is not None:
        with contextlib.suppress(OSError):
            answers.close()


class Given:
    """An executor that the caller owns: never shut down here, never replaced."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self.width = int(getattr(executor, "_max_workers", _UNKNOWN) or _UNKNOWN)
        self._futures: set[Future[Computed | Lacking]] = set()

    def submit(self, task: Task) -> Future[Computed | Lacking]:
        """Start a task on the executor."""
        future = self._executor.submit(run_task, task)
        self._futures.add(future)
        future.add_done_callback(self._futures.discard)
        return future

    def answer(self, future: Future[Computed | Lacking]) -> Computed | Lacking:
        """Wait for a task's answer."""
        return future.result()

    def renew(self) -> bool:
        """Return whether the executor still takes work: a broken process pool does not, a cluster does."""
        return not getattr(self._executor, "_broken", False)

    def close(self, *, at_once: bool) -> None:
        """Cancel what has not begun."""
        for future in list(self._futures) if at_once else []:
            future.cancel()


class Here:
    """This process, one block after the other."""

    width = 1

    def __init__(self) -> None:
        self.kits: dict[str, Kit] = {}

    def submit(self, task: Task) -> Future[Computed | Lacking]:
        """Compute a block before returning."""
        future: Future[Computed | Lacking] = Future()
        try:
            future.set_result(answered(self.kits[task.kit], task))
        except Exception as problem:  # noqa: BLE001 -- raised again where the result is asked for
            future.set_exception(problem)
        return future

    def answer(self, future: Future[Computed | Lacking]) -> Computed | Lacking:
        """Return the answer, which is there already."""
        return future.result()

    def renew(self) -> bool:
        """There is nothing to replace."""
        return True

    def close(self, *, at_once: bool) -> None:
        """There is nothing to let go."""


def crew_of(workers: int, executor: Executor | None) -> Crew:
    """Return who computes; raise BadInput for fewer than one worker, or workers beside an executor."""
    if workers < 1:
        raise BadInput(f"workers={workers}: at least 1 is needed")
    if executor is not None:
        if workers != 1:
            raise BadInput("give workers or an executor, not both: an executor has its own workers")
        return Given(executor)
    return Here() if workers == 1 else Processes(workers)


def lost(problem: BaseException) -> bool:
    """Whether a failure means that a worker went away rather than that the block can't be computed."""
    if isinstance(problem, (BrokenProcessPool, CancelledError)):
        return True
    if isinstance(problem, TypeError):
        return str(problem) in _TAKEN_BACK
    return type(problem).__name__ in {"KilledWorker", "CommClosedError", "FutureCancelledError"}
