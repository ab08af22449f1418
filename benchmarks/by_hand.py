"""The generated models in NumPy as a quant writes them: arrays (month, scenario), vectors where it can be.

Written from the formulas in ``models``, without a look at what Tieout generates. ``x`` has an array
(scenario,) or a number per input. What depends on its own past is a loop over months with the state in rows;
everything before and after it is one expression over all months. Blocks of ``BLOCK`` scenarios are the
fastest of 250 to 10,000 on the machine of the committed results.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks import models

Floats = npt.NDArray[np.float64]
Inputs = Mapping[str, Any]
BLOCK = 1_000
ROWS = ("revenue", "ebitda", "flow", "cash", "debt", "users")  # of a unit, that others read

_MONTH = np.arange(1.0, models.MONTHS + 1)[:, None]
_YEAR = np.floor((_MONTH - 1) / 12)
_SEASON = np.array([models.SEASON[t % 12] for t in range(models.MONTHS)])[:, None]
_TIERS, _DISCOUNTS = np.array(models.TIERS), np.array(models.DISCOUNTS)


def _with_opening(opening: Any, count: int) -> Floats:
    rows = np.empty((models.MONTHS + 1, count))
    rows[0] = opening
    return rows


def _yearly(rate: Any) -> Any:
    """Return growth by year for every month: five powers, not sixty."""
    return ((1 + np.asarray(rate)) ** np.arange(models.MONTHS / 12)[:, None])[_YEAR[:, 0].astype(int)]


def _grown(rate: Any, count: int) -> Floats:
    rows = _with_opening(1.0, count)
    rows[1:] = 1 + rate
    return np.asarray(np.cumprod(rows, axis=0))


def _rolling(rows: Floats, window: int = 12) -> Floats:
    """Return the sum of the ``window`` months before each."""
    result = np.zeros_like(rows)
    for lag in range(1, window + 1):
        result[lag:] += rows[:-lag]
    return result


def _discount(amount: Floats) -> Floats:
    return np.asarray(_DISCOUNTS[np.searchsorted(_TIERS, amount, side="right") - 1])


def _tail(
    x: Inputs,
    revenue: Floats,
    direct: Floats,
    overhead: Any,
    ebitda: Floats,
    capex: Floats,
    depreciation: Floats,
) -> tuple[Floats, Floats, Floats]:
    """Return flow, cash and debt of a unit."""
    count = revenue.shape[1]
    owed = revenue * (x["days_sales"] / 30) - (direct + overhead) * (x["days_payable"] / 30)
    before_debt = ebitda - capex
    before_debt[0] -= owed[0]
    before_debt[1:] -= owed[1:] - owed[:-1]
    margin = ebitda - depreciation
    flow = np.empty_like(revenue)
    cash, debt = _with_opening(x["cash_start"], count), _with_opening(0.0, count)
    monthly, losses = x["rate"] / 12, np.zeros(count)
    for t in range(models.MONTHS):
        interest = debt[t] * monthly
        profit = margin[t] - interest
        tax = np.maximum(0, profit - losses) * x["tax_rate"]
        losses = np.maximum(0, losses - profit)
        flow[t] = before_debt[t] - interest - tax
        held = cash[t] + flow[t]
        debt[t + 1] = np.maximum(0, debt[t] - (held - x["min_cash"]))
        cash[t + 1] = held + (debt[t + 1] - debt[t])
    return flow, cash[1:], debt[1:]


def subscription(x: Inputs, size: float, crossing: Any, count: int) -> dict[str, Floats]:
    """Return the rows of a subscription unit that others read; all of it hangs on last month's cash."""
    tariff = x["price"] * size * _yearly(x["inflation"])
    overhead = x["fixed_cost"] * size * _yearly(x["inflation"])
    wage = x["salary"] / 12 * _yearly(x["wage_growth"])
    usage = _grown(x["usage_growth"], count)[1:]
    rows = {name: np.empty((models.MONTHS, count)) for name in ROWS}
    users, cash, debt = np.full(count, 120.0), np.broadcast_to(x["cash_start"], count), np.zeros(count)
    marketing, losses = x["marketing_floor"], np.zeros(count)
    servers: Any = 0.0
    receivables: Any = 0.0
    payables: Any = 0.0
    capex = np.zeros((models.MONTHS, count))
    sales, payable = x["days_sales"] / 30, x["days_payable"] / 30
    monthly = x["rate"] / 12
    for t in range(models.MONTHS):
        leads = marketing / x["cac"] * _SEASON[t] + (crossing[t] if crossing is not None else 0)
        new = np.minimum(leads * x["conversion"], np.maximum(0, x["market_size"] - users))
        before, users = users, users + new - users * x["churn"]
        revenue = (before + users) / 2 * tariff[t] * (1 - _discount(users)) * usage[t]
        before, servers = servers, np.ceil(users * usage[t] / 400)
        direct = servers * x["server_cost"] + revenue * x["fee_rate"]
        heads = np.maximum(2, np.ceil(users / 650)) + np.ceil(new / 90)
        capex[t] = np.maximum(0, servers - before) * x["server_price"]
        marketing = np.where(
            cash > x["min_cash"] * (1 + 1e-14),
            np.maximum(revenue * x["marketing_share"], x["marketing_floor"]),
            x["marketing_floor"],
        )
        ebitda = revenue - direct - heads * wage[t] - marketing - overhead[t]
        depreciation = capex[max(t - 12, 0) : t].sum(axis=0) / 36
        before, receivables = receivables, revenue * sales
        working = receivables - before
        before, payables = payables, (direct + overhead[t]) * payable
        working -= payables - before
        interest = debt * monthly
        profit = ebitda - depreciation - interest
        tax = np.maximum(0, profit - losses) * x["tax_rate"]
        losses = np.maximum(0, losses - profit)
        flow = ebitda - capex[t] - working - interest - tax
        before, held = debt, cash + flow
        debt = np.maximum(0, debt - (held - x["min_cash"]))
        cash = held + (debt - before)
        for name, row in zip(rows, (revenue, ebitda, flow, cash, debt, users), strict=True):
            rows[name][t] = row
    return rows


