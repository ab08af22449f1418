"""What earlier runs found out about a workbook, kept on disk: data to be read, never code to be run.

A file is a header, a checksum, a JSON text and arrays of integers. One that is cut short, changed, of another
version of the engine, or another user's is no answer, as if it were not there; whoever asked then finds out
anew and writes it again. Files appear whole (written beside, then put in place), so that processes may share
a folder; one that can't be written is no failure. ``TIEOUT_CACHE`` names the folder, or says "off".
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import struct
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]

VARIABLE: Final = "TIEOUT_CACHE"
LARGEST = 256 << 20  # bytes of a folder; beyond, the files unused for longest go
_MAGIC = b"tieout 1\n"
_DIGEST = 32
_SIZES = struct.Struct("<II")


@dataclass(frozen=True, slots=True)
class Kept:
    """A JSON value and arrays of integers."""

    json: Any
    arrays: tuple[Integers, ...] = ()


@dataclass(frozen=True, slots=True)
class Store:
    """A folder of what was found out, by kind and key."""

    folder: Path

    def get(self, kind: str, key: str) -> Kept | None:
        """Return what was kept, or None where nothing right was."""
        path = self._path(kind, key)
        try:
            with path.open("rb") as file:
                if _is_foreign(os.fstat(file.fileno())):
                    return None
                found = _unpacked(file.read(), key)
            os.utime(path)
        except (OSError, ValueError, LookupError, TypeError, struct.error, RecursionError):
            return None
        return found

    def put(self, kind: str, key: str, kept: Kept) -> None:
        """Keep something; a folder that can't be written keeps nothing."""
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._write(self._path(kind, key), _packed(kept, key))

    def _path(self, kind: str, key: str) -> Path:
        return self.folder / f"{kind}-{key}"

    def _write(self, path: Path, content: bytes) -> None:
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def make_room(self, largest: int = LARGEST) -> None:
        """Remove the files unused for longest while the folder holds more than ``largest`` bytes."""
        with contextlib.suppress(OSError):
            found = [(status.st_mtime, status.st_size, path) for path, status in _statuses(self.folder)]
            total = 0
            for _, size, path in sorted(found, reverse=True):
                total += size
                if total > largest:
                    path.unlink(missing_ok=True)


def default_store() -> Store | None:
    """Return the user's own store, or None where it is switched off."""
    chosen = os.environ.get(VARIABLE, "").strip()
    if chosen.lower() in {"off", "0", "no", "false"}:
        return None
    try:
        return Store(Path(chosen).absolute() if chosen else _user_folder())
    except (OSError, RuntimeError):  # no home
        return None


def key_of_parts(parts: Sequence[bytes | str]) -> str:
    """Return the key of things that this version of the engine found in these parts, in this order."""
    digest = hashlib.blake2b(engine_version(), digest_size=20)
    for part in parts:
        content = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        digest.update(struct.pack("<Q", len(content)))
        digest.update(content)
    return digest.hexdigest()


@lru_cache(maxsize=1)
def engine_version() -> bytes:
    """Return what tells this engine from others: its files' names, sizes and times, and Python's version."""
    root = Path(__file__).resolve().parents[1]
    found = [sys.version]
    for folder in ("core", "workbook", "formula", "plan", "functions"):
        with os.scandir(root / folder) as entries:
            files = [(entry.name, entry.stat()) for entry in entries if entry.is_file()]
        found += sorted(f"{name} {status.st_size} {status.st_mtime_ns}" for name, status in files)
    return hashlib.blake2b("\n".join(found).encode(), digest_size=20).digest()


def _statuses(folder: Path) -> list[tuple[Path, os.stat_result]]:
    with os.scandir(folder) as entries:
        return [(Path(entry.path), entry.stat()) for entry in entries if entry.is_file()]


def _user_folder() -> Path:
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "tieout"


def _is_foreign(status: os.stat_result) -> bool:
    """Whether a file is another user's, where the system tells."""
    return hasattr(os, "getuid") and status.st_uid != os.getuid()


def _packed(kept: Kept, key: str) -> bytes:
    text = json.dumps(kept.json, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
    blobs = [array.astype("<i8").tobytes() for array in kept.arrays]
    sizes = b"".join(struct.pack("<Q", len(blob)) for blob in blobs)
    body = b"".join([_SIZES.pack(len(text), len(blobs)), sizes, text, *blobs])
    return _MAGIC + _checksum(key, body) + body


def _unpacked(content: bytes, key: str) -> Kept:
    import numpy as np  # noqa: PLC0415 -- a store that holds nothing costs nothing

    body = memoryview(content)[len(_MAGIC) + _DIGEST :]
    if content[: len(_MAGIC)] != _MAGIC or content[len(_MAGIC) : -len(body) or None] != _checksum(key, body):
        raise ValueError
    length, count = _SIZES.unpack_from(body)
    sizes = struct.unpack_from(f"<{count}Q", body, _SIZES.size)
    at = _SIZES.size + 8 * count
    value = json.loads(bytes(body[at : at + length]).decode("utf-8", "surrogatepass"))
    at += length
    arrays = []
    for size in sizes:
        arrays.append(np.frombuffer(body[at : at + size], dtype="<i8"))
        at += size
    return Kept(value, tuple(arrays))


def _checksum(key: str, body: bytes | memoryview) -> bytes:
    digest = hashlib.blake2b(engine_version() + key.encode(), digest_size=_DIGEST)
    digest.update(body)
    return digest.digest()
