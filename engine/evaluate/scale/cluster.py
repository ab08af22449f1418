"""A Dask cluster as an executor (extra ``cluster``)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

import engine
from engine.core.exceptions import TieoutError

_PATIENCE = 10  # seconds for the scheduler to answer
_RETRIES = 3


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """Yield an executor on the workers of a Dask scheduler, such as "tcp://10.0.0.5:8786".

    Raises TieoutError where it does not answer, has no workers, or they have another version of Tieout.
    """
    try:
        from distributed import Client  # noqa: PLC0415 -- an optional extra
    except ImportError as problem:
        raise TieoutError("a cluster needs dask: pip install 'tieout[cluster]'") from problem
    try:
        client: Any = Client(address, timeout=_PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]  # distributed has no types
    except (OSError, ValueError) as problem:
        raise TieoutError(
            f"no Dask scheduler answers at {address} ({problem}); start one with: dask scheduler"
        ) from problem
    try:
        _check(client, address)
        yield client.get_executor(pure=False, retries=_RETRIES)
    finally:
        client.close()


def _check(client: Any, address: str) -> None:
    if not client.ncores():
        raise TieoutError(
            f"the scheduler at {address} has no workers; start some with: dask worker {address}"
        )
    found = client.run(version, on_error="return")
    wrong = {worker: given for worker, given in found.items() if given != engine.__version__}
    if wrong:
        listed = "\n".join(f"  {worker}: {_said(given)}" for worker, given in wrong.items())
        raise TieoutError(
            f"every worker of {address} needs tieout {engine.__version__}; install it there:\n{listed}"
        )


def version() -> str:
    """Return the version of Tieout where this runs."""
    return engine.__version__


def _said(given: object) -> str:
    return given if isinstance(given, str) else f"none ({given})"
