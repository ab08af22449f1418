"""What the end-to-end tests share: the command as users meet it, and copies of the shipped model to spoil."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.cli import main

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Said:
    """What a run of the command left: its exit code and both streams."""

    code: int
    out: str
    err: str


Tieout = Callable[..., Said]


@pytest.fixture
def tieout(capsys: pytest.CaptureFixture[str]) -> Tieout:
    """Run the command in this process, as its console script does."""

    def run(*arguments: object) -> Said:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        told = capsys.readouterr()
        return Said(code, told.out, told.err)

    return run


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Return a copy of the shipped model."""
    return Path(shutil.copy(ROOT / "model.xlsx", tmp_path / "model.xlsx"))


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    """Return an output folder that holds an older pack."""
    folder = tmp_path / "packs"
    folder.mkdir()
    (folder / "investor-pack.xlsx").write_bytes(b"the pack of last week")
    return folder
