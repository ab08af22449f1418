"""A reference costs no more than its rectangle: whole columns and rows are planned like short ranges."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.core.values import Value
from engine.evaluate.program import compile_workbook
from engine.evaluate.reference import evaluate
from engine.plan import dependencies, order
from engine.plan.scope import rectangle
from tests.workbooks import Cell, sheet, workbook

LOOKUPS = (
    "VLOOKUP(A{row},{two},2,FALSE)",
    "INDEX({values},MATCH(A{row},{keys},0))",
    "SUMIFS({values},{keys},A{row})",
    "COUNTIF({keys},A{row})+SUM({values})",
)
SHORT = {"two": "Data!$A$1:$B$9", "keys": "Data!$A$1:$A$9", "values": "Data!$B$1:$B$9"}
WHOLE = {"two": "Data!$A:$B", "keys": "Data!$A:$A", "values": "Data!$B:$B"}


def _lookups(ranges: dict[str, str]) -> tuple[dict[str, Cell], dict[str, Cell]]:
    """Return a sheet of data and one of 20 lookups in it."""
    data: dict[str, Cell] = {f"A{row}": float(row) for row in range(1, 10)}
    data |= {f"B{row}": row * 10.0 for row in range(1, 10)}
    asked: dict[str, Cell] = {}
    for row in range(1, 6):
        asked[f"A{row}"] = float(row)
        for column, text in zip("BCDE", LOOKUPS, strict=True):
            asked[f"{column}{row}"] = f"={text.format(row=row, **ranges)}"
    return data, asked


def _planned(ranges: dict[str, str], counted: Callable[[], int]) -> tuple[list[int], list[Value]]:
    """Return how much planning the lookups took, by several counts, and their values."""
    data, asked = _lookups(ranges)
    program = compile_workbook(workbook(sheet("Data", data), sheet("Asked", asked)))
    runs = order.order_of(program.formed, {}, program.scope)
    found = program.dependencies
    dependents = found.dependents([(0, 5, 1, 5, 1)])
    counts = [
        len(found.regions),
        len(found.reads),
        found.reads.nbytes,
        sum(len(run.keys) for run in runs),
        len(dependents),
        counted(),
    ]
    values = evaluate(program, {}).state.cells[1]
    return counts, [values[key] for key in sorted(values)]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Counts the rectangles computed since it was asked last."""
    calls: list[object] = []

    def counting(*given: object) -> tuple[int, int, int, int]:
        calls.append(given)
        return rectangle(*given)  # type: ignore[arg-type]  # as it was called

    for module in (dependencies, order):
        monkeypatch.setattr(module, "rectangle", counting)

    def asked() -> int:
        count = len(calls)
        calls.clear()
        return count

    return asked


def test_twenty_lookups_in_whole_columns_plan_like_twenty_short_ones(counted: Callable[[], int]) -> None:
    """Regions, rectangles read, bytes, order and dependents are as many, and the values are the same."""
    short, whole = _planned(SHORT, counted), _planned(WHOLE, counted)
    assert short == whole
    assert short[0][-1] > 0
