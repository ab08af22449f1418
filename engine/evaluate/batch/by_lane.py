"""What has no kernel, to source: a call of the reference for every lane."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.evaluate.batch.alone import Alone, Read, closure_of, fresh
from engine.evaluate.batch.reads import area_of, references
from engine.evaluate.batch.source import BOOLEAN, BOXED, Piece
from engine.evaluate.batch.unplanned import Unplanned
from engine.evaluate.state import CellId, Closure
from engine.formula.expr import Binary, Call, Expr

if TYPE_CHECKING:
    from engine.evaluate.batch.lower import Lowering


def by_lane(low: Lowering, expr: Expr, *, whole: bool = False) -> Piece:
    """Return the source of a tree's call, or of the ``whole`` formula's, for every lane.

    Raises Unplanned in a scalar program, which knows no reference.
    """
    if low.scalar:
        raise Unplanned("a part without a kernel")
    base, keys = low.cone.base, low.keys.tolist()
    scope = base.program.scope
    closure = _closure(low, expr, whole=whole)
    reads_ = tuple(tuple(_reads_at(low, expr, place)) for place in range(len(keys)))
    origin = expr, low.sheet, scope, low.array
    call = Alone(closure, origin, base.state, tuple(keys), reads_, whole)
    name = low.constants.add(call, "F")
    low.constants.slow[name] = _named(expr)
    text = f"{name}(S, {low.index})" if low.index else f"{name}(S)"
    return low.settled(Piece(text, BOXED), [call.value(fresh(base.state), key) for key in keys])


def _closure(low: Lowering, expr: Expr, *, whole: bool) -> Closure:
    if whole:
        return closure_of(expr, low.sheet, low.cone.base.program.scope, whole=True, array=low.array)
    return low.cone.closure(expr, low.sheet, array=low.array)


def _reads_at(low: Lowering, expr: Expr, place: int) -> Iterator[Read]:
    key = low.keys[place : place + 1]
    seen: set[CellId] = set()
    for ref in references(expr):
        area = area_of(ref, low.sheet, key, low.cone, low.cone.base.program.scope)
        for read in area.keys.ravel().tolist():
            cell = area.sheet, read
            if cell in low.cone.varying and cell not in seen:
                seen.add(cell)
                slot = low.slots.numbers[cell]
                low.constants.seen.add(slot)
                yield Read(*cell, slot, low.kinds[slot] == BOOLEAN)


def _named(expr: Expr) -> str:
    return (
        expr.function if isinstance(expr, Call) else expr.operator if isinstance(expr, Binary) else "a range"
    )
