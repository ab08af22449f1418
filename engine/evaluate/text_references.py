"""References written as text: what INDIRECT reads."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from engine.core.address import MAX_COLUMN, SHIFT, STRIDE
from engine.core.exceptions import UnsupportedFormula
from engine.core.values import REF
from engine.evaluate.compile import Compiler
from engine.evaluate.state import Closure, State
from engine.formula.expr import Binary, Expr, Ref
from engine.formula.parser import parse
from engine.formula.r1c1 import a1_text
from engine.functions.operands import Operand, Reference, Union
from engine.plan.scope import Scope

_LEADING_ZEROS = re.compile(r"(?<![\w.\]])(\$?[A-Za-z]{1,3}\$?)0+(?=[1-9]\d*\b(?!\())")


def refer(scope: Scope) -> Callable[[State, str, int, int, bool], Operand]:
    """Return the reader of references as text in a workbook: a text, its sheet and cell to an operand."""

    @lru_cache(maxsize=4096)
    def compiled(text: str, sheet: int, row: int, column: int) -> Closure | None:
        try:
            bare = _LEADING_ZEROS.sub(r"\1", text)
            tree = scope.resolve(parse(bare, row, column), scope.sheets[sheet])
        except UnsupportedFormula:
            if scope.unread_tables or scope.unread_sheets:
                raise  # the text may name one of them
            return None
        if isinstance(tree, Ref) and _beyond_the_sheet(tree, column):
            return None
        return Compiler(scope, sheet).operand(tree) if _is_reference(tree) else None

    def read(state: State, text: str, sheet: int, at: int, a1_style: bool) -> Operand:
        row, column = at >> SHIFT, at & (STRIDE - 1)
        asked = text if a1_style else a1_text(text, row, column)
        closure = compiled(asked, sheet, row, column) if asked else None
        operand = REF if closure is None else closure(state, at)
        return operand if isinstance(operand, (Reference, Union)) else REF

    return read


def _beyond_the_sheet(ref: Ref, column: int) -> bool:
    """Whether a whole column is named that no sheet has; its name would be no column in a cell's address."""
    ends = (a.column if a.column_absolute else a.column + column for a in (ref.first, ref.last))
    return ref.whole == "columns" and max(ends) > MAX_COLUMN


def _is_reference(tree: Expr) -> bool:
    if isinstance(tree, Ref):
        return tree.last_sheet is None  # INDIRECT takes no reference to several sheets
    return isinstance(tree, Binary) and tree.operator in ": ,"
