"""Load + first full evaluation: Tieout beside formulas, formualizer, ironcalc and LibreOffice, in one run.

    pip install -r benchmarks/requirements.txt
    python -m benchmarks.load [--peers PYTHON] [--without ENGINES] [--runs N] [--sizes 2000,10000,100000]
                              [--corpus FOLDER] [--largest N]

The workbooks are generated 60-month models (see models.py) and the largest ones, by formulas, of a corpus
beside the repository, left out with a word where there is none. Every measurement is its own fresh process;
engines take turns, so that a busy moment of the machine falls on all. "Evaluate" leaves imports and start-up
out and is processor time of all threads, the least of the runs, which another program's work disturbs least;
"process" is the whole of the process by the clock, which is all that LibreOffice shows: it loads, computes,
saves.

"tieout" finds an empty cache folder, and the plan that it leaves there counts. "tieout, other inputs" opens a
copy of the workbook in which one input is another number, and finds the plan of the original.
Stock formulas is measured up to 12,000 formulas: beyond, it takes many minutes. Times, ratios and peak
memory go to benchmarks/results/load.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.models import write_model

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
STOCK_LIMIT = 12_000
LONGEST = 120
# As installed programs start: modules are compiled once, whatever this environment says.
INSTALLED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {
    "PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "tieout-benchmark-bytecode")
}

_END = """
took = time.process_time() - began
print(json.dumps([took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""
_BEGIN = "began = time.process_time()\n"
_HEAD = "import json, sys, time, resource\n"
_TIEOUT = (
    _HEAD
    + "import engine, engine.evaluate.model\nModel = engine.evaluate.model.Model\n"
    + _BEGIN
    + "len(Model.open(sys.argv[1]).evaluate().cells)"
    + _END
)
COLD, WARM = "tieout", "tieout, other inputs"
CODE = {
    COLD: _TIEOUT,
    WARM: _TIEOUT,
    "formualizer": _HEAD
    + "import formualizer\n"
    + _BEGIN
    + "formualizer.load_workbook(sys.argv[1]).evaluate_all()"
    + _END,
    "ironcalc": _HEAD
    + "import ironcalc\n"
    + _BEGIN
    + 'ironcalc.load_from_xlsx(sys.argv[1], "en", "UTC", "en").evaluate()'
    + _END,
    "formulas": _HEAD
    + "import formulas, openpyxl\n"
    + _BEGIN
    + "formulas.ExcelModel().loads(sys.argv[1]).finish().calculate()"
    + _END,
}
ENGINES = (*CODE, "LibreOffice")
Taken = tuple[float | None, float, float | None]  # seconds to evaluate, of the process, peak memory in MB


_NUMBER = re.compile(rb'(<c r="[A-Z]+[0-9]+"(?: s="[0-9]+")?><v>)([0-9]+(?:\.[0-9]+)?)(</v></c>)')


def with_another_input(book: Path, path: Path) -> Path:
    """Write a copy of a workbook in which one typed number of its largest sheet is another one."""
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        sheets = [part for part in old.infolist() if part.filename.startswith("xl/worksheets/sheet")]
        with_numbers = [part for part in sheets if _NUMBER.search(old.read(part))]
        chosen = max(with_numbers, key=lambda part: part.file_size).filename
        for part in old.infolist():
            content = old.read(part)
            if part.filename == chosen:
                content = _NUMBER.sub(
                    rb"\g<1>\g<2>5\g<3>" if b"." in content else rb"\g<1>\g<2>.5\g<3>", content, 1
                )
            new.writestr(part, content)
    return path


def measure(engine: str, book: Path, peers: str) -> Taken | None:
    """Return what one fresh process took; None where the engine fails or takes longer than two minutes."""
    with tempfile.TemporaryDirectory() as scratch:
        environment = INSTALLED | {"TIEOUT_CACHE": f"{scratch}/cache"}
        if engine == WARM:
            _process([sys.executable, "-W", "ignore", "-c", _TIEOUT, str(book)], environment)
            book = with_another_input(book, Path(scratch) / f"other{book.suffix}")
        python = sys.executable if engine in (COLD, WARM) else peers
        command = [python, "-W", "ignore", "-c", CODE[engine], str(book)] if engine in CODE else [
            "soffice", f"-env:UserInstallation=file://{scratch}/user", "--headless", "--convert-to", "xlsx",
            "--outdir", scratch, str(book),
        ]  # fmt: skip
        began = time.perf_counter()
        shown = _process(command, environment)
        whole = time.perf_counter() - began
    if shown is None:
        return None
    if engine not in CODE:
        return None, whole, None
    seconds, memory = json.loads(shown.splitlines()[-1])
    return seconds, whole, memory


def _process(command: list[str], environment: dict[str, str]) -> str | None:
    try:
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=LONGEST
        ).stdout
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return None


def available(engine: str, peers: str) -> bool:
    """Tell whether an engine is installed."""
    if engine == "LibreOffice":
        return shutil.which("soffice") is not None
    return engine in (COLD, WARM) or _process([peers, "-c", f"import {engine}"], INSTALLED) is not None


def formulas_in(book: Path) -> int:
    """Return how many cells of a workbook have a formula, counted in its XML."""
    try:
        with zipfile.ZipFile(book) as package:
            sheets = [name for name in package.namelist() if name.startswith("xl/worksheets/sheet")]
            return sum(len(re.findall(rb"<f[ />]", package.read(name))) for name in sheets)
    except zipfile.BadZipFile:
        return 0


def workbooks(options: argparse.Namespace, folder: Path) -> Iterator[tuple[str, Path, int]]:
    """Yield label, file and number of formulas of each workbook to measure."""
    for size in map(int, options.sizes.split(",")):
        book = folder / f"{size}.xlsx"
        count = write_model(book, size)
        yield f"generated, {count:,} formulas", book, count
    found = sorted(((formulas_in(b), b) for b in options.corpus.rglob("*.xls[xm]")), reverse=True)
    for rank, (count, book) in enumerate(found[: options.largest], 1):
        yield f"corpus, no. {rank} by size: {count:,} formulas", book, count


def section(label: str, book: Path, count: int, options: argparse.Namespace) -> tuple[list[str], str]:
    """Return the table of one workbook as Markdown, a row per engine, and its row of the summary."""
    taken: dict[str, list[Taken]] = {}
    notes: dict[str, str] = {}
    for engine in ENGINES:
        if engine in options.without.split(","):
            notes[engine] = "left out of this run"
        elif not available(engine, options.peers):
            notes[engine] = "not installed"
        elif engine == "formulas" and count > STOCK_LIMIT:
            notes[engine] = "left out: many minutes"
    for turn in range(options.runs):
        for engine in (e for e in ENGINES if e not in notes):
            if engine in {"formulas", "LibreOffice"} and turn:
                continue  # once: slow, and far enough from the others
            found = measure(engine, book, options.peers)
            if found is None:
                notes[engine] = _FAILED
            else:
                taken.setdefault(engine, []).append(found)
    lines = ["", f"## {label}", "", *_HEADER, *(_row(engine, taken, notes) for engine in ENGINES)]
    return lines, _short(label, taken, notes)


def _short(label: str, taken: dict[str, list[Taken]], notes: dict[str, str]) -> str:
    """Return a workbook's row of the summary: beside the faster Rust engine, and beside formulas."""
    rust = [
        seconds for engine in ("formualizer", "ironcalc") if (seconds := _least(taken.get(engine, []), 0))
    ]
    ours = [_least(taken.get(own, []), 0) for own in (COLD, WARM)]
    ratios = [f"{seconds / min(rust):.2f}" if seconds and rust else "–" for seconds in ours]
    stock, cold = _least(taken.get("formulas", []), 0), ours[0]
    faster = "not measured"
    if cold and stock:
        faster = f"{stock / cold:.0f}"
    elif cold and notes.get("formulas") == _FAILED:
        faster = f"over {LONGEST / cold:.0f}, or it can't"
    return f"| {label} | {' | '.join(ratios)} | {faster} |"


_FAILED = "can't, or not within two minutes"
_IN_SHORT = (
    "",
    "## In short",
    "",
    "Tieout's time beside the faster of the two Rust engines, cold (target: at most 5) and with other inputs",
    "(at most 1.5), and how many times faster than stock formulas it is (at 10,000 formulas at least 50).",
    "",
    "| workbook | cold × | with other inputs × | faster than formulas |",
    "| --- | --- | --- | --- |",
)
_HEADER = (
    "| engine | evaluate, s | Tieout's time is × | with other inputs × | process, s | peak memory, MB |",
    "| --- | --- | --- | --- | --- | --- |",
)


def _row(engine: str, taken: dict[str, list[Taken]], notes: dict[str, str]) -> str:
    if engine in notes or engine not in taken:
        return f"| {engine} | {notes.get(engine, '–')} | | | | |"
    seconds = _least(taken[engine], 0)
    whole, memory = _least(taken[engine], 1), _least(taken[engine], 2)
    ratios = [
        f"{ours / seconds:.2f}" if (ours := _least(taken.get(own, []), 0)) and seconds else "–"
        for own in (COLD, WARM)
    ]
    shown = f"{seconds:.3f}" if seconds else "–"
    return (
        f"| {engine} | {shown} | {' | '.join(ratios)} | {whole:.2f} | {f'{memory:.0f}' if memory else '–'} |"
    )


def _least(taken: list[Taken], at: int) -> float | None:
    found = [value for one in taken if (value := one[at]) is not None]
    return min(found, default=None)


def main() -> None:
    """Measure everything, print it and write the result."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers", default=sys.executable, help="an interpreter that has the other engines")
    parser.add_argument("--without", default="", help="engines to leave out, separated by commas")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--sizes", default="2000,10000,100000")
    parser.add_argument("--corpus", type=Path, default=ROOT.parent / "shared" / "corpus")
    parser.add_argument("--largest", type=int, default=10)
    options = parser.parse_args()
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    lines = [
        "# Load + first full evaluation",
        "",
        f"Least of {options.runs} runs, each a fresh process, engines taking turns; formulas and",
        f"LibreOffice once. Evaluate is processor time of all threads. Python {platform.python_version()},",
        f"{platform.machine()}; load average {load} on {os.cpu_count()} cores when the run began.",
        "Below 1 in the third and fourth columns, Tieout is faster.",
    ]
    if not options.corpus.is_dir():
        lines += ["", "No corpus lies beside the repository: only generated models were measured."]
    short, sections = list[str](), list[str]()
    with tempfile.TemporaryDirectory() as folder:
        for label, book, count in workbooks(options, Path(folder)):
            found, row = section(label, book, count, options)
            print("\n".join(found), flush=True)
            sections += found
            short.append(row)
    text = "\n".join([*lines, *_IN_SHORT, *short, *sections, ""])
    (HERE / "results" / "load.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
