"""How the batch computes each function, for the page of functions."""

from __future__ import annotations

from engine.evaluate.batch.called import QUICK
from engine.evaluate.batch.generate import generate as _enters_rules  # noqa: F401 -- loads every rule
from engine.evaluate.batch.lower import RULES


def batched() -> dict[str, str]:
    """Return "kernel" for functions computed for all scenarios at once, "distinct" for those called once per
    distinct arguments; the others run scenario by scenario.
    """
    called = {name for name, rule in RULES.items() if rule.__module__.endswith("called_rules")}
    return {name: "distinct" if name in called - QUICK.keys() else "kernel" for name in RULES}
