"""A workbook compiled: the closure of every formula cell, ready to evaluate any number of times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.core.address import SHIFT, STRIDE
from engine.core.collection import collection_paused
from engine.core.exceptions import UnsupportedFormula
from engine.core.values import Value
from engine.evaluate.compile import Compiler
from engine.evaluate.frequent import inline_frequent
from engine.evaluate.operators import cancelled
from engine.evaluate.precision import rounding
from engine.evaluate.state import CellId, Closure, Loops
from engine.formula.expr import Binary, Expr
from engine.plan.dependencies import Bounds, Dependencies, dependencies_of
from engine.plan.forms import FormedCells
from engine.plan.plan import Area, Plan, plan_of
from engine.plan.regions import Region, regions_of
from engine.plan.scope import Scope
from engine.plan.spills import reaches
from engine.plan.texts import FormulaTexts
from engine.workbook.book import SheetCells, Workbook


@dataclass(frozen=True)
class Program:
    """Closures by sheet and cell, loops over cells by frequent form, and what stands around them.

    ``arrays`` are first cells of array formulas with their height and width (None for a dynamic array, which
    takes the size of its result); ``parts`` the other cells of those areas, and every cell of a Data Table,
    with the first cell of their area;
    ``problems`` why a cell has no closure.
    """

    workbook: Workbook
    scope: Scope
    plan: Plan
    closures: tuple[Mapping[int, Closure], ...]
    loops: Mapping[int, Loops]
    arrays: Mapping[CellId, tuple[int, int] | None]
    parts: Mapping[CellId, int]
    problems: Mapping[CellId, str]

    @cached_property
    def regions(self) -> tuple[Region, ...]:
        """The rectangles that forms fill."""
        return regions_of(self.formed, self.sizes)

    @cached_property
    def sizes(self) -> Mapping[CellId, tuple[int, int]]:
        """The saved heights and widths of array formulas and Data Tables by their first cell."""
        return {area.cell: area.size for area in self.plan.areas}

    @cached_property
    def dependencies(self) -> Dependencies:
        """What regions read, for cones."""
        forms, tables = self.formed.forms, self.formed.data_tables
        return dependencies_of(self.regions, forms, tables, self.scope, self.reaches)

    @cached_property
    def reaches(self) -> dict[int, Bounds]:
        """How far dynamic arrays may spill that may fill more than they were saved with, by region."""
        dynamic = {area.cell for area in self.plan.areas if area.kind == "dynamic-array"}
        return reaches(self.regions, self.formed, dynamic, self.workbook)

    @cached_property
    def spreading(self) -> frozenset[CellId]:
        """The first cells of those arrays."""
        first = (self.regions[number] for number in self.reaches)
        return frozenset((r.sheet, r.top << SHIFT | r.left) for r in first)

    @cached_property
    def array_members(self) -> Mapping[CellId, int]:
        """The first cell of each other cell of an array formula of a fixed area, which all hold it."""
        fixed = {cell for cell, size in self.arrays.items() if size is not None}
        return {(sheet, key): first for (sheet, key), first in self.parts.items() if (sheet, first) in fixed}

    @property
    def formed(self) -> FormedCells:
        """The forms of the workbook's cells."""
        return self.plan.formed

    def cells_of(self, regions: Iterable[int]) -> set[CellId]:
        """Return the cells of regions by their numbers."""
        return {
            (self.regions[n].sheet, key)
            for n in regions
            for key in self.regions[n].keys()  # noqa: SIM118  # no mapping
        }

    @cached_property
    def has_data_tables(self) -> bool:
        """Whether any sheet holds a what-if Data Table."""
        return any(self.formed.data_tables)

    @cached_property
    def texts(self) -> Mapping[CellId, str]:
        """The formula texts by cell."""
        return FormulaTexts(self.workbook)

    @cached_property
    def wordless(self) -> frozenset[CellId]:
        """The formula cells whose text is not known: Data Tables, and what the file's damage hides."""
        lost = {number for number, form in enumerate(self.formed.forms) if not form.text}
        cells = enumerate(self.formed.cells if lost else ())
        hidden = ((sheet, key) for sheet, forms in cells for key, form in forms.items() if form in lost)
        tables = ((sheet, key) for sheet, tables in enumerate(self.formed.data_tables) for key in tables)
        return frozenset([*hidden, *tables])

    @cached_property
    def constants(self) -> tuple[Mapping[int, Value], ...]:
        """The cells without formula per sheet, external sheets after the workbook's own."""
        filled: dict[int, set[int]] = {}
        for number, key in self.parts:
            filled.setdefault(number, set()).add(key)
        own = tuple(
            _constants(sheet, filled.get(number)) for number, sheet in enumerate(self.workbook.sheets)
        )
        return own + tuple(dict(cells) for cells in self.workbook.externals.values())


