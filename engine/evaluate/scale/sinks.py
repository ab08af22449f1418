"""Complete results on disk, block by block, under a name that says they are partial until they are whole.

CSV and Parquet have the columns ``scenario`` (from 1), each input and each output. In CSV an Excel error
is its code. In Parquet an output is a column of numbers (TRUE 1, FALSE 0) and ``<output>_text``, which
holds what is no number as Excel shows it: an error's code or a text; it is null beside a number. Where the
workbook iterates circular references, ``converged`` says last whether those of a scenario settled.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from engine.core.exceptions import BadInput, OutputError
from engine.core.values import Value
from engine.evaluate.scale.blocks import Answer, frame_of
from engine.evaluate.scale.files import parquet_library
from engine.evaluate.scale.interrupts import interrupts_wait
from engine.evaluate.scale.summary import numbers_of


class Sink(Protocol):
    """Takes answers in the order of the scenarios."""

    partial: Path
    scenarios: int

    def add(self, answer: Answer) -> None:
        """Write a block, whole or not at all."""
        ...

    def close(self) -> None:
        """Close what is open; the partial results can be read."""
        ...

    def discard(self) -> None:
        """Take the partial results away."""
        ...


@dataclass(frozen=True)
class Layout:
    """The columns of results: inputs and outputs, and which inputs hold more than numbers.

    ``iterated`` says that there is one for whether circular references settled.
    """

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    mixed: frozenset[str] = frozenset()
    iterated: bool = False

    @property
    def last(self) -> tuple[str, ...]:
        """The columns after the outputs."""
        return ("converged",) if self.iterated else ()


class Results:
    """Results for a target: written beside it under a partial name, and put in its place when complete."""

    def __init__(self, target: Path, layout: Layout, model: Path) -> None:
        self.target, self._layout = target, layout
        refuse(target, model, layout)
        self._sink: Sink = self._opened()

    def _opened(self) -> Sink:
        partial = _free(self.target)
        kinds: dict[str, type[CsvSink | ParquetSink | FolderSink]] = {
            ".csv": CsvSink,
            ".parquet": ParquetSink,
        }
        kind = kinds.get(self.target.suffix.lower(), FolderSink)
        with _told(self.target):
            self.target.parent.mkdir(parents=True, exist_ok=True)
            return kind(partial, self._layout)

    @property
    def partial(self) -> Path:
        """Where the results are until they are complete."""
        return self._sink.partial

    def add(self, answer: Answer) -> None:
        """Write a block; raise OutputError, the earlier blocks kept, where it can't be written."""
        with _told(self.target, self._sink):
            self._sink.add(answer)

    def restart(self) -> None:
        """Begin again."""
        self._sink.close()
        self._sink.discard()
        self._sink = self._opened()

    def finish(self) -> Path:
        """Put the complete results in their place and return it."""
        with _told(self.target, self._sink), interrupts_wait():
            self._sink.close()
            os.replace(self._sink.partial, self.target)  # noqa: PTH105 -- one atomic step
        return self.target

    def stop(self) -> Path | None:
        """Close the partial results and return where they are, None where nothing was finished."""
        with _told(self.target, self._sink):
            self._sink.close()
        if self._sink.scenarios:
            return self._sink.partial
        self._sink.discard()
        return None


def refuse(target: Path, model: Path, layout: Layout) -> None:
    """Raise OutputError or BadInput where results can't go to a target, before the work is done."""
    kind = target.suffix.lower()
    if kind not in {".csv", ".parquet", ""}:
        raise OutputError(f"{target}: results go to a .csv file, a .parquet file or a folder")
    if target.resolve() == model.resolve():
        raise OutputError(f"{target} is the model itself, which is never written")
    if kind and target.is_dir():
        raise OutputError(f"{target} is a folder; name a file in it")
    if not kind and target.is_file():
        raise OutputError(f"{target} is a file; name a folder, or a .csv or .parquet file")
    if not kind and target.is_dir() and any(target.iterdir()):
        raise OutputError(f"the folder {target} is not empty; name a new one, nothing in it is touched")
    if kind != ".csv":
        parquet_library(f"to write {target}")
    names = [*layout.inputs, *layout.outputs, "scenario", *layout.last]
    clash = sorted({name for name in names if names.count(name) > 1})
    if clash:
        raise BadInput(f"{', '.join(clash)}: would be two columns of the results; leave one out")


def _free(target: Path) -> Path:
    """Return a name for partial results that nothing has: ``runs.partial.csv``, ``runs.partial-2.csv``."""
    number = 1
    while True:
        mark = ".partial" if number == 1 else f".partial-{number}"
        name = target.with_name(f"{target.stem}{mark}{target.suffix}")
        if not name.exists():
            return name
        number += 1


@contextlib.contextmanager
def _told(target: Path, sink: Sink | None = None) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        kept = f"; {sink.scenarios} scenarios are in {sink.partial}" if sink and sink.scenarios else ""
        raise OutputError(f"{target} can't be written: {problem.strerror or problem}{kept}") from problem


