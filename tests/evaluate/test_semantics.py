"""What Excel's formulas mean, case by case."""

from __future__ import annotations

import dataclasses

import pytest

from engine.core.address import key_of, parse_a1, parse_rect
from engine.core.exceptions import UnsupportedFormula
from engine.core.values import CALC, DIV0, NA, NAME, NULL, NUM, REF, SPILL, VALUE, ExcelError, Value
from engine.evaluate.model import Model
from engine.evaluate.result import Result
from engine.workbook.book import Settings, Table
from tests.workbooks import Cell, array, book, dynamic, sheet, workbook


def evaluated(cells: dict[str, Cell], **more: object) -> Result:
    """The result of a workbook of one sheet."""
    return Model(book(cells, **more)).evaluate()


NUMBERS: dict[str, Cell] = {
    "A1": 1, "A2": 2, "A3": 3, "B1": 10, "B2": 20, "B3": 30,
    "C1": "5", "C2": "text", "C3": True, "D1": "=1/0", "D2": "=NA()",
}  # fmt: skip


@pytest.mark.parametrize(
    ("formula", "answer"),
    [
        # an argument left empty that a function of the Analysis ToolPak must have
        ("MROUND(,5)", NA),
        # an error where a range should be, as a deleted range leaves it, is the answer
        ("MATCH(1,#REF!,0)", REF),
        ("XMATCH(1,#REF!)", REF),
        ("XLOOKUP(1,#REF!,A1:A3)", REF),
        ("XLOOKUP(1,A1:A3,#REF!)", REF),
        ("LOOKUP(1,#REF!)", REF),
        ("SUMIFS(A1:A3,#REF!,1)", REF),
        ("DSUM(#REF!,1,A1:A2)", REF),
        ("SLOPE(A1:A3,NA())", NA),
        ("SUMXMY2(#REF!,A1:A3)", REF),
        ("XNPV(0.1,#REF!,A1:A3)", REF),
        ("IRR(NA())", NA),
        ("LINEST(A1:A3,#REF!)", REF),
        ("FILTER(#REF!,A1:A3)", REF),
        ("COUNT(#REF!,1)", 1.0),
        # MATCH looks into a row or a column
        ("MATCH(3,{1,2;3,4},0)", NA),
        ("MATCH(3,{1,2;3,4})", NA),
        ("COUNTA(#REF!)", 1.0),
        # signs, percent, power
        ("-2^2", 4.0),
        ("-A2^2", 4.0),
        ("2^-1", 0.5),
        ("A2%%", 0.0002),
        ("--C1", 5.0),
        ("0^0", NUM),
        ("(-27)^(1/3)", -3.0),
        ("(-27)^(2/3)", NUM),
        ("1E308*10", NUM),
        # coercion by position
        ('"5"+1', 6.0),
        ("C1+1", 6.0),
        ("C2+1", VALUE),
        ("C3+1", 2.0),
        ("E9+1", 1.0),
        ('E9&"x"', "x"),
        ("C3&1", "TRUE1"),
        ("SUM(C1:C3)", 0.0),
        ('SUM("5",TRUE)', 6.0),
        ("SUM(C1,C3)", 0.0),
        ("E9=0", True),
        ('E9=""', True),
        ('"a"="A"', True),
        ('"b">"A"', True),
        ("1<TRUE", True),
        ('9999<"a"', True),
        # comparison of fifteen digits
        ("0.1+0.2=0.3", True),
        ("0.5-0.4-0.1", 0.0),
        ("(0.5-0.4-0.1)*1", -2.7755575615628914e-17),
        ("1=1.00000000000001", False),
        # error precedence, left first
        ("D1+D2", DIV0),
        ("D2+D1", NA),
        ("SUM(D1:D2)", DIV0),
        ("IF(TRUE,1,D1)", 1.0),
        ("IF(D2,1,2)", NA),
        ("IFERROR(D1,7)", 7.0),
        ("IFNA(D1,7)", DIV0),
        ("IFNA(D2,7)", 7.0),
        ("AND(TRUE,D1)", DIV0),
        # blanks and left-out arguments
        ("E9", 0.0),
        ("IF(FALSE,1)", False),
        ("IF(TRUE,,2)", 0.0),
        ("ISBLANK(E9)", True),
        # references
        ("SUM(A1:A3 A2:B2)", 2.0),
        ("A1:A2 B1:B2", NULL),
        ("SUM((A1,B2))", 21.0),
        ("SUM(A1:INDEX(A:A,2))", 3.0),
        ("SUM(A:A)", 6.0),
        ("SUM(3:3)", 33.0),
        ("SUM(OFFSET(A1,1,0,2,1))", 5.0),
        ('SUM(INDIRECT("A1:A3"))', 6.0),
        ('INDIRECT("nonsense here")', REF),
        ("Nowhere!A1", REF),
        ("nothing", NAME),
        ("ROWS(A:A)", 1048576.0),
        # arrays inside functions that take them
        ("SUMPRODUCT(--(A1:A3>1),B1:B3)", 50.0),
        ("SUMPRODUCT((A1:A3>1)*B1:B3)", 50.0),
        ("SUM({1,2;3,4})", 10.0),
        ("INDEX({1,2;3,4},2,1)", 3.0),
        ("SUM(INDEX(A1:B3,0,2))", 60.0),
        # LET, LAMBDA
        ("LET(x,A3,y,x*2,x+y)", 9.0),
        ("LET(x,1,LET(x,2,x))", 2.0),
        ("LAMBDA(x,y,x*y)(A3,4)", 12.0),
        ("LAMBDA(x,LAMBDA(y,x-y))(10)(3)", 7.0),
        ("LET(f,LAMBDA(x,x+1),f(f(1)))", 3.0),
        ("SUM(LET(r,A1:A3,r))", 6.0),
        ("LAMBDA(x,x)", CALC),
        ("LAMBDA(x,x)(1,2)", VALUE),
        ("SUM(MAP(A1:A3,LAMBDA(x,x^2)))", 14.0),
        ("REDUCE(0,A1:A3,LAMBDA(a,x,a+x))", 6.0),
    ],
)
def test_one_formula(formula: str, answer: Value) -> None:
    """A formula below some cells answers as Excel does."""
    found = evaluated(NUMBERS | {"H50": f"={formula}"})["Sheet1!H50"]
    if isinstance(answer, float) and not isinstance(answer, bool):
        assert found == pytest.approx(answer, rel=1e-12)
    else:
        assert found is answer or (type(found) is type(answer) and found == answer)


