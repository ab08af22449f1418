"""A run on a cluster of two workers of which one is killed in its midst, as a process of its own.

    python -m tests.evaluate.scale.killed_worker WORKBOOK

It prints which worker was killed. It ends with 1 where the answers are not those of one process.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from distributed import Client, LocalCluster

from engine.evaluate.batch.lanes import BLOCK as UNIT
from engine.evaluate.model import Model
from engine.evaluate.scale import outcomes
from engine.evaluate.scale.cluster import cluster
from engine.evaluate.scale.run import Run
from tests.evaluate.scale.conftest import ON_LOOPBACK, OUTPUTS


def victim(address: str) -> int:
    """Return the process of one of a cluster's workers, which must be another than this one."""
    with Client(address, set_as_default=False) as client:
        found = sorted(client.run(os.getpid).values())
    if len(found) != 2 or os.getpid() in found:
        sys.exit(f"the workers are {found}, this process {os.getpid()}")
    return int(found[0])


def computed(model: Model, frame: pd.DataFrame, address: str) -> pd.DataFrame:
    """Return what the cluster makes of the scenarios, a worker killed after the first block."""
    killed: list[int] = []

    def kill(_done: int, _total: int) -> None:
        if not killed:
            killed.append(victim(address))
            os.kill(killed[0], signal.SIGKILL)

    with cluster(address) as executor:
        asked = Run(model, frame, OUTPUTS, executor=executor, block=UNIT, progress=kill)
        found = outcomes.frame(asked, frame.index)
    sys.stdout.write(f"killed {killed}\n")
    return found


def main(path: Path) -> None:
    """Compare the cluster's answers with those of this process."""
    model = Model.open(path)
    frame = pd.DataFrame({"price": np.random.default_rng(1).uniform(1, 20, 30 * UNIT)})
    with LocalCluster(n_workers=2, **ON_LOOPBACK) as started:
        started.wait_for_workers(2)
        found = computed(model, frame, started.scheduler_address)
    expected = outcomes.frame(Run(model, frame, OUTPUTS), frame.index)
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
