"""The first two sheets: the cover with its legend, and the contents with links."""

from __future__ import annotations

from collections.abc import Sequence

from engine.authoring.context import Context
from engine.authoring.layout import PURPOSE_ROW, TITLE_ROW
from engine.authoring.pages.draft import SCENARIO_SHOWN, Draft
from engine.xlsx.tree import PrintSetup, Sheet

_LEGEND = (
    ("1,234", "input", "Blue on a pale fill: an input, typed here and nowhere else"),
    ("1,234", "calc", "Black: a formula"),
    ("1,234", "link", "Green: repeats a cell of another sheet"),
    ("1,234", "external", "Red: comes from another workbook (this one has none)"),
    ("1,234", "total", "Bold under a rule: a total"),
    ("pass", "good", "A check that passes"),
    ("fail", "bad", "A check that does not pass"),
)
_CONVENTIONS = (
    "Revenue, cost and people are positive; a cost is subtracted where profit is formed.",
    "Negative numbers stand in parentheses, a dash is zero.",
    "Amounts are US dollars, nominal, before tax and interest.",
    "Cost per user is per hosted user and month unless the unit says otherwise.",
    "One formula runs across each row; the first column may look back at the opening column.",
    "Low and high are each input's own range; live is the base unless the active scenario gives another.",
    "Names: every input and headline figure has a defined name; other cells are referred to by address.",
    "To change the model, type in Assumptions or Scenarios.",
    "To have more worked out, add rows to Analyses, Phases or Claims.",
)


def cover_sheet(context: Context) -> Sheet:
    """Return the cover: what the model is for, its scenario and status, how to read it."""
    draft = Draft("Cover")
    model = context.model
    draft.put(TITLE_ROW, 1, model.title, "title")
    draft.put(PURPOSE_ROW, 1, model.purpose, "subtitle")
    draft.put(4, 1, formula=SCENARIO_SHOWN, style="label_bold")
    draft.status(5, 1)
    if "model_date" in model.assumptions:
        draft.put(6, 1, "First month", "label")
        draft.put(6, 2, formula="=model_date", style="link", number_format="month")
    row = _rows(draft, 8, "Business models in this workbook", _modules(context))
    draft.put(row, 1, "Colours", "heading")
    draft.row(row, 2, (None, None), "heading")
    for down, (sample, style, meaning) in enumerate(_LEGEND, start=1):
        draft.put(row + down, 1, sample, style)
        draft.put(row + down, 2, meaning, "label")
        draft.put(row + down, 3)
    row = _rows(draft, row + len(_LEGEND) + 2, "Conventions", [("", text) for text in _CONVENTIONS])
    changes = [
        ("1", "First composed from the business model templates; the workbook is the analyst's from here on.")
    ]
    _rows(draft, row, "Change log", changes)
    return draft.sheet(widths=((1, 34.0), (2, 14.0), (3, 106.0)), print_setup=PrintSetup(pages_tall=1))


def _modules(context: Context) -> list[tuple[str, str]]:
    """Return the parts of the workbook; a template that only lays others side by side is the whole."""
    own = [one for one in context.model.templates if one.assumption or one.model.title != context.model.title]
    return [(one.model.title, one.model.purpose) for one in own]


def _rows(draft: Draft, row: int, title: str, rows: Sequence[tuple[str, str]]) -> int:
    draft.put(row, 1, title, "heading")
    draft.row(row, 2, (None, None), "heading")
    for down, (left, right) in enumerate(rows, start=1):
        draft.put(row + down, 1, left, "label")
        draft.put(row + down, 2, right, "label")
    return row + len(rows) + 2


def contents_sheet(entries: Sequence[tuple[str, str]]) -> Sheet:
    """Return the contents: every sheet with a link and its purpose."""
    draft = Draft("Contents")
    draft.heading("Contents", "Every sheet of this workbook; click a name to go there.")
    draft.row(6, 1, ("sheet", "what it holds"), "header")
    for row, (name, purpose) in enumerate(entries, start=7):
        draft.put(row, 1, name, "hyperlink", link=f"{name}!A1")
        draft.put(row, 2, purpose, "label")
    return draft.sheet(widths=((1, 30.0), (2, 120.0)), freeze=(7, 1))
