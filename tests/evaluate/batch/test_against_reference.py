"""Lanes against single evaluations: the same values, whatever the formula, the order or the block."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.values import Value
from engine.evaluate.batch import kernels, lanes
from engine.evaluate.batch.apart import STEADY
from engine.evaluate.batch.compiled import available
from engine.evaluate.batch.generate import generate as _enters_rules  # noqa: F401 -- loads every rule
from engine.evaluate.batch.grids import GRIDS, SORTED
from engine.evaluate.batch.lower import RULES
from engine.evaluate.batch.sampling import agrees
from engine.evaluate.model import Model
from engine.plan.whole import WHOLE
from tests.workbooks import Cell, sheet, workbook

# Where rounding, signs, zero, ties of 15 digits and overflow are decided.
NUMBERS = [-3.0, -2.5, -1.0, -0.5, 0.0, 0.1 + 0.2, 0.3, 0.5, 1.0, 1.005, 2.0, 2.5, 4.0, 1e6, 1e155, 1e300]

CASES: dict[str, list[str]] = {
    "operators": [
        'IFERROR(x/y,"")=B9',
        'IF(x>0,"",x)<>B9',
        "(x>0)=B9",
        "K1=B9",
        "x+y",
        "x-y",
        "x*y",
        "x/y",
        "x^y",
        "-x%",
        "x=y",
        "x<>y",
        "x<y",
        "x<=y",
        "x>y",
        "x>=y",
        "x-0.3",
    ],
    "IF": ["IF(x>0,y/x,0)", "IF(x>y,x)", "IF(x,1,2)", 'IF(y=0,"none",x/y)'],
    "IFERROR": ["IFERROR(x/y,-1)", "IFERROR(SQRT(x),0)+1"],
    "IFNA": ["IFNA(MATCH(x,C1:C5,0),0)"],
    "ISERROR": ["IF(ISERROR(x/y),1,2)"],
    "ISNUMBER": ["IF(ISNUMBER(x/y),1,2)"],
    "SUM": ["SUM(C1:C5)", "SUM(x,y,C1:C5)", "SUM(D1:D5)", "SUM(E1:E5,x)", "SUM(D1:D5,B7:B8)"],
    "MIN": ["MIN(x,y)", "MIN(D1:D5)"],
    "MAX": ["MAX(0,x)", "MAX(D1:D5,y)", 'MAX(IF(y=0,"",x/y),IF(x>0,"2",x))', "MAX(IF(x>0,K1,E2),y)"],
    "PRODUCT": ["PRODUCT(x,2,D1:D2)"],
    "AVERAGE": ["AVERAGE(x,y)", "AVERAGE(D1:D5)"],
    "COUNT": ["COUNT(D1:D5,x)", "COUNT(E1:E5)+x"],
    "ABS": ["ABS(x)"],
    "INT": ["INT(x)"],
    "SIGN": ["SIGN(x)"],
    "SQRT": ["SQRT(x)"],
    "EXP": ["EXP(x)"],
    "LN": ["LN(x)", "IF(x>0,LN(x),0)"],
    "LOG10": ["LOG10(x)"],
    "N": ["N(x)"],
    "ROUND": ["ROUND(x,2)", "ROUND(x,0)", "ROUND(x,-1)"],
    "ROUNDUP": ["ROUNDUP(x,0)", "ROUNDUP(x/3,2)"],
    "ROUNDDOWN": ["ROUNDDOWN(x,1)"],
    "TRUNC": ["TRUNC(x)"],
    "POWER": ["POWER(x,2)", "POWER(x,1/3)"],
    "MOD": ["MOD(x,y)"],
    "AND": ["IF(AND(x>0,y>0),1,0)"],
    "OR": ["IF(OR(x>0,y>0),1,0)"],
    "NOT": ["IF(NOT(x>0),1,0)", "NOT(x>y)"],
    "CHOOSE": ["CHOOSE(x,10,20,30)"],
    "INDEX": [
        "INDEX(C1:C5,x)",
        "INDEX(D1:D5,2)",
        "INDEX(D1:D5,x,1)",
        "INDEX(D1:D90,x)",
        "INDEX(C:D,x,2)",
        "INDEX(J1:Z99,x,y+2)",
        "INDEX(L1:L9,x)",
        "INDEX(1:5,2,x+4)",
    ],
    "MATCH": [
        "MATCH(x,C1:C5,0)",
        "MATCH(x,C1:C5,1)",
        "MATCH(x,C1:C5)",
        "MATCH(0.5,D1:D5,0)",
        "MATCH(x,C1:C5,-1)",
        "MATCH(x,H1:I5,1)",
        "MATCH(x,I1:I5,1)",
        "IFERROR(MATCH(y,D1:D5),0)",
        "MATCH(x,D1:D5,-1)",
        "MATCH(x,L1:L9,0)",
        "MATCH(x,L1:L9)",
        "MATCH(x,E1:E5,0)",
        "MATCH(x,K1:K3,0)",
        'MATCH(IF(x>0,"TEXT","5"),E1:E5,0)',
        'MATCH(IF(x>0,"t*t",y>0),E1:E5,0)',
        'MATCH("big",K1:K3,0)',
        'MATCH("c",IF(x>0,E1:E5,K1:K3),1)',
        "IFERROR(MATCH(x,D1:D5,0),-1)",
        "IFERROR(MATCH(x/y,D1:D5,1),-1)",
        "MATCH(x,D:D,0)",
    ],
    "XMATCH": [
        "XMATCH(x,D1:D5)",
        'XMATCH(IF(x>0,"t*t","text"),E1:E5)',
        "XMATCH(x,C1:C5,0,1)",
        "XMATCH(x,C1:C5,-1)",
    ],
    "SUMPRODUCT": [
        "SUMPRODUCT(C1:C5,D1:D5)",
        "SUMPRODUCT((C1:C5>1)*D1:D5)",
        "IFERROR(SUMPRODUCT(D1:D5,--(C1:C5=x))/y,-1)",
        'IFERROR(SUMPRODUCT(--(K1:K3="big"),D1:D3),-1)',
        "SUMPRODUCT(E1:E5,D1:D5)",
        "SUMPRODUCT(E1:E5*D1:D5)",
        'SUMPRODUCT((E1:E5="text")*D1:D5)',
        "SUMPRODUCT(D1:D5/x,C1:C5)",
        "SUMPRODUCT(K1:K3,D1:D3)",
    ],
    "criteria": [
        'SUMIF(E1:E4,"text",D1:D4)',
        'SUMIF(E1:E5,">="&y,D1:D5)+x',
        'SUMIF(E1:E2,"<>"&y,D1:D2)',
        'IFERROR(AVERAGEIF(D1:D5,">"&y),-1)',
        'COUNTIF(K1:K3,"big")',
        'COUNTIF(K1:K3,"<>big")',
        'SUMIF(K1:K3,"b*",D1:D3)',
        'SUMIF(K1:K3,">0")',
        "SUMIF(K1:K3,0,D1:D3)",
        'AVERAGEIFS(K1:K3,D1:D3,">0")',
        'IFERROR(SUMIFS(D1:D3,K1:K3,"<=2"),0)',
        "COUNTIF(D1:D5,E5)",
    ],
    "SUMIF": [
        'SUMIF(C1:C5,">1",D1)',
        "SUMIF(C1:C3,y,D2:D3)",
        "SUMIF(C:C,1,D:D)+x",
        'SUMIF(C1:C5,">1",D1:D5)',
        'SUMIF(D1:D5,">"&y)',
    ],
    "COUNTIF": ['COUNTIF(D1:D5,"<"&x)', 'COUNTIF(C1:C5,"<=2")+x'],
    "per lane": ["PMT(0.01,12,x)", "EVEN(x)", "NPV(0.1,D1:D5)"],
    "SUMIFS": ['SUMIFS(D1:D5,C1:C5,">1")'],
    "SUBTOTAL": [
        "SUBTOTAL(9,C1:C5,D1:D5)",
        "SUBTOTAL(101,D1:D5)+x",
        "SUBTOTAL(4,D1:E5)",
        "SUBTOTAL(2,B1:E5)",
    ],
    "COUNTA": ["COUNTA(B1:E5)+x", "COUNTA(x,D1:D5,B1:B9)"],
    "ISBLANK": ["IF(ISBLANK(B9),x,y)", "IF(ISBLANK(x),1,y)"],
    "ISNA": ["IF(ISNA(MATCH(x,C1:C5,0)),y,1)"],
    "ISERR": ["IF(ISERR(x/y),1,x)", "IFERROR(IF(ISERR(MATCH(x,C1:C5,0)/y),2,1),3)"],
    "ISTEXT": ["IF(ISTEXT(K1),1,x)"],
    "ISNONTEXT": ["IF(ISNONTEXT(K2),1,x)"],
    "ISLOGICAL": ["ISLOGICAL(x>0)", "IF(ISLOGICAL(K1),1,2)"],
    "MAXIFS": ['MAXIFS(D1:D5,C1:C5,">1")', 'MAXIFS(D1:D5,D1:D5,">"&y)', "MAXIFS(K1:K3,C1:C3,1)"],
    "MINIFS": ['MINIFS(D1:D5,C1:C5,">"&y)', "MINIFS(D1:D5,C1:C5,9)"],
    "COUNTIFS": ['COUNTIFS(D1:D5,">0",C1:C5,"<3")'],
    "AVERAGEIF": ['AVERAGEIF(C1:C5,">1",D1:D2)', 'AVERAGEIF(C1:C5,">1",D1:D5)'],
    "AVERAGEIFS": ['AVERAGEIFS(D1:D5,C1:C5,">1")'],
    "VLOOKUP": [
        "VLOOKUP(x,C1:D5,2,FALSE)",
        "VLOOKUP(x,C1:D5,2)",
        "VLOOKUP(x,C:D,2,FALSE)",
        "VLOOKUP(x,L:P,5,FALSE)",
        "IFERROR(VLOOKUP(x,D1:E5,2,FALSE),-1)",
        "VLOOKUP(K2,E1:F5,2,FALSE)",
    ],
    "HLOOKUP": ["HLOOKUP(x,C1:D5,2,FALSE)"],
    "LOOKUP": ["LOOKUP(x,C1:C5,D1:D5)", "LOOKUP(x,C1:D5)", "LOOKUP(x,C1:C5)"],
    "XLOOKUP": [
        "XLOOKUP(x,C1:C5,D1:D5,-1)",
        "XLOOKUP(x,D1:D5,E1:E5)",
        'XLOOKUP("TEXT",E1:E5,D1:D5,,0,1)',
        "XLOOKUP(x,L:L,D:D,-1)",
    ],
    "IFS": ["IFS(x>0,1,y>0,2,TRUE,3)"],
    "SWITCH": ["SWITCH(x,1,10,2,20,30)"],
    "LET": ["LET(a,x*2,a+y)"],
    "NPV": ["NPV(0.1,x,y,D1:D5)"],
    "PMT": ["PMT(0.01,12,x)"],
    "IRR": ["IRR(F1:F5)", 'IF(x>0,IRR(F1:F5),"")', "IF(x>2,IRR(F1:F5),0)"],
    "PV": ["PV(0.01,12,x)"],
    "FV": ["FV(0.01,12,x,y)"],
    "IPMT": ["IPMT(0.01,3,12,x)"],
    "PPMT": ["PPMT(0.01,3,12,x)"],
    "ROW": ["ROW(D3)+x"],
    "COLUMN": ["COLUMN(D1:D5)*x"],
    "ROWS": ["ROWS(D1:D500)*x", "ROWS(D:D)*x"],
    "COLUMNS": ["COLUMNS(C1:D5)*x"],
    "XNPV": ["XNPV(0.1,F1:F5,H1:H5)"],
    "XIRR": ["XIRR(F1:F5,H1:H5)"],
}


def _model(formula: str) -> Model:
    text = re.sub(r"\bx\b", "$A$1", re.sub(r"\by\b", "$A$2", formula))
    cells: dict[str, Cell] = {
        "A1": 2.0,
        "A2": 3.0,
        **{f"C{row}": float(row) / 2 for row in range(1, 6)},
        **{f"D{row}": f"=$A$1*{row}/4" for row in range(1, 6)},
        "E1": 1.0,
        "E2": "text",
        "E3": "5",
        "E4": True,
        **{f"F{row}": "=0-100" if row == 1 else f"=30+$A$1/{row}" for row in range(1, 6)},
        **{f"H{row}": 45000.0 + 365 * row for row in range(1, 6)},
        "B8": "=1/0",
        **{f"I{row}": float(row * 7 % 5) for row in range(1, 6)},
        **{f"L{row}": float(row) / 2 for row in range(1, 4)},
        "L5": 2.5,
        "L6": "name",
        **{f"K{row}": f'=IF($A$1>{row},"big",$A$1)' for row in range(1, 4)},
        "G1": "=" + text,
    }
    return Model(workbook(sheet("Sheet1", cells)))


def _agree(frame: pd.DataFrame, model: Model, outputs: list[str], found: pd.DataFrame) -> None:
    for place in range(len(frame)):
        given: dict[str, Value] = {
            str(name): value for name, value in frame.iloc[place].items() if not pd.isna(value)
        }
        expected = model.evaluate(given)
        for name in outputs:
            computed = found[name].iloc[place]
            plain = computed.item() if isinstance(computed, np.generic) else computed
            assert agrees(plain, expected[name]), (given, name, plain, expected[name])


@pytest.mark.parametrize("formula", [text for texts in CASES.values() for text in texts])
def test_lane_equals_single_evaluation(formula: str) -> None:
    """Every rule, over numbers where rounding, errors and ties are decided, gives the reference's value."""
    model = _model(formula)
    pairs = [(x, y) for x in NUMBERS for y in (-1.0, 0.0, 2.0, 1e300)]
    frame = pd.DataFrame(pairs, columns=["Sheet1!A1", "Sheet1!A2"])
    _agree(frame, model, ["Sheet1!G1"], model.run(frame, ["Sheet1!G1"]))


