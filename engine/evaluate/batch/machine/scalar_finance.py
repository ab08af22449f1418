"""The financial kernels of the compiled backend (see ``scalar_kernels``): numbers in, one number out."""
# ruff: noqa: D103, ARG001, SIM201 -- each kernel is its namesake in ``finance``; x - x == 0 is no NaN
# mypy: disable-error-code="no-untyped-def,no-untyped-call,untyped-decorator,misc,type-var"

from __future__ import annotations

import math

import numpy as np
from numba import njit

from engine.evaluate.batch.machine.scalar_kernels import _kernel, raised, sound


@_kernel
def pmt(rate, periods, present, future, due):
    if rate <= -1.0 or periods == 0.0:
        return np.nan
    if rate == 0.0:
        return sound(-(present + future) / periods)
    grown = math.expm1(periods * math.log1p(rate))
    return sound(-(present * rate + (present + future) * rate / grown) / (1.0 + rate * due))


@_kernel
def fv(rate, periods, paid, present, due):
    if rate <= -1.0:
        return np.nan
    if rate == 0.0:
        return -(present + paid * periods)
    growth = raised(1.0 + rate, periods)
    return sound(-(present * growth + paid * (1.0 + rate * due) * (growth - 1.0) / rate))


@_kernel
def pv(rate, periods, paid, future, due):
    if rate <= -1.0:
        return np.nan
    if rate == 0.0:
        return -(future + paid * periods)
    growth = raised(1.0 + rate, periods)
    return sound(-(future + paid * (1.0 + rate * due) * (growth - 1.0) / rate) / growth)


@_kernel
def ipmt(rate, period, periods, present, future):
    if period < 1.0 or period >= periods + 1.0:
        return np.nan
    if rate == 0.0:
        return 0.0
    grown = math.expm1((period - 1.0) * math.log1p(rate))
    level = pmt(rate, periods, present, future, 0.0)
    return sound(-(present * (grown + 1.0) + level * grown / rate) * rate)


@_kernel
def ppmt(rate, period, periods, present, future):
    return pmt(rate, periods, present, future, 0.0) - ipmt(rate, period, periods, present, future)


@njit(error_model="numpy")
def npv(rate, flows):
    total, lost, growth = 0.0, 0.0, 1.0
    for flow in flows:
        growth *= 1.0 + rate
        term = flow / growth
        following = total + term
        if abs(total) >= abs(term):
            lost += (total - following) + term
        else:
            lost += (term - following) + total
        total = following
    return sound(total + lost)


@njit(error_model="numpy")
def irr(flows, guess, care):
    gains, losses = 0, 0
    for flow in flows:
        if not (flow - flow == 0.0):
            return np.nan
        gains += flow > 0.0
        losses += flow < 0.0
    if gains == 0 or losses == 0 or not (guess > -1.0):
        return np.nan
    rate = guess
    for _ in range(100):
        discount = 1.0 / (1.0 + rate)
        value, change = 0.0, 0.0
        for place in range(len(flows) - 1, -1, -1):
            change = change * discount + value
            value = value * discount + flows[place]
        change = -change * discount * discount
        following = rate - value / change
        if following <= -1.0:
            following = (rate - 0.99999) / 2.0
        if not (following - following == 0.0):
            return np.nan
        if abs(following - rate) < 1e-12 * max(1.0, abs(rate)):
            return following if abs(value) <= 1e-6 * abs(change) else np.nan
        rate = following
    return np.nan