@pytest.mark.parametrize(
    ("cell", "formula", "answer"),
    [
        ("C2", "A1:A3", 2.0),
        ("C2", "A1:A3*10", 20.0),
        ("B9", "A1:C1", 11.0),
        ("C9", "A1:A3", VALUE),
        ("C2", "@A1:A3", 2.0),
        ("C2", "A1:B3", VALUE),
    ],
)
def test_implicit_intersection(cell: str, formula: str, answer: Value) -> None:
    """A range where one value belongs gives the cell of the formula's own row or column."""
    cells: dict[str, Cell] = {"A1": 1, "A2": 2, "A3": 3, "B1": 11, cell: f"={formula}"}
    assert evaluated(cells)[f"Sheet1!{cell}"] == answer


@pytest.mark.parametrize(
    ("formula", "area", "answers"),
    [
        ("A1:A3*10", "E1:E3", [10.0, 20.0, 30.0]),
        ("A1:A3*10", "E1:E4", [10.0, 20.0, 30.0, NA]),
        ("SUM(A1:A3)", "E1:E2", [6.0, 6.0]),
        ("IF(A1:A3>1,A1:A3,0)", "E1:E3", [0.0, 2.0, 3.0]),
        ("A1:A2", "E1:E1", [1.0]),
        ("1/(A1:A3-2)", "E1:E3", [-1.0, DIV0, 1.0]),
        ("MMULT(A1:A3*{1,2},{1;1})", "E1:E3", [3.0, 6.0, 9.0]),
        ("MMULT({1;2;3}*{10,20},{1;1})", "E1:E3", [30.0, 60.0, 90.0]),
        ("A1:A3*{1;10}", "E1:E3", [1.0, 20.0, NA]),
        ("IFERROR(A1:A3={1;3},7)", "E1:E3", [True, False, 7.0]),
        ('({"a";"B";"c"}="b")*A1:A3', "E1:E3", [0.0, 2.0, 0.0]),
        ("{0.3;0.4;1}=0.1+{0.2;0.2;0}", "E1:E3", [True, False, False]),
        ("SUMPRODUCT(A1:A3,{1;2;3})", "E1:E3", [14.0, 14.0, 14.0]),
        ("SUMPRODUCT(A1:A3/{1;0;1},1/{1;1;0})", "E1:E3", [DIV0] * 3),
        ("SUMPRODUCT({1;2;#N/A},1/{1;0;1})", "E1:E3", [DIV0] * 3),
        ("ISNUMBER(A1:A2)", "E1:E3", [True, True, False]),
        ("ISNA(A1:A2)", "E1:E3", [False, False, True]),
        ("ERROR.TYPE(1/(A1:A2-A1:A2))", "E1:E3", [2.0, 2.0, NA]),
        ("ISFORMULA(A1:A2)", "E1:E3", [False, False, NA]),
    ],
)
def test_array_formulas(formula: str, area: str, answers: list[Value]) -> None:
    """An array fills its area: #N/A beyond its result, and there ISNA and the like are asked of it."""
    result = evaluated({"A1": 1, "A2": 2, "A3": 3, "E1": array(formula, area)})
    assert [row[0] for row in result.range(f"Sheet1!{area}")] == answers


