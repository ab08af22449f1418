"""The one place that wires the stages, from the workbook's cells to the pack, and times them.

Every stage passes its result forward as a frozen value; nothing here computes a figure.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import engine
from engine.analysis.declared import declared
from engine.analysis.results import AnalysisResults, ClaimVerdict
from engine.analysis.run import run_analyses
from engine.audit import (
    Audit,
    circles,
    damaged_parts,
    error_cells,
    refuse_damaged,
    single_cell_names,
    unsettled,
    workbook_checks,
)
from engine.authoring import About, new_workbook, offered, starter
from engine.core.exceptions import (
    ContractError,
    Finding,
    OutputError,
    UnknownName,
    UnsupportedFormula,
    WorkbookError,
)
from engine.core.templates import templates
from engine.core.values import Value
from engine.dump import dump
from engine.evaluate.model import Model
from engine.evaluate.parity import Parity, compare
from engine.evaluate.result import Result
from engine.evaluate.scale.clean import start_early
from engine.evaluate.scale.cluster import cluster
from engine.evaluate.scale.outcomes import Ran, outcome
from engine.evaluate.scale.run import Progress, Run
from engine.evaluate.scale.sources import Scenarios, source_of
from engine.evaluate.unread import unread_scenarios
from engine.handover import material_of
from engine.report import Material, build_report, load_template
from engine.workbook.contract import Contract
from engine.workbook.opening import open_workbook
from engine.xlsx.save import save
from engine.xlsx.theme import load_theme
from engine.xlsx.write import render

Stage = Callable[[str], None]
"""Called with the name of each stage as it begins."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure asked for: its name or address, what the Outputs table says of it, its value or rows.

    ``missing`` says why it could not be evaluated, and is "" where it could.
    """

    name: str
    label: str
    unit: str
    value: Value | tuple[tuple[Value, ...], ...]
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Calculated:
    """Figures, and the cells of circular references that did not settle."""

    figures: tuple[Figure, ...]
    unsettled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScenarioRequest:
    """Scenarios to run: a file, or (where it is None) ``random`` ones that vary ``inputs`` (all, if empty).

    ``outputs`` are those of the Outputs table where none are named; ``to`` is a file or a folder.
    """

    model: Path
    scenarios: Path | None = None
    random: int = 0
    seed: int = 0
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    to: Path | None = None
    summary: bool = False
    workers: int = 1
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build wrote, how long each stage took in seconds, and what a reader should know at once."""

    paths: tuple[Path, ...]
    seconds: Mapping[str, float]
    claims: tuple[ClaimVerdict, ...]
    failed_checks: tuple[str, ...]
    parity: Parity
    unsettled: tuple[str, ...] = ()
    errors: tuple[Finding, ...] = ()


