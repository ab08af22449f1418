"""Where charts end and what prints."""

from __future__ import annotations

import pytest

from engine.xlsx.layout import chart_end, column_pixels, row_pixels, used_area
from engine.xlsx.tree import Block, Cell, Chart, ExcelTable, Sheet


@pytest.mark.parametrize(("characters", "pixels"), [(8.43, 64), (0.5, 6), (10.0, 75)])
def test_column_pixels(characters: float, pixels: int) -> None:
    """Excel's default column of 8.43 characters is 64 pixels wide."""
    assert column_pixels(characters) == pixels


def test_row_pixels() -> None:
    """Excel's default row of 15 points is 20 pixels high."""
    assert row_pixels(15) == 20


def test_chart_end_follows_widths_and_heights() -> None:
    """A chart ends in the cell that its last pixel lies in."""
    chart = Chart("line", "C", (), 3, 2, width=75 + 64, height=40 + 20)
    sheet = Sheet("S", widths=((2, 10.0), (3, 8.43)), heights=((3, 30.0),), charts=(chart,))
    assert chart_end(sheet, chart) == (4, 3)


def test_used_area_spans_cells_charts_and_tables() -> None:
    """What prints begins at A1 and holds everything that is drawn."""
    block = Block(2, 2, ((Cell(1), Cell(2)),))
    assert used_area(Sheet("S")) is None
    assert used_area(Sheet("S", blocks=(block,))) == (1, 1, 2, 3)
    assert used_area(Sheet("S", blocks=(block,), tables=(ExcelTable("T", 1, 1, 9, 2, ("a", "b")),))) == (
        1,
        1,
        9,
        3,
    )
    charts = (Chart("line", "C", (), 10, 1, width=10, height=200),)
    assert used_area(Sheet("S", blocks=(block,), charts=charts)) == (1, 1, 19, 3)
