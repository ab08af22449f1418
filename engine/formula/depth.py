"""How deep formulas nest, and room on Python's stack for those that nest deeply.

Trees are hashed, compiled and evaluated by recursion, and 1,300 terms that are added nest 1,300 deep.
"""

from __future__ import annotations

import sys
from typing import Final

from engine.core.exceptions import UnsupportedFormula
from engine.formula.expr import Expr, children

DEEPEST: Final = 1500  # what an operating system's smallest usual stack (1 MiB) holds
_FRAMES = 8  # at most so many calls for each level, Python's own among them
_SHORT = 200  # nothing so long nests deeper than Python's own limit allows


def make_room(length: int) -> None:
    """Raise Python's limit of recursion, if need be, for formulas of up to so many tokens."""
    if length > _SHORT:
        needed = 1000 + _FRAMES * min(length, DEEPEST)
        sys.setrecursionlimit(max(sys.getrecursionlimit(), needed))


def checked(expr: Expr, length: int) -> Expr:
    """Return a tree of so many tokens; raise UnsupportedFormula where it nests too deeply."""
    if length > DEEPEST and depth(expr) > DEEPEST:
        raise UnsupportedFormula(f"its operations nest over {DEEPEST:,} deep; split it over several cells")
    return expr


def depth(expr: Expr) -> int:
    """Return how many levels a tree has."""
    levels, level = 0, [expr]
    while level:
        levels += 1
        level = [child for node in level for child in children(node)]
    return levels