@collection_paused
def compile_workbook(workbook: Workbook, plan: Plan | None = None) -> Program:
    """Compile every form of a workbook once; ``plan`` is the workbook's plan where it is known."""
    scope = Scope.of(workbook)
    plan = plan or plan_of(workbook, scope)
    formed = plan.formed
    compiled = [
        (None, form.problem) if form.expr is None else closure_of(form.expr, form.sheet, form.array, scope)
        for form in formed.forms
    ]
    compiled, loops = inline_frequent(compiled, formed, scope)
    closures, problems = _by_cell(formed, compiled)
    arrays, parts = _array_areas(plan.areas)
    if not workbook.settings.full_precision:
        closures, loops = _rounded(workbook, formed, closures), {}
    return Program(workbook, scope, plan, tuple(closures), loops, arrays, parts, problems)


def _by_cell(
    formed: FormedCells, compiled: list[tuple[Closure | None, str]]
) -> tuple[list[dict[int, Closure]], dict[CellId, str]]:
    """Return closures by sheet and cell, and the problem of each cell that has none."""
    lost = {form: problem for form, (closure, problem) in enumerate(compiled) if closure is None}
    known = [closure for closure, _ in compiled]
    closures, problems = list[dict[int, Closure]](), dict[CellId, str]()
    for number, cells in enumerate(formed.cells):
        found: dict[int, Any] = dict(zip(cells, map(known.__getitem__, cells.values()), strict=True))
        for key, form in cells.items() if lost else ():
            if form in lost:
                problems[number, key] = lost[form]
                del found[key]
        closures.append(found)
    return closures, problems


def _rounded(
    workbook: Workbook, formed: FormedCells, closures: list[dict[int, Closure]]
) -> list[dict[int, Closure]]:
    """Return closures whose results are rounded as displayed."""
    made: dict[int, Closure] = {}
    for number, cells in enumerate(closures):
        for key, closure in cells.items():
            form = formed.cells[number][key]
            if form not in made:
                made[form] = rounding(closure, workbook, number, array=formed.forms[form].array)
            cells[key] = made[form]
    return closures


def closure_of(expr: Expr, sheet: int, array: bool, scope: Scope) -> tuple[Closure | None, str]:
    """Return the closure of a formula on a sheet, or why there is none."""
    compiler = Compiler(scope, sheet, array)
    try:
        if isinstance(expr, Binary) and expr.operator in ("+", "-"):
            left, right = compiler.value(expr.left), compiler.value(expr.right)
            return cancelled(expr.operator, left, right, array), ""
        return (compiler.operand(expr) if array else compiler.value(expr)), ""
    except UnsupportedFormula as error:
        return None, str(error)


def _array_areas(
    areas: Iterable[Area],
) -> tuple[dict[CellId, tuple[int, int] | None], dict[CellId, int]]:
    arrays: dict[CellId, tuple[int, int] | None] = {}
    parts: dict[CellId, int] = {}
    for area in areas:
        sheet, key = area.cell
        if area.kind != "data-table":
            arrays[area.cell] = area.size if area.kind == "array" else None
        for r in range(area.size[0]):
            for c in range(area.size[1]):
                if r or c or area.kind == "data-table":
                    parts[sheet, key + r * STRIDE + c] = key
    return arrays, parts


def _constants(sheet: SheetCells, filled: set[int] | None) -> Mapping[int, Value]:
    """Return a sheet's constants but those that arrays and Data Tables fill."""
    if filled is None:
        return sheet.constants
    return {key: value for key, value in sheet.constants.items() if key not in filled}


def extents_of(workbook: Workbook) -> list[tuple[int, int]]:
    """Return the last row and column that hold something, per sheet, external sheets last."""
    own = [(sheet.extent[2], sheet.extent[3]) for sheet in workbook.sheets]
    for cells in workbook.externals.values():
        rows = max((key >> SHIFT for key in cells), default=0)
        columns = max((key & (STRIDE - 1) for key in cells), default=0)
        own.append((rows, columns))
    return own
