"""Computed against stored: does the engine give what Excel saved beside each formula?

A difference is traced upstream, so that one wrong cell does not read as a thousand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from engine.core.exceptions import ContractError
from engine.core.values import ExcelError, Value
from engine.evaluate.causes import Causes
from engine.evaluate.model import Model
from engine.evaluate.program import Program
from engine.evaluate.reference import Evaluation, evaluate
from engine.evaluate.rerun import bounds_of, dependents
from engine.evaluate.spill import item_at, single
from engine.evaluate.state import CellId, State
from engine.formula.expr import Call, Text, walk
from engine.functions.operands import Pending
from engine.functions.table import Fault
from engine.functions.text_format import separated
from engine.plan.forms import Form, address_of
from engine.workbook.book import SheetCells, Workbook
from engine.workbook.contract import Output

TOLERANCE: Final = 1e-9
# Excel stops these early: a stored XIRR of a loss of over 88.75 % is off by 1e-9 of its root, others by more.
EARLY: Final = frozenset(["IRR", "XIRR", "RATE", "MIRR", "YIELD", "ODDFYIELD"])
EARLY_TOLERANCE: Final = 1e-7
# Thousands and decimals as they are set apart outside of English: spaces of two kinds, points, apostrophes.
_SEPARATORS: Final = ((" ", ","), ("\xa0", ","), (".", ","), ("\N{RIGHT SINGLE QUOTATION MARK}", "."))
UNREPEATABLE: Final = frozenset(["RAND", "RANDBETWEEN", "RANDARRAY", "TODAY", "NOW"])


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell whose computed value is not the stored one; ``cause`` says why, or which cell upstream."""

    cell: str
    formula: str
    stored: Value
    computed: Value
    cause: str


@dataclass(frozen=True, slots=True)
class NotEvaluated:
    """A cell without a value: the reason, and the outputs it reaches."""

    cell: str
    reason: str
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parity:
    """How the computed values compare with the stored ones.

    ``formula_cells`` counts formulas and the other cells of array and Data Table areas; it is the sum of
    ``compared``, ``not_evaluated`` and the counts in ``excluded`` (by reason). ``matched`` of the compared
    cells agree. ``circles`` are the circular references that the workbook iterates (0 where it has none),
    ``converged`` whether they settled.
    """

    formula_cells: int
    compared: int
    matched: int
    differences: tuple[Difference, ...] = ()
    not_evaluated: tuple[NotEvaluated, ...] = ()
    excluded: Mapping[str, int] = field(default_factory=dict)
    circles: int = 0
    converged: bool = True


def same(computed: Value, stored: Value, tolerance: float = TOLERANCE) -> bool:
    """Whether two values agree: numbers within a relative tolerance (absolute below 1), the rest exactly.

    No stored value agrees with a blank and with empty text, which Excel saves as no value.
    """
    if isinstance(computed, float) and isinstance(stored, float):
        return abs(computed - stored) <= tolerance * max(1.0, abs(stored))
    if stored is None:
        return computed is None or computed == ""
    return type(computed) is type(stored) and computed == stored


def compare(model: Model, stored: Workbook | None = None) -> Parity:
    """Compare every formula cell of a model's base evaluation with the value stored in the file.

    ``stored`` is the workbook whose values are compared with, where the model's own were overwritten.
    """
    return _Comparison(model, stored or model.workbook).parity()


