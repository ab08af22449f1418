"""A formula's result into cells: one value, or an array over its area.

Source: "Dynamic array formulas and spilled array behavior" and "#SPILL! error", Excel's documentation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.core.address import MAX_COLUMN, MAX_ROW, SHIFT, STRIDE
from engine.core.values import CALC, NA, SPILL, VALUE, Value
from engine.evaluate.operators import intersected
from engine.evaluate.state import CellId
from engine.formula.expr import Call
from engine.functions.operands import PENDING, Array, Lambda, Operand, Reference, Union, as_rows

if TYPE_CHECKING:
    from engine.evaluate.reference import Evaluation

Size = tuple[int, int]
# What each question answers of #N/A.
_QUESTIONS: Final = {
    **dict.fromkeys(("ISERROR", "ISNA", "ISNONTEXT"), True),
    **dict.fromkeys(("ISBLANK", "ISERR", "ISLOGICAL", "ISNUMBER", "ISTEXT"), False),
}


def single(operand: Operand, key: int) -> Value:
    """Return what a cell shows of its formula's result: a blank is 0, a range its own row or column."""
    if isinstance(operand, Array):
        operand = operand.rows[0][0]
    elif isinstance(operand, Reference):
        one = operand.top == operand.bottom and operand.left == operand.right
        operand = operand.item(0, 0) if one else intersected(operand, key)
    elif isinstance(operand, Union):
        return VALUE
    elif isinstance(operand, Lambda):
        return CALC
    return 0.0 if operand is None else operand


def item_at(operand: Operand, key: int, part: int) -> Value:
    """Return what an array formula's result shows in a cell of its area."""
    if not isinstance(operand, (Array, Reference)):
        return single(operand, key)
    row, column = (part >> SHIFT) - (key >> SHIFT), (part & (STRIDE - 1)) - (key & (STRIDE - 1))
    return _item(as_rows(operand), row, column)


def spread(evaluation: Evaluation, cell: CellId, operand: Operand) -> None:
    """Put an array formula's result over its area; a dynamic array takes the size of its result."""
    rows = as_rows(operand) if isinstance(operand, (Array, Reference)) else [[single(operand, cell[1])]]
    size = evaluation.program.arrays[cell]
    if size is None:
        if isinstance(operand, Reference):
            rows = _with_blanks(rows, operand, _saved(evaluation, cell))
        rows = _spilled(evaluation, cell, rows)
        size = len(rows), len(rows[0])
    elif (len(rows), len(rows[0])) != size and isinstance(operand, (Array, Reference)):
        rows = _asked_of_nothing(evaluation, cell, rows, size)
    _fill(evaluation, cell, rows, size)


def _asked_of_nothing(
    evaluation: Evaluation, cell: CellId, rows: list[list[Value]], size: Size
) -> list[list[Value]]:
    """Return a result filled to its area where it is ISNA or a like question: beyond, it is asked of #N/A."""
    formed = evaluation.program.formed
    expr = formed.forms[formed.cells[cell[0]][cell[1]]].expr
    if not isinstance(expr, Call) or expr.function not in _QUESTIONS:
        return rows
    beyond = _QUESTIONS[expr.function]
    width, height = (1 if n == 1 else most for n, most in ((len(rows[0]), size[1]), (len(rows), size[0])))
    full = [row + [beyond] * (width - len(row)) for row in rows]
    return full + [[beyond] * width for _ in range(height - len(full))]


def _with_blanks(rows: list[list[Value]], area: Reference, saved: Size) -> list[list[Value]]:
    """Return a range's values with the blank cells beyond the sheet's last one that its saved area had."""
    height = max(len(rows), min(area.height, saved[0]))
    width = max(len(rows[0]), min(area.width, saved[1]))
    full = [row + [None] * (width - len(row)) for row in rows]
    return full + [[None] * width for _ in range(height - len(full))]


def _spilled(evaluation: Evaluation, cell: CellId, rows: list[list[Value]]) -> list[list[Value]]:
    """Return what a dynamic array shows, #SPILL! where cells are in its way; blank what it leaves free."""
    size = len(rows), len(rows[0])
    if size != (1, 1) and _blocked(evaluation, cell, size):
        rows, size = [[SPILL]], (1, 1)
    saved = _saved(evaluation, cell)
    before = evaluation.state.spills.get(cell, (1, 1))
    hull = max(saved[0], before[0]), max(saved[1], before[1])
    moved = _clear(evaluation, cell, hull, size, saved) | _moves(evaluation, cell, rows, saved)
    for key in _keys(cell[1], size):
        if (cell[0], key) not in evaluation.program.parts and key != cell[1]:
            evaluation.overspill[cell[0], key] = cell[1]
    if moved:
        top, left = cell[1] >> SHIFT, cell[1] & (STRIDE - 1)
        height, width = max(size[0], before[0]), max(size[1], before[1])
        evaluation.grown.append((cell[0], top, left, top + height - 1, left + width - 1))
    return rows


