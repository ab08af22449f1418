"""Loaded once by the process that workers are forked from: what takes them long, where it is installed."""

from __future__ import annotations

import contextlib

import engine.evaluate.scale.summary

with contextlib.suppress(ImportError):
    import engine.evaluate.batch.machine.cached
    import engine.evaluate.batch.machine.shares  # noqa: F401 -- for its effect: numba, and what forms call
