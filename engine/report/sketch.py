"""A page being drawn, from the top down: heading, tables, charts and notes at a cursor, then a Sheet."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import replace

from engine.core.values import ExcelError, Value
from engine.report.figures import shown_width
from engine.report.letters import lines_needed, text_pixels
from engine.report.specification import Page
from engine.report.view import View
from engine.xlsx.layout import DEFAULT_WIDTH, column_pixels, print_scale, row_pixels
from engine.xlsx.tree import Area, Block, Cell, Chart, Highlight, PrintSetup, Sheet

LABEL, UNIT, FIRST = 2, 3, 4
WIDTHS = (2.0, 32.0, 15.0, *([11.0] * 10))
_PAGE_RATIO = 674 / 1026  # printable height over width, A4 landscape with our margins
_TALLEST = 1.5  # pages that are still readable when shrunk to one
_ROOM = 8  # pixels beside the longest word of a column's head, which is never broken
_LIST_SCALE = 70  # percent at which a list of several pages prints, however narrow it is
_TITLE_PIXELS = 12.4  # of a letter in the title, on average
_SUBTITLE_PIXELS = 7.0  # of a letter below it


Groups = Sequence[tuple[str, Sequence[Sequence[Cell]]]]
"""Rows of cells under the name of their group."""


class Sketch:
    """One sheet in the making; ``row`` is the next free row, columns and rows count from 1."""

    def __init__(self, name: str, widths: Sequence[float] = WIDTHS) -> None:
        self.name, self.widths, self.row = name, tuple(widths), 1
        self._cells: dict[tuple[int, int], Cell] = {}
        self._heights: dict[int, float] = {}
        self._charts: list[Chart] = []
        self._highlights: list[Highlight] = []
        self._merges: list[tuple[int, int, int, int]] = []
        self._freeze: tuple[int, int] | None = None
        self._repeat: tuple[int, int] | None = None
        self._printed: int | None = None
        self._wrapped: list[tuple[int, int, Cell]] = []
        self._breaks: list[int] = []

    def put(self, row: int, column: int, cell: Cell) -> None:
        """Set one cell; a word or an error where a figure belongs stands right, as the figures do."""
        wordy = isinstance(cell.value, str | ExcelError) and cell.number_format not in (None, "text")
        if wordy and cell.style in _FIGURES:
            cell = replace(cell, style=f"{cell.style}_right")
            self._widen(column, text_pixels(str(cell.value)) / 7 + 1.5)
        self._cells[row, column] = cell
        self._widen(column, shown_width(cell.value, cell.number_format))

    def _widen(self, column: int, characters: float) -> None:
        """Make a column wide enough for a figure, which would show as ##### otherwise."""
        if column <= len(self.widths) and characters > self.widths[column - 1]:
            self.widths = (*self.widths[: column - 1], characters, *self.widths[column:])

    def put_row(self, row: int, column: int, cells: Iterable[Cell]) -> None:
        """Set cells to the right of a place."""
        for offset, cell in enumerate(cells):
            self.put(row, column + offset, cell)

    def height(self, row: int, points: float) -> None:
        """Set a row's height in points."""
        self._heights[row] = points

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Join cells, for a tile or a band of text."""
        self._merges.append((top, left, bottom, right))

    def highlight(self, highlight: Highlight) -> None:
        """Add a conditional format."""
        self._highlights.append(highlight)

    def head(self, view: View, page: Page, finding: str, purpose: str = "") -> None:
        """Write the top of a page: link back, check status, the finding as title, what the page is for."""
        if self.name != view.contents_sheet:
            self.put(1, LABEL, Cell("← Contents", "hyperlink", link=f"{_contents(view)}!A1"))
        self._status(view)
        self.row = 2
        for line in textwrap.wrap(finding, self._letters(_TITLE_PIXELS)) or [finding]:
            self.put(self.row, LABEL, Cell(line, "title"))
            self.height(self.row, 24)
            self.row += 1
        model = view.material.provenance.title
        said = " ".join(part for part in (page.purpose, purpose) if part)
        said = f"{said}  ·  {model}, scenario {view.scenario}".lstrip(" ·")
        for line in textwrap.wrap(said, self._letters(_SUBTITLE_PIXELS), drop_whitespace=True) or [said]:
            self.put(self.row, LABEL, Cell(line, "subtitle"))
            self.row += 1
        self.row += 1

    def _letters(self, each: float) -> int:
        """Return how many letters of so many pixels go across the page."""
        return int(self.pixels(LABEL, len(self.widths)) / each)

    def _status(self, view: View) -> None:
        checks = view.checks()
        if not checks:
            return
        failed = sum(not check.passes for check in checks)
        text = f"{failed} of {len(checks)} checks fail" if failed else "All checks pass"
        self.put(1, len(self.widths), Cell(text, "status_bad" if failed else "status_ok"))

    def heading(self, text: str, columns: int | None = None) -> None:
        """Write a section heading with its rule across the page."""
        for column in range(LABEL, (columns or len(self.widths)) + 1):
            self.put(self.row, column, Cell(text if column == LABEL else None, "heading"))
        self.height(self.row, 20)
        self.row += 1

    def note(self, text: str, columns: int | None = None) -> None:
        """Write a note of one or more lines under what stands above."""
        wide = self.pixels(LABEL, columns or len(self.widths))
        for line in textwrap.wrap(text, max(40, int(wide / 5.6))):
            self.put(self.row, LABEL, Cell(line, "small"))
            self.row += 1

    def group(self, text: str, columns: int, first: int = LABEL) -> None:
        """Write the name of a group of rows across a table, between its rows."""
        for column in range(first, first + columns):
            self.put(self.row, column, Cell(text if column == first else None, "group"))
        self.row += 1

    def grouped(self, headers: Sequence[Cell], groups: Groups) -> int:
        """Write one table whose rows stand in named groups; a lone group without a name has no line of its
        own. Return the first row below the header.
        """
        first = self.table(headers, [])
        for name, rows in groups:
            if name or len(groups) > 1:
                self.group(name or "Other", len(headers))
            self.rows(rows)
        return first

    def table(self, headers: Sequence[Cell], rows: Sequence[Sequence[Cell]], column: int = LABEL) -> int:
        """Write a header row and rows below, as high as their text needs. Return the first data row."""
        self.put_row(self.row, column, headers)
        self._fit(self.row, column, headers)
        self.row += 1
        first = self.row
        self.rows(rows, column)
        return first

    def rows(self, rows: Sequence[Sequence[Cell]], column: int = LABEL) -> None:
        """Write rows, as high as their text needs."""
        for cells in rows:
            self.put_row(self.row, column, cells)
            self._fit(self.row, column, cells)
            self.row += 1

    def _fit(self, row: int, column: int, cells: Sequence[Cell]) -> None:
        """Make columns as wide as the longest word of their heads; heights come later."""
        for offset, cell in enumerate(cells):
            if cell.style in _WRAPPED and isinstance(cell.value, str):
                self._wrapped.append((row, column + offset, cell))
                if "header" in cell.style:
                    words = [text_pixels(word, bold=True) for word in cell.value.split()]
                    self._widen(column + offset, (max(words, default=0.0) + _ROOM) / 7)

    def _fit_heights(self) -> None:
        lines: dict[int, int] = {}
        for row, column, cell in self._wrapped:
            pixels = column_pixels(self._width(column)) - (18 if "indent" in cell.style else 8)
            needed = lines_needed(str(cell.value), pixels, bold="header" in cell.style)
            lines[row] = max(lines.get(row, 1), needed)
        for row, count in lines.items():
            if count > 1:
                self.height(row, min(400.0, 13.5 * count + 2))

    def _width(self, column: int) -> float:
        """Return a column's width in characters; a table may be wider than the page was laid out for."""
        return self.widths[column - 1] if column <= len(self.widths) else DEFAULT_WIDTH

    def chart(self, chart: Chart) -> None:
        """Place a chart at the cursor's row and move below it."""
        self.chart_row(chart)

    def chart_row(self, *charts: Chart) -> None:
        """Place charts side by side, sharing the page's width, and move below them."""
        wide = self.pixels(LABEL, len(self.widths)) // len(charts)
        for number, chart in enumerate(charts):
            column, offset = self._column_at(number * wide)
            placed = replace(chart, width=wide - 8, row=self.row, column=column, x_offset=offset)
            self._charts.append(placed)
        self.row += math.ceil(max(chart.height for chart in charts) / 20) + 1

    def _column_at(self, pixels: int) -> tuple[int, int]:
        column, left = LABEL, pixels
        while column < len(self.widths) and left >= column_pixels(self.widths[column - 1]):
            left -= column_pixels(self.widths[column - 1])
            column += 1
        return column, max(0, left)

    def pixels(self, first: int, last: int) -> int:
        """Return the width of columns together."""
        return sum(column_pixels(self._width(column)) for column in range(first, last + 1))

    def freeze(self, row: int, column: int = 1) -> None:
        """Keep what is above and left of a cell in view, and print the row above it on every page."""
        self._freeze, self._repeat = (row, column), (row - 1, row - 1)

    def repeat(self, row: int) -> None:
        """Print a row on top of every page."""
        self._repeat = (row, row)

    def page_break(self) -> None:
        """Begin a new printed page at the cursor's row."""
        self._breaks.append(self.row - 1)

    def end_print(self) -> None:
        """Leave what follows out of the print: figures that only feed the charts above."""
        self._printed = self._printed or self.row - 1

    def area(self, top: int, left: int, bottom: int, right: int) -> Area:
        """Return a rectangle of this sheet."""
        return Area(self.name, top, left, bottom, right)

    def sheet(self, footer: str) -> Sheet:
        """Return what has been drawn."""
        self._fit_heights()
        bottom = max([row for row, _ in self._cells] + [self.row - 1])
        right = max([column for _, column in self._cells] + [len(self.widths)])
        grid = [
            [self._cells.get((row, column)) for column in range(1, right + 1)] for row in range(1, bottom + 1)
        ]
        printed = self._printed or bottom
        wide = self.pixels(1, right)
        high = sum(row_pixels(self._heights.get(row, 15.0)) for row in range(1, printed + 1))
        pages = high / (wide * _PAGE_RATIO)
        scale = _LIST_SCALE if pages > _TALLEST and print_scale(wide) > _LIST_SCALE else 0
        if self._breaks:
            scale = scale or print_scale(wide)
        return Sheet(
            self.name,
            blocks=(Block(1, 1, tuple(tuple(row) for row in grid)),),
            charts=tuple(self._charts),
            highlights=tuple(self._highlights),
            widths=tuple(enumerate(self.widths, 1)),
            heights=tuple(sorted(self._heights.items())),
            freeze=self._freeze,
            merges=tuple(self._merges),
            print_setup=PrintSetup(
                repeat_rows=self._repeat,
                area=(1, 1, printed, right),
                pages_tall=1 if pages <= _TALLEST and not self._breaks else 0,
                scale=scale,
                row_breaks=tuple(self._breaks),
                footer=footer,
            ),
        )


_FIGURES = ("row", "row_bold", "row_good", "row_bad", "row_top", "row_top_bold", "row_muted", "total")
_WRAPPED = (
    "header_indent",
    "row_wrap_indent",
    "row_hyperlink",
    "wrap",
    "row_wrap",
    "row_label",
    "row_label_bold",
    "row_label_indent",
    "note",
    "header",
    "header_right",
    "header_center",
    "figure_label",
)


def _contents(view: View) -> str:
    return "'" + view.contents_sheet.replace("'", "''") + "'"


def row_cells(values: Iterable[Value], number_format: str, style: str = "row") -> list[Cell]:
    """Return values as cells of one style."""
    return [Cell(value, style, number_format) for value in values]
