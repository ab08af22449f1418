"""A small made-up model's results, so that pages can be drawn without any workbook."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.analysis import results as r
from engine.core.exceptions import UnknownName
from engine.core.values import DIV0, Value
from engine.report import Coverage, Material, Provenance, Report, load_template
from engine.workbook.contract import Assumption, Contract, Output
from engine.xlsx.theme import Theme, load_theme

TEMPLATES = Path(__file__).parents[2] / "templates"
USERS = (1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6)
MONTHS = tuple(float(month) for month in range(1, 61))


class Figures:
    """Named rows of figures that answer as a result of the engine does."""

    def __init__(
        self, rows: Mapping[str, tuple[Value, ...]], cells: Mapping[str, Value] | None = None
    ) -> None:
        self.rows, self.cells = dict(rows), dict(cells or {})

    def __getitem__(self, name: str) -> Value:
        return self.range(name)[0][0]

    def range(self, name: str) -> tuple[tuple[Value, ...], ...]:
        """Return a row by its name, or a cell by its address."""
        if name in self.cells:
            return ((self.cells[name],),)
        if name not in self.rows:
            raise UnknownName(f"there is no name {name}")
        return (self.rows[name],)


def _scale_rows() -> dict[str, tuple[Value, ...]]:
    infrastructure = {"compute": 2.05, "storage": 0.8, "egress": 0.5, "relay": 0.5}
    rows: dict[str, tuple[Value, ...]] = {"scale_users": USERS, "colo_users": USERS}
    rows |= {f"scale_{name}": tuple(cost for _ in USERS) for name, cost in infrastructure.items()}
    team = {"engineering": 50_000.0, "support": 20_000.0, "overhead": 5_000.0}
    rows |= {f"scale_{name}": tuple(cost / u + 0.2 for u in USERS) for name, cost in team.items()}
    cost = tuple(3.85 + 75_000 / u + 0.6 for u in USERS)
    rows |= {"scale_infrastructure": tuple(3.85 for _ in USERS), "scale_cost": cost}
    rows |= {"scale_cost_low": tuple(c * 0.8 for c in cost), "scale_cost_high": tuple(c * 1.3 for c in cost)}
    rows["scale_price"] = tuple(10.0 for _ in USERS)
    for name, factor in (("", 1.0), ("_low", 1.3), ("_high", 0.8)):
        rows[f"scale_margin{name}"] = tuple(1 - c * factor / 10 for c in cost)
    cloud, colo = tuple(3.85 for _ in USERS), tuple(1.2 + 150_000 / u for u in USERS)
    rows |= {"colo_cloud_cost": cloud, "colo_colo_cost": colo}
    rows["colo_saving"] = tuple(a - b for a, b in zip(cloud, colo, strict=True))
    return rows | {"break_even_users": (13_513.5,), "colo_crossover_users": (56_603.8,)}


def _other_rows() -> dict[str, tuple[Value, ...]]:
    rows: dict[str, tuple[Value, ...]] = {"market_years": (2026.0, 2027.0, 2028.0)}
    base = {"agents": 5e6, "captured": 5e3, "mrr": 5e4, "revenue": 6e5, "profit": 3e5}
    for name, start in base.items():
        rows[f"market_{name}_low"] = (start, start * 10, start * 60)
        rows[f"market_{name}_high"] = (start * 2, start * 20, start * 100)
    rows["ladder_phases"] = ("Bootstrap", "Break-even", "Mature", "Commodity")
    ladder = {
        "users_from": (0.0, 5e3, 5e4, 5e5),
        "users_to": (5e3, 2e4, 5e5, 2e6),
        "cost_low": (20.0, 10.0, 5.0, 2.0),
        "cost_high": (25.0, 15.0, 7.0, 4.0),
        "price_low": (25.0, 20.0, 15.0, 10.0),
        "price_high": (30.0, 25.0, 20.0, 15.0),
        "margin_low": (0.0, 0.25, 0.53, 0.6),
        "margin_high": (0.33, 0.6, 0.75, 0.87),
    }
    rows |= {f"ladder_{name}": values for name, values in ladder.items()}
    prices = (10.0, 12.5, 15.0, 20.0, 25.0, 30.0)
    capture = (0.05, 0.04, 0.03, 0.012, 0.005, 0.001)
    users = tuple(c * 1e6 for c in capture)
    rows |= {"demand_prices": prices, "demand_capture": capture, "demand_users": users}
    rows["demand_range"] = ("extrapolated", *("stated" for _ in prices[1:]))
    rows["demand_revenue"] = tuple(p * u for p, u in zip(prices, users, strict=True))
    rows["demand_profit"] = tuple((p - 4.5) * u for p, u in zip(prices, users, strict=True))
    grown = tuple(100 * 1.12**m for m in MONTHS)
    revenue = tuple(u * 20 for u in grown)
    ebitda = tuple(u * 15 - 60_000 for u in grown)
    cash, balance = [], 0.0
    for result in ebitda:
        balance += result
        cash.append(balance)
    rows |= {"month_number": MONTHS, "hosted_users": grown, "hosted_price": tuple(20.0 for _ in MONTHS)}
    rows |= {"hosted_cost_per_user": tuple(5.0 for _ in MONTHS), "hosted_revenue": revenue}
    rows |= {
        "hosted_gross_profit": tuple(u * 15 for u in grown),
        "hosted_gross_margin": tuple(0.75 for _ in MONTHS),
    }
    rows |= {
        "hosted_team_cost": tuple(60_000.0 for _ in MONTHS),
        "hosted_ebitda": ebitda,
        "hosted_cash": tuple(cash),
    }
    rows |= {"check_labels": ("Cash ties", "Users tie"), "check_values": (0.0, 0.0), "master_check": (0.0,)}
    return rows | {"spot_price": (0.23,), "hosted_churn": (0.035,), "price": (10.0,), "margin_100k": (0.48,)}


def _comparison() -> r.ScenarioComparison:
    return r.ScenarioComparison(
        "s1",
        "Scenarios",
        ("Base", "As stated", "Downside", "Upside"),
        "Base",
        (
            r.InputRow("spot_price", "Spot price of a VM", "$/hour", (0.23, 0.23, 0.35, 0.18)),
            r.InputRow(
                "hosted_churn", "Monthly churn of hosted users", "% per month", (0.035, 0.035, 0.06, 0.02)
            ),
        ),
        (
            r.OutputRow(
                "break_even_users",
                "Break-even users",
                "users",
                "lower",
                (13_513.5, 12_000.0, 31_400.0, 9_100.0),
            ),
            r.OutputRow(
                "margin_100k", "Margin at 100K users", "% of price", "higher", (0.48, 0.49, -0.05, 0.61)
            ),
            r.OutputRow(
                "colo_crossover_users",
                "Colo crossover",
                "users",
                "lower",
                (56_603.8, 56_603.8, DIV0, 40_000.0),
            ),
        ),
    )


def _grid(threshold: float | None) -> r.Grid:
    rows, columns = (40.0, 60.0, 80.0, 100.0, 120.0), (0.15, 0.19, 0.23, 0.3, 0.35, 0.4)
    values = tuple(tuple(3.0 + c * 730 / n for c in columns) for n in rows)
    return r.Grid(
        "g1",
        "Cost over packing and spot price",
        "packing",
        "Instances per VM",
        "instances",
        rows,
        "linear",
        "spot_price",
        "Spot price of a VM",
        "$/hour",
        columns,
        "linear",
        "cost_100k",
        "Cost per user at 100K",
        "$/user-month",
        values,
        2,
        2,
        values[2][2],
        threshold,
        "Analyses!A4",
    )


def _traces() -> tuple[r.Trace, ...]:
    """Two paths: one with all its lines, and one that leaves some between its steps."""

    def line(number: int, *, repeats: bool = False) -> r.TraceLine:
        return r.TraceLine(
            f"Line {number}", "$/user-month", f"Scale!D{number}", 1.5, repeats, opens=not repeats
        )

    spot, active = _tornado().bars[1], _tornado().bars[0]
    driver = dataclasses.replace(spot, driver="spot_price")
    short = r.TracePath(driver, (line(7), line(8)), (line(6, repeats=True),))
    long = r.TracePath(active, (line(1), line(2), line(4), line(5)), (line(3), line(6, repeats=True)))
    return (r.Trace("margin_100k", "Margin at 100K users", "% of price", 0.48, 40, (short, long)),)


def _tornado() -> r.Tornado:
    def bar(n: int, label: str, unit: str, low: float, base: float, high: float) -> r.Bar:
        spread = 3.0 / n
        return r.Bar(f"d{n}", label, unit, low, base, high, 5.1 - spread / 3, 5.1 + 2 * spread / 3, spread)

    bars = (
        bar(1, "Share of instances active", "%", 0.1, 0.2, 0.4),
        bar(2, "Spot price of a VM", "$/hour", 0.18, 0.23, 0.35),
        bar(3, "Cost per engineer", "$/month", 12e3, 16e3, 24e3),
        bar(4, "Storage per user", "GB", 5, 10, 20),
        bar(5, "Egress per user", "GB/month", 2, 5, 9),
    )
    return r.Tornado(
        "t1", "What moves cost", "cost_100k", "Cost per user at 100K", "$/user-month", 5.1, bars, 3, 2, ()
    )


def _results() -> r.AnalysisResults:
    xs = tuple(1e3 * 10 ** (n / 20) for n in range(61))
    curve = tuple(4.45 + 75_000 / x for x in xs)
    sweep = r.Sweep(
        "w1",
        "Cost along spot price",
        "spot_price",
        "Spot price of a VM",
        "$/hour",
        (0.1, 0.23, 0.4),
        "linear",
        0.23,
        1,
        (r.Series("cost_100k", "Cost per user at 100K", "$/user-month", (4.0, 5.1, 6.6)),),
        "Analyses!A5",
    )
    root = r.Root(13_513.5, 10.0, -86_486.5)
    even = r.BreakEven(
        "b1",
        "Users at which the price covers cost",
        "users",
        "Users",
        "users",
        "cost",
        "Cost per user",
        "$/user-month",
        10.0,
        1e5,
        5.2,
        (root,),
        (xs, curve),
        "log",
        "Analyses!A6",
    )
    cross = r.Crossover(
        "c1",
        "Cloud against colo",
        "users",
        "Users",
        "users",
        "cloud",
        "Cloud cost",
        "colo",
        "Colo cost",
        "$/user-month",
        1e5,
        3.85,
        2.7,
        (r.Root(56_603.8, 0.0, -43_396.2),),
        xs,
        tuple(3.85 for _ in xs),
        tuple(1.2 + 150_000 / x for x in xs),
        "log",
        "Analyses!A7",
    )
    phases = tuple(
        r.PhaseRow(
            name,
            begins,
            ends,
            "hosted_users",
            "Hosted users",
            "users",
            ">=",
            gate,
            value,
            begins is not None,
            begins,
            planned,
            None if begins is None else planned - begins,
            reason,
            plan="Hosted agents",
        )
        for name, begins, ends, gate, value, planned, reason in (
            ("Bootstrap", 1, 35, 0.0, 112.0, 1, ""),
            ("Break-even", 36, 56, 5e3, 5.9e3, 30, ""),
            ("Mature", 57, None, 5e4, 6.2e4, 60, ""),
            ("Commodity", None, None, 5e5, 9e4, 60, "not within 60 months"),
        )
    )
    hold = r.WouldHold("spot_price", "Spot price of a VM", "$/hour", 0.164, False, 0.18, 0.35, 0.23, 1.5)
    never = r.WouldHold("users_per_vm", "Instances per VM", "instances", None, False, 60, 120, 80)
    cases: tuple[tuple[str, str, tuple[float, float], r.Verdict, tuple[r.WouldHold, ...]], ...] = (
        ("B1", "Compute per user at 80 instances per 128 GB machine", (1.9, 2.3), "breaks", (hold, never)),
        ("B2", "Storage per user", (1.48, 1.52), "ties", ()),
        ("B3", "Egress", (1.2, 1.6), "overlaps", (hold,)),
    )
    claims = tuple(
        r.ClaimVerdict(
            name,
            "Document B, packing",
            statement,
            "$/user-month",
            (1.5, 1.5),
            0.05,
            computed,
            2.05,
            verdict,
            would,
        )
        for name, statement, computed, verdict, would in cases
    )
    return r.AnalysisResults(
        (_comparison(),),
        (sweep,),
        (_grid(6.0), _grid(None)),
        (_tornado(),),
        (even,),
        (cross,),
        r.PhasePlan(phases, 60),
        claims,
        (),
    )


def _contract() -> Contract:
    def assumption(**given: Any) -> Assumption:
        fields: dict[str, Any] = {"distribution": "pert", "note": "", "cell": "Assumptions!A5"}
        return Assumption(**fields | given)

    outputs = tuple(
        Output(row.name, row.label, row.unit, row.better, "Outputs!A5") for row in _comparison().outputs
    )
    return Contract(
        assumptions=(
            assumption(
                name="spot_price",
                label="Spot price of a VM",
                unit="$/hour",
                low=0.18,
                base=0.23,
                high=0.35,
                live="Assumptions!H5",
                source="Document B, packing",
                note="The smaller of the two machines",
            ),
            assumption(
                name="hosted_churn",
                label="Monthly churn of hosted users",
                unit="% per month",
                low=0.02,
                base=0.035,
                high=0.06,
                live="Assumptions!H6",
                source="estimate",
            ),
        ),
        outputs=outputs,
    )


def _business_rows() -> dict[str, tuple[Value, ...]]:
    """Return a business by year, two businesses side by side, and three of them ranked."""
    revenue, cost = (0.0, 4e5, 2e6, 6e6, 1.2e7), (1e5, 2e5, 8e5, 2e6, 4e6)
    lines = {"customers": tuple(one / 240 for one in revenue), "revenue": revenue, "cogs": cost}
    lines |= {"gross_profit": tuple(a - b for a, b in zip(revenue, cost, strict=True))}
    lines |= {"gross_margin": tuple(1 - b / a if a else 0.0 for a, b in zip(revenue, cost, strict=True))}
    lines |= {"operating_cost": (5e5, 9e5, 1e6, 2e6, 3e6), "ebitda": (-6e5, -7e5, 2e5, 2e6, 5e6)}
    lines |= {"cash": (-6e5, -1.3e6, -1.1e6, 9e5, 5.9e6)}
    rows: dict[str, tuple[Value, ...]] = {f"hosted_year_{name}": values for name, values in lines.items()}
    rows |= {"annual_year": (1.0, 2.0, 3.0, 4.0, 5.0), "compare_names": ("Open core", "API access")}
    rows |= {"compare_arr": (4e6, 3e7), "compare_funding": (3e5, 1.4e7), "compare_margin": (0.62, 0.4)}
    rows |= {"rank_models": ("Open core", "Consulting", "Marketplace"), "rank_place": (1.0, 3.0, 2.0)}
    rows |= {"rank_score": (0.69, 0.42, 0.68), "rank_moat_score": (0.75, 0.1, 0.75)}
    tree = {"star": 2.5e6, "change": 8e5, "from_customers": 4e5, "from_use": 1.5e6, "from_price": -1.1e6}
    rows |= {f"mt_api_tree_{name}": (value,) for name, value in tree.items()}
    rows |= {"mt_api_income_entry": (1e5,), "mt_api_income_growth": (2.4e6,), "mt_api_keys": (1935.0,)}
    rows |= {"mt_api_churning_now": (0.04,), "mt_api_churn_max": (0.05,)}
    rows |= {"mt_api_costing_now": (0.6,), "mt_api_cost_max": (0.55,)}
    return rows | {"rank_lead": (0.01,), "rank_stability": (0.7,)}


def example(**changes: Any) -> Material:
    """Return made-up material with something for every kind of page."""
    given: dict[str, Any] = {
        "base": Figures(
            _scale_rows() | _other_rows() | _business_rows(), {"Scale!C7": 5.2, "Scale!C8": DIV0}
        ),
        "contract": _contract(),
        "results": _results(),
        "provenance": Provenance(
            "model.xlsx",
            "ab" * 32,
            "Hosted agents",
            datetime.date(2026, 6, 1),
            "Base",
            (("tieout", "0.1.0"), ("formulas", "1.3.4")),
            Coverage(2031, 2031, 2030, (("Scale!Z9", "uses CELL"),)),
        ),
        "sources": (("Document B, packing", "Pass as a Service"),),
        "traces": _traces(),
    }
    return Material(**given | changes)


@pytest.fixture(scope="session")
def template() -> Report:
    return load_template(TEMPLATES / "reports" / "investor-pack.toml")


@pytest.fixture(scope="session")
def theme() -> Theme:
    return load_theme(TEMPLATES / "theme.toml")


@pytest.fixture
def material() -> Material:
    return example()
