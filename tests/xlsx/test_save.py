"""Saving whole or not at all: each way it can fail, and that the old file stays."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from engine.core.exceptions import OutputError
from engine.xlsx.save import save

OLD = b"what was there before"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "pack.xlsx"
    path.write_bytes(OLD)
    return path


def assert_untouched(target: Path) -> None:
    assert target.read_bytes() == OLD
    assert [path.name for path in target.parent.iterdir() if path.suffix == ".tmp"] == []


def test_replaces(target: Path) -> None:
    """The new content takes the old one's place and nothing is left over."""
    save(b"new", target)
    assert target.read_bytes() == b"new"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize(
    ("lock", "program"), [("~$pack.xlsx", "Excel"), (".~lock.pack.xlsx#", "LibreOffice")]
)
def test_open_elsewhere(target: Path, lock: str, program: str) -> None:
    """A workbook that a program has open is left alone, and the message says how to go on."""
    (target.parent / lock).write_text("someone")
    with pytest.raises(OutputError, match=f"is open in {program} .* close it and run again"):
        save(b"new", target)
    assert_untouched(target)


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (errno.ENOSPC, "no space left .* The old file is unchanged"),
        (errno.EDQUOT, "no space left"),
        (errno.EACCES, "permission denied.*--out"),
        (errno.EROFS, "read-only"),
        (errno.EIO, "can't be written .*The old file is unchanged"),
    ],
)
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_failures(
    target: Path, monkeypatch: pytest.MonkeyPatch, number: int, message: str, step: str
) -> None:
    """Whatever the disk says at whichever step, the old file is whole and the remedy is named."""

    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OutputError, match=message):
        save(b"new", target)
    assert_untouched(target)


def test_interrupted(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt in the middle of writing leaves the old file and no other."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save(b"new", target)
    assert_untouched(target)


def test_a_file_where_the_folder_should_be(target: Path) -> None:
    """A path through a file names the clash."""
    with pytest.raises(OutputError, match="a file stands where a folder should be"):
        save(b"new", target / "pack.xlsx")
    assert_untouched(target)


def test_mode_of_new_and_old(tmp_path: Path) -> None:
    """A new file can be read by others, an old one keeps its permissions."""
    path = tmp_path / "new.xlsx"
    save(b"a", path)
    assert path.stat().st_mode & 0o777 == 0o644
    path.chmod(0o600)
    save(b"b", path)
    assert path.stat().st_mode & 0o777 == 0o600
