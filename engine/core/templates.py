"""Where the templates lie: inside the installed package, or beside it in a checkout."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path


def templates() -> Traversable:
    """Return the folder of templates: ``theme.toml``, ``models/*.toml`` and ``reports/*.toml``.

    The wheel carries them as ``engine/templates``; an editable install and a checkout read the folder at the
    top.
    """
    packaged = files("engine") / "templates"
    if packaged.is_dir():
        return packaged
    return Path(__file__).resolve().parents[2] / "templates"
