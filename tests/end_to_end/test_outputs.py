"""The packs that the repository ships: rebuilt with the same bytes, from a model that no one touched."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import openpyxl
import pytest

from engine.cli import main
from tests.end_to_end.conftest import ROOT, Tieout

PACK = "investor-pack.xlsx"


def digest(path: Path) -> str:
    """Return a file's SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the shipped model once, from a copy, and return the folder that holds both."""
    folder = tmp_path_factory.mktemp("built")
    shutil.copy(ROOT / "model.xlsx", folder)
    assert main(["build", str(folder / "model.xlsx"), "--out", str(folder / "packs")]) == 0
    return folder


def test_a_rebuild_gives_the_committed_bytes(built: Path) -> None:
    """The committed pack is what the committed model gives, byte for byte."""
    assert digest(built / "packs" / PACK) == digest(ROOT / "outputs" / PACK)


def test_two_builds_are_one_file(built: Path, tmp_path: Path, tieout: Tieout) -> None:
    """A second build of one model, elsewhere and under another clock, gives the same bytes."""
    said = tieout("build", built / "model.xlsx", "--out", tmp_path)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(str(tmp_path / PACK))
    assert digest(tmp_path / PACK) == digest(built / "packs" / PACK)


def test_only_packs_are_written(built: Path) -> None:
    """A build leaves its packs in the output folder, nothing anywhere else, and the model as it was."""
    assert sorted(path.name for path in (built / "packs").iterdir()) == [PACK]
    assert sorted(path.name for path in built.iterdir()) == ["model.xlsx", "packs"]
    assert digest(built / "model.xlsx") == digest(ROOT / "model.xlsx")


def test_the_pack_names_its_source(built: Path) -> None:
    """The provenance of the pack holds the model's own SHA-256."""
    book = openpyxl.load_workbook(built / "packs" / PACK, read_only=True)
    shown = {
        str(cell) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) for cell in row
    }
    book.close()
    assert digest(built / "model.xlsx") in shown


def test_the_pack_opens_without_errors(built: Path) -> None:
    """No cell of the shipped pack holds an Excel error, and no formula lacks its stored value."""
    values = openpyxl.load_workbook(built / "packs" / PACK, data_only=True)
    for sheet in openpyxl.load_workbook(built / "packs" / PACK).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                shown = values[sheet.title][cell.coordinate].value
                assert not str(shown).startswith("#"), f"{sheet.title}!{cell.coordinate} shows {shown}"
                if cell.data_type == "f":
                    assert shown is not None, f"{sheet.title}!{cell.coordinate} has no stored value"
