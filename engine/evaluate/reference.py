"""The reference: one scenario, cell by cell, in whatever order the values ask for.

A closure that meets a cell not yet computed raises Pending; that cell is computed first, on a stack of our
own, so chains of any length and references known only at run time (OFFSET, INDIRECT) need no special care,
and a branch of IF that is not taken closes no circle. The order found serves later evaluations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.core.collection import collection_paused
from engine.core.exceptions import UnsupportedFormula
from engine.core.values import REF, Value
from engine.evaluate.computed import Computed
from engine.evaluate.data_tables import header_values, table_cell
from engine.evaluate.iteration import converge, steady
from engine.evaluate.precision import shown
from engine.evaluate.program import Program, extents_of
from engine.evaluate.rerun import Cones, cone, rerun, runs_of, settles
from engine.evaluate.spill import single, spread
from engine.evaluate.state import CellId, State
from engine.evaluate.sweep import is_circle, sweep
from engine.evaluate.text_references import refer
from engine.functions.date_text import reading
from engine.functions.operands import PENDING, Operand, Pending
from engine.functions.table import Fault
from engine.plan.dependencies import Bounds
from engine.plan.runs import Run
from engine.workbook.book import Formula


class _OtherTable(Exception):
    """A cell of a Data Table asks for one of another, which the evaluation around it has not computed yet."""

    def __init__(self, sheet: int, key: int) -> None:
        super().__init__(sheet, key)
        self.sheet, self.key = sheet, key


@dataclass
class Evaluation:
    """One evaluation: the state, what could not be evaluated and why, and circles found.

    ``unevaluated`` maps a cell to the cell at fault and the reason. ``order`` is the order in which cells
    were computed, ``cones`` what depends on inputs asked for so far, which reruns share with their base.
    ``heads`` are the cells that close circles not yet iterated, ``closing`` those that were, ``loop`` the
    circular cells in the order of a pass, ``converged`` whether they settled. ``held`` are cells whose value
    was given, ``lent`` those of them whose formula gave it elsewhere, ``around`` the Data Tables that this
    evaluation computes a cell of, ``grown`` the areas that dynamic arrays fill beyond the saved ones,
    ``overspill`` the cells there with the first cell of their array, ``deferred`` (while Data Tables wait for
    circles to settle) the cells that wait for them.
    """

    program: Program
    state: State
    unevaluated: dict[CellId, tuple[CellId, str]] = field(default_factory=dict)
    circles: list[tuple[CellId, ...]] = field(default_factory=list)
    order: Computed = field(default_factory=Computed)
    cones: Cones = field(default_factory=Cones)
    heads: dict[CellId, None] = field(default_factory=dict)
    closing: tuple[CellId, ...] = ()
    loop: list[CellId] = field(default_factory=list)
    held: frozenset[CellId] = frozenset()
    lent: frozenset[CellId] = frozenset()
    around: frozenset[CellId] = frozenset()
    grown: list[Bounds] = field(default_factory=list)
    overspill: dict[CellId, int] = field(default_factory=dict)
    deferred: set[CellId] | None = None
    converged: bool = True
    restless: frozenset[CellId] = frozenset()
    date_order_matters: bool = False
    dates_in_text: bool = False

    @property
    def unsettled(self) -> frozenset[CellId]:
        """The cells of circular references that did not settle, and of Data Tables in which some did not."""
        return self.restless if self.converged else self.restless.union(self.loop)

    @property
    def iterates(self) -> bool:
        """Whether the workbook asks for circular references to be iterated."""
        return self.program.workbook.settings.iterate

    def order_again(self) -> list[Run]:
        """Return an order in which the same formulas find most of their precedents computed.

        Cells without a value come last, each after the one that it lacks.
        """
        order = self.order.copy()
        for cell in self.unevaluated:
            order.append(cell)
        return order.runs(self.program.formed)

    def settle(self, cells: Iterable[CellId] | None = None) -> None:
        """Compute cells (all that wait, unless given) and what they ask for, and iterate what is circular.

        Where circles have to settle, Data Tables and what asks for them come last.
        """
        asked = None if cells is None else list(cells)
        if self.heads and self.loop:
            self.reopen(converge(self))
        if self.iterates and self.program.has_data_tables:
            self.deferred = set()
            self._settle_stage(asked)
            self.deferred = None
        self._settle_stage(asked)
        self._lose_readers_of_spills()

    def _settle_stage(self, cells: list[CellId] | None) -> None:
        self.settle_cells(_waiting(self.state) if cells is None else cells)
        for _ in range(_ROUNDS):
            if self.grown and not (self.heads and self.iterates):
                self._readers_of_spills()
            elif self.iterates and (self.heads or (self.loop and not steady(self))):
                self.loop, self.heads = [], dict.fromkeys([*self.closing, *self.heads])
                self.reopen(converge(self))
            else:
                break
            self.settle_cells(_waiting(self.state) if cells is None else cells)

    def reopen(self, cells: Iterable[CellId]) -> None:
        """Mark cells as to be computed again."""
        store, kept = self.state.cells, self.held.union(self.loop, self.unevaluated)
        opened = {cell for cell in cells if cell not in kept}
        opened.update(part for part, owner in self.overspill.items() if (part[0], owner) in opened)
        for sheet, key in opened:
            store[sheet][key] = PENDING
        self.state.kept.generation += 1

    def _readers_of_spills(self) -> None:
        """Reopen what reads the cells that dynamic arrays have filled beyond their saved areas."""
        program = self.program
        regions = program.dependencies.dependents(self.grown)
        self.grown.clear()
        self.reopen(program.cells_of(regions))

    def _lose_readers_of_spills(self) -> None:
        for bounds in self.grown:
            cell = bounds[0], bounds[1] << 15 | bounds[2]
            self.unevaluated[cell] = (cell, "its spilled range changes size with every calculation")
        self.grown.clear()

    def settle_cells(self, cells: Iterable[CellId]) -> None:
        """Compute cells and whatever they ask for, each once."""
        store = self.state.cells
        for cell in cells:
            if store[cell[0]].get(cell[1]) is PENDING and not self._given_up(cell):
                try:
                    self.compute(cell)
                except Pending as pending:
                    self._settle_one(cell, pending)
                except UnsupportedFormula as error:
                    self._lose(cell, error)

    def _given_up(self, cell: CellId) -> bool:
        return cell in self.unevaluated or (self.deferred is not None and cell in self.deferred)

    def _settle_one(self, cell: CellId, pending: Pending) -> None:
        """Compute a cell after what it waits for."""
        stack, started = [cell], {cell: None}
        store, iterates = self.state.cells, self.iterates
        self._wait(cell, pending, stack, started)
        while stack:
            current = sheet, key = stack[-1]
            if store[sheet].get(key) is PENDING and not self._given_up(current):
                started[current] = None
                try:
                    self.compute(current)
                except Pending as further:
                    self._wait(current, further, stack, started)
                    continue
                except UnsupportedFormula as error:
                    self._lose(current, error)
                if store[sheet].get(key) is PENDING and not self._given_up(current):
                    continue
            stack.pop()
            if started.pop(current, False) is None and iterates and current in self.heads:
                self._again(current)

    def _lose(self, cell: CellId, error: Exception) -> None:
        self.unevaluated[cell] = (cell, str(error))

    def _again(self, cell: CellId) -> None:
        """Compute a cell that closes a circle once its precedents are known."""
        try:
            self.compute(cell)
        except Pending:
            return
        finally:
            self.state.kept.generation += 1

    def compute(self, cell: CellId) -> None:
        """Compute one cell; raise Pending for what has to come first."""
        (sheet, key), state, program = cell, self.state, self.program
        closure = program.closures[sheet].get(key)
        if closure is None:
            self._compute_part(cell)
            return
        if state.streams:
            state.streams.pop(cell, None)  # the same random numbers however often a cell is asked
        try:
            operand = closure(state, key)
        except Fault as fault:
            operand = fault.error
        except (Pending, UnsupportedFormula, _OtherTable):
            raise
        except Exception as error:  # a fault of ours costs its cell, which says so, and not the workbook
            raise UnsupportedFormula(_failure(error)) from error
        if operand.__class__ is float and cell not in program.arrays:
            state.cells[sheet][key] = operand
        else:
            self.put(cell, operand)
        self.order.append(cell)

    def _compute_part(self, cell: CellId) -> None:
        """Compute a cell without a formula of its own: one of a Data Table or of an array formula's area."""
        sheet, key = cell
        owner = self.program.parts.get(cell, self.overspill.get(cell))
        table = None if owner is None else self.program.formed.data_tables[sheet].get(owner)
        if table is not None and self.deferred is not None:
            self.deferred.add(cell)
        elif table is not None:
            value = self._table_cell(sheet, table, key)
            self.state.cells[sheet][key] = shown(self.program.workbook, cell, value)
            self.order.append(cell)
        elif cell in self.program.problems:
            raise UnsupportedFormula(self.program.problems[cell])
        elif owner is None:  # a cell that an array might have filled
            self.state.cells[sheet][key] = None
        elif (sheet, owner) in self.unevaluated or self.state.cells[sheet].get(owner) is PENDING:
            raise Pending(sheet, [owner])
        elif (sheet, owner) in self.held and self.program.arrays[sheet, owner] is not None:
            spread(self, (sheet, owner), self.program.closures[sheet][owner](self.state, owner))
        else:  # a dynamic array's result is smaller than the area it was saved with
            self.state.cells[sheet][key] = None

    def _table_cell(self, sheet: int, table: Formula, key: int) -> Value:
        """Evaluate the table's formula in a copy of this evaluation whose input cells hold the headers.

        Other Data Tables that the formula reads keep their values: Excel does not compute a table again for
        each cell of another one.
        """
        cell = table_cell(sheet, table, key)
        if cell is None:
            return REF
        owner = sheet, self.program.parts[sheet, key]
        if owner in self.around:
            return 0.0
        if self.around:
            raise _OtherTable(sheet, key)
        formula_sheet, asked = cell.formula
        if cell.formula in self.unevaluated or self.state.cells[formula_sheet].get(asked) is PENDING:
            raise Pending(formula_sheet, [asked])
        given = header_values(cell, self.state.cells)
        between = cone(self, tuple(given), (cell.formula,))
        again = self._outside_tables(between, owner)
        inner = rerun(self, given, again, around=owner)
        try:
            sweep(inner, runs_of(self, given, again))
            inner.settle([cell.formula])
        except _OtherTable as asked_first:
            raise Pending(asked_first.sheet, [asked_first.key]) from None
        if cell.formula in inner.unevaluated:
            raise UnsupportedFormula(inner.unevaluated[cell.formula][1])
        if not settles(inner, (cell.formula,)):
            self.restless |= {(sheet, key)}
        value = inner.state.cells[formula_sheet].get(asked)
        return 0.0 if value is None else value

    def _outside_tables(self, cells: list[CellId], owner: CellId) -> list[CellId]:
        """Return cells without those of other Data Tables."""
        tables, parts = self.program.formed.data_tables, self.program.parts
        if sum(map(len, tables)) < 2:
            return cells
        return [c for c in cells if parts.get(c) not in tables[c[0]] or (c[0], parts[c]) == owner]

    def _wait(self, cell: CellId, pending: Pending, stack: list[CellId], started: dict[CellId, None]) -> None:
        wanted = [(pending.sheet, key) for key in pending.keys]
        lost = next((w for w in wanted if w in self.unevaluated), None)
        if lost is not None:
            self.unevaluated[cell] = self.unevaluated[lost]
            return
        if self.deferred is not None and not self.deferred.isdisjoint(wanted):
            self.deferred.add(cell)
            return
        circle = next((w for w in wanted if w in started), None)
        if circle is None:
            stack.extend(wanted)
            return
        chain = list(started)
        self.circles.append(tuple(chain[chain.index(circle) :]))
        # Excel leaves 0 in the cell that closes a circle, and begins there when it iterates.
        self.state.cells[circle[0]][circle[1]] = 0.0
        self.heads[circle] = None

    def put(self, cell: CellId, operand: Operand) -> None:
        """Put a formula's result into its cell, or an array formula's over its area."""
        sheet, key = cell
        if cell in self.program.arrays:
            spread(self, cell, operand)
        elif is_circle(operand, sheet, key) and not self.iterates:
            self.circles.append((cell,))
            self.state.cells[sheet][key] = 0.0
        else:
            self.state.cells[sheet][key] = single(operand, key)


