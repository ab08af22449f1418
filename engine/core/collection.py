"""Python's search for circles of garbage, paused while much is built that all stays.

It looks at everything again whenever so many objects have come into being, a third of the time in which a
large workbook is read; what is built meanwhile has no circles to find. Counted references go as ever.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")


def collection_paused(build: Callable[_Given, _Answer]) -> Callable[_Given, _Answer]:
    """Return a function during which no collection begins, if one may begin at all."""

    @wraps(build)
    def paused(*given: _Given.args, **named: _Given.kwargs) -> _Answer:
        if not gc.isenabled():
            return build(*given, **named)
        gc.disable()
        try:
            return build(*given, **named)
        finally:
            gc.enable()

    return paused
