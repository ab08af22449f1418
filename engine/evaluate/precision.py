"""Precision as displayed: what a formula gives is rounded to what its cell's number format shows.

Source: "Set rounding precision", Excel's documentation. Constants need no care: Excel rounds them for good
when the setting is chosen, and when they are typed.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.core.address import SHIFT, STRIDE
from engine.core.values import Value
from engine.evaluate.spill import item_at, single
from engine.evaluate.state import CellId, Closure, State
from engine.functions.displayed import as_displayed
from engine.functions.operands import Array, Operand, Reference, as_rows
from engine.workbook.book import Workbook


def shown(workbook: Workbook, cell: CellId, value: Value) -> Value:
    """Return a value as its cell keeps it: rounded where the workbook computes as displayed."""
    sheet, key = cell
    if workbook.settings.full_precision or sheet >= len(workbook.sheets):
        return value
    style = workbook.sheets[sheet].styles.get(key, 0)
    formats = workbook.number_formats
    return as_displayed(value, formats[style]) if style < len(formats) else value


def typed(workbook: Workbook, overrides: Mapping[CellId, Value]) -> Mapping[CellId, Value]:
    """Return inputs as Excel keeps them when they are typed into their cells."""
    if workbook.settings.full_precision:
        return overrides
    return {cell: shown(workbook, cell, value) for cell, value in overrides.items()}


def rounding(closure: Closure, workbook: Workbook, sheet: int, *, array: bool) -> Closure:
    """Return the closure of a formula whose results are rounded as their cells show them."""

    def one(state: State, at: int) -> Operand:
        operand = closure(state, at)
        # A range that holds the formula's own cell is a circle, which the evaluation looks for.
        if isinstance(operand, Reference) and operand.holds(sheet, at >> SHIFT, at & (STRIDE - 1)):
            return operand
        return shown(workbook, (sheet, at), single(operand, at))

    def whole(state: State, at: int) -> Operand:
        operand = closure(state, at)
        if not isinstance(operand, (Array, Reference)):
            return shown(workbook, (sheet, at), single(operand, at))
        items = enumerate(as_rows(operand))
        rows = [[(at + r * STRIDE + c) for c in range(len(row))] for r, row in items]
        return Array([[_part(operand, at, key) for key in row] for row in rows])

    def _part(operand: Operand, at: int, key: int) -> Value:
        return shown(workbook, (sheet, key), item_at(operand, at, key))

    return whole if array else one