class CsvSink:
    """One CSV file in UTF-8."""

    def __init__(self, partial: Path, layout: Layout) -> None:
        self.partial, self.scenarios = partial, 0
        self._layout = layout
        self._file = partial.open("xb")
        header = pd.DataFrame(columns=["scenario", *layout.inputs, *layout.outputs, *layout.last]).to_csv(
            index=False, lineterminator="\n"
        )
        self._file.write(header.encode())

    def add(self, answer: Answer) -> None:
        """Write a block; what a failure leaves of it is cut off."""
        place = self._file.tell()
        columns = dict(zip(self._layout.outputs, map(_shown, answer.columns), strict=True))
        columns |= {name: _shown(answer.converged) for name in self._layout.last}
        frame = pd.concat(
            [_numbered(answer), pd.DataFrame(columns, index=range(answer.block.count))], axis="columns"
        )
        try:
            self._file.write(frame.to_csv(index=False, header=False, lineterminator="\n").encode())
            self._file.flush()
        except BaseException:
            self._file.truncate(place)
            raise
        self.scenarios += answer.block.count

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def discard(self) -> None:
        """Delete the file."""
        self.partial.unlink()


def _numbered(answer: Answer) -> pd.DataFrame:
    frame = frame_of(answer.block).reset_index(drop=True)
    for name in frame.columns[[column.dtype.kind in "Ob" for _, column in frame.items()]]:
        frame[name] = _shown(frame[name].to_numpy())
    frame.insert(0, "scenario", np.arange(answer.block.start + 1, answer.block.start + 1 + len(frame)))
    return frame


def _shown(column: Any) -> Any:
    """Return a column as CSV has it: booleans as Excel writes them, errors as their codes."""
    if column.dtype.kind not in "Ob":
        return column
    values = [_text(value) if isinstance(value, bool) else value for value in column.tolist()]
    return pd.Series(values, dtype=object)


def _text(value: Value) -> str:
    return str(value).upper() if isinstance(value, bool) else str(value)


class ParquetSink:
    """One Parquet file, a row group per block."""

    def __init__(self, partial: Path, layout: Layout) -> None:
        self.partial, self.scenarios, self._layout = partial, 0, layout
        self._parquet = parquet_library(f"to write {partial}")
        self._writer: Any = None
        partial.open("xb").close()

    def add(self, answer: Answer) -> None:
        """Write a block as a row group."""
        table = _table(answer, self._layout)
        if self._writer is None:
            self._writer = self._parquet.ParquetWriter(self.partial, table.schema)
        self._writer.write_table(table)
        self.scenarios += answer.block.count

    def close(self) -> None:
        """Write the file's footer."""
        if self._writer is not None:
            self._writer.close()

    def discard(self) -> None:
        """Delete the file."""
        self.partial.unlink()


class FolderSink:
    """A folder with a Parquet file per block, in the order of their names."""

    def __init__(self, partial: Path, layout: Layout) -> None:
        self.partial, self.scenarios, self._layout, self._files = partial, 0, layout, 0
        self._parquet = parquet_library(f"to write {partial}")
        partial.mkdir()

    def add(self, answer: Answer) -> None:
        """Write a block under a hidden name and then give it its own."""
        name = f"part-{self._files:06}.parquet"
        unfinished = self.partial / f".{name}"
        self._parquet.write_table(_table(answer, self._layout), unfinished)
        unfinished.rename(self.partial / name)
        self._files += 1
        self.scenarios += answer.block.count

    def close(self) -> None:
        """Leave nothing open: every file is whole."""
        for unfinished in self.partial.glob(".part-*"):
            unfinished.unlink()

    def discard(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self.partial)


def _table(answer: Answer, layout: Layout) -> Any:
    """Return a block as an Arrow table; every block has the same columns of the same types."""
    import pyarrow as pa  # noqa: PLC0415 -- an optional extra

    numbered = frame_of(answer.block)
    count = answer.block.count
    columns: dict[str, Any] = {"scenario": pa.array(np.arange(count) + answer.block.start + 1)}
    for name, column in numbered.items():
        pair = _pair(str(name), column.to_numpy(), pa, count)
        columns |= pair if name in layout.mixed else {str(name): pair[str(name)]}
    for name, values in zip(layout.outputs, answer.columns, strict=True):
        columns |= _pair(name, values, pa, count)
    columns |= {name: pa.array(answer.converged) for name in layout.last}
    return pa.table(columns)


def _pair(name: str, column: Any, pa: Any, count: int) -> dict[str, Any]:
    numbers, others = numbers_of(column)
    texts: list[str | None] = [None] * count
    for place, value in others.items():
        texts[place] = None if value is None else _text(value)
    return {
        name: pa.array(numbers, from_pandas=True),
        f"{name}_text": pa.array(texts, type=pa.string()),
    }
