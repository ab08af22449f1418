"""Many scenarios of a model: memory with summaries, and two processes against one.

    python benchmarks/scale.py [MODEL] [--scenarios N] [--runs N]

Random scenarios of every assumption that is not fixed, five outputs, summaries only. Each measurement is a
fresh process that opens the workbook and evaluates it outside the timed part; one and two workers take turns,
so that a busy moment of the machine falls on both. Two workers include starting their processes. Peak memory
adds the processes up. Medians and their ratio are printed and written to benchmarks/results/scale.md, with
the CPU time of the process that hands out the work and of all of them: on a shared machine they show what
two processes can gain.
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
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
OUTPUTS = ("funding_need", "cash_low_point", "users_at_end", "margin_at_scale", "break_even_users")
FASTER, MEMORY = 1.8, 1500.0

CODE = r"""
import hashlib, json, multiprocessing, os, pathlib, re, resource, sys, time
import engine

peaks, all_cpu = [], [0.0]

def cpu_of_all():  # user and system time of every process of this session, as the system counts them
    ticks = 0
    for entry in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        if int(fields[3]) == os.getsid(0):
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")

def near_the_end(done, total):
    if done == total:  # before the workers are let go
        all_cpu[0] = cpu_of_all()
    if done > 0.9 * total and not peaks:  # the workers' own peaks, as the system counts them
        for child in multiprocessing.active_children():
            status = pathlib.Path(f"/proc/{child.pid}/status").read_text()
            peaks.append(int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024)

if __name__ == "__main__":
    path, count, workers, outputs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    model = engine.Model.open(path)
    model.base
    drawn = model.random_scenarios(count, seed=1)
    began, worked, before = time.perf_counter(), time.process_time(), cpu_of_all()
    summary = model.summarise(drawn, outputs.split(","), workers=workers, progress=near_the_end)
    took, worked = time.perf_counter() - began, time.process_time() - worked
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 + sum(peaks)
    same = hashlib.sha256(summary.to_json(double_precision=15).encode()).hexdigest()
    print(json.dumps([took, worked, all_cpu[0] - before, memory, len(drawn.inputs), same]))
"""


@dataclass(frozen=True)
class Measured:
    """Seconds, CPU seconds of the first process and of all, peak MB, inputs, and a digest of the summary."""

    seconds: float
    worked: float
    in_all: float
    memory: float
    inputs: int
    digest: str


def measure(script: Path, model: Path, count: int, workers: int) -> Measured:
    """Return what one fresh process took."""
    command = [sys.executable, str(script), str(model), str(count), str(workers), ",".join(OUTPUTS)]
    shown = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    if shown.returncode:
        sys.exit(f"The measured process failed:\n{shown.stderr}")
    return Measured(*json.loads(shown.stdout.splitlines()[-1]))


def report(model: Path, count: int, runs: int) -> tuple[str, bool]:
    """Return the table as Markdown, and whether the targets are met."""
    script = HERE / ".scale_measured.py"
    script.write_text(CODE, encoding="utf-8")
    try:
        measure(script, model, min(count, 20_000), 1)  # compiled programs come from their cache afterwards
        taken = {workers: list[Measured]() for workers in (1, 2)}
        for _ in range(runs):
            for workers, results in taken.items():
                results.append(measure(script, model, count, workers))
    finally:
        script.unlink()
    medians = {workers: statistics.median(r.seconds for r in results) for workers, results in taken.items()}
    worked = {workers: statistics.median(r.worked for r in results) for workers, results in taken.items()}
    in_all = {workers: statistics.median(r.in_all for r in results) for workers, results in taken.items()}
    memory = {workers: max(r.memory for r in results) for workers, results in taken.items()}
    ratio = medians[1] / medians[2]
    most = 2 * in_all[1] / in_all[2]
    same = len({run.digest for results in taken.values() for run in results}) == 1
    rows = [
        f"| {workers} | {medians[workers]:.1f} | {min(r.seconds for r in results):.1f} to "
        f"{max(r.seconds for r in results):.1f} | {count / medians[workers]:,.0f} | "
        f"{worked[workers]:.1f} | {in_all[workers]:.1f} | {memory[workers]:.0f} |"
        for workers, results in taken.items()
    ]
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    text = "\n".join(
        [
            f"# {count:,} random scenarios of {model.name}, summarised",
            "",
            f"{taken[1][0].inputs} inputs vary, {len(OUTPUTS)} outputs; median of {runs} runs, each a fresh",
            f"process, in turns; Python {platform.python_version()}, {platform.machine()},",
            f"{os.cpu_count()} cores, load {load:.1f} at the end (more than cores: shared with other work).",
            "",
            "| processes | median, s | range, s | a second | CPU of the first, s | of all, s | peak, MB |",
            "| --- | --- | --- | --- | --- | --- | --- |",
            *rows,
            "",
            f"Two processes are **{ratio:.2f} times** as fast as one (target: at least {FASTER}).",
            f"Starting workers and handing out work takes {in_all[2] - in_all[1]:.1f} s of CPU time more:",
            f"spread evenly over two cores, all of it would be **{most:.2f} times** as fast, and no faster.",
            f"Memory stays under {MEMORY:,.0f} MB: **{'yes' if max(memory.values()) < MEMORY else 'no'}**.",
            f"All summaries are the same to the last digit: **{'yes' if same else 'no'}**.",
            "",
        ]
    )
    return text, ratio >= FASTER and max(memory.values()) < MEMORY and same


def main() -> int:
    """Measure, print, write the result, and fail below the targets."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", nargs="?", type=Path, default=ROOT / "model.xlsx")
    parser.add_argument("--scenarios", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    text, met = report(options.model, options.scenarios, options.runs)
    print(text)
    (HERE / "results" / "scale.md").write_text(text, encoding="utf-8")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
