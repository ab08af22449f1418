"""Loads families of functions into the table: all, or the one that a function is in."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module

from engine.functions.beyond import BEYOND
from engine.functions.homes import HOME, HOMES
from engine.functions.table import TABLE, Function

# Those that do not evaluate every argument or bind names, which have no entry in the table.
UNEVALUATED = frozenset(["IF", "IFERROR", "IFNA", "IFS", "SWITCH", "CHOOSE", "LET", "LAMBDA", "ISOMITTED"])
FAMILIES = tuple(family for family in HOMES if family != "library")


def find(name: str) -> Function | None:
    """Return a function of ours or one accepted from ``formulas``, importing no more than its family."""
    home = HOME.get(name)
    if home == "library":
        from engine.functions.library import library_function  # noqa: PLC0415 -- formulas is slow to import

        return library_function(name)
    if name not in TABLE and home is not None:
        import_module(f"engine.functions.{home}")
    return TABLE.get(name)


def is_known(name: str) -> bool:
    """Whether Excel has a function of that name, answered here or not."""
    return name in HOME or name in UNEVALUATED or name in BEYOND


@lru_cache(maxsize=1)
def load() -> None:
    """Import the modules whose functions enter themselves into the table."""
    for family in FAMILIES:
        import_module(f"engine.functions.{family}")
