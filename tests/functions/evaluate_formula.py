"""Evaluates one formula text on a small sheet held in memory, through the engine's own parser and
compiler.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.core.address import key_of, parse_a1
from engine.core.values import Value
from engine.evaluate.program import compile_workbook
from engine.evaluate.reference import evaluate
from engine.workbook.book import Formula, Settings, SheetCells, Workbook

# The formula stands below the cells of the sheet, so that no column of them crosses its row.
HOME = key_of(90, 40)
NOW = 45306.75  # 2024-01-15 18:00


def one_sheet(
    formulas: Mapping[int, Formula],
    constants: Mapping[int, Value],
    *,
    date1904: bool = False,
    hidden_rows: frozenset[int] = frozenset(),
) -> Workbook:
    """Return a workbook of one sheet named "Sheet1"."""
    keys = [*formulas, *constants]
    extent = (1, 1, max(key >> 15 for key in keys), max(key & 0x7FFF for key in keys))
    sheet = SheetCells("Sheet1", dict(constants), dict(formulas), {}, {}, "visible", extent, hidden_rows)
    return Workbook(Path("case.xlsx"), "", (sheet,), (), (), Settings(date1904=date1904), {}, (), ("Sheet1",))


def evaluate_formula(
    text: str,
    cells: Mapping[str, Value | int] | None = None,
    *,
    array: bool = False,
    date1904: bool = False,
    hidden_rows: frozenset[int] = frozenset(),
) -> Value | list[list[Value]]:
    """Return a formula's value, or its rows as an array formula.

    Texts of ``cells`` that begin with "=" are formulas.

    Reasons for not evaluating come back as text that begins with "not evaluated".
    """
    constants: dict[int, Value] = {}
    formulas = {HOME: Formula(text.removeprefix("="), "dynamic-array" if array else "normal")}
    for address, value in (cells or {}).items():
        key = key_of(*parse_a1(address))
        if isinstance(value, str) and value.startswith("="):
            formulas[key] = Formula(value[1:])
        else:
            constants[key] = float(value) if isinstance(value, int) and not isinstance(value, bool) else value
    workbook = one_sheet(formulas, constants, date1904=date1904, hidden_rows=hidden_rows)
    evaluation = evaluate(compile_workbook(workbook), {}, now=NOW)
    if (0, HOME) in evaluation.unevaluated:
        return f"not evaluated: {evaluation.unevaluated[0, HOME][1]}"
    if not array:
        return evaluation.state.cells[0][HOME]
    height, width = evaluation.state.spills[0, HOME]
    found = evaluation.state.cells[0]
    return [[found[HOME + (r << 15) + c] for c in range(width)] for r in range(height)]
