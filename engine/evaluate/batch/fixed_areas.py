"""Areas that are the same at every position, to source: a row for every cell (items × scenarios)."""

from __future__ import annotations

from engine.core.values import Value
from engine.evaluate.batch.lower import Lowering
from engine.evaluate.batch.reads import Ragged
from engine.evaluate.batch.source import BOOLEAN, BOXED, NUMBER, repr_box, stacked
from engine.evaluate.batch.unplanned import Unplanned
from engine.formula.expr import Ref


def stack(low: Lowering, ref: Ref) -> tuple[str, bool, str]:
    """Return the source of a fixed area as (items × scenarios), whether it is constant, and its type.

    Raises Unplanned where the area moves or holds booleans that vary.
    """
    area = low.area(ref)
    if not area.fixed:
        raise Ragged
    values = low.values_of(area)
    slots = low.slots.of(area.sheet, area.keys[:, 0].tolist())
    for place, key in enumerate(area.keys[:, 0].tolist()):
        if (area.sheet, key) not in low.cone.varying and not isinstance(values[place], float):
            slots[place] = -1  # a constant beside varying cells that only looks like a number in its slot
    kinds = {low.kinds[slot] for slot in slots if slot >= 0}
    if BOOLEAN in kinds:
        raise Unplanned("a lookup among booleans")
    text, fixed = stacked(slots, values, low.constants)
    plain_values = all(isinstance(v, float) or v is None for v, s in zip(values, slots, strict=True) if s < 0)
    boxed = BOXED in kinds or not plain_values or (low.care and not fixed)
    return text, fixed, BOXED if boxed and not low.scalar else NUMBER


def items_of(low: Lowering, ref: Ref, blank: Value) -> str:
    """Return the source of a fixed area as boxes (items × scenarios), ``blank`` for blank cells."""
    area = low.area(ref)
    if not area.fixed:
        raise Ragged
    keys = area.keys[:, 0].tolist()
    varies = [(area.sheet, key) in low.cone.varying for key in keys]
    values = [blank if value is None else value for value in low.values_of(area)]
    if not any(varies):
        return stacked([-1] * len(keys), values, low.constants)[0]
    texts = [
        low.boxed(low.cells(area.sheet, [key])) if moves else repr_box(value, low.constants)
        for key, value, moves in zip(keys, values, varies, strict=True)
    ]
    return f"stack(({', '.join(texts)},))"
