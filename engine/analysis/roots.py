"""Every root of many curves at once: brackets from a scan, refined together.

A curve is known by a scan of points; ``residual(x, which)`` evaluates any curves at further points, a batch
per call. Brackets are refined by Chandrupatla's method (T. R. Chandrupatla, 1997, Advances in Engineering
Software 28(3), 145-149) as ``scipy.optimize.elementwise`` implements it over all brackets together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import elementwise

from engine.analysis.runner import Floats

Residual = Callable[[Floats, NDArray[np.intp]], Floats]
Point = tuple[float, float]

ROOT_TOLERANCE = 1e-9
"""A crossing is a root where its residual is at most this share of the residuals of the bracket it came from.
"""

SAME_PLACE = 1e-6
"""Crossings no further apart than this share of the scan's step are one."""

NOISE = 1e-12
"""Beside it, this share of the curve's own scale, for curves that are differences of large numbers."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where a curve crosses 0: ``left`` and ``right`` are adjacent (x, residual) with opposite signs.

    ``exact`` is False where the curve steps across 0 (a jump or a pole); ``value`` is then the nearer side.
    """

    value: float
    residual: float
    exact: bool
    left: Point
    right: Point


@dataclass(frozen=True, slots=True)
class _Bracket:
    which: int
    left: Point
    right: Point


def crossings(
    residual: Residual,
    xs: Sequence[Floats],
    scans: Sequence[Floats],
    scales: Sequence[float],
    *,
    touching: bool = True,
    x_tolerance: float = 1e-12,
) -> tuple[tuple[Crossing, ...], ...]:
    """Return the crossings of each curve, ascending.

    ``xs[i]`` and ``scans[i]`` (NaN where the model gives an error) are the scan of curve i, ``scales[i]`` the
    size of the figures whose difference the residual is. Sign changes between adjacent finite points are
    brackets. With ``touching``, a scan point that comes nearer to 0 than half of a neighbour does starts a
    search for the turning point, which finds two roots close together and one that only touches. Where the
    scan is 0 over a stretch of points, its two ends are returned.
    """
    found: list[list[Crossing]] = [_zeros(x, f) for x, f in zip(xs, scans, strict=True)]
    brackets = [
        bracket for i, (x, f) in enumerate(zip(xs, scans, strict=True)) for bracket in _changes(i, x, f)
    ]
    if touching:
        touches, more = _turning_points(residual, xs, scans, scales)
        brackets += more
        for which, crossing in touches:
            found[which].append(crossing)
    for bracket, crossing in zip(brackets, _refine(residual, brackets, scales, x_tolerance), strict=True):
        found[bracket.which].append(crossing)
    return tuple(_once(each, x) for each, x in zip(found, xs, strict=True))


def _once(found: Sequence[Crossing], x: Floats) -> tuple[Crossing, ...]:
    """Return crossings ascending, one for each place: a root on a scan point may be met from two sides."""
    kept: list[Crossing] = []
    for crossing in sorted(found, key=lambda each: (each.value, abs(each.residual))):
        place = min(max(int(np.searchsorted(x, crossing.value)), 1), len(x) - 1)
        if not kept or crossing.value - kept[-1].value > SAME_PLACE * (x[place] - x[place - 1]):
            kept.append(crossing)
    return tuple(kept)


def _zeros(x: Floats, f: Floats) -> list[Crossing]:
    zero = np.concatenate([[False], f == 0, [False]])
    starts, ends = np.flatnonzero(zero[1:] & ~zero[:-1]), np.flatnonzero(~zero[1:] & zero[:-1]) - 1
    places = sorted({*starts.tolist(), *ends.tolist()})
    return [Crossing(float(x[i]), 0.0, True, (float(x[i]), 0.0), (float(x[i]), 0.0)) for i in places]


def _changes(which: int, x: Floats, f: Floats) -> list[_Bracket]:
    with np.errstate(invalid="ignore"):
        places = np.flatnonzero(np.sign(f[:-1]) * np.sign(f[1:]) < 0)
    return [
        _Bracket(which, (float(x[i]), float(f[i])), (float(x[i + 1]), float(f[i + 1])))
        for i in places.tolist()
    ]


