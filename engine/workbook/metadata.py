"""Cell metadata: which array formulas are dynamic, and which cells hold what older Excel has no word for.

[MS-XLSX] 2.3.9 (dynamic arrays) and 2.3.6 (rich values). A cell's cm counts the bk of cellMetadata from 1,
its vm those of valueMetadata; the rc in a bk names a metadata type (from 1) and a record (from 0) of it.
"""

from __future__ import annotations

import hashlib
import re
import xml.etree.ElementTree as ET
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from engine.core.values import VALUE, Value
from engine.workbook.later import Later
from engine.workbook.package import Package
from engine.workbook.rich_values import RichValue, read_rich_values
from engine.workbook.xml_parts import flag, number, parse

# Thousands of records, none of them of arrays.
_RICH_RECORDS = re.compile(
    rb'<futureMetadata name="XLRICHVALUE"[^>]*[^>/]>.*?</futureMetadata>'
    rb"|<valueMetadata[^>]*[^>/]>.*?</valueMetadata>",
    re.DOTALL,
)
_ARRAYS, _RICH = "XLDAPR", "XLRICHVALUE"


@dataclass(frozen=True, slots=True)
class CellMetadata:
    """``dynamic`` are the cm, as text, that mark dynamic arrays; ``values`` what a vm stands for.

    Excel stores such a value as #VALUE! with a vm: an error, or the text that a linked data type shows, whose
    fields are then in ``fields`` by their names in lower case. ``digest`` stands for the whole.
    """

    dynamic: Collection[str] = frozenset()
    values: Mapping[str, Value] = field(default_factory=dict)
    fields: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    digest: bytes = b""

    def shown(self, value: Value, vm: str) -> Value:
        """Return what a cell shows that stores a value and has a vm ("" for none)."""
        return self.values.get(vm, VALUE) if value is VALUE else value


def read_metadata(package: Package, parts: Mapping[str, str]) -> CellMetadata:
    """Return what the workbook's metadata says of cells; nothing where it has none.

    It is parsed when a cell with a mark of its own is met: there may be thousands of records.
    """
    part = parts.get("sheetMetadata")
    if part is None or part not in package:
        return CellMetadata()
    marked = Later[str, RichValue](lambda: _rich(package, part, parts))
    return CellMetadata(
        dynamic=Later[str, None](lambda: dict.fromkeys(_dynamic(package, part))),
        values=Later(lambda: {vm: rich.shown for vm, rich in marked.items() if rich.shown is not None}),
        fields=Later(lambda: {vm: rich.fields for vm, rich in marked.items() if rich.fields}),
        digest=hashlib.blake2b(package.read(part), digest_size=20).digest(),
    )


def _dynamic(package: Package, part: str) -> Iterator[str]:
    root = parse(package, part, _RICH_RECORDS)
    known = {record for record, block in enumerate(_records(root, _ARRAYS)) if _is_dynamic(block)}
    return (cm for cm, record in _marks(root, "cellMetadata", _ARRAYS) if record in known)


def _rich(package: Package, part: str, parts: Mapping[str, str]) -> dict[str, RichValue]:
    root = parse(package, part)
    indices = [_value_index(block) for block in _records(root, _RICH)]
    rich = read_rich_values(package, parts) if indices else []
    return {
        vm: rich[indices[record]]
        for vm, record in _marks(root, "valueMetadata", _RICH)
        if 0 <= record < len(indices) and 0 <= indices[record] < len(rich)
    }


def _records(root: ET.Element, kind: str) -> Iterator[ET.Element]:
    for future in root.iterfind("futureMetadata"):
        if future.get("name") == kind:
            yield from future.findall("bk")


def _marks(root: ET.Element, blocks: str, kind: str) -> Iterator[tuple[str, int]]:
    """Yield each cm or vm with the record of one kind that it names."""
    kinds = [each.get("name") for each in root.iterfind("metadataTypes/metadataType")]
    for index, block in enumerate(root.iterfind(f"{blocks}/bk"), start=1):
        for rc in block.findall("rc"):
            place = number(rc.get("t"), 0)
            if 1 <= place <= len(kinds) and kinds[place - 1] == kind:
                yield str(index), number(rc.get("v"), -1)


def _is_dynamic(block: ET.Element) -> bool:
    return any(flag(mark.get("fDynamic")) for mark in block.iter("dynamicArrayProperties"))


def _value_index(block: ET.Element) -> int:
    return next((number(mark.get("i"), -1) for mark in block.iter("rvb")), -1)
