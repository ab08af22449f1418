"""Where a sheet's cells and values stand in its XML, kept from one reading to the next.

When only values changed since, as when an analyst types other inputs, all of a sheet's XML between the values
is what it was. Then the places of the constants are known, and formulas, stored values and styles are read
only when someone asks for them.
"""

from __future__ import annotations

import hashlib
import re
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
from engine.workbook.sheet_marks import is_text
from engine.workbook.sheet_scan import text_of_xml
from engine.workbook.sheet_source import SheetSource

_KIND = "layout"
_VALUE = re.compile(rb'<v(?: xml:space="preserve")?>([^<]*)</v>')
_LONGEST = 1 << 20

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A sheet's XML between its values, as a digest, and the texts of the values in order."""

    digest: bytes
    values: list[bytes]

    @classmethod
    def of(cls, part: bytes) -> Skeleton:
        """Return the skeleton of a worksheet's part."""
        pieces = _VALUE.split(part)
        between = b"<v>".join(pieces[::2])
        return cls(hashlib.blake2b(between, digest_size=20).digest(), pieces[1::2])


@dataclass(frozen=True, slots=True)
class Layout:
    """The constants of a sheet by key and by place among its values, and what else its skeleton says.

    ``typed`` has the position of each constant that is no plain number and the type that its cell has,
    ``marked`` place, key and vm of the values that may stand for another one.
    ``fingerprint`` stands for the sheet's formulas.
    """

    keys: Integers
    places: Integers
    formulas: Integers
    typed: Sequence[tuple[int, str]]
    marked: Sequence[tuple[int, int, str]]
    hidden_rows: Sequence[int]
    extent: tuple[int, int, int, int]
    values: int
    fingerprint: str


def layout_of(
    sheet: SheetCells,
    valued: Sequence[int],
    typed: Mapping[int, str],
    marked: Sequence[tuple[int, int, str]],
    inner: frozenset[int],
    fingerprint: str,
) -> Layout | None:
    """Return the layout of a sheet; None where a value is empty, so that another one may add a cell.

    ``valued`` are the keys of the values in order, ``typed`` the types of those that are no plain numbers by
    their place, ``marked`` place, key and vm of those that have one, ``inner`` the cells inside the areas of
    arrays and Data Tables. ``fingerprint`` stands for the formulas.
    """
    formulas = sheet.formulas
    places = [n for n, key in enumerate(valued) if key not in formulas and key not in inner]
    keys = [valued[place] for place in places]
    if keys != list(sheet.constants):
        return None
    return Layout(
        np.array(keys, np.int64),
        np.array(places, np.int64),
        np.array(list(formulas), np.int64),
        [(n, typed[place]) for n, place in enumerate(places) if place in typed],
        marked,
        sorted(sheet.hidden_rows),
        sheet.extent,
        len(valued),
        fingerprint,
    )


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
    layout: Layout, source: SheetSource, found: list[bytes], read: Callable[[], SheetCells]
) -> SheetCells | None:
    """Return a sheet from its layout and its values; None where a value is not what the layout expects.

    ``read`` reads the sheet as a whole.
    """
    constants = _constants(layout, source.values, found)
    if constants is None:
        return None
    data_types = _enriched(constants, layout, source.metadata, found)
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
        data_types=data_types,
    )


def _enriched(
    constants: dict[int, Value], layout: Layout, metadata: CellMetadata, found: list[bytes]
) -> dict[int, Mapping[str, Value]]:
    """Put what metadata says of them in place of constants; return the data types of cells."""
    data_types: dict[int, Mapping[str, Value]] = {}
    for place, key, vm in layout.marked:
        if found[place].strip() == b"#VALUE!":
            if key in constants:
                constants[key] = metadata.shown(VALUE, vm)
            if vm in metadata.fields:
                data_types[key] = metadata.fields[vm]
    return data_types


def _constants(layout: Layout, values: ValueReader, found: list[bytes]) -> dict[int, Value] | None:
    if len(found) != layout.values or not is_text(joined := b" ".join(found)):
        return None
    if len(joined) > _LONGEST and max(map(len, found)) > _LONGEST:
        return None
    raw = [found[place] for place in layout.places.tolist()]
    if not all(raw):
        return None
    items: list[Value] = []
    keys = layout.keys.tolist()
    try:
        others = [(n, values.decode(kind, text_of_xml(raw[n]))) for n, kind in layout.typed]
        for n, _ in layout.typed:
            raw[n] = b"0"
        items.extend(map(float, raw))
    except (BadCell, ValueError):
        return None
    if b"_" in b"".join(raw) or not np.isfinite(np.array(items, np.float64)).all():
        return None
    for n, value in others:
        if value is None:
            return None
        items[n] = value
    return dict(zip(keys, items, strict=True))


def kept_layout(store: Store, key: str) -> Layout | None:
    """Return the layout kept of a sheet, or None."""
    kept = store.get(_KIND, key)
    if kept is None:
        return None
    try:
        said, (keys, places, formulas) = kept.json, kept.arrays
        top, left, bottom, right = said["extent"]
        typed = [(place, kind) for place, kind in said["typed"]]
        marked = [(place, key, vm) for place, key, vm in said["marked"]]
        extent = (top, left, bottom, right)
        return Layout(
            keys, places, formulas, typed, marked, said["hidden"], extent, said["values"], said["fingerprint"]
        )
    except (LookupError, TypeError, ValueError):
        return None


def keep_layout(store: Store, key: str, layout: Layout) -> None:
    """Keep the layout of a sheet."""
    said = {
        "typed": layout.typed,
        "marked": layout.marked,
        "hidden": layout.hidden_rows,
        "extent": layout.extent,
        "values": layout.values,
        "fingerprint": layout.fingerprint,
    }
    store.put(_KIND, key, Kept(said, (layout.keys, layout.places, layout.formulas)))


def inner_cells(areas: Sequence[Rect]) -> frozenset[int]:
    """Return the keys inside areas of several cells."""
    return frozenset(
        key
        for area in areas
        if area.height * area.width > 1
        for row in range(area.top, area.bottom + 1)
        for key in range(row << SHIFT | area.left, (row << SHIFT | area.right) + 1)
    )
