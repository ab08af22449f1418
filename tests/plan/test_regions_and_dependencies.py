"""Regions are rectangles, dependencies lie between them, and neither grows with what a reference spans."""

from __future__ import annotations

import pytest

from engine.core.address import column_letters, key_of, parse_rect
from engine.evaluate.program import Program, compile_workbook
from engine.plan.dependencies import Bounds
from tests.workbooks import Cell, array, book, data_table, sheet, workbook


def _program(cells: dict[str, Cell]) -> Program:
    return compile_workbook(book(cells))


def _areas(program: Program) -> list[tuple[int, int, int, int]]:
    return sorted((r.top, r.left, r.bottom, r.right) for r in program.regions)


def _bounds(text: str, number: int = 0) -> Bounds:
    rect = parse_rect(text, "Sheet1")
    return number, rect.top, rect.left, rect.bottom, rect.right


ROW = {f"{column_letters(c)}2": f"={column_letters(c - 1)}2+1" for c in range(2, 62)}


@pytest.mark.parametrize(
    ("cells", "areas"),
    [
        (ROW, [(2, 2, 2, 61)]),
        ({"A1": "=$C1", "A2": "=$C2", "A3": "=$C3"}, [(1, 1, 3, 1)]),
        ({"A1": "=D1", "B1": "=E1", "A2": "=D2", "B2": "=E2"}, [(1, 1, 2, 2)]),
        ({"A1": "=D1", "B1": "=E1", "A2": "=D2"}, [(1, 1, 1, 2), (2, 1, 2, 1)]),
        ({"A1": "=D1", "C1": "=F1"}, [(1, 1, 1, 1), (1, 3, 1, 3)]),
        ({"A1": array("A5:A7*2", "A1:A3")}, [(1, 1, 3, 1)]),
        ({"A1": "=5", "B2": data_table("B2:C3", "E1")}, [(1, 1, 1, 1), (2, 2, 3, 3)]),
    ],
)
def test_regions(cells: dict[str, Cell], areas: list[tuple[int, int, int, int]]) -> None:
    """Cells of one form are cut into rectangles, an array or Data Table is one of its own."""
    assert _areas(_program(cells)) == areas


def test_a_row_of_months_is_parsed_once() -> None:
    """Sixty copies are one form."""
    assert len(_program(dict(ROW)).formed.forms) == 1


@pytest.mark.parametrize(
    ("cells", "changed", "dependent"),
    [
        ({"B1": "=A1", "C1": "=B1", "D1": "=5"}, "A1", {"B1", "C1"}),
        ({"B1": "=SUM(A:A)", "C1": "=B1"}, "A900000", {"B1", "C1"}),
        ({"B1": "=SUM(5:5)"}, "XFD5", {"B1"}),
        ({"B1": "=$A$1", "B2": "=A2"}, "A1", {"B1"}),
        ({"B1": "=OFFSET(A1,1,1)", "C1": "=B1"}, "Z99", {"B1", "C1"}),
        ({"E1": "=A1*2", "E2": data_table("E2:E3", None, "A1")}, "A1", {"E1", "E2", "E3"}),
    ],
)
def test_dependents(cells: dict[str, Cell], changed: str, dependent: set[str]) -> None:
    """What depends on a cell at any remove; OFFSET and INDIRECT always might."""
    program = _program(cells)
    found = program.cells_of(program.dependencies.dependents([_bounds(changed)]))
    assert found == {(0, key_of(*_corner(cell))) for cell in dependent}


def _corner(text: str) -> tuple[int, int]:
    rect = parse_rect(text, "Sheet1")
    return rect.top, rect.left


def test_precedents_stop_at_the_cone() -> None:
    """What an output needs leaves out what it does not."""
    program = _program({"B1": "=A1", "C1": "=B1", "D1": "=A1*2"})
    needed = program.dependencies.precedents([_bounds("C1")])
    assert needed is not None
    assert program.cells_of(needed) == {(0, key_of(1, 2)), (0, key_of(1, 3))}


def test_precedents_of_offset_are_unknown() -> None:
    """What OFFSET reads is known only when it runs, and that is what is said."""
    program = _program({"B1": "=OFFSET(A1,1,0)", "C1": "=B1"})
    assert program.dependencies.precedents([_bounds("C1")]) is None


def test_three_dimensional_references_read_every_sheet_between() -> None:
    """A reference through sheets depends on each of them."""
    jan, feb, mar = (sheet(name, {"A1": 1}) for name in ("Jan", "Feb", "Mar"))
    program = compile_workbook(workbook(jan, feb, mar, sheet("Sum", {"A1": "=SUM(Jan:Mar!A1)"})))
    for number in range(3):
        assert program.cells_of(program.dependencies.dependents([_bounds("A1", number)])) == {
            (3, key_of(1, 1))
        }


def test_whole_columns_stay_one_rectangle() -> None:
    """Twenty whole-column lookups are twenty-one rectangles, not twenty million cells."""
    program = _program({f"B{r}": f"=MATCH({r},$A:$A,0)" for r in range(1, 21)})
    assert len(program.dependencies.reads) == 20
    assert program.dependencies.reads[:, 3].max() == 1_048_576
