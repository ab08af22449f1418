"""Whether random scenarios over models agree with single evaluations, lane by lane of a sample.

Run as ``python -m tests.agreement [--scenarios N] [--compared N] [--to FILE]``: model.xlsx and generated
models, their inputs around their own values, zero, negative, huge, blank, text, boolean or an error; a line
per draw.
The latest whole run is in benchmarks/results/agreement.md.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.models import INPUTS, OUTPUTS, write_model
from engine.core.values import ERRORS, Value
from engine.evaluate.batch.sampling import agrees
from engine.evaluate.model import Model
from engine.evaluate.scenario_runs import run_scenarios
from engine.evaluate.state import CellId
from engine.plan.forms import address_of

ROOT = Path(__file__).parents[1]
VARIED = 8
# The share of scenarios in which one input is something else than a number around its own.
ODD = 0.5
DRAWS = (1, 2, 3)
_NUMBERS = (0.0, -1.0, -0.035, 1e9, 1e300, -1e300)
_OTHERS: tuple[Value, ...] = ("n/a", "7", True, False, ERRORS["#N/A"], ERRORS["#DIV/0!"])


@dataclass(frozen=True)
class Agreement:
    """What came of one model: how many scenarios, how many of them compared, and the differences."""

    model: str
    seed: int
    scenarios: int
    compared: int
    values: int
    alone: int
    differences: tuple[str, ...]
    seconds: float


def scenarios(model: Model, inputs: Sequence[CellId], count: int, seed: int) -> Iterator[dict[CellId, Value]]:
    """Yield random scenarios: numbers around the inputs' own, and in half of them one odd value."""
    draw = random.Random(seed)  # a sample, no secret
    own = {cell: model.base.state.cells[cell[0]][cell[1]] for cell in inputs}
    for _ in range(count):
        row: dict[CellId, Value] = {
            cell: value * draw.uniform(0.5, 1.5) for cell, value in own.items() if isinstance(value, float)
        }
        if draw.random() < ODD:
            row[draw.choice(inputs)] = draw.choice((draw.choice(_NUMBERS), draw.choice(_OTHERS), None))
        yield row


def drawn(model: Model, draw: random.Random) -> tuple[list[CellId], list[CellId]]:
    """Return some assumptions and outputs of a model, or named inputs and outputs of a generated one."""
    names: tuple[list[str], tuple[str, ...]]
    known = {name.casefold() for name in (*INPUTS, *OUTPUTS)}
    if known <= {name.name.casefold() for name in model.workbook.names}:
        names = draw.sample(tuple(INPUTS), VARIED), tuple(OUTPUTS)
    else:
        contract = model.contract
        varied = [row.name for row in contract.assumptions if isinstance(row.base, float)]
        names = draw.sample(varied, VARIED), tuple(row.name for row in contract.outputs)
    return model.cells(names[0], "input"), model.cells(names[1], "output")


def agreement(name: str, model: Model, count: int, compared: int, seed: int) -> Agreement:
    """Return how far a model's scenarios agree with single evaluations of ``compared`` of them."""
    draw = random.Random(seed)  # a sample, no secret
    inputs, outputs = drawn(model, draw)
    rows = list(scenarios(model, inputs, count, seed))
    began = time.perf_counter()
    found = model.runner.run(rows, outputs)
    seconds = time.perf_counter() - began
    names, differences = model.program.scope.sheets, []
    picked = draw.sample(range(count), min(compared, count))
    for lane in picked:
        alone = run_scenarios(model.base, model.targets, [rows[lane]], list(rows[lane]), outputs)[0]
        differences += [
            f"{address_of(names[cell[0]], cell[1])} is {a!r}, alone {b!r}: {rows[lane]}"
            for cell, a, b in zip(outputs, found[lane], alone, strict=True)
            if not agrees(a, b)
        ]
    told = sum(fallback.scenarios for fallback in model.runner.fallbacks)
    model.runner.fallbacks.clear()
    values = len(picked) * len(outputs)
    return Agreement(name, seed, count, len(picked), values, told, tuple(differences), seconds)


def models(sizes: Sequence[int]) -> Iterator[tuple[str, Model]]:
    """Yield model.xlsx and generated models of about so many formulas, each by name."""
    yield "model.xlsx", Model.open(ROOT / "model.xlsx")
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            path = Path(folder) / f"{size}.xlsx"
            write_model(path, size)
            yield f"generated, about {size:,} formulas", Model.open(path, cache=False)


def line_of(one: Agreement) -> str:
    """Return what came of one draw as a line, and below it the first differences."""
    ran = f"{one.scenarios:,} scenarios in {one.seconds:.1f} s, {one.alone:,} alone"
    found = f"{one.compared} compared, {one.values:,} values, {len(one.differences)} differ"
    listed = "".join(f"  {difference}\n" for difference in one.differences[:5])
    return f"{one.model}, seed {one.seed}: {ran}; {found}\n{listed}"


def report(found: Sequence[Agreement]) -> str:
    """Return all draws as Markdown."""
    counts = (
        (one.seed, one.scenarios, one.alone, one.compared, one.values, len(one.differences)) for one in found
    )
    rows = [
        f"| {one.model} | {' | '.join(f'{count:,}' for count in row)} |"
        for one, row in zip(found, counts, strict=True)
    ]
    scenarios, compared = sum(one.scenarios for one in found), sum(one.compared for one in found)
    values = sum(one.values for one in found)
    return "\n".join(
        [
            f"# {scenarios:,} random scenarios against single evaluations",
            "",
            f"`python -m tests.agreement --scenarios {scenarios} --compared {compared}`:",
            f"{VARIED} inputs of a draw vary around their own values; in {ODD:.0%} of the scenarios one of",
            "them is zero, negative, huge, blank, a text, a number as text, a boolean or an error. Every",
            "scenario runs with the others; a random sample of each draw is evaluated alone as well and",
            "compared, value by value: numbers to 1e-9 relative, all else exactly.",
            "",
            "| model | seed | scenarios | one by one, for want of a plan | compared | values | different |",
            "| --- | --- | --- | --- | --- | --- | --- |",
            *rows,
            "",
            f"Of {values:,} values compared **{sum(len(one.differences) for one in found):,}** differ.",
            "",
        ]
    )


def main() -> None:
    """Say what came of every model; exit code 1 at a difference."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--scenarios", type=int, default=100_000)
    asked.add_argument("--compared", type=int, default=3_000)
    asked.add_argument("--sizes", type=int, nargs="*", default=[2_000, 10_000])
    asked.add_argument("--to", type=Path)
    given = asked.parse_args()
    parts = len(DRAWS) * (1 + len(given.sizes))
    found: list[Agreement] = []
    for name, model in models(given.sizes):
        for seed in DRAWS:
            count = given.scenarios // parts + (len(found) < given.scenarios % parts)
            one = agreement(name, model, count, given.compared // parts, seed)
            found.append(one)
            sys.stdout.write(line_of(one))
            sys.stdout.flush()
    if given.to is not None:
        given.to.write_text(report(found), encoding="utf-8")
    sys.exit(1 if any(one.differences for one in found) else 0)


if __name__ == "__main__":
    main()