class _Comparison:
    def __init__(self, model: Model, stored: Workbook) -> None:
        self.model = model
        self.evaluation = model.base
        self.program: Program = model.program
        self.sheets = stored.sheets
        self.volatile = volatile_cells(self.program)
        self.circular = circular_cells(self.evaluation)
        self.iterated = iterated_cells(self.evaluation)
        self.early = early_cells(self.program)

    def parity(self) -> Parity:
        excluded: Counter[str] = Counter()
        differing: dict[CellId, None] = {}
        cells = compared = 0
        for cell in self._cells():
            cells += 1
            if cell in self.evaluation.unevaluated:
                continue
            agrees = same(*self._values(cell), EARLY_TOLERANCE if cell in self.early else TOLERANCE)
            reason = self._exclusion(cell, agrees=agrees)
            if reason:
                excluded[reason] += 1
                continue
            compared += 1
            if not agrees:
                differing[cell] = None
        causes = Causes(self.program, differing)
        return Parity(
            cells,
            compared,
            compared - len(differing),
            tuple(self._difference(cell, causes) for cell in differing),
            tuple(self._lost()),
            dict(excluded),
            len(self.evaluation.closing),
            self.evaluation.converged,
        )

    def _cells(self) -> Iterator[CellId]:
        for number, closures in enumerate(self.program.formed.cells):
            yield from ((number, key) for key in closures)
        yield from (cell for cell in self.program.parts if cell[1] not in self.program.formed.cells[cell[0]])

    def _values(self, cell: CellId) -> tuple[Value, Value]:
        sheet, key = cell
        return self.evaluation.state.cells[sheet].get(key), self.sheets[sheet].stored.get(key)

    def _exclusion(self, cell: CellId, *, agrees: bool) -> str:
        if cell in self.volatile:
            return "volatile"
        if cell in self.circular:
            return "circular reference with iteration off"
        sheet, key = cell
        if key not in self.sheets[sheet].stored:
            return "no stored value"
        if agrees:
            return ""
        if cell in self._by_date_order:
            return "date in text, whose order of day and month is a setting of the computer"
        if cell in self._by_place:
            return "name of the file or of its folder, which may have been others when it was saved"
        computed, stored = self._values(cell)
        if isinstance(computed, ExcelError) and stored == computed.code:
            return "error stored as text, which Excel does not do"
        if isinstance(stored, str) and stored.replace(";", ",") == computed and self._quotes_formula(cell):
            return "formula as text, whose separator of arguments is a setting of the computer"
        if isinstance(computed, str) and stored in self._by_separators.get(cell, ()):
            return "number as text, whose separators are a setting of the computer"
        stale = self._not_computed
        if stale or cell not in self.iterated:
            return stale
        if not self.evaluation.converged:
            return "circular reference that does not settle"
        left = "circular reference that Excel left within its maximum change"
        return left if self._stands(cell) else ""

    def _quotes_formula(self, cell: CellId) -> bool:
        form = self.program.formed.cells[cell[0]].get(cell[1])
        expr = None if form is None else self.program.formed.forms[form].expr
        return isinstance(expr, Call) and expr.function == "FORMULATEXT"

    @cached_property
    def _not_computed(self) -> str:
        """Why Excel did not compute the stored values, as the file itself says; "" where it does not."""
        workbook = self.model.workbook
        if workbook.application and "Excel" not in workbook.application:
            return f"stored by {workbook.application.partition('/')[0]}, not by Excel"
        if workbook.other_program and not any(_seventeen_digits(sheet) for sheet in self.sheets):
            return f"stored by {workbook.other_program}, not by Excel"
        return ""

    @cached_property
    def _by_date_order(self) -> frozenset[CellId]:
        """The cells that have another value where dates in text are read in the other order."""
        if not self.evaluation.date_order_matters:
            return frozenset()
        day_first = not self.model.workbook.day_first
        other = evaluate(self.program, {}, now=self.evaluation.state.now, day_first=day_first).state.cells
        cells = self.evaluation.state.cells
        return frozenset(
            (sheet, key) for sheet, key in self._cells() if cells[sheet].get(key) != other[sheet].get(key)
        )

    @cached_property
    def _by_separators(self) -> dict[CellId, set[Value]]:
        """What the cells computed from TEXT hold under the separators of other countries."""
        cells = _computed_from(self.program, frozenset(["TEXT"]))
        found: dict[CellId, set[Value]] = {cell: set() for cell in cells}
        for thousands, decimals in _SEPARATORS if cells else ():
            with separated(thousands, decimals):
                other = evaluate(self.program, {}, now=self.evaluation.state.now).state.cells
            for cell, values in found.items():
                values.add(other[cell[0]].get(cell[1]))
        return found

    @cached_property
    def _by_place(self) -> set[CellId]:
        """The cells computed from CELL("filename")."""
        return _reached(self.program, {n for n, f in enumerate(self.program.formed.forms) if _asks_place(f)})

    def _stands(self, cell: CellId) -> bool:
        """Whether a circular cell's stored value follows from those around it within Excel's maximum change.

        Excel stops iterating there, however far the circle's fixed point may still be.
        """
        sheet, key = cell
        owner = self.program.parts.get(cell, key)
        closure = self.program.closures[sheet].get(owner)
        found, stored = self._values(cell)
        if closure is not None:
            try:
                operand = closure(self._as_stored, owner)
                found = (
                    item_at(operand, owner, key)
                    if (sheet, owner) in self.program.arrays
                    else single(operand, key)
                )
            except (Pending, Fault):
                return False
        if isinstance(found, float) and isinstance(stored, float):
            delta = self.model.workbook.settings.iterate_delta
            return abs(found - stored) <= max(delta, TOLERANCE * abs(stored))
        return same(found, stored)

    @cached_property
    def _as_stored(self) -> State:
        """The cells with the stored values of all that is circular or depends on it."""
        cells = [dict(values) for values in self.evaluation.state.cells]
        for sheet, key in self.iterated:
            cells[sheet][key] = self.sheets[sheet].stored.get(key)
        return replace(self.evaluation.state, cells=cells)

    def _difference(self, cell: CellId, causes: Causes) -> Difference:
        computed, stored = self._values(cell)
        address = address_of(self.sheets[cell[0]].name, cell[1])
        return Difference(address, self._text(cell), stored, computed, causes.of(cell))

    def _text(self, cell: CellId) -> str:
        text = self.evaluation.state.texts.get(cell)
        return "" if text is None else f"={text}"

    def _lost(self) -> Iterator[NotEvaluated]:
        reasons = self.model.evaluate().not_evaluated
        reached: dict[CellId, tuple[str, ...]] = {}
        for cell, address in zip(self.evaluation.unevaluated, reasons, strict=True):
            source = self.evaluation.unevaluated[cell][0]
            if source not in reached:
                reached[source] = self._outputs_reached(source)
            yield NotEvaluated(address, reasons[address], reached[source])

    def _outputs(self) -> tuple[Output, ...]:
        """The outputs, none where the contract has mistakes: those are told elsewhere, all at once."""
        try:
            return self.model.contract.outputs
        except ContractError:
            return ()

    def _outputs_reached(self, cell: CellId) -> tuple[str, ...]:
        dependent = self.program.cells_of(self.program.dependencies.dependents([bounds_of(cell)])) | {cell}
        outputs = (output.name for output in self._outputs())
        return tuple(name for name in outputs if self.model.targets.cell(name) in dependent)


