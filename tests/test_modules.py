"""Each input and headline figure stands under the part of the workbook that it belongs to."""

from __future__ import annotations

from engine.core.address import parse_rect
from engine.evaluate.model import Model
from engine.modules import SHARED, modules_of
from engine.workbook.book import Table
from tests.workbooks import sheet, workbook


def _model() -> Model:
    inputs = ("name", "label", "unit", "low", "base", "high", "distribution", "live", "source", "note")
    cells: dict[str, object] = dict(zip((f"{c}1" for c in "ABCDEFGHIJ"), inputs, strict=True))
    for row, name in enumerate(("price", "churn", "rate", "unread", "tax"), 2):
        values = (name, name, "", 1, 2, 3, "fixed", f"=E{row}", "estimate")
        cells |= dict(zip((f"{c}{row}" for c in "ABCDEFGHI"), values, strict=True))
    outputs = {"A1": "name", "B1": "label", "C1": "unit", "D1": "better when", "A2": "profit", "D2": "higher"}
    outputs |= {"A3": "users", "D3": "higher", "F2": "=profit", "F3": "=users+price"}
    names = {
        name: f"Inputs!$H${row}" for row, name in enumerate(("price", "churn", "rate", "unread", "tax"), 2)
    }
    names |= {"profit": "Profit!$B$2", "users": "Users!$B$2", "check_values": "Checks!$A$1"}
    return Model(
        workbook(
            sheet("Inputs", cells),  # type: ignore[arg-type]  # the values are cells
            sheet("Users", {"A1": "Who  uses it", "A2": "users", "B2": "=10*(1-churn)*rate*tax"}),
            sheet("Profit", {"A2": "profit", "B2": "=price*Users!B2*rate*tax"}),
            sheet("Outputs", outputs),
            sheet("Checks", {"A1": "=price*0"}),
            names=names,
            tables=(
                Table("Assumptions", parse_rect("A1:J6", "Inputs"), inputs, 1, 0),
                Table(
                    "Outputs", parse_rect("A1:D3", "Outputs"), ("name", "label", "unit", "better when"), 1, 0
                ),
            ),
        )
    )


def test_parts_follow_the_sheets() -> None:
    """An input goes to the one sheet that reads it, one of several goes with its neighbour."""
    assert modules_of(_model()) == (
        ("unread", SHARED),
        ("tax", SHARED),
        ("churn", "Who uses it"),
        ("rate", "Who uses it"),
        ("users", "Who uses it"),
        ("price", "Profit"),
        ("profit", "Profit"),
    )
