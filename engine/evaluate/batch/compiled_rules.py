"""How functions that are ``called`` over lanes are lowered for the compiled program, if it has kernels."""

from __future__ import annotations

from collections.abc import Mapping

from engine.evaluate.batch.lower import Lowering
from engine.evaluate.batch.range_rules import block_of, items
from engine.evaluate.batch.source import BOOLEAN, NUMBER, Piece
from engine.evaluate.batch.unplanned import Unplanned
from engine.formula.expr import Expr, Missing

# Functions of all their arguments' items, and of the items of the first and a number.
_OF_ITEMS: Mapping[str, str] = {
    "MEDIAN": "median({})",
    "DEVSQ": "squares({})",
    **dict.fromkeys(["VAR", "VAR.S"], "variance({}, 1.0)"),
    **dict.fromkeys(["VARP", "VAR.P"], "variance({}, 0.0)"),
    **dict.fromkeys(["STDEV", "STDEV.S"], "deviation({}, 1.0)"),
    **dict.fromkeys(["STDEVP", "STDEV.P"], "deviation({}, 0.0)"),
}
_OF_ITEMS_AND_NUMBER: Mapping[str, str] = {
    "LARGE": "largest({}, {})",
    "SMALL": "smallest({}, {})",
    **dict.fromkeys(["PERCENTILE", "PERCENTILE.INC"], "percentile({}, {})"),
    **dict.fromkeys(["QUARTILE", "QUARTILE.INC"], "quartile({}, {})"),
}


def compiled(low: Lowering, name: str, arguments: tuple[Expr, ...]) -> Piece:
    """Return the source of a compiled kernel's call; raise Unplanned where there is none."""
    if name in _OF_ITEMS:
        return Piece(_OF_ITEMS[name].format(_numbers(low, arguments)), NUMBER)
    if name not in _OF_ITEMS_AND_NUMBER or len(arguments) != 2 or isinstance(arguments[1], Missing):
        raise Unplanned(f"{name} in the compiled program")
    number = low.number(low.piece(arguments[1]))
    return Piece(_OF_ITEMS_AND_NUMBER[name].format(_numbers(low, arguments[:1]), number), NUMBER)


def _numbers(low: Lowering, arguments: tuple[Expr, ...]) -> str:
    block = block_of(low, arguments)
    if block is not None:
        return block
    found = items(low, arguments)
    if not found or any(piece.kind == BOOLEAN for piece in found):
        raise Unplanned("statistics of no numbers, or of conditions")
    return "stack((" + ", ".join(low.number(piece) for piece in found) + ",))"
