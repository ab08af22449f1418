"""Results as one CSV file, in which an Excel error is its code.

The columns are ``scenario`` (from 1), each input, each output and, where the workbook iterates circular
references, ``converged``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from engine.evaluate.scale.blocks import Answer, frame_of
from engine.evaluate.scale.layout import Layout, shown


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
        columns = dict(zip(self._layout.outputs, map(_column, answer.columns), strict=True))
        columns |= {name: _column(answer.converged) for name in self._layout.last}
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
        frame[name] = _column(frame[name].to_numpy())
    frame.insert(0, "scenario", np.arange(answer.block.start + 1, answer.block.start + 1 + len(frame)))
    return frame


def _column(column: Any) -> Any:
    """Return a column as CSV has it: booleans as Excel writes them, errors as their codes."""
    if column.dtype.kind not in "Ob":
        return column
    values = [shown(value) if isinstance(value, bool) else value for value in column.tolist()]
    return pd.Series(values, dtype=object)