class Stopwatch:
    """Passes each stage's name on, and keeps how long each one took."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._began = time.perf_counter()
        self._name = ""
        self.seconds: dict[str, float] = {}

    def __call__(self, name: str) -> None:
        """End the stage that runs and begin the next."""
        now = time.perf_counter()
        if self._name:
            self.seconds[self._name] = self.seconds.get(self._name, 0.0) + now - self._began
        self._began, self._name = now, name
        self._stage(name)

    def analyses(self, label: str, done: int, total: int) -> None:
        """Report which analysis is about to run."""
        self._stage(f"Running analyses, {done + 1} of {total}: {label}")


def _silent(_stage: str) -> None:
    """Report progress to no one."""


def build(path: str | Path = "model.xlsx", out: str | Path = "outputs", stage: Stage = _silent) -> Built:
    """Build every report of ``templates/reports`` from a workbook into a folder, made if it is not there.

    The workbook is only read. Nothing is written until all of it can be; a file that is there is replaced
    in one step or stays whole. ``stage`` is told each stage's name. Raises WorkbookError, ContractError,
    FormulaError, AnalysisError, TemplateError or OutputError, each naming the remedy.
    """
    path, out, watch = Path(path), Path(out), Stopwatch(stage)
    _refuse_folder(out)
    watch("Opening the workbook")
    model = Model.open(path)
    refuse_damaged(model.workbook)
    watch("Evaluating")
    result = _without_circles(model.evaluate())
    parity = compare(model)
    watch("Planning the analyses")
    model.foresee(*declared(model.contract, result))
    watch("Running analyses")
    results = run_analyses(model.contract, model, result, watch.analyses)
    _refuse_failures(results)
    watch("Laying out the pages")
    material = material_of(model, result, results, parity, _versions())
    files = _render(material, out)
    _refuse_model(files, path)
    _refuse_change(model)
    watch("Writing")
    for target, content in files.items():
        save(content, target)
    watch("")
    failed = tuple(check.label for check in material.checks if not check.passes)
    errors = tuple(error_cells(model, model.contract, result))
    return Built(tuple(files), watch.seconds, results.claims, failed, parity, result.unsettled, errors)


def calculate(
    path: str | Path, inputs: Mapping[str, Value], wanted: Sequence[str] = (), stage: Stage = _silent
) -> Calculated:
    """Return figures of a workbook with some inputs set; without ``wanted``, those of its Outputs table.

    Raises UnknownName for a name or address that the workbook lacks, BadInput for a value its cell can't
    take.
    """
    stage("Opening the workbook")
    model = Model.open(Path(path))
    _refuse_unknown(model, wanted)
    stage("Evaluating")
    result = model.evaluate(inputs)
    figures = tuple(_figure(model, result, name) for name in wanted or _headlines(model))
    return Calculated(figures, result.unsettled)


def _refuse_unknown(model: Model, wanted: Sequence[str]) -> None:
    """Raise UnknownName with every name and address that the workbook lacks."""
    problems = []
    for name in wanted:
        try:
            model.targets.rect(name)
        except UnknownName as problem:
            problems.append(str(problem))
    if problems:
        raise UnknownName("\n".join(problems))


def _figure(model: Model, result: Result, name: str) -> Figure:
    row = next((row for row in model.contract.outputs if row.name.casefold() == name.casefold()), None)
    label, unit = (row.label, row.unit or "") if row else ("", "")
    try:
        rows = result.range(name)
    except UnsupportedFormula as problem:
        return Figure(name, label, unit, None, str(problem))
    single = len(rows) == 1 and len(rows[0]) == 1
    return Figure(name, label, unit, rows[0][0] if single else rows)


def run_scenarios(request: ScenarioRequest, stage: Stage = _silent, progress: Progress | None = None) -> Ran:
    """Evaluate many scenarios of a workbook into a file, a folder or a summary.

    Raises WorkbookError, UnknownName or BadInput with everything that is wrong with the scenarios,
    OutputError, or TieoutError where the cluster can't be used. Ctrl-C keeps the finished blocks.
    """
    start_early(request.workers)
    stage("Opening the workbook")
    model = Model.open(request.model)
    stage("Evaluating")
    outputs = request.outputs or _headlines(model)
    scenarios: Scenarios = request.scenarios or model.random_scenarios(
        request.random, request.seed, request.inputs or None
    )
    with _cluster(request.cluster) as executor:
        run = Run(model, scenarios, outputs, request.workers, executor, progress)
        stage("Reading the scenarios through")
        _ = run.count
        stage("Running the scenarios")
        return outcome(run, request.to, summarise=request.summary)


def explain_scenarios(request: ScenarioRequest) -> str:
    """Return how scenarios would be computed, by address and row label; raises what running them raises."""
    model = Model.open(request.model)
    scenarios: Scenarios = request.scenarios or model.random_scenarios(
        request.random, request.seed, request.inputs or None
    )
    return model.explain(source_of(scenarios).inputs, request.outputs or _headlines(model))


def _cluster(address: str) -> AbstractContextManager[Executor | None]:
    return cluster(address) if address else nullcontext()


def check(path: str | Path = "model.xlsx", stage: Stage = _silent) -> Audit:
    """Return what is wrong with a workbook and what became of its claims.

    Raises WorkbookError where it can't be read at all.
    """
    watch = Stopwatch(stage)
    watch("Opening the workbook")
    model = Model.open(Path(path))
    watch("Evaluating")
    result = model.evaluate()
    watch("Comparing with the stored values")
    parity = compare(model)
    contract, mistakes = _contract(model)
    contract_read = not mistakes
    watch("Planning the analyses")
    model.foresee(*declared(contract, result))
    watch("Running analyses")
    results = run_analyses(contract, model, result, watch.analyses)
    circular = (*circles(result), *unsettled(result))
    mistakes = (*damaged_parts(model.workbook), *mistakes)
    unread = unread_scenarios(model, contract)
    findings = (*mistakes, *circular, *unread, *error_cells(model, contract, result), *results.findings)
    return Audit(findings, parity, workbook_checks(model, result), results.claims, contract_read)


def models() -> tuple[About, ...]:
    """Return the id, title and purpose of every business model that a new workbook can be made of."""
    return offered()


def new(
    path: str | Path, ids: Sequence[str], months: int = 60, title: str | None = None, stage: Stage = _silent
) -> Path:
    """Write a new workbook of the business models with these ids and what they require; return its path.

    Where none of them brings phases and a sweep, a plan in phases to edit comes with them.

    Raises TemplateError with every unknown id, and OutputError where the file exists or can't be written.
    """
    stage("Composing the workbook")
    path = Path(path)
    made = starter(ids)
    new_workbook(made.templates, path, title or made.title, {"month": months}, made.purpose)
    return path


def text_of(path: str | Path = "model.xlsx") -> Iterator[str]:
    """Yield the lines of a workbook's text form; raise WorkbookError where it can't be opened."""
    return dump(open_workbook(path))


def _contract(model: Model) -> tuple[Contract, tuple[Finding, ...]]:
    """Return the contract, or an empty one and the mistakes that stand in its way."""
    try:
        return model.contract, ()
    except ContractError as problem:
        return Contract(), problem.findings


def _without_circles(result: Result) -> Result:
    """Return the result; raise CircularReference where the workbook has circles that it does not iterate."""
    return result.require_whole() if result.circles else result


def _headlines(model: Model) -> tuple[str, ...]:
    """Return the names of the Outputs table; where it is missing, every defined name of a single cell."""
    if model.contract.outputs:
        return tuple(row.name for row in model.contract.outputs)
    return single_cell_names(model.workbook)


def _render(material: Material, out: Path) -> dict[Path, bytes]:
    theme = load_theme(templates() / "theme.toml")
    declared = sorted((templates() / "reports").iterdir(), key=lambda entry: entry.name)
    reports = [load_template(entry) for entry in declared if entry.name.endswith(".toml")]
    return {out / report.file: render(build_report(report, material), theme) for report in reports}


def _versions() -> tuple[tuple[str, str], ...]:
    """Return the versions that a figure or a file depends on."""
    libraries = ((name, version(name)) for name in ("formulas", "xlsxwriter"))
    return ("tieout", engine.__version__), *libraries


def _refuse_folder(out: Path) -> None:
    """Fail before the work rather than after it where the folder can't take the outputs."""
    if out.exists() and not out.is_dir():
        raise OutputError(f"{out} is a file; choose a folder with --out")


def _refuse_model(targets: Iterable[Path], model: Path) -> None:
    for target in targets:
        if target.resolve() == model.resolve():
            raise OutputError(
                f"{target} is the model itself, which is never written; choose another folder with --out"
            )


def _refuse_failures(results: AnalysisResults) -> None:
    failed = [finding for finding in results.findings if finding.severity == "error"]
    if failed:
        raise ContractError("Some of what the workbook asks for can't be done; nothing was written:", failed)


def _refuse_change(model: Model) -> None:
    path = model.workbook.path
    if hashlib.sha256(path.read_bytes()).hexdigest() != model.workbook.sha256:
        raise WorkbookError(
            f"{path} was saved while the pack was being built; build again. Nothing was written."
        )
