"""The columns that results on disk have, and what a value is there."""

from __future__ import annotations

from dataclasses import dataclass

from engine.core.values import Value


@dataclass(frozen=True)
class Layout:
    """The columns of results: inputs and outputs, and which inputs hold more than numbers.

    ``iterated`` says that there is one for whether circular references settled.
    """

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    mixed: frozenset[str] = frozenset()
    iterated: bool = False

    @property
    def last(self) -> tuple[str, ...]:
        """The columns after the outputs."""
        return ("converged",) if self.iterated else ()


def shown(value: Value) -> str:
    """Return a value as results files have it: booleans as Excel writes them, errors as their codes."""
    return str(value).upper() if isinstance(value, bool) else str(value)
