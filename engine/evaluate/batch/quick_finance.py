"""Vector kernels of finance, numbers alone (see ``quick``).

What Excel answers with an error, and rates that Newton's steps do not find, is left over.
"""

from __future__ import annotations

import numpy as np

from engine.evaluate.batch import finance
from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.called import QUICK, Quick
from engine.evaluate.batch.quick import enter
from engine.evaluate.batch.ties import Lanes
from engine.functions.halving import halved


def _annuity(kernel: Quick, fails: Quick, most: int) -> Quick:
    def call(*given: Lanes) -> Lanes:
        filled = [*given, *[0.0] * (most - len(given))]
        whole = (*filled[:-1], np.not_equal(filled[-1], 0) * 1.0)
        return np.where(fails(*whole), np.nan, kernel(*whole))

    return call


QUICK["PMT"] = _annuity(finance.payment, lambda rate, periods, *_: (rate <= -1) | (periods == 0), 5)
QUICK["FV"] = _annuity(finance.future, lambda rate, *_: rate <= -1, 5)
QUICK["PV"] = _annuity(finance.present, lambda rate, *_: rate <= -1, 5)
QUICK["SLN"] = lambda cost, salvage, life: (cost - salvage) / life


def _level(kernel: Quick) -> Quick:
    """Return interest or principal of payments at the ends of periods; others are left over."""

    def call(*given: Lanes) -> Lanes:
        filled = [*given, *[0.0] * (6 - len(given))]
        whole, due = filled[:-1], filled[-1]
        left = finance.outside(*whole) | np.not_equal(due, 0)
        return np.where(left, np.nan, kernel(*whole))

    return call


QUICK["IPMT"], QUICK["PPMT"] = _level(finance.interest), _level(finance.principal)


def _years(dates: Floats) -> Floats:
    """Return years from the first of dates (items × lanes), NaN in lanes where one lies before it."""
    days = np.floor(dates)
    early = (days < days[0]).any(axis=0) | (days < 0).any(axis=0)
    return np.where(early, np.nan, (days - days[0]) / 365)


@enter("XIRR")
def _xirr(flows: Floats, dates: Floats, guess: Lanes = 0.1) -> Lanes:
    years, start = _years(dates), np.broadcast_to(guess, flows.shape[1:])
    likely = (flows > 0).any(axis=0) & (flows < 0).any(axis=0) & (start >= 0) & ~np.isnan(years[0])
    found = np.array(start, dtype=float)
    settled = likely & finance.newton(flows, years, found, likely)
    return np.where(settled, halved(np.where(settled, found, 0.0), start), np.nan)


@enter("NPV")
def _npv(rate: Lanes, *flows: Floats) -> Lanes:
    amounts = np.concatenate(flows)
    years = np.arange(1.0, len(amounts) + 1)[:, None]
    return np.where(rate == -1, np.nan, finance.added(amounts / finance.compounded(1 + rate, years)))


@enter("XNPV")
def _xnpv(rate: Lanes, flows: Floats, dates: Floats) -> Lanes:
    worth = finance.added(flows / finance.compounded(1 + rate, _years(dates)))
    return np.where(rate > 0, worth, np.nan)
