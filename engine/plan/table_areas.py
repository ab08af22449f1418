"""The cells that structured references stand for: "Using structured references with Excel tables"."""

from __future__ import annotations

from functools import lru_cache

from engine.core.values import REF
from engine.formula.expr import Anchor, Error, Expr, Ref, Structured
from engine.workbook.book import Table


@lru_cache(maxsize=65536)
def table_area(table: Table, expr: Structured) -> Expr:
    """Return the reference that a structured reference to a table stands for, #REF! where there is none."""
    rect = table.rect
    left, right = rect.left, rect.right
    if expr.first is not None:
        ends = [_column(table, end or "") for end in (expr.first, expr.last)]
        if None in ends:
            return Error(REF)
        left, right = (rect.left + end for end in ends if end is not None)
    if "#this row" in expr.items:
        return Ref(rect.sheet, Anchor(0, left, False, True), Anchor(0, right, False, True))
    rows = _rows(table, expr.items)
    if rows is None:
        return Error(REF)
    return Ref(rect.sheet, Anchor(rows[0], left, True, True), Anchor(rows[1], right, True, True))


def _column(table: Table, name: str) -> int | None:
    """Return a column's place by its name, or by its name without spaces around it."""
    columns, wanted = [column.casefold() for column in table.columns], name.casefold()
    bare = [column.strip() for column in columns]
    if wanted in columns:
        return columns.index(wanted)
    return bare.index(wanted.strip()) if wanted.strip() in bare else None


def body(table: Table) -> tuple[int, int]:
    """Return the first and last row of a table between its headers and its totals."""
    return table.rect.top + table.header_rows, table.rect.bottom - table.totals_rows


def _rows(table: Table, items: tuple[str, ...]) -> tuple[int, int] | None:
    rect, head, foot = table.rect, table.header_rows, table.totals_rows
    spans = {
        "#all": (rect.top, rect.bottom),
        "#data": body(table),
        "#headers": (rect.top, rect.top + head - 1),
        "#totals": (rect.bottom - foot + 1, rect.bottom),
    }
    chosen = [spans[item] for item in items if item in spans] or [body(table)]
    top, bottom = min(span[0] for span in chosen), max(span[1] for span in chosen)
    return (top, bottom) if top <= bottom else None
