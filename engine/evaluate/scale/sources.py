"""Scenarios as a stream of blocks: a DataFrame, a CSV or Parquet file read in parts, or drawn at random."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd

from engine.core.exceptions import BadInput
from engine.evaluate.batch.boxes import Floats
from engine.evaluate.scale.blocks import Block, FrameBlock, NumberBlock
from engine.evaluate.scale.draws import RandomScenarios
from engine.evaluate.scale.files import CsvScenarios, ParquetScenarios

Scenarios = pd.DataFrame | str | Path | RandomScenarios
"""What can be run: a frame, a file (.csv, .parquet, or a folder of .parquet), or random scenarios."""


class Source(Protocol):
    """Scenarios that can be read again from the start; ``count`` is None where reading must tell."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the inputs, as the columns are headed."""
        ...

    @property
    def count(self) -> int | None:
        """How many scenarios there are."""
        ...

    def blocks(self, size: int) -> Iterator[Block]:
        """Yield blocks of ``size`` scenarios in order; the last may be shorter."""
        ...


@dataclass(frozen=True)
class FrameScenarios:
    """The rows of a DataFrame."""

    frame: pd.DataFrame

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns."""
        return tuple(map(str, self.frame.columns))

    @property
    def count(self) -> int:
        """The rows."""
        return len(self.frame)

    def blocks(self, size: int) -> Iterator[Block]:
        """Yield blocks of rows."""
        return blocks_of([self.frame], size)


def source_of(scenarios: Scenarios) -> Source:
    """Return scenarios as a stream; raise BadInput where a file can't be read as one."""
    if isinstance(scenarios, RandomScenarios):
        return scenarios
    if isinstance(scenarios, pd.DataFrame):
        return FrameScenarios(scenarios)
    path = Path(scenarios)
    if not path.exists():
        raise BadInput(f"{path} is not there; give a .csv or .parquet file of scenarios")
    if path.is_dir() or path.suffix.lower() in {".parquet", ".pq"}:
        return Read(ParquetScenarios(path))
    if path.suffix.lower() in {".csv", ".txt"}:
        return Read(CsvScenarios(path))
    raise BadInput(f"{path} is neither .csv nor .parquet; save the scenarios as one of them")


@dataclass(frozen=True)
class Read:
    """A file of scenarios, re-cut into blocks."""

    file: CsvScenarios | ParquetScenarios

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names in its header."""
        return self.file.inputs

    @property
    def count(self) -> int | None:
        """How many scenarios the file says it has."""
        return self.file.count

    def blocks(self, size: int) -> Iterator[Block]:
        """Yield blocks of rows."""
        return blocks_of(self.file.frames(), size)


def blocks_of(frames: Iterable[pd.DataFrame], size: int) -> Iterator[Block]:
    """Cut frames of any lengths into blocks of one size."""
    start = 0
    for frame in recut(frames, size):
        yield block_of(frame, start)
        start += len(frame)


def recut(frames: Iterable[pd.DataFrame], size: int) -> Iterator[pd.DataFrame]:
    """Yield frames of ``size`` rows from frames of any lengths; the last may be shorter."""
    held: list[pd.DataFrame] = []
    for frame in frames:
        place = 0
        while place < len(frame):
            want = size - sum(map(len, held))
            held.append(frame.iloc[place : place + want])
            place += want
            if sum(map(len, held)) == size:
                yield _together(held)
                held = []
    if held:
        yield _together(held)


def _together(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return frames[0] if len(frames) == 1 else pd.concat(frames)


def block_of(frame: pd.DataFrame, start: int) -> Block:
    """Return rows as a block: of numbers where every column holds finite numbers or nothing."""
    columns: dict[str, Floats] = {}
    for name, column in frame.items():
        if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
            return FrameBlock(start, frame)
        values = column.to_numpy(dtype=float, na_value=np.nan)
        if np.isinf(values).any():
            return FrameBlock(start, frame)
        columns[str(name)] = values
    return NumberBlock(start, len(frame), columns)
