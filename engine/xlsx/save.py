"""Saving a file whole or not at all, and saying what to do where it can't be saved."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from pathlib import Path

from engine.core.exceptions import OutputError


def save(content: bytes, path: Path) -> None:
    """Replace a file with new content in one step; on any failure the old file stays as it was.

    Raises OutputError that names the remedy: open elsewhere, no permission, no space, no such folder.
    """
    _refuse_open(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(content, path)
    except OSError as error:
        raise OutputError(_remedy(path, error)) from error


def _refuse_open(path: Path) -> None:
    locks = {"Excel": path.with_name(f"~${path.name}"), "LibreOffice": path.with_name(f".~lock.{path.name}#")}
    for program, lock in locks.items():
        if lock.exists():
            raise OutputError(
                f"{path} is open in {program} (its lock file {lock.name} is there); close it and run again. "
                f"If nothing has it open, delete {lock.name}. The old file is unchanged."
            )


def _replace(content: bytes, path: Path) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        os.replace(name, path)  # noqa: PTH105 - one atomic step; tests replace os.replace
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _remedy(path: Path, error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"There is no space left to write {path}; free some and run again. The old file is unchanged."
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return (
            f"{path} can't be written (permission denied): it is open in another program, or its folder is "
            "read-only. Close it, or choose another folder with --out. The old file is unchanged."
        )
    if error.errno in {errno.ENOTDIR, errno.EEXIST, errno.EISDIR}:
        return (
            f"{path} can't be written ({error.strerror}): a file stands where a folder should be, or "
            "a folder where the file should be. Choose another folder with --out."
        )
    return (
        f"{path} can't be written ({error.strerror or error}). The old file is unchanged; "
        "choose another folder with --out."
    )
