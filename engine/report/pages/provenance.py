"""Provenance: the workbook behind the pack, versions, coverage, known limits, sources and legend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from engine.core.values import Value
from engine.report.figures import counted
from engine.report.material import Coverage
from engine.report.sketch import Sketch
from engine.report.specification import Drawn, Page, Surroundings
from engine.report.view import View
from engine.xlsx.tree import Cell

_WIDTHS = (2.0, 48.0, 92.0, 20.0)
_MOST = 40
_ELSEWHERE = "the workbook has nothing that they show"
_NO_SOURCE = "no source given"
_LEGEND = (
    ("input_legend", "1,234", "an input, typed by the analyst in the workbook"),
    ("row", "1,234", "a figure that the model computes"),
    ("row_good", "1,234", "better than base, or a check that passes"),
    ("row_bad", "1,234", "worse than base, or a check that fails"),
    ("boxed", "1,234", "the base case in a sensitivity grid"),
    (
        "row",
        "(1,234)",
        "a negative figure (−1,234 in a sentence); – zero; n/a can't be computed; #DIV/0! the model's own",
    ),
    (
        "row",
        "12.4K",
        "on summary pages, figures to three significant digits: K thousand, M million, B billion",
    ),
)


def draw(page: Page, view: View, surroundings: Surroundings) -> tuple[Drawn, ...]:
    """Draw where every figure comes from and everything that the pack does not show."""
    provenance = view.material.provenance
    finding = f"Every figure comes from {provenance.workbook}, which was read and not changed"
    sketch = Sketch(page.sheet, _WIDTHS)
    sketch.head(view, page, finding)
    _section(sketch, "Source", _source(view))
    _section(sketch, "Coverage", _coverage(provenance.coverage))
    _limits(sketch, view, surroundings)
    _sources(sketch, view)
    sketch.heading("Legend", 3)
    for style, sample, meaning in _LEGEND:
        sketch.put_row(sketch.row, 2, [Cell(sample, style), Cell(meaning, "row")])
        sketch.row += 1
    return (Drawn(sketch.sheet(view.footer), finding),)


def _section(sketch: Sketch, title: str, rows: Iterable[tuple[str, Value, str]]) -> None:
    sketch.heading(title, 3)
    for label, value, shown in rows:
        style = "row_left" if not isinstance(value, str) else "row_wrap"
        sketch.table([Cell(label, "row_bold_top"), Cell(value, style, shown)], [])
    sketch.row += 1


def _source(view: View) -> list[tuple[str, Value, str]]:
    provenance = view.material.provenance
    rows: list[tuple[str, Value, str]] = [
        ("Workbook", provenance.workbook, "text"),
        ("SHA-256", provenance.sha256, "text"),
        ("Scenario", provenance.scenario, "text"),
        ("Model date", f"{provenance.date:%-d %B %Y}", "text"),
    ]
    rows += [(f"Version of {name}", version, "text") for name, version in provenance.versions]
    seed = (
        "none: nothing in this pack is drawn at random" if provenance.seed is None else str(provenance.seed)
    )
    return [
        *rows,
        ("Seed", seed, "text"),
        ("Change log", "kept by the analyst in the workbook; this pack changes nothing in it", "text"),
    ]


def _coverage(coverage: Coverage) -> list[tuple[str, Value, str]]:
    computed = coverage.formula_cells - len(coverage.not_evaluated)
    rows: list[tuple[str, Value, str]] = [
        ("Formula cells", coverage.formula_cells, "integer"),
        ("Computed", computed, "integer"),
        ("Not computed", len(coverage.not_evaluated), "integer"),
        ("Held against stored values", coverage.compared, "integer"),
        ("Equal to the stored value", coverage.matched, "integer"),
        ("Different", len(coverage.differences), "integer"),
        ("Left out of the comparison", sum(int(count) for _, count in coverage.excluded), "integer"),
    ]
    return rows


def _limits(sketch: Sketch, view: View, surroundings: Surroundings) -> None:
    provenance, results = view.material.provenance, view.material.results
    coverage = provenance.coverage
    rows = [("Page left out", f"{title}: {why}") for title, why in surroundings.left_out]
    if surroundings.elsewhere:
        rows.append(("Pages about other models", f"{', '.join(surroundings.elsewhere)}: {_ELSEWHERE}"))
    rows += [("Analysis not run", str(one)) for one in results.findings]
    rows += _cells("Cell not computed", coverage.not_evaluated)
    rows += _cells("Cell differs from its stored value", coverage.differences)
    rows += [("Cells not compared", f"{count}: {reason}") for reason, count in coverage.excluded]
    rows += [("Limit", text) for text in provenance.limits]
    _section(
        sketch,
        "Known limits",
        [(label, text, "text") for label, text in rows]
        or [("None", "every cell computed, every page drawn", "text")],
    )


def _cells(label: str, cells: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    rows = [(label, f"{cell}: {reason}") for cell, reason in cells[:_MOST]]
    hidden = len(cells) - _MOST
    return (
        [*rows, (label, f"and {counted(hidden, 'more cell')}, listed by tieout check")]
        if hidden > 0
        else rows
    )


def _sources(sketch: Sketch, view: View) -> None:
    contract = view.material.contract
    assumptions = Counter(row.source or _NO_SOURCE for row in contract.assumptions)
    claims = Counter(row.source or _NO_SOURCE for row in contract.claims)
    known = dict(view.material.sources)
    rows: list[tuple[str, Value, str]] = []
    for source in sorted({*assumptions, *claims}):
        parts = [known.get(source, "")]
        parts += [counted(assumptions[source], "assumption")] if assumptions[source] else []
        parts += [counted(claims[source], "claim")] if claims[source] else []
        rows.append((source, " · ".join(part for part in parts if part), "text"))
    if rows:
        _section(sketch, "Sources", rows)
