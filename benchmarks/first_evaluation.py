"""Load + first evaluation of a workbook: Tieout beside stock formulas, in one run.

    python benchmarks/first_evaluation.py [MODEL] [--runs N]

Each measurement is its own fresh process with the imports outside the timed part; the two take turns, so
that a busy moment of the machine falls on both. Medians and their ratio are printed and written to
benchmarks/results/first_evaluation.md.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
TARGET = 30.0

OURS = """
import json, sys, time, resource
import engine, engine.evaluate.model
engine.Model
began = time.perf_counter()
result = engine.Model.open(sys.argv[1]).evaluate()
cells = len(result.cells)
took = time.perf_counter() - began
print(json.dumps([took, cells, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""

STOCK = """
import json, sys, time, resource
import formulas, openpyxl
began = time.perf_counter()
solution = formulas.ExcelModel().loads(sys.argv[1]).finish().calculate()
took = time.perf_counter() - began
print(json.dumps([took, len(solution), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def measure(code: str, model: Path) -> tuple[float, int, float]:
    """Return seconds, results and peak memory in MB of one fresh process."""
    command = [sys.executable, "-W", "ignore", "-c", code, str(model)]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if shown.returncode:
        sys.exit(f"The measured process failed:\n{shown.stderr}")
    seconds, cells, memory = json.loads(shown.stdout.splitlines()[-1])
    return seconds, cells, memory


def report(model: Path, runs: int) -> tuple[str, float]:
    """Return the table as Markdown, and how many times faster ours is."""
    times: dict[str, list[tuple[float, int, float]]] = {"tieout": [], "formulas": []}
    for _ in range(runs):
        times["tieout"].append(measure(OURS, model))
        times["formulas"].append(measure(STOCK, model))
    medians = {name: statistics.median(seconds for seconds, _, _ in taken) for name, taken in times.items()}
    ratio = medians["formulas"] / medians["tieout"]
    rows = [
        f"| {name} {version(name) if name == 'formulas' else ''} | {medians[name]:.3f} "
        f"| {min(t[0] for t in taken):.3f} to {max(t[0] for t in taken):.3f} | {taken[0][2]:.0f} |"
        for name, taken in times.items()
    ]
    return "\n".join(
        [
            f"# Load + first evaluation of {model.name}",
            "",
            f"{times['tieout'][0][1]} formula cells; median of {runs} runs, each a fresh process, imports",
            f"outside the timed part; Python {platform.python_version()}, {platform.machine()}.",
            "",
            "| engine | median, s | range, s | peak memory, MB |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
            f"Tieout is **{ratio:.0f} times** faster (target: at least {TARGET:.0f}).",
            "",
        ]
    ), ratio


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