def test_members_of_array_formulas() -> None:
    """Every cell of a fixed array holds the formula; what a dynamic array spills into does not."""
    cells: dict[str, Cell] = {
        "A1": array("{1;2}", "A1:A2"), "B1": dynamic("{1;2}", "B1:B2"),
        "D1": "=ISFORMULA(A2)", "D2": "=ISFORMULA(B2)",
    }  # fmt: skip
    result = evaluated(cells)
    assert (result["Sheet1!D1"], result["Sheet1!D2"]) == (True, False)


SPILL_CASES: list[tuple[dict[str, Cell], dict[str, Value]]] = [
    ({"C1": dynamic("A1:A3*2", "C1:C3")}, {"C1": 2.0, "C2": 4.0, "C3": 6.0}),
    ({"C1": dynamic("A1:A3*2"), "D1": "=SUM(C1:C9)"}, {"C3": 6.0, "D1": 12.0}),
    ({"D1": "=SUM(C1:C9)", "C1": dynamic("A1:A3*2")}, {"C3": 6.0, "D1": 12.0}),
    ({"C1": dynamic("A1:A3*2", "C1:C5"), "D1": "=COUNT(C1:C9)"}, {"C4": None, "C5": None, "D1": 3.0}),
    ({"C1": dynamic("A1:A3*2"), "C2": 7}, {"C1": SPILL, "C2": 7.0, "C3": None}),
    ({"C1": dynamic("A1:A3*2", "C1:C3"), "C3": "=9"}, {"C1": SPILL, "C2": None, "C3": 9.0}),
    ({"C1": dynamic("A1:A3*2"), "D1": "=SUM(C1#)"}, {"D1": 12.0}),
    ({"C1": dynamic("A1:A3*2"), "D1": dynamic("C1#+1"), "E1": "=SUM(D1:D3)"}, {"D3": 7.0, "E1": 15.0}),
    ({"C1": dynamic("A1"), "D1": "=C1#"}, {"C1": 1.0, "D1": 1.0}),
    ({"D1": "=SUM(A2#)"}, {"D1": REF}),
    ({"C1": dynamic("A1:B1"), "C2": dynamic("A1:A2"), "D2": 1}, {"C1": 1.0, "D1": 0.0, "C2": 1.0, "C3": 2.0}),
]


@pytest.mark.parametrize(("cells", "answers"), SPILL_CASES)
def test_spilling(cells: dict[str, Cell], answers: dict[str, Value]) -> None:
    """A dynamic array takes the size of its result, whatever it was saved with, or is #SPILL!."""
    result = evaluated({"A1": 1, "A2": 2, "A3": 3} | cells)
    assert {cell: result[f"Sheet1!{cell}"] for cell in answers} == answers