def test_subtotals_pass_over_subtotals_and_hidden_rows() -> None:
    """A total over groups counts each cell once, and codes over 100 leave out the rows that are hidden."""
    cells: dict[str, Cell] = {"A1": 2.0, "A2": 3.0, "E1": "=SUBTOTAL(9,D1:D8)", "E2": "=SUBTOTAL(101,D1:D8)"}
    cells |= {f"D{row}": f"=$A$1*{row}-$A$2" for row in (1, 2, 3, 5, 6, 7)}
    cells |= {"D4": "=SUBTOTAL(9,D1:D3)", "D8": "=SUBTOTAL(109,D5:D7)"}
    one = replace(sheet("Sheet1", cells), hidden_rows=frozenset([2, 6]))
    model, outputs = Model(workbook(one)), ["Sheet1!E1", "Sheet1!E2"]
    frame = pd.DataFrame({"Sheet1!A1": NUMBERS, "Sheet1!A2": 1.5})
    found = model.run(frame, outputs)
    assert "lane_by_lane" not in found.attrs
    _agree(frame, model, outputs, found)


def test_every_rule_has_a_case() -> None:
    """A function that the batch lowers without a row above (or in ``test_called``) fails."""
    elsewhere = {*GRIDS, SORTED, WHOLE, STEADY}  # in test_arrays
    lowered = {
        name for name, rule in RULES.items() if not rule.__module__.endswith("called_rules")
    } - elsewhere
    assert lowered <= set(CASES), sorted(lowered - set(CASES))


