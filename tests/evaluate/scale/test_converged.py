"""Whether the circular references that a scenario's outputs depend on settled is told on every path."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.core.exceptions import BadInput
from engine.core.values import ERRORS
from engine.evaluate.model import Model
from engine.evaluate.scale import outcomes
from engine.evaluate.scale.run import Run
from engine.terminal import ran_text
from engine.workbook.book import Settings
from tests.evaluate.scale.conftest import GROWING, WITHIN_A_TABLE
from tests.workbooks import Cell, book

# Cells, and below which A2 a circle shrinks from pass to pass.
CIRCLES: dict[str, tuple[dict[str, Cell], float]] = {
    "settles where A2 is small": (GROWING, 1 / 1.5),
    "does not settle in the base": ({"A2": 2, **GROWING}, 1 / 1.5),
    "reaches no output": ({"A2": 2, **GROWING, "C1": "=A1*2"}, math.inf),
    "never settles, and nothing varies in it": ({"B1": "=B2+1", "B2": "=B1", "C1": "=A1*A2+B2"}, -math.inf),
    "none": ({"C1": "=A1*A2"}, math.inf),
    "within a Data Table": (WITHIN_A_TABLE, 1.0),
}


@cache
def _model(name: str) -> Model:
    return Model(book({"A1": 3, "A2": 0.5} | CIRCLES[name][0], settings=Settings(iterate=True)))


def _scenarios(count: int) -> pd.DataFrame:
    grown = np.resize([0.0, 0.5, 1.5, 0.25, 2.0], count)
    return pd.DataFrame({"Sheet1!A1": np.linspace(1, 3, count), "Sheet1!A2": grown})


def _expected(name: str, frame: pd.DataFrame) -> tuple[bool, ...]:
    return tuple(bool(grown < CIRCLES[name][1]) for grown in frame["Sheet1!A2"])


def _together(model: Model, frame: pd.DataFrame) -> object:
    return model.run(frame, ["Sheet1!C1"]).attrs["converged"]


def _in_blocks(model: Model, frame: pd.DataFrame) -> object:
    return outcomes.frame(Run(model, frame, ("Sheet1!C1",))).attrs["converged"]


@pytest.mark.parametrize("name", list(CIRCLES))
@pytest.mark.parametrize(
    ("count", "ask"),
    [
        pytest.param(30, _together, id="all at once"),
        pytest.param(5, _together, id="one by one"),
        pytest.param(30, _in_blocks, id="streamed"),
    ],
)
def test_each_scenario(name: str, count: int, ask: Callable[[Model, pd.DataFrame], object]) -> None:
    """A boolean per scenario: whether every pass brings its circle closer."""
    frame = _scenarios(count)
    assert ask(_model(name), frame) == _expected(name, frame)


@pytest.mark.parametrize("name", list(CIRCLES))
def test_beside_errors(name: str) -> None:
    """Scenarios that set an error have their flags too; a circle that carries one does not move."""
    frame, wrong = _scenarios(40), np.arange(40) % 3 == 0
    a1: list[object] = [ERRORS["#N/A"] if n % 3 == 0 else float(n) for n in range(40)]
    circle_reads_it = "never" not in name
    expected = np.array(_expected(name, frame)) | (wrong & circle_reads_it)
    given = pd.DataFrame({"Sheet1!A1": a1, "Sheet1!A2": frame["Sheet1!A2"]})
    assert _together(_model(name), given) == tuple(expected)


@pytest.mark.parametrize("name", ["settles where A2 is small", "within a Data Table"])
def test_in_processes(name: str) -> None:
    """Plans with circles and Data Tables travel: worker processes give the flags and the bits of this one."""
    model, frame = _model(name), _scenarios(3_000)
    here, there = (model.run(frame, ["Sheet1!C1"], workers=workers) for workers in (1, 2))
    assert here.attrs["converged"] == there.attrs["converged"]
    assert set(there.attrs["converged"]) == {True, False}
    pd.testing.assert_frame_equal(here, there, check_exact=True)
    assert model.runner.fallbacks == []  # what does not settle rejects no plan


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_results_on_disk(tmp_path: Path, ending: str) -> None:
    """The last column of the results says it, and the run how many did not settle."""
    model, frame, path = _model("settles where A2 is small"), _scenarios(30), tmp_path / f"results.{ending}"
    ran = model.run_to(path, frame, ["Sheet1!C1"], summarise=True)
    found = pd.read_csv(path) if ending == "csv" else pd.read_parquet(path)
    expected = _expected("settles where A2 is small", frame)
    assert list(found.columns)[-1] == "converged"
    assert tuple(found["converged"]) == expected
    assert ran.unsettled == expected.count(False) > 0
    assert f"{ran.unsettled} scenarios have circular references that do not settle" in ran_text(ran)


def test_a_summary_counts_them() -> None:
    """How many did not settle stands beside the summary; nothing does where a workbook does not iterate."""
    model, frame = _model("settles where A2 is small"), _scenarios(30)
    assert model.summarise(frame, ["Sheet1!C1"]).attrs == {
        "unsettled": _expected("settles where A2 is small", frame).count(False)
    }
    plain = Model(book({"A1": 3, "A2": 0.5, "C1": "=A1*A2"}))
    assert plain.summarise(frame, ["Sheet1!C1"]).attrs == {}
    assert plain.run(frame, ["Sheet1!C1"]).attrs == {}


def test_an_output_of_that_name_is_refused(tmp_path: Path) -> None:
    """Two columns of one name would be read as one."""
    cells: dict[str, Cell] = {"A1": 3, "A2": 0.5, **GROWING}
    model = Model(book(cells, names={"converged": "Sheet1!$C$1"}, settings=Settings(iterate=True)))
    with pytest.raises(BadInput, match="converged: would be two columns"):
        model.run_to(tmp_path / "results.csv", _scenarios(30), ["converged"])
