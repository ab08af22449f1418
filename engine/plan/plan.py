"""The plan of a workbook: what its formulas say, whatever values its cells hold. It may be kept on disk."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from engine.core.address import Rect
from engine.core.collection import collection_paused
from engine.core.store import Kept, Store, key_of_parts
from engine.formula.codec import decoded, encoded
from engine.formula.depth import make_room
from engine.plan.forms import Form, FormedCells, formed_cells
from engine.plan.order import order_of
from engine.plan.runs import Run, packed_runs, unpacked_runs
from engine.plan.scope import Scope
from engine.workbook.book import DataTable, Formula, SheetCells, Workbook

CellId = tuple[int, int]
_KIND = "plan"
_LARGE, _MANY_TO_A_FORM = 4_000, 20


@dataclass(frozen=True, slots=True)
class Area:
    """The area of an array formula or Data Table: its first cell, its size and the formula's kind."""

    cell: CellId
    size: tuple[int, int]
    kind: str


@dataclass(frozen=True)
class Plan:
    """The forms of a workbook's cells, its array formulas and Data Tables, and an order to begin with.

    ``order`` is empty where looking for one takes longer than going without.
    """

    formed: FormedCells
    areas: tuple[Area, ...]
    order: Sequence[Run]


def plan_of(workbook: Workbook, scope: Scope) -> Plan:
    """Return a workbook's plan, made from its formulas."""
    formed = formed_cells(workbook, scope)
    areas = tuple(area for number, sheet in enumerate(workbook.sheets) for area in _areas(number, sheet))
    cells = sum(map(len, formed.cells))
    worth = cells >= _LARGE and cells >= _MANY_TO_A_FORM * len(formed.forms)
    return Plan(formed, areas, order_of(formed, _hulls(areas), scope) if worth else ())


def _hulls(areas: Sequence[Area]) -> dict[CellId, tuple[int, int]]:
    return {area.cell: area.size for area in areas if area.kind != "data-table"}


def _areas(number: int, sheet: SheetCells) -> list[Area]:
    found = []
    for key, formula in sheet.formulas.items():
        if formula.kind != "normal":
            area = formula.area
            found.append(Area((number, key), (area.height, area.width) if area else (1, 1), formula.kind))
    return found


def plan_key(workbook: Workbook) -> str:
    """Return the key of a workbook's plan: all that the plan follows from, and no value of an input."""
    tables = [[table.name, asdict(table.rect), list(table.columns), table.header_rows, table.totals_rows]
              for table in workbook.tables]  # fmt: skip
    names = [[name.name, name.scope, name.refers_to] for name in workbook.names]
    sheets = [sheet.name for sheet in workbook.sheets]
    others = [list(workbook.externals), dict(workbook.external_names), dict(workbook.external_files)]
    said = [sheets, others, names, tables, asdict(workbook.settings), workbook.has_macros]
    unread = [list(workbook.unread_tables), list(workbook.unread_sheets)]
    said += unread if any(unread) else []
    return key_of_parts(["plan", *workbook.fingerprints, json.dumps(said)])


@collection_paused
def kept_plan(store: Store, workbook: Workbook) -> Plan | None:
    """Return the plan that was kept of a workbook with these formulas, or None."""
    kept = store.get(_KIND, plan_key(workbook)) if workbook.fingerprints else None
    if kept is None:
        return None
    try:
        return _read(kept)
    except (LookupError, TypeError, ValueError, AttributeError):
        return None


@collection_paused
def keep_plan(store: Store, workbook: Workbook, plan: Plan, order: Sequence[Run]) -> None:
    """Keep a workbook's plan with the order in which its cells were computed."""
    if workbook.fingerprints:
        store.put(_KIND, plan_key(workbook), _written(plan, order))
        store.make_room()


def _written(plan: Plan, order: Sequence[Run]) -> Kept:
    formed = plan.formed
    trees: dict[Any, int] = {}
    forms = [
        [f.sheet, f.text, f.array, f.example, trees.setdefault(f.expr, len(trees)), f.problem]
        for f in formed.forms
    ]
    said = {
        "trees": [None if tree is None else encoded(tree) for tree in trees],
        "forms": forms,
        "areas": [[*area.cell, *area.size, area.kind] for area in plan.areas],
        "tables": [[[key, _table(f)] for key, f in tables.items()] for tables in formed.data_tables],
    }
    arrays = [np.array(list(part), np.int64) for cells in formed.cells for part in (cells, cells.values())]
    return Kept(said, (*packed_runs(order), *arrays))


def _table(formula: Formula) -> list[Any]:
    assert formula.data_table is not None
    return [formula.area and asdict(formula.area), asdict(formula.data_table)]


def _read(kept: Kept) -> Plan:
    said, (heads, keys, *arrays) = kept.json, kept.arrays
    make_room(max((len(form[3]) for form in said["forms"]), default=0))
    trees = [None if tree is None else decoded(tree) for tree in said["trees"]]
    forms = tuple(
        Form(sheet, text, array, example, trees[tree], problem)
        for sheet, text, array, example, tree, problem in said["forms"]
    )
    cells: tuple[Mapping[int, int], ...] = tuple(
        dict(zip(own.tolist(), numbers.tolist(), strict=True))
        for own, numbers in zip(arrays[::2], arrays[1::2], strict=True)
    )
    tables = tuple({key: _formula(*fields) for key, fields in listed} for listed in said["tables"])
    areas = tuple(
        Area((sheet, key), (height, width), kind) for sheet, key, height, width, kind in said["areas"]
    )
    return Plan(FormedCells(forms, cells, tables), areas, unpacked_runs(heads, keys))


def _formula(area: dict[str, Any] | None, table: dict[str, Any]) -> Formula:
    return Formula("", "data-table", Rect(**area) if area else None, data_table=DataTable(**table))
