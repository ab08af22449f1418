"""Where things lie on a sheet in pixels and cells: the extents of charts, and the area that prints."""

from __future__ import annotations

from engine.xlsx.tree import Chart, Sheet

DEFAULT_WIDTH = 9.14
DEFAULT_HEIGHT = 15.0
PRINTABLE_WIDTH = 950  # pixels: A4 landscape at 96 per inch less our margins, and 7 % that programs differ by


def column_pixels(characters: float) -> int:
    """Return the pixels of a column so many characters wide (Excel's rule for a 7-pixel digit)."""
    return int(characters * 7 + 5) if characters >= 1 else int(characters * 12)


def print_scale(pixels: int) -> int:
    """Return the percentage at which so many pixels fill an A4 page in landscape, at most 100."""
    return max(10, min(100, int(100 * PRINTABLE_WIDTH / pixels)))


def row_pixels(points: float) -> int:
    """Return the pixels of a row so many points high, at 96 per inch."""
    return int(points * 4 / 3)


def chart_end(sheet: Sheet, chart: Chart) -> tuple[int, int]:
    """Return the row and column, from 1, where a chart ends."""
    widths, heights = dict(sheet.widths), dict(sheet.heights)
    row, left = chart.row, chart.height
    while left > row_pixels(heights.get(row, DEFAULT_HEIGHT)):
        left -= row_pixels(heights.get(row, DEFAULT_HEIGHT))
        row += 1
    column, left = chart.column, chart.width
    while left > column_pixels(widths.get(column, DEFAULT_WIDTH)):
        left -= column_pixels(widths.get(column, DEFAULT_WIDTH))
        column += 1
    return row, column


def used_area(sheet: Sheet) -> tuple[int, int, int, int] | None:
    """Return top, left, bottom, right of all cells and charts, or None for an empty sheet."""
    ends = [chart_end(sheet, chart) for chart in sheet.charts]
    for block in sheet.blocks:
        wide = max((len(row) for row in block.rows), default=0)
        if wide:
            ends.append((block.row + len(block.rows) - 1, block.column + wide - 1))
    ends += [(table.bottom, table.right) for table in sheet.tables]
    return (1, 1, max(row for row, _ in ends), max(column for _, column in ends)) if ends else None
