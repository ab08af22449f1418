"""Formula text to ``Expr``. ``formulas`` is imported with the first text that is not plain."""

from __future__ import annotations

from engine.core.exceptions import UnsupportedFormula
from engine.formula.depth import checked, make_room
from engine.formula.expr import Expr
from engine.formula.lexer import UNREADABLE, skeleton
from engine.formula.plain import plain


def parse(text: str, row: int = 1, column: int = 1) -> Expr:
    """Return the tree of a formula (without "=") that stands at (row, column), both from 1.

    Raises:
        UnsupportedFormula: the text is no formula that ``formulas`` can read.
    """
    if not text.strip():
        raise UnsupportedFormula(UNREADABLE.format(text))
    parts = skeleton(text, row, column)
    make_room(len(parts.tokens))
    tree = plain(parts)
    if tree is not None:
        return checked(tree, len(parts.tokens))
    from engine.formula import grammar  # noqa: PLC0415 -- formulas takes longer to import than a model to open

    return checked(grammar.tree(text, parts), len(parts.tokens))
