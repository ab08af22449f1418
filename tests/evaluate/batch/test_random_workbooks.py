"""Random small workbooks: a batch of N is N single runs, in any order, any split, in NumPy or compiled."""

from __future__ import annotations

import contextlib
import re

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.values import Value
from engine.evaluate.batch import lanes
from engine.evaluate.batch.compiled import available
from engine.evaluate.batch.sampling import agrees
from engine.evaluate.batch.unplanned import Unplanned
from engine.evaluate.model import Model
from engine.workbook.book import Settings
from tests.workbooks import Cell, array, book

MONTHS = "CDEFGH"
# {a}, {b}, {c} are terms, {p} the month before, {m} the month itself. B8:B12 are ascending numbers, C8:C12
# texts, D8:D12 vary.
PATTERNS = [
    "{a}+{b}*{c}",
    "{a}-{b}",
    "{a}/{b}",
    "IF({a}>{b},{c},{a})",
    "IF({a}>=1,IFERROR({b}/{c},-1),{b})",
    "IFERROR(VLOOKUP({a},$B$8:$D$12,3),{b})",
    "IFERROR(INDEX($D$8:$D$12,MATCH({a},$B$8:$B$12,0)),{b})",
    "INDEX($D$8:$D$12,MOD(INT({a}),5)+1)",
    'SUMIFS($D$8:$D$12,$B$8:$B$12,">"&{a})',
    'SUMIF($C$8:$C$12,"east",$D$8:$D$12)+{a}',
    'COUNTIF($D$8:$D$12,"<"&{a})',
    "SUMPRODUCT(--($D$8:$D$12>{a}),$B$8:$B$12)",
    "MAX({a},{b})-MIN({b},{c})",
    "MEDIAN($D$8:$D$12)+{a}",
    "SUM($D$8:$D$12)*{a}",
    "AND({a}>0,{b}<5)",
    'IF(OR({a}>2,{b}=0),"high",{c})',
    '"Q"&ROUND({a},0)',
    "LEN({a}&{b})",
    "YEAR(EDATE(45000,INT({a})))+MONTH(45000+{b})",
    "ROUND({a}*{b},1)",
    "CHOOSE(MOD(INT({a}),3)+1,{b},{c},0)",
    "SQRT({a})",
    "NPV(0.1,$D$8:$D$12)*{a}",
    "ISNUMBER({a})",
]
TERMS = ["$A$1", "$A$2", "{p}4", "{p}5", "{m}4", "2", "0.5", "{n}"]


@st.composite
def _row(draw: st.DrawFn, *, first: bool) -> str:
    terms = st.sampled_from([term for term in TERMS if not (first and term == "{m}4")])
    text = draw(st.sampled_from(PATTERNS))
    return re.sub(r"\{[abc]\}", lambda _: draw(terms), text)


def _model(rows: tuple[str, str, str], *, circle: bool) -> Model:
    cells: dict[str, Cell] = {"A1": 1.5, "A2": 3.0, "B4": 1.0, "B5": 2.0, "B6": 0.0}
    for place, row in enumerate(range(8, 13)):
        cells |= {f"B{row}": float(place), f"C{row}": ("east", "west")[place % 2]}
        cells[f"D{row}"] = f"=$A$1*{place}-$A$2"
    for number, text in zip((4, 5, 6), rows, strict=True):
        for n, month in enumerate(MONTHS):
            cells[f"{month}{number}"] = "=" + text.format(p=chr(ord(month) - 1), m=month, n=n + 1)
    cells["J4"] = array("SUM(IF($D$8:$D$12>0,$D$8:$D$12,0))", "J4:J4")
    if circle:
        cells |= {"J5": "=$A$1+J6*0.2", "J6": "=J5*0.5-$A$2"}
    return Model(book(cells, settings=Settings(iterate=circle)))


NUMBERS = st.one_of(st.floats(-9, 9).map(lambda x: round(x, 3)), st.sampled_from([0.0, 1.0, 2.0, -1.0, 1e6]))


@settings(max_examples=5, deadline=None)
@given(
    rows=st.tuples(_row(first=True), _row(first=False), _row(first=False)),
    values=st.lists(st.tuples(NUMBERS, NUMBERS), min_size=14, max_size=14),
    circle=st.booleans(),
    data=st.data(),
)
def test_batch_of_n_is_n_single_runs(
    rows: tuple[str, str, str], values: list[tuple[float, float]], circle: bool, data: st.DataObject
) -> None:
    """Texts, booleans, errors, lookups, dates, recurrences and circles, whatever the order and the split."""
    model = _model(rows, circle=circle)
    outputs = [f"Sheet1!{MONTHS[-1]}{row}" for row in (4, 5, 6)] + ["Sheet1!J4"] + ["Sheet1!J6"] * circle
    frame = pd.DataFrame(values, columns=["Sheet1!A1", "Sheet1!A2"])
    found = model.run(frame, outputs)
    for place, (a1, a2) in enumerate(values):
        alone = model.evaluate({"Sheet1!A1": a1, "Sheet1!A2": a2})
        for output in outputs:
            value = _plain(found[output].iloc[place])
            assert agrees(value, alone[output]), (rows, a1, a2, output, value, alone[output])
    order = data.draw(st.permutations(range(len(values))))
    again = model.run(frame.iloc[order], outputs)
    for output in outputs:
        assert [str(v) for v in again[output]] == [str(found[output].iloc[place]) for place in order]
    _split(model, frame, outputs)


def _split(model: Model, frame: pd.DataFrame, outputs: list[str]) -> None:
    """Compare parts of a plan's lanes, and the compiled program where there is one, with all at once."""
    inputs = [model.targets.cell(name) for name in frame.columns]
    wanted = [model.targets.cell(name) for name in outputs]
    columns = {
        cell: frame[name].to_numpy(dtype=float) for cell, name in zip(inputs, frame.columns, strict=True)
    }
    with contextlib.suppress(Unplanned):
        plan = lanes.plan(model.base, inputs, wanted)
        whole = plan.run(columns, "numpy")
        parts = [
            plan.run({c: v[s] for c, v in columns.items()}, "numpy") for s in (slice(0, 5), slice(5, None))
        ]
        for cell in wanted:
            assert [str(v) for part in parts for v in part[cell]] == [str(v) for v in whole[cell]]
        if available():
            compiled = plan.run(columns, "compiled")
            assert all(map(_close, compiled[wanted[0]], whole[wanted[0]]))


def _close(left: object, right: object) -> bool:
    a, b = _plain(left), _plain(right)
    return agrees(a, b)


def _plain(value: object) -> Value:
    return value.item() if isinstance(value, np.generic) else value  # type: ignore[return-value]  # a lane's
