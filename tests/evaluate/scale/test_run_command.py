from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from engine.cli import main
from engine.evaluate.model import Model
from engine.terminal import scenario_progress

ROOT = Path(__file__).parents[3]


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """Three scenarios; the second divides by zero."""
    path = tmp_path / "cases.csv"
    path.write_text("price,volume\n10,100\n5,80\n,200\n")
    return path


def test_a_run_prints_where_its_results_are(
    path: Path, cases: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file, how many scenarios and how fast; the errors stand in the file by their code."""
    out = tmp_path / "r.csv"
    assert (
        main(["run", str(path), "--scenarios", str(cases), "--outputs", "revenue, ratio", "--to", str(out)])
        == 0
    )
    told = capsys.readouterr()
    assert told.out.startswith(f"{out}  (3 scenarios, ")
    assert told.err == ""
    assert out.read_text().splitlines()[2] == "2,5.0,80.0,360.0,#DIV/0!"


def test_a_summary_is_printed(path: Path, cases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--summary prints a column per output, with the errors by code."""
    assert main(["run", str(path), "--scenarios", str(cases), "--outputs", "revenue,ratio", "--summary"]) == 0
    lines = {line.split()[0]: line.split()[1:] for line in capsys.readouterr().out.splitlines()[1:]}
    assert lines["revenue"] == ["ratio"]
    assert lines["count"] == ["3", "2"]
    assert lines["#DIV/0!"] == ["0", "1"]
    assert lines["max"] == ["1,800", "360"]


def test_random_scenarios_are_those_of_the_seed(
    path: Path, tmp_path: Path, model: Model, capsys: pytest.CaptureFixture[str]
) -> None:
    """--random draws what Model.random_scenarios draws, of the inputs that are named."""
    out = tmp_path / "r.csv"
    arguments = ["--random", "50", "--seed", "3", "--inputs", "price,discount", "--outputs", "total"]
    assert main(["run", str(path), *arguments, "--to", str(out)]) == 0
    drawn = model.random_scenarios(50, 3, ["price", "discount"]).drawn(0, 50)
    found = pd.read_csv(out)
    assert list(found.columns) == ["scenario", "price", "discount", "total"]
    assert found["price"].tolist() == drawn["price"].tolist()
    capsys.readouterr()


def test_indirect_does_not_slow_a_run_down_to_single_evaluations(
    path: Path, cases: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An output through INDIRECT stays in the plan: no scenario is said to have been evaluated alone."""
    assert main(["run", str(path), "--scenarios", str(cases), "--outputs", "pointed", "--summary"]) == 0
    assert "one by one" not in capsys.readouterr().out


def test_scenarios_evaluated_one_by_one_are_told(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Inputs that depend on each other have no plan; the command says how many scenarios and why."""
    nested = tmp_path / "nested.csv"
    nested.write_text("price,revenue\n" + "".join(f"{n},{900 + n}\n" for n in range(1, 21)))
    arguments = ["--scenarios", str(nested), "--outputs", "total", "--summary", "--workers", "2"]
    assert main(["run", str(path), *arguments]) == 0
    told = capsys.readouterr().out
    assert "20 scenarios were evaluated one by one: an input that depends on another input" in told


def test_what_is_computed_scenario_by_scenario_is_told(
    path: Path, cases: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """FREQUENCY runs through the reference within the plan; the command says so and what it costs."""
    assert main(["run", str(path), "--scenarios", str(cases), "--outputs", "Model!C1", "--summary"]) == 0
    told = capsys.readouterr().out
    assert re.search(r"an array formula \(1×\); about [\d.e-]+ ms a scenario in all", told)


def test_explain_prints_the_program(path: Path, cases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--explain prints what would run, by sheet address, and runs nothing."""
    assert main(["run", str(path), "--scenarios", str(cases), "--outputs", "revenue", "--explain"]) == 0
    told = capsys.readouterr().out
    assert "varied:" in told
    assert re.search(r"^  Model!\w+  revenue\b", told, re.MULTILINE)
    assert "# Model!B1" in told
    assert "All of it is computed for all scenarios at once." in told


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "give either --scenarios FILE or --random N; say where results go with --to FILE"),
        (["--random", "5", "--scenarios", "x.csv", "--summary"], 2, "give either"),
        (
            ["--random", "5", "--summary", "--cluster", "tcp://x:1", "--workers", "2"],
            2,
            "leave out --workers",
        ),
        (["--random", "0", "--summary"], 2, "0 is not in the range"),
        (["--random", "5", "--summary", "--seed", "-1"], 2, "-1 is not in the range"),
        (["--random", "5", "--summary", "--workers", "0"], 2, "0 is not in the range"),
        (["--random", "5", "--summary", "--inputs", "prise"], 1, "'prise' is not in the table Assumptions"),
        (["--random", "5", "--summary", "--outputs", "revenu"], 1, "output: small.xlsx has no defined name"),
        (["--random", "5", "--outputs", "total", "--to", "{model}"], 1, "go to a .csv file"),
        (["--scenarios", "none.csv", "--outputs", "total", "--summary"], 1, "none.csv is not there"),
        (["--scenarios", "{model}", "--outputs", "total", "--summary"], 1, "neither .csv nor .parquet"),
    ],
)
def test_a_wrong_command_line_is_told(
    path: Path, arguments: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each mistake has its message and a code that is not 0; nothing is written."""
    before = set(path.parent.iterdir())
    assert main(["run", str(path), *(text.format(model=path) for text in arguments)]) == code
    told = capsys.readouterr()
    assert message in told.err
    assert told.out == ""
    assert set(path.parent.iterdir()) == before


@contextmanager
def in_own_group(arguments: list[str]) -> Iterator[subprocess.Popen[str]]:
    """Start the command in a process group of its own, of which nothing is left at the end."""
    command = [sys.executable, "-m", "engine", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True, start_new_session=True
    ) as running:
        try:
            yield running
        finally:
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no process groups to send Ctrl-C to")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_keeps_the_finished_scenarios(path: Path, tmp_path: Path, workers: str) -> None:
    """Ctrl-C on the whole process group: exit 130, the finished rows under a partial name, no traceback."""
    arguments = ["run", str(path), "--random", "50000000", "--outputs", "revenue", "--workers", workers]
    partial = tmp_path / "r.partial.csv"
    with in_own_group([*arguments, "--to", str(tmp_path / "r.csv")]) as running:
        while not (partial.exists() and partial.stat().st_size > 100_000):
            assert running.poll() is None, running.communicate()
            time.sleep(0.05)
        os.killpg(running.pid, signal.SIGINT)
        _, err = running.communicate(timeout=600)
    assert running.returncode == 130
    rows = pd.read_csv(partial)
    assert err.strip() == (
        f"tieout: interrupted after {len(rows):,} of 50,000,000 scenarios; they are in {partial}"
    )
    assert rows["scenario"].tolist() == list(range(1, len(rows) + 1))
    assert not rows.isna().to_numpy().any()
    assert not (tmp_path / "r.csv").exists()


def test_progress_is_silent_without_a_terminal() -> None:
    """Nothing is shown where standard error is no terminal."""
    with scenario_progress() as show:
        assert show is None


def test_progress_shows_rate_and_time_left() -> None:
    """On a terminal: how many of how many, how fast, and how long it will take."""
    written = io.StringIO()
    with scenario_progress(Console(file=written, force_terminal=True, width=120)) as show:
        assert show is not None
        show(1000, 10_000)
        time.sleep(0.05)
        show(4000, 10_000)
        time.sleep(0.15)
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", written.getvalue())
    assert re.search(r"4,000 of 10,000 scenarios .* [\d,]+ a second 0:00:\d\d left", shown)
