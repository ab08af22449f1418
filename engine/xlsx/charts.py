"""Native Excel charts from their description in the tree."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from engine.core.address import column_letters, quote_sheet
from engine.xlsx.theme import Theme
from engine.xlsx.tree import Area, Axis, Chart, Series

_MARKERS = ("circle", "square", "diamond", "triangle", "circle", "square", "diamond", "triangle")


def insert_chart(workbook: Workbook, sheet: Worksheet, chart: Chart, theme: Theme) -> None:
    """Draw a chart on a sheet; series of another kind than the chart's become an overlaid chart."""
    groups = [
        (kind, list(group)) for kind, group in groupby(chart.series, key=lambda one: one.kind or chart.kind)
    ]
    main = _drawn(workbook, chart, groups[0][0], groups[0][1], theme)
    for kind, series in groups[1:]:
        overlay = _drawn(workbook, chart, kind, series, theme)
        if any(one.secondary for one in series) and chart.y2 is not None:
            overlay.set_y2_axis(_axis(chart.y2, theme))
        main.combine(overlay)
        break
    _dress(main, chart, theme)
    options = {"object_position": 2, "description": chart.description or chart.title}
    options["x_offset"] = chart.x_offset
    sheet.insert_chart(chart.row - 1, chart.column - 1, main, options)


def _drawn(workbook: Workbook, chart: Chart, kind: str, series: list[Series], theme: Theme) -> Any:
    options = {"type": kind}
    if kind == "scatter":
        options["subtype"] = "straight_with_markers"
    elif chart.stacked and kind in {"column", "bar", "area"}:
        options["subtype"] = "stacked"
    drawn = workbook.add_chart(options)
    assert drawn is not None, f"xlsxwriter knows the chart type {kind}"
    for number, one in enumerate(series):
        drawn.add_series(_series(one, kind, number, chart, theme))
    return drawn


def _series(one: Series, kind: str, number: int, chart: Chart, theme: Theme) -> dict[str, Any]:
    options: dict[str, Any] = {"name": one.name, "values": reference(one.values)}
    if one.categories is not None:
        options["categories"] = reference(one.categories)
    options |= _look(one, kind, number, theme.series[one.colour])
    if kind in {"column", "bar"}:
        options |= {"gap": chart.gap} if chart.gap is not None else {}
        options |= {"overlap": chart.overlap} if chart.overlap is not None else {}
    if one.point_colours:
        fills = [
            None if colour is None else {"fill": {"color": theme.series[colour]}}
            for colour in one.point_colours
        ]
        options["points"] = fills
    if one.secondary:
        options["y2_axis"] = True
    if one.labels or one.label_texts or one.labels_from is not None:
        options["data_labels"] = _labels(one, kind, chart, theme)
    return options


def _look(one: Series, kind: str, number: int, colour: str) -> dict[str, Any]:
    if kind in {"column", "bar", "area"}:
        if one.invisible:
            return {"fill": {"none": True}, "border": {"none": True}}
        return {"fill": {"color": colour}, "border": {"none": True}}
    if one.invisible:
        return {"line": {"none": True}, "marker": {"type": "none"}}
    line: dict[str, Any] = {"none": True}
    if one.line:
        line = {"color": colour, "width": one.width} | ({"dash_type": "dash"} if one.dashed else {})
    marker: dict[str, Any] = {"type": "none"}
    if one.markers or not one.line:
        kind_of = _MARKERS[number % len(_MARKERS)]
        marker = {"type": kind_of, "size": 6, "fill": {"color": colour}, "border": {"color": colour}}
    return {"line": line, "marker": marker}


def _labels(one: Series, kind: str, chart: Chart, theme: Theme) -> dict[str, Any]:
    labels: dict[str, Any] = {"value": True, "font": {"name": theme.font, "size": 8}}
    if kind in {"line", "scatter"}:
        labels["position"] = "above"
    elif kind in {"bar", "column"} and not chart.stacked:
        labels["position"] = "outside_end"
    if chart.y.number_format is not None:
        labels["num_format"] = theme.number_formats[chart.y.number_format]
    if one.label_texts:
        labels["custom"] = [{"value": text} if text else {"delete": True} for text in one.label_texts]
    elif one.labels_from is not None:
        labels["custom"] = [
            {"value": f"={reference_cell(one.labels_from, i)}"} for i in range(_length(one.labels_from))
        ]
    return labels


def _dress(drawn: Any, chart: Chart, theme: Theme) -> None:
    title_font = {"name": theme.font, "size": 11, "bold": True, "color": theme.accent}
    drawn.set_title(
        {"name": chart.title, "name_font": title_font, "overlay": False} if chart.title else {"none": True}
    )
    drawn.set_size({"width": chart.width, "height": chart.height})
    across, up = (chart.y, chart.x) if chart.kind == "bar" else (chart.x, chart.y)
    drawn.set_x_axis(_axis(across, theme))
    drawn.set_y_axis(_axis(up, theme))
    drawn.set_chartarea({"border": {"color": "#D5DAE1"}, "fill": {"color": "#FFFFFF"}})
    legend: dict[str, Any] = {"none": True} if chart.legend == "none" else {"position": chart.legend}
    legend |= {"font": {"name": theme.font, "size": 9}}
    unseen = [index for index, one in enumerate(chart.series) if one.invisible]
    legend["delete_series"] = sorted({*unseen, *chart.hidden_legend})
    drawn.set_legend(legend)
    drawn.show_blanks_as("gap")


def _axis(axis: Axis, theme: Theme) -> dict[str, Any]:
    font = {"name": theme.font, "size": 9, "color": "#333B49"}
    options: dict[str, Any] = {"num_font": font, "line": {"color": "#8A94A3"}}
    if axis.title:
        options |= {"name": axis.title, "name_font": font | {"bold": False}}
    if axis.number_format is not None:
        options["num_format"] = theme.number_formats[axis.number_format]
    settings = {
        "log_base": axis.log_base,
        "min": axis.minimum,
        "max": axis.maximum,
        "crossing": axis.crossing,
    }
    settings |= {"major_unit": axis.major, "interval_unit": axis.interval, "interval_tick": axis.interval}
    options |= {key: value for key, value in settings.items() if value is not None}
    options["reverse"] = axis.reverse
    options["visible"] = axis.visible
    options["label_position"] = axis.label_position
    options["major_gridlines"] = {"visible": axis.gridlines, "line": {"color": "#E4E8ED", "width": 0.75}}
    return options


def reference(area: Area) -> str:
    """Return an area as a chart refers to it: "=Sheet!$A$1:$B$2"."""
    first = f"${column_letters(area.left)}${area.top}"
    last = f"${column_letters(area.right)}${area.bottom}"
    return f"={quote_sheet(area.sheet)}!{first}:{last}"


def reference_cell(area: Area, index: int) -> str:
    """Return the cell at a position of an area that is one row or one column."""
    down, right = (0, index) if area.top == area.bottom else (index, 0)
    return f"{quote_sheet(area.sheet)}!${column_letters(area.left + right)}${area.top + down}"


def _length(area: Area) -> int:
    return max(area.bottom - area.top, area.right - area.left) + 1
