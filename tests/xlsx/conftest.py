"""A small book with one of everything, and the shipped theme."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from engine.core.values import DIV0
from engine.xlsx.theme import Theme, load_theme
from engine.xlsx.tree import (
    Area,
    Axis,
    Block,
    Book,
    Cell,
    Chart,
    DefinedName,
    ExcelTable,
    Highlight,
    PrintSetup,
    Series,
    Sheet,
    Validation,
)

ROOT = Path(__file__).parents[2]
CREATED = datetime.datetime.combine(datetime.date(2026, 6, 1), datetime.time())


@pytest.fixture(scope="session")
def theme() -> Theme:
    return load_theme(ROOT / "templates" / "theme.toml")


def book_of(*cells: Cell, name: str = "Data", **sheet: Any) -> Book:
    """Return a book with one sheet that holds cells in its first column."""
    block = Block(1, 1, tuple((cell,) for cell in cells))
    return Book("Test", CREATED, (Sheet(name, blocks=(block,), **sheet),))


def _figures() -> Block:
    rows = [(Cell("Month", "header"), Cell("Users", "header_right"), Cell("Cost", "header_right"))]
    rows += [
        (
            Cell(f"M{n}"),
            Cell(10.0 * n, "input", "integer"),
            Cell(3.5 * n, "calc", "money2", formula=f"=B{n + 1}*0.35"),
        )
        for n in range(1, 4)
    ]
    return Block(1, 1, tuple(rows))


def _charts() -> tuple[Chart, ...]:
    x, y, z = (Area("Figures & all", 2, column, 4, column) for column in (1, 2, 3))
    line = Series("Cost", z, x, "series2", kind="line", secondary=True, labels=True)
    points = Series("Points", z, y, "bad", markers=True, line=False, labels_from=x)
    return (
        Chart("column", "Users and cost", (Series("Users", y, x), line), 7, 1, y2=Axis("Cost ($)")),
        Chart(
            "scatter", "By users", (points,), 7, 9, x=Axis("Users", log_base=10), y=Axis("$", "axis_money")
        ),
        Chart(
            "bar",
            "Span",
            (Series("Before", y, x, invisible=True), Series("Here", z, x, label_texts=("a", "", "c"))),
            28,
            1,
            stacked=True,
            x=Axis(reverse=True),
            y=Axis(major=10),
        ),
    )


@pytest.fixture(scope="session")
def book() -> Book:
    return small_book()


def small_book() -> Book:
    """Return a book with one of every feature of the writer."""
    name = "Figures & all"
    first = Sheet(
        name,
        blocks=(_figures(),),
        tables=(ExcelTable("Months", 1, 1, 4, 3, ("Month", "Users", "Cost")),),
        charts=_charts(),
        validations=(
            Validation(Area(name, 2, 2, 4, 2), minimum=0, maximum=100, message="0 to 100"),
            Validation(Area(name, 2, 1, 4, 1), choices=("M1", "M2")),
        ),
        highlights=(
            Highlight(Area(name, 2, 2, 4, 2), formula="B2>20", style="good"),
            Highlight(Area(name, 2, 3, 4, 3), scale="lower", midpoint=7),
        ),
        widths=((1, 12.0),),
        heights=((1, 30.0),),
        freeze=(2, 2),
        print_setup=PrintSetup(repeat_rows=(1, 1), footer="tieout 0.1.0"),
    )
    second = Sheet(
        "Notes",
        blocks=(
            Block(2, 2, ((Cell("Go", "hyperlink", link="'Figures & all'!B2"), Cell(DIV0), Cell(True)),)),
        ),
        merges=((5, 2, 5, 4),),
    )
    names = (DefinedName("users_first", "'Figures & all'!$B$2"),)
    return Book("A book", CREATED, (first, second), names, "Subject", "Author", "Comments")
