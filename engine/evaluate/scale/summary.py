"""Summaries that grow with the number of outputs, not of scenarios.

Means and deviations are merged over units of ``UNIT`` scenarios in their order (Chan, Golub and LeVeque,
1979), so that neither blocks nor workers change a bit of them. Quantiles are exact up to ``EXACT`` numbers,
beyond that of t-digests (Dunning and Ertl, 2019; Apache DataSketches), one for each ``CHUNK`` scenarios,
merged in their order. Whoever computes a block can make its part of both: what is left here is to merge.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import datasketches
import numpy as np

from engine.core.values import ERRORS, ExcelError, Value
from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.columns import Column
from engine.evaluate.batch.lanes import BLOCK as UNIT

if TYPE_CHECKING:
    import pandas as pd

EXACT = 16_384
CHUNK = 8 * UNIT
QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
_CENTROIDS = 2_000  # rank error below 0.3 % in the middle, far less in the tails, in about 40 kB


def numbers_of(column: Column) -> tuple[Floats, dict[int, Value]]:
    """Return a column as numbers (TRUE is 1, FALSE 0), NaN elsewhere, and what is there by place."""
    if column.dtype != object:
        return np.require(column, float, ["C", "W"]), {}  # as the sketch asks
    numbers = np.full(len(column), math.nan)
    others: dict[int, Value] = {}
    for place, value in enumerate(column.tolist()):
        if isinstance(value, (bool, int, float)):
            numbers[place] = value
        else:
            others[place] = value
    return numbers, others


@dataclass(frozen=True)
class Moments:
    """Count, mean and sum of squared differences from it."""

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0

    @classmethod
    def of(cls, numbers: Floats) -> Moments:
        """Return those of numbers."""
        if not len(numbers):
            return cls()
        with np.errstate(over="ignore", invalid="ignore"):
            mean = float(numbers.mean())
            return cls(len(numbers), mean, float(np.square(numbers - mean).sum()))

    def with_more(self, other: Moments) -> Moments:
        """Return those of both."""
        if not other.count or not self.count:
            return self if self.count else other
        with np.errstate(over="ignore", invalid="ignore"):
            total, apart = self.count + other.count, np.float64(other.mean) - self.mean
            between = apart * apart * self.count * other.count / total
            squares = self.squares + (other.squares + between)
            return Moments(total, float(self.mean + apart * other.count / total), float(squares))

    @property
    def deviation(self) -> float:
        """The sample standard deviation (n − 1), NaN below two numbers."""
        return math.sqrt(self.squares / (self.count - 1)) if self.count > 1 else math.nan


@dataclass(frozen=True)
class Part:
    """What a summary takes of a block's output: moments by unit, ends, what is no number, and a t-digest.

    ``digest`` is empty where the block is no whole chunk.
    """

    moments: tuple[Moments, ...]
    lowest: float
    highest: float
    others: Mapping[str, int]
    digest: bytes


def part_of(column: Column, *, chunk: bool) -> Part:
    """Return the part of an output over whole units (the last may be short); ``chunk`` asks for a digest."""
    numbers, others = numbers_of(column)
    missing = np.isnan(numbers) if others else None
    units = []
    for start in range(0, len(numbers), UNIT):
        unit = numbers[start : start + UNIT]
        units.append(Moments.of(unit if missing is None else unit[~missing[start : start + UNIT]]))
    found = numbers if missing is None else numbers[~missing]
    ends = (float(found.min()), float(found.max())) if len(found) else (math.inf, -math.inf)
    called = Counter(_called(value) for value in others.values())
    return Part(tuple(units), *ends, called, _digest(found) if chunk else b"")


def _digest(numbers: Floats) -> bytes:
    digest = datasketches.tdigest_double(_CENTROIDS)
    if len(numbers):
        digest.update(numbers)
    return bytes(digest.serialize())


@dataclass
class OutputSummary:
    """What is kept of one output."""

    moments: Moments = field(default_factory=Moments)
    lowest: float = math.inf
    highest: float = -math.inf
    others: Counter[str] = field(default_factory=Counter)
    _exact: list[Floats] | None = field(default_factory=list)
    _open: list[Floats] = field(default_factory=list)
    _merged: datasketches.tdigest_double = field(
        default_factory=lambda: datasketches.tdigest_double(_CENTROIDS)
    )

    def add(self, column: Column, part: Part | None, *, ends: bool) -> None:
        """Take in scenarios of one chunk; ``ends`` says whether they are its last."""
        part = part or part_of(column, chunk=False)
        for unit in part.moments:
            self.moments = self.moments.with_more(unit)
        self.lowest, self.highest = min(self.lowest, part.lowest), max(self.highest, part.highest)
        self.others.update(part.others)
        if self._exact is None and part.digest:
            self._merge(part.digest)
            return
        numbers, others = numbers_of(column)
        numbers = numbers[~np.isnan(numbers)] if others else numbers
        self._keep(numbers)
        self._open.append(numbers)
        if ends:
            self._close()

    def _keep(self, numbers: Floats) -> None:
        if self._exact is not None:
            self._exact.append(numbers)
            if self.moments.count > EXACT:
                self._exact = None

    def _close(self) -> None:
        if self._open:
            self._merge(_digest(np.concatenate(self._open)))
            self._open.clear()

    def _merge(self, digest: bytes) -> None:
        self._merged.merge(datasketches.tdigest_double.deserialize(digest))

    def quantile(self, share: float) -> float:
        """Return the value below which a share of the numbers lies, NaN where there are none."""
        if not self.moments.count:
            return math.nan
        if self._exact is not None:
            return float(np.quantile(np.concatenate(self._exact), share))
        self._close()
        return float(self._merged.get_quantile(share))


def _called(value: Value) -> str:
    if isinstance(value, ExcelError):
        return value.code
    return "blank" if value is None else "text"


@dataclass
class Summary:
    """Summaries of outputs over scenarios taken in block by block, in order."""

    outputs: tuple[str, ...]
    quantiles: tuple[float, ...] = QUANTILES
    scenarios: int = 0
    _each: list[OutputSummary] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._each = [OutputSummary() for _ in self.outputs]

    def add(self, columns: Sequence[Column], parts: Sequence[Part] = ()) -> None:
        """Take in a block: a column per output, and the parts of them where whoever computed it made them."""
        count, start = len(columns[0]), 0
        while start < count:
            width = min(count - start, CHUNK - self.scenarios % CHUNK)
            self.scenarios += width
            whole = width == count
            for place, (output, column) in enumerate(zip(self._each, columns, strict=True)):
                part = parts[place] if parts and whole else None
                output.add(column[start : start + width], part, ends=self.scenarios % CHUNK == 0)
            start += width

    def frame(self) -> pd.DataFrame:
        """Return a row per output: count, errors, mean, std, min, quantiles, max, then each code met."""
        import pandas as pd  # noqa: PLC0415 -- workers make parts of a summary without it

        met = {code for output in self._each for code in output.others}
        kinds = [code for code in (*ERRORS, "text", "blank") if code in met]
        rows = [self._row(output, kinds) for output in self._each]
        return pd.DataFrame(rows, index=pd.Index(self.outputs, name="output"))

    def _row(self, output: OutputSummary, kinds: Sequence[str]) -> dict[str, float | int]:
        known = output.moments.count > 0
        return {
            "count": output.moments.count,
            "errors": sum(number for code, number in output.others.items() if code in ERRORS),
            "mean": output.moments.mean if known else math.nan,
            "std": output.moments.deviation,
            "min": output.lowest if known else math.nan,
            **{f"{share * 100:g}%": output.quantile(share) for share in self.quantiles},
            "max": output.highest if known else math.nan,
            **{code: output.others[code] for code in kinds},
        }
