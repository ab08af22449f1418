"""What a run is for: a frame, a summary, results on disk, or several of them at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from engine.evaluate.batch.columns import Column
from engine.evaluate.scale.blocks import Answer
from engine.evaluate.scale.interrupts import interrupts_wait
from engine.evaluate.scale.kits import joined
from engine.evaluate.scale.layout import Layout
from engine.evaluate.scale.run import PlanRejected, Run
from engine.evaluate.scale.sinks import Results
from engine.evaluate.scale.summary import QUANTILES, Summary


@dataclass(frozen=True)
class Ran:
    """What became of a run.

    ``scenarios`` of ``count`` are done, fewer where it was interrupted. ``path`` is where the complete
    results are (partial ones, under a name that says so, where it was interrupted; None where there are
    none), ``summary`` a row per output (see Summary.frame). ``fallbacks`` counts by reason the scenarios
    computed one by one, ``losses`` how often workers went away, their blocks computed again, ``unsettled`` of
    how many scenarios circular references that the workbook iterates did not settle.
    """

    scenarios: int
    count: int
    seconds: float
    path: Path | None
    summary: pd.DataFrame | None
    fallbacks: dict[str, int]
    losses: int
    notes: tuple[str, ...]
    interrupted: bool
    unsettled: int = 0


def frame(run: Run, index: pd.Index | None = None) -> pd.DataFrame:
    """Return a row per scenario and a column per output, as ``Model.run`` does."""
    parts: list[list[Column]] = [[] for _ in run.outputs]
    converged: list[bool] = []

    def take(answer: Answer) -> None:
        for part, column in zip(parts, answer.columns, strict=True):
            part.append(column)
        converged.extend(() if answer.converged is None else answer.converged.tolist())

    def again() -> None:
        converged.clear()
        for part in parts:
            part.clear()

    _consume(run, take, again)
    columns = {name: joined(part) for name, part in zip(run.outputs, parts, strict=True)}
    found = pd.DataFrame(columns, index=index, columns=list(run.outputs)).infer_objects()
    if run.iterates:
        found.attrs["converged"] = tuple(converged)
    return found


def summary(run: Run, quantiles: Sequence[float] = QUANTILES) -> pd.DataFrame:
    """Return a row per output, as ``Summary.frame`` does."""
    run.summarise = True
    kept, unsettled = [Summary(run.outputs, tuple(quantiles))], [0]

    def take(answer: Answer) -> None:
        kept[0].add(answer.columns, answer.parts)
        unsettled[0] += answer.unsettled

    def again() -> None:
        kept[0], unsettled[0] = Summary(run.outputs, tuple(quantiles)), 0

    _consume(run, take, again)
    found = kept[0].frame()
    if run.iterates:
        found.attrs["unsettled"] = unsettled[0]
    return found


def outcome(run: Run, to: Path | None, *, summarise: bool) -> Ran:
    """Run to disk, to a summary, or both; an interrupt keeps the finished blocks.

    Raises OutputError where the target can't be written; what was there before is whole.
    """
    began, total = time.perf_counter(), run.count
    layout = Layout(run.source.inputs, run.outputs, run.checked.mixed, run.iterates)
    results = None if to is None else Results(to, layout, run.model.workbook.path)
    run.summarise = summarise
    kept, done, unsettled = [Summary(run.outputs)], [0], [0]

    def take(answer: Answer) -> None:
        with interrupts_wait():
            if results is not None:
                results.add(answer)
            if summarise:
                kept[0].add(answer.columns, answer.parts)
            done[0] += answer.block.count
            unsettled[0] += answer.unsettled

    def again() -> None:
        kept[0], done[0], unsettled[0] = Summary(run.outputs), 0, 0
        if results is not None:
            results.restart()

    interrupted = False
    try:
        _consume(run, take, again)
    except KeyboardInterrupt:
        interrupted = True
    except BaseException:
        if results is not None:
            results.stop()
        raise
    path = None if results is None else results.stop() if interrupted else results.finish()
    frame = kept[0].frame() if summarise else None
    seconds = time.perf_counter() - began
    notes = tuple(run.notes)
    told = run.fallbacks, run.losses, notes, interrupted, unsettled[0]
    return Ran(done[0], total, seconds, path, frame, *told)


def _consume(run: Run, take: Callable[[Answer], None], again: Callable[[], object]) -> None:
    """Hand on every answer; where the plan turns out wrong, start again without it."""
    try:
        with closing(run.answers()) as answers:
            for answer in answers:
                take(answer)
    except PlanRejected as problem:
        again()
        run.notes.append(f"the quick program was not used: {problem}")
        with closing(run.answers(planned=False)) as answers:
            for answer in answers:
                take(answer)
