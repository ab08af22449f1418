"""Writes docs/reference/corpus-report.md: how real workbooks compare, and every cause of a difference.

``python -m tests.corpus.report [CORPUS]``. Each workbook is evaluated from a copy whose stored values were
overwritten, and compared with the values of the file. No content of a workbook goes into the report.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine.core.exceptions import TieoutError
from engine.core.values import ExcelError, Value
from engine.evaluate.model import Model
from engine.evaluate.parity import Difference, Parity, compare
from engine.workbook.book import Workbook
from engine.workbook.opening import open_workbook

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
REPORT = ROOT / "docs" / "reference" / "corpus-report.md"
NOW = datetime.datetime(2026, 1, 5)  # noqa: DTZ001  # a workbook's time has no zone


@dataclass
class Total:
    """What the workbooks of one kind add up to."""

    workbooks: int = 0
    whole: int = 0
    clean: int = 0
    cells: int = 0
    compared: int = 0
    matched: int = 0
    lost: int = 0
    refused: int = 0
    slowest: float = 0.0
    excluded: Counter[str] = field(default_factory=Counter)


def spoiled(workbook: Workbook) -> Workbook:
    """Return a workbook with every stored value overwritten, so that nothing can be copied from it."""
    sheets = tuple(
        dataclasses.replace(each, stored=dict.fromkeys(each.stored, "overwritten"))
        for each in workbook.sheets
    )
    return dataclasses.replace(workbook, sheets=sheets)


def measured(corpus: Path) -> Iterator[tuple[str, Parity | None, float]]:
    """Yield each workbook's kind and how it compares (None where it is refused), with the seconds taken."""
    with (corpus / "INDEX.csv").open(encoding="utf-8", newline="") as lines:
        rows = [(row["path"], row["kind"]) for row in csv.DictReader(lines)]
    for path, kind in rows:
        began = time.process_time()
        try:
            workbook = open_workbook(corpus / path)
            parity = compare(Model(spoiled(workbook), NOW), workbook)
        except TieoutError:
            parity = None
        yield kind, parity, time.process_time() - began


def _kind_of(value: Value) -> str:
    if isinstance(value, ExcelError):
        return value.code
    return {bool: "a boolean", float: "a number", str: "a text"}.get(type(value), "blank")


def cause_of(difference: Difference) -> str:
    """Return a difference's cause without a workbook's content: its function and the two kinds."""
    if difference.cause != "formula":
        return "a cell upstream that differs" if difference.cause.startswith("upstream") else difference.cause
    words = difference.formula.replace("_xlfn.", "").replace("_xlws.", "").lstrip("=+-(")
    name = words.partition("(")[0]
    called = name if "(" in words and name.replace(".", "").isalnum() and name.isupper() else "other formula"
    stored, computed = _kind_of(difference.stored), _kind_of(difference.computed)
    return f"{called}: Excel {stored}, engine {'another' if stored == computed else computed}"


def page(corpus: Path) -> str:
    """Return the report."""
    totals: dict[str, Total] = {}
    causes: dict[str, Counter[str]] = {}
    reasons: Counter[str] = Counter()
    for kind, parity, seconds in measured(corpus):
        total = totals.setdefault(kind, Total())
        _count(total, parity, seconds)
        if parity is not None:
            causes.setdefault(kind, Counter()).update(cause_of(each) for each in parity.differences)
            reasons.update(_reason(lost.reason) for lost in parity.not_evaluated)
    return "\n".join([_HEAD, *_totals(totals), *_excluded(totals), *_lost(reasons), *_causes(causes), _TAIL])


def _count(total: Total, parity: Parity | None, seconds: float) -> None:
    total.workbooks += 1
    total.slowest = max(total.slowest, seconds)
    if parity is None:
        total.refused += 1
        return
    total.clean += parity.compared == parity.matched
    total.whole += parity.compared == parity.matched and not parity.not_evaluated
    total.cells += parity.formula_cells
    total.compared += parity.compared
    total.matched += parity.matched
    total.lost += len(parity.not_evaluated)
    total.excluded.update(parity.excluded)


