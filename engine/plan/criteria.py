"""What SUMIF and AVERAGEIF add up: a range from where their third argument starts, as large as the first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from engine.core.address import MAX_COLUMN, MAX_ROW
from engine.formula.expr import Anchor, Call, Expr, Ref


def added_up(nodes: Iterable[Expr]) -> Iterator[Ref]:
    """Yield the ranges that conditional sums among some nodes read beyond what they name."""
    for node in nodes:
        match node:
            case Call("SUMIF" | "AVERAGEIF", (Ref() as tested, _, Ref() as target)):
                yield resized(target, tested)


def resized(target: Ref, tested: Ref) -> Ref:
    """Return a range to add up at the size of the range tested, itself where that can't be said."""
    target, tested = bounded(target), bounded(tested)
    first, last, corner = tested.first, tested.last, target.first
    anchored = (first.row_absolute, first.column_absolute) == (last.row_absolute, last.column_absolute)
    if not anchored or tested.last_sheet is not None or target.last_sheet is not None:
        return target
    row, column = corner.row + last.row - first.row, corner.column + last.column - first.column
    beyond = (corner.row_absolute and row > MAX_ROW) or (corner.column_absolute and column > MAX_COLUMN)
    return target if beyond else replace(target, last=replace(corner, row=row, column=column))


def bounded(ref: Ref) -> Ref:
    """Return whole columns or rows as an area with corners."""
    first, last = ref.first, ref.last
    if ref.whole == "columns":
        first = Anchor(1, first.column, True, first.column_absolute)
        last = Anchor(MAX_ROW, last.column, True, last.column_absolute)
    elif ref.whole == "rows":
        first = Anchor(first.row, 1, first.row_absolute, True)
        last = Anchor(last.row, MAX_COLUMN, last.row_absolute, True)
    return replace(ref, first=first, last=last, whole="")
