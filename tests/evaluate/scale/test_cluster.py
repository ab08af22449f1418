from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from engine.core.exceptions import TieoutError
from engine.evaluate.batch.lanes import BLOCK as UNIT
from engine.evaluate.model import Model
from engine.evaluate.scale import cluster as clusters
from engine.evaluate.scale.cluster import cluster
from engine.pipeline import ScenarioRequest, run_scenarios

distributed = pytest.importorskip("distributed", reason="the extra cluster is not installed")
pytestmark = pytest.mark.filterwarnings("default")  # Dask's own, in its threads

ROOT = Path(__file__).parents[3]
OUTPUTS = ("revenue", "ratio", "verdict", "large", "total")


@pytest.fixture(scope="module")
def dask() -> Iterator[Any]:
    """A real scheduler and two worker processes on this machine's loopback."""
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        worker_dashboard_address=None,
    ) as started:
        started.wait_for_workers(2)
        yield started


def test_a_cluster_changes_nothing(dask: Any, model: Model) -> None:
    """A summary by two workers of a cluster is that of one process, bit by bit."""
    drawn = model.random_scenarios(6 * UNIT, seed=8)
    with cluster(dask.scheduler_address) as executor:
        found = model.summarise(drawn, OUTPUTS, executor=executor)
    pd.testing.assert_frame_equal(found, model.summarise(drawn, OUTPUTS), check_exact=True)


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
        distributed.LocalCluster(
            n_workers=0, host="127.0.0.1", dashboard_address=None, processes=True
        ) as empty,
        pytest.raises(TieoutError, match="has no workers"),
        cluster(empty.scheduler_address),
    ):
        pass
