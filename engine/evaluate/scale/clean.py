"""The clean process that workers are forked from, where the system has fork: started as early as can be.

It loads the engine once, which takes about a second, while this process opens a workbook or plans.
"""

from __future__ import annotations

import multiprocessing
from multiprocessing.context import BaseContext

_LOADED = ["engine.evaluate.scale.kits", "engine.evaluate.scale.preload"]


def worker_context() -> BaseContext:
    """Return how worker processes are started."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_LOADED)
    return context


def start_early(workers: int) -> None:
    """Begin to load the engine for more than one worker; return at once."""
    if workers > 1 and worker_context().get_start_method() == "forkserver":
        from multiprocessing import forkserver  # noqa: PLC0415 -- not on every system

        forkserver.ensure_running()