def hardware(x: Inputs, size: float, crossing: Any, count: int) -> dict[str, Floats]:
    """Return the rows of a hardware unit that others read."""
    orders = (400 + 60 * size) * _SEASON * (1 + np.asarray(x["usage_growth"])) ** (_MONTH - 1) + crossing
    kept = np.broadcast_to(orders * (1 - x["churn"]), (models.MONTHS, count))
    stock, backlog, capacity = np.full(count, 150.0), np.zeros(count), _with_opening(380.0, count)
    made, shipped = np.empty((models.MONTHS, count)), np.empty((models.MONTHS, count))
    for t in range(models.MONTHS):
        demand = kept[t] + backlog
        capacity[t + 1] = np.where(stock > demand, capacity[t], capacity[t] * 1.03 + 5)
        made[t] = np.minimum(capacity[t + 1], demand)
        held = stock + made[t]
        shipped[t] = np.minimum(held, demand)
        stock, backlog = held - shipped[t], demand - shipped[t]
    unit_cost = 75 * ((1000 + np.cumsum(made, axis=0)) / 1000) ** (np.log(x["learning"]) / np.log(2))
    revenue = shipped * (x["price"] * 4 * size * _yearly(x["inflation"]))
    users = _with_opening(200.0, count)
    for t in range(models.MONTHS):
        users[t + 1] = users[t] * (1 - x["churn"] / 4) + shipped[t]
    direct = (made + _rolling(shipped) * 0.012) * unit_cost
    workers = np.maximum(3, np.ceil(made / 140))
    overhead = x["fixed_cost"] * _yearly(x["inflation"]) + revenue * x["fee_rate"]
    ebitda = revenue - direct - workers * (x["salary"] * 0.8 / 12 * _yearly(x["wage_growth"])) - overhead
    capex = np.maximum(0, capacity[1:] - capacity[:-1]) * (x["server_price"] / 4)
    flow, cash, debt = _tail(x, revenue, direct, overhead, ebitda, capex, _rolling(capex) / 60)
    return dict(zip(ROWS, (revenue, ebitda, flow, cash, debt, users[1:]), strict=True))


