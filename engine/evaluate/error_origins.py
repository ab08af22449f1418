"""Where Excel errors begin: the formulas that give one although nothing they read holds one.

Errors run downstream through every formula that reads them, so that one wrong cell shows as a thousand; who
mends the workbook needs the one.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Final

from engine.core.address import SHIFT, STRIDE
from engine.core.values import ERRORS, ExcelError
from engine.evaluate.causes import Causes
from engine.evaluate.result import Result
from engine.evaluate.state import CellId
from engine.formula.expr import Ref, walk
from engine.plan.forms import address_of
from engine.plan.scope import rectangle

REMEDIES: Final = {
    "#DIV/0!": "what it divides by is zero or blank",
    "#NAME?": "a name or function in it is not known; define it or correct its spelling",
    "#REF!": "it refers to cells or a sheet that are gone; point it to others",
    "#VALUE!": "text stands where a number belongs",
    "#N/A": "a value that it looks for is not there",
    "#NUM!": "a number is out of the range that its function takes",
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Cells of one formula form that give an error of their own: the first, the last, and how many.

    ``formula`` is the first cell's, "" where the error is typed; ``reads`` is a cell with text that it reads,
    with the text, where that may be why. ``followers`` counts the other cells whose error comes from these.
    """

    cell: str
    last: str
    count: int
    error: ExcelError
    formula: str
    reads: tuple[str, str] | None
    followers: int


def error_origins(result: Result, may_be_missing: Container[CellId] = ()) -> Iterator[Origin]:
    """Yield the origins of all errors in the workbook's cells, but for #N/A in those that may be missing."""
    missing = ERRORS["#N/A"]
    errors = {
        cell: value for cell, value in _errors(result) if not (value is missing and cell in may_be_missing)
    }
    program = result.evaluation.program
    causes = Causes(program, errors)
    groups: dict[tuple[object, ...], list[CellId]] = {}
    followers: dict[CellId, int] = {}
    for cell, value in errors.items():
        root = causes.root(cell)
        if root == cell:
            form = program.formed.cells[cell[0]].get(program.parts.get(cell, cell[1]))
            kind = (cell[0], value, cell if form is None else form)
            groups.setdefault(kind, []).append(cell)
        else:
            followers[root] = followers.get(root, 0) + 1
    for cells in groups.values():
        yield _origin(result, cells, errors[cells[0]], sum(followers.get(cell, 0) for cell in cells))


def _errors(result: Result) -> Iterator[tuple[CellId, ExcelError]]:
    """Yield every cell that holds an error, typed or computed, in the order of the workbook."""
    evaluation = result.evaluation
    for number, sheet in enumerate(evaluation.program.workbook.sheets):
        values = evaluation.state.cells[number]
        for key in (*sheet.constants, *sheet.formulas):
            value = values.get(key)
            if isinstance(value, ExcelError) and (number, key) not in evaluation.unevaluated:
                yield (number, key), value


def _origin(result: Result, cells: list[CellId], error: ExcelError, followers: int) -> Origin:
    (sheet, key), (_, last) = cells[0], cells[-1]
    cells_of = result.evaluation.program.workbook.sheets[sheet]
    text = result.evaluation.state.texts.get(cells[0])
    formula = "the formula" if text is None else f"={text}"
    return Origin(
        address_of(cells_of.name, key),
        address_of(cells_of.name, last),
        len(cells),
        error,
        formula if key in cells_of.formulas else "",
        _text_read(result, cells[0]) if error.code == "#VALUE!" else None,
        followers,
    )


def _text_read(result: Result, cell: CellId) -> tuple[str, str] | None:
    """Return the first single cell with text that a formula reads, and the text."""
    sheet, key = cell
    program = result.evaluation.program
    form = program.formed.cells[sheet].get(key)
    expr = None if form is None else program.formed.forms[form].expr
    for ref in (node for node in (walk(expr) if expr else ()) if isinstance(node, Ref)):
        number = sheet if ref.sheet is None else program.scope.number(ref.sheet)
        top, left, bottom, right = rectangle(ref, key >> SHIFT, key & (STRIDE - 1))
        if number is not None and (top, left) == (bottom, right):
            value = result.evaluation.state.cells[number].get(top << SHIFT | left)
            if isinstance(value, str) and value.strip():
                return address_of(program.scope.sheets[number], top << SHIFT | left), value
    return None
