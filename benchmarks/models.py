"""Generated 60-month financial models of any size, for benchmarks: workbooks, nothing that evaluates them.

    python benchmarks/models.py FORMULAS FILE.xlsx

A model is a group of business units, a sheet each, of three kinds (subscription, hardware, services) that
take turns. A unit has some 33 rows: recurrences, rates by month and year, lookups in tables, IFs, rolling and
running sums, working capital, debt, tax losses. Units feed each other (their users cross-sell), the sheet
Group adds them up and Summary has the outputs. Inputs are in column C of the sheet Inputs, by defined name.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

MONTHS = 60
FIRST = 15  # column P, from 0: twelve columns before it hold what was before the first month
TOTAL = 2
TOP = 4

INPUTS: Mapping[str, float] = {
    "churn": 0.035, "price": 49.0, "conversion": 0.18, "cac": 9.0, "usage_growth": 0.004,
    "inflation": 0.025, "wage_growth": 0.03, "marketing_share": 0.16, "marketing_floor": 9_000.0,
    "fee_rate": 0.029, "server_cost": 210.0, "server_price": 3_100.0, "salary": 54_000.0,
    "fixed_cost": 12_000.0, "days_sales": 32.0, "days_payable": 28.0, "rate": 0.08, "tax_rate": 0.25,
    "min_cash": 50_000.0, "cash_start": 250_000.0, "cross_sell": 0.002, "learning": 0.85,
    "utilisation": 0.72, "discount_rate": 0.11, "market_size": 40_000.0,
}  # fmt: skip
TWO = ("churn", "price")
TWENTY = tuple(INPUTS)[:20]
OUTPUTS = ("npv", "cash_low", "revenue_total", "users_at_end", "months_negative")

SEASON = (0.92, 0.94, 1.01, 1.03, 1.02, 0.98, 0.93, 0.9, 1.04, 1.07, 1.1, 1.06)
TIERS = (0.0, 500.0, 1_500.0, 4_000.0, 9_000.0, 18_000.0)
DISCOUNTS = (0.0, 0.02, 0.05, 0.08, 0.11, 0.14)


@dataclass(frozen=True)
class Line:
    """A row of a unit: its formula (``{x}`` this month's x, ``{x_1}`` last month's), and what was before."""

    name: str
    formula: str
    opening: str | float = 0.0


_HEAD = (
    Line("month", "{month_1}+1"),
    Line("year", "INT(({month}-1)/12)+1"),
    Line("season", "INDEX(seasons,MOD({month}-1,12)+1)"),
)
_TAIL = (
    Line("receivables", "{revenue}*days_sales/30"),
    Line("payables", "({direct}+{overhead})*days_payable/30"),
    Line("working", "({receivables}-{receivables_1})-({payables}-{payables_1})"),
    Line("interest", "{debt_1}*rate/12"),
    Line("profit", "{ebitda}-{depreciation}-{interest}"),
    Line("losses", "MAX(0,{losses_1}-{profit})"),
    Line("tax", "MAX(0,{profit}-{losses_1})*tax_rate"),
    Line("flow", "{ebitda}-{capex}-{working}-{interest}-{tax}"),
    Line("debt", "MAX(0,{debt_1}-({cash_1}+{flow}-min_cash))"),
    Line("cash", "{cash_1}+{flow}+({debt}-{debt_1})", "=cash_start"),
    Line("margin", "IF({revenue}>0,{ebitda}/{revenue},0)"),
)
SUBSCRIPTION = (
    *_HEAD,
    Line("tariff", "price*$C$2*(1+inflation)^({year}-1)"),
    Line("leads", "{marketing_1}/cac*{season}{cross}"),
    Line("new", "MIN({leads}*conversion,MAX(0,market_size-{users_1}))"),
    Line("churned", "{users_1}*churn"),
    Line("users", "{users_1}+{new}-{churned}", 120.0),
    Line("usage", "{usage_1}*(1+usage_growth)", 1.0),
    Line("discount", "INDEX(discounts,MATCH({users},tiers,1))"),
    Line("revenue", "({users_1}+{users})/2*{tariff}*(1-{discount})*{usage}"),
    Line("servers", "ROUNDUP({users}*{usage}/400,0)"),
    Line("direct", "{servers}*server_cost+{revenue}*fee_rate"),
    Line("support", "MAX(2,ROUNDUP({users}/650,0))"),
    Line("reps", "ROUNDUP({new}/90,0)"),
    Line("payroll", "({support}+{reps})*salary/12*(1+wage_growth)^({year}-1)"),
    Line("marketing", "IF({cash_1}>min_cash,MAX({revenue}*marketing_share,marketing_floor),marketing_floor)",
         "=marketing_floor"),
    Line("overhead", "fixed_cost*$C$2*(1+inflation)^({year}-1)"),
    Line("ebitda", "{revenue}-{direct}-{payroll}-{marketing}-{overhead}"),
    Line("capex", "MAX(0,{servers}-{servers_1})*server_price"),
    Line("depreciation", "SUM({capex_12}:{capex_1})/36"),
    *_TAIL,
)  # fmt: skip
HARDWARE = (
    *_HEAD,
    Line("orders", "(400+60*$C$2)*{season}*(1+usage_growth)^({month}-1){cross}"),
    Line("demand", "{orders}*(1-churn)+{backlog_1}"),
    Line("capacity", "IF({stock_1}>{demand},{capacity_1},{capacity_1}*1.03+5)", 380.0),
    Line("made", "MIN({capacity},{demand})"),
    Line("shipped", "MIN({stock_1}+{made},{demand})"),
    Line("stock", "{stock_1}+{made}-{shipped}", 150.0),
    Line("backlog", "{demand}-{shipped}"),
    Line("total", "{total_1}+{made}", 1_000.0),
    Line("unit_cost", "75*({total}/1000)^(LN(learning)/LN(2))"),
    Line("tariff", "price*4*$C$2*(1+inflation)^({year}-1)"),
    Line("revenue", "{shipped}*{tariff}"),
    Line("users", "{users_1}*(1-churn/4)+{shipped}", 200.0),
    Line("warranty", "SUM({shipped_12}:{shipped_1})*0.012*{unit_cost}"),
    Line("direct", "{made}*{unit_cost}+{warranty}"),
    Line("workers", "MAX(3,ROUNDUP({made}/140,0))"),
    Line("payroll", "{workers}*salary*0.8/12*(1+wage_growth)^({year}-1)"),
    Line("overhead", "fixed_cost*(1+inflation)^({year}-1)+{revenue}*fee_rate"),
    Line("ebitda", "{revenue}-{direct}-{payroll}-{overhead}"),
    Line("capex", "MAX(0,{capacity}-{capacity_1})*server_price/4"),
    Line("depreciation", "SUM({capex_12}:{capex_1})/60"),
    *_TAIL,
)
SERVICES = (
    *_HEAD,
    Line("pipeline", "{pipeline_1}*(1-conversion)+marketing_floor/cac/80*{season}*$C$2{cross}", 60.0),
    Line("won", "{pipeline_1}*conversion"),
    Line("projects", "{projects_1}+{won}-{won_3}", 12.0),
    Line("needed", "ROUNDUP({projects}*1.5/utilisation,0)"),
    Line("leavers", "{staff_1}*churn"),
    Line("hires", "MAX(0,{needed}-{staff_1}+{leavers})*0.5"),
    Line("staff", "{staff_1}+{hires}-{leavers}", 10.0),
    Line("tariff", "price*300*(1+inflation)^({year}-1)*$C$2"),
    Line("worked", "MIN({projects},{staff}*utilisation/1.5)"),
    Line("revenue", "{worked}*{tariff}*(1-INDEX(discounts,MATCH({projects}*20,tiers,1)))"),
    Line("users", "{users_1}*(1-churn)+{won}*2", 25.0),
    Line("payroll", "{staff}*salary/12*(1+wage_growth)^({year}-1)+{hires}*cac*40"),
    Line("direct", "{revenue}*fee_rate*3"),
    Line("overhead", "fixed_cost/2*(1+inflation)^({year}-1)"),
    Line("bonus", "IF({worked}>0.9*{projects},{payroll}*0.05,0)"),
    Line("ebitda", "{revenue}-{direct}-{payroll}-{overhead}-{bonus}"),
    Line("capex", "{hires}*server_price/3"),
    Line("book", "{book_1}+{capex}-{depreciation}", 40_000.0),
    Line("depreciation", "{book_1}/36"),
    *_TAIL,
)
KINDS = (SUBSCRIPTION, HARDWARE, SERVICES)
ADDED = ("revenue", "ebitda", "flow", "cash", "debt", "users")


def units_for(formulas: int) -> int:
    """Return how many units make a model of about so many formulas."""
    return max(1, round((formulas - 9 * MONTHS) / (33.3 * (MONTHS + 1))))


def factor(unit: int) -> float:
    """Return the size of a unit beside the first one's."""
    return 1 + 0.07 * (unit % 9)