def _seventeen_digits(sheet: SheetCells) -> bool:
    """Whether a stored number has more than 15 digits, which Excel writes and other programs don't."""
    stored = (sheet.stored.get(key) for key in sheet.formulas)
    return any(type(value) is float and float(f"{value:.15g}") != value for value in stored)


def _calling(program: Program, functions: frozenset[str]) -> set[int]:
    """Return the numbers of the forms that call any of the functions."""
    return {
        number
        for number, form in enumerate(program.formed.forms)
        if form.expr is not None
        and any(isinstance(node, Call) and node.function in functions for node in walk(form.expr))
    }


def volatile_cells(program: Program) -> set[CellId]:
    """Return the cells that depend on chance or on the clock, which no stored value can be compared with."""
    return _computed_from(program, UNREPEATABLE)


def early_cells(program: Program) -> set[CellId]:
    """Return the cells that call a function which Excel stops early, and those computed from them."""
    return _computed_from(program, EARLY)


def _asks_place(form: Form) -> bool:
    """Whether a form calls CELL for the file's name, or for what is not written in it."""
    return form.expr is not None and any(
        isinstance(node, Call)
        and node.function == "CELL"
        and (not isinstance(node.arguments[0], Text) or node.arguments[0].value.lower() == "filename")
        for node in walk(form.expr)
    )


def _computed_from(program: Program, functions: frozenset[str]) -> set[CellId]:
    return _reached(program, _calling(program, functions))


def _reached(program: Program, forms: set[int]) -> set[CellId]:
    """Return the cells of forms and all that are computed from them."""
    own = {n for n, region in enumerate(program.regions) if region.form in forms}
    if not own:
        return set()
    return program.cells_of(own | program.dependencies.readers_of(map(program.dependencies.bounds, own)))


def iterated_cells(evaluation: Evaluation) -> set[CellId]:
    """Return the cells in circles that were iterated, and all that depend on them."""
    if not evaluation.closing:
        return set()
    return {*evaluation.loop, *dependents(evaluation, evaluation.closing)}


def circular_cells(evaluation: Evaluation) -> set[CellId]:
    """Return the cells in circles that the workbook does not iterate, and all that depend on them."""
    if evaluation.iterates or not evaluation.circles:
        return set()
    inside = [cell for circle in evaluation.circles for cell in circle]
    return {*inside, *dependents(evaluation, tuple(inside))}
