"""How far dynamic arrays may spill: what reads those cells depends on them, whatever was saved there."""

from __future__ import annotations

from collections.abc import Collection

from engine.core.address import MAX_COLUMN, MAX_ROW, SHIFT, STRIDE
from engine.formula.expr import Binary, Bool, Call, Error, Expr, Missing, Number, Ref, Text, Unary
from engine.functions import families
from engine.functions.homes import HOMES
from engine.functions.table import LIFTED
from engine.plan.dependencies import Bounds
from engine.plan.forms import FormedCells
from engine.plan.regions import DATA_TABLE, CellId, Region
from engine.workbook.book import SheetCells, Workbook

# Functions that choose among their arguments.
BRANCHING = frozenset(["CHOOSE", "IF", "IFERROR", "IFNA", "IFS", "SWITCH"])
# What gives arrays or areas of its own, whatever its arguments are.
ARRAYS = frozenset(
    name for family in ("arrays", "higher_order", "matrices", "regressions") for name in HOMES[family].split()
) | {
    "FREQUENCY",
    "INDIRECT",
    "MODE.MULT",
    "OFFSET",
    "RANDARRAY",
    "REGEXEXTRACT",
    "TEXTSPLIT",
    "TRANSPOSE",
    "XLOOKUP",
}
# Never 0, which would ask INDEX for a whole row or column.
_PLACES = frozenset(["COLUMNS", "MATCH", "ROWS", "XMATCH"])


def reaches(
    regions: tuple[Region, ...], formed: FormedCells, dynamic: Collection[CellId], workbook: Workbook
) -> dict[int, Bounds]:
    """Return the regions of dynamic arrays that may fill other cells than they were saved with, and how far.

    An array grows only over cells that are free, so the free cells below its first column and beside its
    first row bound it. ``dynamic`` are the first cells of dynamic arrays.
    """
    found = {}
    for number, region in enumerate(regions):
        if region.form == DATA_TABLE or (region.sheet, region.top << SHIFT | region.left) not in dynamic:
            continue
        expr = formed.forms[region.form].expr
        if expr is not None and not single_valued(expr):
            found[number] = _reach(region, workbook.sheets[region.sheet])
    return {number: reach for number, reach in found.items() if reach != _bounds(regions[number])}


def _bounds(region: Region) -> Bounds:
    return region.sheet, region.top, region.left, region.bottom, region.right


def _reach(region: Region, sheet: SheetCells) -> Bounds:
    constants, formulas = sheet.constants, sheet.formulas
    bottom, right = sheet.extent[2], sheet.extent[3]
    below = range((region.bottom + 1) << SHIFT | region.left, (bottom + 1) << SHIFT, STRIDE)
    beside = range(region.top << SHIFT | region.right + 1, (region.top << SHIFT | right) + 1)
    down = next((key >> SHIFT for key in below if key in constants or key in formulas), MAX_ROW + 1)
    across = next(
        (key & (STRIDE - 1) for key in beside if key in constants or key in formulas), MAX_COLUMN + 1
    )
    return region.sheet, region.top, region.left, down - 1, across - 1


def single_valued(expr: Expr) -> bool:
    """Whether an array formula gives one value in every scenario."""
    match expr:
        case Number() | Text() | Bool() | Error() | Missing():
            return True
        case Ref():
            return expr.is_cell
        case Unary(operator, operand):
            return operator == "@" or (operator != "#" and single_valued(operand))
        case Binary(operator, left, right):
            return operator not in ": ," and single_valued(left) and single_valued(right)
        case Call("INDEX", arguments):
            return _one_place(arguments)
        case Call(name, arguments):
            return name not in ARRAYS and _single_call(name, arguments)
        case _:
            return False


def _single_call(name: str, arguments: tuple[Expr, ...]) -> bool:
    if name in BRANCHING:
        return all(map(single_valued, arguments))
    known = families.find(name)
    if known is None or known.returns_reference:
        return False
    kinds = [known.parameter(place) for place in range(len(arguments))]
    return all(
        kind is not None and (kind.kind not in LIFTED or single_valued(argument))
        for kind, argument in zip(kinds, arguments, strict=True)
    )


def _one_place(arguments: tuple[Expr, ...]) -> bool:
    area, *places = arguments
    if not isinstance(area, Ref) or len(places) > 2:
        return False
    a, b = area.first, area.last
    flat = (a.row, a.row_absolute) == (b.row, b.row_absolute) or (
        (a.column, a.column_absolute) == (b.column, b.column_absolute)
    )
    return (flat or len(places) == 2) and all(map(_never_zero, places))


def _never_zero(place: Expr) -> bool:
    return (isinstance(place, Number) and place.value >= 1) or (
        isinstance(place, Call) and place.function in _PLACES
    )
