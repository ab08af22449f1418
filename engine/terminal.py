"""How values and audits read on a terminal, and progress for what takes over a second."""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from textwrap import shorten
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn, TimeRemainingColumn
from rich.status import Status
from rich.text import Text

from engine.analysis.results import VERDICT_WORDS, ClaimVerdict
from engine.audit import Audit
from engine.authoring import About
from engine.evaluate.scale.outcomes import Ran
from engine.pipeline import Built, Figure
from engine.report.figures import is_number, kind_of

if TYPE_CHECKING:
    import pandas as pd

PATIENCE = 1.0  # seconds before anything is shown
_SHOWN = 20  # rows of a long list on a terminal; JSON has them all
_STATEMENT = 44  # characters of a claim's statement
_DRIVERS = 3  # likewise, of the drivers that could explain a claim
_WORST_FIRST = (
    "breaks",
    "undetermined",
    "overlaps",
    "wider",
    "within",
    "ties",
)  # so that a cut list loses the least news


def shown(value: object) -> str:
    """Return a value as text with the 15 digits that Excel keeps; blank is "(blank)"."""
    if value is None:
        return "(blank)"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float | int):
        return f"{value:.15g}"
    if isinstance(value, tuple):
        return "\n".join("  ".join(shown(cell) for cell in row) for row in value)
    return str(value)