def test_spill_into_a_table_is_blocked() -> None:
    """A dynamic array that would enter a table is #SPILL!."""
    table = Table("T", parse_rect("Sheet1!C2:C4"), ("x",), 1, 0)
    result = evaluated({"A1": 1, "A2": 2, "C1": dynamic("A1:A2")}, tables=[table])
    assert result["Sheet1!C1"] is SPILL


def test_structured_references_without_a_table_name() -> None:
    """Inside a table, [column] and [@column] mean that table's; elsewhere they are #NAME?."""
    tables = [
        Table("One", parse_rect("Sheet1!A1:B3"), ("x", "y"), 1, 0),
        Table("Two", parse_rect("Sheet1!A5:B7"), ("x", "y"), 1, 0),
    ]
    cells: dict[str, Cell] = {
        "A2": 1, "A3": 2, "A6": 10, "A7": 20, "B2": "=SUM([x])", "B3": "=[@x]*2",
        "B6": "=SUM([x])", "D2": "=SUM([x])",
    }  # fmt: skip
    result = evaluated(cells, tables=tables)
    assert [result[f"Sheet1!{cell}"] for cell in ("B2", "B3", "B6", "D2")] == [3.0, 4.0, 30.0, NAME]


@pytest.mark.parametrize(
    ("cell", "formula", "answer"),
    [
        ("D3", "SUM(T)", 33.0),
        ("D3", "VLOOKUP(2,T,2,FALSE)", 20.0),
        ("D3", "T[@a]", 2.0),
        ("D1", "T[@a]", VALUE),
        ("D4", "T[@a]", VALUE),
        ("D9", "SUM(T[[#This Row],[a]:[b'[]])", VALUE),
        ("D2", "T[@[b'[]]+A2+T[@[b'[]]", 21.0),
        ("D3", "T[@[b'[]]+A2+T[@[b'[]]", 41.0),
    ],
)
def test_rows_of_a_table(cell: str, formula: str, answer: Value) -> None:
    """A table's bare name is its rows; [@column] is #VALUE! where the formula stands beside none of them."""
    table = Table("T", parse_rect("Sheet1!A1:B4"), ("a", "b["), 1, 1)
    beside: dict[str, Cell] = {f"D{row}": "=T[@[b'[]]+A2+T[@[b'[]]" for row in (2, 3)}
    cells: dict[str, Cell] = {"A2": 1, "A3": 2, "B2": 10, "B3": 20, "A4": 3, "B4": 30} | beside
    assert evaluated(cells | {cell: f"={formula}"}, tables=[table])[f"Sheet1!{cell}"] == answer


@pytest.mark.parametrize(
    ("area", "answers"),
    [
        ("C2:D2", [SPILL, None, None]),  # the second cell of the result
        ("B3:C4", [SPILL, None, None]),
        ("C1:D1", [SPILL, None, None]),  # the formula's own cell
        ("D1:D3", [2.0, 4.0, 6.0]),
        ("C4:C5", [2.0, 4.0, 6.0]),
    ],
)
def test_spill_into_merged_cells_is_blocked(area: str, answers: list[Value]) -> None:
    """A dynamic array that would enter merged cells is #SPILL!; those beside it don't matter."""
    page = sheet("Sheet1", {"A1": 1, "A2": 2, "A3": 3, "C1": dynamic("A1:A3*2", "C1:C3")})
    result = Model(workbook(dataclasses.replace(page, merges=(parse_rect(area, "Sheet1"),)))).evaluate()
    assert [result[f"Sheet1!C{row}"] for row in (1, 2, 3)] == answers


@pytest.mark.parametrize(
    ("error", "number"),
    [("#SPILL!", 9.0), ("#CONNECT!", 10.0), ("#BLOCKED!", 11.0), ("#UNKNOWN!", 12.0), ("#FIELD!", 13.0)],
)
def test_newer_errors_have_numbers(error: str, number: float) -> None:
    """ERROR.TYPE tells the errors of data types and services apart; of others no number is documented."""
    result = evaluated({"A1": ExcelError(error), "B1": "=ERROR.TYPE(A1)"})
    assert result["Sheet1!B1"] == number
    other = evaluated({"A1": ExcelError("#PYTHON!"), "B1": "=ERROR.TYPE(A1)"})
    with pytest.raises(UnsupportedFormula, match="#PYTHON!"):
        other["Sheet1!B1"]


