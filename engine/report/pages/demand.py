"""Demand by price: users, revenue and profit at each price, and the prices that make most of both."""

from __future__ import annotations

from dataclasses import dataclass

from engine.core.values import Value
from engine.report.figures import numbers_of, text_of
from engine.report.pages.rowpage import Found, RowOptions, draw_rows
from engine.report.specification import Drawn, Page, Surroundings
from engine.report.view import View

_STATED = "stated"


@dataclass(frozen=True, slots=True)
class DemandOptions(RowOptions):
    """``stated`` names a row that says of each price "stated", or what its figures rest on instead."""

    stated: str = ""


def draw(page: Page, view: View, _: Surroundings) -> tuple[Drawn, ...]:
    """Draw demand; ``about`` names the revenue and the profit row."""
    return draw_rows(page, view, _finding)


def _finding(options: RowOptions, view: View, found: Found) -> str:
    del view
    assert isinstance(options, DemandOptions)
    prices = found[options.axis.name]
    marks = found.get(options.stated, (_STATED,) * len(prices))
    revenue, profit = (_best(found[name]) for name in options.about[:2])
    if revenue == profit:
        return (
            f"Revenue and profit are both highest at {_said(prices, marks, revenue)} among the prices shown"
        )
    at = f"{_said(prices, marks, revenue)}, profit at {_said(prices, marks, profit)}"
    return f"Revenue is highest at {at} among the prices shown"


def _best(values: tuple[Value, ...]) -> int | None:
    """Return the place of the largest value, None where there is no number."""
    top = max(numbers_of(values), default=None)
    return None if top is None else values.index(top)


def _said(prices: tuple[Value, ...], marks: tuple[Value, ...], place: int | None) -> str:
    """Return the price at a place, with its mark where no source states it."""
    if place is None:
        return text_of(None, "$")
    price, mark = text_of(prices[place], "$"), marks[place]
    return price if mark == _STATED else f"{price} ({mark})"
