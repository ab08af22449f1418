"""What a book asks of the theme, checked before anything is written: every unknown name in one message."""

from __future__ import annotations

from collections.abc import Iterator

from engine.core.address import a1
from engine.core.exceptions import Finding, TemplateError
from engine.xlsx.theme import Theme, suggestion
from engine.xlsx.tree import Axis, Book, Cell, Chart, Sheet


def check(book: Book, theme: Theme) -> None:
    """Raise TemplateError where a book uses styles, formats, colours or scales that the theme lacks."""
    findings = []
    for sheet in book.sheets:
        seen: set[tuple[str, str]] = set()
        for kind, name, where in _asked(sheet):
            known = _known(kind, theme)
            if name not in known and (kind, name) not in seen:
                seen.add((kind, name))
                message = f"the theme has no {kind} {name!r}{suggestion(name, tuple(known))}"
                findings.append(Finding("theme", "error", f"{sheet.name}!{where}", message))
    if findings:
        raise TemplateError(f"{book.title} uses what templates/theme.toml lacks:", findings)


def _known(kind: str, theme: Theme) -> tuple[str, ...]:
    named = {
        "style": theme.styles,
        "number format": theme.number_formats,
        "series colour": theme.series,
        "scale": theme.scales,
    }
    return tuple(named[kind])


def _asked(sheet: Sheet) -> Iterator[tuple[str, str, str]]:
    for block in sheet.blocks:
        for down, row in enumerate(block.rows):
            for right, cell in enumerate(row):
                if cell is not None:
                    yield from _of_cell(cell, a1(block.row + down, block.column + right))
    for highlight in sheet.highlights:
        where = a1(highlight.area.top, highlight.area.left)
        if highlight.style is not None:
            yield "style", highlight.style, where
        if highlight.scale is not None:
            yield "scale", highlight.scale, where
    for chart in sheet.charts:
        yield from _of_chart(chart)


def _of_cell(cell: Cell, where: str) -> Iterator[tuple[str, str, str]]:
    yield "style", cell.style, where
    if cell.number_format is not None:
        yield "number format", cell.number_format, where


def _of_chart(chart: Chart) -> Iterator[tuple[str, str, str]]:
    where = a1(chart.row, chart.column)
    for series in chart.series:
        for colour in (series.colour, *(one for one in series.point_colours if one is not None)):
            yield "series colour", colour, where
    for axis in (chart.x, chart.y, chart.y2 or Axis()):
        if axis.number_format is not None:
            yield "number format", axis.number_format, where
