"""Random numbers of a cell: the same each time, unlike those of its neighbours, evenly spread."""

from __future__ import annotations

from itertools import pairwise
from statistics import mean

import pytest

from engine.core.address import key_of
from engine.functions.stream import Stream, uniforms


def first(row: int, column: int, seed: int = 0) -> float:
    """Return the first number of a cell of the first sheet."""
    return Stream(seed, 0, row, column).random()


def test_a_cell_draws_the_same_numbers_again() -> None:
    one, other = Stream(7, 1, 2, 3), Stream(7, 1, 2, 3)
    assert [one.random() for _ in range(5)] == [other.random() for _ in range(5)]


@pytest.mark.parametrize("seed", [0, 7, -3, 2**70])
def test_many_cells_draw_at_once_what_each_draws_alone(seed: int) -> None:
    """The first number of a cell's stream, to the last bit."""
    cells = [(1, 1), (7, 16_384), (1_048_576, 3), (60, 60)]
    alone = [Stream(seed, 5, row, column).random() for row, column in cells]
    assert uniforms(seed, 5, [key_of(row, column) for row, column in cells]) == alone


def test_cells_and_seeds_differ() -> None:
    drawn = {first(row, column, seed) for row in range(1, 60) for column in range(1, 40) for seed in (0, 1)}
    assert len(drawn) == 59 * 39 * 2


def test_neighbours_are_evenly_spread_and_not_alike() -> None:
    drawn = [first(row, 3) - 0.5 for row in range(1, 20_001)]
    assert abs(mean(drawn)) < 0.01
    assert abs(mean(value * value for value in drawn) - 1 / 12) < 0.002
    assert abs(mean(a * b for a, b in pairwise(drawn))) < 0.002


def test_whole_numbers_lie_within_their_bounds() -> None:
    drawn = [Stream(0, 0, row, 1).randint(-2, 3) for row in range(1, 6_001)]
    assert set(drawn) == {-2, -1, 0, 1, 2, 3}
    assert all(900 < drawn.count(value) < 1_100 for value in set(drawn))
    assert Stream(0, 0, 1, 1).randint(5, 5) == 5
    assert abs(Stream(0, 0, 1, 1).randint(-(10**30), 10**30)) <= 10**30
