"""Statistics, dates, texts and normal distributions over lanes against single evaluations."""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd
import pytest

from engine.evaluate.batch import called_rules
from engine.evaluate.batch.called import QUICK
from engine.evaluate.batch.generate import generate as _enters_rules  # noqa: F401 -- loads every rule
from engine.evaluate.batch.lower import RULES
from engine.evaluate.batch.sampling import agrees
from engine.evaluate.model import Model
from engine.workbook.book import Settings
from tests.workbooks import Cell, sheet, workbook

# x is the first input, y the second; D1:D7 are numbers that vary, E1:E6 have blanks, text, a boolean beside,
# F1:F7 are numbers of which one turns to an error or to text.
SPREADS = [
    "AVEDEV(D1:D7)",
    "CORREL(D1:D7,C1:C7)",
    "COVAR(D1:D7,C1:C7)",
    "COVARIANCE.P(D1:D7,C1:C7)",
    "COVARIANCE.S(D1:D7,F1:F7)",
    "DEVSQ(D1:D7)",
    "FORECAST(x,D1:D7,C1:C7)",
    "FORECAST.LINEAR(x,D1:D7,C1:C7)",
    "INTERCEPT(D1:D7,C1:C7)",
    "LARGE(D1:D7,y)",
    "LARGE(E1:E6,1)",
    "MEDIAN(D1:D7)",
    "MEDIAN(x,y,3)",
    "MEDIAN(E1:E6)",
    "MEDIAN(F1:F7)",
    "PEARSON(D1:D7,F1:F7)",
    "PERCENTILE(D1:D7,0.3)",
    "PERCENTILE.INC(D1:D7,y/4)",
    "PERCENTILE.EXC(D1:D7,0.4)",
    "QUARTILE(D1:D7,y)",
    "QUARTILE.INC(D1:D7,1)",
    "QUARTILE.EXC(D1:D7,y)",
    "RANK(D3,D1:D7)",
    "RANK.EQ(x,C1:C7,1)",
    "RANK.AVG(D3,D1:D7)",
    "RSQ(D1:D7,C1:C7)",
    "SLOPE(D1:D7,C1:C7)",
    "SLOPE(F1:F7,C1:C7)",
    "SMALL(D1:D7,y)",
    "SMALL(F1:F7,2)",
    "STDEV(D1:D7)",
    "STDEV.S(E1:E6)",
    "STDEV.P(D1:D7)",
    "STDEVP(x)",
    "STDEV.S(x)",
    "SUMSQ(D1:D7,x)",
    "VAR(D1:D7)",
    "VAR.S(x,y)",
    "VAR.P(D1:D7)",
    "VARP(F1:F7)",
    "IFERROR(MEDIAN(F1:F7),-1)",
    "IF(x>0,SMALL(D1:D7,x),0)",
]
DATES = [
    "DATE(2020+y,x,31)",
    "DATE(y,2,29)",
    'DATEDIF(45000,46000+x,"m")',
    "DAY(45000+x)",
    "DAY(x)",
    "DAYS(45000+x,44000)",
    "DAYS360(44000,45000+x)",
    "EDATE(45322,y)",
    "EDATE(45000+x,13)",
    "EOMONTH(45000+x,y)",
    "EOMONTH(x,1)",
    "HOUR(y/7)",
    "ISOWEEKNUM(45000+x)",
    "MINUTE(y/7)",
    "MONTH(45000+30*x)",
    "NETWORKDAYS(45000,45000+y*9)",
    "NETWORKDAYS(45000,45100+y,H1:H3)",
    "SECOND(y/7)",
    "TIME(y,x,7)",
    "WEEKDAY(45000+y)",
    "WEEKDAY(45000+y,2)",
    "WEEKDAY(45000+y,3)",
    "WEEKNUM(45000+30*y)",
    "WORKDAY(45000,y*3)",
    "YEAR(45000+400*y)",
    "YEAR(x)",
    "YEARFRAC(44000,45000+y)",
    "YEARFRAC(44000,45000+y,1)",
    'DATEVALUE(TEXT(45000+y,"d mmm yyyy"))',
    'TIMEVALUE(TEXT(y/7,"hh:mm"))',
]
TEXTS = [
    'x&" of "&y',
    "x&B9",
    "ASC(y)",
    "CHAR(65+y)",
    "CLEAN(x&y)",
    "CODE(y)",
    'CONCATENATE("Q",y,x>0)',
    "DBCS(y)",
    "DOLLAR(x)",
    'EXACT(y,"2")',
    'FIND("1",y&"1")',
    'FINDB("1",y)',
    "FIXED(x,1)",
    "LEFT(x,2)",
    "LEFTB(y)",
    "LEN(x)",
    "LENB(y)",
    "LOWER(x>0)",
    "MID(x*1000,2,2)",
    "MIDB(y,1,1)",
    "PROPER(x>0)",
    'REPLACE(y,1,1,"a")',
    'REPLACEB(y,1,1,"a")',
    'REPT("ab",y)',
    "RIGHT(y,1)",
    "RIGHTB(y)",
    'SEARCH("?",y)',
    'SEARCHB("1",y)',
    'SUBSTITUTE(x,".",",")',
    'TEXT(x,"0.0%")',
    'TEXT(45000+y,"mmm yy")',
    'TRIM(" "&y)',
    "UNICHAR(65+y)",
    "UNICODE(y)",
    "UPPER(x>0)",
    'VALUE("1"&y)',
    'IF(LEFT("Year "&y,4)="Year",y,0)',
]
NORMAL = [
    "NORM.DIST(x,1,2,TRUE)",
    "NORM.DIST(x,1,y,FALSE)",
    "NORMDIST(x,0,1,TRUE)",
    "NORM.INV(x/10,1,y)",
    "NORMINV(0.3,x,2)",
    "NORM.S.DIST(x,TRUE)",
    "NORM.S.INV(x/10)",
    "NORMSDIST(x)",
    "NORMSINV(0.1+x/100)",
]
FINANCE = [
    "IFERROR(PMT(x/100,12,y),-1)",
    "PMT(x/100,12,y,0,A2)",
    "IFERROR(FV(x/100,y,10),-1)",
    "IFERROR(PV(x/100,y,10,,1),-1)",
    "IPMT(x/100,y,12,100,0,1)",
    "IFERROR(IPMT(x/100,y,12,100),-1)",
    "IFERROR(PPMT(x/100,y,12,100),-1)",
    "SLN(x,y,5)",
    "IFERROR(NPV(x/10,D1:D7,y),-1)",
    "NPV(0.1,F1:F7)",
    "XNPV(0.1,I1:I5,J1:J5)",
    "IFERROR(XNPV(x/10,I1:I5,J1:J5),-1)",
    "XIRR(I1:I6,J1:J6)",
    "XIRR(I1:I5,J1:J5,0.2)",
    "IFERROR(XIRR(I1:I6,K1:K6),-1)",
]
RATES = [
    "IFERROR(NPER(x/100,-y,100),-1)",
    "NPER(x/100,-50,200,y,1)",
    "EFFECT(x/10,y)",
    "NOMINAL(x/10,y)",
    "RRI(y,100,x)",
    "PDURATION(x/10,100,y*100)",
    "SYD(x,1,5,y)",
    "LOG(x,y)",
    "LOG(x)",
    "CEILING(x,y)",
    "CEILING(x/10,0.1)",
    "FLOOR(x,0.25)",
    "FLOOR(x,y)",
    "MROUND(x,y)",
    "MROUND(x/10,0.5)",
    "QUOTIENT(x,y)",
    "SIN(x)",
    "COS(x)",
    "TAN(y)",
    "ASIN(x/10)",
    "ACOS(x/10)",
    "ATAN(x)",
    "SINH(y)",
    "COSH(y)",
    "TANH(x)",
    "DEGREES(x)",
    "RADIANS(x)",
    "GEOMEAN(D1:D7)",
    "HARMEAN(E1:E6)",
]
CASES = [*RATES, *SPREADS, *FINANCE, *DATES, *TEXTS, *NORMAL]
XS = [-3.0, -2.5, 0.0, 0.1 + 0.2, 1.0, 2.0, 2.5, 5.0, 1e6, 1e300]
YS = [-1.0, 0.0, 1.0, 2.0, 3.5]


