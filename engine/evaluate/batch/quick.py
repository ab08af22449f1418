"""Vector kernels of functions of the table, over lanes: how they are entered.

They take numbers alone and answer NaN where Excel answers an error, or where the function itself has to
decide; ``called`` asks it there. The formulas are those of engine/functions.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.evaluate.batch.called import QUICK, Quick


def enter(*names: str) -> Callable[[Quick], Quick]:
    """Enter a kernel under the functions that it answers for."""

    def entered(kernel: Quick) -> Quick:
        for name in names:
            QUICK[name] = kernel
        return kernel

    return entered
