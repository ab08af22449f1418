"""A block of scenarios and its answer: what travels to a worker and back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from engine.evaluate.batch.boxes import Flags, Floats
from engine.evaluate.batch.columns import Column

if TYPE_CHECKING:
    import pandas as pd

    from engine.evaluate.scale.summary import Part


class Block(Protocol):
    """Consecutive scenarios from number ``start`` (from 0)."""

    @property
    def start(self) -> int:
        """The number of the first scenario."""
        ...

    @property
    def count(self) -> int:
        """How many there are."""
        ...

    def numbers(self, wanted: Collection[str] | None = None) -> dict[str, Floats] | None:
        """Return the values of inputs (all, or those wanted), NaN where a scenario leaves one.

        None where some of the block's are no numbers.
        """
        ...

    def part(self, first: int, count: int) -> Block:
        """Return at most ``count`` of the scenarios, from the ``first`` (from 0) of the block."""
        ...


@dataclass(frozen=True)
class NumberBlock:
    """Scenarios of numbers alone."""

    start: int
    count: int
    columns: dict[str, Floats]

    def numbers(self, wanted: Collection[str] | None = None) -> dict[str, Floats]:
        """Return the values of inputs."""
        return self.columns if wanted is None else {name: self.columns[name] for name in wanted}

    def part(self, first: int, count: int) -> NumberBlock:
        """Return some of the scenarios."""
        columns = {name: values[first : first + count] for name, values in self.columns.items()}
        return NumberBlock(self.start + first, min(count, self.count - first), columns)


@dataclass(frozen=True)
class FrameBlock:
    """Scenarios with texts, booleans or errors among their inputs."""

    start: int
    frame: pd.DataFrame

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.frame)

    def numbers(self, wanted: Collection[str] | None = None) -> None:
        """Say that some are no numbers."""

    def part(self, first: int, count: int) -> FrameBlock:
        """Return some of the scenarios."""
        return FrameBlock(self.start + first, self.frame.iloc[first : first + count])


def frame_of(block: Block) -> pd.DataFrame:
    """Return a block as a frame: a row per scenario, a column per input."""
    import pandas as pd  # noqa: PLC0415 -- a worker that answers numbers starts without it

    if isinstance(block, FrameBlock):
        return block.frame
    numbers = block.numbers()
    assert numbers is not None
    return pd.DataFrame(numbers)


@dataclass(frozen=True)
class Computed:
    """The outputs of a block, a column each; ``fallbacks`` are scenarios computed one by one, and why.

    ``unplanned`` says why the plan could not do the block, which then has no columns; ``parts`` are what a
    summary takes of the columns, where it was asked for; ``converged`` says of each scenario whether circular
    references settled, where the workbook iterates them.
    """

    columns: tuple[Column, ...]
    fallbacks: tuple[tuple[int, str], ...] = ()
    unplanned: str = ""
    parts: tuple[Part, ...] = ()
    converged: Flags | None = None


@dataclass(frozen=True)
class Answer:
    """A block and its outputs, with what a summary takes of them where it was asked for (see Computed)."""

    block: Block
    columns: tuple[Column, ...]
    fallbacks: tuple[tuple[int, str], ...] = ()
    parts: tuple[Part, ...] = ()
    converged: Flags | None = None

    @property
    def unsettled(self) -> int:
        """Of how many scenarios circular references did not settle."""
        return 0 if self.converged is None else int((~self.converged).sum())
