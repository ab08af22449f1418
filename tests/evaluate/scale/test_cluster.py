from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.core.exceptions import TieoutError
from engine.evaluate.batch.lanes import BLOCK as UNIT
from engine.evaluate.model import Model
from engine.evaluate.scale import cluster as clusters
from engine.evaluate.scale.cluster import cluster
from engine.pipeline import ScenarioRequest, run_scenarios
from engine.workbook.book import Settings
from tests.evaluate.scale.conftest import GROWING, ON_LOOPBACK, WITHIN_A_TABLE
from tests.workbooks import Cell, book

distributed = pytest.importorskip("distributed", reason="the extra cluster is not installed")
pytestmark = pytest.mark.filterwarnings("default")  # Dask's own, in its threads

ROOT = Path(__file__).parents[3]
OUTPUTS = ("revenue", "ratio", "verdict", "large", "total")


@pytest.fixture(scope="module")
def dask() -> Iterator[Any]:
    """A real scheduler and two worker processes on this machine's loopback."""
    with distributed.LocalCluster(n_workers=2, **ON_LOOPBACK) as started:
        started.wait_for_workers(2)
        yield started


def test_a_cluster_changes_nothing(dask: Any, model: Model) -> None:
    """A summary by two workers of a cluster is that of one process, bit by bit."""
    drawn = model.random_scenarios(6 * UNIT, seed=8)
    with cluster(dask.scheduler_address) as executor:
        found = model.summarise(drawn, OUTPUTS, executor=executor)
    pd.testing.assert_frame_equal(found, model.summarise(drawn, OUTPUTS), check_exact=True)


@pytest.mark.parametrize("cells", [GROWING, WITHIN_A_TABLE])
def test_circles_and_data_tables_on_a_cluster(dask: Any, cells: dict[str, Cell]) -> None:
    """Its workers give the bits of this process, and the same flags of which circles settled."""
    small = Model(book({"A1": 3, "A2": 0.5} | cells, settings=Settings(iterate=True)))
    grown = np.resize([0.0, 0.5, 1.5, 0.25, 2.0], 2 * UNIT)
    frame = pd.DataFrame({"Sheet1!A1": np.linspace(1, 3, 2 * UNIT), "Sheet1!A2": grown})
    with cluster(dask.scheduler_address) as executor:
        found = small.run(frame, ["Sheet1!C1"], executor=executor)
    here = small.run(frame, ["Sheet1!C1"])
    pd.testing.assert_frame_equal(found, here, check_exact=True)
    assert found.attrs["converged"] == here.attrs["converged"]


def test_a_killed_worker_loses_nothing(path: Path) -> None:
    """One of the two workers is killed in the midst of a run: every scenario is there, and right."""
    command = [sys.executable, "-X", "faulthandler", "-m", "tests.evaluate.scale.killed_worker", str(path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "killed [" in ran.stdout


def test_the_command_takes_an_address(dask: Any, path: Path, tmp_path: Path) -> None:
    """``--cluster ADDRESS`` writes what this process would."""
    for name, address in (("far.csv", dask.scheduler_address), ("near.csv", "")):
        run_scenarios(
            ScenarioRequest(path, random=3000, outputs=("revenue",), to=tmp_path / name, cluster=address)
        )
    assert (tmp_path / "far.csv").read_bytes() == (tmp_path / "near.csv").read_bytes()


def test_a_cluster_of_another_version_is_refused(dask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers with another Tieout might answer otherwise; each is listed."""
    monkeypatch.setattr("engine.__version__", "99.0")
    with (
        pytest.raises(TieoutError, match=r"needs tieout 99\.0; install it there:\n  tcp://"),
        cluster(dask.scheduler_address),
    ):
        pass


def test_an_address_that_does_not_answer_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """No scheduler there: how to start one is said."""
    monkeypatch.setattr(clusters, "_PATIENCE", 0.5)
    with (
        pytest.raises(TieoutError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"),
        cluster("tcp://127.0.0.1:9"),
    ):
        pass


def test_a_cluster_without_workers_is_refused() -> None:
    """A scheduler alone would wait for ever."""
    with (
        distributed.LocalCluster(n_workers=0, **ON_LOOPBACK) as empty,
        pytest.raises(TieoutError, match="has no workers"),
        cluster(empty.scheduler_address),
    ):
        pass
