"""The cover: what this is, from which model, scenario and date, and whether it stands."""

from __future__ import annotations

from collections.abc import Sequence

from engine.report.figures import counted
from engine.report.material import Check
from engine.report.sketch import Sketch
from engine.report.specification import Drawn, NoOptions, Page, Surroundings
from engine.report.view import View
from engine.xlsx.tree import Cell

CoverOptions = NoOptions
_WIDTHS = (3.0, 34.0, 76.0, 12.0)


def draw(page: Page, view: View, _: Surroundings) -> tuple[Drawn, ...]:
    """Draw a band with the title, and the facts that a reader checks first."""
    provenance = view.material.provenance
    sketch = Sketch(page.sheet, _WIDTHS)
    for row in range(1, 10):
        sketch.put_row(row, 1, [Cell(None, "cover_band")] * len(_WIDTHS))
    sketch.put(4, 2, Cell(provenance.title, "cover_title"))
    sketch.height(4, 38)
    sketch.put(5, 2, Cell(page.title, "cover_subtitle"))
    sketch.put(
        6, 2, Cell(f"Scenario {provenance.scenario}  ·  {provenance.date:%-d %B %Y}", "cover_subtitle")
    )
    sketch.row = 11
    for label, text, style in _facts(view):
        sketch.table([Cell(label, "row_bold_top"), Cell(text, style)], [])
    sketch.row += 1
    sketch.put(
        sketch.row,
        2,
        Cell("Contents →", "hyperlink", link="'" + view.contents_sheet.replace("'", "''") + "'!A1"),
    )
    sketch.row += 2
    sketch.note(page.purpose)
    return (
        Drawn(sketch.sheet(view.footer), f"{page.title}: {provenance.title}, {provenance.date:%-d %B %Y}"),
    )


def _facts(view: View) -> list[tuple[str, str, str]]:
    provenance = view.material.provenance
    coverage = provenance.coverage
    computed = coverage.formula_cells - len(coverage.not_evaluated)
    facts = [
        ("Made from", provenance.workbook, "row_wrap"),
        ("SHA-256", provenance.sha256, "row_wrap"),
        ("Checks", *_status(view.checks())),
        ("Computed", f"{computed:,} of {coverage.formula_cells:,} formula cells", "row_wrap"),
        ("Equal to the stored values", f"{coverage.matched:,} of {coverage.compared:,} compared", "row_wrap"),
    ]
    return [
        *facts,
        ("Versions", ", ".join(f"{name} {version}" for name, version in provenance.versions), "row_wrap"),
    ]


def _status(checks: Sequence[Check]) -> tuple[str, str]:
    """Return how many checks pass, and the style of the words: where there is none, none passes either."""
    failed = sum(not check.passes for check in checks)
    if not checks:
        return "the workbook has none", "row_wrap"
    if failed:
        return f"{failed} of {counted(len(checks), 'check')} fail", "row_bad"
    return f"all {counted(len(checks), 'check')} pass", "row_good"
