"""How each business answers each of its drivers over its range: which way, how much, and whether at all."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import pytest

from engine.evaluate.model import Model

RESULTS = ("customers_end", "arr_end", "cash_end", "margin_end", "funding")
# Which way closing customers, revenue and cash go as a driver of the kind goes up, as an investor expects.
KINDS = {
    "a price by which customers come": ("not up", "any", "any"),
    "a price of an extra, at an elasticity above 1": ("none", "down", "any"),
    "a price that takes more of a sale": ("none", "not down", "up"),
    "a discount or a fall of prices": ("none", "down", "down"),
    "a market, or a step towards paying": ("up", "up", "any"),
    "a step to a larger plan": ("any", "up", "up"),
    "use, or an extra bought": ("not down", "up", "any"),
    "churn": ("down", "down", "down"),
    "a delay, or a bar to pass": ("not up", "not up", "down"),
    "capacity": ("not down", "not down", "any"),
    "a cost": ("none", "none", "down"),
    "a saving, or what one person carries": ("none", "none", "up"),
    "an elasticity, with prices as estimated": ("none", "none", "none"),
    # Of more than one of these kinds: judged one by one.
    "the market is given in $: who spends more, is fewer": ("down", "down", "any"),
    "tokens on the customer's key are neither billed nor paid": ("none", "down", "up"),
    "fewer sellers close less, and cost less": ("not up", "not up", "any"),
    "a dearer licence keeps seats single": ("up", "any", "any"),
    "a team's price for more seats": ("down", "down", "down"),
    "prices fall for all rivals alike": ("none", "down", "down"),
    "a date on paper": ("none", "none", "none"),
    "a workshop's price for more days": ("none", "any", "down"),
    "people on hand, paid from the start": ("any", "any", "any"),
    "development becomes cost of revenue": ("none", "none", "any"),
    "money given back": ("none", "down", "down"),
    "a fuller fleet has fewer idle hours to sell": ("none", "down", "up"),
    "hours given away, else sold as spot": ("none", "not up", "down"),
    "cheaper units sell more, up to capacity": ("none", "any", "down"),
    "stock": ("none", "any", "down"),
}
PRICE, EXTRA, TAKEN, CUT, MARKET, STEP, USE, CHURN, DELAY, CAPACITY, COST, SAVING, ELASTICITY = tuple(KINDS)[
    :13
]
DRIVERS: dict[str, dict[str, str]] = {
    "oc": {
        PRICE: "pro_price team_price enterprise_price",
        EXTRA: "branch_price memory_price message_price monitoring_price backup_price sso_price audit_price",
        MARKET: "tam market_growth community_opening innovation imitation signup_rate conversion engaged "
        "conversion_engaged",
        STEP: "team_direct pro_upgrade team_upgrade deals enterprise_share",
        USE: "token_markup billed_tokens monitoring_attach backup_attach sso_attach audit_attach metered "
        "pro_extra pro_branches team_branches enterprise_branches",
        CHURN: "community_churn free_churn pro_churn team_churn enterprise_churn",
        DELAY: "launch_month gate",
        COST: "free_use free_branches free_active storage_growth signup_cost cost_rise overhead",
        SAVING: "free_own_key branches_per_server founder_supports accounts_per_support founder_enterprise "
        "enterprise_per_success first_hire accounts_per_engineer",
        ELASTICITY: "elasticity",
        "the market is given in $: who spends more, is fewer": "spend",
        "tokens on the customer's key are neither billed nor paid": "own_key",
        "fewer sellers close less, and cost less": "teams_per_seller",
    },
    "dt": {
        PRICE: "price",
        MARKET: "tam ai_share market_growth awareness word conversion",
        STEP: "team_move",
        USE: "heavy heavy_sessions markup",
        CHURN: "churn team_churn rivalry",
        DELAY: "launch_month",
        COST: "sessions use_growth serving support_ahead engineers trial_cost cost_rise overhead",
        SAVING: "own_key per_support per_engineer per_seller",
        ELASTICITY: "elasticity",
        "the market is given in $: who spends more, is fewer": "spend",
        "a dearer licence keeps seats single": "team_price",
        "a team's price for more seats": "team_size",
        "prices fall for all rivals alike": "erosion",
    },
    "mp": {
        PRICE: "order_value",
        EXTRA: "featured_price premium_price",
        TAKEN: "take_launch take_start take_full compute_markup",
        MARKET: "tam market_growth recruit pull submit quality find word",
        USE: "orders featured premium rented compute",
        CHURN: "creator_churn ageing churn churn_thin",
        DELAY: "open_liquidity depth gate take_ramp take_response",
        COST: "refunds review_cost hosting engineers recruit_cost buyer_cost cost_rise overhead",
        SAVING: "orders_per_support buyers_per_engineer creators_per_manager",
        ELASTICITY: "elasticity",
        "the market is given in $: who spends more, is fewer": "spend",
        "a date on paper": "open_month",
    },
    "cs": {
        PRICE: "project retainer workshop day_rate",
        MARKET: "tam need leads referrals win",
        USE: "repeat on_retainer workshops client_workshops",
        CHURN: "churn",
        DELAY: "start_month",
        CAPACITY: "days target patience hires seller_budget seller_leads clear",
        COST: "attrition pay expenses recruiting lead_cost lead_days overhead overhead_person",
        ELASTICITY: "elasticity",
        "the market is given in $: who spends more, is fewer": "budget",
        "a workshop's price for more days": "workshop_days",
        "people on hand, paid from the start": "start",
    },
    "ar": {
        PRICE: "price licence_price",
        MARKET: "teams_opening teams_added teams_most output gain sellable learning buyers market posts "
        "followers licence_rate",
        USE: "content_income",
        CHURN: "retire churn fatigue unfollow licence_churn suspended",
        DELAY: "first_month licence_month",
        COST: "agents budget compliance content_cost product_cost founder_share win_cost cost_rise",
        SAVING: "oversight teams_per_person",
        ELASTICITY: "elasticity cheapest",
        "development becomes cost of revenue": "production_share",
        "money given back": "refunds",
    },
    "api": {
        PRICE: "price",
        MARKET: "teams market_growth innovation imitation activation conversion",
        STEP: "upgrade ready deals",
        USE: "entry_calls growth_calls enterprise_calls use_growth call_tokens",
        CHURN: "entry_churn growth_churn enterprise_churn",
        DELAY: "launch_month",
        COST: "cost scale_volume error_rate free_tokens reserved engineers training signup_cost cost_rise "
        "overhead",
        SAVING: "cost_follow scale_gain customers_per_support contracts_per_success customers_per_engineer",
        ELASTICITY: "elasticity",
        "fewer sellers close less, and cost less": "leads_per_seller",
    },
    "pf": {
        PRICE: "price",
        CUT: "price_decline reserved_share reserved_discount spot_discount",
        MARKET: "enterprises market_growth innovation imitation conversion",
        STEP: "expand deals",
        USE: "team_hours enterprise_hours use_growth storage_attach attach_end spot_fill",
        CHURN: "team_churn enterprise_churn",
        DELAY: "launch_month attach_time",
        COST: "gpu_cost fleet_minimum service_cost engineers trial_cost cost_rise overhead",
        SAVING: "cost_decline customers_per_support gpus_per_engineer",
        ELASTICITY: "elasticity",
        "a fuller fleet has fewer idle hours to sell": "utilisation",
        "hours given away, else sold as spot": "trial_hours",
        "fewer sellers close less, and cost less": "teams_per_seller",
    },
    "hw": {
        PRICE: "price",
        EXTRA: "software_price",
        CUT: "mid_share retire cancel",
        MARKET: "buyers market_growth innovation imitation win_rate",
        USE: "mid_price first_order repeat_order volume_elasticity software_attach",
        CHURN: "churn",
        DELAY: "launch_month",
        CAPACITY: "capacity capacity_growth",
        COST: "manufacturing mid_cost learning_units software_cost failure logistics rd_people rd_growth "
        "tapeout paid_at_start first_sellers sales_lead trial_cost overhead",
        SAVING: "learning customers_per_seller",
        ELASTICITY: "elasticity",
        "cheaper units sell more, up to capacity": "price_decline",
        "stock": "lead_time cover",
    },
    "fm": {
        PRICE: "personal_price seat_price enterprise_price",
        MARKET: "conversion developers market_growth opening_community innovation imitation",
        STEP: "org_upgrade inquiry deals",
        USE: "org_seats seat_growth compute_income",
        CHURN: "free_churn personal_churn org_churn enterprise_churn",
        DELAY: "launch_month",
        COST: "compute_cost free_active free_cost seat_cost hosting_fixed engineers training event_cost "
        "cost_rise overhead",
        SAVING: "hosting_follow users_per_support contracts_per_success users_per_engineer",
        ELASTICITY: "elasticity",
        "fewer sellers close less, and cost less": "orgs_per_seller",
    },
    "hosted": {
        PRICE: "price_bootstrap price_break_even price_mature",
        MARKET: "agent_users_2026 chatbot_users_2026 chatbot_growth_later agent_lag capture_premium "
        "capture_consumer price_premium price_consumer adoption_rate hosted_users_opening",
        CHURN: "hosted_churn chatbot_users_2025 chatbot_users_2024",
        DELAY: "launch_ramp launch_month",
        COST: "product_people acquisition_cost acquisition_rise overhead_fixed self_hosted_per_hosted "
        "self_hosted_cost storage_gb storage_price egress_gb egress_price relay_at_reference "
        "relay_fixed_share spot_price_small spot_price_change engineers_at_reference "
        "support_at_reference engineers_minimum support_minimum",
        SAVING: "instances_small",
    },
}
# Terms that several businesses share: the same for each that they reach.
SHARED = {
    "payment_fee": -1,
    "bad_debt": -1,
    "tax_rate": -1,
    "receivable_days": -1,
    "payable_days": 1,
    "prepaid_months": 1,
    "engineer_cost": -1,
    "support_cost": -1,
    "ac_server": -1,
    "ac_tools": -1,
    "ac_founder_time": -1,
    "ac_sessions": -1,
    "ac_tokens_in": -1,
    "ac_tokens_out": -1,
    "ac_price_in": -1,
    "ac_price_out": -1,
    "ac_cached": 1,
    "ac_cached_price": -1,
    "ac_storage": -1,
    "ac_operation_price": -1,
    "ac_email_price": -1,
    "volume_discount_on": -1,
    "discount_small_rate": -1,
    "discount_middle_rate": -1,
    "discount_large_rate": -1,
    "discount_small_bill": 1,
    "discount_middle_bill": 1,
    "discount_large_bill": 1,
    "prepayment_on": 1,
    "prepayment_share": 1,
    "prepayment_discount": -1,
    "commitment_effect": 1,
}
# Drivers that rest in Base, and the inputs under which they matter.
WOKEN: dict[str, dict[str, float]] = {
    "oc_elasticity": {"oc_pro_price": 39.0},
    "dt_elasticity": {"dt_price": 50.0},
    "mp_elasticity": {"mp_order_value": 90.0},
    "cs_elasticity": {"cs_day_rate": 2400.0},
    "cs_seller_leads": {"cs_leads": 6.0},
    "cs_hires": {"cs_leads": 6.0},
    "cs_clear": {"cs_leads": 6.0, "cs_hires": 3.0},
    "ar_elasticity": {"ar_price": 50.0},
    "ar_cheapest": {"token_price_decline": 0.6},
    "api_elasticity": {"api_price": 0.07},
    "pf_elasticity": {"pf_price": 5.0},
    "hw_elasticity": {"hw_price": 33000.0},
    "fm_elasticity": {"fm_personal_price": 20.0},
    "tier_elasticity": {"oc_sso_price": 60.0},
}
# Whole people and whole servers: a step of one of them may go the other way by this share of the result.
STEP_SHARE = 0.002
# Percent of revenue that one percent of a driver may move, compounding over five years included.
STEEPEST = 5.0


@dataclass(frozen=True)
class Case:
    """A driver of a business, and the kind of driver that it is."""

    business: str
    driver: str
    kind: str


def cases() -> Iterator[Case]:
    """Yield every driver of the table."""
    for business, kinds in DRIVERS.items():
        for kind, names in kinds.items():
            for name in names.split():
                yield Case(business, name if business == "hosted" else f"{business}_{name}", kind)


CASES = tuple(cases())


def ranged(model: Model) -> Iterator[tuple[str, tuple[float, float, float]]]:
    """Yield each assumption that is a number with a range, by name: its low, base and high."""
    for one in model.contract.assumptions:
        ends = (one.low, one.base, one.high)
        if all(isinstance(end, float) for end in ends):
            low, base, high = (end for end in ends if isinstance(end, float))
            yield one.name, (low, base, high)


class Answers:
    """Closing results of every business with each driver at its low and at its high, from one run."""

    def __init__(self, model: Model) -> None:
        ranges = dict(ranged(model))
        self.base = {name: base for name, (_, base, _) in ranges.items()}
        self.ends = {name: (low, high) for name, (low, _, high) in ranges.items()}
        trials = dict(self._trials())
        inputs = pd.DataFrame([{**self.base, **trial} for trial in trials.values()])
        found = model.run(inputs, [f"{business}_{result}" for business in DRIVERS for result in RESULTS])
        self._found = dict(zip(trials, (found.loc[row] for row in found.index), strict=True))

    def _trials(self) -> Iterator[tuple[tuple[str, int], dict[str, float]]]:
        yield ("", 0), {}
        for name in (*(case.driver for case in CASES), *SHARED):
            for end in (0, 1):
                yield (name, end), {name: self.ends[name][end]}
        for name, others in WOKEN.items():
            for end in (0, 1):
                yield (f"woken {name}", end), others | {name: self.ends[name][end]}

    def at(self, driver: str, result: str) -> tuple[float, float, float]:
        """Return a result with the driver at its low, its base and its high."""
        keys = ((driver, 0), ("", 0), (driver, 1))
        low, base, high = (float(self._found[key][result]) for key in keys)
        return low, base, high

    def moved(self, driver: str) -> bool:
        """Return whether any result of any business differs between the low and the high, or the base."""
        ends = [self._found[driver, 0], self._found[driver, 1]]
        if driver in self.ends:
            ends.append(self._found["", 0])
        return any(not one.equals(ends[0]) for one in ends)


@pytest.fixture(scope="module")
def answers(shipped: Model) -> Answers:
    """Return the shipped model's answers, from one run."""
    return Answers(shipped)


