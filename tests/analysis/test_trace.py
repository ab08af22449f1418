"""Which lines of a path a reader sees, and which are named as left out."""

from __future__ import annotations

import pytest

from engine.analysis.results import TraceLine
from engine.analysis.trace import STEPS, collapsed


@pytest.mark.parametrize(
    ("path", "shown", "between"),
    [
        ("h", "", ""),
        ("h a", "a", ""),
        ("h a b c d", "a b c d", ""),
        ("h a R b c d", "a b c d", "R"),
        ("h a b c d e", "a b d e", "c"),
        ("h a b c d e f g h i j k", "a d h k", "b c e f g i j"),
        ("h R a b c d e S", "a b d e", "R c S"),
        ("h a b. c d. e f", "a b. d. f", "c e"),
        ("h a. b. c. d. e", "a. b. c. d.", "e"),
        ("h a. b. c. d. e. f.", "a. c. d. f.", "b. e."),
        ("h R. a b", "R. a b", ""),
    ],
)
def test_a_path_is_shown_in_five_steps(path: str, shown: str, between: str) -> None:
    """Lines that open a block (with a dot) stay, then others evenly; what repeats a cell (a capital) goes."""
    lines = [
        TraceLine(name, "", f"Sheet!A{n}", 1.0, repeats=name.isupper(), opens=name.endswith("."))
        for n, name in enumerate(path.split())
    ]
    kept, left = collapsed(lines)
    assert [line.label for line in kept] == shown.split()
    assert [line.label for line in left] == between.split()
    assert len(kept) < STEPS
