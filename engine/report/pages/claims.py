"""Claims: what the documents state against what the model computes, and what would have to be true."""

from __future__ import annotations

import math

from engine.analysis.results import VERDICT_WORDS, ClaimVerdict, WouldHold
from engine.report.figures import between, column_format, counted, inside, text_of
from engine.report.sketch import Sketch
from engine.report.specification import Drawn, Page, Surroundings
from engine.report.view import LeftOut, View
from engine.xlsx.tree import Cell

_WIDTHS = (2.0, 7.0, 50.0, 13.0, 10.0, 10.0, 10.0, 10.0, 10.0, 11.0, 60.0)
_HEADINGS = {
    "breaks": "Breaks: the computed interval has nothing of what is stated",
    "overlaps": "Overlaps: the computed interval has part of what is stated, and some of its own",
    "wider": "Wider than stated: the computed interval has all that is stated, and more",
    "within": "Within: the computed interval lies inside what is stated, so the claim holds in every case",
    "ties": "Ties: both ends computed as stated",
    "undetermined": "Can't be determined",
}
_MOST = 3
_SOMETIMES = ("within", "wider", "undetermined")
_OPEN = "open"
_MEANING = (
    "Ties: both ends of the computed interval lie within the stated precision. Within: it lies inside what "
    "is stated. Wider: it has all that is stated, and more. Overlaps: the two share values, and each has "
    "some of its own. Breaks: they share none. The computed interval is the result over the low and high of "
    "the claim's own drivers; open is an end that the document leaves open (at least, at most). What would "
    "have to be true: one driver alone at another value than its base (in brackets, with its range where the "
    "value lies outside), the others at base."
)


def draw(page: Page, view: View, _: Surroundings) -> tuple[Drawn, ...]:
    """Draw the count of verdicts first, then the claims by verdict with their remedies, breaks first."""
    claims = view.material.results.claims
    if not claims:
        raise LeftOut("the workbook states no claims (table Claims)")
    finding = _finding(claims)
    sketch = Sketch(page.sheet, _WIDTHS)
    sketch.head(view, page, finding)
    _count(sketch, claims)
    sketch.note(_MEANING)
    sketch.row += 1
    heads = ("Stated, low", "Stated, high", "Computed, low", "Computed, high", "At base")
    headers = [Cell("Claim", "header"), Cell("Statement", "header"), Cell("Unit", "header_indent")]
    headers += [*(Cell(text, "header_right") for text in heads), Cell("Verdict", "header_center")]
    headers.append(Cell("Why, and what would have to be true", "header_indent"))
    parts = [(text, [_row(c) for c in claims if c.verdict == verdict]) for verdict, text in _HEADINGS.items()]
    sketch.freeze(sketch.grouped(headers, [(text, rows) for text, rows in parts if rows]))
    return (Drawn(sketch.sheet(view.footer), finding),)


def _tally(claims: tuple[ClaimVerdict, ...]) -> dict[str, int]:
    return {verdict: sum(claim.verdict == verdict for claim in claims) for verdict in VERDICT_WORDS}


def _finding(claims: tuple[ClaimVerdict, ...]) -> str:
    tally = _tally(claims)
    parts = [
        f"{tally[verdict]} {one if tally[verdict] == 1 else many}"
        for verdict, (one, many) in VERDICT_WORDS.items()
        if verdict != "undetermined" and (tally[verdict] or verdict not in _SOMETIMES)
    ]
    text = f"Of {counted(len(claims), 'stated figure')}, {', '.join(parts[:-1])} and {parts[-1]}"
    undetermined = tally["undetermined"]
    return text + (f"; {undetermined} can't be determined" if undetermined else "")


def _count(sketch: Sketch, claims: tuple[ClaimVerdict, ...]) -> None:
    tally = _tally(claims).items()
    shown = [(verdict, count) for verdict, count in tally if count or verdict not in _SOMETIMES]
    for number, (verdict, count) in enumerate(shown):
        sketch.put(sketch.row, 5 + number, Cell(f"{count} {verdict}", f"verdict_{verdict}"))
    sketch.put(sketch.row, 2, Cell("Verdicts", "label_bold"))
    sketch.row += 2


def _row(claim: ClaimVerdict) -> list[Cell]:
    low, high = claim.computed if claim.computed is not None else (None, None)
    stated = [end if math.isfinite(end) else _OPEN for end in claim.stated]
    figures = (*stated, low, high, claim.base)
    shown = column_format(claim.unit, figures)
    statement = f"{claim.statement or claim.id} [{claim.source}]"
    cells = [Cell(claim.id, "row_wrap"), Cell(statement, "row_wrap"), Cell(claim.unit, "row_wrap_indent")]
    cells += [Cell("n/a" if value is None else value, "row_top", shown) for value in figures]
    cells.append(Cell(claim.verdict, f"verdict_{claim.verdict}"))
    return [*cells, Cell(" ".join(filter(None, (claim.note, _remedy(claim)))), "row_wrap_indent")]


def _remedy(claim: ClaimVerdict) -> str:
    if claim.reason:
        return claim.reason[0].upper() + claim.reason[1:]
    if claim.verdict == "ties":
        return ""
    if not claim.would_hold:
        return "No driver is named that could explain the gap."
    if all(one.value is not None and one.value == one.base for one in claim.would_hold):
        return "Holds at base; its drivers reach beyond."
    able = sorted(
        (one for one in claim.would_hold if one.value is not None), key=lambda one: not one.in_range
    )
    if not able:
        return "No value of one driver alone makes it hold."
    said = [_changed(one) for one in able[:_MOST]]
    more = f" (+{len(able) - _MOST} more)" if len(able) > _MOST else ""
    return f"Would hold with {'; or '.join(map(inside, said))}{more}."


def _changed(one: WouldHold) -> str:
    text = f"{one.label} {text_of(one.value, one.unit)} (not {text_of(one.base, one.unit)}"
    if one.in_range or one.low is None or one.high is None:
        return text + ")"
    return f"{text}; outside {between(one.low, one.high, one.unit)})"
