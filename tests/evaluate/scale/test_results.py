from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from engine.core.exceptions import BadInput, OutputError
from engine.core.values import DIV0
from engine.evaluate.batch.lanes import BLOCK as UNIT
from engine.evaluate.model import Model
from engine.evaluate.scale import outcomes, sinks
from engine.evaluate.scale.csv_sink import CsvSink
from engine.evaluate.scale.run import Run

OUTPUTS = ("revenue", "ratio", "verdict", "large")
FRAME = pd.DataFrame(
    {"price": [10.0, 5.0, None], "mode": ["lean", None, "fat"], "volume": [100.0, 80.0, 200.0]}
)
PARQUET = pytest.mark.skipif(
    not __import__("importlib.util").util.find_spec("pyarrow"), reason="the extra parquet is not installed"
)


def test_csv_has_a_row_per_scenario(model: Model, tmp_path: Path) -> None:
    """Numbers in full, an Excel error by its code, booleans as Excel writes them, a blank input blank."""
    ran = model.run_to(tmp_path / "new" / "r.csv", FRAME, OUTPUTS)
    assert ran.path == tmp_path / "new" / "r.csv"
    assert ran.path.read_text().splitlines() == [
        "scenario,price,mode,volume,revenue,ratio,verdict,large",
        "1,10.0,lean,100.0,900.0,180.0,900.0,FALSE",
        "2,5.0,,80.0,360.0,#DIV/0!,360.0,FALSE",
        "3,,fat,200.0,1800.0,360.0,good,TRUE",
    ]
    assert [path.name for path in ran.path.parent.iterdir()] == ["r.csv"]


@PARQUET
@pytest.mark.parametrize("name", ["r.parquet", "folder"])
def test_parquet_has_numbers_and_what_is_none_beside(model: Model, tmp_path: Path, name: str) -> None:
    """A column of numbers per output, and a column of texts for errors and texts."""
    model.run_to(tmp_path / name, FRAME, OUTPUTS)
    found = pd.read_parquet(tmp_path / name)
    assert found["scenario"].tolist() == [1, 2, 3]
    assert found["ratio"].isna().tolist() == [False, True, False]
    assert found["ratio_text"].tolist()[1] == DIV0.code
    assert found["ratio_text"].isna().tolist() == [True, False, True]
    assert found["verdict_text"].tolist()[2] == "good"
    assert found["large"].tolist() == [0, 0, 1]
    assert found["mode_text"].tolist()[0] == "lean"
    assert "price_text" not in found


@PARQUET
def test_the_files_do_not_depend_on_workers_or_blocks(model: Model, tmp_path: Path) -> None:
    """The same seed gives the same CSV bytes and the same Parquet rows, however it is computed."""
    drawn = model.random_scenarios(3 * UNIT + 5, seed=9)
    model.run_to(tmp_path / "one.csv", drawn, OUTPUTS)
    model.run_to(tmp_path / "two.csv", drawn, OUTPUTS, workers=2)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    outcomes.outcome(Run(model, drawn, OUTPUTS, block=UNIT), tmp_path / "parts", summarise=False)
    outcomes.outcome(Run(model, drawn, OUTPUTS), tmp_path / "whole.parquet", summarise=False)
    assert len(list((tmp_path / "parts").iterdir())) == 4
    pd.testing.assert_frame_equal(
        pd.read_parquet(tmp_path / "parts"), pd.read_parquet(tmp_path / "whole.parquet")
    )