def _refine(
    residual: Residual, brackets: Sequence[_Bracket], scales: Sequence[float], x_tolerance: float
) -> list[Crossing]:
    if not brackets:
        return []
    which = np.array([bracket.which for bracket in brackets], dtype=np.intp)

    def curve(x: Floats, *of: Any) -> Floats:
        return residual(x, of[0].astype(np.intp))

    solved = elementwise.find_root(
        curve,
        (np.array([b.left[0] for b in brackets]), np.array([b.right[0] for b in brackets])),
        args=(which,),
        tolerances={"xrtol": x_tolerance},
        maxiter=100,
    )
    lefts = zip(solved.bracket[0], solved.f_bracket[0], strict=True)
    rights = zip(solved.bracket[1], solved.f_bracket[1], strict=True)
    return [
        _crossing(bracket, (float(left[0]), float(left[1])), (float(right[0]), float(right[1])), scales)
        for bracket, left, right in zip(brackets, lefts, rights, strict=True)
    ]


def _crossing(bracket: _Bracket, left: Point, right: Point, scales: Sequence[float]) -> Crossing:
    """Judge a refined bracket; one that met an error inside keeps the ends of the scan and is no root."""
    if not (np.isfinite(left[1]) and np.isfinite(right[1])):
        left, right = bracket.left, bracket.right
    left, right = (left, right) if left[0] <= right[0] else (right, left)
    value, rest = min(left, right, key=lambda point: abs(point[1]))
    span = abs(bracket.left[1]) + abs(bracket.right[1])
    tolerance = ROOT_TOLERANCE * span + NOISE * scales[bracket.which]
    return Crossing(value, rest, bool(abs(rest) <= tolerance), left, right)


def _turning_points(
    residual: Residual, xs: Sequence[Floats], scans: Sequence[Floats], scales: Sequence[float]
) -> tuple[list[tuple[int, Crossing]], list[_Bracket]]:
    """Return the touching roots, and the brackets on both sides of each turning point that lies across 0."""
    triples = [(i, j) for i, f in enumerate(scans) for j in _dips(f)]
    if not triples:
        return [], []
    which = np.array([i for i, _ in triples], dtype=np.intp)
    side = np.array([np.sign(scans[i][j - 1]) for i, j in triples])
    before, at, after = (np.array([xs[i][j + step] for i, j in triples]) for step in (-1, 0, 1))

    def height(x: Floats, *args: Any) -> Floats:
        return np.asarray(args[1] * residual(x, args[0].astype(np.intp)), dtype=float)

    solved = elementwise.find_minimum(height, (before, at, after), args=(which, side), maxiter=60)
    touches: list[tuple[int, Crossing]] = []
    brackets: list[_Bracket] = []
    for (i, j), sign, x, f in zip(triples, side, solved.x, solved.f_x, strict=True):
        point = (float(x), float(sign * f))
        neighbours = [(float(xs[i][k]), float(scans[i][k])) for k in (j - 1, j + 1)]
        size = max(abs(neighbour[1]) for neighbour in neighbours)
        if abs(f) <= ROOT_TOLERANCE * size + NOISE * scales[i]:
            touches.append((i, Crossing(point[0], point[1], True, point, point)))
        elif f < 0:
            brackets += [_Bracket(i, neighbours[0], point), _Bracket(i, point, neighbours[1])]
    return touches, brackets


def _dips(f: Floats) -> list[int]:
    """Return the places where one sign holds and the curve comes near 0: at most half as far as a
    neighbour.
    """
    left, middle, right = f[:-2], f[1:-1], f[2:]
    with np.errstate(invalid="ignore"):
        one_sided = (np.sign(left) == np.sign(right)) & (left != 0) & (np.sign(left) * np.sign(middle) >= 0)
        size = np.abs(middle)
        low = (size <= np.abs(left)) & (size <= np.abs(right))
        near = 2 * size <= np.maximum(np.abs(left), np.abs(right))
    return [int(j) + 1 for j in np.flatnonzero(one_sided & low & near)]
