"""``scipy.special``, imported with the first function asked for: that takes longer than most models."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    from scipy import special  # noqa: PLC0415 -- see the module

    return getattr(special, name)
