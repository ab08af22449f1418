"""SUBTOTAL and AGGREGATE: aggregates that pass over hidden rows, errors and each other.

Source: "SUBTOTAL function" and "AGGREGATE function", Excel's documentation.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from engine.core.address import SHIFT, STRIDE
from engine.core.exceptions import UnsupportedFormula
from engine.core.values import NUM, VALUE, ExcelError, Value
from engine.functions import coerce, ranks
from engine.functions.aggregates import ratio
from engine.functions.numbers import numbers, total
from engine.functions.operands import Array, Kept, Operand, Reference, Union, as_rows, each_value
from engine.functions.references import Here
from engine.functions.statistics import mode, variance
from engine.functions.table import Fault, excel
from engine.functions.totals import Numbers, numbers_of

Rows = Sequence[frozenset[int]]
Ordered = Callable[[Operand, float], float]


_NESTED = re.compile(r"\b(?:SUBTOTAL|AGGREGATE)\(")


def _mean(found: list[float]) -> float:
    return ratio(total(found), len(found))


_AGGREGATES: dict[int, Callable[[list[float]], float]] = {
    1: _mean,
    4: lambda found: max(found, default=0.0),
    5: lambda found: min(found, default=0.0),
    6: lambda found: math.prod(found) if found else 0.0,
    7: lambda found: math.sqrt(variance(found, 1)),
    8: lambda found: math.sqrt(variance(found, 0)),
    9: total,
    10: lambda found: variance(found, 1),
    11: lambda found: variance(found, 0),
    12: lambda found: ranks.median(_listed(found)),
    13: lambda found: mode(_listed(found)),
}
_WHOLE: dict[int, Callable[[Numbers], float]] = {
    1: lambda found: ratio(found.total(), found.count),
    2: lambda found: float(found.count),
    3: lambda found: float(found.filled),
    4: lambda found: found.greatest(),
    5: lambda found: found.least(),
    9: lambda found: found.total(),
}
_ORDERED: dict[int, Ordered] = {
    14: ranks.large,
    15: ranks.small,
    16: ranks.percentile,
    17: ranks.quartile,
    18: ranks.percentile_exc,
    19: ranks.quartile_exc,
}


def _listed(found: list[float]) -> Array:
    return Array([list(found)])


def _visible(here: Here, area: Reference, *, nested: bool, rows: Rows) -> Iterator[Value]:
    """Yield a reference's values without those of other subtotals, or in the rows passed over."""
    inner = _subtotals(here, area) if nested else frozenset[int]()
    away = rows[area.sheet] if area.sheet < len(rows) else ()
    for r, row in enumerate(area.rows, area.top):
        if r in away:
            continue
        if not inner:
            yield from row
            continue
        for c, value in enumerate(row, area.left):
            if r << SHIFT | c not in inner:
                yield value


def _subtotals(here: Here, area: Reference) -> frozenset[int]:
    """Return the cells of a sheet that hold subtotals themselves, none where none lies in an area of it."""
    inner = subtotals_of(here.state).get(area.sheet, frozenset())
    within = any(area.holds(area.sheet, key >> SHIFT, key & (STRIDE - 1)) for key in inner)
    return inner if within else frozenset()


class Written(Protocol):
    """An evaluation that knows the texts of its formulas."""

    @property
    def kept(self) -> Kept:
        """What was found out about its cells."""

    def written(self) -> Iterable[tuple[tuple[int, int], str]]:
        """Return formula cells with their texts."""


def subtotals_of(state: Written) -> Mapping[int, frozenset[int]]:
    """Return the cells that hold subtotals, by sheet."""
    if state.kept.subtotals is None:
        found: dict[int, set[int]] = {}
        for (sheet, key), text in state.written():
            if _NESTED.search(text):
                found.setdefault(sheet, set()).add(key)
        state.kept.subtotals = {sheet: frozenset(keys) for sheet, keys in found.items()}
    return state.kept.subtotals


def _whole_numbers(here: Here, operands: tuple[Operand, ...], rows: Rows) -> Numbers | None:
    """Return the numbers of one long column without subtotals and rows passed over, None for others."""
    if len(operands) != 1 or not isinstance(operands[0], Reference):
        return None
    area = operands[0]
    away = rows[area.sheet] if area.sheet < len(rows) else ()
    if any(area.top <= row <= area.bottom for row in away) or _subtotals(here, area):
        return None
    return numbers_of(operands)


