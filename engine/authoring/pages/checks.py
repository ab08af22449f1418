"""The Checks sheet: each check a row that is 0 where it passes, and the master check over all."""

from __future__ import annotations

from engine.authoring.context import (
    CHECK_COLUMNS,
    CHECK_TOP,
    CHECKS,
    DECIMALS_ROW,
    MASTER_ROW,
    TOLERANCE_ROW,
    Context,
)
from engine.authoring.formula import Here
from engine.authoring.layout import OPENING, TOP
from engine.authoring.pages.draft import Draft
from engine.core.address import column_letters, quote_sheet
from engine.xlsx.tree import Area, Highlight, PrintSetup, Sheet

TOLERANCE, DECIMALS = 1e-4, 4


def checks_sheet(context: Context) -> tuple[Sheet, int]:
    """Return the Checks sheet and the number of its checks."""
    draft = Draft(CHECKS)
    draft.heading("Checks", "Each measure should be zero; the master check counts the others.")
    rows = _rows(context)
    last = CHECK_TOP + len(rows)
    value = column_letters(CHECK_COLUMNS["value"])
    draft.put(MASTER_ROW, 1, "Master check: how many checks do not pass", "label_bold")
    master = f"=SUM({value}{CHECK_TOP + 1}:{value}{last})"
    draft.put(MASTER_ROW, CHECK_COLUMNS["value"], formula=master, style="total", number_format="integer")
    settings = (
        (TOLERANCE_ROW, "Tolerance of comparisons within a check", TOLERANCE),
        (DECIMALS_ROW, "Decimals to which a measure is rounded before it must be zero", DECIMALS),
    )
    for row, label, setting in settings:
        draft.put(row, 1, label, "label")
        draft.put(row, CHECK_COLUMNS["value"], setting, "input", number_format="general")
    draft.put(CHECK_TOP, 1, "check", "header")
    draft.row(CHECK_TOP, 2, ("measure", "0 = passes"), "header_right")
    draft.put(CHECK_TOP, 4, "status", "header")
    for row, (label, formula) in enumerate(rows, start=CHECK_TOP + 1):
        _check(draft, row, label, formula)
    status = Area(CHECKS, CHECK_TOP + 1, CHECK_COLUMNS["status"], last, CHECK_COLUMNS["status"])
    first = f"${value}{CHECK_TOP + 1}"
    draft.highlights += [Highlight(status, f"{first}=0", "good"), Highlight(status, f"{first}<>0", "bad")]
    widths = ((1, 96.0), (2, 22.0), (3, 12.0), (4, 12.0))
    print_setup = PrintSetup(repeat_rows=(CHECK_TOP, CHECK_TOP))
    return draft.sheet(widths=widths, freeze=(CHECK_TOP + 1, 2), print_setup=print_setup), len(rows)


def _check(draft: Draft, row: int, label: str, formula: str) -> None:
    draft.put(row, CHECK_COLUMNS["label"], label, "label")
    measure = f"=ROUND({formula.removeprefix('=')},check_decimals)"
    draft.put(row, CHECK_COLUMNS["measure"], formula=measure, style="calc", number_format="general")
    passes = f"=IF(ISNUMBER(B{row}),IF(B{row}=0,0,1),1)"
    draft.put(row, CHECK_COLUMNS["value"], formula=passes, style="calc", number_format="integer")
    draft.put(row, CHECK_COLUMNS["status"], formula=f'=IF(C{row}=0,"pass","fail")', style="calc")


def _rows(context: Context) -> list[tuple[str, str]]:
    rows = []
    for template in context.model.templates:
        for number, check in enumerate(template.check, start=1):
            here = Here(CHECKS, fixed="")  # a check is one cell, so that nothing has to stay where it is
            made = context.formula(check.formula, here, f"{template.file}: check[{number}]")
            rows.append((check.label, made.text))
    return [*rows, *_no_errors(context)]


def _no_errors(context: Context) -> list[tuple[str, str]]:
    """Return a check per model sheet that it holds no error cell: a sum passes on any error it meets."""
    rows = []
    for sheet in context.model.sheets:
        last = column_letters(context.layout.last_column(sheet.name))
        area = f"${column_letters(OPENING)}${TOP}:${last}${context.layout.last_row(sheet.name)}"
        formula = f"=IF(ISERROR(SUM({quote_sheet(sheet.name)}!{area})),1,0)"
        rows.append((f"{sheet.name}: no cell holds an error", formula))
    return rows
