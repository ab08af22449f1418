"""Pivot tables of a worksheet: what every line of their bodies stands for (ECMA-376 Part 1, 18.10)."""

from __future__ import annotations

import datetime
import xml.etree.ElementTree as ET
from collections.abc import Iterator

from engine.core.address import MAX_COLUMN, MAX_ROW, Rect, parse_rect
from engine.core.exceptions import NotAWorkbook
from engine.core.values import Value
from engine.workbook.book import Pivot, PivotCell
from engine.workbook.package import Package
from engine.workbook.text import unescape
from engine.workbook.xml_parts import flag, number, parse, relationships

_EPOCH = datetime.datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's dates know no time zone
_DATA = -2  # the field number that stands for the data fields
_TOTALS = frozenset(["grand", "blank"])


def read_pivots(package: Package, part: str, sheet: str) -> Iterator[Pivot]:
    """Yield the pivot tables that lie on the worksheet whose part and name are given."""
    for kind, target in relationships(package, part).values():
        if kind == "pivotTable":
            try:
                pivot = _pivot(package, target, sheet)
            except NotAWorkbook:
                pivot = None
            yield pivot or Pivot(Rect(sheet, 1, 1, MAX_ROW, MAX_COLUMN), (0, 0), (), (), (), unread=True)


def _pivot(package: Package, part: str, sheet: str) -> Pivot | None:
    root, names = parse(package, part), _Names.of(package, part)
    location = root.find("location")
    if location is None or names is None:
        return None
    try:
        rect = parse_rect(location.get("ref", ""), sheet)
    except ValueError:
        return None
    body = (
        rect.top + number(location.get("firstDataRow"), 1),
        rect.left + number(location.get("firstDataCol"), 1),
    )
    shown = [_items(each, names, i) for i, each in enumerate(root.iterfind("pivotFields/pivotField"))]
    figures = root.iterfind("dataFields/dataField")
    data = [(unescape(each.get("name", "")), number(each.get("fld"), -1)) for each in figures]
    return Pivot(
        rect=_counted(rect, location),
        body=body,
        rows=tuple(_lines(root, "row", names, shown)),
        columns=tuple(_lines(root, "col", names, shown)),
        values=tuple((name.casefold(), names.field(index)) for name, index in data),
        fields=frozenset(names.fields),
        filters=dict(_filters(root, names, shown)),
    )


def _counted(rect: Rect, location: ET.Element) -> Rect:
    """Return the rectangle with the filters above it, which belong to the table too."""
    pages = number(location.get("rowPageCount"), 0)
    top = max(1, rect.top - pages - 1) if pages else rect.top
    return Rect(rect.sheet, top, rect.left, rect.bottom, rect.right)


class _Names:
    """The names of the fields behind a pivot table, in lower case, and the items of each."""

    def __init__(self, fields: list[str], items: list[list[Value]]) -> None:
        self.fields = fields
        self.items = items

    @classmethod
    def of(cls, package: Package, part: str) -> _Names | None:
        """Read them from the table's cache definition."""
        targets = [t for kind, t in relationships(package, part).values() if kind == "pivotCacheDefinition"]
        if not targets or targets[0] not in package:
            return None
        fields = list(parse(package, targets[0]).iterfind("cacheFields/cacheField"))
        return cls([unescape(f.get("name", "")).casefold() for f in fields], [_shared(f) for f in fields])

    def field(self, index: int) -> str:
        """Return a field's name."""
        return self.fields[index] if 0 <= index < len(self.fields) else ""


def _shared(field: ET.Element) -> list[Value]:
    group = field.find("fieldGroup/groupItems")
    shared = group if group is not None else field.find("sharedItems")
    return [] if shared is None else [_item(item) for item in shared]


def _item(item: ET.Element) -> Value:
    text = item.get("v", "")
    match item.tag:
        case "n":
            try:
                return float(text)
            except ValueError:
                return None
        case "b":
            return flag(text)
        case "d":
            return _serial(text)
        case "s" | "e":
            return unescape(text)
    return "(blank)"


def _serial(text: str) -> Value:
    try:
        return (datetime.datetime.fromisoformat(text) - _EPOCH) / datetime.timedelta(days=1)
    except (ValueError, TypeError):
        return text


def _items(field: ET.Element, names: _Names, index: int) -> list[Value]:
    """Return what a field shows for each of its items, in the order that lines count them."""
    shared = names.items[index] if index < len(names.items) else []
    found: list[Value] = []
    for item in field.iterfind("items/item"):
        x = number(item.get("x"), -1)
        caption = item.get("n")
        found.append(unescape(caption) if caption else shared[x] if 0 <= x < len(shared) else None)
    return found


def _lines(root: ET.Element, axis: str, names: _Names, shown: list[list[Value]]) -> Iterator[PivotCell]:
    fields = [number(field.get("x"), -1) for field in root.iterfind(f"{axis}Fields/field")]
    only = 0 if len(list(root.iterfind("dataFields/dataField"))) == 1 else None
    held: list[int] = []
    for line in root.iterfind(f"{axis}Items/i"):
        chosen = [number(x.get("v"), 0) for x in line.iterfind("x")]
        held = held[: number(line.get("r"), 0)] + chosen
        data = number(line.get("i"), 0) if _DATA in fields else only
        places = [] if line.get("t") in _TOTALS else zip(fields, held, strict=False)
        items = {
            names.field(field): shown[field][v]
            for field, v in places
            if 0 <= field < len(shown) and 0 <= v < len(shown[field])
        }
        yield PivotCell(items, data)


def _filters(root: ET.Element, names: _Names, shown: list[list[Value]]) -> Iterator[tuple[str, Value]]:
    for page in root.iterfind("pageFields/pageField"):
        index, item = number(page.get("fld"), -1), number(page.get("item"), -1)
        chosen = shown[index][item] if 0 <= index < len(shown) and 0 <= item < len(shown[index]) else None
        yield names.field(index), chosen
