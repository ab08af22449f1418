"""Scenario files read in parts: CSV through pandas, Parquet through pyarrow (extra ``parquet``)."""

from __future__ import annotations

import csv
import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from engine.core.exceptions import BadInput
from engine.core.values import ERRORS

_ROWS = 65_536
# pandas 3 reads floats to the last bit by itself, and warns of the option.
_PRECISE: dict[str, Any] = {"float_precision": "round_trip"} if pd.__version__.startswith("2.") else {}


@dataclass(frozen=True)
class CsvScenarios:
    """A CSV file in UTF-8: a header of input names, a row per scenario; an empty field leaves its input.

    TRUE, FALSE and Excel's errors read as such, everything else as a number where it is one, else as text.
    """

    path: Path

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The names in the header; raises BadInput where there is none."""
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                header = next(csv.reader(file), [])
        except (OSError, UnicodeDecodeError, csv.Error) as problem:
            raise BadInput(f"{self.path} can't be read: {problem}; save it as CSV in UTF-8") from problem
        names = tuple(name.strip() for name in header)
        if not any(names):
            raise BadInput(
                f"{self.path} is empty; its first line names the inputs, one scenario a line follows"
            )
        return names

    @property
    def count(self) -> None:
        """A CSV file does not say."""

    def frames(self) -> Iterator[pd.DataFrame]:
        """Yield parts of the file; raise BadInput where it breaks off or has rows of more fields."""
        parts = self._parts()
        while True:
            try:
                with warnings.catch_warnings(action="error", category=pd.errors.ParserWarning):
                    part = next(parts, None)
            except (OSError, ValueError, pd.errors.ParserWarning) as problem:
                raise BadInput(f"{self.path} can't be read: {_reason(problem)}") from problem
            if part is None:
                return
            yield part.apply(_with_errors)

    def _parts(self) -> Iterator[pd.DataFrame]:
        with pd.read_csv(
            self.path,
            chunksize=_ROWS,
            header=0,
            names=list(self.inputs),
            index_col=False,
            keep_default_na=False,
            na_values=[""],
            encoding="utf-8-sig",
            skipinitialspace=True,
            skip_blank_lines=len(self.inputs) > 1,
            on_bad_lines="error",
            low_memory=False,
            **_PRECISE,
        ) as parts:
            yield from parts


def _reason(problem: Exception) -> str:
    """Return what pandas says of a file, without its own prefix."""
    if isinstance(problem, pd.errors.ParserWarning):
        return "some lines have more fields than the header"
    return str(problem).strip().removeprefix("Error tokenizing data. C error: ")


def _with_errors(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column with numbers, booleans and Excel's errors in place of their texts."""
    if pd.api.types.is_numeric_dtype(column):
        return column
    return pd.Series([_typed(value) for value in column.tolist()], index=column.index, dtype=object)


def _typed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text.upper() in {"TRUE", "FALSE"}:
        return text.upper() == "TRUE"
    if text.upper() in ERRORS:
        return ERRORS[text.upper()]
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text


@dataclass(frozen=True)
class ParquetScenarios:
    """A Parquet file, or a folder of them in the order of their names; nulls leave their input."""

    path: Path

    @cached_property
    def _files(self) -> list[Any]:
        parquet = parquet_library(f"to read {self.path}")
        paths = sorted(self.path.glob("*.parquet")) if self.path.is_dir() else [self.path]
        if not paths:
            raise BadInput(f"the folder {self.path} holds no .parquet files")
        try:
            return [parquet.ParquetFile(path) for path in paths]
        except (OSError, ValueError) as problem:
            raise BadInput(f"{self.path} can't be read as Parquet: {problem}") from problem

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The names of its columns."""
        return tuple(self._files[0].schema_arrow.names)

    @cached_property
    def count(self) -> int:
        """The rows that the files say they have."""
        return sum(file.metadata.num_rows for file in self._files)

    def frames(self) -> Iterator[pd.DataFrame]:
        """Yield parts of the files."""
        try:
            for file in self._files:
                for batch in file.iter_batches(batch_size=_ROWS):
                    yield batch.to_pandas()
        except (OSError, ValueError) as problem:
            raise BadInput(f"{self.path} can't be read as Parquet: {problem}") from problem


def parquet_library(purpose: str) -> Any:
    """Return pyarrow.parquet; raise BadInput, naming the extra, where it is not installed."""
    try:
        from pyarrow import parquet  # noqa: PLC0415 -- an optional extra
    except ImportError as problem:
        raise BadInput(
            f"pyarrow is needed {purpose}: pip install 'tieout[parquet]', or use a .csv file"
        ) from problem
    return parquet
