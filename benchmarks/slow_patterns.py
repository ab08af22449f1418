"""What large workbooks are full of, a workbook for each pattern, at a size and at half of it.

    python -m benchmarks.slow_patterns [TEXT IN NAME] [--write]

Each workbook is opened and first evaluated in a process of its own. The processor time, and how it grows when
the rows are doubled (2 where each row costs the same), go to benchmarks/results/slow_patterns.md. That cells
are read once is a test by count (tests/evaluate/test_kept.py).
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import xlsxwriter

from engine.evaluate.model import Model

HERE = Path(__file__).resolve().parent
RESULT = HERE / "results" / "slow_patterns.md"
LIMIT = 60  # seconds of processor time that a workbook may take
_PROCESSES = multiprocessing.get_context("fork")
# The columns of the data: a number, a region, a product, a month, an amount, shuffled ids, a text.
_A, _B, _C, _D, _E, _F, _G = (f"Data!${letter}$1:${letter}${{n}}" for letter in "ABCDEFG")


@dataclass(frozen=True)
class Pattern:
    """Formulas down as many rows as the data have; {r} is a formula's row, {n} the last one."""

    name: str
    rows: int
    formulas: tuple[str, ...]
    array: bool = False


PATTERNS = (
    Pattern("SUM from the top down to each row", 20_000, ("SUM(Data!$E$1:$E{r})",)),
    Pattern("SUM from each row to the end", 20_000, ("SUM(Data!$E{r}:$E${n})",)),
    Pattern(
        "running SUM of computed cells, average, greatest",
        10_000,
        ("Data!E{r}*2", "SUM($A$1:A{r})", "AVERAGE($A$1:A{r})", "MAX($A$1:A{r})"),
    ),
    Pattern(
        "SUM(OFFSET) and SUM(A1:INDEX) down to each row",
        10_000,
        ("SUM(OFFSET(Data!$E$1,0,0,Data!A{r},1))", "SUM(Data!$E$1:INDEX(Data!$E:$E,Data!A{r}))"),
    ),
    Pattern(
        "share of a total and of the greatest", 20_000, (f"Data!E{{r}}/SUM({_E})", f"Data!E{{r}}/MAX({_E})")
    ),
    Pattern(
        "SUMPRODUCT of two conditions", 5_000, (f"SUMPRODUCT(({_B}=Data!B{{r}})*({_C}=Data!C{{r}})*{_E})",)
    ),
    Pattern(
        "SUMPRODUCT of months and years",
        5_000,
        (f"SUMPRODUCT((MONTH({_D})=MONTH(Data!D{{r}}))*(YEAR({_D})=YEAR(Data!D{{r}}))*{_E})",),
    ),
    Pattern(
        "SUM(IF(IF)) as an array formula",
        5_000,
        (f"SUM(IF({_B}=Data!B{{r}},IF({_C}=Data!C{{r}},{_E},0),0))",),
        array=True,
    ),
    Pattern("MAX(IF) as an array formula", 3_000, (f"MAX(IF({_C}=Data!C{{r}},{_E}))",), array=True),
    Pattern(
        "INDEX(MATCH(1,..)) of two keys as an array formula",
        3_000,
        (f"INDEX({_E},MATCH(1,({_B}=Data!B{{r}})*({_C}=Data!C{{r}}),0))",),
        array=True,
    ),
    Pattern("SUMIFS of two words", 20_000, (f"SUMIFS({_E},{_B},Data!B{{r}},{_C},Data!C{{r}})",)),
    Pattern(
        "SUMIFS of dates between", 10_000, (f'SUMIFS({_E},{_D},">="&Data!D{{r}},{_D},"<"&Data!D{{r}}+90)',)
    ),
    Pattern(
        "COUNTIF and SUMIF down to each row",
        10_000,
        ("COUNTIF(Data!$C$1:$C{r},Data!C{r})", "SUMIF(Data!$C$1:$C{r},Data!C{r},Data!$E$1:$E{r})"),
    ),
    Pattern(
        "COUNTIF of a wildcard, and of what is greater",
        10_000,
        (f'COUNTIF({_G},"*"&Data!B{{r}})', f'COUNTIF({_E},">"&Data!E{{r}})'),
    ),
    Pattern(
        "VLOOKUP exact over computed cells",
        20_000,
        ("Data!F{r}+0", "Data!E{r}*2", "VLOOKUP(Data!A{r},$A$1:$B${n},2,FALSE)"),
    ),
    Pattern("VLOOKUP approximate", 20_000, ("VLOOKUP(Data!F{r}+0.5,Data!$A$1:$G${n},5,TRUE)",)),
    Pattern("XLOOKUP of the next smaller", 20_000, (f"XLOOKUP(Data!F{{r}}+0.5,{_A},{_E},0,-1)",)),
    Pattern(
        "RANK, LARGE and PERCENTRANK",
        10_000,
        (f"RANK(Data!E{{r}},{_E})", f"LARGE({_E},Data!A{{r}})", f"PERCENTRANK({_E},Data!E{{r}})"),
    ),
    Pattern("SUBTOTAL down to each row", 10_000, ("SUBTOTAL(9,Data!$E$1:$E{r})",)),
    Pattern(
        "whole columns: SUMIFS, VLOOKUP, COUNTIF",
        20_000,
        (
            "SUMIFS(Data!E:E,Data!C:C,Data!C{r})",
            "VLOOKUP(Data!A{r},Data!F:G,2,FALSE)",
            "COUNTIF(Data!B:B,Data!B{r})",
        ),
    ),
)


