"""Fixtures that write a small workbook part by part and read it."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.workbook.book import SheetCells
from engine.workbook.opening import open_workbook
from tests.workbook.packages import Packed, Rows, basic_parts, worksheet


@pytest.fixture(name="packed")
def _packed(tmp_path: Path) -> Packed:
    """Write a workbook: the parts given replace or join the basic ones; None leaves a part out."""

    def write(parts: Mapping[str, str | bytes | None] | None = None, name: str = "book.xlsx") -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
            for part, text in {**basic_parts(), **(parts or {})}.items():
                if text is not None:
                    package.writestr(part, text)
        return path

    return write


@pytest.fixture(name="rows")
def _rows(packed: Packed) -> Rows:
    """Read the cells of one sheet's rows of XML, in a workbook with further parts."""

    def read(rows: str, **parts: str) -> SheetCells:
        named = {f"xl/{part}.xml": text for part, text in parts.items()}
        return open_workbook(packed({"xl/worksheets/sheet1.xml": worksheet(rows), **named})).sheets[0]

    return read
