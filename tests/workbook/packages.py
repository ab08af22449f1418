"""Small workbooks written part by part, so that a test shows the very XML that it is about."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from engine.workbook.book import SheetCells

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"

Packed: TypeAlias = Callable[..., Path]
Rows: TypeAlias = Callable[..., SheetCells]


def relationships(*rows: tuple[str, str, str]) -> str:
    """Return a relationships part of (id, kind, target)."""
    links = "".join(f'<Relationship Id="{i}" Type="{LINKS}/{kind}" Target="{to}"/>' for i, kind, to in rows)
    return f'<Relationships xmlns="{RELATIONSHIPS}">{links}</Relationships>'


def worksheet(rows: str, namespace: str = MAIN) -> str:
    """Return a worksheet part with rows of XML."""
    return f'<worksheet xmlns="{namespace}"><sheetData>{rows}</sheetData></worksheet>'


def workbook(inner: str = "", sheets: str = '<sheet name="Sheet1" sheetId="1" r:id="s1"/>') -> str:
    """Return a workbook part; ``inner`` follows its sheets."""
    return f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>{sheets}</sheets>{inner}</workbook>'


def basic_parts() -> dict[str, str]:
    """Return the parts of a workbook with one sheet, whose A1 is 1."""
    return {
        "_rels/.rels": relationships(("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": workbook(),
        "xl/_rels/workbook.xml.rels": relationships(
            ("s1", "worksheet", "worksheets/sheet1.xml"),
            ("s2", "sharedStrings", "sharedStrings.xml"),
            ("s3", "styles", "styles.xml"),
            ("s4", "sheetMetadata", "metadata.xml"),
        ),
        "xl/worksheets/sheet1.xml": worksheet('<row r="1"><c r="A1"><v>1</v></c></row>'),
    }
