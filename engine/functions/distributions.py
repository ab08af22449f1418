"""Continuous distributions: normal, log-normal, t, chi-squared, F, gamma, beta, exponential, Weibull.

Probabilities come from ``scipy.special``, the normal ones from Python itself; the domains and errors are
Excel's ("Statistical functions (reference)").
"""

from __future__ import annotations

import math
from statistics import NormalDist

from engine.core.values import DIV0, NUM
from engine.functions import special
from engine.functions.table import Fault, excel

_ROOT = math.sqrt(2 * math.pi)
_STANDARD = NormalDist()


def require(condition: bool) -> None:
    """Raise #NUM! where a condition on the arguments doesn't hold."""
    if not condition:
        raise Fault(NUM)


def result(value: object) -> float:
    """Return what scipy computed as a number; #NUM! where it has none."""
    number = float(value)  # type: ignore[arg-type]  # numpy scalars are numbers
    if math.isnan(number):
        raise Fault(NUM)
    return number


def probability(chance: float) -> None:
    """Raise #NUM! for what is no probability strictly between 0 and 1."""
    require(0 < chance < 1)


def below(z: float) -> float:
    """Return the standard normal distribution."""
    return math.erfc(-z * math.sqrt(0.5)) / 2


@excel("NORM.DIST NORMDIST", "n n n b")
def norm_dist(x: float, mean: float, spread: float, cumulative: bool) -> float:
    """Return the normal distribution or its density."""
    require(spread > 0)
    z = (x - mean) / spread
    return below(z) if cumulative else math.exp(-z * z / 2) / (spread * _ROOT)


@excel("NORM.INV NORMINV", "n n n")
def norm_inv(chance: float, mean: float, spread: float) -> float:
    """Return the number below which a share of a normal distribution lies."""
    probability(chance)
    require(spread > 0)
    return mean + spread * _STANDARD.inv_cdf(chance)


@excel("NORM.S.DIST", "n b")
def norm_s_dist(z: float, cumulative: bool) -> float:
    """Return the standard normal distribution or its density."""
    return norm_dist(z, 0.0, 1.0, cumulative)


@excel("NORMSDIST", "n")
def normsdist(z: float) -> float:
    """Return the standard normal distribution."""
    return norm_dist(z, 0.0, 1.0, cumulative=True)


@excel("NORM.S.INV NORMSINV", "n")
def norm_s_inv(chance: float) -> float:
    """Return the number below which a share of the standard normal distribution lies."""
    return norm_inv(chance, 0.0, 1.0)


@excel("PHI", "n")
def phi(z: float) -> float:
    """Return the density of the standard normal distribution."""
    return math.exp(-z * z / 2) / _ROOT


@excel("GAUSS", "n")
def gauss(z: float) -> float:
    """Return the standard normal distribution less one half."""
    return below(z) - 0.5


@excel("LOGNORM.DIST", "n n n b")
def lognorm_dist(x: float, mean: float, spread: float, cumulative: bool) -> float:
    """Return the log-normal distribution or its density."""
    require(x > 0 and spread > 0)
    density = norm_dist(math.log(x), mean, spread, cumulative)
    return density if cumulative else density / x


@excel("LOGNORMDIST", "n n n")
def lognormdist(x: float, mean: float, spread: float) -> float:
    """Return the log-normal distribution."""
    return lognorm_dist(x, mean, spread, cumulative=True)


@excel("LOGNORM.INV LOGINV", "n n n")
def lognorm_inv(chance: float, mean: float, spread: float) -> float:
    """Return the number below which a share of a log-normal distribution lies."""
    return math.exp(norm_inv(chance, mean, spread))


@excel("EXPON.DIST EXPONDIST", "n n b")
def expon_dist(x: float, rate: float, cumulative: bool) -> float:
    """Return the exponential distribution or its density."""
    require(x >= 0 and rate > 0)
    return -math.expm1(-rate * x) if cumulative else rate * math.exp(-rate * x)


@excel("WEIBULL.DIST WEIBULL", "n n n b")
def weibull_dist(x: float, shape: float, scale: float, cumulative: bool) -> float:
    """Return the Weibull distribution or its density."""
    require(x >= 0 and shape > 0 and scale > 0)
    power = (x / scale) ** shape
    if cumulative:
        return -math.expm1(-power)
    return shape / scale * math.pow(x / scale, shape - 1) * math.exp(-power)


