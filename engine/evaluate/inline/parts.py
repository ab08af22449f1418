"""What inlined forms call: numbers of ranges, comparisons and conditions of values that are no floats."""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist
from typing import Any, Final

from engine.core.address import SHIFT, STRIDE
from engine.core.values import ExcelError
from engine.evaluate.operators import SCALARS
from engine.functions import coerce
from engine.functions.arithmetic import power
from engine.functions.coerce import LARGEST
from engine.functions.numbers import total
from engine.functions.operands import Operand, Reference
from engine.functions.powers import raised
from engine.functions.stream import Stream, uniforms
from engine.functions.table import Fault


class Unplain(Exception):
    """The cell is not computed with plain numbers alone: its closure computes it."""


_VALUES: Final = frozenset([float, str, bool, type(None)])


def gather(
    get: Callable[[int], Any], found: list[float], top: int, bottom: int, left: int, right: int
) -> None:
    """Append the numbers of a range, row by row; text, booleans and blanks are passed over."""
    if top > bottom:
        top, bottom = bottom, top
    if left > right:
        left, right = right, left
    if left == right:
        spans = [range(top << SHIFT | left, (bottom << SHIFT | left) + 1, STRIDE)]
    else:
        spans = [range(row << SHIFT | left, (row << SHIFT | right) + 1) for row in range(top, bottom + 1)]
    for span in spans:
        for value in map(get, span):
            if value.__class__ is float:
                found.append(value)
            elif value.__class__ not in _VALUES:
                raise Unplain


def order(operator: str, left: Any, right: Any) -> bool:
    """Compare two values as Excel does."""
    if left.__class__ not in _VALUES or right.__class__ not in _VALUES:
        raise Unplain
    result = SCALARS[operator](left, right)
    if result is True or result is False:
        return result
    raise Unplain


def truth(value: Any) -> bool:
    """Return a value as a condition."""
    if value.__class__ not in _VALUES:
        raise Unplain
    condition = coerce.boolean(value)
    if isinstance(condition, ExcelError):
        raise Unplain
    return condition


def cell_value(operand: Operand) -> Any:
    """Return a reference to one cell as what the cell holds, anything else as it is."""
    if isinstance(operand, Reference) and operand.top == operand.bottom and operand.left == operand.right:
        return operand.item(0, 0)
    return operand


def settled(operand: Operand) -> Any:
    """Return ``cell_value``, 0.0 for a blank."""
    value = cell_value(operand)
    return 0.0 if value is None else value


SPACE: Final[dict[str, Any]] = {
    "L": LARGEST,
    "Stream": Stream,
    "PLAIN": frozenset([float, str, bool, ExcelError]),
    "VALUES": _VALUES,
    "UNPLAIN": (TypeError, ArithmeticError, ValueError, Fault, Unplain),
    "Unplain": Unplain,
    "cell_value": cell_value,
    "gather": gather,
    "inverse": NormalDist().inv_cdf,
    "order": order,
    "power": power,
    "raised": raised,
    "settled": settled,
    "total": total,
    "truth": truth,
    "uniforms": uniforms,
}
