"""What is kept of long ranges: it answers as reading them again does, and is read once for all cells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engine.core.values import NA, Value
from engine.evaluate import shared
from engine.evaluate.inline import numbers
from engine.evaluate.model import Model
from engine.functions import blocks, cell_areas, cell_lines, places, totals
from engine.functions.operands import Reference
from engine.workbook.book import Settings
from tests.workbooks import Cell, book, sheet, workbook

ROWS = 150
ODD: list[Value] = [3.0, -1.25, "b", 0.1 + 0.2, None, 7.0, True, "5", "B", 1e-9, 3.0, 45000.0]
# {r} is the formula's own row, {n} the last row; A are odd values, B numbers, C words, D formulas, E dates,
# F numbers that fall, two alike, G numbers and subtotals of them.
FORMULAS = [
    "RANK(B{r},B$1:B${n})",
    "RANK.AVG(D{r},A$1:D${n},1)",
    "PERCENTRANK(D$1:D${n},B{r}/5)",
    "XLOOKUP(B{r}+0.5,B$1:B${n},C$1:C${n},-1,-1)",
    "XLOOKUP(E{r}+7,E$1:E${n},B$1:B${n},-1,1)",
    "XLOOKUP(E{r}+7,E$1:E${n},B$1:B${n},-1,-1,-1)",
    "XLOOKUP(A{r},A$1:A${n},B$1:B${n},-1,1)",
    "IFNA(MATCH(F{r}-0.5,F$1:F${n},-1),0)",
    "IFNA(MATCH(F{r},F$1:F${n},-1),0)",
    "MATCH(B{r},D$1:D${n},-1)",
    "SUBTOTAL(9,D$1:D{r})",
    "SUBTOTAL(103,A$1:A{r})",
    "SUBTOTAL(1,G$1:G{r})",
    "SUMPRODUCT(XLOOKUP(1,(C$1:C${n}=C{r})*(E$1:E${n}>E{r}),B$1:B${n},0))",
    "LARGE(D$1:D${n},{r})+MEDIAN(D$1:D{r})",
    "SUM(A$1:A{r})",
    "SUM(D$1:D{r})",
    "SUM(B{r}:B${n})",
    "AVERAGE(B$1:B{r})",
    "MAX(A$1:A{r})",
    "MIN(D$1:D{r})",
    "COUNT(A$1:A{r})",
    "COUNTA(A$1:A{r})",
    "B{r}/SUM(B$1:B${n})",
    "SUM(A:A)-B{r}",
    "SUM(OFFSET(D$1,0,0,{r},1))",
    "SUM(B$1:INDEX(B:B,{r}))",
    "COUNTIF(C$1:C{r},C{r})",
    "SUMIF(C$1:C{r},C{r},D$1:D{r})",
    'COUNTIF(A$1:A${n},">"&B{r})',
    'SUMIFS(D$1:D${n},C$1:C${n},C{r},E$1:E${n},">="&E{r})',
    'COUNTIF(C$1:C${n},"?"&C{r})',
    'COUNTIFS(A$1:A${n},"<>3",C$1:C${n},C{r})',
    'AVERAGEIFS(B$1:B${n},C$1:C${n},C{r},D$1:D${n},">1")',
    "SUMPRODUCT((C$1:C${n}=C{r})*(E$1:E${n}<=E{r})*D$1:D${n})",
    "SUMPRODUCT(--(A$1:A${n}=A{r}),B$1:B${n})",
    "SUMPRODUCT((MONTH(E$1:E${n})=MONTH(E{r}))*B$1:B${n})",
    "SUMPRODUCT(B$1:B${n},D$1:D${n})/B{r}",
    "SUMPRODUCT((A$1:A${n}<>A{r})*1)",
    "SUMPRODUCT((B{r}>B$1:B${n})/(1+B$1:B${n}))",
    "SUMPRODUCT((A$1:A${n}>2)*1)",
    "SUMPRODUCT(MATCH(1,(C$1:C${n}=C{r})*(E$1:E${n}=E{r}),0))",
    "IFERROR(LOOKUP(2,1/(C$1:C${n}=C{r}),B$1:B${n}),-1)",
    "SUMPRODUCT(MAX(IF(C$1:C${n}=C{r},B$1:B${n})))",
    "SUMPRODUCT(SUM(IF(C$1:C${n}=C{r},IF(E$1:E${n}>E{r},B$1:B${n},0),0)))",
    "SUMPRODUCT(MIN(IF(B$1:B${n}>B{r},B$1:B${n},9)))",
    "VLOOKUP(B{r},B$1:E${n},4,TRUE)",
    "VLOOKUP(D{r},D$1:E${n},2,FALSE)",
    "HLOOKUP(B$1,B$1:E${n},{r},FALSE)",
    "MATCH(B{r}+1,B$1:B${n},1)",
    "XLOOKUP(C{r},C$1:C{r},B$1:B{r})",
    "SUMPRODUCT(SUM((A$1:A${n}=A{r})*1))",
]


def model() -> Model:
    cells: dict[str, Cell] = {}
    for row in range(1, ROWS + 1):
        odd = ODD[row % len(ODD)]
        cells |= {} if odd is None else {f"A{row}": odd}
        cells |= {f"B{row}": float(row), f"C{row}": "vwx"[row % 3] + "yz"[row % 2]}
        cells |= {f"D{row}": f"=B{row}*0.3", f"E{row}": 45000.0 + 20 * (row % 40)}
        cells |= {
            f"F{row}": float(-(row // 2)),
            f"G{row}": f"=SUBTOTAL(9,G{row - 9}:G{row - 1})" if row % 10 == 0 else 2.0,
        }
    for column, formula in enumerate(FORMULAS):
        for row in range(1, ROWS + 1, 7):
            name = f"{chr(65 + column // 26)}{chr(65 + column % 26)}{row + 200}"
            cells[name] = "=" + formula.format(r=row, n=ROWS)
    return Model(book(cells))


def answers(model: Model) -> list[Value]:
    result = model.evaluate()
    return [result[name] for name in names()]


def names() -> list[str]:
    return [
        f"Sheet1!{chr(65 + c // 26)}{chr(65 + c % 26)}{row + 200}"
        for c in range(len(FORMULAS))
        for row in range(1, ROWS + 1, 7)
    ]


def keep_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in (
        (cell_lines, "SHORTEST"),
        (totals, "SHORTEST"),
        (cell_areas, "SMALLEST"),
        (blocks, "LEAST"),
        (shared, "SMALLEST"),
        (numbers, "_KEPT"),
        (places, "_LOOKED_INTO"),
    ):
        monkeypatch.setattr(module, name, 10**9)


def test_what_is_kept_answers_as_reading_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every formula gives the same to the last bit, text, blanks, booleans and dates among its cells."""
    kept = answers(model())
    keep_nothing(monkeypatch)
    assert dict(zip(names(), kept, strict=True)) == dict(zip(names(), answers(model()), strict=True))


