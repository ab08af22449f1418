"""Outputs land whole or not at all: no space, no permission, no folder, open elsewhere, interrupted."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from engine.analysis.results import AnalysisResults
from tests.end_to_end.conftest import ROOT, Tieout

LAST_WEEK = b"the pack of last week"


@pytest.fixture(autouse=True)
def no_analyses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the analyses out of these builds: what is written is not what is asked here."""
    monkeypatch.setattr("engine.pipeline.run_analyses", lambda *_: AnalysisResults())


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder, scraps included."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def failing(code: int) -> Callable[..., NoReturn]:
    """Return a system call that fails as the disk would."""

    def fail(*_: object, **__: object) -> NoReturn:
        raise OSError(code, os.strerror(code))

    return fail


@pytest.mark.parametrize(
    ("call", "code", "words"),
    [
        ("os.fsync", errno.ENOSPC, ["no space left", "unchanged"]),
        ("os.replace", errno.EACCES, ["permission", "--out", "unchanged"]),
        ("tempfile.mkstemp", errno.EROFS, ["read-only", "--out"]),
        ("tempfile.mkstemp", errno.EACCES, ["permission", "--out"]),
    ],
)
def test_a_disk_that_refuses(
    call: str,
    code: int,
    words: list[str],
    model: Path,
    packs: Path,
    tieout: Tieout,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A full disk or a folder that can't be written is told with its remedy, and the old pack stays whole."""
    monkeypatch.setattr(call, failing(code))
    said = tieout("build", model, "--out", packs)
    assert said.code == 1
    assert [word for word in words if word not in said.err] == []
    assert "Traceback" not in said.err
    assert contents(packs) == {"investor-pack.xlsx": LAST_WEEK}


def test_a_file_where_the_folder_should_be(model: Path, tmp_path: Path, tieout: Tieout) -> None:
    """An output folder that is a file is refused before any work, and the file stays."""
    place = tmp_path / "notes.txt"
    place.write_text("mine")
    for target in (place, place / "deeper"):
        said = tieout("build", model, "--out", target)
        assert said.code == 1
        assert "--out" in said.err
        assert place.read_text() == "mine"


@pytest.mark.parametrize("lock", ["~$investor-pack.xlsx", ".~lock.investor-pack.xlsx#"])
def test_a_pack_that_is_open(lock: str, model: Path, packs: Path, tieout: Tieout) -> None:
    """A pack that Excel or LibreOffice has open is not replaced under it."""
    (packs / lock).touch()
    said = tieout("build", model, "--out", packs)
    assert said.code == 1
    assert "close it" in said.err
    assert (packs / "investor-pack.xlsx").read_bytes() == LAST_WEEK


def test_the_model_is_never_a_target(model: Path, tieout: Tieout) -> None:
    """A model that is named as the pack is can't be written over by it."""
    named = model.rename(model.with_name("investor-pack.xlsx"))
    before = named.read_bytes()
    said = tieout("build", named, "--out", named.parent)
    assert said.code == 1
    assert "never written" in said.err
    assert named.read_bytes() == before


STOPPED = """
import os, sys, time
import engine.pipeline
from engine.analysis.results import AnalysisResults
from engine.cli import main

def wait(*_):
    print("writing", flush=True)
    time.sleep(60)

os.fsync = wait
engine.pipeline.run_analyses = lambda *_: AnalysisResults()
sys.exit(main(sys.argv[1:]))
"""


def test_an_interrupted_build(model: Path, packs: Path) -> None:
    """Ctrl-C while writing leaves the old pack whole and no scraps, says so, and exits with 130."""
    command = [sys.executable, "-c", STOPPED, "build", str(model), "--out", str(packs)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "writing\n"
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=600)
    assert running.returncode == 130
    assert "interrupted" in told
    assert "whole" in told
    assert "Traceback" not in told
    assert contents(packs) == {"investor-pack.xlsx": LAST_WEEK}


def test_a_model_saved_during_the_build(
    model: Path, packs: Path, tieout: Tieout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pack is not written from a file that the analyst has saved since it was read."""
    from engine.xlsx.write import render

    def saved_meanwhile(*arguments: object) -> bytes:
        model.write_bytes(model.read_bytes() + b"\0")
        return render(*arguments)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr("engine.pipeline.render", saved_meanwhile)
    said = tieout("build", model, "--out", packs)
    assert said.code == 1
    assert "build again" in said.err
    assert (packs / "investor-pack.xlsx").read_bytes() == LAST_WEEK