def test_merged_cells_do_not_block_one_value() -> None:
    """A dynamic array of one value fits into merged cells."""
    page = sheet("Sheet1", {"A1": 1, "C1": dynamic("A1*2")})
    result = Model(workbook(dataclasses.replace(page, merges=(parse_rect("C1:D2", "Sheet1"),)))).evaluate()
    assert result["Sheet1!C1"] == 2.0


def test_spill_follows_an_input() -> None:
    """With other inputs a spill has another size, and what it leaves is blank again."""
    model = Model(book({"A1": 3, "C1": dynamic("SEQUENCE(A1)"), "D1": "=SUM(C1:C9)", "E1": "=COUNT(C1:C9)"}))
    assert [model.evaluate({"Sheet1!A1": n})["Sheet1!D1"] for n in (3.0, 5.0, 2.0)] == [6.0, 15.0, 3.0]
    assert [model.evaluate({"Sheet1!A1": n})["Sheet1!E1"] for n in (5.0, 2.0, 3.0)] == [5.0, 2.0, 3.0]


def test_value_given_for_a_cell_of_an_array_stays() -> None:
    """A value given for one cell of an array formula's area replaces that cell alone."""
    model = Model(book({"A1": 1, "A2": 2, "C1": array("A1:A2*10", "C1:C2"), "D1": "=SUM(C1:C2)"}))
    assert model.evaluate({"Sheet1!C2": 5.0})["Sheet1!D1"] == 15.0
    assert model.evaluate({"Sheet1!C1": 5.0})["Sheet1!D1"] == 25.0


def test_if_does_not_touch_the_other_branch() -> None:
    """A branch not taken closes no circle and spoils nothing."""
    result = evaluated({"A1": "=IF(TRUE,1,A2)", "A2": "=A1+1", "A3": "=CHOOSE(1,5,A3)", "A4": "=COLUMN(A4)"})
    assert [result[f"Sheet1!A{row}"] for row in range(1, 5)] == [1.0, 2.0, 5.0, 1.0]
    assert result.circles == ()


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("+".join(["A1"] * 1400), 1400.0),
        ("-" * 1400 + "A1", 1.0),
        ("&".join(["A1"] * 1000), "1" * 1000),
        ("(A1+" * 1000 + "A1" + ")" * 1000, 1001.0),
        ("SUM(" * 300 + "A1" + ")" * 300, 1.0),
    ],
)
def test_long_and_deep_formulas(text: str, answer: Value) -> None:
    """Formulas that nest a thousand deep are computed in one cell as in a column of them."""
    column = {f"B{row}": f"={text}" for row in range(2, 40)}
    result = evaluated({"A1": 1, "B1": f"={text}", **column})
    assert (result["Sheet1!B1"], result["Sheet1!B39"]) == (answer, answer)


def test_too_deep_a_formula_is_reported() -> None:
    """A formula deeper than any stack is one cell that is not evaluated, with the reason."""
    result = evaluated({"A1": 1, "A2": "=" + "+".join(["A1"] * 2700), "A3": "=A1+1"})
    assert "nest over 1,500 deep" in result.not_evaluated["Sheet1!A2"]
    assert result["Sheet1!A3"] == 2.0


