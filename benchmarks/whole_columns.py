"""Planning 20 lookups in whole columns beside 20 in short ranges, over the same data.

    python -m benchmarks.whole_columns [--rows N] [--runs N]

Planning is all that is made of formulas before a cell is computed: forms, order, regions and what they read.
The two take turns in one process. Medians and their ratio go to benchmarks/results/whole_columns.md; that the
work is the same by count is a test (tests/plan/test_whole_columns.py).
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import xlsxwriter

from engine.evaluate.program import compile_workbook
from engine.plan.order import order_of
from engine.workbook.book import Workbook
from engine.workbook.opening import open_workbook

HERE = Path(__file__).resolve().parent
KINDS = {
    "short": ("Data!$A$1:$B$20", "Data!$A$1:$A$20", "Data!$B$1:$B$20"),
    "whole": ("Data!$A:$B", "Data!$A:$A", "Data!$B:$B"),
}
LOOKUPS = (
    "=VLOOKUP(A{row},{two},2,FALSE)",
    "=INDEX({values},MATCH(A{row},{keys},0))",
    "=SUMIFS({values},{keys},A{row})",
    "=COUNTIF({keys},A{row})",
)


def write(path: Path, rows: int, kind: str) -> Workbook:
    """Write a sheet of data and one of 20 lookups, and return it as read."""
    two, keys, values = KINDS[kind]
    with xlsxwriter.Workbook(path) as book:
        data, asked = book.add_worksheet("Data"), book.add_worksheet("Asked")
        for row in range(rows):
            data.write_row(row, 0, [row + 1, row * 1.5])
        for row in range(5):
            asked.write(row, 0, row + 3)
            for column, text in enumerate(LOOKUPS, 1):
                formula = text.format(row=row + 1, two=two, keys=keys, values=values)
                asked.write_formula(row, column, formula)
    return open_workbook(path)


def planned(workbook: Workbook) -> float:
    """Return the seconds that planning a workbook takes."""
    began = time.perf_counter()
    program = compile_workbook(workbook)
    order_of(program.formed, {}, program.scope)
    program.dependencies.dependents([(0, 5, 1, 5, 1)])
    return time.perf_counter() - began


def main() -> None:
    """Measure, print and write the result."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=41)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        books = {kind: write(Path(folder) / f"{kind}.xlsx", options.rows, kind) for kind in KINDS}
    for workbook in books.values():
        planned(workbook)
    taken: dict[str, list[float]] = {kind: [] for kind in books}
    for _ in range(options.runs):
        for kind, workbook in books.items():
            taken[kind].append(planned(workbook))
    short, whole = (statistics.median(taken[kind]) * 1000 for kind in KINDS)
    text = "\n".join(
        [
            "# Planning lookups in whole columns",
            "",
            f"20 lookups in a sheet of {options.rows:,} rows; median of {options.runs} runs, taking turns.",
            "",
            "| ranges | planning, ms |",
            "| --- | --- |",
            f"| short | {short:.2f} |",
            f"| whole columns | {whole:.2f} |",
            "",
            f"Whole columns take {whole / short:.2f} times as long as short ranges.",
            "",
        ]
    )
    print(text)
    (HERE / "results" / "whole_columns.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
