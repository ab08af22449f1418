"""``Model``: a workbook opened, its contract read, ready to be evaluated with any inputs.

What only scenarios need (pandas, the batch path) is imported when the first are run.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from engine.core.collection import collection_paused
from engine.core.exceptions import BadInput, UnknownName
from engine.core.store import Store, default_store
from engine.core.values import Value
from engine.evaluate.program import Program, compile_workbook
from engine.evaluate.reference import Evaluation, evaluate
from engine.evaluate.result import Result
from engine.evaluate.scale.clean import start_early
from engine.evaluate.scenario_runs import evaluated_with
from engine.evaluate.state import CONVERGED, CellId
from engine.evaluate.targets import Targets, input_value, is_missing
from engine.plan.plan import Plan, keep_plan, kept_plan
from engine.workbook.book import Workbook
from engine.workbook.contract import Contract, read_contract
from engine.workbook.opening import open_workbook

if TYPE_CHECKING:
    import pandas as pd

    from engine.evaluate.batch.frames import Runner
    from engine.evaluate.scale.draws import RandomScenarios
    from engine.evaluate.scale.outcomes import Ran
    from engine.evaluate.scale.run import Progress
    from engine.evaluate.scale.sources import Scenarios

_EPOCH = datetime.datetime(1899, 12, 30)  # noqa: DTZ001  # a workbook's dates have no time zone


class Model:
    """An analyst's workbook in Python. It is read once and never written.

    ``now`` is what TODAY and NOW answer in every evaluation (the moment of opening unless given).
    """

    def __init__(
        self, workbook: Workbook, now: datetime.datetime | None = None, store: Store | None = None
    ) -> None:
        self.workbook = workbook
        self._store = store
        moment = now or datetime.datetime.now()  # noqa: DTZ005  # TODAY answers the analyst's own day
        self._now = (moment - _EPOCH) / datetime.timedelta(days=1)

    @classmethod
    def open(cls, path: str | Path, now: datetime.datetime | None = None, *, cache: bool = True) -> Model:
        """Open a workbook; raise WorkbookError if it can't be read as one.

        What its formulas say is kept in the user's cache folder, so that the same formulas with other inputs
        open and evaluate faster next time; ``cache=False`` and ``TIEOUT_CACHE=off`` keep nothing.
        """
        store = default_store() if cache else None
        return cls(open_workbook(Path(path), store), now, store)

    def __getstate__(self) -> dict[str, object]:
        """What another process needs to open the same model: the workbook and the clock, nothing computed."""
        return {"workbook": self.workbook, "_now": self._now, "_store": None}

    @cached_property
    def program(self) -> Program:
        """The workbook's formulas, compiled."""
        return compile_workbook(self.workbook, self._kept)

    @cached_property
    def _kept(self) -> Plan | None:
        """The plan that an earlier opening kept."""
        return None if self._store is None else kept_plan(self._store, self.workbook)

    @cached_property
    def targets(self) -> Targets:
        """Finds cells by address or defined name."""
        return Targets(self.workbook, self.program.scope)

    @cached_property
    def base(self) -> Evaluation:
        """The evaluation of the workbook as it stands."""
        return self._first_evaluation()

    @collection_paused
    def _first_evaluation(self) -> Evaluation:
        """Compile the workbook and evaluate it, which makes much that stays and no garbage in circles."""
        found = evaluate(self.program, {}, now=self._now)
        if self._store is not None and self._kept is None:
            plan = self.program.plan
            keep_plan(self._store, self.workbook, plan, found.order_again())
        return found

    @cached_property
    def contract(self) -> Contract:
        """The contract tables as typed rows; raises ContractError with every mistake in them."""
        return read_contract(self.workbook, lambda name: Result(self.base, self.targets)[name])

    def evaluate(self, inputs: Mapping[str, Value] | None = None) -> Result:
        """Evaluate every formula cell, with values for inputs (by name or address) in place of their cells.

        An input may be a formula cell: the value replaces the formula. None makes the cell blank; pandas'
        missing values leave it as it is. Raises UnknownName, BadInput.
        """
        if not inputs:
            return Result(self.base, self.targets)
        overrides = self._overrides([inputs])[0]
        blank = [name for name, given in inputs.items() if given is None]
        overrides.update(dict.fromkeys(self.cells(blank, "input")))
        return Result(evaluated_with(self.base, overrides), self.targets)

    def run(
        self,
        scenarios: pd.DataFrame,
        outputs: Sequence[str],
        *,
        workers: int = 1,
        executor: Executor | None = None,
        progress: Progress | None = None,
    ) -> pd.DataFrame:
        """Evaluate outputs for many scenarios.

        ``scenarios`` has a row per scenario and a column per input (name or address); a missing value leaves
        the input as the workbook has it. Returns a row per scenario, same index, and a column per output;
        Excel errors stand in their lane as ExcelError. What does not run for all scenarios at once is in the
        frame's ``attrs``: "lane_by_lane" counts its causes, "seconds_a_scenario" is what they are expected to
        take, "alone" counts the scenarios of a reason. Where the workbook iterates circular references,
        "converged" has a boolean per scenario: whether they settled. Raises UnknownName, BadInput, and
        UnsupportedFormula or CircularReference where an output depends on what can't be evaluated.

        ``workers`` processes, or an ``executor`` such as Dask's ``Client.get_executor()``, share the work;
        the results are the same. ``progress`` is called with how many are done and how many there are.
        """
        start_early(workers)
        import pandas as pd

        from engine.evaluate.batch.frames import numeric_lanes
        from engine.evaluate.scale import outcomes
        from engine.evaluate.scale.run import Run

        if len(scenarios) and (workers != 1 or executor is not None or progress is not None):
            run = Run(self, scenarios, tuple(outputs), workers, executor, progress)
            return outcomes.frame(run, scenarios.index)
        wanted = self.cells(outputs, "output")
        asked = [*wanted, CONVERGED] if self.base.iterates else wanted
        columns = self.cells([str(column) for column in scenarios.columns], "input")
        present = [self.base.state.cells[sheet].get(key) for sheet, key in columns]
        numbers = [value for value in present if isinstance(value, float)]
        worth = len(numbers) == len(columns) and self.runner.worth(len(scenarios), columns, wanted)
        lanes = numeric_lanes(scenarios, columns, numbers) if worth else None
        if lanes is not None:
            found = self.runner.lanes(lanes, asked)
            if found is not None:
                named = {name: found[cell] for name, cell in zip(outputs, wanted, strict=True)}
                frame = pd.DataFrame(named, index=scenarios.index, columns=list(outputs))
                return self._told(frame, found.get(CONVERGED, ()))
        rows = self._overrides([dict(zip(scenarios.columns, row, strict=True)) for row in _rows(scenarios)])
        values = self.runner.run(rows, asked)
        converged = [row.pop() for row in values] if self.base.iterates else []
        frame = pd.DataFrame(values, index=scenarios.index, columns=list(outputs), dtype=object)
        return self._told(frame.infer_objects(), converged)

    def foresee(self, inputs: Sequence[str], outputs: Sequence[str]) -> None:
        """Plan once for several runs that vary some of ``inputs`` and ask for some of ``outputs``.

        Without it every run plans for itself. Raises UnknownName.
        """
        self.runner.plans.foresee(self.cells(inputs, "input"), self.cells(outputs, "output"))

    def explain(self, inputs: Sequence[str], outputs: Sequence[str]) -> str:
        """Return how outputs are computed when inputs vary: the program, by sheet address and row label.

        It says what is computed scenario by scenario and why. Raises UnknownName.
        """
        from engine.evaluate.batch.explain import explained
        from engine.evaluate.batch.unplanned import Unplanned

        varied, wanted = self.cells(inputs, "input"), self.cells(outputs, "output")
        try:
            return explained(self.runner.plans.planned(tuple(varied), tuple(dict.fromkeys(wanted))))
        except Unplanned as problem:
            return f"Every scenario is evaluated alone, from the formulas themselves: {problem}.\n"

    def summarise(
        self,
        scenarios: Scenarios,
        outputs: Sequence[str],
        *,
        quantiles: Sequence[float] | None = None,
        workers: int = 1,
        executor: Executor | None = None,
        progress: Progress | None = None,
    ) -> pd.DataFrame:
        """Summarise outputs over any number of scenarios, in memory that does not grow with them.

        ``scenarios`` is a DataFrame, the path of a .csv or .parquet file (or a folder of .parquet files), or
        ``random_scenarios``. Returns a row per output: count of numbers, errors, mean, std (n − 1), min,
        quantiles, max, and a column for each error code met. Quantiles are exact up to 16,384 scenarios, then
        within 0.3 % of the ranks. Where the workbook iterates circular references, the frame's ``attrs`` have
        in "unsettled" of how many scenarios they did not settle. Raises what ``run`` raises.
        """
        start_early(workers)
        from engine.evaluate.scale import outcomes
        from engine.evaluate.scale.run import Run
        from engine.evaluate.scale.summary import QUANTILES

        run = Run(self, scenarios, tuple(outputs), workers, executor, progress)
        return outcomes.summary(run, QUANTILES if quantiles is None else quantiles)

    def run_to(
        self,
        path: str | Path,
        scenarios: Scenarios,
        outputs: Sequence[str],
        *,
        summarise: bool = False,
        workers: int = 1,
        executor: Executor | None = None,
        progress: Progress | None = None,
    ) -> Ran:
        """Evaluate any number of scenarios into a .csv file, a .parquet file or a folder of Parquet files.

        Columns are ``scenario``, the inputs and the outputs, and ``converged`` where the workbook iterates
        circular references: whether they settled. The path appears when all is done; on Ctrl-C the
        finished blocks stay under a partial name, which the ``Ran`` returned has. Raises what ``run``
        raises, and OutputError.
        """
        start_early(workers)
        from engine.evaluate.scale import outcomes
        from engine.evaluate.scale.run import Run

        run = Run(self, scenarios, tuple(outputs), workers, executor, progress)
        return outcomes.outcome(run, Path(path), summarise=summarise)

    def random_scenarios(
        self, count: int, seed: int = 0, inputs: Sequence[str] | None = None
    ) -> RandomScenarios:
        """Return scenarios drawn from the distributions of the Assumptions table.

        ``inputs`` vary (every assumption that is not fixed, unless given). The same seed gives the same
        scenarios. Raises BadInput, ContractError.
        """
        from engine.evaluate.scale.draws import random_scenarios

        return random_scenarios(self.contract.assumptions, count, seed, inputs)

    def taken(self, name: str, cell: CellId, given: object) -> Value:
        """Return a scenario's value as its cell takes it; raise BadInput where it can't."""
        sheet, key = cell
        value = input_value(name, given, self.base.state.cells[sheet].get(key))
        return self._known_scenario(sheet, key, value)

    def _told(self, frame: pd.DataFrame, converged: Iterable[object]) -> pd.DataFrame:
        """Return a frame whose ``attrs`` say what did not run for all scenarios at once, and what settled."""
        frame.attrs |= self.runner.told()
        if self.base.iterates:
            frame.attrs["converged"] = tuple(map(bool, converged))
        return frame

    def _holds_number(self, cell: CellId) -> bool:
        return isinstance(self.base.state.cells[cell[0]].get(cell[1]), float)

    @cached_property
    def runner(self) -> Runner:
        """Runs scenarios around the base, by plan where one is right."""
        from engine.evaluate.batch.frames import Runner

        return Runner(self.base, self.targets)

    def cells(self, names: Sequence[str], role: str) -> list[CellId]:
        """Return the cells of names or addresses; raise UnknownName with every one that is none."""
        found, problems = [], []
        for name in names:
            try:
                found.append(self.targets.cell(name))
            except UnknownName as problem:
                problems.append(f"{role}: {problem}")
        if problems:
            raise UnknownName("\n".join(problems))
        return found

    def _overrides(self, rows: Sequence[Mapping[str, object]]) -> list[dict[CellId, Value]]:
        names = list(dict.fromkeys(str(name) for row in rows for name in row))
        cells = dict(zip(names, self.cells(names, "input"), strict=True))
        problems: list[str] = []
        found = [self._override(row, cells, problems) for row in rows]
        if problems:
            listed = list(dict.fromkeys(problems))
            raise BadInput("\n".join(listed[:20] + ([f"and {len(listed) - 20} more"] if listed[20:] else [])))
        return found

    def _override(
        self, row: Mapping[str, object], cells: Mapping[str, CellId], problems: list[str]
    ) -> dict[CellId, Value]:
        override: dict[CellId, Value] = {}
        for name, given in row.items():
            if is_missing(given):
                continue
            cell = cells[str(name)]
            try:
                override[cell] = self.taken(str(name), cell, given)
            except BadInput as problem:
                problems.append(str(problem))
        return override

    def _known_scenario(self, sheet: int, key: int, value: Value) -> Value:
        """Return the value; raise BadInput where it switches to a scenario that the table does not have."""
        if not isinstance(value, str) or self._switch != (sheet, key):
            return value
        known = self.contract.scenarios.names
        if value.casefold() not in [name.casefold() for name in known]:
            raise BadInput(
                f"{value!r} is no scenario of {self.workbook.path.name}; it has {', '.join(known)}"
            )
        return value

    @cached_property
    def _switch(self) -> CellId | None:
        if self.workbook.find_name("active_scenario") is None:
            return None
        return self.targets.cell("active_scenario")


def _rows(scenarios: pd.DataFrame) -> list[tuple[object, ...]]:
    return list(scenarios.itertuples(index=False, name=None))
