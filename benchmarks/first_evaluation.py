"""Load + first evaluation of a workbook: Tieout beside stock formulas, in one run.

    python benchmarks/first_evaluation.py [MODEL] [--runs N]

Each measurement is its own fresh process with the imports outside the timed part; the two take turns, so
that a busy moment of the machine falls on both. Medians of the time on the clock and of the time on the
processor, which others' work lengthens less, and their ratios are printed and written to
benchmarks/results/first_evaluation.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
TARGET = 30.0

OURS = """
import json, sys, time, resource
import engine, engine.evaluate.model
engine.Model
began, used = time.perf_counter(), time.process_time()
result = engine.Model.open(sys.argv[1]).evaluate()
cells = len(result.cells)
took, used = time.perf_counter() - began, time.process_time() - used
print(json.dumps([took, used, cells, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""

STOCK = """
import json, sys, time, resource
import formulas, openpyxl
began, used = time.perf_counter(), time.process_time()
solution = formulas.ExcelModel().loads(sys.argv[1]).finish().calculate()
took, used = time.perf_counter() - began, time.process_time() - used
print(json.dumps([took, used, len(solution), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


@dataclass(frozen=True)
class Measured:
    """One fresh process: seconds on the clock and on the processor, results, and peak memory in MB."""

    clock: float
    processor: float
    cells: int
    memory: float


def measure(code: str, model: Path) -> Measured:
    """Measure a fresh process; stop with its own words where it fails."""
    command = [sys.executable, "-W", "ignore", "-c", code, str(model)]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if shown.returncode:
        sys.exit(f"The measured process failed:\n{shown.stderr}")
    return Measured(*json.loads(shown.stdout.splitlines()[-1]))


def row(name: str, taken: list[Measured]) -> str:
    """Return an engine's line of the table."""
    clock = [one.clock for one in taken]
    return (
        f"| {name} | {statistics.median(clock):.3f} | {min(clock):.3f} to {max(clock):.3f} "
        f"| {statistics.median(one.processor for one in taken):.3f} | {taken[0].memory:.0f} |"
    )


def report(model: Path, runs: int) -> tuple[str, float]:
    """Return the table as Markdown, and how many times faster ours is, by the less kind of its two ratios."""
    busy = os.getloadavg()[0]
    ours, stock = zip(*((measure(OURS, model), measure(STOCK, model)) for _ in range(runs)), strict=True)
    clock, processor = (
        statistics.median(getattr(one, kind) for one in stock)
        / statistics.median(getattr(one, kind) for one in ours)
        for kind in ("clock", "processor")
    )
    counted = "1 run" if runs == 1 else f"median of {runs} runs"
    return (
        f"""# Load + first evaluation of {model.name}

{ours[0].cells} formula cells; {counted}, each a fresh process, imports outside the timed part;
Python {platform.python_version()}, {platform.machine()}; load of the machine at the start {busy:.1f}.

| engine | median, s | range, s | processor, s | peak memory, MB |
| --- | --- | --- | --- | --- |
{row("tieout", list(ours))}
{row(f"formulas {version('formulas')}", list(stock))}

Tieout is **{clock:.0f} times** faster on the clock, {processor:.0f} times on the processor
(target: at least {TARGET:.0f}).
""",
        min(clock, processor),
    )


def main() -> int:
    """Measure, print, write the result, and fail below the target."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", nargs="?", type=Path, default=ROOT / "model.xlsx")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    text, ratio = report(options.model, options.runs)
    print(text)
    (HERE / "results" / "first_evaluation.md").write_text(text, encoding="utf-8")
    return 0 if ratio >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
