"""Designs: the scenarios of an analysis as one DataFrame, columns = inputs, NaN = as the workbook has it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.analysis.results import Spacing
from engine.analysis.runner import Floats
from engine.core.exceptions import AnalysisError

LOG_RATIO = 100.0
"""A range whose ends are both above 0 and this far apart is spaced evenly in the logarithm."""

_SAME = 1e-9


def spacing(start: float, stop: float) -> Spacing:
    """Return how points between two ends are spaced: "log" from a ratio of 100 on, else "linear"."""
    return "log" if start > 0 and stop / start >= LOG_RATIO else "linear"


def points(start: float, stop: float, count: int, include: Iterable[object] = ()) -> Floats:
    """Return ``count`` ascending points from ``start`` to ``stop``, both included, with further ones added.

    Numbers of ``include`` within the range are points too; a point between the ends that differs from one by
    no more than rounding (1e-9 of the range, of itself where spaced in the logarithm) gives way to it. Raises
    AnalysisError for an empty range or fewer than two points.
    """
    low, high = sorted((float(start), float(stop)))
    if low == high:
        raise AnalysisError(f"the range from {start:g} to {stop:g} is empty; give from and to that differ")
    if count < 2:
        raise AnalysisError(f"{count} steps are too few; give at least 2, both ends included")
    log = spacing(low, high) == "log"
    evenly = [_tidy(x) for x in (np.geomspace if log else np.linspace)(low, high, count)]
    wanted = [x for x in include if isinstance(x, float) and low <= x <= high]
    inner = [x for x in evenly[1:-1] if all(abs(x - y) > _SAME * (x if log else high - low) for y in wanted)]
    return np.unique(np.array([low, *inner, high, *wanted], dtype=float))


def index_of(values: Floats, base: object) -> int | None:
    """Return where the base value stands among the points, or None where it is no point."""
    if not isinstance(base, float):
        return None
    found = np.flatnonzero(values == base)
    return int(found[0]) if found.size else None


def along(driver: str, values: Sequence[float] | Floats) -> pd.DataFrame:
    """Return a scenario per value of one driver."""
    return pd.DataFrame({driver: np.asarray(values, dtype=float)})


def product(row: str, row_values: Floats, column: str, column_values: Floats) -> pd.DataFrame:
    """Return a scenario per pair of two drivers' values, row by row."""
    if row.casefold() == column.casefold():
        raise AnalysisError(f"both drivers of the grid are {row}; name two different ones")
    rows, columns = np.repeat(row_values, len(column_values)), np.tile(column_values, len(row_values))
    return pd.DataFrame({row: rows, column: columns})


def one_at_a_time(values: Sequence[tuple[str, Sequence[float] | Floats]]) -> pd.DataFrame:
    """Return a scenario per value of each driver in turn, every other driver left as it is."""
    drivers = [driver for driver, points_ in values for _ in points_]
    return lanes(drivers, np.array([point for _, points_ in values for point in points_], dtype=float))


def lanes(drivers: Sequence[str], values: Floats) -> pd.DataFrame:
    """Return a scenario per (driver, value) pair, every other driver left as it is."""
    columns = {driver: place for place, driver in enumerate(dict.fromkeys(drivers))}
    design = np.full((len(drivers), len(columns)), np.nan)
    design[np.arange(len(drivers)), [columns[driver] for driver in drivers]] = values
    return pd.DataFrame(design, columns=list(columns))


def corners(ends: Mapping[str, tuple[float, float]]) -> pd.DataFrame:
    """Return a scenario per combination of each driver's two ends, 2^k in all; one empty row for no
    drivers.
    """
    rows = list(itertools.product(*ends.values()))
    return pd.DataFrame(rows, columns=list(ends), index=range(len(rows)), dtype=float)


def stack(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return several designs one below the other; drivers that a design does not name stay as they are."""
    names = list(dict.fromkeys(column for frame in frames for column in frame.columns))
    columns = {name: place for place, name in enumerate(names)}
    design = np.full((sum(map(len, frames)), len(names)), np.nan)
    start = 0
    for frame in frames:
        places = [columns[name] for name in frame.columns]
        design[start : start + len(frame), places] = frame.to_numpy(dtype=float)
        start += len(frame)
    return pd.DataFrame(design, columns=names)


def distinct(frame: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.intp]]:
    """Return the different scenarios of a design, and for each row of the design which of them it is."""
    known: dict[bytes, int] = {}
    rows = np.ascontiguousarray(frame.to_numpy(dtype=float) + 0.0)  # no zero below 0
    codes = np.array([known.setdefault(row.tobytes(), len(known)) for row in rows], dtype=np.intp)
    firsts = np.unique(codes, return_index=True)[1]
    return frame.iloc[firsts].reset_index(drop=True), codes


def _tidy(x: float) -> float:
    """Twelve significant digits, so that 0.1 + 0.2 reads 0.3 on an axis."""
    return float(f"{x:.12g}")
