"""10,000 scenarios at once: Tieout beside NumPy written by hand and beside other engines, in one run.

    python -m benchmarks.batch [--peers PYTHON] [--sizes 2000 10000 100000 0] [--inputs 2 20] [--runs N]

Models come from ``benchmarks/models.py``; size 0 is the shipped model.xlsx, whose version by hand is its
own row structure (see row_structure.py). Each measurement is a fresh process that loads the workbook and
evaluates it outside the timed part. "First" is the first run of a process of its own, compiling included,
with its sampled scenarios compared with the reference; the other runs take turns in one process, so that
what else the machine does falls on all of them. All but "on two cores" are kept on one core. Processor time
is what the process itself used: where other work shares the machine, it is the steadier.
The other engines take a scenario at a time; their time is that of ``CALLS`` scenarios, scaled. PYTHON has
benchmarks/requirements.txt; LibreOffice is measured in its own process (see office_measured.py).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks import models
from benchmarks.batch_measured import CACHED, COLD, HAND, NUMPY, TWO_CORES, Measured

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
TITLES = {
    HAND: "NumPy by hand",
    NUMPY: "Tieout, NumPy",
    COLD: "Tieout, compiled, nothing cached",
    CACHED: "Tieout, compiled",
    TWO_CORES: "compiled on two cores",
}
TARGETS = {NUMPY: 1.5, CACHED: 0.35, TWO_CORES: 0.2}
CALLS = {"formulas": 5, "formualizer": 10, "ironcalc": 20, "LibreOffice": 20}
LARGEST_OF_FORMULAS = 2_500  # beyond it formulas takes many minutes to load a workbook
FEW_RUNS_FROM = 50_000
_HEADING = (
    "| | first, s | median, s | least, s | processor, s | beside by hand: medians | processor | target "
    "| memory, MB |"
)


@dataclass(frozen=True)
class Case:
    """A workbook, how many of its inputs vary, and how many scenarios there are."""

    file: Path
    size: int
    inputs: int
    scenarios: int
    runs: int

    @property
    def title(self) -> str:
        """The heading of its table."""
        name = f"about {self.size:,} formulas" if self.size else "model.xlsx"
        return f"{name}, {self.inputs} inputs vary"


def ours(case: Case, how: str, cache: Path, limit: int) -> Measured | None:
    """Return what one fresh process measured, None where it took longer than the limit."""
    given = [str(case.file), str(case.size), str(case.inputs), str(case.scenarios), str(case.runs)]
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.batch_measured", how, *given]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(cache)}
    try:
        shown = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=limit
        )
    except subprocess.TimeoutExpired:
        return None
    if shown.returncode:
        sys.exit(f"{how} on {case.title} failed:\n{shown.stderr}")
    return Measured(**json.loads(shown.stdout.splitlines()[-1]))


def peer(case: Case, engine: str, python: str, measured: Measured, limit: int) -> list[Any] | str:
    """Return seconds for each scenario and the outputs, or why there are none."""
    if engine == "formulas" and not 0 < case.size <= LARGEST_OF_FORMULAS:
        return "not run: loads for minutes"
    if engine == "LibreOffice" and shutil.which("soffice") is None:
        return "not installed"
    rows = measured.inputs
    asked = {
        "engine": engine,
        "file": str(case.file),
        "inputs": measured.cells[0],
        "outputs": measured.cells[1],
        "scenarios": [rows[n % len(rows)] for n in range(CALLS[engine])],
    }
    office = engine == "LibreOffice"
    command = [
        sys.executable if office else python,
        "-W",
        "ignore",
        str(HERE / ("office_measured.py" if office else "peers_measured.py")),
    ]
    try:
        shown = subprocess.run(
            command,
            input=json.dumps(asked) + "\n",
            capture_output=True,
            text=True,
            check=False,
            timeout=limit,
        )
    except subprocess.TimeoutExpired:
        return f"not done in {limit} s"
    if shown.returncode:
        return "fails: " + shown.stderr.strip().splitlines()[-1][:80]
    return list(json.loads(shown.stdout.splitlines()[-1]))


def table(case: Case, peers: str | None, limit: int) -> Iterator[str]:
    """Yield the lines of one case's table."""
    cache = Path(tempfile.mkdtemp())
    first = {how: ours(case, how, cache, limit) for how in TITLES}
    turns = ours(case, "turns", cache, limit)
    shutil.rmtree(cache)
    if turns is None:
        yield f"## {case.title}\n\nNot done in {limit} s.\n"
        return
    yield from [f"## {case.title}", "", _HEADING, "| --- " * 9 + "|"]
    for how, title in TITLES.items():
        yield _row(how, title, first[how], turns)
    yield from ["", f"Planning, generating and verifying: {turns.planned:.2f} s.", ""]
    if peers:
        yield from _others(case, peers, turns, limit)