MONTHS = 8
ACROSS = [chr(ord("B") + month) for month in range(MONTHS)]


def _monthly(rows: Mapping[int, str]) -> dict[str, Cell]:
    """Rows of months from B: "{p}" is the column before, "{c}" the month's own; A1 and A2 are inputs."""
    cells: dict[str, Cell] = {"A1": 0.1, "A2": 5.0}
    for row, formula in rows.items():
        for month, column in enumerate(ACROSS):
            before = chr(ord(column) - 1)
            cells[f"{column}{row}"] = "=" + formula.format(p=before, c=column, n=month + 1)
    return cells


SHAPES = {
    "recurrence": {4: "{p}4*(1+$A$1)+$A$2"},
    "loop of rows": {4: "{p}6+$A$2", 5: "{c}4*$A$1", 6: "{c}4-{c}5"},
    "running sum": {4: "{n}*$A$2", 5: "SUM($B4:{c}4)"},
    "step": {4: "IF({n}>$A$2,{p}4+1,$A$1)"},
    "floor": {4: "MAX(0,{p}4-$A$2)+$A$1*{n}", 5: "IF({c}4>0,$A$2/{c}4,0)"},
}


@pytest.mark.parametrize("shape", list(SHAPES))
@pytest.mark.parametrize("turned", [False, True], ids=["across", "down"])
def test_rows_of_months(shape: str, *, turned: bool) -> None:
    """Recurrences, mutually dependent rows and running sums, with time across or down."""
    cells = _monthly(SHAPES[shape])
    if turned:
        cells = {_turned(address): _turned_formula(cell) for address, cell in cells.items()}
    model = Model(workbook(sheet("Sheet1", cells)))
    last = [
        f"Sheet1!{_turned(f'{ACROSS[-1]}{row}') if turned else f'{ACROSS[-1]}{row}'}" for row in SHAPES[shape]
    ]
    second = "Sheet1!B1" if turned else "Sheet1!A2"
    frame = pd.DataFrame({"Sheet1!A1": np.linspace(-1, 1, 24), second: np.linspace(-2, 9, 24)})
    _agree(frame, model, last, model.run(frame, last))
    assert not model.runner.fallbacks


