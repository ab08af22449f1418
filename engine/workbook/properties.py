"""Document properties (ECMA-376 Part 2, 11; Part 1, 22.2): when, and by which program, a file was saved."""

from __future__ import annotations

import datetime
import xml.etree.ElementTree as ET

from engine.core.exceptions import NotAWorkbook
from engine.workbook.package import Package
from engine.workbook.xml_parts import parse, relationships


def read_saved(package: Package) -> datetime.date | None:
    """Return the day in UTC on which the workbook was last saved; None where it doesn't say."""
    properties = _properties(package, "core-properties")
    if properties is None:
        return None
    text = properties.findtext("modified") or properties.findtext("created") or ""
    try:
        return datetime.date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def read_application(package: Package) -> str:
    """Return the name of the program that wrote the file, empty where it doesn't say."""
    properties = _properties(package, "extended-properties")
    return "" if properties is None else (properties.findtext("Application") or "").strip()


def read_other_program(package: Package) -> str:
    """Return the name of another program that worked on the file and left its mark, or ""."""
    properties = _properties(package, "custom-properties")
    names = () if properties is None else (each.get("name", "") for each in properties.iter("property"))
    return "WPS Office" if "KSOProductBuildVer" in names else ""


def _properties(package: Package, kind: str) -> ET.Element | None:
    part = dict(relationships(package, "").values()).get(kind, "")
    try:
        return parse(package, part)
    except NotAWorkbook:
        return None  # missing or damaged, it says nothing
