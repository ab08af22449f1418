"""Text is measured as Arial sets it, so that rows are neither cut nor gaping."""

from __future__ import annotations

import pytest

from engine.report.letters import lines_needed, text_pixels

CASES = [
    ("", 100, 1),
    ("one line", 100, 1),
    ("two lines of words", 70, 2),
    ("above\nbelow", 100, 2),
    ("unbreakably" * 4, 100, 3),
    ("iiiiiiiiii", 30, 1),
    ("MMMMMMMMMM", 30, 4),
]


@pytest.mark.parametrize(("text", "pixels", "lines"), CASES)
def test_lines_needed(text: str, pixels: float, lines: int) -> None:
    """Lines break between words, and within a word that is longer than the line."""
    assert lines_needed(text, pixels) == lines


def test_bold_is_wider() -> None:
    """A digit of 10 points is 7.4 pixels wide; bold text takes more."""
    assert text_pixels("0") == pytest.approx(7.41, abs=0.01)
    assert text_pixels("total", bold=True) > text_pixels("total")
