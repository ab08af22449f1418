"""Which part of the workbook each input and headline figure belongs to, so that long lists read in groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from engine.audit import VALUES
from engine.core.address import Rect, key_of
from engine.core.exceptions import UnknownName
from engine.evaluate.model import Model
from engine.plan.dependencies import Bounds
from engine.workbook.contract import TABLES

SHARED = "Used by several parts"


def modules_of(model: Model) -> tuple[tuple[str, str], ...]:
    """Return (name, part) of every assumption and output, in the order of the parts.

    An output belongs to the sheet that computes it, an input to the one sheet whose formulas read it. Where
    several do, it goes with the row above or below it in the table if that one's sheet is among them, else to
    SHARED. A part is called what its sheet's first cell says, else by the sheet's name.
    Sheets of contract tables and of checks read what belongs elsewhere, so they don't count.
    """
    apart = set(_apart(model))
    readers = [_readers(model, row.name, apart) for row in model.contract.assumptions]
    names = [row.name for row in model.contract.assumptions]
    places = dict(zip(names, _settled(readers), strict=True))
    places |= {row.name: _sheet(model, row.name) for row in model.contract.outputs}
    known = sorted(places.items(), key=lambda pair: -1 if pair[1] is None else pair[1])
    return tuple((name, SHARED if sheet is None else _title(model, sheet)) for name, sheet in known)


def _apart(model: Model) -> Iterator[int | None]:
    for name in TABLES:
        table = model.workbook.find_table(name)
        if table is not None:
            yield model.targets.scope.number(table.rect.sheet)
    yield _sheet(model, VALUES)


def _settled(readers: Sequence[set[int]]) -> Iterator[int | None]:
    alone = [next(iter(sheets)) if len(sheets) == 1 else None for sheets in readers]
    for row, sheets in enumerate(readers):
        beside = alone[max(row - 1, 0) : row + 2]
        yield next((one for one in (alone[row], *beside) if one in sheets), None)


def _readers(model: Model, name: str, apart: Iterable[int | None]) -> set[int]:
    rect = _rect(model, name)
    if rect is None:
        return set()
    dependencies = model.program.dependencies
    regions = dependencies.direct(_bounds(model, rect))
    return {dependencies.regions[region].sheet for region in regions} - {
        one for one in apart if one is not None
    }


def _bounds(model: Model, rect: Rect) -> Bounds:
    number = model.targets.scope.number(rect.sheet)
    assert number is not None
    return number, rect.top, rect.left, rect.bottom, rect.right


def _sheet(model: Model, name: str) -> int | None:
    rect = _rect(model, name)
    return None if rect is None else model.targets.scope.number(rect.sheet)


def _rect(model: Model, name: str) -> Rect | None:
    try:
        return model.targets.rect(name)
    except UnknownName:
        return None


def _title(model: Model, sheet: int) -> str:
    cells = model.workbook.sheets[sheet]
    said = cells.constants.get(key_of(1, 1))
    return " ".join(said.split()) if isinstance(said, str) and said.strip() else cells.name