_ROUNDS = 10


def _failure(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "its formula calls itself without end"
    if isinstance(error, MemoryError):
        return "its formula needs more memory than there is"
    return f"the engine failed at its formula ({type(error).__name__}: {error}), which is a mistake of ours"


def evaluate(
    program: Program,
    overrides: Mapping[CellId, Value],
    *,
    now: float = 0.0,
    order: Sequence[CellId] = (),
    day_first: bool | None = None,
) -> Evaluation:
    """Evaluate every formula cell, with ``overrides`` in place of what those cells hold.

    ``order`` is an order of cells to start from, such as an earlier evaluation's. ``day_first`` is how dates
    in text are read (as the workbook's own Excel did unless given).
    """
    evaluation = Evaluation(program, _begun(program, overrides, now), held=frozenset(overrides))
    first = program.workbook.day_first if day_first is None else day_first
    date1904 = program.workbook.settings.date1904
    with reading(day_first=first, now=now, date1904=date1904) as date_order:
        if not overrides:
            sweep(evaluation, program.plan.order)
        evaluation.settle(order or None)
    evaluation.date_order_matters = date_order.matters
    evaluation.dates_in_text = date_order.dated
    return evaluation


@collection_paused
def _begun(program: Program, overrides: Mapping[CellId, Value], now: float) -> State:
    """Return the state in which every formula cell waits to be computed."""
    cells = [dict(constants) for constants in program.constants]
    for number, closures in enumerate(program.closures):
        cells[number].update(dict.fromkeys(closures, PENDING))
    for sheet, key in (*program.parts, *program.problems):
        cells[sheet][key] = PENDING
    for (sheet, key), value in overrides.items():
        cells[sheet][key] = value
    sheets = program.workbook.sheets
    return State(
        cells,
        extents_of(program.workbook),
        program.scope.sheets,
        refer(program.scope),
        texts=program.texts,
        array_members=program.array_members,
        now=now,
        date1904=program.workbook.settings.date1904,
        hidden_rows=tuple(sheet.hidden_rows for sheet in sheets),
        filtered_rows=tuple(sheet.filtered_rows for sheet in sheets),
        pivots=program.workbook.pivots,
        macintosh="Macintosh" in program.workbook.application,
        data_types=tuple(sheet.data_types for sheet in sheets),
        sheet_order=program.workbook.sheet_order,
        file=program.workbook.path.name,
        constants=program.constants,
        wordless=program.wordless,
    )


@collection_paused
def _waiting(state: State) -> list[CellId]:
    """Return the cells not computed yet, in the order of the sheets."""
    return [
        (number, key)
        for number, cells in enumerate(state.cells)
        for key, value in cells.items()
        if value is PENDING
    ]
