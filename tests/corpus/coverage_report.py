"""Writes docs/reference/batch-coverage.md: what the batch takes of real financial models, and every cause.

``python -m tests.corpus.coverage_report [TEXT IN PATH] [--plans] [--every N] [--corpus FOLDER] [--write]``: a
line per workbook and number of inputs, then shares and counts. ``--plans`` makes plans, compares their base
case, and runs no lanes. Each workbook has a process of its own, which ends after a minute of processor time.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from engine.core.exceptions import TieoutError
from tests.corpus.batch_coverage import CORPUS, COUNTS, Taken, financial_models, taken

LIMIT = 60
TOO_LONG = f"planning took over {LIMIT} s"
REPORT = Path(__file__).parents[2] / "docs" / "reference" / "batch-coverage.md"
_PROCESSES = multiprocessing.get_context("fork")


@dataclass
class Tally:
    """What has been found so far: the lines of each model, and counts of what was left out, by cause."""

    models: list[list[Taken]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def lines(self) -> list[Taken]:
        """Every workbook's lines."""
        return [one for model in self.models for one in model]

    @property
    def mismatches(self) -> int:
        """The outputs in which a lane differed from a single evaluation."""
        return sum(len(one.mismatches) for one in self.lines)

    def shares(self) -> Iterator[tuple[str, Sequence[bool]]]:
        """Yield what is counted, with a flag for each thing counted."""
        yield "lines computed for all scenarios at once, in every cell", [one.whole for one in self.lines]
        yield "lines with a plan, parts of it lane by lane", [not one.reason for one in self.lines]
        yield "models computed for all scenarios at once", [all(o.whole for o in m) for m in self.models]
        yield "models with a plan", [all(not o.reason for o in m) for m in self.models]

    def causes(self) -> Iterator[tuple[str, str, int]]:
        """Yield what became of lines or models, why, and how many, the most frequent first."""
        alone = Counter(_cause(one.reason) for one in self.lines if one.reason)
        slow = Counter(part for one in self.lines for part in set(one.slow))
        for title, counter in (("no plan", alone), ("lane by lane", slow), ("not counted", self.left_out)):
            for cause, count in counter.most_common():
                yield title, cause, count


def _cause(reason: str) -> str:
    """Return why a line has no plan, without a workbook's content."""
    return (
        "a sampled scenario differs from its single evaluation"
        if " in the batch and " in reason
        else reason[:90]
    )


def measured(path: Path, *, lanes: bool) -> list[Taken] | str:
    """Return a workbook's lines, or why it is not counted, from a process that a minute of work ends."""
    receiving, sending = _PROCESSES.Pipe(duplex=False)
    process = _PROCESSES.Process(target=_measure, args=(path, lanes, sending))
    process.start()
    sending.close()
    found: list[Taken] = []
    problem = TOO_LONG
    try:
        while True:
            said = receiving.recv()
            if isinstance(said, str):
                problem = said
                break
            found.append(said)
    except EOFError:
        pass
    process.join()
    problem = "an error of the engine" if process.exitcode and process.exitcode > 0 else problem
    if process.exitcode == 0:
        return found or problem
    return [*found, *(Taken(path.name, count, 0, problem) for count in COUNTS[len(found) :])]


def _measure(path: Path, lanes: bool, sending: Connection) -> None:
    """Send a workbook's lines, then why there are no more of them."""
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT))
    try:
        for one in taken(path, lanes=lanes):
            sending.send(one)
        sending.send("circles that it does not iterate, or no inputs")
    except TieoutError:
        sending.send("not evaluated by the reference")


def _share(flags: Sequence[bool]) -> str:
    return f"{sum(flags)} of {len(flags)} ({100 * sum(flags) / max(len(flags), 1):.1f} %)"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _describe(one: Taken) -> Iterator[str]:
    parts = ", ".join(sorted(set(one.slow)))
    verdict = one.reason or (f"lane by lane: {parts}" if parts else "")
    yield f"{one.inputs:3} inputs {one.cells:6} cells {one.seconds:6.1f} s  {one.path}  {verdict[:300]}"
    yield from (f"      MISMATCH {mismatch}" for mismatch in one.mismatches)


def page(tally: Tally, *, lanes: bool) -> Iterator[str]:
    """Yield the report's lines; nothing of a workbook's content is in it."""
    yield from _INTRODUCTION.format(limit=LIMIT, numbers=" and ".join(map(str, COUNTS))).splitlines()
    yield from ("", "| counted | share |", "| --- | --- |")
    for title, flags in tally.shares():
        yield f"| {title} | {_share(flags)} |"
    if lanes:
        yield f"| lanes that differ from single evaluations | {tally.mismatches} |"
    yield from ("", "## Why not the rest", "", "| what | cause | count |", "| --- | --- | --- |")
    for what, cause, count in tally.causes():
        yield f"| {what} | {cause} | {count} |"


_INTRODUCTION = """\
# What a batch takes of real workbooks

The financial models of a corpus of public workbooks, not part of this repository: {numbers} of a model's
own number inputs varied, up to eight outputs that depend on them asked for, the base case compared cell by
cell. A line is one model with one number of inputs; a line that takes longer than {limit} s of processor
time, opening and first evaluation included, has no plan.

A cell is *lane by lane* where no kernel expresses its formula: the reference computes it for each scenario,
exactly, in tens of microseconds.

This page is generated: `python -m tests.corpus.coverage_report --write`."""


def main() -> None:
    """Say what is taken, workbook by workbook, and the counts by cause."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("text", nargs="?", default="")
    asked.add_argument("--every", type=int, default=1)
    asked.add_argument("--plans", action="store_true")
    asked.add_argument("--write", action="store_true")
    asked.add_argument("--corpus", type=Path, default=CORPUS)
    given = asked.parse_args()
    tally = Tally()
    for path in [path for path in financial_models(given.corpus) if given.text in str(path)][:: given.every]:
        found = measured(path, lanes=not given.plans)
        if isinstance(found, str):
            tally.left_out[found] += 1
            continue
        tally.models.append(found)
        for line in (line for one in found for line in _describe(one)):
            _say(line)
    lines = list(page(tally, lanes=not given.plans))
    _say("\n" + "\n".join(lines))
    if given.write:
        REPORT.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
