"""What functions make of every kind of argument, against LibreOffice; both may err in their own way.

Thousands of calls are recalculated in one workbook. A disagreement stands in ``libreoffice_deviations`` with
its reason, or fails.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import FORMULAE

from engine import ExcelError, Model, Value
from engine.core.address import a1
from tests.functions.libreoffice_deviations import DEVIATIONS, by_rule, known
from tests.functions.probes import CELLS, COLUMN, ROW, Probe, probes
from tests.libreoffice import needs_libreoffice, recalculated, stored_values

_CALL = re.compile(r'("(?:[^"]|"")*")|([A-Z_][A-Z0-9_.]*)\(')
_PROBES = tuple(probes())


def as_in_a_file(formula: str) -> str:
    """Return a formula with the prefix that files give to functions younger than Excel 2007."""
    return _CALL.sub(lambda m: m[1] or ("" if m[2] in FORMULAE else "_xlfn.") + f"{m[2]}(", formula)


def _workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "Probes"
    for address, value in CELLS.items():
        assert not isinstance(value, ExcelError)
        page[address] = as_in_a_file(value) if isinstance(value, str) and value.startswith("=") else value
    for place, probe in enumerate(_PROBES):
        page.cell(ROW + place, COLUMN, as_in_a_file(probe.formula))
    book.save(path)
    return path


def agree(ours: Value, theirs: Value) -> bool:
    """Whether two answers are one: numbers within 1e-7, any error as any other, a blank as an empty text."""
    if isinstance(ours, ExcelError) or isinstance(theirs, ExcelError):
        return isinstance(ours, ExcelError) and isinstance(theirs, ExcelError)
    if isinstance(ours, float | bool) and isinstance(theirs, float | bool):
        return abs(ours - theirs) <= 1e-7 * max(1.0, abs(ours), abs(theirs))
    return (ours or "") == (theirs or "")


Answers = Mapping[Probe, tuple[Value, Value]]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """Return our answer and LibreOffice's to each probe that we evaluate."""
    scratch = tmp_path_factory.mktemp("probes")
    path = _workbook(scratch / "probes.xlsx")
    [recalculated_path] = recalculated([path], scratch, passes=1)
    theirs, ours = stored_values(recalculated_path), Model.open(path).evaluate()
    cells = {probe: f"Probes!{a1(ROW + place, COLUMN)}" for place, probe in enumerate(_PROBES)}
    return {
        probe: (ours[cell], theirs.get(cell))
        for probe, cell in cells.items()
        if cell not in ours.not_evaluated
    }


@needs_libreoffice
@pytest.mark.libreoffice
def test_libreoffice_agrees_or_is_known_to_differ(answers: Answers) -> None:
    """Every disagreement is known with its reason."""
    unknown = [
        f"{probe.formula} ({probe.kind}): {ours!r}, LibreOffice {theirs!r}"
        for probe, (ours, theirs) in answers.items()
        if not agree(ours, theirs) and not known(probe, ours, theirs)
    ]
    assert unknown == []


@needs_libreoffice
@pytest.mark.libreoffice
def test_most_answers_are_confirmed(answers: Answers) -> None:
    """The witness knows more than 370 of the functions, and confirms most of its answers about each."""
    heard: dict[str, list[bool]] = {}
    for probe, (ours, theirs) in answers.items():
        heard.setdefault(probe.function, []).append(agree(ours, theirs))
    confirmed = [name for name, agreeing in heard.items() if sum(agreeing) > 0.6 * len(agreeing)]
    assert len(confirmed) > 370


@needs_libreoffice
@pytest.mark.libreoffice
def test_every_known_deviation_is_met(answers: Answers) -> None:
    """No row of the table stands without a disagreement that it alone explains."""
    differing = [
        probe
        for probe, (ours, theirs) in answers.items()
        if not agree(ours, theirs) and not by_rule(probe, ours, theirs)
    ]
    idle = [each for each in DEVIATIONS if not any(each.covers(probe) for probe in differing)]
    assert idle == []