def _reason(text: str) -> str:
    """Return why a cell was not evaluated, without the cell and its formula."""
    return text.rpartition("): ")[2] or text


def _totals(totals: dict[str, Total]) -> Iterator[str]:
    yield (
        "| kind | workbooks | every compared cell matches | and every cell is evaluated "
        "| formula cells | compared | matched | share | not evaluated | slowest |"
    )
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for kind, t in sorted(totals.items()):
        share = f"{100 * t.matched / t.compared:.3f} %" if t.compared else ""
        counts = f"{t.workbooks} | {t.clean} | {t.whole} | {t.cells:,} | {t.compared:,} | {t.matched:,}"
        yield f"| {kind} | {counts} | {share} | {t.lost:,} | {t.slowest:.1f} s |"
    refused = sum(t.refused for t in totals.values())
    yield f"\nWorkbooks refused with a message: {refused}.\n"


def _excluded(totals: dict[str, Total]) -> Iterator[str]:
    found: Counter[str] = sum((t.excluded for t in totals.values()), Counter())
    yield "## Left out of the comparison\n\n| reason | cells |\n| --- | --- |"
    yield from (f"| {reason} | {count:,} |" for reason, count in found.most_common())


def _lost(reasons: Counter[str]) -> Iterator[str]:
    yield "\n## Not evaluated\n\n| reason (cells downstream are counted with it) | cells |\n| --- | --- |"
    yield from (f"| {reason} | {count:,} |" for reason, count in reasons.most_common())


def _causes(causes: dict[str, Counter[str]]) -> Iterator[str]:
    yield "\n## Differences by first cause\n\n| kind | cause | cells |\n| --- | --- | --- |"
    for kind, counted in sorted(causes.items()):
        yield from (f"| {kind} | {cause} | {count:,} |" for cause, count in counted.most_common())


_HEAD = """# How real workbooks compare

353 public workbooks, not part of this repository, evaluated from copies in which every stored value was
overwritten, and compared cell by cell with what Excel stored: numbers within 1e-9 (relative, absolute below
1; 1e-7 for `IRR`, `XIRR`, `RATE` and their like, which Excel stops early), all else exactly.

This page is generated: `python -m tests.corpus.report`. Nothing of the workbooks' content is in it.
"""
_TAIL = """
## What is known of the differences, and what will be done

- Of the financial models only `STOCKHISTORY` is not evaluated: it asks a live service, so that it and what
  depends on it will stay listed.
- One workbook stores two values that do not follow from the formulas and values beside them: Excel saved them
  without computing them anew, and nothing in the file tells so. They stay listed as different.
- The `FORECAST.ETS` family is not known to the engine. Excel does not document how it finds the smoothing
  constants, and the values here, of one series that repeats exactly, do not show it: any constants fit them.
- `LINEST` is not evaluated where a column of known x follows from the others. The one case here has nothing
  but constant columns, for which Excel states a perfect fit beside coefficients of 0: no rule for others.
- `HLOOKUP` of keys and rows that both lie in a row, and `UNIQUE` with several conditions, occur once each: a
  single value tells no rule.
- `SUBTOTAL` is not evaluated where it meets hidden rows outside a filter's range: Excel takes a row that was
  hidden while the filter was on for filtered, and the file does not tell which were.
- What a region of the computer decides (the order of day and month in text, the separators that
  `FORMULATEXT` and `TEXT` write) is compared where the file tells it, and else left out where it differs.
"""


def main() -> None:
    """Write the report; say so and leave it alone where no corpus is at hand."""
    corpus = Path(sys.argv[1]) if len(sys.argv) > 1 else CORPUS
    if not (corpus / "INDEX.csv").is_file():
        sys.exit("no corpus beside the repository: the report was left as it is")
    REPORT.write_text(page(corpus), encoding="utf-8")


if __name__ == "__main__":
    main()