def write(path: Path, pattern: Pattern, rows: int) -> None:
    """Write a workbook: a sheet of data, and the pattern's formulas down another one."""
    draw = random.Random(rows)
    ids = draw.sample(range(1, rows + 1), rows)
    with xlsxwriter.Workbook(path, {"use_future_functions": True}) as book:
        data, model = book.add_worksheet("Data"), book.add_worksheet("Model")
        for row in range(rows):
            region, product = draw.choice(("North", "South", "East", "West")), f"P{draw.randrange(50):03}"
            month, amount = 45000 + 30 * draw.randrange(60), round(draw.uniform(-1000, 9000), 2)
            text = f"ID-{ids[row]:06}/{region}"
            data.write_row(row, 0, [row + 1, region, product, month, amount, ids[row], text])
            for column, formula in enumerate(pattern.formulas):
                text = "=" + formula.format(r=row + 1, n=rows)
                if pattern.array:
                    model.write_array_formula(row, column, row, column, f"{{{text}}}")
                else:
                    model.write_formula(row, column, text)


def _evaluate(path: Path, sending: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT))
    began = time.process_time()
    model = Model.open(path)
    lost = len(model.base.unevaluated)
    sending.send(time.process_time() - began if not lost else None)


def taken(path: Path) -> float | None:
    """Return the seconds of processor time that a workbook takes, None beyond the limit."""
    receiving, sending = _PROCESSES.Pipe(duplex=False)
    process = _PROCESSES.Process(target=_evaluate, args=(path, sending))
    process.start()
    sending.close()
    try:
        found: float | None = receiving.recv()
    except EOFError:
        found = None
    process.join()
    return found


def lines(text: str) -> Iterator[str]:
    """Yield a line of the result per pattern whose name holds a text."""
    yield from (
        "| pattern | rows | formulas | seconds | × at half the rows |",
        "| --- | --- | --- | --- | --- |",
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        for pattern in (one for one in PATTERNS if text.lower() in one.name.lower()):
            found = []
            for rows in (pattern.rows // 2, pattern.rows):
                write(path, pattern, rows)
                found.append(taken(path))
            half, whole = found
            seconds = f"over {LIMIT}" if whole is None else f"{whole:.1f}"
            growth = "" if half is None or whole is None else f"{whole / half:.1f}"
            count = pattern.rows * len(pattern.formulas)
            yield f"| {pattern.name} | {pattern.rows:,} | {count:,} | {seconds} | {growth} |"


def main() -> None:
    """Measure, print and, where asked, write the result."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("text", nargs="?", default="")
    asked.add_argument("--write", action="store_true")
    given = asked.parse_args()
    result = [
        "# Patterns of large workbooks",
        "",
        "Opening and first evaluating, processor time of one run each, plans on disk left aside; data of as",
        "many rows on another sheet. `python -m benchmarks.slow_patterns --write`",
        "",
    ]
    for line in lines(given.text):
        print(line, flush=True)
        result.append(line)
    if given.write:
        RESULT.write_text("\n".join([*result, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
