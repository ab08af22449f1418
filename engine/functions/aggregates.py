"""Sums, averages, counts and extremes over ranges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from operator import mul

import numpy as np

from engine.core.values import DIV0, VALUE, ExcelError, Value
from engine.functions import coerce
from engine.functions.blocks import Block, added, block_of
from engine.functions.cell_areas import array_of
from engine.functions.numbers import numbers, total
from engine.functions.operands import Array, Operand, Reference, Union, as_rows, each_value
from engine.functions.table import Fault, excel
from engine.functions.totals import numbers_of

_RANGES = "numeric text and booleans inside ranges are skipped"


@excel("SUM", "r*", correction=_RANGES)
def sum_(*operands: Operand) -> float:
    """Add the numbers of the arguments."""
    known = numbers_of(operands)
    return total(numbers(operands)) if known is None else known.total()


@excel("PRODUCT", "r*", correction=_RANGES)
def product(*operands: Operand) -> float:
    """Multiply the numbers of the arguments; 0 where there are none."""
    found = numbers(operands)
    return math.prod(found) if found else 0.0


@excel("SUMSQ", "r*", correction=_RANGES)
def sumsq(*operands: Operand) -> float:
    """Add the squares of the numbers of the arguments."""
    return total(value * value for value in numbers(operands))


@excel("AVERAGE", "r*", correction=_RANGES)
def average(*operands: Operand) -> float:
    """Return the mean of the numbers of the arguments, #DIV/0! where there are none."""
    known = numbers_of(operands)
    if known is not None:
        return ratio(known.total(), known.count)
    found = numbers(operands)
    return ratio(total(found), len(found))


def ratio(added: float, count: int) -> float:
    """Return a mean; #DIV/0! of nothing."""
    if not count:
        raise Fault(DIV0)
    return added / count


@excel("MIN", "r*", correction=_RANGES)
def min_(*operands: Operand) -> float:
    """Return the least number of the arguments, 0 where there are none."""
    known = numbers_of(operands)
    return min(numbers(operands), default=0.0) if known is None else known.least()


@excel("MAX", "r*", correction=_RANGES)
def max_(*operands: Operand) -> float:
    """Return the greatest number of the arguments, 0 where there are none."""
    known = numbers_of(operands)
    return max(numbers(operands), default=0.0) if known is None else known.greatest()


@excel("COUNT", "r*", correction=_RANGES)
def count(*operands: Operand) -> float:
    """Count the numbers of the arguments; numeric text counts only where it is written as an argument."""
    known = numbers_of(operands)
    if known is not None:
        return float(known.count)
    total = 0
    for operand in operands:
        if isinstance(operand, (Array, Reference, Union)):
            total += sum(type(value) is float for value in operand.flat())
        else:
            total += not isinstance(coerce.number(operand), ExcelError)  # type: ignore[arg-type]  # no range is left here
    return float(total)


@excel("COUNTA", "r*")
def counta(*operands: Operand) -> float:
    """Count what is not blank, errors and empty text included."""
    known = numbers_of(operands)
    if known is not None:
        return float(known.filled)
    return float(
        sum(
            value is not None or not isinstance(operand, (Array, Reference, Union))
            for operand in operands
            for value in each_value(operand)
        )
    )


@excel("COUNTBLANK", "r")
def countblank(operand: Operand) -> float:
    """Count the cells of a range that are blank or hold empty text."""
    filled = sum(value is not None and value != "" for value in each_value(operand))
    size = operand.height * operand.width if isinstance(operand, (Array, Reference)) else 1
    return float(size - filled)


@excel("SUMPRODUCT", "a*", correction="signs before a range, text and booleans count as 0")
def sumproduct(*operands: Operand) -> float | ExcelError:
    """Multiply arrays of one size item by item and add; what is no number counts as 0."""
    at_once = _product(operands)
    if at_once is not None:
        return at_once
    arrays = [as_rows(operand) for operand in operands]
    if _differ(operands, arrays):
        errors = (value for rows in arrays for row in rows for value in row if isinstance(value, ExcelError))
        return next(errors, VALUE)
    height = min(len(rows) for rows in arrays)
    width = min(len(rows[0]) for rows in arrays)
    flat = [[value for row in rows[:height] for value in row[:width]] for rows in arrays]
    if any(ExcelError in set(map(type, values)) for values in flat):
        items = zip(*flat, strict=True)
        return next(value for item in items for value in item if isinstance(value, ExcelError))
    factors = [[value if type(value) is float else 0.0 for value in values] for values in flat]
    return total(reduce(lambda left, right: list(map(mul, left, right)), factors))


def _product(operands: Sequence[Operand]) -> float | None:
    """Return the sum of products of arrays of numbers and conditions, None for others."""
    sizes = {(o.height, o.width) for o in operands if isinstance(o, Reference)}
    blocks: list[Block] = []
    for operand in operands if len(sizes) < 2 else ():
        block = block_of(array_of(operand) if isinstance(operand, Reference) else operand)
        if block is None or (blocks and block.shape != blocks[0].shape):
            return None
        blocks.append(np.zeros(block.shape) if block.dtype == bool else block)  # conditions count as 0
    with np.errstate(over="ignore", invalid="ignore"):
        return added(reduce(np.multiply, blocks)) if blocks else None


def _differ(operands: Sequence[Operand], arrays: Sequence[list[list[Value]]]) -> bool:
    """Whether operands differ in size; arrays computed from ranges end where the sheet's cells do."""
    sizes = [(len(rows), len(rows[0])) for rows in arrays]
    full = {(operand.height, operand.width) for operand in operands if isinstance(operand, Reference)}
    ends = {size for o, size in zip(operands, sizes, strict=True) if isinstance(o, Reference)}
    others = {size for o, size in zip(operands, sizes, strict=True) if not isinstance(o, Reference)}
    return len(full or others) > 1 or (bool(full) and not others <= full | ends)
