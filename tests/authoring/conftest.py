"""Templates as short texts, and the shipped model with its cells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.evaluate.model import Model

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "templates" / "models"
SHIPPED = (
    "timeline",
    "finance",
    "levers",
    "agent-costs",
    "open-core",
    "dev-tools",
    "marketplace",
    "consulting",
    "ai-run",
    "api-access",
    "ai-platform",
    "ai-hardware",
    "freemium",
    "packing",
    "infrastructure",
    "team",
    "scale",
    "colo",
    "market",
    "ladder",
    "demand",
    "growth",
    "metric-trees",
    "ranking",
    "path",
    "comparison",
)
SMALL = """
[model]
id = "small"
title = "Small"

[[assumption]]
name = "price"
label = "Price"
unit = "$/unit"
low = 1
base = 2
high = 3
distribution = "pert"
source = "estimate"

[[axis]]
name = "month"
label = "Month"
count = 3
points = ["one", "two", "three"]

[[sheet]]
name = "Sales"
title = "Sales"
purpose = "What is sold."

[[section]]
id = "sales"
sheet = "Sales"
title = "Sales"
axis = "month"

[[section]]
id = "total"
sheet = "Sales"
title = "Total"

[[line]]
section = "sales"
name = "units"
label = "Units"
unit = "units"
opening = "1"
formula = "prev(units)+1"

[[line]]
name = "income"
label = "Income"
unit = "$"
formula = "units*price"

[[line]]
section = "total"
name = "all_income"
label = "Income in all"
unit = "$"
formula = "SUM(row(income))"
named = true

[[output]]
name = "all_income"
label = "Income in all"
unit = "$"
better = "higher"
format = "money"

[[check]]
label = "Sales: nothing is lost"
formula = "all_income-SUM(row(income))"

[scenarios.Upside]
price = 3
"""


@pytest.fixture
def template(tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that saves a template text and returns its path."""

    def save(text: str, name: str = "small") -> Path:
        path = tmp_path / f"{name}.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return save


@pytest.fixture(scope="session")
def shipped() -> Model:
    """Return the shipped model, opened once."""
    return Model.open(ROOT / "model.xlsx")