def _saved(evaluation: Evaluation, cell: CellId) -> Size:
    return evaluation.program.sizes.get(cell, (1, 1))


def _moves(evaluation: Evaluation, cell: CellId, rows: list[list[Value]], saved: Size) -> bool:
    """Whether a result changes cells beyond the area that it was saved with, which others may have read.

    Whoever asked for a pending cell is waiting for it, and needs no notice.
    """
    cells = evaluation.state.cells[cell[0]]
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            before = cells.get(cell[1] + r * STRIDE + c)
            beyond = r >= saved[0] or c >= saved[1]
            if beyond and before is not PENDING and before != (0.0 if value is None else value):
                return True
    return False


def _blocked(evaluation: Evaluation, cell: CellId, size: Size) -> bool:
    """Whether a cell in the area is taken, or the area leaves the sheet or meets a table or merged cells."""
    program, (sheet, key) = evaluation.program, cell
    bottom, right = (key >> SHIFT) + size[0] - 1, (key & (STRIDE - 1)) + size[1] - 1
    if bottom > MAX_ROW or right > MAX_COLUMN or _meets_area(evaluation, cell, bottom, right):
        return True
    others = (other for other in _keys(key, size) if other != key)
    return any(
        _taken(evaluation, sheet, other) or program.parts.get((sheet, other), key) != key for other in others
    )


def _meets_area(evaluation: Evaluation, cell: CellId, bottom: int, right: int) -> bool:
    """Whether an area meets a table or merged cells of its sheet."""
    sheet, key = cell
    name = evaluation.program.scope.sheets[sheet]
    workbook = evaluation.program.workbook
    tables = (table.rect for table in workbook.tables)
    return any(
        rect.sheet == name
        and rect.top <= bottom
        and rect.left <= right
        and rect.bottom >= key >> SHIFT
        and rect.right >= key & (STRIDE - 1)
        for rect in (*tables, *workbook.sheet(name).merges)
    )


def _keys(key: int, size: Size) -> list[int]:
    return [key + r * STRIDE + c for r in range(size[0]) for c in range(size[1])]


def _clear(evaluation: Evaluation, cell: CellId, before: Size, size: Size, saved: Size) -> bool:
    """Blank the cells that a smaller result leaves free; say if one lay beyond the saved area."""
    sheet, key = cell
    program, cells = evaluation.program, evaluation.state.cells[sheet]
    moved = False
    for r in range(before[0]):
        for c in range(before[1]):
            freed = key + r * STRIDE + c
            if (r < size[0] and c < size[1]) or _taken(evaluation, sheet, freed):
                continue
            if program.parts.get((sheet, freed), key) == key:
                moved = moved or (
                    (r >= saved[0] or c >= saved[1]) and cells.get(freed) not in (None, PENDING)
                )
                cells[freed] = None
                evaluation.state.kept.generation += 1
    return moved


def _taken(evaluation: Evaluation, sheet: int, key: int) -> bool:
    """Whether a cell has a value or formula of its own."""
    program = evaluation.program
    return (
        key in program.closures[sheet]
        or key in program.constants[sheet]
        or (sheet, key) in evaluation.held
        or (sheet, key) in program.problems
    )


def _fill(evaluation: Evaluation, cell: CellId, rows: list[list[Value]], size: Size) -> None:
    sheet, key = cell
    height, width = size
    evaluation.state.spills[cell] = size
    cells, held = evaluation.state.cells[sheet], evaluation.held
    last_row, last_column = evaluation.state.extents[sheet]
    top, left = key >> SHIFT, key & (STRIDE - 1)
    evaluation.state.extents[sheet] = (max(last_row, top + height - 1), max(last_column, left + width - 1))
    again = False
    for r in range(height):
        for c in range(width):
            part = key + r * STRIDE + c
            if not held or (sheet, part) not in held:
                again = again or cells.get(part) is not PENDING
                cells[part] = _item(rows, r, c)
    evaluation.state.kept.generation += again


def _item(rows: list[list[Value]], row: int, column: int) -> Value:
    """Return a position of an array over an area: one row or column repeats, beyond the array is #N/A."""
    r = 0 if len(rows) == 1 else row
    c = 0 if len(rows[0]) == 1 else column
    if r >= len(rows) or c >= len(rows[r]):
        return NA
    value = rows[r][c]
    return 0.0 if value is None else value