def _turned(address: str) -> str:
    column, row = address[0], int(address[1:])
    return f"{chr(ord('A') + row - 1)}{ord(column) - ord('A') + 1}"


def _turned_formula(cell: Cell) -> Cell:
    if not isinstance(cell, str) or not cell.startswith("="):
        return cell

    def moved(match: re.Match[str]) -> str:
        turned = _turned(match[2] + match[4])
        return f"{match[3]}{turned[0]}{match[1]}{turned[1:]}"

    return re.sub(r"(\$?)([A-Z])(\$?)(\d+)(?![\d(])", moved, cell)


TERMS = st.sampled_from(["$A$1", "$A$2", "{p}4", "{p}5", "{c}4", "2", "0.5", "{n}"])


@st.composite
def _formulas(draw: st.DrawFn, *, own_month: bool) -> str:
    terms = TERMS if own_month else TERMS.filter(lambda term: term != "{c}4")
    a, b, c = draw(terms), draw(terms), draw(terms)
    pattern = draw(
        st.sampled_from(
            [
                "<a>+<b>*<c>",
                "IF(<a>><b>,<c>,<a>)",
                "MAX(<a>,<b>)-<c>",
                "IFERROR(<a>/<b>,<c>)",
                "<a>/(<b>+1)",
                "ROUND(<a>*<b>,1)",
            ]
        )
    )
    for place, term in (("<a>", a), ("<b>", b), ("<c>", c)):
        pattern = pattern.replace(place, term)
    return pattern