def columns(rows: Iterable[Sequence[str]]) -> str:
    """Return rows of text in aligned columns, two spaces apart."""
    table = [tuple(row) for row in rows]
    if not table:
        return ""
    widths = [max(len(row[place]) for row in table) for place in range(len(table[0]))]
    lines = ("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) for row in table)
    return "\n".join(line.rstrip() for line in lines)


_KINDS = {
    "business": "Businesses: choose one or more",
    "overview": "Over several businesses, which they bring along",
    "part": "Parts, brought along where a business needs them; alone for a part of an analysis",
}


def models_text(models: Iterable[About]) -> str:
    """Return what ``tieout new --list`` prints: id, title and purpose, businesses before their parts."""
    known = list(models)
    lines = columns((one.id, one.title, one.purpose) for one in known).splitlines()
    groups = []
    for kind, heading in _KINDS.items():
        listed = [line for one, line in zip(known, lines, strict=True) if one.kind == kind]
        groups += [heading, *listed, ""]
    return "\n".join(groups).rstrip()


def build_text(built: Built) -> str:
    """Return what ``tieout build`` prints: the files, then what their reader should know at once."""
    lines = [f"{path}  ({sum(built.seconds.values()):.1f} s)" for path in built.paths]
    if built.claims:
        lines.append(f"Claims: {verdict_counts(built.claims)}")
    if built.errors:
        more = f"; {len(built.errors) - 1} more in tieout check" if len(built.errors) > 1 else ""
        lines.append(f"Excel errors begin at {built.errors[0]}{more}")
    if built.failed_checks:
        lines.append(f"Checks that fail: {', '.join(built.failed_checks)}")
    if built.parity.not_evaluated or built.parity.differences:
        missing, differing = len(built.parity.not_evaluated), len(built.parity.differences)
        lines.append(
            f"{missing} cells not evaluated, {differing} differ from their stored values; see tieout check"
        )
    if built.unsettled:
        lines.append(unsettled_text(built.unsettled))
    return "\n".join(lines)


def unsettled_text(cells: Sequence[str]) -> str:
    """Return what to know of circular references that did not settle."""
    return (
        f"{len(cells)} cells of circular references do not settle: don't rely on what reads them; "
        "see tieout check"
    )


def figures_text(figures: Sequence[Figure]) -> str:
    """Return what ``tieout calc`` prints: a line per figure, and the rows of a range below its name."""
    if not figures:
        return "No figure to print: the workbook names none; ask for cells, such as --get Sheet1!B7"
    rows = []
    for figure in figures:
        if figure.missing:
            rows.append((figure.name, "not evaluated", figure.missing))
        elif isinstance(figure.value, tuple):
            rows.append((figure.name, "", ""))
            rows += [("", line, "") for line in shown(figure.value).splitlines()]
        else:
            value, unit = _with_percent(figure.value, figure.unit)
            rows.append((figure.name, value, " ".join(filter(None, (unit, figure.label)))))
    return columns(rows)


def _with_percent(value: object, unit: str) -> tuple[str, str]:
    """Return a figure and its unit as text: 0.412 of unit "% of price" is "41.2%" and "of price"."""
    if kind_of(unit) != "percent" or not is_number(value):
        return shown(value), unit
    return f"{shown(float(value) * 100)}%", unit.replace("%", "", 1).strip()


def audit_text(audit: Audit) -> str:
    """Return what ``tieout check`` prints on a terminal: each part's verdict, then what is wrong with it."""
    return "\n\n".join(
        part
        for part in (_parity_text(audit), _findings_text(audit), _checks_text(audit), _claims_text(audit))
        if part
    )


def _listed(rows: Sequence[Sequence[str]]) -> str:
    more = len(rows) - _SHOWN
    table = "\n".join(f"  {line}" for line in columns(rows[:_SHOWN]).splitlines())
    return table + (f"\n  ... and {more} more; --json has them all" if more > 0 else "")


def _parity_text(audit: Audit) -> str:
    parity = audit.parity
    excluded = ", ".join(f"{count} {reason}" for reason, count in parity.excluded.items() if count)
    lines = [
        f"Parity: {parity.matched} of {parity.compared} stored values match their computed ones"
        f" ({parity.formula_cells} formula cells" + (f"; not compared: {excluded})" if excluded else ")")
    ]
    if parity.differences:
        different = [
            (row.cell, f"stored {shown(row.stored)}", f"computed {shown(row.computed)}", row.cause)
            for row in parity.differences
        ]
        lines.append(_listed(different))
    if parity.not_evaluated:
        reasons = Counter((row.reason, ", ".join(row.outputs)) for row in parity.not_evaluated)
        rows = [
            (f"{count} cells", reason, reach and f"touches {reach}")
            for (reason, reach), count in reasons.items()
        ]
        lines.append(f"Not evaluated: {len(parity.not_evaluated)} cells\n{_listed(rows)}")
    return "\n".join(lines)


def _findings_text(audit: Audit) -> str:
    if not audit.findings:
        return "Findings: none"
    rows = [(found.severity, found.rule, found.cell, found.message) for found in audit.findings]
    return f"Findings: {len(rows)}\n{_listed(rows)}"


def _checks_text(audit: Audit) -> str:
    if not audit.checks:
        return "Checks: the workbook has none (defined names check_labels and check_values)"
    failed = [row for row in audit.checks if not row.passes]
    head = f"Checks: {len(audit.checks) - len(failed)} of {len(audit.checks)} pass"
    return head + (
        "\n" + _listed([(row.cell, row.label, shown(row.value)) for row in failed]) if failed else ""
    )


def _claims_text(audit: Audit) -> str:
    if not audit.contract_read:
        return "Claims: not judged, because the contract tables hold mistakes; see the findings"
    if not audit.claims:
        return "Claims: the workbook has none (table Claims)"
    counts = verdict_counts(audit.claims)
    worst_first = sorted(audit.claims, key=lambda claim: _WORST_FIRST.index(claim.verdict))
    rows = [_claim_row(claim) for claim in worst_first if claim.verdict not in ("ties", "within")]
    return f"Claims: {counts}" + ("\n" + _listed(rows) if rows else "")


def verdict_counts(claims: Iterable[ClaimVerdict]) -> str:
    """Return how many claims tie, overlap, break or are undetermined, as "12 tie, 3 are wider, 1 breaks"."""
    counts = Counter(claim.verdict for claim in claims)
    return ", ".join(
        f"{counts[verdict]} {one if counts[verdict] == 1 else many}"
        for verdict, (one, many) in VERDICT_WORDS.items()
        if counts[verdict]
    )


def _claim_row(claim: ClaimVerdict) -> tuple[str, ...]:
    computed = "nothing" if claim.computed is None else _interval(claim.computed)
    return (
        claim.id,
        claim.verdict,
        f"{shorten(claim.statement, _STATEMENT, placeholder=' ...')}  ({claim.unit})",
        f"stated {_interval(claim.stated)}",
        f"computed {computed}",
        _would_hold(claim),
    )


def _interval(ends: tuple[float, float]) -> str:
    low, high = (f"{end:.6g}" for end in ends)
    if not math.isfinite(ends[0]):
        return f"at most {high}"
    if not math.isfinite(ends[1]):
        return f"at least {low}"
    return low if low == high else f"{low} to {high}"


def _would_hold(claim: ClaimVerdict) -> str:
    """Return what would have to be true for a claim that breaks; one that overlaps holds somewhere."""
    if claim.verdict != "breaks":
        return claim.reason
    held = [
        f"{row.driver} = {row.value:.4g}" + ("" if row.in_range else " (outside its range)")
        for row in claim.would_hold
        if row.value is not None
    ]
    more = f", or {len(held) - _DRIVERS} more" if len(held) > _DRIVERS else ""
    if held:
        return "would hold at " + ", or ".join(held[:_DRIVERS]) + more
    return claim.reason or ("no driver alone makes it hold" if claim.would_hold else "")


def ran_text(ran: Ran) -> str:
    """Return what ``tieout run`` prints: the results' place and the summary, then what to know of the run."""
    speed = f"{ran.scenarios / max(ran.seconds, 1e-9):,.0f} a second"
    lines = [f"{ran.path}  ({ran.scenarios:,} scenarios, {ran.seconds:.1f} s, {speed})"] if ran.path else []
    if ran.summary is not None:
        lines.append(_summary_text(ran.summary, ran.scenarios))
    for reason, number in ran.fallbacks.items():
        lines.append(f"{number:,} scenarios were evaluated one by one: {reason}")
    if ran.unsettled:
        lines.append(
            f"{ran.unsettled:,} scenarios have circular references that do not settle: do not rely on them"
        )
    if ran.losses:
        lines.append(f"Workers went away {ran.losses} times; their scenarios were computed again")
    return "\n".join([*lines, *ran.notes])


def _summary_text(summary: pd.DataFrame, scenarios: int) -> str:
    head = ("", *map(str, summary.index))
    rows = [(str(name), *(f"{value:,.6g}" for value in summary[name])) for name in summary.columns]
    return f"Summary of {scenarios:,} scenarios\n{columns([head, *rows])}"


class _Rate(ProgressColumn):
    """Scenarios per second, once it is known."""

    def render(self, task: Task) -> Text:
        """Return the rate as text."""
        return Text(f"{task.speed:,.0f} a second" if task.speed else "")


@contextmanager
def scenario_progress(console: Console | None = None) -> Iterator[Callable[[int, int], None] | None]:
    """Yield what to call with scenarios done and to do: their rate and the time left, on a terminal."""
    console = console or Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    parts = (
        TextColumn("{task.completed:,.0f} of {task.total:,.0f} scenarios"),
        BarColumn(),
        _Rate(),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with Progress(*parts, console=console, transient=True) as bar:
        task: list[TaskID] = []

        def show(done: int, total: int) -> None:
            if not task:
                task.append(bar.add_task("", total=total))
            bar.update(task[0], completed=done)

        yield show


@contextmanager
def progress(quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """Yield what to call with each stage's name; it shows on a terminal, after a second."""
    console = Console(stderr=True)
    status = Status("Working ...", console=console)
    timer = threading.Timer(PATIENCE, status.start)
    timer.daemon = True
    if console.is_terminal and not quiet:
        timer.start()
    try:
        yield lambda stage: status.update(f"{stage} ...")
    finally:
        timer.cancel()
        status.stop()
