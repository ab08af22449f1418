"""Results as one Parquet file, or as a folder with one file per block.

Beside the columns of the CSV, an output is a column of numbers (TRUE 1, FALSE 0) and ``<output>_text``, which
holds what is no number as Excel shows it: an error's code or a text; it is null beside a number.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np

from engine.evaluate.scale.blocks import Answer, frame_of
from engine.evaluate.scale.files import parquet_library
from engine.evaluate.scale.layout import Layout, shown
from engine.evaluate.scale.summary import numbers_of


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
        texts[place] = None if value is None else shown(value)
    return {
        name: pa.array(numbers, from_pandas=True),
        f"{name}_text": pa.array(texts, type=pa.string()),
    }