class _Cells(dict[str, str]):
    """Cells by the names of lines in one column: ``x`` this month, ``x_3`` three months before."""

    def __init__(self, rows: Mapping[str, int], column: int, cross: str) -> None:
        super().__init__(cross=cross)
        self._rows, self._column = rows, column

    def __missing__(self, key: str) -> str:
        name, _, lag = key.rpartition("_")
        row, back = (self._rows[name], int(lag)) if lag.isdigit() else (self._rows[key], 0)
        return str(xl_rowcol_to_cell(row, self._column - back))


def rows_of(lines: tuple[Line, ...]) -> dict[str, int]:
    """Return the row of each line, from 0."""
    return {line.name: TOP + number for number, line in enumerate(lines)}


def write_model(path: Path, formulas: int) -> int:
    """Write a model of about so many formulas; return how many it has."""
    with xlsxwriter.Workbook(str(path)) as book:
        _write_inputs(book)
        written = sum(_write_unit(book, unit) for unit in range(units_for(formulas)))
        return written + _write_group(book, units_for(formulas))


def _write_inputs(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("Inputs")
    for row, (name, value) in enumerate(INPUTS.items(), TOP):
        sheet.write_row(row, 0, [name.replace("_", " ").capitalize(), "", value])
        book.define_name(name, f"=Inputs!$C${row + 1}")
    for column, (name, values) in enumerate(
        {"seasons": SEASON, "tiers": TIERS, "discounts": DISCOUNTS}.items(), 5
    ):
        sheet.write(TOP - 1, column, name)
        sheet.write_column(TOP, column, values)
        letter = xl_col_to_name(column)
        book.define_name(name, f"=Inputs!${letter}${TOP + 1}:${letter}${TOP + len(values)}")


def _sheet_name(unit: int) -> str:
    return f"Unit {unit + 1}"


def _write_unit(book: xlsxwriter.Workbook, unit: int) -> int:
    lines = KINDS[unit % 3]
    rows = rows_of(lines)
    sheet = book.add_worksheet(_sheet_name(unit))
    sheet.write(0, 0, _sheet_name(unit))
    sheet.write_row(1, 0, ["Size", "", factor(unit)])
    above = rows_of(KINDS[(unit - 1) % 3])["users"]
    count = 0
    for line in lines:
        row = rows[line.name]
        sheet.write(row, 0, line.name.replace("_", " ").capitalize())
        sheet.write_row(row, FIRST - 12, [0.0] * 11)
        sheet.write(row, FIRST - 1, line.opening)
        for column in range(FIRST, FIRST + MONTHS):
            before = xl_rowcol_to_cell(above, column)
            cross = f"+'{_sheet_name(unit - 1)}'!{before}*cross_sell" if unit else ""
            sheet.write_formula(row, column, "=" + line.formula.format_map(_Cells(rows, column, cross)))
        count += MONTHS + (isinstance(line.opening, str))
        if line.name in ("revenue", "ebitda", "flow"):
            sheet.write_formula(row, TOTAL, f"=SUM({_months(row)})")
            count += 1
    return count


def _months(row: int) -> str:
    return f"{xl_rowcol_to_cell(row, FIRST)}:{xl_rowcol_to_cell(row, FIRST + MONTHS - 1)}"


def _write_group(book: xlsxwriter.Workbook, units: int) -> int:
    sheet = book.add_worksheet("Group")
    names = (*ADDED, "so_far", "factor", "present")
    rows = {name: TOP + number for number, name in enumerate(names)}
    for name, row in rows.items():
        sheet.write(row, 0, name.replace("_", " ").capitalize())
        for column in range(FIRST, FIRST + MONTHS):
            cells = _Cells(rows, column, "")
            if name == "so_far":
                start = xl_rowcol_to_cell(rows["flow"], FIRST, col_abs=True)
                text = f"SUM({start}:{cells['flow']})"
            elif name == "factor":
                text = f"(1+discount_rate)^(-{column - FIRST + 1}/12)"
            elif name == "present":
                text = f"{cells['flow']}*{cells['factor']}"
            else:
                text = "+".join(
                    f"'{_sheet_name(unit)}'!{xl_rowcol_to_cell(rows_of(KINDS[unit % 3])[name], column)}"
                    for unit in range(units)
                )
            sheet.write_formula(row, column, f"={text}")
    summary = book.add_worksheet("Summary")
    last = xl_rowcol_to_cell(rows["users"], FIRST + MONTHS - 1)
    texts = {
        "npv": f"SUM(Group!{_months(rows['present'])})",
        "cash_low": f"MIN(Group!{_months(rows['so_far'])})",
        "revenue_total": f"SUM(Group!{_months(rows['revenue'])})",
        "users_at_end": f"Group!{last}",
        "months_negative": f'COUNTIF(Group!{_months(rows["flow"])},"<0")',
    }
    for row, (name, text) in enumerate(texts.items(), TOP):
        summary.write(row, 0, name.replace("_", " ").capitalize())
        summary.write_formula(row, 2, f"={text}")
        book.define_name(name, f"=Summary!$C${row + 1}")
    return len(names) * MONTHS + len(texts)


def main() -> None:
    """Write a model and say how many formulas it has."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("formulas", type=int)
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    print(f"{options.file}: {write_model(options.file, options.formulas):,} formulas")


if __name__ == "__main__":
    main()
