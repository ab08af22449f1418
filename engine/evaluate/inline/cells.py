"""Cells as inlined forms read them: by their place as seen from the cell that has the form."""

from __future__ import annotations

from dataclasses import dataclass

from engine.core.address import MAX_COLUMN, MAX_ROW, SHIFT, STRIDE
from engine.evaluate.inline.source import Source
from engine.formula.expr import Ref
from engine.plan.scope import Scope, rectangle

COLUMNS = STRIDE - 1
"""The bits of a cell's key that hold its column."""

Hull = tuple[int, int, int, int]
"""The first row and column of a rectangle, and the last ones: top, left, bottom, right."""


class Unwritten(Exception):
    """The tree gains nothing from lines of its own."""


@dataclass(frozen=True)
class Cells:
    """What reads cells in a form's lines; ``hull`` is the rectangle around every cell that has the form."""

    source: Source
    scope: Scope
    hull: Hull

    def read(self, ref: Ref, blank: str) -> str:
        """Return an expression of what a cell holds; ``blank`` is Python for what a blank cell is."""
        if not self.is_inside(ref):
            raise Unwritten
        corner, get = ref.first, self.get(ref)
        tail = "" if blank == "None" else f", {blank}"
        if corner.row_absolute and corner.column_absolute:
            return self.source.constant(f"{get}({corner.row << SHIFT | corner.column}{tail})")
        step = corner.row * STRIDE + corner.column
        if corner.row_absolute:
            return f"{get}((at & {COLUMNS}) + {step}{tail})"
        if corner.column_absolute:
            return f"{get}((at & {~COLUMNS}) + {step}{tail})"
        return f"{get}(at + {step}{tail})"

    def line(self, ref: Ref) -> str | None:
        """Return the keys of a range of one row or column that moves with the cell; None for others."""
        a, b = ref.first, ref.last
        if a.row_absolute or a.column_absolute or b.row_absolute or b.column_absolute:
            return None
        first, last = sorted(c.row * STRIDE + c.column for c in (a, b))
        if a.row == b.row:
            return f"range(at + {first}, at + {last + 1})"
        return f"range(at + {first}, at + {last + 1}, {STRIDE})" if a.column == b.column else None

    def ends(self, ref: Ref) -> list[str]:
        """Return a range's first and last row, and first and last column."""
        corners = (ref.first, ref.last)
        rows = [str(a.row) if a.row_absolute else f"(at >> {SHIFT}) + {a.row}" for a in corners]
        columns = [str(a.column) if a.column_absolute else f"(at & {COLUMNS}) + {a.column}" for a in corners]
        return [*rows, *columns]

    def get(self, ref: Ref) -> str:
        """Return the name of the function that gives what a cell of a reference's sheet holds."""
        if ref.sheet is None:
            return "get"
        number = self.scope.number(ref.sheet)
        if number is None:
            raise Unwritten
        return self.source.sheets.setdefault(number, f"get{number}")

    def largest(self, ref: Ref) -> int:
        """Return how many cells a range has at most, seen from the corners of the form's rectangle."""
        top, left, bottom, right = self.hull
        corners = (rectangle(ref, row, column) for row in (top, bottom) for column in (left, right))
        return max((b - t + 1) * (r - s + 1) for t, s, b, r in corners)

    def is_inside(self, ref: Ref) -> bool:
        """Whether no cell of the form sees the reference wrap around the edge of the sheet."""
        if ref.last_sheet is not None or ref.whole or (ref.sheet and self.scope.number(ref.sheet) is None):
            return False
        top, left, bottom, right = self.hull
        return all(
            (a.row_absolute or (top + a.row >= 1 and bottom + a.row <= MAX_ROW))
            and (a.column_absolute or (left + a.column >= 1 and right + a.column <= MAX_COLUMN))
            for a in (ref.first, ref.last)
        )


def grows(ref: Ref) -> bool:
    """Whether a corner of a range stays where it is: cells of the form share what the range holds."""
    return any(corner.row_absolute and corner.column_absolute for corner in (ref.first, ref.last))
