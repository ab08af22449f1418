"""LibreOffice as a witness: workbooks recalculated by it, whole, with the stored values out of its sight."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest

from engine.core.address import a1, quote_sheet, row_column
from engine.core.values import Value
from engine.workbook.opening import open_workbook

needs_libreoffice = pytest.mark.skipif(
    shutil.which("soffice") is None,
    reason="LibreOffice (soffice) is not installed: nothing was compared with it",
)
# Recalculate on load, always (0): without it, LibreOffice shows the values that the file stores.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def with_inputs(workbook: Path, target: Path, inputs: Mapping[str, Value]) -> Path:
    """Save a copy with constants typed into cells ("Sheet!B4") and no stored value left in it."""
    book = openpyxl.load_workbook(workbook)
    for address, value in inputs.items():
        sheet, _, cell = address.rpartition("!")
        assert value is None or isinstance(value, float | str | bool)
        book[sheet.strip("'")][cell.replace("$", "")] = value
    book.save(target)
    return target


def recalculated(workbooks: Sequence[Path], scratch: Path, passes: int = 2) -> list[Path]:
    """Return the workbooks as LibreOffice recalculates and saves them, in order.

    It does so twice, because one pass may compute a cell before its precedent where no value is stored; a
    workbook whose formulas stand below all that they read needs one.
    """
    profile = scratch / "profile"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
    for turn in range(passes):
        folder = scratch / f"pass {turn + 1}"
        command = [
            "soffice",
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            "--convert-to",
            "xlsx",
        ]
        subprocess.run(
            [*command, "--outdir", folder, *workbooks], check=True, capture_output=True, timeout=900
        )
        workbooks = [folder / workbook.name for workbook in workbooks]
    return list(workbooks)


def stored_values(workbook: Path) -> dict[str, Value]:
    """Return what a workbook shows in each cell, by "Sheet!A1"."""
    return {
        f"{quote_sheet(sheet.name)}!{a1(*row_column(key))}": value
        for sheet in open_workbook(workbook).sheets
        for key, value in {**sheet.constants, **sheet.stored}.items()
    }
