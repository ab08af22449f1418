"""Annuities, net present values and rates of return over lanes, alike to engine/functions within rounding.

The plain program stops where Excel answers an error; a lane whose rate Newton's steps from the guess do not
find goes through the reference's own function, which tries other starts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from engine.core.values import NUM, ExcelError, Value
from engine.evaluate.batch.boxes import Floats, box, unbox
from engine.evaluate.batch.powers import raised
from engine.evaluate.batch.ties import Lanes
from engine.evaluate.batch.unplanned import NeedsCare
from engine.functions.halving import halved
from engine.functions.operands import Array
from engine.functions.rates import irr as irr_alone
from engine.functions.rates import xirr as xirr_alone
from engine.functions.table import Fault


def _stopping(calculate: Callable[..., Lanes], fails: Callable[..., Any]) -> Callable[..., Lanes]:
    """Return a kernel that stops where ``fails`` holds or the result is no number, within a mask."""

    def kernel(*arguments: Lanes, mask: Any = True) -> Lanes:
        with np.errstate(all="ignore"):
            result = np.asarray(calculate(*arguments))
            bad = ~np.isfinite(result) | fails(*arguments)
        if not bad.any():
            return result
        if (bad & mask).any():
            raise NeedsCare
        return np.where(bad, 0.0, result)

    return kernel


def _bounded(numbers: Lanes) -> Lanes:
    """Return numbers, NaN where they are beyond Excel's: there its functions answer #NUM!."""
    return np.where(np.isfinite(numbers), numbers, np.nan)


def compounded(base: Lanes, exponent: Lanes) -> Lanes:
    """Return powers, NaN where they are beyond Excel's numbers."""
    return _bounded(raised(base, exponent))


def payment(rate: Lanes, periods: Lanes, present: Lanes, future: Lanes, due: Lanes) -> Lanes:
    """Return the level payment of an annuity, all numbers as PMT takes them."""
    level = -np.add(present, future) / periods
    factor = _bounded(np.expm1(np.multiply(periods, np.log1p(rate))))
    graded = -(np.multiply(present, rate) + np.add(present, future) * rate / factor)
    graded = graded / (1 + np.multiply(rate, due))
    return np.where(np.equal(rate, 0), level, graded)


def future(rate: Lanes, periods: Lanes, paid: Lanes, present: Lanes, due: Lanes) -> Lanes:
    """Return what an annuity is worth at its end, as FV."""
    growth = compounded(np.add(1, rate), periods)
    grown = -(present * growth + paid * (1 + np.multiply(rate, due)) * (growth - 1) / rate)
    return np.where(np.equal(rate, 0), -(present + np.multiply(paid, periods)), grown)


def present(rate: Lanes, periods: Lanes, paid: Lanes, future: Lanes, due: Lanes) -> Lanes:
    """Return what an annuity is worth now, as PV."""
    growth = compounded(np.add(1, rate), periods)
    worth = -(future + paid * (1 + np.multiply(rate, due)) * (growth - 1) / rate) / growth
    return np.where(np.equal(rate, 0), -(future + np.multiply(paid, periods)), worth)


def interest(rate: Lanes, period: Lanes, periods: Lanes, present: Lanes, future: Lanes) -> Lanes:
    """Return the interest in one of the payments at the ends of periods, as IPMT."""
    level = payment(rate, periods, present, future, 0.0)
    grown = _bounded(np.expm1(np.subtract(period, 1) * np.log1p(rate)))
    owed = np.multiply(present, grown + 1) + level * grown / rate
    return np.where(np.equal(rate, 0), 0.0, -owed * rate)


def principal(rate: Lanes, period: Lanes, periods: Lanes, present: Lanes, future: Lanes) -> Lanes:
    """Return what one of those payments repays, as PPMT."""
    level = payment(rate, periods, present, future, 0.0)
    return level - interest(rate, period, periods, present, future)


def outside(rate: Lanes, period: Lanes, periods: Lanes, *_: Lanes) -> Any:
    """Return where IPMT and PPMT have no value."""
    return np.less(period, 1) | np.greater_equal(period, np.add(periods, 1)) | np.less_equal(rate, -1)


pmt = _stopping(payment, lambda rate, periods, *_: np.less_equal(rate, -1) | np.equal(periods, 0))
fv = _stopping(future, lambda rate, *_: np.less_equal(rate, -1))
pv = _stopping(present, lambda rate, *_: np.less_equal(rate, -1))
ipmt = _stopping(interest, outside)
ppmt = _stopping(principal, outside)


def added(terms: Floats) -> Lanes:
    """Return sums over the first axis, near to math.fsum's: rounding errors count where terms cancel."""
    total = np.add.reduce(terms, axis=0)
    if (np.abs(total) * 1e4 >= np.add.reduce(np.abs(terms), axis=0)).all():
        return total
    total, lost = np.zeros(terms.shape[1:]), np.zeros(terms.shape[1:])
    for term in terms:  # Neumaier 1974
        following = total + term
        lost += np.where(
            np.abs(total) >= np.abs(term), (total - following) + term, (term - following) + total
        )
        total = following
    return total + lost


def _stacked(flows: Sequence[Lanes] | Floats, other: Lanes) -> Floats:
    """Return flows as (flows × …) of the shape that they and another argument broadcast to."""
    if isinstance(flows, np.ndarray):
        return flows
    *items, _ = np.broadcast_arrays(*flows, other)
    return np.stack(items)


