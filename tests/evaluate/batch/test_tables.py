"""What-if Data Tables over lanes against single evaluations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.evaluate.batch.sampling import agrees
from engine.evaluate.model import Model
from engine.workbook.book import Settings
from tests.workbooks import Cell, book, data_table, dynamic

TABLES: dict[str, dict[str, Cell]] = {
    "over an input of the scenarios": {
        "D1": "=A1*A2",
        "C2": 1,
        "C3": 5,
        "D2": data_table("D2:D3", column="A1"),
        "C1": "=SUM(D2:D3)+A1",
    },
    "two inputs, headers and formula that vary": {
        "B6": 7,
        "B7": 2,
        "B8": "=B7*A2",
        "C5": "=A1/B6+B8*B7",
        "D5": 1,
        "E5": "=A2",
        "C6": 0,
        "C7": "=A1",
        "D6": data_table("D6:E7", row="B6", column="B7"),
        "C1": "=SUM(D6:E7)",
    },
    "several formulas, one without the input": {
        "B6": 1,
        "D5": "=A1*B6",
        "E5": "=A2",
        "F5": "=IF(A1*B6>1,1/A2,B6>2)",
        "C6": 2,
        "C7": 3,
        "D6": data_table("D6:F7", column="B6"),
        "C1": "=D6+E7",
        "C2": "=F6",
    },
    "two tables": {
        "D1": "=A1*A2+SUM(F2:F3)",
        "C2": 1,
        "C3": 5,
        "D2": data_table("D2:D3", column="A1"),
        "F1": "=A1+A2",
        "E2": 4,
        "E3": 6,
        "F2": data_table("F2:F3", column="A1"),
        "C1": "=SUM(D2:D3)",
    },
    "input cells that are blank": {
        "D1": "=A1*A2+B6",
        "C2": 1,
        "C3": 5,
        "D2": data_table("D2:D3", column="B6"),
        "C1": "=SUM(D2:D3)+A1",
    },
    "an input cell that nothing reads": {
        "D1": "=A1*A2",
        "D2": data_table("D2:D3", column="B6"),
        "C1": "=SUM(D2:D3)+A1",
    },
    "over arrays and a size that is looked up": {
        "B6": 2,
        "F1": dynamic("CHOOSEROWS(A1:A2,2,1)", "F1:F2"),
        "D1": "=SUM(F1#)*OFFSET(A1,1,0)+INDEX(F1#,2)*B6",
        "C2": 1,
        "C3": "=A2",
        "D2": data_table("D2:D3", column="B6"),
        "F4": 3,
        "G3": "=SUM(F1#)",
        "G4": data_table("G4:G4", column="A1"),
        "C1": "=SUM(D2:D3)+G4",
    },
    "errors around it": {
        "B1": "=A1/A2",
        "B6": 7,
        "D5": "=IFERROR(B1*B6,-1)",
        "C6": "=A2",
        "C7": "=1/A2",
        "D6": data_table("D6:D7", column="B6"),
        "C1": "=D6",
        "C2": "=D7",
    },
    "headers that are texts": {
        "B6": "low",
        "D5": '=IF(B6="low",A1,A2)',
        "C6": "low",
        "C7": "high",
        "D6": data_table("D6:D7", column="B6"),
        "C1": "=D6-D7",
    },
    "through a circle": {
        "B1": "=A1+B2*0.1",
        "B2": "=B1*A2/2",
        "D1": "=B2",
        "C2": 1,
        "C3": 5,
        "D2": data_table("D2:D3", column="A1"),
        "C1": "=SUM(D2:D3)+B1",
    },
}


@pytest.mark.parametrize("name", list(TABLES))
def test_table_in_lanes(name: str) -> None:
    """Every cell of a table is the single evaluation's in every lane, and none ran lane by lane."""
    cells: dict[str, Cell] = {"A1": 3, "A2": 2, **TABLES[name]}
    model = Model(book(cells, settings=Settings(iterate="circle" in name)))
    outputs = [f"Sheet1!{cell}" for cell in ("C1", "C2") if isinstance(cells.get(cell), str)]
    frame = pd.DataFrame({"Sheet1!A1": np.linspace(-3, 3, 24), "Sheet1!A2": [0.0, 1.0, 2.0, 1e300] * 6})
    found = model.run(frame, outputs)
    assert found.attrs == ({"converged": (True,) * len(found)} if model.base.iterates else {})
    for place, (a1, a2) in enumerate(frame.itertuples(index=False)):
        expected = model.evaluate({"Sheet1!A1": a1, "Sheet1!A2": a2})
        for output in outputs:
            value = found[output].iloc[place]
            plain = value.item() if isinstance(value, np.generic) else value
            assert agrees(plain, expected[output]), (a1, a2, output, plain, expected[output])
