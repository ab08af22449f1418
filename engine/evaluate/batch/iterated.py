"""Cells that wait for each other, pass after pass over all scenarios until nothing moves.

Where the base has a circle that the workbook iterates, passes begin where it settled, as the reference's do,
and compute its cells in the reference's order. Where it has none, a circle may be there only in scenarios
whose branches of IF close it: passes begin with a mark of no value, which vanishes where a value follows from
the inputs alone. What has not settled is left to the reference, scenario by scenario.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.evaluate.batch.boxes import NOTHING, SETTLED, Flags, Floats
from engine.evaluate.batch.source import NUMBER
from engine.evaluate.batch.together import Together
from engine.evaluate.batch.unplanned import NeedsCare

_MOST_PASSES = 200
# The reference stops there too (see evaluate/iteration.py).
_STILL = 1e-13


@dataclass(frozen=True)
class Iterated:
    """The source of one pass, the slots it writes, and what the reference does where passes do not settle.

    ``source`` defines ``one_pass(S, N)`` over the lane array; ``names`` are its constants. ``start`` are the
    slots' values to begin with, ``poisoned`` says that these are marks of no value.
    """

    source: str
    names: Mapping[str, object] = field(repr=False)
    slots: tuple[int, ...]
    start: Floats = field(repr=False)
    poisoned: bool
    careful: bool
    together: Together = field(repr=False)

    def __call__(self, lanes: Floats) -> Floats:
        """Return the cells' values as their slots hold them, (cells × scenarios)."""
        rows, one_pass = np.array(self.slots), self._compiled()
        lanes[rows] = self.start[:, None]
        settled = np.zeros(lanes.shape[1], dtype=bool)
        trap = "ignore" if self.careful or self.poisoned else "raise"
        with np.errstate(divide=trap, over=trap, invalid=trap):  # type: ignore[arg-type]  # a plain str, not a Literal
            for _ in range(_MOST_PASSES):
                before = lanes[rows]
                one_pass(lanes, lanes.shape[1])
                after = lanes[rows]
                # A scenario stays where it settled, whatever the others beside it do.
                lanes[rows] = np.where(settled, before, after)
                settled |= _still(before, after)
                if settled.all():
                    break
        found = lanes[rows]
        settled &= ~_valueless(found).any(axis=0)
        if not settled.all():
            apart = lanes[:, ~settled]
            found[:, ~settled] = self.together(apart)
            lanes[SETTLED, ~settled] = apart[SETTLED]
        if self.poisoned and not self.careful:
            self._fits(found)
        return found  # type: ignore[no-any-return]  # numpy types a subscript as Any

    def _fits(self, found: Floats) -> None:
        """Stop the plain program where a slot of numbers would hold a box."""
        kinds = self.together.kinds or ()
        numbers = [place for place, kind in enumerate(kinds) if kind == NUMBER]
        if np.isnan(found[numbers]).any():
            raise NeedsCare

    def _compiled(self) -> Callable[[Floats, int], Any]:
        from engine.evaluate.batch.program import named_kernels  # noqa: PLC0415 -- it imports the writer

        namespace = {**named_kernels(), **self.names}
        exec(compile(self.source, "<batch pass>", "exec"), namespace)  # noqa: S102 -- the source is ours
        return namespace["one_pass"]  # type: ignore[return-value]  # what the source defines


def _valueless(values: Floats) -> Flags:
    return np.asarray(np.ascontiguousarray(values).view(np.uint64) == _NOTHING_BITS)


def _still(before: Floats, after: Floats) -> Flags:
    """Return the scenarios in which no cell has moved by more than rounding."""
    same = np.ascontiguousarray(before).view(np.uint64) == np.ascontiguousarray(after).view(np.uint64)
    with np.errstate(all="ignore"):
        near = np.abs(after - before) <= _STILL * np.maximum(1.0, np.abs(after))
    return np.asarray((same | near).all(axis=0))


_NOTHING_BITS = np.array([NOTHING]).view(np.uint64)[0]