def test_what_is_kept_follows_its_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    """With other inputs, an error among them, formulas give what they give without anything kept."""
    changes: list[dict[str, Value]] = [
        {"Sheet1!B5": 500.0},
        {"Sheet1!C9": "vy", "Sheet1!E3": 1.0},
        {"Sheet1!A7": NA},
        {},
    ]
    one = model()
    results = [one.evaluate(change) for change in changes]
    kept = [[result[name] for name in names()] for result in results]
    keep_nothing(monkeypatch)
    fresh = [
        [result[name] for name in names()] for result in (model().evaluate(change) for change in changes)
    ]
    assert kept == fresh


def work(rows: int, formula: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how many cells ranges read while a column of one formula is computed."""
    read = 0

    def counting(inner: Callable[..., list[Value]]) -> Callable[..., list[Value]]:
        def counted(self: Reference) -> list[Value]:
            nonlocal read
            found = inner(self)
            read += len(found)
            return found

        return counted

    whole = cell_lines.Line.read

    def lines(self: cell_lines.Line, store: Any, size: int) -> None:
        nonlocal read
        before = len(self.values)
        whole(self, store, size)
        read += len(self.values) - before

    with monkeypatch.context() as patched:
        patched.setattr(Reference, "_column", counting(Reference._column))
        patched.setattr(cell_lines.Line, "read", lines)
        cells: dict[str, Cell] = {f"A{row}": float(row % 9) for row in range(1, rows + 1)}
        cells |= {f"B{row}": f"=A{row}*2" for row in range(1, rows + 1)}
        cells |= {f"C{row}": "=" + formula.format(r=row, n=rows) for row in range(1, rows + 1)}
        assert Model(book(cells)).evaluate()[f"Sheet1!C{rows}"] is not None
    return read


@pytest.mark.parametrize(
    "formula",
    [
        "SUM(B$1:B{r})",
        "A{r}/SUM(B$1:B${n})",
        "MAX(B$1:B{r})",
        "COUNTIF(B$1:B{r},B{r})",
        "VLOOKUP(B{r},A$1:B${n},2)",
        'SUMIFS(B$1:B${n},A$1:A${n},A{r},B$1:B${n},">"&A{r})',
        "SUMPRODUCT((A$1:A${n}=A{r})*(B$1:B${n}>2)*B$1:B${n})",
        "VLOOKUP(B{r},B$1:B${n},1,FALSE)",
        "SUM(B{r}:B${n})",
        'COUNTIF(B$1:B${n},"<"&B{r})',
    ],
)
def test_cells_of_a_range_are_read_once(formula: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the rows take twice the reading, and not four times."""
    assert work(600, formula, monkeypatch) <= 2.2 * work(300, formula, monkeypatch) < 300 * 20


def test_what_is_kept_follows_a_circle(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long range whose cells an iteration changes is read as they are, in the circle and after it."""
    cells: dict[str, Cell] = {
        "A1": "=10+B1/40",
        **{f"A{row}": f"=A{row - 1}*0.9+D1" for row in range(2, 101)},
    }
    cells |= {
        "B1": "=SUM(A1:A100)",
        "B2": '=COUNTIF(A1:A100,">1")',
        "B3": "=VLOOKUP(0.5,A1:A100,1)",
        "D1": 0.01,
    }
    cells |= {"B4": "=SUM(A1:A90)+RANK(A50,A1:A100)", "B5": "=SUMPRODUCT((A1:A100>1)*A1:A100)"}
    settled = replace(Settings(), iterate=True, iterate_count=100, iterate_delta=0.001)

    def found() -> list[list[Value]]:
        one = Model(workbook(sheet("Sheet1", cells), settings=settled))
        results = [one.evaluate(change) for change in ({}, {"Sheet1!D1": 0.1}, {})]
        return [[result[f"Sheet1!B{row}"] for row in range(1, 6)] for result in results]

    kept = found()
    assert kept[0] == kept[2] != kept[1]
    keep_nothing(monkeypatch)
    assert kept == found()