def _along(values: Floats, flows: Floats) -> Floats:
    return values.reshape(-1, *[1] * (flows.ndim - 1))


def _net_present(rate: Lanes, flows: Sequence[Lanes]) -> Lanes:
    amounts = _stacked(flows, rate)
    return added(amounts / compounded(np.add(1, rate), _along(np.arange(1.0, len(amounts) + 1), amounts)))


npv = _stopping(_net_present, lambda rate, flows: np.equal(rate, -1) & (len(flows) > 0))


def _net_present_dated(rate: Lanes, flows: Sequence[Lanes], years: Floats) -> Lanes:
    amounts = _stacked(flows, rate)
    return added(amounts / compounded(np.add(1, rate), _along(years, amounts)))


xnpv = _stopping(_net_present_dated, lambda rate, _flows, _years: np.less_equal(rate, 0))


def irr(flows: Sequence[Lanes], guess: Lanes, care: bool) -> Floats:
    """Return the rates at which flows at equal distances are worth nothing."""

    def alone(values: list[Value], start: float) -> float | ExcelError:
        return irr_alone(Array([values]), start)

    return _rates(flows, guess, np.arange(len(flows), dtype=float), alone, care)


def xirr(flows: Sequence[Lanes], days: Floats, guess: Lanes, care: bool) -> Floats:
    """Return the rates at which flows on dates are worth nothing."""
    dates = Array([days.tolist()])

    def alone(values: list[Value], start: float) -> float | ExcelError:
        return xirr_alone(Array([values]), dates, start)

    whole = np.floor(days)
    return _rates(flows, guess, (whole - whole[0]) / 365, alone, care, halved)


def _rates(
    flows: Sequence[Lanes],
    guess: Lanes,
    years: Floats,
    alone: Callable[[list[Value], float], float | ExcelError],
    care: bool,
    ended: Callable[[Floats, Floats], Floats] | None = None,
) -> Floats:
    given = _stacked(flows, guess)
    start = np.broadcast_to(np.asarray(guess, dtype=float), given.shape[1:])
    shape = start.shape
    amounts, starts = given.reshape(len(given), -1), np.ravel(start)
    found = np.array(starts)
    with np.errstate(all="ignore"):
        likely = (amounts > 0).any(axis=0) & (amounts < 0).any(axis=0) & (starts > -1)
        likely &= np.isfinite(amounts).all(axis=0)
        if ended is not None:
            likely &= starts >= 0  # what Excel makes of others is told one by one
        settled = likely & newton(amounts, years, found, likely)
        if ended is not None:
            found = ended(np.where(settled, found, starts), starts)
    for lane in np.flatnonzero(~settled).tolist():
        found[lane] = _one(
            alone, [unbox(v) for v in amounts[:, lane].tolist()], unbox(float(starts[lane])), care
        )
    return found.reshape(shape)


def _one(
    alone: Callable[[list[Value], float], float | ExcelError], values: list[Value], guess: Value, care: bool
) -> float:
    try:
        answer: Value = guess if isinstance(guess, ExcelError) else alone(values, float(guess or 0.0))
    except Fault as fault:
        answer = fault.error
    except (OverflowError, ValueError, ZeroDivisionError):
        answer = NUM
    if isinstance(answer, ExcelError) and not care:
        raise NeedsCare
    return box(answer)


def newton(amounts: Floats, years: Floats, rates: Floats, likely: Any) -> Any:
    """Take Newton's steps from ``rates``, in place, at most 100; return where they settled (see rates.py)."""
    settled = np.zeros(rates.shape, dtype=bool)
    active = np.flatnonzero(likely)
    for _ in range(100):
        if not active.size:
            break
        rate = rates[active]
        value, change = _slope(amounts[:, active], _some(years, active), rate)
        following = rate - value / change
        following = np.where(following <= -1, (rate - 0.99999) / 2, following)
        done = np.abs(following - rate) < 1e-12 * np.maximum(1.0, np.abs(rate))
        rates[active] = following
        if done.any():
            ended = active[done]
            value, change = _slope(
                amounts[:, ended], years if years.ndim == 1 else years[:, ended], rates[ended]
            )
            settled[ended] = np.abs(value) <= 1e-6 * np.abs(change)
        active = active[~done & np.isfinite(following)]
    return settled


def _some(years: Floats, lanes: Any) -> Floats:
    """Return the years of some lanes, where lanes have their own."""
    return years if years.ndim == 1 else np.asarray(years[:, lanes])


def _slope(amounts: Floats, years: Floats, rate: Floats) -> tuple[Floats, Floats]:
    """Return net present values and how they change with the rate."""
    base = 1 + rate
    if years.ndim == 1 and years.size and (years == np.arange(years.size)).all():
        discount = 1 / base
        value, change = np.zeros_like(rate), np.zeros_like(rate)
        for flow in amounts[::-1]:
            change = change * discount + value
            value = value * discount + flow
        return value, -change * discount * discount
    wide = years[:, None] if years.ndim == 1 else years
    worth = amounts * np.exp(-wide * np.log(base))
    return worth.sum(axis=0), -(wide * worth).sum(axis=0) / base
