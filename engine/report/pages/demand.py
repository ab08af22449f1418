"""Demand by price: users, revenue and profit at each price, and the prices that make most of both."""

from __future__ import annotations

from engine.core.values import Value
from engine.report.figures import numbers_of, text_of
from engine.report.pages.rowpage import Found, RowOptions, draw_rows
from engine.report.specification import Drawn, Page, Surroundings
from engine.report.view import View


def draw(page: Page, view: View, _: Surroundings) -> tuple[Drawn, ...]:
    """Draw demand; ``about`` names the revenue and the profit row."""
    return draw_rows(page, view, _finding)


def _finding(options: RowOptions, view: View, found: Found) -> str:
    del view
    prices = found[options.axis.name]
    revenue, profit = (_best(prices, found[name]) for name in options.about[:2])
    if revenue == profit:
        return f"Revenue and profit are both highest at {text_of(revenue, '$')} among the prices shown"
    at = f"{text_of(revenue, '$')}, profit at {text_of(profit, '$')}"
    return f"Revenue is highest at {at} among the prices shown"


def _best(prices: tuple[Value, ...], values: tuple[Value, ...]) -> Value:
    top = max(numbers_of(values), default=None)
    return next((price for price, value in zip(prices, values, strict=True) if value == top), None)
