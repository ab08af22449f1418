"""Forms with lines of their own give what their closures give, whatever the cells hold."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.core.address import Rect, key_of
from engine.core.values import DIV0, NA, NUM, Value
from engine.evaluate import frequent, program
from engine.evaluate.compile import Compiler
from engine.evaluate.inline.form import inlined
from engine.evaluate.model import Model
from engine.evaluate.spill import single
from engine.evaluate.state import Closure, State
from engine.formula.expr import Anchor, Binary, Bool, Call, Expr, Missing, Number, Ref, Text, Unary
from engine.formula.parser import parse
from engine.functions.operands import PENDING, Pending
from engine.functions.table import Fault
from engine.plan import plan
from engine.plan.scope import Scope
from engine.workbook.book import DataTable, Formula, Settings
from tests.workbooks import Cell, sheet, workbook

AT = key_of(5, 5)
HULL = (5, 5, 5, 5)
SCOPE = Scope(("S", "T"), {"s": 0, "t": 1}, {}, {})

values = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 2.0, 0.1, 0.2, 0.3, 0.30000000000000004, 1e308, -1e308, 1e-308, 2.5]),
    st.floats(allow_nan=False, allow_infinity=False, width=32).map(float),
    st.sampled_from([True, False, "", "x", "X", "2", "TRUE", None, NA, DIV0, PENDING]),
)
offsets = st.integers(-2, 2)
anchors = st.builds(Anchor, st.integers(3, 7), st.integers(3, 7), st.just(True), st.just(True)) | st.builds(
    Anchor, offsets, offsets, st.just(False), st.just(False)
)
cell = st.builds(lambda sheet, a: Ref(sheet, a, a), st.sampled_from([None, "T"]), anchors)
area = st.builds(Ref, st.sampled_from([None, "T"]), anchors, anchors)
leaf: st.SearchStrategy[Expr] = st.one_of(
    cell,
    cell,
    st.builds(Number, st.sampled_from([0.0, 1.0, -2.0, 0.3, 1e308, 3.0])),
    st.builds(Text, st.sampled_from(["", "x", "1"])),
    st.builds(Bool, st.booleans()),
)


def _compound(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    operators = st.sampled_from(["+", "-", "*", "/", "^", "=", "<>", "<", "<=", ">", ">=", "&"])

    def call(names: list[str], least: int, most: int, of: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
        arguments = st.lists(of, min_size=least, max_size=most).map(tuple)
        return st.builds(Call, st.sampled_from(names), arguments)

    return st.one_of(
        st.builds(Binary, operators, inner, inner),
        st.builds(Binary, operators, inner, inner),
        st.builds(Unary, st.sampled_from(["-", "+", "%"]), inner),
        call(["IF"], 2, 3, inner | st.just(Missing())),
        call(["IFERROR", "ROUND", "POWER", "MOD"], 2, 2, inner),
        call(["ABS", "INT", "EXP", "NOT", "LN", "ISERROR"], 1, 1, inner),
        call(["AND", "OR"], 1, 3, inner),
        call(["SUM", "MIN", "MAX", "AVERAGE", "PRODUCT", "SUMSQ", "COUNT"], 1, 3, inner | area),
    )


def _outcome(closure: Closure, state: State) -> Any:
    try:
        return repr(single(closure(state, AT), AT))
    except Pending as pending:
        return "pending", sorted(pending.keys)
    except Fault as fault:
        return repr(fault.error)


def _state(held: list[Value]) -> State:
    keys = [key_of(row, column) for row in range(3, 8) for column in range(3, 8)]
    cells: list[dict[int, Value]] = [
        {key: value for key, value in zip(keys, held[start:], strict=False) if value is not None}
        for start in (0, 25)
    ]
    return State(cells, [(7, 7), (7, 7)], ("S", "T"), lambda *_: NUM)


@settings(max_examples=250, deadline=None)
@example(Unary("%", Unary("-", Call("ISERROR", (Number(0.0),)))), [0.0] * 50)
@given(st.recursive(leaf, _compound, max_leaves=10), st.lists(values, min_size=50, max_size=50))
def test_lines_give_what_closures_give(tree: Expr, held: list[Value]) -> None:
    """Numbers, text, errors, blanks and cells not yet computed, in every place."""
    code = inlined(tree, SCOPE, HULL)
    closure, problem = program.closure_of(tree, 0, False, SCOPE)
    assert closure is not None, problem
    if code is not None:
        inline, loop = code.bind(0, closure, Compiler(SCOPE, 0).value)
        state = _state(held)
        expected = _outcome(closure, state)
        assert _outcome(inline, _state(held)) == expected
        if not loop(state, [AT]):
            assert repr(state.cells[0][AT]) == expected


@pytest.mark.parametrize(
    ("formula", "lines"),
    [
        ("B1*$C$2+T!D4%", True),
        ('IF(B1>0,B2/B1,"")', True),
        ("SUM(A1:C3)-MAX(B1,0)", True),
        ("A1", False),  # a closure is as good
        ("B1+A7", False),  # as seen from row 1, the row above is the sheet's last
    ],
)
def test_what_gets_lines(formula: str, lines: bool) -> None:
    """Arithmetic, conditions and sums do; a bare cell and references around the sheet's edge don't."""
    above = parse(formula, 5, 5)
    hull = (1, 5, 5, 5) if formula == "B1+A7" else HULL
    assert (inlined(above, SCOPE, hull) is not None) == lines


@pytest.mark.parametrize(
    "formula",
    [
        "RAND()+B{row}*1",
        "RAND()-RAND()*B{row}",
        "IF(B{row}=0,RAND(),B{row}+RAND())",
        "NORM.INV(RAND(),$B$4,$B$1+B{row})",
        "NORMINV(RAND()*B{row},2,$B$5)",
        "RAND()+RANDBETWEEN(B{row},3)",
    ],
)
def test_a_random_number_is_drawn_anew_when_the_closure_computes_again(
    formula: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cell whose plain reading failed after RAND has the number that it has without lines."""
    cells: dict[str, Cell] = {f"A{row}": f"={formula.format(row=row)}" for row in range(1, 5)}
    cells |= {"B1": 0.5, "B5": 0.0}
    found = []
    for many in (1, 10**9):
        monkeypatch.setattr(frequent, "MANY", many)
        found.append(dict(Model(workbook(sheet("S", {**cells, "B2": "3", "B3": True}))).evaluate().cells))
    assert found[0] == found[1]


