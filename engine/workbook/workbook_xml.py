"""The workbook part: which sheets there are, defined names and calculation settings."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass

from engine.core.exceptions import NotAWorkbook
from engine.workbook.book import Name, Settings
from engine.workbook.package import Package
from engine.workbook.text import unescape
from engine.workbook.xml_parts import flag, number, parse, relationships


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A sheet as the workbook part lists it; ``kind`` is worksheet, chartsheet, dialogsheet …"""

    name: str
    state: str
    kind: str
    part: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What the workbook part says; ``parts`` are others by kind, ``externals`` those of other books.

    ``writer`` is the program that wrote the part, where it is one that calls itself Excel elsewhere.
    """

    sheets: tuple[SheetEntry, ...]
    names: tuple[Name, ...]
    settings: Settings
    parts: dict[str, str]
    externals: tuple[str, ...]
    writer: str = ""


def read_contents(package: Package) -> Contents:
    """Return the contents of the package's workbook part; NotAWorkbook where it has none."""
    part = _workbook_part(package)
    root = parse(package, part)
    if root.tag != "workbook":
        raise package.damaged(part, f"begins with <{root.tag}>, not <workbook>")
    related = relationships(package, part)
    sheets = tuple(_sheets(package, part, root, related))
    return Contents(
        sheets=sheets,
        names=tuple(_names(root, sheets)),
        settings=_settings(root),
        parts=dict(related.values()),
        externals=tuple(
            related.get(reference.get("id", ""), ("", ""))[1]
            for reference in root.iterfind("externalReferences/externalReference")
        ),
        writer=_writer(root),
    )


def _writer(root: ET.Element) -> str:
    """Return PhpSpreadsheet for its version of a calculation engine, which no Excel has; else ""."""
    calc = root.find("calcPr")
    return "PhpSpreadsheet" if calc is not None and calc.get("calcId") == "999999" else ""


def _workbook_part(package: Package) -> str:
    for kind, target in relationships(package, "").values():
        if kind == "officeDocument" and target in package:
            if target.lower().endswith(".bin"):
                raise NotAWorkbook(f"{package.path} is a binary workbook (.xlsb); in Excel, save it as .xlsx")
            if _may_be_workbook(target):
                return target
    if "xl/workbook.xml" in package:
        return "xl/workbook.xml"
    raise NotAWorkbook(
        f"{package.path} is a zip, but no .xlsx workbook: it has no workbook part; "
        "if it is an .ods, .docx or .zip file, open or unpack it and save the workbook as .xlsx"
    )


def _may_be_workbook(target: str) -> bool:
    """Tell whether an office document part can be a workbook: a Word or PowerPoint file names its own."""
    return not target.lower().startswith(("word/", "ppt/"))


def _sheets(
    package: Package, part: str, root: ET.Element, related: dict[str, tuple[str, str]]
) -> list[SheetEntry]:
    entries = []
    for sheet in root.iterfind("sheets/sheet"):
        name = unescape(sheet.get("name", ""))
        kind, target = related.get(sheet.get("id", ""), ("", ""))
        if target not in package:
            raise package.damaged(part, f"lists a sheet {name!r} whose part {target or '(none)'} is missing")
        entries.append(SheetEntry(name, sheet.get("state", "visible"), kind, target))
    if not entries:
        raise package.damaged(part, "lists no sheets")
    return entries


def _names(root: ET.Element, sheets: tuple[SheetEntry, ...]) -> list[Name]:
    names = []
    for defined in root.iterfind("definedNames/definedName"):
        scope = None
        if defined.get("localSheetId") is not None:
            index = number(defined.get("localSheetId"), -1)
            if not 0 <= index < len(sheets):
                continue  # its sheet is gone, so that nothing can refer to it
            scope = sheets[index].name
        text = unescape((defined.text or "").strip().removeprefix("="))
        names.append(Name(defined.get("name", ""), scope, text, flag(defined.get("hidden"))))
    return names


def _settings(root: ET.Element) -> Settings:
    workbook, calc = root.find("workbookPr"), root.find("calcPr")
    workbook = ET.Element("workbookPr") if workbook is None else workbook
    calc = ET.Element("calcPr") if calc is None else calc
    try:
        delta = float(calc.get("iterateDelta", "0.001"))
    except ValueError:
        delta = 0.001
    return Settings(
        date1904=flag(workbook.get("date1904")),
        iterate=flag(calc.get("iterate")),
        iterate_count=number(calc.get("iterateCount"), 100),
        iterate_delta=delta,
        calc_mode=calc.get("calcMode", "auto"),
        full_precision=flag(calc.get("fullPrecision"), default=True),
    )