@excel("GAMMA", "n")
def gamma(x: float) -> float:
    """Return the gamma function."""
    require(x > 0 or x != math.floor(x))
    return math.gamma(x)


@excel("GAMMALN GAMMALN.PRECISE", "n")
def gammaln(x: float) -> float:
    """Return the logarithm of the gamma function."""
    require(x > 0)
    return math.lgamma(x)


@excel("GAMMA.DIST GAMMADIST", "n n n b")
def gamma_dist(x: float, shape: float, scale: float, cumulative: bool) -> float:
    """Return the gamma distribution or its density."""
    require(x >= 0 and shape > 0 and scale > 0)
    if cumulative:
        return result(special.gammainc(shape, x / scale))
    if x == 0:
        require(shape >= 1)
        return 1 / scale if shape == 1 else 0.0
    return math.exp((shape - 1) * math.log(x) - x / scale - math.lgamma(shape) - shape * math.log(scale))


@excel("GAMMA.INV GAMMAINV", "n n n")
def gamma_inv(chance: float, shape: float, scale: float) -> float:
    """Return the number below which a share of a gamma distribution lies."""
    require(0 <= chance < 1 and shape > 0 and scale > 0)
    return result(special.gammaincinv(shape, chance)) * scale


def _beta(x: float, a: float, b: float, low: float, high: float) -> float:
    require(a > 0 and b > 0 and low <= x <= high and low < high)
    return (x - low) / (high - low)


@excel("BETA.DIST", "n n n b n? n?")
def beta_dist(x: float, a: float, b: float, cumulative: bool, low: float = 0.0, high: float = 1.0) -> float:
    """Return the beta distribution or its density between two bounds."""
    share = _beta(x, a, b, low, high)
    if cumulative:
        return result(special.betainc(a, b, share))
    density = math.pow(share, a - 1) * math.pow(1 - share, b - 1)
    return density / (result(special.beta(a, b)) * (high - low))


@excel("BETADIST", "n n n n? n?")
def betadist(x: float, a: float, b: float, low: float = 0.0, high: float = 1.0) -> float:
    """Return the beta distribution between two bounds."""
    return beta_dist(x, a, b, True, low, high)


@excel("BETA.INV BETAINV", "n n n n? n?")
def beta_inv(chance: float, a: float, b: float, low: float = 0.0, high: float = 1.0) -> float:
    """Return the number below which a share of a beta distribution lies."""
    require(0 < chance < 1 and a > 0 and b > 0 and low < high)
    return low + result(special.betaincinv(a, b, chance)) * (high - low)


@excel("CHISQ.DIST", "n n b")
def chisq_dist(x: float, freedom: float, cumulative: bool) -> float:
    """Return the chi-squared distribution or its density."""
    degrees = int(freedom)
    require(x >= 0 and 1 <= degrees <= 10**10)
    if not cumulative and x == 0 and degrees == 1:
        return 0.0
    return gamma_dist(x, degrees / 2, 2.0, cumulative)


@excel("CHISQ.DIST.RT CHIDIST", "n n")
def chisq_dist_rt(x: float, freedom: float) -> float:
    """Return the right tail of the chi-squared distribution."""
    require(x >= 0 and 1 <= int(freedom) <= 10**10)
    return result(special.gammaincc(int(freedom) / 2, x / 2))


@excel("CHISQ.INV", "n n")
def chisq_inv(chance: float, freedom: float) -> float:
    """Return the number below which a share of the chi-squared distribution lies."""
    require(0 <= chance < 1 and 1 <= int(freedom) <= 10**10)
    return 2 * result(special.gammaincinv(int(freedom) / 2, chance))


@excel("CHISQ.INV.RT CHIINV", "n n")
def chisq_inv_rt(chance: float, freedom: float) -> float:
    """Return the number above which a share of the chi-squared distribution lies."""
    require(0 < chance <= 1 and 1 <= int(freedom) <= 10**10)
    return 2 * result(special.gammainccinv(int(freedom) / 2, chance))


@excel("F.DIST", "n n n b")
def f_dist(x: float, first: float, second: float, cumulative: bool) -> float:
    """Return the F distribution or its density."""
    a, b = int(first), int(second)
    require(x >= 0 and 1 <= a < 10**10 and 1 <= b < 10**10)
    if cumulative:
        return result(special.fdtr(a, b, x))
    if x == 0:
        return 1.0 if a == 2 else 0.0
    log = a / 2 * math.log(a / b) + (a / 2 - 1) * math.log(x) - (a + b) / 2 * math.log1p(a * x / b)
    return math.exp(log - float(special.betaln(a / 2, b / 2)))