@pytest.mark.parametrize(
    ("formula", "since_1900", "since_1904"),
    [
        ('"1/2/1904"+0', 1463.0, 1.0),
        ('"1 Mar 2024"-"1 Feb 2024"', 29.0, 29.0),
        ('"12:00"+0', 0.5, 0.5),
        ('"1/1/1900"+0', 1.0, VALUE),
        ('DATEVALUE("1/2/1904")', 1463.0, 1.0),
        ('COUNTIF(A1:A2,">=1/2/1904")', 1.0, 2.0),
        ('YEAR("5/6/2024")', 2024.0, 2024.0),
        ("DATE(0,1,1)", 1.0, NUM),
        ("DATE(3,12,31)", 1461.0, NUM),
        ("DATE(4,3,31)", 1552.0, 90.0),
        ("DATE(1899,1,1)", 693598.0, 692136.0),
        ("DATE(1900,1,1)", 1.0, NUM),
        ("DATE(1902,8,12)", 955.0, NUM),
        ("DATE(1903,12,31)", 1461.0, NUM),
        ("DATE(1904,1,1)", 1462.0, 0.0),
    ],
)
def test_dates_of_both_systems(formula: str, since_1900: Value, since_1904: Value) -> None:
    """A date, in text too, is a day of the workbook's own date system, whichever workbook came before."""
    cells: dict[str, Cell] = {"A1": 5, "A2": 2000, "B1": f"={formula}"}
    for date1904, answer in ((False, since_1900), (True, since_1904), (False, since_1900)):
        assert evaluated(cells, settings=Settings(date1904=date1904))["Sheet1!B1"] == answer


def test_sheets_that_are_no_worksheets() -> None:
    """Charts and macro sheets count among the sheets; a cell of one is reported, never an error."""
    cells: dict[str, Cell] = {"A1": "=SHEET()", "A2": "=SHEETS()", "A3": '=SHEET("Chart")', "A4": "=Macro!A1"}
    model = Model(dataclasses.replace(book(cells), sheet_order=("Chart", "Sheet1", "Macro")))
    result = model.evaluate()
    assert [result[f"Sheet1!A{row}"] for row in (1, 2, 3)] == [2.0, 3.0, 1.0]
    assert "Macro is no worksheet" in result.not_evaluated["Sheet1!A4"]


def test_chain_of_twenty_thousand_cells() -> None:
    """The length of a chain of cells costs no recursion."""
    cells: dict[str, Cell] = {"A1": 1} | {f"A{row}": f"=A{row - 1}+1" for row in range(2, 20_001)}
    assert evaluated(cells)["Sheet1!A20000"] == 20_000.0


def test_chain_against_the_order_of_the_file() -> None:
    """A chain that runs upwards is computed as well as one that runs down."""
    cells: dict[str, Cell] = {f"A{row}": f"=A{row + 1}+1" for row in range(1, 5000)} | {"A5000": 1}
    assert evaluated(cells)["Sheet1!A1"] == 5000.0


