"""Random scenarios from the Assumptions table: what is drawn depends on the seed and on a scenario's number.

Each input has a stream of its own, keyed by seed and name (Philox, a counter-based generator: Salmon et al.,
"Parallel random numbers: as easy as 1, 2, 3", 2011); each unit of ``UNIT`` scenarios has its own stretch of
it. So neither the block size nor the number of workers nor the other inputs change what is drawn.
"""

from __future__ import annotations

import hashlib
import math
import pickle
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from engine.core.exceptions import BadInput
from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.lanes import BLOCK as UNIT
from engine.workbook.contract_rows import Assumption

Words = npt.NDArray[np.uint64]

_NORMAL_90 = 2 * 1.6448536269514722  # standard deviations between the 5th and the 95th percentile
_SWANSON = (0.3, 0.4, 0.3)  # Hurst, Brown and Swanson, "Swanson's 30-40-30 rule", AAPG Bulletin 84 (2000)


@dataclass(frozen=True)
class Draw:
    """An input that varies: its name and distribution, over low, base and high of its assumption.

    uniform, triangular: from low to high (mode base). pert: the beta distribution with mode base and weight 4
    (Malcolm et al., 1959). normal: mean base, 90 % of it between two numbers as far apart as low and high.
    lognormal: median base, likewise on the logarithm. discrete: one of low, base and high, with Swanson's
    weights of 30, 40 and 30 %.
    """

    name: str
    distribution: str
    low: float
    base: float
    high: float

    def sample(self, stream: np.random.Generator, count: int) -> Floats:
        """Return values of the distribution."""
        low, base, high = self.low, self.base, self.high
        match self.distribution:
            case "uniform":
                return stream.uniform(low, high, count)
            case "triangular":
                return stream.triangular(low, base, high, count)
            case "pert":
                left, right = (4 * (base - low) / (high - low), 4 * (high - base) / (high - low))
                return low + (high - low) * stream.beta(1 + left, 1 + right, count)
            case "normal":
                return stream.normal(base, (high - low) / _NORMAL_90, count)
            case "lognormal":
                return stream.lognormal(math.log(base), math.log(high / low) / _NORMAL_90, count)
            case _:
                return stream.choice(np.array([low, base, high]), size=count, p=_SWANSON)


@dataclass(frozen=True)
class DrawnBlock:
    """Consecutive random scenarios, drawn where they are used."""

    scenarios: RandomScenarios
    start: int
    count: int

    def numbers(self, wanted: Collection[str] | None = None) -> dict[str, Floats]:
        """Return the values of inputs; the others are not drawn."""
        return self.scenarios.drawn(self.start, self.count, wanted)

    def part(self, first: int, count: int) -> DrawnBlock:
        """Return some of the scenarios."""
        return DrawnBlock(self.scenarios, self.start + first, min(count, self.count - first))


@dataclass(frozen=True)
class RandomScenarios:
    """``count`` scenarios drawn with a seed: the same whoever draws them, and in whatever parts."""

    draws: tuple[Draw, ...]
    count: int
    seed: int

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the inputs that vary."""
        return tuple(draw.name for draw in self.draws)

    def blocks(self, size: int) -> Iterator[DrawnBlock]:
        """Yield blocks of ``size`` scenarios (a multiple of UNIT); the last may be shorter."""
        for start in range(0, self.count, size):
            yield DrawnBlock(self, start, min(size, self.count - start))

    def drawn(self, start: int, count: int, wanted: Collection[str] | None = None) -> dict[str, Floats]:
        """Return inputs' values (all, or those wanted) for scenarios from number ``start`` (from 0)."""
        first, last = start // UNIT, -(-(start + count) // UNIT)
        skip = start - first * UNIT
        return {
            draw.name: np.concatenate([self._unit(draw, unit) for unit in range(first, last)])[
                skip : skip + count
            ]
            for draw in self.draws
            if wanted is None or draw.name in wanted
        }

    def _unit(self, draw: Draw, unit: int) -> Floats:
        stream = np.random.Generator(np.random.Philox(key=self._keys[draw.name], counter=[0, 0, unit, 0]))
        return draw.sample(stream, UNIT)

    def __reduce__(self) -> tuple[Callable[[bytes], RandomScenarios], tuple[bytes]]:
        """Travel so that a worker unpacks them once, and works out the streams once, for all their blocks."""
        return _unpacked, (self._packed,)

    @cached_property
    def _packed(self) -> bytes:
        return pickle.dumps((self.draws, self.count, self.seed))

    @cached_property
    def _keys(self) -> Mapping[str, Words]:
        return {draw.name: _key(self.seed, draw.name) for draw in self.draws}


@lru_cache(maxsize=4)
def _unpacked(packed: bytes) -> RandomScenarios:
    return RandomScenarios(*pickle.loads(packed))  # noqa: S301 -- made by the process that started this one


def _key(seed: int, name: str) -> Words:
    digest = hashlib.sha256(name.casefold().encode()).digest()[:16]
    words = tuple(int.from_bytes(digest[place : place + 4], "big") for place in range(0, 16, 4))
    return np.random.SeedSequence(seed, spawn_key=words).generate_state(2, np.uint64).astype(np.uint64)


def random_scenarios(
    assumptions: Sequence[Assumption], count: int, seed: int, inputs: Sequence[str] | None = None
) -> RandomScenarios:
    """Return scenarios that vary the given inputs, or every assumption whose distribution is not fixed.

    Raises BadInput with every reason why they can't be drawn.
    """
    known = {row.name.casefold(): row for row in assumptions}
    problems = [f"{count} scenarios: draw at least 1"] if count < 1 else []
    problems += [f"seed {seed}: a seed is 0 or more"] if seed < 0 else []
    problems += [
        f"input: {name!r} is not in the table Assumptions"
        for name in inputs or ()
        if name.casefold() not in known
    ]
    chosen = (
        [row for row in assumptions if _varies(row)]
        if inputs is None
        else [known[name.casefold()] for name in dict.fromkeys(inputs) if name.casefold() in known]
    )
    problems += [reason for row in chosen if (reason := _refusal(row))]
    if not chosen and not problems:
        problems = ["no assumption has a distribution to draw from; set one in the table Assumptions"]
    if problems:
        raise BadInput("\n".join(problems))
    return RandomScenarios(tuple(_draw(row) for row in chosen), count, seed)


def _varies(row: Assumption) -> bool:
    return row.distribution not in {"", "fixed"} and row.low != row.high


def _refusal(row: Assumption) -> str:
    """Return why an assumption can't be drawn, "" where it can."""
    if isinstance(row.base, (str, bool)) or row.low is None or row.high is None:
        return f"{row.name} ({row.cell}) has no low, base and high to draw between"
    if not _varies(row):
        return f"{row.name} ({row.cell}) is fixed; give it a distribution and a range in Assumptions"
    if row.distribution == "lognormal" and row.low <= 0:
        return f"{row.name} ({row.cell}) is lognormal and its low is {row.low:g}; it has to be above 0"
    return ""


def _draw(row: Assumption) -> Draw:
    assert isinstance(row.base, float)
    assert row.low is not None
    assert row.high is not None
    return Draw(row.name, row.distribution, row.low, row.base, row.high)
