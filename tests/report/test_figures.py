"""Figures in sentences and the formats that units ask for."""

from __future__ import annotations

import math

import pytest

from engine.core.values import DIV0, Value
from engine.report.figures import (
    between,
    column_format,
    counted,
    headline_format,
    inside,
    kind_of,
    shown_width,
    stated,
    text_of,
    titled,
)
from engine.report.pages.rows import axis_format


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (5.1, "$/user/month", "$5.10"),
        (10.0, "$", "$10"),
        (0.4, "$/hour", "$0.40"),
        (0.164, "$/hour", "$0.164"),
        (12.345, "$", "$12.35"),
        (-1_414_000.0, "$", "−$1.41M"),
        (999_999.0, "$", "$1M"),
        (12_437.0, "users", "12.4K"),
        (400.0, "users", "400"),
        (13.0, "months", "13"),
        (0.432, "% of price", "43.2%"),
        (-0.05, "%", "−5%"),
        (3.25, "x", "3.25x"),
        (2026.0, "year", "2026"),
        (0.0, "$", "$0"),
        (4.2e9, "users", "4.2B"),
        (DIV0, "$", "#DIV/0!"),
        (math.nan, "$", "n/a"),
        (None, "$", "blank"),
        (True, "", "yes"),
        ("Base", "", "Base"),
    ],
)
def test_text_of(value: Value, unit: str, text: str) -> None:
    """A figure reads as a person would write it, to three digits."""
    assert text_of(value, unit) == text


@pytest.mark.parametrize(
    ("unit", "kind"),
    [
        ("$/month", "money"),
        ("USD", "money"),
        ("% per month", "percent"),
        ("share of users", "percent"),
        ("x", "multiple"),
        ("year", "year"),
        ("users", "number"),
        ("", "number"),
    ],
)
def test_kind_of(unit: str, kind: str) -> None:
    """A unit says what it measures."""
    assert kind_of(unit) == kind


@pytest.mark.parametrize(
    ("unit", "values", "shown"),
    [
        ("$", (5.0, 12.5), "money2"),
        ("$", (1e4, 2.5), "money"),
        ("$", (0.05,), "money3"),
        ("$", (0.002,), "money4"),
        ("%", (0.05, 0.5), "percent"),
        ("%", (0.055,), "percent1"),
        ("%", (0.0012,), "percent2"),
        ("users", (1.0, 2.0), "integer"),
        ("users", (1234.5,), "integer"),
        ("GB", (2.5,), "decimal2"),
        ("GB", (0.25,), "decimal3"),
        ("GB", (0.0025,), "factor"),
        ("$", (DIV0,), "money2"),
        ("x", (2.0,), "multiple"),
    ],
)
def test_column_format(unit: str, values: tuple[Value, ...], shown: str) -> None:
    """One format suits a whole column."""
    assert column_format(unit, values) == shown


@pytest.mark.parametrize(
    ("unit", "value", "shown"),
    [
        ("$", 5.125, "money2"),
        ("$", 51.25, "money2"),
        ("$", 512.5, "money"),
        ("$", 5125.0, "money_k2"),
        ("$", 5.1e5, "money_k"),
        ("$", 5.1e8, "money_m0"),
        ("users", 12_437.0, "number_k1"),
        ("users", 12.0, "integer"),
        ("GB", 12.3, "decimal1"),
        ("%", 0.5, "percent1"),
        ("$", DIV0, "money2"),
        ("users", -4.5e9, "number_b2"),
    ],
)
def test_headline_format(unit: str, value: Value, shown: str) -> None:
    """A headline shows three digits, in thousands, millions or billions."""
    assert headline_format(unit, value) == shown


@pytest.mark.parametrize(
    ("value", "number_format", "least"),
    [
        (8e8, "integer", 12),
        (-1_234_567.0, "money", 13),
        (5.1, "money2", 6),
        (0.5, "percent1", 0),
        ("x", "money", 0),
    ],
)
def test_shown_width(value: Value, number_format: str, least: int) -> None:
    """A column is at least as wide as its figures, with their separators, sign and currency."""
    width = shown_width(value, number_format)
    assert width >= least
    assert width <= least * 1.3 + 1


def test_words() -> None:
    """Labels, units and counts join into sentences without saying a thing twice."""
    assert stated("Break-even users", 13_513.0, "users") == "Break-even users 13.5K"
    assert stated("Runway", 18.0, "months") == "Runway 18 months"
    assert stated("Cost", 5.1, "$/user/month") == "Cost $5.10/user/month"
    assert between(4.5, 5.7, "$") == "$4.50–$5.70"
    assert between(0.5, 0.5, "%") == "50%"
    assert (counted(1, "check"), counted(3, "check")) == ("1 check", "3 checks")
    assert (titled("Users", "users"), titled("Cost", "$"), titled("Phase", "text")) == (
        "Users",
        "Cost ($)",
        "Phase",
    )
    assert (inside("Spot price"), inside("VM price"), inside("A B")) == ("spot price", "VM price", "a B")


@pytest.mark.parametrize(
    ("unit", "values", "start", "form"),
    [
        ("$", [0.0, 4.1e6], None, "axis_money_m1"),
        ("$", [0.0, 4e7], None, "axis_money_m"),
        ("$", [2.22e6, 2.26e6], 2.2e6, "axis_money_m2"),
        ("$", [0.0, 9e4], None, "axis_money_k"),
        ("$/user", [0.0, 4.1], None, "axis_money1"),
        ("$/user", [0.0, 40.0], None, "axis_money"),
        ("$/user", [0.2, 0.9], None, "axis_money2"),
        ("%", [0.0, 0.5], None, "axis_percent"),
        ("%", [0.75, 0.79], 0.74, "axis_percent1"),
        ("users", [1000.0, 1400.0], 900.0, "axis_number"),
        ("score", [0.008, 0.014], None, "axis_decimal3"),
    ],
)
def test_axes_tell_their_marks_apart(unit: str, values: list[float], start: float | None, form: str) -> None:
    """No two marks of an axis read the same: decimals follow the distance between them."""
    assert axis_format(unit, values, start=start) == form
