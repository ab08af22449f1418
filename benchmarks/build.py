"""`tieout build` of model.xlsx before and after: its analyses by the reference, and by the batch.

    python -m benchmarks.build [MODEL] [--runs N]

"Before" is the same build with every scenario of the analyses evaluated alone, as the engine does where no
plan is right. Each build is a fresh process; the two take turns. Both must write the same workbook.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent

CODE = """
import json, sys, time
from engine import pipeline
from engine.evaluate.batch import frames, plans
if sys.argv[3] == "alone":
    frames.WORTH_A_PLAN = frames.WORTH_A_PART = 10**9  # the reference takes every scenario
    plans.Plans.foresee = lambda *_: None
began, worked = time.perf_counter(), time.process_time()
pipeline.build(sys.argv[1], sys.argv[2])
print(json.dumps([time.perf_counter() - began, time.process_time() - worked]))
"""


Build = tuple[float, float, dict[str, str]]


def measure(model: Path, how: str) -> Build:
    """Return seconds and CPU seconds of one fresh build, and a digest of each workbook it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        shown = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", CODE, str(model), folder, how],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if shown.returncode:
            sys.exit(f"The build failed:\n{shown.stderr}")
        written = sorted(Path(folder).glob("*.xlsx"))
        digests = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in written}
        seconds, worked = json.loads(shown.stdout.splitlines()[-1])
        return float(seconds), float(worked), digests


def main() -> None:
    """Measure, print and write the result."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", nargs="?", type=Path, default=ROOT / "model.xlsx")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    taken: dict[str, list[Build]] = {"alone": [], "batch": []}
    for _ in range(options.runs):
        for how, results in taken.items():
            results.append(measure(options.model, how))
    medians = {how: statistics.median(build[0] for build in results) for how, results in taken.items()}
    worked = {how: statistics.median(build[1] for build in results) for how, results in taken.items()}
    same = len({json.dumps(build[2]) for results in taken.values() for build in results}) == 1
    text = "\n".join(
        [
            f"# tieout build of {options.model.name}, before and after",
            "",
            f"Median of {options.runs} builds each, in turns, every one a fresh process; Python",
            f"{platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores,",
            f"load {os.getloadavg()[0]:.1f} at the end (more than cores: shared with other work).",
            "",
            "| the analyses' scenarios | build, s | CPU time, s |",
            "| --- | --- | --- |",
            f"| one by one | {medians['alone']:.1f} | {worked['alone']:.1f} |",
            f"| at once | {medians['batch']:.1f} | {worked['batch']:.1f} |",
            "",
            f"The build is **{medians['alone'] / medians['batch']:.1f} times** as fast, and takes",
            f"**{worked['alone'] / worked['batch']:.1f} times** less CPU time.",
            f"Both write the same bytes: **{'yes' if same else 'no'}**.",
            "",
        ]
    )
    print(text)
    (HERE / "results" / "build.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