def _model(formula: str, *, date1904: bool = False) -> Model:
    text = re.sub(r"\bx\b", "$A$1", re.sub(r"\by\b", "$A$2", formula))
    cells: dict[str, Cell] = {
        "A1": 2.0,
        "A2": 3.0,
        **{f"C{row}": float(row * row) for row in range(1, 8)},
        **{f"D{row}": f"=$A$1*{row % 4}/4+{row}" for row in range(1, 8)},
        "E1": "=$A$1*3",
        "E2": "text",
        "E3": "5",
        "E4": True,
        "E6": "=$A$2",
        **{f"F{row}": f"={row}*$A$1+{row % 3}" for row in range(1, 7)},
        "F7": '=IF($A$2=0,1/0,IF($A$2<0,"none",4))',
        **{f"H{row}": 45000.0 + row for row in range(1, 4)},
        "I1": "=-100",
        **{f"I{row}": f"=30+$A$1/{row}" for row in range(2, 6)},
        **{f"J{row}": f"=45000+{row}*300+$A$2" for row in range(1, 6)},
        **{f"K{row}": 45000.0 + 200 * row for row in range(1, 6)},
        "G1": "=" + text,
    }
    return Model(workbook(sheet("Sheet1", cells), settings=Settings(date1904=date1904)))


