"""One worksheet: its tables, cells, formats that depend on values, validations, charts and print set-up."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from engine.xlsx.cells import write_block
from engine.xlsx.charts import insert_chart
from engine.xlsx.formats import Formats
from engine.xlsx.layout import used_area
from engine.xlsx.theme import PAPERS, Theme
from engine.xlsx.tree import ExcelTable, Highlight, PrintSetup, Sheet, Validation


def write_sheet(workbook: Workbook, drawn: Worksheet, sheet: Sheet, formats: Formats) -> None:
    """Write all of one sheet; raise ValueError for a table that Excel would not open."""
    _view(drawn, sheet, formats.theme)
    for column, width in sheet.widths:
        drawn.set_column(column - 1, column - 1, width)
    for row, height in sheet.heights:
        drawn.set_row(row - 1, height)
    for table in sheet.tables:
        _table(drawn, table, formats.theme)
    for top, left, bottom, right in sheet.merges:
        drawn.merge_range(top - 1, left - 1, bottom - 1, right - 1, "")
    for block in sheet.blocks:
        write_block(drawn, block, formats)
    for highlight in sheet.highlights:
        _highlight(drawn, highlight, formats)
    for validation in sheet.validations:
        _validate(drawn, validation)
    for chart in sheet.charts:
        insert_chart(workbook, drawn, chart, formats.theme)
    _print(drawn, sheet, formats.theme)


def _view(drawn: Worksheet, sheet: Sheet, theme: Theme) -> None:
    drawn.hide_gridlines(0 if sheet.gridlines else 2)
    drawn.set_zoom(sheet.zoom)
    colour = theme.accent if sheet.tab is None else theme.colours.get(sheet.tab, sheet.tab)
    drawn.set_tab_color(colour)
    if sheet.freeze is not None:
        drawn.freeze_panes(sheet.freeze[0] - 1, sheet.freeze[1] - 1)


def _table(drawn: Worksheet, table: ExcelTable, theme: Theme) -> None:
    options = {
        "name": table.name,
        "style": theme.table_style,
        "columns": [{"header": header} for header in table.columns],
    }
    corners = table.top - 1, table.left - 1, table.bottom - 1, table.right - 1
    duplicate = len({header.casefold() for header in table.columns}) < len(table.columns)
    if duplicate or table.bottom <= table.top or drawn.add_table(*corners, options) != 0:
        raise ValueError(
            f"{drawn.get_name()}: table {table.name} needs a row below its header, distinct column names, "
            "a valid name, and no overlap with another table"
        )


def _highlight(drawn: Worksheet, highlight: Highlight, formats: Formats) -> None:
    area = highlight.area
    corners = area.top - 1, area.left - 1, area.bottom - 1, area.right - 1
    if highlight.scale is not None:
        drawn.conditional_format(*corners, _scale(highlight, formats.theme))
    elif highlight.formula is not None and highlight.style is not None:
        formula = "=" + highlight.formula.removeprefix("=")
        rule = {"type": "formula", "criteria": formula, "format": formats.conditional(highlight.style)}
        drawn.conditional_format(*corners, rule)


def _scale(highlight: Highlight, theme: Theme) -> dict[str, Any]:
    scale = theme.scales[highlight.scale or ""]
    if scale.middle is None:
        return {"type": "2_color_scale", "min_color": scale.low, "max_color": scale.high}
    options = {
        "type": "3_color_scale",
        "min_color": scale.low,
        "mid_color": scale.middle,
        "max_color": scale.high,
    }
    if highlight.midpoint is None:
        return options | {"mid_type": "percentile", "mid_value": 50}
    return options | {"mid_type": "num", "mid_value": highlight.midpoint}


def _validate(drawn: Worksheet, validation: Validation) -> None:
    area = validation.area
    corners = area.top - 1, area.left - 1, area.bottom - 1, area.right - 1
    options: dict[str, Any] = {"error_message": validation.message[:255]} if validation.message else {}
    if validation.choices or validation.choices_from is not None:
        source = "=" + validation.choices_from.removeprefix("=") if validation.choices_from else None
        options |= {"validate": "list", "source": source or list(validation.choices)}
    else:
        options |= {"validate": "decimal"} | _bounds(validation)
    if drawn.data_validation(*corners, options) != 0:
        raise ValueError(f"{drawn.get_name()}: Excel can't take the validation {validation!r}")


def _bounds(validation: Validation) -> dict[str, Any]:
    low, high = validation.minimum, validation.maximum
    if low is not None and high is not None:
        return {"criteria": "between", "minimum": low, "maximum": high}
    if low is not None:
        return {"criteria": ">=", "value": low}
    return {"criteria": "<=", "value": high}


def _print(drawn: Worksheet, sheet: Sheet, theme: Theme) -> None:
    setup = sheet.print_setup
    drawn.set_paper(PAPERS[theme.paper])
    if setup.landscape:
        drawn.set_landscape()
    _pages(drawn, setup)
    drawn.set_margins(left=0.5, right=0.5, top=0.5, bottom=0.75)
    drawn.center_horizontally()
    if setup.repeat_rows is not None:
        drawn.repeat_rows(setup.repeat_rows[0] - 1, setup.repeat_rows[1] - 1)
    if setup.repeat_columns is not None:
        drawn.repeat_columns(setup.repeat_columns[0] - 1, setup.repeat_columns[1] - 1)
    area = setup.area or used_area(sheet)
    if area is not None:
        drawn.print_area(area[0] - 1, area[1] - 1, area[2] - 1, area[3] - 1)
    drawn.set_footer(footer(theme.confidentiality, setup.footer))


def _pages(drawn: Worksheet, setup: PrintSetup) -> None:
    if not setup.scale:
        drawn.fit_to_pages(1, setup.pages_tall)
        return
    drawn.set_print_scale(setup.scale)
    if setup.column_breaks:
        drawn.set_v_pagebreaks(list(setup.column_breaks))
    if setup.row_breaks:
        drawn.set_h_pagebreaks(list(setup.row_breaks))


def footer(confidentiality: str, version: str) -> str:
    """Return the footer: confidentiality left, file, sheet and version in the middle, page n of m right.

    Excel takes at most 255 characters, and "&" doubled stands for itself.
    """
    left = confidentiality.replace("&", "&&")[:60]
    left = f" {left}" if left[:1].isdigit() else left  # "&8" before a digit would be another size
    middle = version.replace("&", "&&")[:130]
    return f"&L&8{left}&C&8&F · &A{' · ' + middle if middle else ''}&R&8Page &P of &N"
