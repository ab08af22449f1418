"""``scipy.special``, its compiled functions alone, imported with the first one asked for.

The package around them imports NumPy's test tools, f2py and more: forty times as long as the functions take,
and longer than most models.
"""

from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec
from types import ModuleType
from typing import Any

_PACKAGE, _FUNCTIONS = "scipy.special", "scipy.special._ufuncs"


def __getattr__(name: str) -> Any:
    return getattr(sys.modules.get(_PACKAGE) or _functions(), name)


def _functions() -> ModuleType:
    """Return the module of compiled functions, or the package where they can't be had without it."""
    known = sys.modules.get(_FUNCTIONS)
    if known is not None:
        return known
    try:
        return _without_package()
    except ImportError:
        return importlib.import_module(_PACKAGE)


def _without_package() -> ModuleType:
    """Import the functions with an empty package around them, which is gone again afterwards."""
    scipy = find_spec("scipy")
    if scipy is None or not scipy.submodule_search_locations:
        raise ImportError(_PACKAGE)
    empty = ModuleType(_PACKAGE)
    empty.__path__ = [f"{folder}/special" for folder in scipy.submodule_search_locations]
    sys.modules[_PACKAGE] = empty
    try:
        return importlib.import_module(_FUNCTIONS)
    finally:
        del sys.modules[_PACKAGE]
