"""OFFSET, INDIRECT and spilled ranges that name the same cells in every scenario, as plain references.

Where what places them does not vary, the base tells which cells they are.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import numpy as np

from engine.core.address import SHIFT, STRIDE
from engine.core.values import ExcelError
from engine.evaluate.batch.reads import area_of, references
from engine.evaluate.batch.unplanned import Unplanned
from engine.evaluate.compile import Compiler
from engine.evaluate.state import CellId
from engine.formula.expr import Anchor, Binary, Call, Error, Expr, Invoke, Name, Ref, Unary, walk
from engine.functions.operands import Kept, Pending, Reference
from engine.functions.table import Fault

if TYPE_CHECKING:
    from engine.evaluate.batch.cone import Cone
    from engine.evaluate.reference import Evaluation

_PLACED = frozenset(["INDIRECT", "OFFSET"])


def resolved(base: Evaluation, expr: Expr, cell: CellId, varying: Collection[CellId]) -> Expr:
    """Return a cell's tree with plain references; raise Unplanned where one of them may move."""
    match expr:
        case Invoke():
            raise Unplanned("a call of a function of one's own that is not written out")
        case Unary("#", operand):
            if not isinstance(operand, Ref):
                raise Unplanned("a spilled range of something other than a cell")
            return _named(base, expr, cell)
        case Call(name, arguments) if name in _PLACED:
            _steady(base, arguments[name == "OFFSET" :], cell, varying)
            return _named(base, expr, cell)
        case Binary(":", left, right) if any(_dynamic(node) for side in (left, right) for node in walk(side)):
            for node in walk(expr):
                if isinstance(node, Call):
                    _steady(base, node.arguments[node.function == "OFFSET" :], cell, varying)
            return _named(base, expr, cell)
        case Call("GETPIVOTDATA", arguments):
            _steady(base, arguments, cell, varying)
            return expr
        case Unary(operator, operand):
            return Unary(operator, resolved(base, operand, cell, varying))
        case Binary(operator, left, right):
            sides = [resolved(base, side, cell, varying) for side in (left, right)]
            return Binary(operator, *sides)
        case Call(name, arguments):
            return Call(name, tuple(resolved(base, argument, cell, varying) for argument in arguments))
        case _:
            return expr


def _dynamic(node: Expr) -> bool:
    return (isinstance(node, Call) and node.function in _PLACED) or (
        isinstance(node, Unary) and node.operator == "#"
    )


def _steady(base: Evaluation, placing: Sequence[Expr], cell: CellId, varying: Collection[CellId]) -> None:
    """Raise Unplanned where what places a reference varies."""
    around = cast("Cone", SimpleNamespace(base=SimpleNamespace(state=base.state)))
    key = np.array([cell[1]], dtype=np.int64)
    for expr in placing:
        if any(isinstance(node, (Name, Invoke)) or _dynamic(node) for node in walk(expr)):
            raise Unplanned("a reference whose place is itself looked up")
        for ref in references(expr):
            area = area_of(ref, cell[0], key, around, base.program.scope)
            if any((area.sheet, read) in varying for read in area.keys.ravel().tolist()):
                raise Unplanned("a reference whose place varies")


def _named(base: Evaluation, expr: Expr, cell: CellId) -> Expr:
    """Return the cells that a reference names in the base, or the error that it is."""
    sheet, key = cell
    try:
        found = Compiler(base.program.scope, sheet).operand(expr)(
            replace(base.state, streams={}, kept=Kept()), key
        )
    except Fault as fault:
        return Error(fault.error)
    except Pending as pending:
        raise Unplanned("a reference to what has no value") from pending
    if isinstance(found, ExcelError):
        return Error(found)
    if not isinstance(found, Reference):
        raise Unplanned("a reference that gives no cells")
    corners = ((found.top, found.left), (found.bottom, found.right))
    first, last = (Anchor(row, column, True, True) for row, column in corners)
    return Ref(base.program.scope.sheets[found.sheet], first, last)


def along(exprs: Sequence[Expr], keys: Sequence[int]) -> list[tuple[int, int, Expr]]:
    """Return the cells of a run in parts (from, to, tree) that share a tree, absolute or moving along."""
    moving = [_moving(expr, key) for expr, key in zip(exprs, keys, strict=True)]
    parts, start = [], 0
    while start < len(keys):
        end = max(_shared(exprs, start), _shared(moving, start))
        same = exprs if end == _shared(exprs, start) else moving
        parts.append((start, end, same[start]))
        start = end
    return parts


def _shared(exprs: Sequence[Expr], start: int) -> int:
    end = start + 1
    while end < len(exprs) and exprs[end] == exprs[start]:
        end += 1
    return end


def _moving(expr: Expr, key: int) -> Expr:
    """Return a tree whose fixed references move along with its cell, so far as the base named them."""
    match expr:
        case Ref():
            return replace(expr, first=_offset(expr.first, key), last=_offset(expr.last, key))
        case Unary(operator, operand):
            return Unary(operator, _moving(operand, key))
        case Binary(operator, left, right):
            return Binary(operator, _moving(left, key), _moving(right, key))
        case Call(name, arguments):
            return Call(name, tuple(_moving(argument, key) for argument in arguments))
        case _:
            return expr


def _offset(anchor: Anchor, key: int) -> Anchor:
    row, column = key >> SHIFT, key & (STRIDE - 1)
    return Anchor(
        anchor.row - row if anchor.row_absolute else anchor.row,
        anchor.column - column if anchor.column_absolute else anchor.column,
        False,
        False,
    )
