"""Complete results on disk, block by block, under a name that says they are partial until they are whole.

The form is the target's ending: one CSV file (``csv_sink``), one Parquet file or a folder of them
(``parquet_sinks``).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from engine.core.exceptions import BadInput, OutputError
from engine.evaluate.scale.blocks import Answer
from engine.evaluate.scale.csv_sink import CsvSink
from engine.evaluate.scale.files import parquet_library
from engine.evaluate.scale.interrupts import interrupts_wait
from engine.evaluate.scale.layout import Layout
from engine.evaluate.scale.parquet_sinks import FolderSink, ParquetSink


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
