"""Real financial models with their own inputs varied: the batch agrees with single evaluations."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpus.batch_coverage import Taken, financial_models, taken
from tests.corpus.coverage_report import measured

LEAST_TAKEN = 0.95
SAMPLE = 10

MODELS = financial_models()

pytestmark = pytest.mark.skipif(not MODELS, reason="no corpus beside the repository")


def _sample() -> list[Path]:
    """Return ten models, spread over the corpus's small ones, each of another folder."""
    folders = {path.parent: path for path in sorted(MODELS, key=lambda path: path.stat().st_size)}
    small = sorted(folders.values(), key=lambda path: path.stat().st_size)[: 3 * SAMPLE]
    return sorted(small[::3])


@pytest.mark.parametrize("path", _sample(), ids=lambda path: path.name)
def test_model_agrees_or_says_why(path: Path) -> None:
    """Lanes of a model's own inputs, zero and huge ones too, are single evaluations, or say why not."""
    for one in taken(path):
        assert one.mismatches == ()
        assert one.reason or one.cells


def test_models_are_taken(request: pytest.FixtureRequest) -> None:
    """At least 95 % of lines run for all scenarios at once, and no lane differs from a single evaluation."""
    if not request.config.getoption("--corpus"):
        pytest.skip("a share is of the whole corpus, which takes many minutes: pytest tests/corpus --corpus")
    found = [one for path in MODELS for one in measured(path, lanes=True) if isinstance(one, Taken)]
    assert [mismatch for one in found for mismatch in one.mismatches] == []
    left = [f"{one.path}: {one.reason or one.slow}" for one in found if not one.whole]
    assert len(left) <= (1 - LEAST_TAKEN) * len(found), left
