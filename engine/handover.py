"""What the report is handed: the stages' results, and where they come from."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from itertools import pairwise

from engine.analysis.results import AnalysisResults, Trace, TraceLine
from engine.analysis.terms import Terms
from engine.analysis.trace import traces
from engine.audit import single_cell_names, workbook_checks
from engine.core.exceptions import ContractError, Finding, TieoutError, UnknownName
from engine.core.values import Value
from engine.evaluate.lines import Line, Lines
from engine.evaluate.model import Model
from engine.evaluate.parity import Parity
from engine.evaluate.result import Result
from engine.evaluate.state import CellId
from engine.modules import modules_of
from engine.plan.forms import address_of
from engine.report import Coverage, Material, Provenance


def material_of(
    model: Model,
    result: Result,
    results: AnalysisResults,
    parity: Parity,
    versions: tuple[tuple[str, str], ...],
) -> Material:
    """Return everything that the stages found, as the report wants it.

    ``versions`` are (program, version) pairs. Raises ContractError where model_date is no date.
    """
    return Material(
        base=result,
        contract=model.contract,
        results=results,
        provenance=Provenance(
            workbook=model.workbook.path.name,
            sha256=model.workbook.sha256,
            title=_text(result, "model_title") or model.workbook.path.stem,
            date=_model_date(model, result),
            scenario=_text(result, "active_scenario") or "Base",
            versions=versions,
            coverage=_coverage(parity),
        ),
        checks=workbook_checks(model, result),
        findings=results.findings,
        modules=modules_of(model),
        traces=traces_of(model, result),
        names=() if model.contract.outputs else single_cell_names(model.workbook),
    )


def traces_of(model: Model, result: Result) -> tuple[Trace, ...]:
    """Return each headline figure that is a number with the lines to the assumptions that move it most.

    None where a run of scenarios fails: its analyses are findings, and the page is left out.
    """
    try:
        known = [row for row in model.contract.outputs if isinstance(result[row.name], float)]
        return traces(known, Terms(model.contract, result), model, LinePaths(model, result))
    except TieoutError:
        return ()


class LinePaths:
    """The lines from outputs to assumptions, with their labels and values."""

    def __init__(self, model: Model, result: Result) -> None:
        self._lines, self._result = Lines(model), result

        self._found: dict[str, Mapping[str, tuple[Line, ...]]] = {}

    def behind(self, output: str) -> Collection[str]:
        """Return the assumptions behind an output."""
        return self._paths(output).keys()

    def to(self, output: str, assumption: str) -> tuple[TraceLine, ...]:
        """Return the lines from the output's own line to one that reads the assumption."""
        path = self._paths(output)[assumption]
        cells = self._lines.cells_on(output, path)
        opens = (False, *(self._lines.opens(one, two) for one, two in pairwise(path)))
        told = zip(cells, path, opens, strict=True)
        return tuple(self._told(cell, line, opens=turned) for cell, line, turned in told)

    def _paths(self, output: str) -> Mapping[str, tuple[Line, ...]]:
        if output not in self._found:
            self._found[output] = self._lines.paths(output)
        return self._found[output]

    def _told(self, cell: CellId, line: Line, *, opens: bool) -> TraceLine:
        address = address_of(self._result.targets.scope.sheets[cell[0]], cell[1])
        texts = self._result.beside(address)
        unit = texts[1] if len(texts) > 1 else ""
        label = texts[0] if texts else address
        return TraceLine(label, unit, address, self._result.value(cell), self._lines.repeats(line), opens)


def _coverage(parity: Parity) -> Coverage:
    return Coverage(
        formula_cells=parity.formula_cells,
        compared=parity.compared,
        matched=parity.matched,
        not_evaluated=tuple((row.cell, row.reason) for row in parity.not_evaluated),
        excluded=tuple((reason, str(count)) for reason, count in parity.excluded.items()),
        differences=tuple((row.cell, row.cause) for row in parity.differences),
    )


def _text(result: Result, name: str) -> str:
    try:
        value = result[name]
    except UnknownName:
        return ""
    return value if isinstance(value, str) else ""


def _model_date(model: Model, result: Result) -> datetime.date:
    """Return the date that outputs carry in place of the clock: model_date, else that of the last save."""
    name = model.workbook.path.name
    try:
        value = result["model_date"]
    except UnknownName:
        if model.workbook.saved is None:
            message = "type its date into a cell and give that cell the name model_date"
            raise ContractError(f"{name} has no date:", [_error("model-date", message)]) from None
        return model.workbook.saved
    date = _date(value, date1904=model.workbook.settings.date1904)
    if date is None:
        message = f"model_date is {value!r}, which is no date from 1900 to 9999; type one, such as 2026-06-01"
        raise ContractError(f"{name} has no date:", [_error("model-date", message)])
    return date


def _date(value: Value, *, date1904: bool) -> datetime.date | None:
    """Return the date that a serial number stands for, None where Excel shows none."""
    epoch = datetime.date(1904, 1, 1) if date1904 else datetime.date(1899, 12, 30)
    if isinstance(value, float) and 1 <= value <= (datetime.date.max - epoch).days:
        return epoch + datetime.timedelta(days=int(value))
    return None


def _error(rule: str, message: str) -> Finding:
    return Finding(rule, "error", "", message)
