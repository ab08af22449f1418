"""Mistakes in the contract tables: each with its rule, its cell and the remedy, all of them together."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest

from engine.core.exceptions import ContractError, Finding
from engine.workbook.contract import read_contract
from engine.workbook.opening import open_workbook
from tests.workbook.contracts import Sheets, Spoil, add, bound, drop, head, name, put, without, write


def mistakes(tmp_path: Path, *spoils: Spoil) -> tuple[Finding, ...]:
    def spoil(sheets: Sheets, names: dict[str, str]) -> None:
        for each in spoils:
            each(sheets, names)

    with pytest.raises(ContractError) as caught:
        read_contract(open_workbook(write(tmp_path / "model.xlsx", spoil)))
    assert "model.xlsx: the contract tables hold" in str(caught.value)
    return caught.value.findings


@pytest.mark.parametrize(
    ("spoil", "rule", "cell", "message"),
    [
        # headers
        (
            head("Claims", "stated low", "stated lwo"),
            "misspelt-column",
            "Claims!E1",
            "did you mean 'stated low'",
        ),
        (head("Assumptions", "base", "bases"), "misspelt-column", "Assumptions!E1", "did you mean 'base'"),
        (drop("Claims", "stated low"), "missing-column", "Claims!A1", "'stated low' is missing; add it"),
        (drop("Scenarios", "input"), "missing-column", "Scenarios!A1", "'input' is missing"),
        # values
        (put("Assumptions", 2, "name", None), "missing-value", "Assumptions!A2", "name is blank; fill it in"),
        (put("Assumptions", 2, "base", None), "missing-value", "Assumptions!E2", "base is blank"),
        (put("Assumptions", 2, "low", None), "missing-value", "Assumptions!D2", "low is blank"),
        (put("Assumptions", 2, "live", None), "missing-value", "Assumptions!H2", "live is blank"),
        (
            put("Assumptions", 2, "low", "5 dollars"),
            "not-a-number",
            "Assumptions!D2",
            "where a number belongs",
        ),
        (
            put("Assumptions", 2, "base", "ten"),
            "not-a-number",
            "Assumptions!E2",
            "base is 'ten', where a number",
        ),
        (
            put("Assumptions", 2, "base", True),
            "not-a-number",
            "Assumptions!E2",
            "base is TRUE, where a number",
        ),
        (put("Assumptions", 2, "high", "#N/A"), "error-value", "Assumptions!F2", "high is #N/A; mend"),
        (put("Assumptions", 2, "label", "#REF!"), "error-value", "Assumptions!B2", "label is #REF!; mend"),
        (
            put("Scenarios", 2, "Upside", "dear"),
            "not-a-number",
            "Scenarios!C2",
            "Upside is 'dear', where a number",
        ),
        (put("Scenarios", 4, "Upside", "#N/A"), "error-value", "Scenarios!C4", "Upside is #N/A"),
        (put("Analyses", 4, "from", "low"), "not-a-number", "Analyses!E4", "from is 'low', where a number"),
        (put("Phases", 3, "threshold", "many"), "not-a-number", "Phases!E3", "threshold is 'many'"),
        (put("Phases", 3, "planned month", "June"), "not-a-number", "Phases!F3", "planned month is 'June'"),
        (put("Claims", 2, "stated high", "9 $"), "not-a-number", "Claims!F2", "stated high is '9 \\$'"),
        (put("Claims", 2, "precision", -1), "not-a-number", "Claims!G2", "precision is -1; .* 0 or more"),
        (put("Claims", 2, "stated low", None), "missing-value", "Claims!E2", "stated low is blank"),
        (put("Claims", 2, "computed", None), "missing-value", "Claims!H2", "computed is blank"),
        (put("Claims", 2, "computed", 8), "typed-result", "Claims!H2", "write the formula"),
        # order
        (
            put("Assumptions", 2, "low", 30),
            "low-above-high",
            "Assumptions!D2",
            "low 30 is above high 20; swap",
        ),
        (put("Assumptions", 2, "base", 30), "base-outside-range", "Assumptions!E2", "30 is above high 20"),
        (put("Assumptions", 2, "base", 3), "base-outside-range", "Assumptions!E2", "3 is below low 5"),
        (
            put("Claims", 2, "stated low", 10),
            "low-above-high",
            "Claims!E2",
            "stated low 10 is above stated high 9",
        ),
        (bound("some", 7, 9), "unknown-bounds", "Claims!J2", "write one of at least, at most, both"),
        (bound("at least", None, None), "missing-value", "Claims!E2", "stated low is blank"),
        (
            bound("at least", 7, 9),
            "end-not-open",
            "Claims!F2",
            "9 beside the bounds 'at least'; leave it blank",
        ),
        (bound("at most", None, None), "missing-value", "Claims!F2", "stated high is blank"),
        (
            bound("at most", 7, 9),
            "end-not-open",
            "Claims!E2",
            "7 beside the bounds 'at most'; leave it blank",
        ),
        # duplicates
        (
            add("Assumptions", "PRICE", "", "$", 5, 10, 20, "pert", "=1", "", ""),
            "duplicate",
            "Assumptions!A5",
            "'PRICE' is there already in Assumptions!A2",
        ),
        (add("Scenarios", "price", None, 1), "duplicate", "Scenarios!A5", "already in Scenarios!A2"),
        (add("Outputs", "profit", "", "", ""), "duplicate", "Outputs!A4", "already in Outputs!A2"),
        (put("Analyses", 3, "id", "S1"), "duplicate", "Analyses!A3", "already in Analyses!A2"),
        (put("Phases", 3, "phase", "start"), "duplicate", "Phases!A3", "already in Phases!A2"),
        (put("Claims", 3, "id", "1"), "duplicate", "Claims!A3", "already in Claims!A2"),
        # unknown words
        (put("Analyses", 2, "kind", "sweeep"), "unknown-kind", "Analyses!B2", "did you mean 'sweep'"),
        (put("Analyses", 2, "kind", "magic"), "unknown-kind", "Analyses!B2", "write one of sweep, grid"),
        (put("Analyses", 2, "kind", None), "missing-value", "Analyses!B2", "kind is blank"),
        (put("Phases", 3, "comparison", "~"), "unknown-comparison", "Phases!D3", "'~' is unknown"),
        (put("Phases", 3, "comparison", None), "missing-value", "Phases!D3", "comparison is blank"),
        (put("Assumptions", 2, "distribution", "pret"), "unknown-distribution", "Assumptions!G2", "'pert'"),
        (put("Outputs", 2, "better when", "bigger"), "unknown-better", "Outputs!D2", "'bigger' is unknown"),
        # unknown names
        (put("Scenarios", 2, "input", "prise"), "unknown-input", "Scenarios!A2", "did you mean 'price'"),
        (put("Scenarios", 2, "input", "weather"), "unknown-input", "Scenarios!A2", "add it to Assumptions"),
        (put("Switch", 1, "Upside", "Upsid"), "unknown-scenario", "Switch!A1", "did you mean 'Upside'"),
        (put("Switch", 1, "Upside", "Doom"), "unknown-scenario", "Switch!A1", "choose one of Base, Upside"),
        (
            name("active_scenario", "Model!$B$1:$C$1"),
            "unknown-scenario",
            "Model!B1:C1",
            "one cell of the switch",
        ),
        (put("Outputs", 2, "name", "profitt"), "unknown-output", "Outputs!A2", "did you mean 'profit'"),
        (put("Outputs", 3, "name", "Modl!B2"), "unknown-output", "Outputs!A3", "name a cell as Sheet!B7"),
        (
            put("Outputs", 2, "name", "monthly_users"),
            "unknown-output",
            "Outputs!A2",
            "range Model!B1:C1; name one",
        ),
        (
            put("Analyses", 2, "outputs", "loss"),
            "unknown-output",
            "Analyses!C2",
            "'loss', which is no defined name",
        ),
        (
            put("Analyses", 3, "drivers", "price;chrun"),
            "unknown-driver",
            "Analyses!D3",
            "did you mean 'churn'",
        ),
        (put("Phases", 3, "gate metric", "nothing"), "unknown-output", "Phases!C3", "'nothing', which is no"),
        (put("Claims", 2, "drivers", "weather"), "unknown-driver", "Claims!I2", "'weather', which is no"),
        # defined names
        (
            name("profit", "Gone!$B$2"),
            "unknown-output",
            "Outputs!A2",
            "Gone!.B.2: cells that are gone",
        ),
        (name("profit", "#REF!"), "unknown-output", "Outputs!A2", "#REF!: cells that are gone; correct it"),
        (name("price", None), "name-not-defined", "Assumptions!A2", "define it as =Assumptions!H2"),
        (
            name("price", "Assumptions!$H$3"),
            "name-elsewhere",
            "Assumptions!H2",
            "let it refer to Assumptions!H2",
        ),
        (name("price", "1+1"), "name-elsewhere", "Assumptions!H2", "refers to 1\\+1, not to its live cell"),
        # analyses that lack what their kind needs
        (put("Analyses", 2, "drivers", None), "incomplete-analysis", "Analyses!D2", "sweep needs at least 1"),
        (
            put("Analyses", 3, "drivers", "price"),
            "incomplete-analysis",
            "Analyses!D3",
            "grid needs 2 in drivers",
        ),
        (
            put("Analyses", 4, "outputs", None),
            "incomplete-analysis",
            "Analyses!C4",
            "break-even needs at least 1",
        ),
        (
            put("Analyses", 5, "outputs", "profit"),
            "incomplete-analysis",
            "Analyses!C5",
            "crossover needs 2 in out",
        ),
        (put("Analyses", 4, "from", None), "incomplete-analysis", "Analyses!E4", "has no low in Assumptions"),
        (put("Analyses", 4, "to", None), "incomplete-analysis", "Analyses!F4", "has no high in Assumptions"),
        (
            put("Analyses", 4, "from", 200),
            "incomplete-analysis",
            "Analyses!E4",
            "200 is not below to 100; swap",
        ),
        (put("Analyses", 2, "steps", 1), "incomplete-analysis", "Analyses!G2", "whole number from 2"),
        (put("Analyses", 2, "steps", 2.5), "incomplete-analysis", "Analyses!G2", "whole number from 2"),
    ],
)
def test_mistake(tmp_path: Path, spoil: Spoil, rule: str, cell: str, message: str) -> None:
    """Each mistake is found alone, at its cell, with what to do."""
    found = [each for each in mistakes(tmp_path, spoil) if each.rule == rule and each.cell == cell]
    assert len(found) == 1
    assert found[0].severity == "error"
    assert re.search(message, found[0].message)


@pytest.mark.parametrize(
    ("table", "needed_by", "what"),
    [("Scenarios", "Scenarios!A1", "its inputs"), ("Claims", "Claims!A1", "the low and high of its drivers")],
)
def test_assumptions_missing(tmp_path: Path, table: str, needed_by: str, what: str) -> None:
    """Scenarios and claims need the table Assumptions, and say so once."""
    found = [each for each in mistakes(tmp_path, without("Assumptions")) if each.cell == needed_by]
    assert [each.rule for each in found] == ["missing-table"]
    assert f"{table} needs the table Assumptions for {what}; add" in found[0].message


def test_scenarios_missing(tmp_path: Path) -> None:
    """An analysis of scenarios needs the table Scenarios."""
    (found,) = mistakes(tmp_path, without("Scenarios"))
    assert (found.rule, found.cell) == ("incomplete-analysis", "Analyses!B7")


def test_outputs_missing(tmp_path: Path) -> None:
    """Without the table Outputs, an analysis has to name its own."""
    found = mistakes(tmp_path, without("Outputs"))
    assert [each.cell for each in found] == ["Analyses!C6", "Analyses!C7", "Analyses!C8"]
    assert {each.rule for each in found} == {"missing-table"}
    assert all("the table Outputs; add that table, or name some" in each.message for each in found)


def test_misspelt_table(tmp_path: Path) -> None:
    """A table whose name is nearly ours is not passed over in silence."""
    path = write(tmp_path / "model.xlsx")
    book = openpyxl.load_workbook(path)
    book["Claims"].tables["Claims"].displayName = "Claim"
    book.save(path)
    with pytest.raises(ContractError, match="the table 'Claim' is not read; did you mean 'Claims'"):
        read_contract(open_workbook(path))


def test_all_at_once(tmp_path: Path) -> None:
    """Mistakes in all tables come together, each once, in the error's text and as findings."""
    found = mistakes(
        tmp_path,
        put("Assumptions", 2, "low", "x"),
        put("Scenarios", 2, "input", "prise"),
        put("Outputs", 2, "better when", "bigger"),
        put("Analyses", 2, "kind", "magic"),
        put("Phases", 3, "comparison", "~"),
        head("Claims", "source", "sauce"),
    )
    assert [(each.rule, each.cell) for each in found] == [
        ("misspelt-column", "Claims!B1"),
        ("not-a-number", "Assumptions!D2"),
        ("unknown-input", "Scenarios!A2"),
        ("unknown-better", "Outputs!D2"),
        ("unknown-comparison", "Phases!D3"),
        ("unknown-kind", "Analyses!B2"),
    ]


def test_one_mistake_one_finding(tmp_path: Path) -> None:
    """A single mistake is counted as one."""
    with pytest.raises(ContractError, match=r"hold 1 mistake:\n  Outputs!D2: Outputs: better when"):
        read_contract(open_workbook(write(tmp_path / "m.xlsx", put("Outputs", 2, "better when", "bigger"))))
