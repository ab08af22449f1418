"""Excel tables (ListObjects) of a worksheet: ECMA-376 Part 1, 18.5."""

from __future__ import annotations

from engine.core.address import Rect, parse_rect
from engine.core.exceptions import NotAWorkbook
from engine.workbook.book import Table
from engine.workbook.package import Package
from engine.workbook.text import unescape
from engine.workbook.xml_parts import number, parse, relationships


def read_tables(package: Package, part: str, sheet: str) -> tuple[list[Table], list[str]]:
    """Return the tables of the worksheet whose part and name are given, as the sheet lists them.

    Beside them are the parts of those that can't be read, of which not even the name is known.
    """
    tables, unread = list[Table](), list[str]()
    for kind, target in relationships(package, part).values():
        if kind == "table":
            try:
                tables.append(_table(package, target, sheet))
            except NotAWorkbook:
                unread.append(target)
    return tables, unread


def _table(package: Package, part: str, sheet: str) -> Table:
    root = parse(package, part)
    try:
        rect = parse_rect(root.get("ref", ""), sheet)
    except ValueError as problem:
        raise package.damaged(part, f"has a table over {problem}") from problem
    columns = tuple(unescape(column.get("name", "")) for column in root.iterfind("tableColumns/tableColumn"))
    return Table(
        name=unescape(root.get("displayName") or root.get("name") or ""),
        rect=rect,
        columns=columns,
        header_rows=number(root.get("headerRowCount"), 1),
        totals_rows=number(root.get("totalsRowCount"), 0),
    )


def rectangles(reference: str, sheet: str) -> list[Rect]:
    """Return the rectangle that a reference names, none where it names none."""
    try:
        return [parse_rect(reference, sheet)]
    except ValueError:
        return []


def read_table_filters(package: Package, part: str, sheet: str) -> list[Rect]:
    """Return the ranges of a worksheet's tables whose filter has criteria, so far as they can be read."""
    found = []
    for kind, target in relationships(package, part).values():
        try:
            each = parse(package, target).find("autoFilter") if kind == "table" else None
        except NotAWorkbook:
            continue
        if each is not None and each.find("filterColumn") is not None:
            found.extend(rectangles(each.get("ref", ""), sheet))
    return found
