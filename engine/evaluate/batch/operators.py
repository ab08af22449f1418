"""Operators on what varies, to source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.evaluate.batch.source import BOOLEAN, BOXED, NUMBER, Piece, constant
from engine.evaluate.batch.unplanned import Unplanned
from engine.formula.expr import Binary, Expr, Ref

if TYPE_CHECKING:
    from engine.evaluate.batch.lower import Lowering

_ARITHMETIC = {"+": "np.add", "-": "np.subtract", "*": "np.multiply"}
# Against 0 numbers compare as they are; otherwise numbers alike in 15 digits are equal.
_EXACT = {"=": "is0", "<>": "not0", "<": "lt0", "<=": "le0", ">": "gt0", ">=": "ge0"}
ORDERED = {
    "=": "equal",
    "<>": "unequal",
    "<": "less",
    "<=": "less_equal",
    ">": "greater",
    ">=": "greater_equal",
}


def binary(low: Lowering, operator: str, left: Expr, right: Expr) -> Piece:
    """Return the source of an operator; raise Unplanned where it has no kernel."""
    if operator in ORDERED:
        return _comparison(low, operator, left, right)
    a, b = low.piece(left), low.piece(right)
    careful = low.care or BOXED in (a.kind, b.kind)
    written = low.boxed if careful else low.number
    x, y = written(a), written(b)
    if operator in _ARITHMETIC:
        if careful:
            return Piece(f"care({_ARITHMETIC[operator]}, None, NUM, {x}, {y})", BOXED)
        return Piece(f"({x} {operator} {y})", NUMBER)
    if operator == "/":
        return _division(low, x, y, b, careful)
    if operator == "^":
        return _power(low, x, y, b, careful)
    raise Unplanned(f"the operator {operator} on what varies")


def _division(low: Lowering, x: str, y: str, divisor: Piece, careful: bool) -> Piece:
    if careful:
        return Piece(f"care_divide({x}, {y})", BOXED)
    if divisor.constant or not low.mask:
        if divisor.constant is None:
            return Piece(f"divide({x}, {y})", NUMBER)
        return Piece(f"({x} / {y})" if divisor.constant else "stop()", NUMBER)
    return Piece(f"divide_where({x}, {y}, {low.mask})", NUMBER)


def _power(low: Lowering, x: str, y: str, exponent: Piece, careful: bool) -> Piece:
    if careful:
        return Piece(f"care_power({x}, {y})", BOXED)
    if exponent.constant == 2.0:
        return Piece(f"square({x})", NUMBER)
    mask = f", {low.mask}" if low.mask else ""
    return Piece(f"power({x}, {y}{mask})", NUMBER)


def _beside(low: Lowering, side: Expr, text: str, other: str) -> str:
    """Return a side's source with what a blank cell is beside the other: 0, "" or FALSE."""
    if not isinstance(side, Ref) or low.varies(side):
        return text
    blank = [value is None for value in low.base_values(side)]
    if not any(blank):
        return text
    if low.scalar:
        raise Unplanned("a comparison with a blank cell")
    return f"where({constant(blank, low.index, low.constants).text}, blank_beside({other}), {text})"


def _comparison(low: Lowering, operator: str, left: Expr, right: Expr) -> Piece:
    a, b = low.piece(left), low.piece(right)
    if low.care or BOXED in (a.kind, b.kind) or (a.kind == BOOLEAN) != (b.kind == BOOLEAN):
        x, y = low.boxed(a), low.boxed(b)
        x, y = _beside(low, left, x, y), _beside(low, right, y, x)
        text = f"care_compare({operator!r}, {x}, {y})"
        return low.settled(Piece(text, BOXED), low.base_values(Binary(operator, left, right)))
    x, y = low.number(a), low.number(b)
    if 0.0 in (a.constant, b.constant):
        return Piece(f"{_EXACT[operator]}({x}, {y})", BOOLEAN)
    return Piece(f"{ORDERED[operator]}({x}, {y})", BOOLEAN)


def last(low: Lowering, expr: Binary) -> Piece:
    """Return the source of a formula's last sum or difference, which is 0 where its operands cancel."""
    left, right = low.piece(expr.left), low.piece(expr.right)
    if BOXED in (left.kind, right.kind) or low.care:
        given = f"{low.boxed(left)}, {low.boxed(right)}"
        return Piece(f"care_last({expr.operator!r}, {given})", BOXED)
    sign, x, y = expr.operator, low.number(left), low.number(right)
    if left.constant == 0.0 or right.constant == 0.0:
        return Piece(f"({x} {sign} {y})", NUMBER)
    if low.scalar:
        x = low.named(x)
        return Piece(f"last({x} {sign} {y}, {x})", NUMBER)
    if low.index is None:
        x = low.named(x)
    low.leftover = x
    return Piece(f"({x} {sign} {y})", NUMBER)