@pytest.mark.parametrize("rows", [1, 70, 150])
def test_numbers_of_a_range_are_held_while_they_stay(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """Not beyond an array that grows over them, or through a Data Table that changes them."""
    grown = Formula(f"SEQUENCE({rows})", "dynamic-array", Rect("S", 1, 1, 1, 1))
    settings = DataTable(key_of(1, 3), None, dt2d=False, dtr=False, del1=False, del2=False)
    table = Formula("", "data-table", Rect("S", 2, 9, 3, 9), data_table=settings)
    cells: dict[str, Cell] = {"A1": grown, "C1": 1.0, "H2": 5.0, "H3": 7.0, "I1": "=E1", "I2": table}
    cells |= {f"B{row}": f"=C$1*{row}" for row in range(1, 101)}
    cells |= {f"D{row}": "=MEDIAN(A2:A200)+MAX(A2:A200)" for row in range(1, 4)}
    cells |= {f"E{row}": f"=SUM(B1:B100)+SMALL(B1:B100,{row})" for row in range(1, 4)}
    found = []
    for least in (0, 10**9):
        monkeypatch.setattr(plan, "_LARGE", least)
        monkeypatch.setattr(plan, "_MANY_TO_A_FORM", 0)
        result = Model(workbook(sheet("S", cells))).evaluate()
        found.append([*result.cells.values(), result["S!I3"]])
    assert found[0] == found[1]
    assert result["S!E2"] == 5052.0
    assert result["S!I3"] == 7 * 5051.0


@pytest.mark.parametrize("iterate", [False, True])
def test_an_order_is_only_where_to_begin(monkeypatch: pytest.MonkeyPatch, iterate: bool) -> None:
    """Cells that wait, a circle and what stands beside it among them, come out as in the file's order."""
    cells: dict[str, Cell] = {f"A{row}": f"=A{row + 1}+1" for row in range(1, 40)}
    cells |= {
        "A40": "=C1*2",
        "B1": "=B2+1",
        "B2": "=B3",
        "B3": "=B1+A1",
        "B4": "=B2",
        "C1": "=3",
        "D1": "=OFFSET(A1,2,0)",
    }
    cells |= {f"E{row}": f"=B{row}*0.5" for row in range(1, 9)}  # one form, of which some read the circle
    found = []
    for least in (0, 10**9):
        monkeypatch.setattr(plan, "_LARGE", least)
        monkeypatch.setattr(plan, "_MANY_TO_A_FORM", 0)
        model = Model(workbook(sheet("S", cells), settings=Settings(iterate=iterate)))
        result = model.evaluate()
        found.append((dict(result.cells), result.circles))
        assert not any(value is PENDING for value in result.cells.values())
    assert found[0] == found[1]
