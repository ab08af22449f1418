"""Rich values: newer errors, and linked data types (Stocks, Geography ...) with their fields.

[MS-XLSX] 2.3.6. The fields of a data type are what its service answered when it was last refreshed; the file
holds them, and Excel's own formulas over them read nothing else.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.core.values import ExcelError, Value
from engine.workbook.package import Package
from engine.workbook.text import unescape
from engine.workbook.xml_parts import number, parse

# An _error rich value holds ERROR.TYPE's number less one; other errors are stored as they are.
_ERRORS = {
    8: ExcelError("#SPILL!"),
    9: ExcelError("#CONNECT!"),
    10: ExcelError("#BLOCKED!"),
    11: ExcelError("#UNKNOWN!"),
    12: ExcelError("#FIELD!"),
    13: ExcelError("#CALC!"),
}
_NESTED = 4  # how deep a value may stand for another


@dataclass(frozen=True, slots=True)
class RichValue:
    """What a cell shows (None: no plain value), and a data type's fields by lower-case name."""

    shown: Value = None
    fields: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Structure:
    kind: str
    keys: tuple[tuple[str, str], ...]


def read_rich_values(package: Package, parts: Mapping[str, str]) -> list[RichValue]:
    """Return the workbook's rich values in the order that cell metadata counts them."""
    values, structures = parts.get("rdRichValue", ""), parts.get("rdRichValueStructure", "")
    if values not in package or structures not in package:
        return []
    kinds = [_structure(each) for each in parse(package, structures).findall("s")]
    records = [_record(each, kinds) for each in parse(package, values).findall("rv")]
    return [_value(record, records, _NESTED) for record in records]


_Record = tuple[str, dict[str, tuple[str, str]]]


def _structure(element: ET.Element) -> _Structure:
    keys = tuple((unescape(key.get("n", "")), key.get("t", "d")) for key in element.iterfind("k"))
    return _Structure(element.get("t", ""), keys)


def _record(element: ET.Element, kinds: list[_Structure]) -> _Record:
    index = number(element.get("s"), -1)
    if not 0 <= index < len(kinds):
        return "", {}
    texts = [unescape(value.text or "") for value in element.findall("v")]
    keys = kinds[index].keys
    return kinds[index].kind, {n: (t, text) for (n, t), text in zip(keys, texts, strict=False)}


def _value(record: _Record, records: list[_Record], depth: int) -> RichValue:
    kind, keys = record
    if kind == "_error":
        return RichValue(_ERRORS.get(number(keys.get("errorType", ("", ""))[1], -1)))
    for name in ("%cvi", "Text"):  # a linked entity stands for its core, a link for its text
        if name in keys and keys[name][0] == "r" and depth:
            index = number(keys[name][1], -1)
            return _value(records[index], records, depth - 1) if 0 <= index < len(records) else RichValue()
    if kind == "_hyperlink":
        return RichValue(keys.get("Text", ("", ""))[1])
    shown = keys.get("_DisplayString")
    if shown is None:
        return RichValue()
    own = {name: value for name, value in keys.items() if not name.startswith(("_", "%"))}
    fields = {name.casefold(): _field(*value, records, depth) for name, value in own.items()}
    return RichValue(shown[1], fields)


def _field(kind: str, text: str, records: list[_Record], depth: int) -> Value:
    match kind:
        case "s":
            return text
        case "b":
            return text.strip().lower() in {"1", "true"}
        case "e":
            return ExcelError(text)
        case "r":
            index = number(text, -1)
            inside = depth and 0 <= index < len(records)
            return _value(records[index], records, depth - 1).shown if inside else None
    try:
        return float(text)
    except ValueError:
        return None