def _values(here: Here, operands: tuple[Operand, ...], *, nested: bool, rows: Rows) -> list[Value]:
    found: list[Value] = []
    for operand in operands:
        for part in operand.parts if isinstance(operand, Union) else [operand]:
            if isinstance(part, Reference):
                found.extend(_visible(here, part, nested=nested, rows=rows))
            else:
                found.extend(each_value(part))
    return found


def _aggregate(code: int, values: list[Value]) -> float:
    if code == 2:
        return float(sum(type(value) is float for value in values))
    if code == 3:
        return float(sum(value is not None for value in values))
    return _AGGREGATES[code](numbers((Array([values]),)) if values else [])


@excel("SUBTOTAL", "n r*", located=True)
def subtotal(here: Here, code: float, *operands: Operand) -> float | ExcelError:
    """Return an aggregate that passes over subtotals and filtered rows; 101 to 111 over all hidden rows."""
    kind = int(code)
    which = kind - 100 if kind > 100 else kind
    if not 1 <= which <= 11:
        raise Fault(VALUE)
    if not all(isinstance(operand, (Reference, Union)) for operand in operands):
        errors = [operand for operand in operands if isinstance(operand, ExcelError)]
        raise Fault(errors[0] if errors else VALUE)
    hidden, filtered = here.state.hidden_rows, here.state.filtered_rows
    found = _subtotal(here, which, operands, hidden if kind > 100 else filtered)
    if kind < 100 and any(filtered) and found != _subtotal(here, which, operands, _filtered_too(here)):
        raise UnsupportedFormula(
            "SUBTOTAL meets hidden rows outside a filter's range, and the file does not tell whether they "
            "were hidden by hand or while the filter was on, which SUBTOTAL takes for filtered"
        )
    return found


def _subtotal(here: Here, which: int, operands: tuple[Operand, ...], rows: Rows) -> float | ExcelError:
    try:
        whole = _whole_numbers(here, operands, rows) if which in _WHOLE else None
        if whole is not None:
            return _WHOLE[which](whole)
        return _aggregate(which, _values(here, operands, nested=True, rows=rows))
    except Fault as fault:
        return fault.error


def _filtered_too(here: Here) -> Rows:
    """Return the hidden rows of sheets where a filter hides some."""
    couples = zip(here.state.hidden_rows, here.state.filtered_rows, strict=True)
    return [hidden if filtered else frozenset[int]() for hidden, filtered in couples]


@excel("AGGREGATE", "n n a*", located=True)
def aggregate(here: Here, code: float, option: float, *operands: Operand) -> float | Array:
    """Return an aggregate that passes over subtotals (options 0 to 3), hidden rows (odd), errors (2,
    3, 6, 7).
    """
    kind, passing = int(code), int(option)
    if not (1 <= kind <= 19 and 0 <= passing <= 7) or not operands:
        raise Fault(VALUE)
    places = operands[1:] if kind > 13 else ()
    taken = operands[:1] if kind > 13 else operands
    rows = here.state.hidden_rows if passing % 2 == 1 else ()
    values = _values(here, taken, nested=passing < 4, rows=rows)
    if passing in (2, 3, 6, 7):
        values = [value for value in values if not isinstance(value, ExcelError)]
    if kind <= 13:
        if not all(isinstance(operand, (Reference, Union)) for operand in operands):
            raise Fault(next((o for o in operands if isinstance(o, ExcelError)), VALUE))
        return _aggregate(kind, values)
    if not places:
        raise Fault(VALUE)
    wanted = as_rows(places[0])
    if len(wanted) == len(wanted[0]) == 1:
        return _placed(kind, values, wanted[0][0])
    return Array([[_answer(kind, values, place) for place in row] for row in wanted])


def _placed(kind: int, values: list[Value], place: Value) -> float:
    number = coerce.number(place)
    if isinstance(number, ExcelError):
        raise Fault(number)
    if not values:
        raise Fault(NUM)
    return _ORDERED[kind](Array([values]), number)


def _answer(kind: int, values: list[Value], place: Value) -> Value:
    try:
        return _placed(kind, values, place)
    except Fault as fault:
        return fault.error
