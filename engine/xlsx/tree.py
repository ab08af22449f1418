"""A workbook as data: what the writer can draw, with no word of xlsxwriter.

Positions count from 1 (row 1, column 1 is A1). Styles and number formats are names that the theme
(``templates/theme.toml``) gives a look, so that pages say what a cell is and never how it looks.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Literal

from engine.core.values import Value


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: a value, how it is shown, and optionally the formula that gives it.

    ``value`` is also the stored value of ``formula`` (text that begins with "="), so that viewers that do
    not calculate show it. Text in ``value`` always goes out as text, even where it begins with "=".
    ``style`` and ``number_format`` are names in the theme. ``link`` is "Sheet!A1" of this workbook.
    """

    value: Value = None
    style: str = "body"
    number_format: str | None = None
    formula: str | None = None
    link: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle of cells whose top left corner is at (row, column); None leaves a cell untouched."""

    row: int
    column: int
    rows: tuple[tuple[Cell | None, ...], ...]


@dataclass(frozen=True, slots=True)
class ExcelTable:
    """An Excel table (ListObject) over cells that blocks have written, header row included."""

    name: str
    top: int
    left: int
    bottom: int
    right: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle on a sheet of this workbook, for charts, validation and formats."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Validation:
    """What a cell accepts: one of a list of texts, one of a range's cells, or a number between two."""

    area: Area
    choices: tuple[str, ...] = ()
    choices_from: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Highlight:
    """A conditional format: a style where a formula holds, or a colour scale of the theme."""

    area: Area
    formula: str | None = None
    style: str | None = None
    scale: str | None = None
    midpoint: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a chart: where its name, categories and values lie, and its role in the theme."""

    name: str
    values: Area
    categories: Area | None = None
    colour: str = "series1"
    kind: Literal["line", "column", "bar", "area", "scatter"] | None = None
    invisible: bool = False
    markers: bool = False
    labels: bool = False
    labels_from: Area | None = None
    label_texts: tuple[str, ...] = ()
    secondary: bool = False
    dashed: bool = False
    line: bool = True
    width: float = 2.25
    point_colours: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Axis:
    """A chart axis: title with its unit, number format of the theme, scale."""

    title: str = ""
    number_format: str | None = None
    log_base: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    crossing: float | Literal["min", "max"] | None = None
    reverse: bool = False
    label_position: Literal["next_to", "low", "high", "none"] = "next_to"
    gridlines: bool = True
    major: float | None = None
    interval: int | None = None
    visible: bool = True


@dataclass(frozen=True, slots=True)
class Chart:
    """A native Excel chart anchored at a cell; sizes and ``x_offset`` are in pixels.

    ``x`` is the axis of the categories (or of a scatter's x values) for every kind, bars included.
    """

    kind: Literal["line", "column", "bar", "area", "scatter"]
    title: str
    series: tuple[Series, ...]
    row: int
    column: int
    stacked: bool = False
    x: Axis = field(default_factory=Axis)
    y: Axis = field(default_factory=Axis)
    y2: Axis | None = None
    width: int = 760
    height: int = 360
    legend: Literal["bottom", "right", "top", "none"] = "bottom"
    gap: int | None = None
    overlap: int | None = None
    hidden_legend: tuple[int, ...] = ()
    x_offset: int = 0
    description: str = ""


@dataclass(frozen=True, slots=True)
class PrintSetup:
    """How a sheet prints: fit one page wide unless ``scale`` is given; headings repeat; the theme's footer.

    ``scale`` is a percentage for sheets too wide or too long for one page. Excel heeds ``column_breaks`` and
    ``row_breaks`` (a page ends after each) only with it.
    """

    landscape: bool = True
    repeat_rows: tuple[int, int] | None = None
    repeat_columns: tuple[int, int] | None = None
    area: tuple[int, int, int, int] | None = None
    pages_tall: int = 0
    scale: int = 0
    column_breaks: tuple[int, ...] = ()
    row_breaks: tuple[int, ...] = ()
    footer: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet. ``freeze`` is the first (row, column) that scrolls; ``widths`` are (column, characters).

    ``heights`` are (row, points), ``merges`` (top, left, bottom, right), never for figures in a table.
    """

    name: str
    blocks: tuple[Block, ...] = ()
    tables: tuple[ExcelTable, ...] = ()
    charts: tuple[Chart, ...] = ()
    validations: tuple[Validation, ...] = ()
    highlights: tuple[Highlight, ...] = ()
    widths: tuple[tuple[int, float], ...] = ()
    heights: tuple[tuple[int, float], ...] = ()
    freeze: tuple[int, int] | None = None
    tab: str | None = None
    zoom: int = 100
    gridlines: bool = False
    merges: tuple[tuple[int, int, int, int], ...] = ()
    print_setup: PrintSetup = field(default_factory=PrintSetup)


@dataclass(frozen=True, slots=True)
class DefinedName:
    """A workbook-scoped name and what it refers to: "Sheet!$A$1" or any formula text without "="."""

    name: str
    refers_to: str


@dataclass(frozen=True, slots=True)
class Book:
    """A whole workbook. ``created`` is the model's date, never the clock: equal input gives equal bytes."""

    title: str
    created: datetime.datetime
    sheets: tuple[Sheet, ...]
    names: tuple[DefinedName, ...] = ()
    subject: str = ""
    author: str = ""
    comments: str = ""
    iterate: bool = False
