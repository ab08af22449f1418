"""Counting distributions: binomial, negative binomial, hypergeometric, Poisson. By ``scipy.special``."""

from __future__ import annotations

import math
from bisect import bisect_left

from engine.core.values import NUM
from engine.functions import special
from engine.functions.distributions import require, result
from engine.functions.sizes import bounded
from engine.functions.table import Fault, excel

_SUMMED = 1000  # trials up to which a distribution is added up term by term


def _choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _binomial(k: int, n: int, chance: float) -> float:
    if chance in (0.0, 1.0):
        return float(k == n * chance)
    if n < 1000:
        return math.comb(n, k) * chance**k * (1 - chance) ** (n - k)
    return math.exp(_choose(n, k) + k * math.log(chance) + (n - k) * math.log1p(-chance))


@excel("BINOM.DIST BINOMDIST", "n n n b")
def binom_dist(successes: float, trials: float, chance: float, cumulative: bool) -> float:
    """Return the binomial distribution or the chance of one count."""
    k, n = int(successes), int(trials)
    require(0 <= k <= n and 0 <= chance <= 1)
    if not cumulative:
        return _binomial(k, n, chance)
    return 1.0 if k == n else result(special.bdtr(k, n, chance))


@excel("BINOM.DIST.RANGE", "n n n n?", correction="limits are checked")
def binom_dist_range(trials: float, chance: float, low: float, high: float | None = None) -> float:
    """Return the chance of a range of counts."""
    n, first = int(trials), int(low)
    last = first if high is None else int(high)
    require(0 <= chance <= 1 and 0 <= first <= last <= n)
    if last - first > _SUMMED:
        below = special.bdtr(first - 1, n, chance) if first else 0.0
        return result(special.bdtr(last, n, chance) - below)
    return math.fsum(_binomial(k, n, chance) for k in range(first, last + 1))


@excel("BINOM.INV CRITBINOM", "n n n")
def binom_inv(trials: float, chance: float, alpha: float) -> float:
    """Return the least count at which the binomial distribution reaches a share."""
    n = int(trials)
    require(n >= 0 and 0 < chance < 1 and 0 < alpha < 1)
    if n > _SUMMED:
        return float(bisect_left(range(n), alpha, key=lambda k: float(special.bdtr(k, n, chance))))
    total = 0.0
    for k in range(n + 1):
        total += _binomial(k, n, chance)
        if total >= alpha - 1e-15:
            return float(k)
    return float(n)


@excel("NEGBINOM.DIST", "n n n b")
def negbinom_dist(failures: float, successes: float, chance: float, cumulative: bool) -> float:
    """Return the negative binomial distribution or the chance of one count of failures."""
    f, s = int(failures), int(successes)
    require(f >= 0 and s >= 1 and 0 < chance < 1)
    if cumulative:
        return result(special.betainc(s, f + 1, chance))
    return math.exp(_choose(f + s - 1, f) + s * math.log(chance) + f * math.log1p(-chance))


@excel("NEGBINOMDIST", "n n n")
def negbinomdist(failures: float, successes: float, chance: float) -> float:
    """Return the chance of a count of failures."""
    return negbinom_dist(failures, successes, chance, cumulative=False)


def _hypergeometric(k: int, sample: int, successes: int, population: int) -> float:
    if k < max(0, sample - population + successes) or k > min(sample, successes):
        return 0.0
    ways = math.comb(successes, k) * math.comb(population - successes, sample - k)
    return ways / math.comb(population, sample)


@excel("HYPGEOM.DIST", "n n n n b")
def hypgeom_dist(
    successes: float, sample: float, population_successes: float, population: float, cumulative: bool
) -> float:
    """Return the hypergeometric distribution or the chance of one count."""
    k, n, m, total = (int(x) for x in (successes, sample, population_successes, population))
    require(k >= 0 and 0 <= n <= total and 0 <= m <= total)
    least, most = max(0, n - total + m), min(n, m)
    if not cumulative:
        return _hypergeometric(k, n, m, total) if least <= k <= most else 0.0
    bounded((min(k, most) - least) * total / 1000, "HYPGEOM.DIST")
    return math.fsum(_hypergeometric(i, n, m, total) for i in range(least, min(k, most) + 1))


@excel("HYPGEOMDIST", "n n n n")
def hypgeomdist(successes: float, sample: float, population_successes: float, population: float) -> float:
    """Return the chance of a count drawn without putting back."""
    return hypgeom_dist(successes, sample, population_successes, population, cumulative=False)


@excel("POISSON POISSON.DIST", "n n b")
def poisson_dist(count: float, mean: float, cumulative: bool) -> float:
    """Return the Poisson distribution or the chance of one count."""
    k = int(count)
    if k < 0 or mean < 0:
        raise Fault(NUM)
    if cumulative:
        return result(special.pdtr(k, mean))
    if mean == 0:
        return float(k == 0)
    return math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))