def test_results_can_be_run_again(model: Model, tmp_path: Path) -> None:
    """The inputs of a results file, read back, give the same outputs."""
    model.run_to(tmp_path / "r.csv", model.random_scenarios(50, seed=1), ("revenue",))
    again = pd.read_csv(tmp_path / "r.csv")
    assert (
        model.run(again[["price", "volume", "discount"]], ("revenue",))["revenue"].tolist()
        == again["revenue"].tolist()
    )


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("r.xlsx", "go to a .csv file, a .parquet file or a folder"),
        ("taken", "is not empty"),
        ("dir.csv", "is a folder; name a file in it"),
        ("file", "is a file; name a folder"),
        ("file/r.csv", "can't be written"),
        ("model.csv", "is the model itself"),
    ],
)
def test_a_target_that_cannot_be_written_is_refused(
    model: Model, tmp_path: Path, target: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each target that will not do is told before the work, and nothing in it is touched."""
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine").write_text("kept")
    (tmp_path / "dir.csv").mkdir()
    (tmp_path / "file").write_text("kept")
    if target == "model.csv":
        monkeypatch.setattr(sinks, "refuse", lambda path, _model, layout: REFUSE(path, path, layout))
    with pytest.raises(OutputError, match=message):
        model.run_to(tmp_path / target, FRAME, OUTPUTS)
    assert (tmp_path / "taken" / "mine").read_text() == (tmp_path / "file").read_text() == "kept"


REFUSE = sinks.refuse


def test_a_column_that_would_be_there_twice_is_refused(model: Model, tmp_path: Path) -> None:
    """An output that is an input as well would give two columns of one name."""
    with pytest.raises(BadInput, match="price: would be two columns"):
        model.run_to(tmp_path / "r.csv", FRAME, ("price", "revenue"))


def stopping(error: BaseException, after: int) -> Any:
    def progress(done: int, _total: int) -> None:
        if done >= after:
            raise error

    return progress


@PARQUET
@pytest.mark.parametrize("name", ["r.csv", "r.parquet", "folder"])
def test_an_interrupt_keeps_the_finished_blocks(model: Model, tmp_path: Path, name: str) -> None:
    """Ctrl-C leaves what is done under a partial name, whole and readable; the target is as it was."""
    drawn = model.random_scenarios(5 * UNIT, seed=1)
    asked = Run(model, drawn, OUTPUTS, block=UNIT, progress=stopping(KeyboardInterrupt(), 2 * UNIT))
    ran = outcomes.outcome(asked, tmp_path / name, summarise=True)
    assert (ran.interrupted, ran.scenarios, ran.count) == (True, 2 * UNIT, 5 * UNIT)
    assert ran.path is not None
    assert "partial" in ran.path.name
    read = pd.read_csv if name == "r.csv" else pd.read_parquet
    assert len(read(ran.path)) == 2 * UNIT
    assert ran.summary is not None
    assert ran.summary.loc["revenue", "count"] == 2 * UNIT
    assert not (tmp_path / name).exists()


def test_partial_results_are_never_written_over(model: Model, tmp_path: Path) -> None:
    """A second interrupted run keeps its blocks beside those of the first."""
    for name in ("r.partial.csv", "r.partial-2.csv"):
        asked = Run(model, FRAME, OUTPUTS, progress=stopping(KeyboardInterrupt(), 1))
        ran = outcomes.outcome(asked, tmp_path / "r.csv", summarise=False)
        assert ran.path == tmp_path / name


def test_an_interrupt_before_the_first_block_leaves_nothing(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing finished, nothing kept."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("engine.evaluate.scale.kits.PlanKit.answer", interrupted)
    monkeypatch.setattr("engine.evaluate.scale.kits.ModelKit.answer", interrupted)
    ran = outcomes.outcome(Run(model, FRAME, OUTPUTS), tmp_path / "r.csv", summarise=False)
    assert ran.path is None
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_keeps_what_was_written(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No space left: an error that says where the finished blocks are, the old results whole."""
    (tmp_path / "r.csv").write_text("old")
    add, calls = CsvSink.add, iter(range(9))

    def full(sink: CsvSink, answer: Any) -> None:
        if next(calls) == 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        add(sink, answer)

    monkeypatch.setattr(CsvSink, "add", full)
    with pytest.raises(
        OutputError, match=r"No space left on device; 1024 scenarios are in .*r\.partial\.csv"
    ):
        outcomes.outcome(
            Run(model, model.random_scenarios(3 * UNIT), OUTPUTS, block=UNIT),
            tmp_path / "r.csv",
            summarise=False,
        )
    assert (tmp_path / "r.csv").read_text() == "old"
    assert len(pd.read_csv(tmp_path / "r.partial.csv")) == UNIT


def test_a_rejected_plan_starts_the_file_again(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the plan wrote before it was found wrong does not stay in the results."""
    from engine.evaluate.scale import run

    calls = iter(range(9))

    def sample(*_: object) -> None:
        if next(calls) == 1:
            raise run.PlanRejected("wrong")

    monkeypatch.setattr(run, "_sample", sample)
    drawn = model.random_scenarios(3 * UNIT, seed=2)
    asked = Run(model, drawn, OUTPUTS, block=UNIT)
    ran = outcomes.outcome(asked, tmp_path / "r.csv", summarise=True)
    assert pd.read_csv(tmp_path / "r.csv")["scenario"].tolist() == list(range(1, 3 * UNIT + 1))
    assert ran.scenarios == 3 * UNIT
    assert [path.name for path in tmp_path.iterdir()] == ["r.csv"]
