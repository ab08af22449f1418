"""The checks: each a row at zero, with their total first."""

from __future__ import annotations

from collections.abc import Sequence

from engine.report.figures import counted
from engine.report.material import Check
from engine.report.sketch import Sketch
from engine.report.specification import Drawn, Page, Surroundings
from engine.report.view import LeftOut, View
from engine.xlsx.tree import Cell

_WIDTHS = (2.0, 74.0, 24.0, 14.0, 26.0)


def draw(page: Page, view: View, _: Surroundings) -> tuple[Drawn, ...]:
    """Draw the workbook's own checks and what the engine found wrong."""
    checks, findings = view.checks(), view.material.findings
    if not checks and not findings:
        raise LeftOut("the workbook has no checks (names check_labels and check_values)")
    failed = [check for check in checks if not check.passes]
    finding = (
        f"All {counted(len(checks), 'check')} pass"
        if not failed
        else f"{len(failed)} of {counted(len(checks), 'check')} fail"
    )
    if not checks:
        finding = "The workbook has no checks of its own"
    sketch = Sketch(page.sheet, _WIDTHS)
    sketch.head(view, page, finding)
    headers = [
        Cell("Check", "header"),
        Cell("Difference (0 passes)", "header_right"),
        Cell("Status", "header_center"),
    ]
    if checks:
        sketch.freeze(sketch.grouped([*headers, Cell("Cell", "header_indent")], _groups(checks)))
    if findings:
        sketch.row += 1
        sketch.heading("Findings")
        heads = [Cell(text, "header") for text in ("What", "Where", "Severity", "Rule")]
        told = [
            [
                Cell(one.message, "row_wrap"),
                Cell(one.cell, "row_wrap"),
                Cell(one.severity, "row_wrap"),
                Cell(one.rule, "row_wrap"),
            ]
            for one in findings
        ]
        sketch.table(heads, told)
    return (Drawn(sketch.sheet(view.footer), finding),)


def _groups(checks: Sequence[Check]) -> list[tuple[str, list[list[Cell]]]]:
    """Return the checks that fail first, the others by the words that stand before a colon in their label."""
    failed = [check for check in checks if not check.passes]
    groups: dict[str, list[list[Cell]]] = {"Not passed": [_row(check, check.label) for check in failed]}
    for check in checks:
        part, colon, said = check.label.partition(": ")
        if check.passes:
            groups.setdefault(part if colon else "", []).append(_row(check, said if colon else check.label))
    return [(part, rows) for part, rows in groups.items() if rows]


def _row(check: Check, said: str) -> list[Cell]:
    status = ("pass", "check_ok") if check.passes else ("FAIL", "check_bad")
    return [
        Cell(said[:1].upper() + said[1:], "row_label"),
        Cell(check.value, "row", "check"),
        Cell(*status),
        Cell(check.cell, "row_muted_indent"),
    ]
