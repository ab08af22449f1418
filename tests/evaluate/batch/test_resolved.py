"""OFFSET, INDIRECT and spilled ranges: plain references where nothing that places them varies."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.evaluate.batch.sampling import agrees
from engine.evaluate.model import Model
from tests.workbooks import Cell, book, dynamic

# B1:B9 vary, C1 = 2 and C2 = "B3" do not; C3 varies.
STEADY: dict[str, dict[str, Cell]] = {
    "OFFSET of a cell": {"D1": "=OFFSET(B1,C1,0)*2"},
    "OFFSET of an area": {"D1": "=SUM(OFFSET(B1,1,0,C1,1))"},
    "OFFSET beyond the sheet": {"D1": "=IFERROR(OFFSET(B1,-C1,0),A2)"},
    "a range to OFFSET": {"D1": "=SUM(B1:OFFSET(B1,C1,0))"},
    "OFFSET moving along": {f"{column}1": f"=OFFSET($B$1,COLUMN({column}1)-4,0)+$A$2" for column in "DEFG"},
    "OFFSET to one cell": {f"{column}1": "=OFFSET($B$1,$C$1,0)+$A$2" for column in "DEFG"},
    "INDIRECT": {"D1": "=INDIRECT(C2)+A2"},
    "INDIRECT of an area": {"D1": '=SUM(INDIRECT("B1:B"&C1))'},
    "a spilled range": {"E1": dynamic("B1:B3*2", "E1:E3"), "D1": "=SUM(E1#)"},
    "an array over a spilled range": {
        "E1": dynamic("B1:B3*2", "E1:E3"),
        "F1": dynamic("E1#+1", "F1:F3"),
        "D1": "=F3",
    },
}
MOVING: dict[str, Cell] = {"D1": "=OFFSET(B1,C3,0)"}


def _run(cells: dict[str, Cell]) -> dict[str, object]:
    own: dict[str, Cell] = {f"B{row}": f"=$A$1*{row}-$A$2" for row in range(1, 10)}
    own |= {"C1": 2, "C2": "B3", "C3": "=IF(A1>0,1,2)"}
    model = Model(book({"A1": 3, "A2": 2, **own, **cells}))
    outputs = [f"Sheet1!{cell}" for cell in cells if isinstance(cells[cell], str)]
    frame = pd.DataFrame({"Sheet1!A1": np.linspace(-3, 3, 24), "Sheet1!A2": [0.0, 1.0, 2.0, 1e300] * 6})
    found = model.run(frame, outputs)
    for place, (a1, a2) in enumerate(frame.itertuples(index=False)):
        expected = model.evaluate({"Sheet1!A1": a1, "Sheet1!A2": a2})
        for output in outputs:
            value = found[output].iloc[place]
            plain = value.item() if isinstance(value, np.generic) else value
            assert agrees(plain, expected[output]), (a1, a2, output, plain, expected[output])
    return {str(key): value for key, value in found.attrs.items()}


@pytest.mark.parametrize("name", list(STEADY))
def test_reference_that_names_the_same_cells(name: str) -> None:
    """What names the same cells in every scenario is computed for all of them at once."""
    assert _run(STEADY[name]) == {}


def test_reference_whose_place_varies() -> None:
    """What names other cells in some scenarios runs lane by lane."""
    assert _run(MOVING)["lane_by_lane"] == {"OFFSET or INDIRECT": 1}