@pytest.mark.parametrize(
    ("names", "formula", "answer"),
    [
        ({"rate": "Sheet1!$A$1"}, "rate*2", 2.0),
        ({"total": "SUM(Sheet1!$A$1:$A$3)"}, "total+1", 7.0),
        ({"left": "Sheet1!G50"}, "left+1", 1.0),
        ({"fact": "LAMBDA(n,IF(n<2,1,n*fact(n-1)))"}, "fact(5)", 120.0),
        ({"sq": "LAMBDA(x,x^2)"}, "sq(A3)", 9.0),
        (
            {"paired": "LAMBDA(n,IF(n=0,TRUE,lone(n-1)))", "lone": "LAMBDA(n,IF(n=0,FALSE,paired(n-1)))"},
            "paired(6)",
            True,
        ),
        ({"ar": "{1,2,3}"}, "SUM(ar)", 6.0),
        # a name that is called as a function of Excel's leaves the function as it is
        ({"rate": "Sheet1!$A$1"}, "ROUND(RATE(10,-200,1000),6)+rate", 1.150984),
        ({"sum": "Sheet1!$A$1"}, "SUM(A1:A3)+sum", 7.0),
        ({"if": "5"}, "IF(TRUE,1,2)", 1.0),
        ({}, "LET(rate,2,ROUND(RATE(10,-200,1000),6)*rate)", 0.301968),
        ({}, "_xlfn.LET(_xlpm.sum,_xlfn.LAMBDA(_xlpm.x,_xlpm.x+1),_xlpm.sum(1))", 2.0),
        # a variable of LET is not seen within a name
        ({"twice": "unit*2", "unit": "Sheet1!$A$1"}, "LET(unit,9,twice+unit)", 11.0),
        # a name computes with whole ranges
        ({"double": "Sheet1!$A$1:$A$3*2"}, "SUM(double)", 12.0),
        ({"double": "Sheet1!$A$1:$A$3*2"}, "double+1", 3.0),
        ({"large": "IF(Sheet1!$A$1:$A$3>1,Sheet1!$B$1:$B$3)"}, "SUM(large)", 50.0),
        ({"texts": "LEN(Sheet1!$C$1:$C$2)"}, "SUM(texts)", 5.0),
        ({"second": "-INDEX(Sheet1!$A$1:$B$3,0,2)"}, "SUM(second)", -60.0),
        ({"whole": "Sheet1!$A$1:$A$3"}, "IFERROR(whole,7)", 7.0),
        ({"doubled": "LAMBDA(x,SUM(x*2))"}, "doubled(A1:A3)", 12.0),
        # the sheet that asks, this workbook, and what is gone
        ({"here": "!$A$2"}, "here", 2.0),
        ({"rate": "4"}, "[0]!rate", 4.0),
        ({"Sheet1!rate": "3", "rate": "4"}, "[0]!rate+rate", 7.0),
        ({"inc": "LAMBDA(x,x+1)"}, "[0]!inc(1)", 2.0),
        ({"_xlnm.Print_Area": "Sheet1!$A$1:$B$3"}, "ROWS(Print_Area)", 3.0),
        ({"gone": "#REF!$A$1"}, "gone", REF),
        ({"gone": "#REF!#REF!"}, "gone", REF),
        ({}, "#REF!A1:B2", REF),
        ({}, "SUM(#REF!A:A)", REF),
        ({}, "[1]#REF!", REF),
        ({}, "Sheet1!#REF!+1", REF),
    ],
)
def test_names_in_formulas(names: dict[str, str], formula: str, answer: Value) -> None:
    """Names may be cells, expressions, arrays and lambdas that call themselves or each other."""
    assert evaluated(NUMBERS | {"H50": f"={formula}"}, names=names)["Sheet1!H50"] == answer


def test_sheets_and_other_workbooks() -> None:
    """Formulas read other sheets, spans of sheets, and the values saved from another workbook."""
    other: dict[int, Value] = {key_of(*parse_a1("A1")): 40.0}
    first = sheet("Jan", {"A1": 1, "B1": "=SUM(Jan:Mar!A1)", "B2": "=[1]Old!A1+1", "B3": "=Лист!A1"})
    model = Model(
        workbook(
            first,
            sheet("Feb", {"A1": 2}),
            sheet("Mar", {"A1": 3}),
            sheet("Лист", {"A1": 9}),
            externals={"[1]Old": other},
        )
    )
    result = model.evaluate()
    assert [result[f"Jan!B{row}"] for row in (1, 2, 3)] == [6.0, 41.0, 9.0]


@pytest.mark.parametrize(
    ("formula", "answer"),
    [
        ("=LAMBDA(x,y,IF(ISOMITTED(y),x,x+y))(1)", 1.0),
        ("=LAMBDA(x,y,IF(ISOMITTED(y),x,x+y))(1,)", 1.0),
        ("=LAMBDA(x,y,IF(ISOMITTED(y),x,x+y))(1,2)", 3.0),
        # files mark a parameter that may be left out
        ("=_xlfn.LAMBDA(_xlpm.x,_xlop.y,IF(_xlfn.ISOMITTED(_xlop.y),_xlpm.x,_xlop.y))(1)", 1.0),
        ("=_xlfn.LAMBDA(_xlpm.x,_xlop.y,IF(_xlfn.ISOMITTED(_xlpm.y),_xlpm.x,_xlpm.y))(1,5)", 5.0),
        ("=SUM(IFERROR({1;2;3},{9;9}))", 6.0),
        ("=IFERROR(NOSUCHFUNCTION(1),5)", 5.0),
    ],
)
def test_what_is_left_out_or_missing(formula: str, answer: Value) -> None:
    """A left-out argument is told from a given one; only errors need a value instead; unknown names err."""
    model = Model(workbook(sheet("Sheet1", {"A1": formula})))
    assert model.base.state.cells[0][key_of(1, 1)] == answer
