"""The numbers inside arguments, as Excel's aggregates take them.

Inside a range or array only numbers count: text, even numeric, booleans and blanks are skipped. Written as
an argument, numeric text and booleans are converted. Source: the Remarks of SUM in Excel's documentation.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.core.values import ExcelError
from engine.functions import coerce
from engine.functions.operands import Array, Operand, Reference, Union
from engine.functions.table import Fault


def numbers(operands: tuple[Operand, ...]) -> list[float]:
    """Return every number of the arguments in order; raise Fault with the first error among them."""
    found: list[float] = []
    for operand in operands:
        if type(operand) is float:
            found.append(operand)
        elif isinstance(operand, (Array, Reference, Union)):
            _extend(found, operand)
        else:
            result = coerce.number(operand)  # type: ignore[arg-type]  # lambdas never reach an aggregate
            if isinstance(result, ExcelError):
                raise Fault(result)
            found.append(result)
    return found


def total(values: Iterable[float]) -> float:
    """Add numbers one after the other in double precision, as Excel does; ``sum`` compensates from
    3.12 on.
    """
    result = 0.0
    for value in values:
        result += value
    return result


def _extend(found: list[float], operand: Array | Reference | Union) -> None:
    values = operand.flat()
    if set(map(type, values)) == {float}:
        found.extend(values)  # type: ignore[arg-type]  # floats all
        return
    for value in values:
        if type(value) is float:
            found.append(value)
        elif isinstance(value, ExcelError):
            raise Fault(value)