def goes(expected: str, low: float, base: float, high: float, size: float) -> bool:
    """Return whether a result goes the expected way, beyond what whole people make of it."""
    least = 1e-7 * size
    up, down = high - low > least, low - high > least
    steps = (base - low, high - base)
    rises, falls = max(steps) > STEP_SHARE * size, min(steps) < -STEP_SHARE * size
    ways = {
        "any": True,
        "none": not (rises or falls) and abs(high - low) <= STEP_SHARE * size,
        "up": up and not falls,
        "down": down and not rises,
        "not up": not rises and high - low <= STEP_SHARE * size,
        "not down": not falls and low - high <= STEP_SHARE * size,
    }
    return ways[expected]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.driver)
def test_each_driver_moves_its_business_the_way_an_investor_expects(case: Case, answers: Answers) -> None:
    """From low to base to high, customers, revenue and cash go as the kind of driver says."""
    revenue = answers.at(case.driver, f"{case.business}_arr_end")[1]
    for result, expected in zip(RESULTS, KINDS[case.kind], strict=False):
        low, base, high = answers.at(case.driver, f"{case.business}_{result}")
        size = max(abs(base), revenue if result == "cash_end" else 0.0)
        assert goes(expected, low, base, high, size), (result, expected, low, base, high)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.driver)
