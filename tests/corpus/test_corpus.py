"""Real workbooks against the values that Excel stored in them. They lie beside the repository, not in it."""

from __future__ import annotations

import csv
import datetime
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.core.exceptions import TieoutError
from engine.evaluate.model import Model
from engine.evaluate.parity import Parity, compare
from engine.workbook.opening import open_workbook
from tests.corpus.report import spoiled

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
SAMPLE = 4  # every so many-th workbook in the normal run
SECONDS = 60.0
NOW = datetime.datetime(2026, 1, 5)  # noqa: DTZ001  # a workbook's time has no zone

# The share of compared cells that must match, by kind: what is reached now, rounded down.
LEAST_MATCHED = {
    "financial-model": 0.9999,
    "data-table": 0.999,
    "circular": 0.999,
    "function-test": 0.99,
    "other": 0.999,
}

pytestmark = pytest.mark.skipif(
    not (CORPUS / "INDEX.csv").is_file(), reason="no corpus beside the repository"
)


def _index() -> list[tuple[str, str]]:
    if not (CORPUS / "INDEX.csv").is_file():
        return []
    with (CORPUS / "INDEX.csv").open(encoding="utf-8", newline="") as lines:
        return [(row["path"], row["kind"]) for row in csv.DictReader(lines)]


@pytest.fixture
def chosen(request: pytest.FixtureRequest) -> list[tuple[str, str]]:
    """Every fourth workbook, or all with ``--corpus``."""
    return _index() if request.config.getoption("--corpus") else _index()[::SAMPLE]


def _compared(chosen: list[tuple[str, str]]) -> Iterator[tuple[str, str, Parity, float]]:
    for path, kind in chosen:
        began = time.process_time()
        try:
            parity = compare(Model.open(CORPUS / path, NOW))
        except TieoutError as refused:
            pytest.fail(f"{path}: {refused}")
        yield path, kind, parity, time.process_time() - began


def test_stored_values_are_met(chosen: list[tuple[str, str]]) -> None:
    """No workbook crashes or takes a minute, the counts add up, and as many cells match as are known to."""
    totals: dict[str, list[int]] = {}
    slow: list[str] = []
    for path, kind, parity, seconds in _compared(chosen):
        left_out = sum(parity.excluded.values()) + len(parity.not_evaluated)
        assert parity.formula_cells == parity.compared + left_out, path
        assert parity.compared - parity.matched == len(parity.differences), path
        total = totals.setdefault(kind, [0, 0])
        total[0] += parity.matched
        total[1] += parity.compared
        if seconds > SECONDS:
            slow.append(f"{path}: {seconds:.0f} s")
    assert not slow
    for kind, (matched, compared) in totals.items():
        assert matched >= LEAST_MATCHED[kind] * compared, f"{kind}: {matched} of {compared}"


def test_nothing_is_taken_from_stored_values(chosen: list[tuple[str, str]]) -> None:
    """A workbook whose stored values were overwritten evaluates to the same values."""
    for path, _kind in chosen[::3]:
        workbook = open_workbook(CORPUS / path)
        base, again = Model(workbook, NOW).base, Model(spoiled(workbook), NOW).base
        assert again.unevaluated.keys() == base.unevaluated.keys(), path
        for cells, others in zip(base.state.cells, again.state.cells, strict=True):
            assert cells.keys() == others.keys(), path
            differing = [
                key for key, value in cells.items() if value is not others[key] and value != others[key]
            ]
            assert not differing, path
