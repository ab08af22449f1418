"""A plan told in words: what varies, what is asked, what the reference computes, and the program."""

from __future__ import annotations

from collections.abc import Iterable

from engine.core.address import key_of, parse_rect
from engine.evaluate.batch.cone import Cone
from engine.evaluate.batch.cost import slow_text
from engine.evaluate.batch.lanes import Plan
from engine.evaluate.batch.titles import label_of
from engine.evaluate.state import CellId
from engine.plan.forms import address_of

_LEGEND = (
    "S has a row per cell and a column per scenario; comments name the cells that a line computes.\n"
    "K and C are constants, J lists of rows, F calls of the one-scenario evaluation."
)


def explained(plan: Plan) -> str:
    """Return a plan as text: what varies and is asked for, cost, a line per row of a sheet."""
    cone = plan.cone
    cells = sum(len(run.keys) for run in cone.runs)
    size = f"{cells:,} cells in {len(cone.runs):,} rows depend on what varies; "
    parts = [
        _listed("varied", cone, cone.inputs),
        _listed("asked for", cone, cone.outputs),
        size + f"{len(plan.plain.computed):,} of them are computed for every scenario.",
        _slow(plan),
        _LEGEND,
        plan.explain(),
    ]
    return "\n\n".join(part for part in parts if part)


def _listed(title: str, cone: Cone, cells: Iterable[CellId]) -> str:
    sheets, names = cone.base.program.scope.sheets, _names(cone)
    lines = []
    for sheet, key in cells:
        said = (address_of(sheets[sheet], key), names.get((sheet, key)), label_of(cone, sheet, key))
        lines.append("  " + "  ".join(text for text in said if text))
    return "\n".join([f"{title}:", *lines])


def _names(cone: Cone) -> dict[CellId, str]:
    """Return the defined name of each cell that has one."""
    program, found = cone.base.program, dict[CellId, str]()
    for name in program.workbook.names:
        try:
            rect = parse_rect(name.refers_to)
        except ValueError:
            continue
        sheet = program.scope.number(rect.sheet)
        if sheet is not None and rect.height == rect.width == 1:
            found.setdefault((sheet, key_of(rect.top, rect.left)), name.name)
    return found


def _slow(plan: Plan) -> str:
    """Say what is computed scenario by scenario, and about what it costs."""
    if not plan.plain.slow:
        return "All of it is computed for all scenarios at once."
    return slow_text(plan.plain, plan.slow_seconds)