def _row(how: str, title: str, first: Measured | None, turns: Measured) -> str:
    began = f"{first.seconds[how][0]:.3f}" if first else "too long"
    memory = f"{first.memory:.0f}" if first else ""
    if how not in turns.seconds:
        return f"| {title} | {began} | | | | | | | {memory} |"
    seconds, processor = _later(turns.seconds, how), _later(turns.processor, how)
    median, spent = statistics.median(seconds), statistics.median(processor)
    ratio = median / statistics.median(_later(turns.seconds, HAND))
    of_processor = spent / statistics.median(_later(turns.processor, HAND))
    shown = [
        began,
        f"{median:.4f}",
        f"{min(seconds):.4f}",
        f"{spent:.4f}",
        f"{ratio:.2f}",
        "" if how == TWO_CORES else f"{of_processor:.2f}",
        f"≤ {TARGETS[how]}" if how in TARGETS else "",
        memory,
    ]
    return f"| {' | '.join([title, *shown])} |"


def _later(taken: dict[str, list[float]], how: str) -> list[float]:
    """Return all runs but the first."""
    return taken[how][1:]


def _others(case: Case, peers: str, turns: Measured, limit: int) -> Iterator[str]:
    best = min(statistics.median(_later(turns.seconds, how)) for how in TARGETS)
    yield f"| engine | {case.scenarios:,} scenarios, scaled, s | Tieout's best: times as fast | same values |"
    yield "| --- | --- | --- | --- |"
    for engine in CALLS:
        found = peer(case, engine, peers, turns, limit)
        if isinstance(found, str):
            yield f"| {engine} | {found} | | |"
            continue
        seconds = found[0] * case.scenarios
        yield f"| {engine} | {seconds:,.0f} | {seconds / best:,.0f} | {_same(turns.values, found[1])} |"
    yield ""


def _same(ours: list[list[float]], theirs: list[list[Any]]) -> str:
    """Tell whether the outputs of the first scenarios are equal to 1e-9."""
    pairs = [(column[k], theirs[k][n]) for n, column in enumerate(ours) for k in range(len(column))]
    wrong = [b for a, b in pairs if not isinstance(b, (int, float)) or abs(a - b) > 1e-9 * max(1, abs(a))]
    return "yes" if not wrong else f"no: {len(wrong)} of {len(pairs)} differ"


def main() -> None:
    """Measure, print and write the result."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers", help="an interpreter that has the other engines")
    parser.add_argument("--sizes", type=int, nargs="+", default=[2_000, 10_000, 100_000, 0])
    parser.add_argument("--inputs", type=int, nargs="+", default=[2, 20], choices=[2, 20])
    parser.add_argument("--scenarios", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--limit", type=int, default=900, help="seconds for one process")
    parser.add_argument("--to", type=Path, default=HERE / "results" / "batch.md")
    options = parser.parse_args()
    lines = [
        f"# {options.scenarios:,} scenarios at once",
        "",
        f"5 outputs; Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores.",
        "How it is measured: benchmarks/batch.py.",
        "",
    ]
    with tempfile.TemporaryDirectory() as folder:
        for size in options.sizes:
            file = Path(folder) / f"model{size}.xlsx" if size else ROOT / "model.xlsx"
            if size:
                count = models.write_model(file, size)
                lines.append(f"The model of about {size:,} formulas has {count:,}.\n")
            case = Case(file, size, 2, options.scenarios, options.runs if size < FEW_RUNS_FROM else 3)
            for inputs in options.inputs:
                load = os.getloadavg()[0]
                lines.extend(table(replace(case, inputs=inputs), options.peers, options.limit))
                lines += [
                    f"{case.runs} runs; load {load:.1f} at the start, {os.getloadavg()[0]:.1f} at the end.",
                    "",
                ]
                print("\n".join(lines), flush=True)
                options.to.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
