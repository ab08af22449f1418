"""How functions that are ``called`` over lanes are lowered for the compiled program, if it has kernels."""

from __future__ import annotations

from collections.abc import Mapping

from engine.evaluate.batch.lower import Lowering
from engine.evaluate.batch.range_rules import block_of, items
from engine.evaluate.batch.source import BOOLEAN, NUMBER, Piece
from engine.evaluate.batch.unplanned import Unplanned
from engine.formula.expr import Expr, Missing, Ref

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
# Functions of numbers, by how many there are.
_OF_NUMBERS: Mapping[tuple[str, int], str] = {
    ("YEAR", 1): "date_year({})",
    ("MONTH", 1): "date_month({})",
    ("DAY", 1): "date_day({})",
    ("EDATE", 2): "edate({}, {})",
    ("EOMONTH", 2): "eomonth({}, {})",
    ("DATE", 3): "date_of({}, {}, {})",
    ("WEEKDAY", 1): "weekday({}, 1.0)",
    ("WEEKDAY", 2): "weekday({}, {})",
    ("DAYS", 2): "days_between({}, {})",
}


def compiled(low: Lowering, name: str, arguments: tuple[Expr, ...]) -> Piece:
    """Return the source of a compiled kernel's call; raise Unplanned where there is none."""
    if name in _OF_ITEMS:
        return Piece(_OF_ITEMS[name].format(_numbers(low, arguments)), NUMBER)
    if name in _OF_ITEMS_AND_NUMBER and len(arguments) == 2:
        texts = _numbers(low, arguments[:1]), _number(low, arguments[1])
        return Piece(_OF_ITEMS_AND_NUMBER[name].format(*texts), NUMBER)
    text = _OF_NUMBERS.get((name, len(arguments)))
    if text is None or low.cone.base.state.date1904:
        raise Unplanned(f"{name} in the compiled program")
    return Piece(text.format(*(_number(low, argument) for argument in arguments)), NUMBER)


def _number(low: Lowering, argument: Expr) -> str:
    if isinstance(argument, Missing) or (isinstance(argument, Ref) and not argument.is_cell):
        raise Unplanned("an argument that is left out, or a range")
    if not low.varies(argument) and any(type(value) is not float for value in low.base_values(argument)):
        raise Unplanned("an argument that is no number")
    return low.number(low.piece(argument))


def _numbers(low: Lowering, arguments: tuple[Expr, ...]) -> str:
    block = block_of(low, arguments)
    if block is not None:
        return block
    found = items(low, arguments)
    if not found or any(piece.kind == BOOLEAN for piece in found):
        raise Unplanned("statistics of no numbers, or of conditions")
    return "stack((" + ", ".join(low.number(piece) for piece in found) + ",))"
