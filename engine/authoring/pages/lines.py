"""The sheets of the model itself: sections of lines, one formula per row across the axis."""

from __future__ import annotations

from collections.abc import Sequence

from engine.authoring.context import Context
from engine.authoring.formula import Here, Translated
from engine.authoring.layout import FIRST, LABEL, OPENING, TOP, UNIT, SectionPlace
from engine.authoring.pages.draft import Draft
from engine.authoring.template import Line, SheetPlan
from engine.xlsx.layout import column_pixels, print_scale
from engine.xlsx.tree import PrintSetup, Sheet

_NARROW, _WORDY, _MONTHLY = 14.0, 20.0, 12.0
_LABELS = 46.0
_PER_WIDTH = 1.1  # letters in a column for each unit of its width
_TWO_LINES = 30.0  # points
_MOST_COLUMNS = 13  # of an axis on a printed page
_PAGE_RATIO, _TALLEST = 0.66, 1.5  # of a page in landscape; pages that still read well shrunk to one
_READABLE = 1500  # pixels that still read well when shrunk to the width of a page


def model_sheet(context: Context, plan: SheetPlan) -> Sheet:
    """Return a sheet with all its sections."""
    draft = Draft(plan.name)
    draft.heading(plan.title, plan.purpose)
    notes = context.layout.note_column(plan.name)
    sections = context.layout.sections[plan.name]
    one_axis = len({placed.section.axis for placed in sections}) == 1
    for placed in sections:
        _heading(context, draft, placed, notes, headed=not one_axis or placed is sections[0])
        for down, line in enumerate(placed.lines, start=1):
            _line(context, draft, placed, placed.heading + down, line, notes)
    last = context.layout.last_column(plan.name)
    opens = any(line.opening for placed in sections for line in placed.lines)
    wordy = any(placed.axis and placed.axis.words and _long(placed, _NARROW) for placed in sections)
    widths = _widths(last, notes, opens=opens, wordy=wordy)
    wide = notes is None
    return draft.sheet(
        widths=widths,
        heights=_heights(sections, _WORDY if wordy else _NARROW),
        freeze=(TOP + 1 if one_axis else TOP - 1, FIRST),
        print_setup=_print_setup(
            last, context.layout.last_row(plan.name), widths, one_axis=one_axis, wide=wide
        ),
    )


def _print_setup(
    last: int, bottom: int, widths: tuple[tuple[int, float], ...], *, one_axis: bool, wide: bool
) -> PrintSetup:
    """Print a long axis a dozen columns to a page, a year of months; notes where they leave it readable."""
    repeat_rows = (1, TOP) if one_axis else (1, TOP - 2)
    if not wide:
        pixels = sum(column_pixels(width) for _, width in widths)
        area = (1, 1, bottom, last) if pixels > _READABLE else None
        shown = sum(column_pixels(width) for column, width in widths if area is None or column <= last)
        tall = 20 * bottom / (shown * _PAGE_RATIO)
        return PrintSetup(repeat_rows=repeat_rows, area=area, pages_tall=1 if tall <= _TALLEST else 0)
    pages = -(-(last - FIRST + 1) // _MOST_COLUMNS)
    each = -(-(last - FIRST + 1) // pages)
    shown = sum(column_pixels(width) for column, width in widths if column < FIRST + each)
    return PrintSetup(
        repeat_rows=repeat_rows,
        repeat_columns=(LABEL, UNIT),
        scale=print_scale(shown),
        column_breaks=tuple(range(FIRST + each - 1, last, each)),
    )


def _heights(sections: Sequence[SectionPlace], width: float) -> tuple[tuple[int, float], ...]:
    """Headings of which a title or a column's head needs a second line."""
    return tuple(
        (placed.heading, _TWO_LINES)
        for placed in sections
        if len(placed.section.title) > _LABELS * _PER_WIDTH or _long(placed, width)
    )


def _long(placed: SectionPlace, width: float) -> bool:
    """Tell whether a column of a section has a head longer than it is wide."""
    points = placed.axis.points if placed.axis else ()
    return any(len(point) > width * _PER_WIDTH for point in points)


def _widths(last: int, notes: int | None, *, opens: bool, wordy: bool) -> tuple[tuple[int, float], ...]:
    each = (_WORDY if wordy else _NARROW) if notes else _MONTHLY
    values = tuple((column, each) for column in range(FIRST, last + 1))
    aside = ((notes - 1, 2.0), (notes, 64.0)) if notes else ()
    return ((LABEL, _LABELS), (UNIT, 18.0), (OPENING, 12.0 if opens else 2.0), *values, *aside)


def _heading(
    context: Context, draft: Draft, placed: SectionPlace, notes: int | None, *, headed: bool
) -> None:
    """Place a section's heading; on a sheet of one axis only the first, kept in sight, heads the columns."""
    row = placed.heading
    draft.put(row, LABEL, placed.section.title, "header")
    draft.put(row, UNIT, "unit", "header")
    draft.put(row, OPENING, "opening" if any(line.opening for line in placed.lines) else None, "header_right")
    for point in range(placed.count):
        if headed:
            _column_head(context, draft, placed, row, point)
        else:
            draft.put(row, FIRST + point, None, "header")
    if notes:
        for column in range(FIRST + placed.count, notes):
            draft.put(row, column, None, "header")
        draft.put(row, notes, placed.section.note or "note", "header")


def _column_head(context: Context, draft: Draft, placed: SectionPlace, row: int, point: int) -> None:
    axis = placed.axis
    if axis is None:
        draft.put(row, FIRST, "value", "header_right")
    elif axis.points:
        draft.put(row, FIRST + point, axis.points[point], "header_right")
    else:
        here = Here(draft.name, axis.name, point)
        head = context.formula(axis.header, here, context.origin(f"axis:{axis.name}"), "header")
        draft.put(row, FIRST + point, formula=head.text, style="header_right", number_format=axis.format)


def _line(
    context: Context, draft: Draft, placed: SectionPlace, row: int, line: Line, notes: int | None
) -> None:
    draft.put(
        row,
        LABEL,
        line.label,
        "label_bold" if line.total else "label",
        comment=None if notes else line.note or None,
    )
    draft.put(row, UNIT, line.unit, "unit")
    if line.opening:
        opening = _formula(context, draft, placed, line, line.opening, -1)
        draft.put(row, OPENING, formula=opening.text, style=_style(line, opening), number_format=line.format)
    for point in range(placed.count):
        column = FIRST + point
        if line.values:
            value = line.values[point] if point < len(line.values) else None
            draft.put(row, column, value, "input", number_format=line.format)
        else:
            made = _formula(context, draft, placed, line, line.formula, point)
            draft.put(row, column, formula=made.text, style=_style(line, made), number_format=line.format)
    if notes and line.note:
        draft.put(row, notes, line.note, "small")


def _formula(
    context: Context, draft: Draft, placed: SectionPlace, line: Line, text: str, point: int
) -> Translated:
    here = Here(draft.name, placed.section.axis, point)
    if placed.axis and point >= 0:
        text = placed.axis.said(text, point)
    return context.formula(text, here, context.origin(line.name), line.name)


def _style(line: Line, made: Translated) -> str:
    if line.total:
        return "total"
    return "link" if made.link else "calc"