@settings(max_examples=25, deadline=None)
@given(
    first=_formulas(own_month=False),
    second=_formulas(own_month=True),
    values=st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=13, max_size=13),
    data=st.data(),
)
def test_batch_of_n_is_n_single_runs(
    first: str, second: str, values: list[tuple[float, float]], data: st.DataObject
) -> None:
    """Random workbooks: a batch equals single evaluations, in any order of its rows."""
    model = Model(workbook(sheet("Sheet1", _monthly({4: first, 5: second}))))
    outputs = [f"Sheet1!{ACROSS[-1]}4", f"Sheet1!{ACROSS[-1]}5"]
    frame = pd.DataFrame(values, columns=["Sheet1!A1", "Sheet1!A2"])
    found = model.run(frame, outputs)
    _agree(frame, model, outputs, found)
    order = data.draw(st.permutations(range(len(frame))))
    again = model.run(frame.iloc[order], outputs)
    for name in outputs:
        assert [str(v) for v in again[name]] == [str(found[name].iloc[place]) for place in order]


@pytest.mark.skipif(not available(), reason="the extra fast (numba) is not installed")
def test_compiled_equals_numpy() -> None:
    """The compiled program gives NumPy's values, and leaves the lanes with errors to it."""
    model = Model(workbook(sheet("Sheet1", _monthly(SHAPES["floor"]))))
    cells = [model.targets.cell("Sheet1!A1"), model.targets.cell("Sheet1!A2")]
    wanted = [model.targets.cell(f"Sheet1!{ACROSS[-1]}{row}") for row in (4, 5)]
    plan = lanes.plan(model.base, cells, wanted)
    rng = np.random.default_rng(7)
    inputs = {cell: rng.uniform(-9, 9, 3000) for cell in cells}
    numpy = plan.run(inputs, backend="numpy")
    compiled = plan.run(inputs, backend="compiled")
    for cell in wanted:
        np.testing.assert_allclose(compiled[cell].astype(float), numpy[cell].astype(float), rtol=1e-12)


def test_wrong_kernel_rejects_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong kernel is caught by the base case; the reference answers and the reason names the cell."""
    monkeypatch.setattr(kernels, "maximum", lambda left, right: np.maximum(left, right) + 1)
    model = _model("MAX(0,x)+y")
    frame = pd.DataFrame({"Sheet1!A1": np.linspace(-2, 2, 20)})
    _agree(frame, model, ["Sheet1!G1"], model.run(frame, ["Sheet1!G1"]))
    assert any("Sheet1!G1" in fallback.reason for fallback in model.runner.fallbacks)


def test_error_lane_spoils_no_neighbour() -> None:
    """The errors of some scenarios stand in their rows with their code; the others are numbers."""
    model = _model("y/x")
    frame = pd.DataFrame({"Sheet1!A1": [float(n % 3) for n in range(30)]})
    found = model.run(frame, ["Sheet1!G1"])["Sheet1!G1"]
    assert [str(value) for value in found[:3]] == ["#DIV/0!", "3.0", "1.5"]
    assert list(found[3:6]) == list(found[:3])
