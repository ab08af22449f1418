"""Where a sheet's cells and values stand in its XML, kept from one reading to the next.

When only values changed since, as when an analyst types other inputs, all of a sheet's XML between the values
is what it was. Then the places of the constants are known, and formulas, stored values and styles are read
only when someone asks for them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.core.address import SHIFT, Rect
from engine.core.store import Kept, Store
from engine.core.values import VALUE, Value
from engine.workbook.book import Formula, SheetCells
from engine.workbook.cell_values import BadCell, ValueReader
from engine.workbook.later import Later
from engine.workbook.metadata import CellMetadata
from engine.workbook.sheet_source import SheetSource
from engine.workbook.sheet_values import Marked, Valued, numbers_of
from engine.workbook.skeletons import Skeleton

_KIND = "layout"
_NONE = (np.zeros(0, np.int64),)

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Layout:
    """The constants of a sheet by key and by place among its values, and what else its skeleton says.

    ``typed`` has the positions of constants that are no plain numbers by the type that their cells have,
    ``marked`` place, key and vm of the values that may stand for another one.
    ``fingerprint`` stands for the sheet's formulas.
    """

    keys: Integers
    places: Integers
    formulas: Integers
    typed: Mapping[str, Integers]
    marked: Sequence[Marked]
    hidden_rows: Sequence[int]
    extent: tuple[int, int, int, int]
    values: int
    fingerprint: str


def layout_of(sheet: SheetCells, valued: Valued, inner: frozenset[int], fingerprint: str) -> Layout | None:
    """Return the layout of a sheet; None where a value is empty, so that another one may add a cell.

    ``inner`` are the cells inside the areas of arrays and Data Tables, ``fingerprint`` stands for formulas.
    """
    cells = np.flatnonzero(~(valued.computed | valued.tagless))
    if inner:
        cells = cells[~np.isin(valued.keys[cells], list(inner))]
    keys, places = valued.keys[cells], np.cumsum(~valued.tagless) - 1
    if not np.array_equal(keys, np.fromiter(sheet.constants, np.int64, len(sheet.constants))):
        return None
    return Layout(
        keys,
        places[cells],
        np.fromiter(sheet.formulas, np.int64, len(sheet.formulas)),
        _typed([valued.kinds[cell] for cell in cells.tolist()]),
        [
            each._replace(place=int(places[each.place]))
            for each in valued.marked
            if not valued.tagless[each.place]
        ],
        sorted(sheet.hidden_rows),
        sheet.extent,
        int(np.count_nonzero(~valued.tagless)),
        fingerprint,
    )


def _typed(kinds: Sequence[bytes]) -> dict[str, Integers]:
    """Return the positions of each type but numbers."""
    others = set(kinds).difference((b"", b"n"))
    positions: dict[bytes, list[int]] = {kind: [] for kind in sorted(others)}
    for n, kind in enumerate(kinds) if others else ():
        if kind in others:
            positions[kind].append(n)
    return {kind.decode(): np.array(found, np.int64) for kind, found in positions.items()}


def fingerprint(formulas: Mapping[int, Formula]) -> str:
    """Return a digest of a sheet's formulas: which cell holds which."""
    seen: dict[int, str] = {}

    def said(formula: Formula) -> str:
        if id(formula) not in seen:
            seen[id(formula)] = repr(formula)
        return seen[id(formula)]

    lines = [
        f"{key} {f.text}"
        if f.shared_from is None and f.kind == "normal" and not f.unread
        else f"{key} {said(f)}"
        for key, f in formulas.items()
    ]
    return hashlib.blake2b("\n\0".join(lines).encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()


def laid_out(
    layout: Layout,
    source: SheetSource,
    found: Skeleton,
    read: Callable[[], SheetCells],
    merges: tuple[Rect, ...],
) -> SheetCells | None:
    """Return a sheet from its layout and its values; None where a value is not what the layout expects.

    ``read`` reads the sheet as a whole, ``merges`` are its merged cells.
    """
    constants = _constants(layout, source.values, found)
    if constants is None:
        return None
    replacing = [each for each in layout.marked if found.text(each.place).strip() == b"#VALUE!"]
    for _, key, vm in replacing:
        if key in constants:
            constants[key] = source.metadata.shown(VALUE, vm)
    return sheet_of(layout, source, constants, replacing, read, merges)


def sheet_of(
    layout: Layout,
    source: SheetSource,
    constants: dict[int, Value],
    replacing: Sequence[Marked],
    read: Callable[[], SheetCells],
    merges: tuple[Rect, ...],
) -> SheetCells:
    """Return a sheet from its layout and its constants; ``read`` reads it as a whole.

    ``replacing`` are the values that stand for another one, ``merges`` the merged cells.
    """
    whole: list[SheetCells] = []

    def sheet() -> SheetCells:
        if not whole:
            whole.append(read())
        return whole[0]

    return SheetCells(
        name=source.name,
        constants=constants,
        formulas=Later(lambda: sheet().formulas, layout.formulas),
        stored=Later(lambda: sheet().stored),
        styles=Later(lambda: sheet().styles),
        state=source.state,
        extent=layout.extent,
        hidden_rows=frozenset(layout.hidden_rows),
        data_types=Later(lambda: _data_types(replacing, source.metadata)) if replacing else {},
        merges=merges,
    )


def _data_types(marked: Sequence[Marked], metadata: CellMetadata) -> dict[int, Mapping[str, Value]]:
    return {key: metadata.fields[vm] for _, key, vm in marked if vm in metadata.fields}


def _constants(layout: Layout, values: ValueReader, found: Skeleton) -> dict[int, Value] | None:
    if len(found.starts) != layout.values or not found.holds_text():
        return None
    texts = found.texts(layout.places)
    if not all(texts):
        return None
    numbers = numbers_of(texts, np.concatenate([*layout.typed.values(), *_NONE]).tolist())
    if numbers is None:
        return None
    items: list[Value] = [*numbers]
    try:
        for kind, positions in layout.typed.items():
            places = positions.tolist()
            decoded = values.decoded(kind, [texts[n] for n in places])
            for n, value in zip(places, decoded, strict=True):
                items[n] = value
    except BadCell:
        return None
    return None if None in items else dict(zip(layout.keys.tolist(), items, strict=True))


def kept_layout(store: Store, key: str) -> Layout | None:
    """Return the layout kept of a sheet, or None."""
    kept = store.get(_KIND, key)
    if kept is None:
        return None
    try:
        said, (keys, places, formulas, *positions) = kept.json, kept.arrays
        top, left, bottom, right = said["extent"]
        typed = dict(zip(said["typed"], positions, strict=True))
        marked = [Marked(place, key, vm) for place, key, vm in said["marked"]]
        extent = (top, left, bottom, right)
        return Layout(
            keys, places, formulas, typed, marked, said["hidden"], extent, said["values"], said["fingerprint"]
        )
    except (LookupError, TypeError, ValueError):
        return None


def keep_layout(store: Store, key: str, layout: Layout) -> None:
    """Keep the layout of a sheet."""
    said = {
        "typed": list(layout.typed),
        "marked": layout.marked,
        "hidden": layout.hidden_rows,
        "extent": layout.extent,
        "values": layout.values,
        "fingerprint": layout.fingerprint,
    }
    store.put(_KIND, key, Kept(said, (layout.keys, layout.places, layout.formulas, *layout.typed.values())))


def inner_cells(areas: Sequence[Rect]) -> frozenset[int]:
    """Return the keys inside areas of several cells."""
    return frozenset(
        key
        for area in areas
        if area.height * area.width > 1
        for row in range(area.top, area.bottom + 1)
        for key in range(row << SHIFT | area.left, (row << SHIFT | area.right) + 1)
    )
