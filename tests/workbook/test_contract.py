"""The contract tables: what a sound workbook declares."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from engine.core.exceptions import ContractError
from engine.core.values import Value
from engine.workbook.contract import (
    Analysis,
    Assumption,
    Claim,
    Contract,
    Output,
    Phase,
    ScenarioTable,
    read_contract,
)
from engine.workbook.opening import open_workbook
from tests.workbook.contracts import TABLES, Sheets, Spoil, bound, head, put, without, write


def read(tmp_path: Path, spoil: Spoil | None = None) -> Contract:
    return read_contract(open_workbook(write(tmp_path / "model.xlsx", spoil)))


def test_sound_contract(tmp_path: Path) -> None:
    """Every table comes out as typed rows, each with its first cell."""
    contract = read(tmp_path)
    assert contract.assumptions[1] == Assumption(
        name="churn",
        label="Monthly churn",
        unit="% per month",
        low=0.01,
        base=0.02,
        high=0.05,
        distribution="uniform",
        live="Assumptions!H3",
        source="estimate",
        note="wide",
        cell="Assumptions!A3",
    )
    assert contract.assumptions[2].base == "cloud"
    assert contract.scenarios == ScenarioTable(
        names=("Base", "Upside"),
        values={"Base": {}, "Upside": {"price": 12.0, "churn": 0.015, "region": "colo"}},
        active_cell="Switch!A1",
    )
    assert contract.outputs == (
        Output("profit", "Profit", "$", "higher", "Outputs!A2"),
        Output("Model!B2", "Cost", "$", "lower", "Outputs!A3"),
    )
    sweep = Analysis(
        "s1", "sweep", ("profit",), ("price",), None, None, 5, None, "Profit by price", "Analyses!A2"
    )
    assert contract.analyses[0] == sweep
    assert [row.kind for row in contract.analyses] == [
        "sweep",
        "grid",
        "break-even",
        "crossover",
        "tornado",
        "scenarios",
        "monte-carlo",
    ]
    assert (contract.analyses[1].drivers, contract.analyses[3].outputs) == (
        ("price", "churn"),
        ("profit", "Model!B2"),
    )
    assert contract.phases == (
        Phase("Start", "Phases!B2", "", "", None, 1.0, "Phases!A2"),
        Phase("Growth", "Phases!B3", "monthly_users", ">=", 500.0, 12.0, "Phases!A3"),
    )
    assert contract.claims[0] == Claim(
        id="1",
        source="B: page 3",
        statement="Profit is 7 to 9",
        unit="$",
        stated_low=7.0,
        stated_high=9.0,
        precision=0.5,
        computed="Claims!H2",
        drivers=("price", "churn"),
        cell="Claims!A2",
    )
    assert (contract.claims[1].stated_low, contract.claims[1].stated_high) == (4.0, 4.0)


@pytest.mark.parametrize(
    ("bounds", "low", "high", "stated"),
    [
        (None, 7, 9, (7.0, 9.0)),
        ("both", 7, None, (7.0, 7.0)),
        ("At least", 7, None, (7.0, math.inf)),
        ("at most", None, 9, (-math.inf, 9.0)),
        ("<=", None, 9, (-math.inf, 9.0)),
    ],
)
def test_bounds(
    tmp_path: Path, bounds: str | None, low: float, high: float, stated: tuple[float, float]
) -> None:
    """The column bounds says which ends a claim has; without it, both."""
    (claim, *_) = read(tmp_path, bound(bounds, low, high)).claims
    assert (claim.stated_low, claim.stated_high) == stated


def test_no_tables(tmp_path: Path) -> None:
    """A workbook without contract tables has an empty contract, and still a scenario switch."""
    contract = read(tmp_path, without("Assumptions", "Scenarios", "Outputs", "Analyses", "Phases", "Claims"))
    assert contract == Contract(scenarios=ScenarioTable((), {}, "Switch!A1"))


@pytest.mark.parametrize("table", ["Outputs", "Analyses", "Phases", "Claims"])
def test_missing_table_is_empty(tmp_path: Path, table: str) -> None:
    """A table that no other needs may be absent."""

    def spoil(sheets: Sheets, names: dict[str, str]) -> None:
        without(table)(sheets, names)
        if table == "Outputs":  # blank outputs mean every headline figure
            del sheets["Analyses"][5:]

    assert getattr(read(tmp_path, spoil), table.lower()) == ()


@pytest.mark.parametrize(
    ("sheet", "column", "header"),
    [
        ("Assumptions", "name", "NAME"),
        ("Assumptions", "low", " Low "),
        ("Claims", "stated low", "Stated_Low"),
        ("Claims", "stated high", "stated-high"),
        ("Outputs", "better when", "better"),
        ("Analyses", "outputs", "output(s)"),
        ("Phases", "gate metric", "Gate\nmetric"),
    ],
)
def test_header_spellings(tmp_path: Path, sheet: str, column: str, header: str) -> None:
    """Headers match in any case, with spaces, hyphens, underscores and line breaks alike."""
    assert read(tmp_path, head(sheet, column, header)) == read(tmp_path)


@pytest.mark.parametrize(
    "table", [table for table in TABLES if table not in {"Model", "Switch", "Scenarios"}]
)
def test_further_columns(tmp_path: Path, table: str) -> None:
    """A column that is like none of ours is the analyst's own."""

    def spoil(sheets: Sheets, _: dict[str, str]) -> None:
        for place, row in enumerate(sheets[table]):
            row.append(f"reviewer {place}")

    assert read(tmp_path, spoil) == read(tmp_path)


