"""Loaded once by the process that workers are forked from: what takes them long, where it is installed."""

from __future__ import annotations

import contextlib

with contextlib.suppress(ImportError):
    import numba  # noqa: F401 -- for its effect alone
