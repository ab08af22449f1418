"""The Summary sheet: headline figures, the main lines by year or scale, and charts."""

from __future__ import annotations

from engine.authoring.context import Context
from engine.authoring.formula import Here
from engine.authoring.layout import FIRST, LABEL, TOP, UNIT
from engine.authoring.pages.draft import Draft
from engine.authoring.reading import did_you_mean
from engine.authoring.template import ChartPlan, SummaryTable
from engine.xlsx.layout import column_pixels, print_scale
from engine.xlsx.tree import Area, Axis, Chart, PrintSetup, Series, Sheet

_COLOURS = ("series1", "series2", "series3", "series4", "series5", "series6")
_CHART_ROWS, _CHART_HEIGHT, _CHART_WIDTH = 14, 268, 640
_SECOND_CHART = 6  # the column where the right one of two charts begins


def summary_sheet(context: Context) -> Sheet:
    """Return the Summary sheet."""
    draft = Draft("Summary")
    draft.heading("Summary", "The figures to quote, all of them links to the sheet that works them out.")
    row = _headlines(context, draft, TOP)
    for table in context.model.summary_tables:
        row = _table(context, draft, row, table)
    charts = tuple(
        chart
        for number, plan in enumerate(context.model.charts)
        for chart in _chart(context, plan, row + _CHART_ROWS * (number // 2), number % 2)
    )
    widths = ((LABEL, 46.0), (UNIT, 16.0), (3, 2.0), *((column, 12.0) for column in range(FIRST, FIRST + 10)))
    return draft.sheet(
        widths=widths,
        charts=charts,
        freeze=(TOP - 1, 1),
        print_setup=PrintSetup(
            scale=print_scale(sum(column_pixels(width) for _, width in widths)), row_breaks=(row - 1,)
        ),
    )


def _headlines(context: Context, draft: Draft, row: int) -> int:
    draft.row(row, LABEL, ("Headline figures", "unit", None), "header")
    draft.put(row, FIRST, "value", "header_right")
    shown = [output for output in context.model.outputs if output.headline]
    for down, output in enumerate(shown, start=1):
        draft.put(row + down, LABEL, output.label, "label")
        draft.put(row + down, UNIT, output.unit, "unit")
        made = f"={output.name}"
        draft.put(row + down, FIRST, formula=made, style="link", number_format=output.format)
        draft.put(row + down, FIRST + 1, output.note or None, "small")
    return row + len(shown) + 2


def _table(context: Context, draft: Draft, row: int, table: SummaryTable) -> int:
    places = context.layout.places
    missing = [name for name in table.lines if name not in places]
    for name in missing:
        message = f"{name!r} is no line{did_you_mean(name, places)}; correct it"
        context.wrong(f"summary_table:{table.title}", "lines", message)
    if missing:
        return row
    head, *rest = table.lines
    for down, name in enumerate(table.lines):
        _linked(context, draft, row + down, name, table.formats.get(name), is_head=down == 0)
    draft.put(row, LABEL, table.title, "header")
    draft.put(row, 3, None, "header")
    return row + len(rest) + 2 if head else row


def _linked(context: Context, draft: Draft, row: int, name: str, shown: str | None, *, is_head: bool) -> None:
    place, line = context.layout.places[name], context.model.line(name)
    draft.put(row, LABEL, line.label, "label_bold" if line.total else "label")
    draft.put(row, UNIT, "unit" if is_head else line.unit, "header" if is_head else "unit")
    for point in range(place.count):
        here = Here("Summary", place.axis, point)
        made = context.formula(name, here, context.origin(name))
        style = "header_right" if is_head else "link"
        draft.put(row, FIRST + point, formula=made.text, style=style, number_format=shown or line.format)


def _chart(context: Context, plan: ChartPlan, row: int, side: int) -> tuple[Chart, ...]:
    places = context.layout.places
    names = (plan.x, *plan.lines)
    for name in names:
        if name not in places:
            message = f"{name!r} is no line{did_you_mean(name, places)}; correct it"
            context.wrong(f"chart:{plan.title}", "lines", message)
    if any(name not in places for name in names):
        return ()
    series = tuple(
        Series(
            context.model.line(name).label,
            _area(context, name),
            _area(context, plan.x),
            colour=_COLOURS[number % len(_COLOURS)],
            dashed=name in plan.dashed,
        )
        for number, name in enumerate(plan.lines)
    )
    x = Axis(
        plan.x_title,
        plan.x_format,
        log_base=10.0 if plan.log_x else None,
        crossing="min",
        label_position="low",
        gridlines=False,
    )
    y = Axis(plan.y_title, plan.y_format, minimum=plan.y_minimum, maximum=plan.y_maximum)
    column = _SECOND_CHART if side else 1
    return (
        Chart(plan.kind, plan.title, series, row, column, x=x, y=y, width=_CHART_WIDTH, height=_CHART_HEIGHT),
    )


def _area(context: Context, name: str) -> Area:
    place = context.layout.places[name]
    return Area(place.sheet, place.row, FIRST, place.row, place.last)
