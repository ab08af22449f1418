"""What depends on the position through few constants alone is computed once for each of them: growth by year
in a monthly model, a rate in a loop.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.core.values import Value
from engine.evaluate.batch.reads import references
from engine.evaluate.batch.source import NUMBER, Piece, rows
from engine.formula.expr import Binary, Call, Expr, Unary, walk

if TYPE_CHECKING:
    from engine.evaluate.batch.lower import Lowering

_COSTLY = frozenset(["POWER", "EXP", "LN", "LOG", "LOG10", "SQRT", "PMT", "FV", "PV"])


def hoisted(low: Lowering, expr: Expr) -> Piece | None:
    """Return the rows in which a tree is computed once for several positions, None where that is no gain."""
    if low.hoists is None or low.care or low.masks or len(low.keys) < 2 or not _worth_rows(expr):
        return None
    if not all(low.area(ref).fixed for ref in references(expr) if low.varies(ref)):
        return None
    costly = any(_is_costly(node) for node in walk(expr))
    if not costly and low.index is None:
        return None
    places, firsts = _sharing(low, expr)
    if len(firsts) > (len(low.keys) // 2 if costly else 1):
        return None
    return _in_rows(low, expr, places, firsts)


def _worth_rows(expr: Expr) -> bool:
    return _is_costly(expr) or (isinstance(expr, Binary) and expr.operator in "+-*/")


def _is_costly(expr: Expr) -> bool:
    if isinstance(expr, Call):
        return expr.function in _COSTLY
    return isinstance(expr, Binary) and expr.operator == "^"


def _sharing(low: Lowering, expr: Expr) -> tuple[list[int], list[int]]:
    """Return, per position, which of the shared values it has, and the first position of each."""
    parts = [low.base_values(part) for part in _constant_parts(low, expr)]
    known: dict[tuple[Value, ...], int] = {}
    places: list[int] = []
    firsts: list[int] = []
    for position in range(len(low.keys)):
        values = tuple(part[position] for part in parts)
        if values not in known:
            known[values] = len(firsts)
            firsts.append(position)
        places.append(known[values])
    return places, firsts


def _constant_parts(low: Lowering, expr: Expr) -> Iterator[Expr]:
    if not low.varies(expr):
        yield expr
    elif isinstance(expr, Binary):
        yield from _constant_parts(low, expr.left)
        yield from _constant_parts(low, expr.right)
    elif isinstance(expr, Unary):
        yield from _constant_parts(low, expr.operand)
    elif isinstance(expr, Call):
        for argument in expr.arguments:
            yield from _constant_parts(low, argument)


def _in_rows(low: Lowering, expr: Expr, places: Sequence[int], firsts: Sequence[int]) -> Piece | None:
    """Write the statements that compute the shared values; return where each position finds its own."""
    assert low.hoists is not None
    several = len(firsts) > 1
    once = replace(
        low, keys=low.keys[firsts], index="h" if several and low.scalar else None, hoists=None, lines=[]
    )
    piece = once.strict(expr)
    if piece.kind != NUMBER:
        return None
    first = low.constants.rows
    low.constants.rows += len(firsts)
    indent = ""
    if low.scalar:
        if several:
            low.hoists.append(f"for h in range({len(firsts)}):")
            indent = "    "
        low.hoists.append(f"{indent}for n in range(N):")
        indent += "    "
    target = rows([first + place for place in range(len(firsts))], once.index, low.constants)
    text = f"sound({piece.text})" if low.scalar else piece.text
    low.hoists.extend(f"{indent}{line}" for line in [*once.lines, f"{target} = {text}"])
    return Piece(rows([first + place for place in places], low.index, low.constants), NUMBER)
