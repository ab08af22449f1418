"""Which scenarios of a run are compared with the reference, and how many of them whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.core.values import Value
from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.program import Program
from engine.evaluate.state import CellId

# Scenarios looked at in a plan's first run, all of them whole; in later runs whole ones are those that a
# share of the time spent on computing has paid for, and of the others some cells are compared.
SAMPLES = 4
LATER = 3
SAMPLED_SHARE = 0.05
CELLS = 64
# Processor time may be known in large steps only.
_LEAST_COST = 1e-4


def agrees(computed: Value, expected: Value) -> bool:
    """Whether a lane's value is the reference's: 1e-9 relative (absolute below 1), the rest exactly."""
    if isinstance(computed, float) and isinstance(expected, float):
        return abs(computed - expected) <= 1e-9 * max(1.0, abs(expected))
    if expected is None:
        return computed in (None, 0.0)
    return type(computed) is type(expected) and computed == expected


@dataclass
class Sampling:
    """The scenarios that a plan's runs compare, and the time that comparing whole ones may take.

    ``first`` of the first run's scenarios are compared whole. Seconds are of this thread's processor time, so
    that what else the machine does earns nothing.
    """

    first: int = SAMPLES
    runs: int = 0
    credit: float = 0.0
    seconds: float = 0.0
    lanes_whole: int = 0

    def earned(self, seconds: float) -> None:
        """Note that computing took some seconds."""
        self.credit += SAMPLED_SHARE * seconds

    def spent(self, seconds: float, lanes: int) -> None:
        """Note what comparing some scenarios whole took."""
        self.runs += 1
        if lanes:
            self.seconds += seconds
            self.lanes_whole += lanes
            self.credit = max(0.0, self.credit - seconds) if self.runs > 1 else 0.0

    def lanes(self, inputs: Mapping[CellId, Floats], count: int) -> list[int]:
        """Return the scenarios to look at: those of an input's least and greatest value, and random ones."""
        random = np.random.default_rng([self.runs, count])
        varied = inputs[list(inputs)[int(random.integers(len(inputs)))]]
        ends = [int(np.argmin(varied)), int(np.argmax(varied))]
        others = random.integers(0, count, SAMPLES).tolist()
        picked = list(dict.fromkeys([*ends, *others]))
        return picked[: SAMPLES if not self.runs else LATER]

    def whole(self, picked: Sequence[int], least: int = 0) -> list[int]:
        """Return which of the scenarios picked are compared whole: another end or random one each time."""
        cost = max(self.seconds / max(self.lanes_whole, 1), _LEAST_COST)
        affordable = int(self.credit / cost) if self.lanes_whole else 0
        wanted = max(affordable, least, self.first if not self.runs else 0)
        turn = self.runs % len(picked)
        return [*picked[turn:], *picked[:turn]][:wanted]


@dataclass(frozen=True)
class Samples:
    """What the outputs of some scenarios have to be: by the reference, and by a second computation."""

    whole: Mapping[int, Mapping[CellId, Value]]
    others: Sequence[int]
    program: Program
    lanes: Floats
