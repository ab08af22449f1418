"""A run: scenarios checked, cut into blocks, computed by a crew, verified and handed on in order."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from engine.core.exceptions import BadInput
from engine.evaluate.batch.cost import slow_text
from engine.evaluate.batch.lanes import BLOCK as UNIT
from engine.evaluate.batch.program import reaching
from engine.evaluate.batch.unplanned import Unplanned
from engine.evaluate.scale.blocks import Answer
from engine.evaluate.scale.checks import Checked, checked
from engine.evaluate.scale.crews import Crew, crew_of
from engine.evaluate.scale.dispatch import Dispatch
from engine.evaluate.scale.kits import ModelKit, PlanKit
from engine.evaluate.scale.sources import Scenarios, Source, source_of
from engine.evaluate.state import CONVERGED

if TYPE_CHECKING:
    from engine.evaluate.model import Model

LARGEST_BLOCK = 8 * UNIT
_SLOW_BLOCK = 64  # scenarios, where each is a whole evaluation

Progress = Callable[[int, int], None]
"""Called with how many scenarios are done and how many there are, after each block."""


class PlanRejected(Exception):
    """A sampled scenario differs from the reference; what the plan computed so far must not be used."""


@dataclass
class Run:
    """Scenarios of a model to be computed by ``workers`` processes, or by an executor that is given.

    ``block`` is how many scenarios a worker gets at a time (chosen where None); ``summarise`` has the workers
    make what a summary takes. After ``answers``,
    ``fallbacks`` has the scenarios computed one by one and why, ``losses`` how often workers went away,
    ``unplanned`` why there is no plan, ``notes`` what else there is to tell.
    """

    model: Model
    scenarios: Scenarios
    outputs: tuple[str, ...]
    workers: int = 1
    executor: Executor | None = None
    progress: Progress | None = None
    block: int | None = None
    summarise: bool = False
    fallbacks: dict[str, int] = field(default_factory=dict)
    losses: int = 0
    unplanned: str = ""
    notes: list[str] = field(default_factory=list)

    @cached_property
    def source(self) -> Source:
        """The scenarios as a stream."""
        return source_of(self.scenarios)

    @cached_property
    def checked(self) -> Checked:
        """What reading the scenarios through found; raises UnknownName or BadInput with all that is wrong."""
        return checked(self.model, self.source, self.outputs)

    @property
    def iterates(self) -> bool:
        """Whether the workbook iterates circular references, so that answers say which settled."""
        return self.model.base.iterates

    @property
    def count(self) -> int:
        """How many scenarios there are."""
        return self.checked.count

    @cached_property
    def plan(self) -> PlanKit | None:
        """The generated program for these inputs and outputs, None where there is none to be had."""
        inputs = self.model.cells(self.source.inputs, "input")
        outputs = tuple(self.model.cells(self.outputs, "output"))
        known = {
            name: value
            for name, cell in zip(self.source.inputs, inputs, strict=True)
            if isinstance(value := self.model.base.state.cells[cell[0]].get(cell[1]), float)
        }
        try:
            plan = self.model.runner.plans.planned(tuple(inputs), tuple(dict.fromkeys(outputs)))
        except Unplanned as problem:
            self.unplanned = str(problem)
            return None
        named = dict(zip(self.source.inputs, inputs, strict=True))
        wanted = reaching(plan.plain, inputs, outputs)
        drawn = {name: cell for name, cell in named.items() if cell in wanted} or named
        here = self.workers == 1 and self.executor is None
        return PlanKit(plan.settled(self.count, here=here), drawn, outputs, known)

    def answers(self, *, planned: bool = True) -> Generator[Answer]:
        """Yield each block's answer in the order of the scenarios.

        Raises PlanRejected where a sample differs from the reference: then start again with
        ``planned=False``.
        """
        count = self.count
        with _crew(self.workers, self.executor) as crew:
            plan = self.plan if planned else None
            if plan is not None and plan.plan.plain.slow:
                self.notes.append(slow_text(plan.plan.plain, plan.plan.slow_seconds))
            size = self._size(plan)
            model = ModelKit(self.model, self.outputs)
            dispatch = Dispatch(crew, plan, model, self.summarise, notes=self.notes)
            done = 0
            for number, answer in enumerate(dispatch.answers(self.source.blocks(size))):
                if plan is not None and number & (number + 1) == 0:
                    _sample(plan, _unit(answer, number))
                self._tell(answer)
                self.losses = dispatch.losses
                yield answer
                done += answer.block.count
                if self.progress is not None:
                    self.progress(done, count)

    def _tell(self, answer: Answer) -> None:
        """Count the scenarios that were evaluated one by one."""
        told = answer.fallbacks
        if self.unplanned and self._numbers_alone:
            told = ((answer.block.count, self.unplanned),)
        for scenarios, reason in told:
            self.fallbacks[reason] = self.fallbacks.get(reason, 0) + scenarios

    def _size(self, plan: PlanKit | None) -> int:
        """Return the block size: whole units, so that what lies together in a unit never depends on it."""
        if self.block is not None and self.block < 1:
            raise BadInput(f"block={self.block}: a block has at least 1 scenario")
        if plan is None and self._numbers_alone:
            return self.block or _SLOW_BLOCK
        width = 1 if self.executor is None and self.workers == 1 else max(self.workers, 2)
        wanted = self.block or min(LARGEST_BLOCK, -(-self.count // (4 * width)))
        return -(-wanted // UNIT) * UNIT

    @property
    def _numbers_alone(self) -> bool:
        """Whether every input holds a number, so that without a plan each scenario is evaluated alone."""
        cells = self.model.cells(self.source.inputs, "input")
        return all(isinstance(self.model.base.state.cells[s].get(k), float) for s, k in cells)


@contextmanager
def _crew(workers: int, executor: Executor | None) -> Iterator[Crew]:
    crew = crew_of(workers, executor)
    try:
        yield crew
    except BaseException:
        crew.close(at_once=True)
        raise
    crew.close(at_once=False)


def _unit(answer: Answer, number: int) -> Answer:
    """Return one unit of a block's answer, another one for each block."""
    first = number % -(-answer.block.count // UNIT) * UNIT
    columns = tuple(column[first : first + UNIT] for column in answer.columns)
    converged = None if answer.converged is None else answer.converged[first : first + UNIT]
    return Answer(answer.block.part(first, UNIT), columns, converged=converged)


def _sample(plan: PlanKit, answer: Answer) -> None:
    """Compare a few scenarios of a block with the reference."""
    lanes = plan.lanes(answer.block)
    if lanes is None:
        return
    found = dict(zip(plan.outputs, answer.columns, strict=True))
    if answer.converged is not None:
        found[CONVERGED] = answer.converged
    try:
        plan.plan.sample(lanes, found, answer.block.count)
    except Unplanned as problem:
        raise PlanRejected(str(problem)) from problem
