"""Scenarios that set errors, texts or booleans: which of them the program that carries these can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from engine.core.values import Value
from engine.evaluate.batch.unplanned import Differs, Unplanned
from engine.evaluate.state import CellId

Row = Mapping[CellId, Value]
Fixed = tuple[tuple[CellId, Value], ...]
"""What a scenario sets beside numbers."""


def grouped(rows: Sequence[Row]) -> dict[Fixed, list[int]]:
    """Return the places of scenarios by what they set beside numbers."""
    groups: dict[Fixed, list[int]] = {}
    for number, row in enumerate(rows):
        fixed = tuple((cell, value) for cell, value in row.items() if type(value) is not float)
        groups.setdefault(fixed, []).append(number)
    return groups


def carried(
    rows: Sequence[Row], compute: Callable[[Sequence[Row]], list[list[Value]]]
) -> list[list[Value] | None]:
    """Return the outputs of scenarios, None for those at which ``compute`` raises Unplanned.

    Those that set the same beside numbers stand or fall together; halves are tried until it is found which.
    """
    found: list[list[Value] | None] = [None] * len(rows)
    waiting = [list(grouped(rows).values())]
    while waiting:
        groups = waiting.pop()
        numbers = [number for group in groups for number in group]
        try:
            values = compute([rows[number] for number in numbers])
        except Differs:
            return [None] * len(rows)
        except Unplanned:
            half = len(groups) // 2
            waiting += [groups[:half], groups[half:]] if half else []
            continue
        for number, row in zip(numbers, values, strict=True):
            found[number] = row
    return found
