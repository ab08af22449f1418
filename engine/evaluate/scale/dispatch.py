"""Blocks to workers and answers back in the order of the scenarios; a lost worker's blocks go out again."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field

from engine.evaluate.scale.blocks import Answer, Block, Computed, FrameBlock
from engine.evaluate.scale.crews import Crew, Here, lost
from engine.evaluate.scale.kits import Kit, ModelKit, PlanKit, packed_kit
from engine.evaluate.scale.worker import Lacking, Task

_AHEAD = 2  # blocks in flight per worker: one being computed, one waiting
_RENEWALS = 3  # times in a row without one answer; then this process goes on alone


@dataclass(frozen=True)
class Parcel:
    """A kit, its digest, and its bytes where it can leave this process."""

    digest: str
    content: bytes | None


def parcel(kit: Kit, crew: Crew) -> Parcel | None:
    """Return a kit ready for a crew's workers, None where they are elsewhere and it can't be sent."""
    if isinstance(crew, Here):
        digest = type(kit).__name__
        crew.kits[digest] = kit.at_hand() if isinstance(kit, PlanKit) else kit
        return Parcel(digest, None)
    content = packed_kit(kit)
    return None if content is None else Parcel(hashlib.sha256(content).hexdigest(), content)


@dataclass
class _Pending:
    block: Block
    planned: bool
    generation: int
    future: Future[Computed | Lacking]


@dataclass
class Dispatch:
    """Sends blocks to a crew, with a plan's program where it does and with the model where not.

    ``losses`` counts how often workers went away; their blocks were computed again. With ``summarise`` the
    workers make what a summary takes of each block.
    """

    crew: Crew
    plan: PlanKit | None
    model: ModelKit
    summarise: bool = False
    losses: int = 0
    notes: list[str] = field(default_factory=list)
    _parcels: dict[bool, Parcel] = field(default_factory=dict)
    _waiting: deque[_Pending] = field(default_factory=deque)
    _submitted: int = 0
    _in_a_row: int = 0

    def answers(self, blocks: Iterable[Block]) -> Iterator[Answer]:
        """Yield the answer of each block, in order; at most a few blocks per worker are held."""
        for block in blocks:
            self._waiting.append(self._submitted_one(block, planned=self._suits_plan(block)))
            if isinstance(self.crew, Here) or len(self._waiting) > _AHEAD * self.crew.width:
                yield self._next()
        while self._waiting:
            yield self._next()

    def _suits_plan(self, block: Block) -> bool:
        return self.plan is not None and not isinstance(block, FrameBlock)

    def _next(self) -> Answer:
        answer = self._settled(self._waiting[0])
        self._waiting.popleft()
        return answer

    def _settled(self, pending: _Pending) -> Answer:
        while True:
            try:
                found = self.crew.answer(pending.future)
            except Exception as problem:
                if not lost(problem):
                    raise
                self._replace_lost(pending)
                continue
            if isinstance(found, Lacking):
                self._again(pending, sent=True)
            elif found.unplanned and pending.planned:
                pending.planned = False
                self._again(pending, sent=False)
            else:
                self._in_a_row = 0
                return Answer(pending.block, found.columns, found.fallbacks, found.parts, found.converged)

    def _replace_lost(self, pending: _Pending) -> None:
        """Start other workers, unless that was done since; send this and every lost block out again."""
        if pending.generation == self.losses:
            self.losses += 1
            self._in_a_row += 1
            if self._in_a_row > _RENEWALS or not self.crew.renew():
                self.crew.close(at_once=True)
                self.crew = Here()
                self._parcels.clear()
                self.notes.append("no worker was left, so this process went on alone")
        for other in self._waiting:
            if other is pending or _lost(other.future):
                self._again(other, sent=True)

    def _again(self, pending: _Pending, *, sent: bool) -> None:
        fresh = self._submitted_one(pending.block, planned=pending.planned, sent=sent)
        pending.future, pending.generation = fresh.future, fresh.generation

    def _submitted_one(self, block: Block, *, planned: bool, sent: bool | None = None) -> _Pending:
        parcel = self._parcel(planned)
        attach = self._submitted < self.crew.width if sent is None else sent
        self._submitted += 1
        task = Task(parcel.digest, block, parcel.content if attach else None, self.summarise)
        return _Pending(block, planned, self.losses, self._submit(task))

    def _submit(self, task: Task) -> Future[Computed | Lacking]:
        try:
            return self.crew.submit(task)
        except BrokenProcessPool as problem:
            broken: Future[Computed | Lacking] = Future()
            broken.set_exception(problem)
            return broken

    def _parcel(self, planned: bool) -> Parcel:
        if planned not in self._parcels:
            kit = self.plan if planned and self.plan is not None else self.model
            made = parcel(kit, self.crew)
            if made is None and planned:
                made, self.plan = self._parcel(planned=False), None
            assert made is not None, "a model can always be sent"
            self._parcels[planned] = made
        return self._parcels[planned]


def _lost(future: Future[Computed | Lacking]) -> bool:
    if not future.done() or future.cancelled():
        return future.cancelled()
    problem = future.exception()
    return problem is not None and lost(problem)