def services(x: Inputs, size: float, crossing: Any, count: int) -> dict[str, Floats]:
    """Return the rows of a services unit that others read."""
    found = np.broadcast_to(
        x["marketing_floor"] / x["cac"] / 80 * _SEASON * size + crossing, (models.MONTHS, count)
    )
    won, projects, staff = np.zeros((models.MONTHS + 3, count)), np.empty((models.MONTHS, count)), 10.0
    hires, employed = np.empty((models.MONTHS, count)), np.empty((models.MONTHS, count))
    pipeline: Any = 60.0
    running: Any = 12.0
    users = _with_opening(25.0, count)
    for t in range(models.MONTHS):
        won[t + 3] = pipeline * x["conversion"]
        pipeline = pipeline * (1 - x["conversion"]) + found[t]
        running = running + won[t + 3] - won[t]
        projects[t] = running
        needed = np.ceil(running * 1.5 / x["utilisation"])
        leavers = staff * x["churn"]
        hires[t] = np.maximum(0, needed - staff + leavers) * 0.5
        staff = staff + hires[t] - leavers
        employed[t] = staff
        users[t + 1] = users[t] * (1 - x["churn"]) + won[t + 3] * 2
    worked = np.minimum(projects, employed * (x["utilisation"] / 1.5))
    tariff = x["price"] * 300 * size * _yearly(x["inflation"])
    revenue = worked * tariff * (1 - _discount(projects * 20))
    wages = x["salary"] / 12 * _yearly(x["wage_growth"])
    payroll = employed * wages + hires * (x["cac"] * 40)
    direct = revenue * (x["fee_rate"] * 3)
    overhead = x["fixed_cost"] / 2 * _yearly(x["inflation"])
    bonus = np.where(worked > 0.9 * projects, payroll * 0.05, 0)
    ebitda = revenue - direct - payroll - overhead - bonus
    capex = hires * (x["server_price"] / 3)
    book, depreciation = np.full(count, 40_000.0), np.empty((models.MONTHS, count))
    for t in range(models.MONTHS):
        depreciation[t] = book / 36
        book = book + capex[t] - depreciation[t]
    flow, cash, debt = _tail(x, revenue, direct, overhead, ebitda, capex, depreciation)
    return dict(zip(ROWS, (revenue, ebitda, flow, cash, debt, users[1:]), strict=True))


_KINDS: tuple[Callable[..., dict[str, Floats]], ...] = (subscription, hardware, services)


def group(x: Inputs, units: int, count: int) -> Floats:
    """Return the outputs (output, scenario) of a model of so many units."""
    crossing: Any = None
    revenue: Any = 0.0
    flow: Any = 0.0
    users: Any = 0.0
    for unit in range(units):
        rows = _KINDS[unit % 3](x, models.factor(unit), crossing, count)
        crossing = rows["users"] * x["cross_sell"]
        revenue, flow = revenue + rows["revenue"], flow + rows["flow"]
        users = users + rows["users"][-1]
    factor = (1 + np.asarray(x["discount_rate"])) ** (-_MONTH / 12)
    return np.stack(
        [
            (flow * factor).sum(axis=0),
            np.cumsum(flow, axis=0).min(axis=0),
            revenue.sum(axis=0),
            users,
            (flow < 0).sum(axis=0),
        ]
    )


def run(inputs: Mapping[str, Floats], units: int, block: int = BLOCK) -> Floats:
    """Return the outputs (output, scenario) for inputs that vary; the others are as in the workbook."""
    count = len(next(iter(inputs.values())))
    parts = []
    for start in range(0, count, block):
        x = {**models.INPUTS, **{name: values[start : start + block] for name, values in inputs.items()}}
        parts.append(group(x, units, min(block, count - start)))
    return np.concatenate(parts, axis=1)
