"""Options of the whole test run."""

from __future__ import annotations

import os
import signal

import pytest


def pytest_configure() -> None:
    """Let Ctrl-C reach the programs that tests start: a shell's background jobs begin with it ignored."""
    os.environ.setdefault("TIEOUT_CACHE", "off")  # the tests of the store choose a folder of their own
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes minutes, so that nothing waits for it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--corpus`` compares every workbook of the corpus with its stored values, not a sample, and
    ``--starters`` composes every pair of business models, and each at several lengths.
    """
    parser.addoption(
        "--corpus", action="store_true", help="compare every workbook of the corpus, not a sample"
    )
    parser.addoption(
        "--starters", action="store_true", help="compose every pair of business models, not a sample"
    )
