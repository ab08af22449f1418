"""Leaves of the generated program: rows of the lane array ``S`` and constants, as source text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.core.values import Value
from engine.evaluate.batch.boxes import Floats, box

NUMBER, BOOLEAN, BOXED = "n", "b", "x"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of source and what it gives: numbers, booleans, or boxes (numbers, errors, texts).

    ``constant`` is its value where it is one number for all positions.
    """

    text: str
    kind: str
    constant: float | None = None


@dataclass
class Constants:
    """Arrays that the program refers to by name.

    ``lane`` follows a slot's number in an index of ``S``: "" for whole rows, ", n" for one scenario of them.
    ``slow`` has the cause of each that is called once per scenario, ``seen`` the slots that source names,
    ``rows`` the rows that ``S`` has: slots first, then what is computed once for several positions.
    """

    arrays: dict[str, object] = field(default_factory=dict)
    lane: str = ""
    slow: dict[str, str] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    rows: int = 0

    def add(self, array: object, prefix: str = "K") -> str:
        """Name an object and return the name."""
        name = f"{prefix}{len(self.arrays)}"
        self.arrays[name] = array
        return name


def rows(slots: Sequence[int], index: str | None, constants: Constants) -> str:
    """Return the source of one row of ``S`` per position: a row, a slice, or a list of rows.

    With an ``index`` the position is that of a loop, from 0.
    """
    constants.seen.update(slots)
    first, step = slots[0], (slots[1] - slots[0] if len(slots) > 1 else 0)
    regular = all(slot == first + step * place for place, slot in enumerate(slots))
    return f"S[{_place(slots, first, step, regular, index, constants)}{constants.lane}]"


def _place(
    slots: Sequence[int], first: int, step: int, regular: bool, index: str | None, constants: Constants
) -> str:
    if len(slots) == 1 or (regular and step == 0):
        return str(first)
    if index is not None:
        if not regular:
            return f"{_numbers(slots, constants)}[{index}]"
        scaled = index if step == 1 else f"{step}*{index}"
        return f"{first}+{scaled}" if first else scaled
    if not regular or step < 0:
        return _numbers(slots, constants)
    stop = first + step * (len(slots) - 1) + 1
    return f"{first}:{stop}" if step == 1 else f"{first}:{stop}:{step}"


def _numbers(slots: Sequence[int], constants: Constants) -> str:
    return constants.add(np.array(slots, dtype=np.int64), "J")


def constant(values: Sequence[Value], index: str | None, constants: Constants) -> Piece:
    """Return the source of constants, one per position."""
    if all(isinstance(value, bool) for value in values):
        if len(set(values)) == 1:
            return Piece(repr(values[0]), BOOLEAN, float(bool(values[0])))
        name = constants.add(np.array(values, dtype=bool)[:, None])
        return Piece(f"{name}[{index}, 0]" if index else name, BOOLEAN)
    numbers = [box(v) for v in values]
    kind = BOXED if any(math.isnan(number) for number in numbers) else NUMBER
    if kind == NUMBER and len(set(numbers)) == 1:
        return Piece(_literal(numbers[0]), kind, numbers[0])
    name = constants.add(np.array(numbers)[:, None] if len(numbers) > 1 else np.array(numbers))
    if len(numbers) == 1:
        return Piece(f"{name}[0]", kind)
    return Piece(f"{name}[{index}, 0]" if index else name, kind)


def _literal(number: float) -> str:
    text = repr(number)
    return f"({text})" if number < 0 else text


def stacked(slots: Sequence[int], values: Sequence[Value], constants: Constants) -> tuple[str, bool]:
    """Return the source of an array (items × scenarios, or × 1) of cells, and whether all are constants.

    ``slots`` has -1 where ``values`` holds the constant.
    """
    if all(slot < 0 for slot in slots):
        return constants.add(_column(values), "C"), True
    constants.seen.update(slots)
    if all(slot >= 0 for slot in slots):
        step = slots[1] - slots[0] if len(slots) > 1 else 1
        regular = step > 0 and all(slot == slots[0] + step * i for i, slot in enumerate(slots))
        place = f"{slots[0]}:{slots[-1] + 1}" + (f":{step}" if step != 1 else "")
        return f"S[{place if regular else _numbers(slots, constants)}{constants.lane}]", False
    parts = [
        f"S[{slot}{constants.lane}]" if slot >= 0 else repr_box(value, constants)
        for slot, value in zip(slots, values, strict=True)
    ]
    return f"stack(({', '.join(parts)},))", False


def repr_box(value: Value, constants: Constants) -> str:
    """Return the source of one constant."""
    number = box(value)
    return _literal(number) if not math.isnan(number) else constants.add(np.array([number]), "E") + "[0]"


def _column(values: Sequence[Value]) -> Floats:
    return np.array([box(value) for value in values])[:, None]
