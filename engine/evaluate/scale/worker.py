"""What runs in a worker: one block with the kit it names, kept from one block to the next.

Executors have no common way to prepare their workers, so a worker that lacks a kit says so, and the
block comes again with the kit beside it.
"""

from __future__ import annotations

import pickle
import signal
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.evaluate.scale.blocks import Block, Computed

if TYPE_CHECKING:
    from engine.evaluate.scale.kits import Kit

_KEPT = 4
_kits: dict[str, Kit] = {}


@dataclass(frozen=True)
class Task:
    """A block to be answered with the kit of a digest; ``sent`` is that kit for a worker that lacks it.

    ``summarise`` asks for what a summary takes of the answer.
    """

    kit: str
    block: Block
    sent: bytes | None = None
    summarise: bool = False


@dataclass(frozen=True)
class Lacking:
    """The worker has no kit of this digest."""

    kit: str


def run_task(task: Task) -> Computed | Lacking:
    """Compute a block; say so where the kit is missing."""
    kit = _kits.get(task.kit)
    if kit is None:
        if task.sent is None:
            return Lacking(task.kit)
        kit = pickle.loads(task.sent)  # noqa: S301 -- made by the process that started this one
        keep(task.kit, kit)
    return answered(kit, task)


def answered(kit: Kit, task: Task) -> Computed:
    """Return the answer of a kit to a task."""
    computed = kit.answer(task.block)
    if not task.summarise or computed.unplanned:
        return computed
    from engine.evaluate.scale.summary import CHUNK, part_of  # noqa: PLC0415 -- few workers summarise

    chunk = task.block.start % CHUNK == 0 and task.block.count == CHUNK
    return replace(computed, parts=tuple(part_of(column, chunk=chunk) for column in computed.columns))


def keep(digest: str, kit: Kit) -> None:
    """Keep a kit for the next blocks, in place of the oldest."""
    while len(_kits) >= _KEPT:
        _kits.pop(next(iter(_kits)))
    _kits[digest] = kit


def warm() -> None:
    """Load the engine before the first block comes."""
    import engine.evaluate.scale.kits  # noqa: PLC0415 -- for its effect alone, and only in a worker
    import engine.evaluate.scale.preload  # noqa: F401, PLC0415 -- the same


def ignore_interrupts() -> None:
    """Leave Ctrl-C to the process that started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
