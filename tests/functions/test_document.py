"""The page of functions is what the table says."""

from __future__ import annotations

from pathlib import Path

from engine.evaluate.special import SPECIAL
from engine.functions.document import SYNTAX, page
from engine.functions.families import UNEVALUATED
from engine.plan.whole import WHOLE
from tests.functions.batched import batched
from tests.functions.test_cases import counts

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "functions.md"


def test_page_is_up_to_date() -> None:
    """The committed page is the one that the table gives; else run python -m engine.functions.document."""
    assert _PAGE.read_text(encoding="utf-8") == page(counts(), batched())


def test_page_knows_the_syntax() -> None:
    """Every function that the evaluator treats as syntax is on the page."""
    assert set(SYNTAX) == set(SPECIAL) - {WHOLE} == UNEVALUATED
