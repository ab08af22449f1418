"""Forms as machine code, through numba, from where it is kept or made now.

A file there whose text is not the one expected is written anew, never run.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.evaluate.batch.machine.kept import folder, module_text, stem


def addresses(forms: Iterable[str]) -> npt.NDArray[np.int64]:
    """Return where the machine code of forms is, from the cache or made now."""
    return np.array([_form(source).address for source in forms], dtype=np.int64)


@lru_cache(maxsize=4096)
def _form(source: str) -> Any:
    """Return a form compiled; kept, for its address is that of code which must stay."""
    path, text = folder() / f"{stem(source)}.py", module_text(source)
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        _write(path, text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module.form


def _write(path: Path, source: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(source)
    Path(name).replace(path)
