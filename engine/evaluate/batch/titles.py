"""What a program's lines are called: cells by address and label, and what the reference computes."""

from __future__ import annotations

from engine.core.address import SHIFT, STRIDE, a1
from engine.evaluate.batch.cone import Cone, Run
from engine.evaluate.batch.schedule import Step
from engine.plan.forms import address_of
from engine.plan.regions import DATA_TABLE


def title(cone: Cone, run: Run) -> str:
    """Return a run's cells by address, with the label of their row."""
    names = cone.base.program.scope.sheets
    first, last = int(run.keys[0]), int(run.keys[-1])
    end = "" if first == last else f":{a1(last >> SHIFT, last & (STRIDE - 1))}"
    label = label_of(cone, run.sheet, first)
    return f"{address_of(names[run.sheet], first)}{end}" + (f"  {label}" if label else "")


def label_of(cone: Cone, sheet: int, key: int) -> str:
    """Return the first text left of a cell (above it where time runs down), as people name the row."""
    known = cone.base.state.cells[sheet]
    step = STRIDE if cone.vertical[sheet] else 1
    place = key % STRIDE if cone.vertical[sheet] else (key >> SHIFT) << SHIFT
    place += step
    while place < key:
        value = known.get(place)
        if isinstance(value, str) and value.strip():
            return " ".join(value.split())[:60]
        place += step
    return ""


def cause(cone: Cone, step: Step) -> str:
    """Return what makes the reference compute a step, in a few words."""
    forms = cone.base.program.formed.forms
    together = [run for run in step.runs if run.together]
    if not together:
        return "a circular reference"
    if any(run.form == DATA_TABLE for run in together):
        return "a what-if Data Table"
    return "an array formula" if any(forms[run.form].array for run in together) else "OFFSET or INDIRECT"
