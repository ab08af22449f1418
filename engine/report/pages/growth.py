"""Growth by month: users, revenue, profit and cash over the horizon, and the funding that the plan needs."""

from __future__ import annotations

from engine.report.figures import is_number, numbers_of, text_of
from engine.report.pages.rowpage import Found, RowOptions, draw_rows, line_of
from engine.report.specification import Drawn, Page, Surroundings
from engine.report.view import View


def draw(page: Page, view: View, _: Surroundings) -> tuple[Drawn, ...]:
    """Draw growth; ``about`` names the monthly result that turns positive and the cash balance."""
    return draw_rows(page, view, _finding)


def _finding(options: RowOptions, view: View, found: Found) -> str:
    del view
    result, cash = options.about[:2]
    label = line_of(options, result).label
    month = _turns(found[result])
    turn = (
        f"{label} turns positive for good in month {month}"
        if month
        else f"{label} is not yet positive at the end"
    )
    balances = numbers_of(found[cash])
    if not balances:
        return turn
    lowest = min(balances)
    if lowest >= 0:
        return f"{turn}; cash never falls below {text_of(lowest, '$')}"
    at = balances.index(lowest) + 1
    return f"{turn}; cash is lowest at {text_of(lowest, '$')} in month {at}, which is the funding need"


def _turns(values: tuple[object, ...]) -> int | None:
    """Return the first month from 1 after which no value is negative, None where the last one is."""
    last = max((n for n, value in enumerate(values, 1) if not is_number(value) or value < 0), default=0)
    return last + 1 if last < len(values) else None