@excel("F.DIST.RT FDIST", "n n n")
def f_dist_rt(x: float, first: float, second: float) -> float:
    """Return the right tail of the F distribution."""
    a, b = int(first), int(second)
    require(x >= 0 and 1 <= a < 10**10 and 1 <= b < 10**10)
    return result(special.fdtrc(a, b, x))


@excel("F.INV", "n n n")
def f_inv(chance: float, first: float, second: float) -> float:
    """Return the number below which a share of the F distribution lies."""
    a, b = int(first), int(second)
    require(0 <= chance < 1 and a >= 1 and b >= 1)
    return result(special.fdtri(a, b, chance))


@excel("F.INV.RT FINV", "n n n")
def f_inv_rt(chance: float, first: float, second: float) -> float:
    """Return the number above which a share of the F distribution lies."""
    a, b = int(first), int(second)
    require(0 < chance <= 1 and a >= 1 and b >= 1)
    if chance == 1:
        return 0.0
    share = result(special.betaincinv(b / 2, a / 2, chance))
    return b * (1 - share) / (a * share)


@excel("T.DIST", "n n b")
def t_dist(x: float, freedom: float, cumulative: bool) -> float:
    """Return Student's t distribution or its density."""
    degrees = int(freedom)
    if degrees == 0 and not cumulative:
        raise Fault(DIV0)
    require(degrees >= 1)
    if cumulative:
        return result(special.stdtr(degrees, x))
    log = math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2) - 0.5 * math.log(degrees * math.pi)
    return math.exp(log - (degrees + 1) / 2 * math.log1p(x * x / degrees))


@excel("T.DIST.RT", "n n")
def t_dist_rt(x: float, freedom: float) -> float:
    """Return the right tail of Student's t distribution."""
    require(int(freedom) >= 1)
    return result(special.stdtr(int(freedom), -x))


@excel("T.DIST.2T", "n n")
def t_dist_2t(x: float, freedom: float) -> float:
    """Return both tails of Student's t distribution."""
    require(x >= 0 and int(freedom) >= 1)
    return 2 * result(special.stdtr(int(freedom), -x))


@excel("TDIST", "n n n")
def tdist(x: float, freedom: float, tails: float) -> float:
    """Return one or two tails of Student's t distribution."""
    require(x >= 0 and int(freedom) >= 1 and int(tails) in (1, 2))
    return int(tails) * result(special.stdtr(int(freedom), -x))


@excel("T.INV", "n n")
def t_inv(chance: float, freedom: float) -> float:
    """Return the number below which a share of Student's t distribution lies."""
    probability(chance)
    require(int(freedom) >= 1)
    return result(special.stdtrit(int(freedom), chance))


@excel("T.INV.2T TINV", "n n")
def t_inv_2t(chance: float, freedom: float) -> float:
    """Return the distance from 0 beyond which a share of Student's t distribution lies."""
    require(0 < chance <= 1 and int(freedom) >= 1)
    return 0.0 if chance == 1 else -result(special.stdtrit(int(freedom), chance / 2))


@excel("FISHER", "n")
def fisher(x: float) -> float:
    """Return the Fisher transformation."""
    require(-1 < x < 1)
    return math.atanh(x)


@excel("FISHERINV", "n")
def fisherinv(y: float) -> float:
    """Return the inverse of the Fisher transformation."""
    return math.tanh(y)


@excel("CONFIDENCE CONFIDENCE.NORM", "n n n")
def confidence_norm(alpha: float, spread: float, size: float) -> float:
    """Return half the width of a confidence interval, normal distribution."""
    probability(alpha)
    require(spread > 0 and int(size) >= 1)
    return -_STANDARD.inv_cdf(alpha / 2) * spread / math.sqrt(int(size))


@excel("CONFIDENCE.T", "n n n")
def confidence_t(alpha: float, spread: float, size: float) -> float:
    """Return half the width of a confidence interval, Student's t distribution."""
    probability(alpha)
    require(spread > 0 and int(size) >= 1)
    if int(size) == 1:
        raise ZeroDivisionError
    return t_inv_2t(alpha, int(size) - 1) * spread / math.sqrt(int(size))
