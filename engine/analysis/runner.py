"""What the analyses need of a model, as two protocols, and the one door through which they call it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.analysis.results import Outcome
from engine.core.values import NUM, VALUE, ExcelError, Value

Floats = NDArray[np.float64]
Progress = Callable[[str, int, int], None]
"""Called with what is about to run, how many analyses are done and how many there are."""


class Runner(Protocol):
    """Anything that evaluates scenarios, such as ``engine.Model``."""

    def run(self, scenarios: pd.DataFrame, outputs: Sequence[str]) -> pd.DataFrame:
        """Return a row per scenario and a column per output.

        Columns of ``scenarios`` are input names or addresses; a missing value (NaN, None) leaves that input
        as the workbook has it, so that a row of missing values is the base case.
        """
        ...


class BaseCase(Protocol):
    """One evaluation of the model as the workbook stands, such as ``Model.evaluate()`` returns."""

    def __getitem__(self, name: str, /) -> Value:
        """Return the value of one cell, by address or defined name; raise ``UnknownName`` for another
        text.
        """
        ...

    def range(self, name: str, /) -> tuple[tuple[Value, ...], ...]:
        """Return the rows of a range, by address or defined name."""
        ...

    def beside(self, name: str, /) -> tuple[str, ...]:
        """Return the texts left of a cell in its row, as people label it."""
        ...


def outcome(value: object) -> Outcome:
    """Return a cell's value as a finite number or the error it counts as in Excel arithmetic."""
    if isinstance(value, ExcelError):
        return value
    if value is None or value is pd.NA:
        return 0.0
    if isinstance(value, (bool, int, float, np.number, np.bool_)):
        number = float(value)
        return number if math.isfinite(number) else NUM
    return VALUE


def evaluate(runner: Runner, scenarios: pd.DataFrame, outputs: Sequence[str]) -> dict[str, list[Outcome]]:
    """Run a design once; return each output's outcomes in the order of the design's rows."""
    names = list(dict.fromkeys(outputs))
    if scenarios.empty:
        return {name: [] for name in names}
    frame = runner.run(scenarios.reset_index(drop=True), names)
    return {name: [outcome(value) for value in frame[name]] for name in names}


def numbers(outcomes: Sequence[Outcome]) -> Floats:
    """Return outcomes as floats with NaN for errors, for arithmetic that never leaves this package."""
    return np.array([math.nan if isinstance(value, ExcelError) else value for value in outcomes], dtype=float)
