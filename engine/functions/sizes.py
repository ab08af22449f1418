"""How much one formula may build: beyond that it is reported as not evaluated, before it takes all memory."""

from __future__ import annotations

from typing import Final

from engine.core.exceptions import UnsupportedFormula

MOST_VALUES: Final = 1 << 22
MOST_CALLS: Final = 1 << 20
MOST_STEPS: Final = 1 << 20


def room(height: int, width: int, most: int = MOST_VALUES) -> None:
    """Raise UnsupportedFormula where an array of that size is more than the engine builds."""
    if height * width > most:
        raise UnsupportedFormula(
            f"an array of {height:,} by {width:,} values is more than the engine computes ({most:,})"
        )


def bounded(steps: float, what: str) -> None:
    """Raise UnsupportedFormula where a function would take more steps than the engine does."""
    if steps > MOST_STEPS:
        raise UnsupportedFormula(f"{what} of {steps:,.0f} steps is more than the engine takes")