@pytest.mark.parametrize("formula", CASES)
def test_lane_equals_single_evaluation(formula: str) -> None:
    """Numbers, errors and texts among the arguments give the reference's value in their own lane."""
    _agree(_model(formula))


LARGE = [
    "STDEV.S(D1:D7)", "MEDIAN(E1:E6)", "VAR.S(E1:E3)", "SMALL(F1:F7,2)", "SMALL(C1:C7,y)", "LARGE(C6:D7,y)",
    "PERCENTILE.INC(C5:D7,y/4)", "SUMSQ(C1:C7,D1:D7)",
]  # fmt: skip


@pytest.mark.parametrize("formula", LARGE[:-1])
def test_large_range(formula: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A range too large for source of its own for each item is one array, varying cells before constants."""
    monkeypatch.setattr(called_rules, "_MOST_ITEMS", 2)
    _agree(_model(formula))


def test_large_ranges_beside_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several large ranges in one call are left to the reference, which the frame says."""
    monkeypatch.setattr(called_rules, "_MOST_ITEMS", 2)
    frame = pd.DataFrame({"Sheet1!A1": XS * 3})
    assert _model(LARGE[-1]).run(frame, ["Sheet1!G1"]).attrs["lane_by_lane"] == {"SUMSQ": 1}


@pytest.mark.parametrize(
    "formula", ["YEAR(x+40000)", "EOMONTH(x+40000,1)", "DATE(2020,y,1)", "WEEKDAY(40000+y)"]
)
def test_1904_dates(formula: str) -> None:
    """Workbooks of the 1904 date system count from there."""
    _agree(_model(formula, date1904=True))


def _agree(model: Model) -> None:
    frame = pd.DataFrame([(x, y) for x in XS for y in YS], columns=["Sheet1!A1", "Sheet1!A2"])
    found = model.run(frame, ["Sheet1!G1"])
    assert found.attrs == {}
    for place, (x, y) in enumerate(frame.itertuples(index=False)):
        expected = model.evaluate({"Sheet1!A1": x, "Sheet1!A2": y})["Sheet1!G1"]
        value = found["Sheet1!G1"].iloc[place]
        assert agrees(value.item() if isinstance(value, np.generic) else value, expected), (
            x,
            y,
            value,
            expected,
        )


def test_every_function_has_a_case() -> None:
    """A function that is called over lanes without a case above fails."""
    named = {name for case in CASES for name in re.findall(r"[A-Z][A-Z0-9.]*(?=\()", case)} | {"&"}
    called = {name for name, rule in RULES.items() if rule.__module__ == "engine.evaluate.batch.called_rules"}
    assert sorted(called - named) == []
    assert set(QUICK) <= named | {"&"}


def test_vector_kernels_answer_most_lanes() -> None:
    """Kernels leave only errors and dates out of reach to the functions themselves."""
    items = np.random.default_rng(3).normal(size=(9, 50))
    for name in ("MEDIAN", "STDEV.S", "VAR.P", "AVEDEV"):
        assert np.isfinite(QUICK[name](items)).all()
    assert math.isclose(QUICK["EOMONTH"](np.array([45000.0]), np.array([0.0]))[0], 45016.0)
