"""Rows and columns of the Scenarios table that the live cells pass over."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.evaluate.model import Model
from engine.evaluate.unread import unread_scenarios
from tests.workbook.contracts import Sheets, Spoil, name, put, without, write

LOOKED_UP = (
    "=IF(COUNTIF({inputs},$A{row})=0,$E{row},IF(INDEX({values},MATCH($A{row},{inputs},0),MATCH(active_scenario,"
    'Scenarios!$B$1:$C$1,0))="",$E{row},1))'
)
CHOSEN = '=IF(active_scenario="Upside",Scenarios!C{row},$E{row})'
BOTH = '=IF(active_scenario="Upside",Scenarios!C{row},Scenarios!B{row})'


def live(formula: str, inputs: str = "Scenarios!$A$2:$A$9", values: str = "Scenarios!$B$2:$C$9") -> Spoil:
    """Return a spoil that gives every input a live cell, in the order of the table of scenarios."""

    def spoil(sheets: Sheets, _: dict[str, str]) -> None:
        for row in (2, 3, 4):
            put("Assumptions", row, "live", formula.format(row=row, inputs=inputs, values=values))(sheets, _)

    return spoil


@pytest.mark.parametrize(
    ("spoils", "expected"),
    [
        ([live(LOOKED_UP)], []),
        ([live(LOOKED_UP, "taken"), name("taken", "Scenarios!$A$2:$A$9")], []),
        ([live(BOTH)], []),
        ([live("=OFFSET(Scenarios!$A$1,ROW()-1,1)")], []),  # what it reads depends on values
        ([live("=E{row}"), name("active_scenario", None)], []),  # set input by input
        ([live("=E{row}"), without("Scenarios", "Analyses")], []),
        (
            [live(LOOKED_UP, "Scenarios!$A$2:$A$3", "Scenarios!$B$2:$C$3")],
            [("scenario-row-unread", "Scenarios!A4", "row 4 of Scenarios (region) is not read")],
        ),
        (
            [live(LOOKED_UP, "taken"), name("taken", "Scenarios!$A$2:$A$3")],
            [("scenario-row-unread", "Scenarios!A4", "live cells look in A2:A3, B2:C9 of Scenarios")],
        ),
        (
            [live(LOOKED_UP, values="Scenarios!$B$2:$C$2")],
            [
                (
                    "scenario-row-unread",
                    "Scenarios!A3",
                    "rows 3 to 4 of Scenarios (churn, region) are not read",
                )
            ],
        ),
        (
            [live("=E{row}")],
            [("scenario-row-unread", "Scenarios!A2", "rows 2 to 4 of Scenarios (price, churn, region)")],
        ),
        (
            [live(CHOSEN)],
            [("scenario-column-unread", "Scenarios!B1", "the scenario 'Base' is not read by any live cell")],
        ),
        (
            [live(BOTH), put("Assumptions", 3, "live", "=E3")],
            [("scenario-row-unread", "Scenarios!A3", "(churn) is not read by the live cell Assumptions!H3")],
        ),
    ],
)
def test_what_the_switch_passes_over(
    spoils: list[Spoil], expected: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    """A row or a column that no live cell reads is a warning, with where it stands and what to extend."""

    def spoil(sheets: Sheets, names: dict[str, str]) -> None:
        for each in spoils:
            each(sheets, names)

    model = Model.open(write(tmp_path / "model.xlsx", spoil), cache=False)
    found = list(unread_scenarios(model, model.contract))
    assert [(one.rule, one.severity, one.cell) for one in found] == [
        (rule, "warning", cell) for rule, cell, _ in expected
    ]
    for one, (_, _, message) in zip(found, expected, strict=True):
        assert message in one.message