def test_blank_rows(tmp_path: Path) -> None:
    """Rows that hold nothing, or only formulas that Excel filled in, are no rows."""

    def spoil(sheets: Sheets, _: dict[str, str]) -> None:
        sheets["Assumptions"] += [[None] * 7 + ["=1"], [None], [" "]]

    assert read(tmp_path, spoil) == read(tmp_path)


def test_quoted_sheet(tmp_path: Path) -> None:
    """Addresses quote sheet names where formulas do."""

    def spoil(sheets: Sheets, names: dict[str, str]) -> None:
        sheets["My model"] = sheets.pop("Model")
        names |= {"profit": "'My model'!$B$3", "monthly_users": "'My model'!$B$1:$C$1"}
        sheets["Outputs"][2][0] = "'My model'!B2"
        sheets["Analyses"][3][3] = "'my model'!B1"
        sheets["Analyses"][4][2] = "profit; 'My model'!B2"

    assert read(tmp_path, spoil).outputs[1].name == "'My model'!B2"


def test_computed_values_count(tmp_path: Path) -> None:
    """With a callback, a formula in a table counts with what it computes, not with what is stored."""
    path = write(tmp_path / "model.xlsx", put("Phases", 3, "threshold", "=Model!B2*100"))
    asked: list[str] = []

    def values(address: str) -> Value:
        asked.append(address)
        return 400.0

    contract = read_contract(open_workbook(path), values)
    assert contract.phases[1].threshold == 400.0
    assert "Phases!E3" in asked
    assert "Phases!F3" not in asked


def test_value_not_stored(tmp_path: Path) -> None:
    """Without a callback, a formula without a stored value is a mistake that says so."""
    path = write(tmp_path / "model.xlsx", put("Phases", 3, "threshold", "=Model!B2*100"))
    with pytest.raises(ContractError, match="threshold is blank; its formula has no stored value; save"):
        read_contract(open_workbook(path))


def test_foreign_tables_are_left_alone(tmp_path: Path) -> None:
    """A table of that name in a workbook that has nothing to do with us does not stop anything."""
    sheets = ("Assumptions", "Scenarios", "Outputs", "Analyses", "Phases", "Claims")

    def spoil(held: Sheets, names: dict[str, str]) -> None:
        without(*sheets)(held, names)
        held["Outputs"] = [["Quarter", "Revenue"], ["Q1", 5]]

    assert read(tmp_path, spoil).outputs == ()