def test_no_driver_moves_revenue_absurdly(case: Case, answers: Answers) -> None:
    """One percent of a driver moves closing revenue by at most five, over its range."""
    low, base, high = answers.at(case.driver, f"{case.business}_arr_end")
    start = answers.base[case.driver]
    for end, revenue in zip(answers.ends[case.driver], (low, high), strict=True):
        if min(start, end, revenue) > 0 and end != start:
            assert abs(math.log(revenue / base) / math.log(end / start)) <= STEEPEST, (end, revenue, base)


@pytest.mark.parametrize("driver", SHARED)
def test_shared_terms_move_cash_of_every_business_alike(driver: str, answers: Answers) -> None:
    """What all businesses share costs or saves cash in each that it reaches, and reaches one at least."""
    ways = set()
    for business in DRIVERS:
        low, base, high = answers.at(driver, f"{business}_cash_end")
        if abs(high - low) > 1e-7 * max(abs(base), 1.0):
            ways.add((high > low) - (high < low))
    assert ways == {SHARED[driver]}


@pytest.mark.parametrize("driver", [*(case.driver for case in CASES), "tier_elasticity"])
def test_no_driver_is_dead(driver: str, answers: Answers) -> None:
    """Each driver moves a result of its business, in Base or where its notes say that it matters."""
    if driver in WOKEN:
        assert answers.moved(f"woken {driver}")
    elif driver != "mp_open_month":
        assert answers.moved(driver)


def test_every_driver_of_a_business_is_judged(shipped: Model) -> None:
    """No assumption of a business that has a range is missing from the table, and none stands in it twice."""
    known = [case.driver for case in CASES]
    assert len(known) == len(set(known))
    own = {
        name
        for name, (low, _, high) in ranged(shipped)
        if low < high and name.split("_")[0] in DRIVERS and "_reference" not in name
    }
    assert own
    assert own <= set(known)
