"""Which forms are worth lines of their own: those that many cells have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from engine.evaluate.compile import Compiler
from engine.evaluate.inline.form import inlined
from engine.evaluate.state import Closure, Loops
from engine.formula.expr import Expr
from engine.plan.forms import FormedCells
from engine.plan.placed import Placed, placed
from engine.plan.scope import Scope

Compiled = tuple[Closure | None, str]

# A function takes as long to write and to compile as its closures lose over so many cells.
MANY = 250


def inline_frequent(
    closures: list[Compiled], formed: FormedCells, scope: Scope
) -> tuple[list[Compiled], dict[int, Loops]]:
    """Return the forms' closures, those of frequent forms behind functions of plain numbers.

    The second answer has, by form, the functions that compute many of their cells in turn, and one of them.
    """
    found, loops = list(closures), dict[int, Loops]()
    for expr, alike in _frequent(placed(formed), closures, formed).items():
        hulls = np.array([form.hull for form in alike])
        (top, left), (bottom, right) = hulls[:, :2].min(axis=0).tolist(), hulls[:, 2:].max(axis=0).tolist()
        code = inlined(expr, scope, (top, left, bottom, right))
        for form in alike if code is not None else ():
            closure, problem = closures[form.number]
            assert code is not None
            assert closure is not None
            bound, loop = code.bind(form.sheet, closure, Compiler(scope, form.sheet).value)
            found[form.number] = bound, problem
            loops[form.number] = Loops(loop, closure)
    return found, loops


def _frequent(
    forms: Iterable[Placed], closures: list[Compiled], formed: FormedCells
) -> dict[Expr, list[Placed]]:
    """Return the trees that many cells share, on whatever sheets, with their forms."""
    cells = Counter[str]()
    every = list(forms)
    for each in every:
        cells[formed.forms[each.number].text] += len(each.keys)
    found: dict[Expr, list[Placed]] = {}
    for each in every:
        form = formed.forms[each.number]
        if cells[form.text] >= MANY and form.expr is not None and not form.array and closures[each.number][0]:
            found.setdefault(form.expr, []).append(each)
    return found
