"""Lookups with a batch kernel: INDEX, MATCH and what is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.core.address import SHIFT, STRIDE
from engine.core.values import NA
from engine.evaluate.batch.fixed_areas import items_of, stack
from engine.evaluate.batch.grids import GRIDS
from engine.evaluate.batch.ladder import Ladder, ladder_of
from engine.evaluate.batch.lower import RULES, Lowering, Rule
from engine.evaluate.batch.range_rules import elements_in
from engine.evaluate.batch.reads import Area, Ragged, corners
from engine.evaluate.batch.rules import rule
from engine.evaluate.batch.source import BOOLEAN, BOXED, NUMBER, Piece, constant
from engine.evaluate.batch.unplanned import Unplanned
from engine.formula.expr import Call, Expr, Missing, Number, Ref
from engine.functions import coerce
from engine.plan.criteria import bounded


@rule("INDEX")
def index(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """INDEX at a place that may vary, along one row or column."""
    area_expr = arguments[0]
    if isinstance(area_expr, Call) and area_expr.function in (*GRIDS, "TRANSPOSE"):
        return _of_elements(low, area_expr, arguments[1:])
    if not isinstance(area_expr, Ref) or len(arguments) > 3 or area_expr.last_sheet:
        raise Unplanned("INDEX of something other than a range")
    if len(arguments) == 3 and all(low.varies(place) for place in arguments[1:]):
        return _in_block(low, area_expr, arguments)
    line, place = _line(low, area_expr, arguments[1:])
    if not low.varies(place):
        return _picked(low, low.area(line), place)
    area = low.area(line)
    text, fixed, kind = stack(low, line)
    at = low.piece(place)
    boxed = low.care or BOXED in (kind, at.kind)
    if not boxed:
        if fixed and at.text.startswith(_RUNG) and len(area.keys) >= len(low.area(_searched(place)).keys):
            return Piece(f"rung_value({at.text.removeprefix(_RUNG)[:-1]}, {text})", NUMBER)
        return Piece(f"gather({text}, {low.place(at)}, False)", NUMBER)
    text = f"gather({text}, {low.place(at)}, True, {_own_places(low, area)}, {max(area.size)})"
    return low.settled(Piece(text, BOXED), low.base_values(Call("INDEX", arguments)))


def _of_elements(low: Lowering, array: Call, places: tuple[Expr, ...]) -> Piece:
    """INDEX of an array that a function moves together, at constant places."""
    elements = elements_in(low)
    height, width = elements.size(array)
    numbers = [_constant_place(low, place) for place in places]
    if len(numbers) == 1:
        numbers = [1.0, *numbers] if height == 1 else [*numbers, 1.0]
    row, column = numbers
    if row is None or column is None or not (1 <= row < height + 1 and 1 <= column < width + 1):
        raise Unplanned("INDEX of an array at places that vary, or outside it")
    tree = elements.at(array, int(row) - 1, int(column) - 1)
    return low.strict(tree) if low.varies(tree) else low.piece(tree)


def _in_block(low: Lowering, ref: Ref, arguments: tuple[Expr, ...]) -> Piece:
    """INDEX at a row and a column that both vary."""
    text, _, kind = stack(low, ref)
    row, column = (low.piece(place) for place in arguments[1:])
    boxed = low.care or BOXED in (kind, row.kind, column.kind)
    area = low.area(ref)
    places = f"{low.place(row)}, {low.place(column)}, {area.width}"
    found = Piece(f"gather_block({text}, {places}, {boxed}, {area.size})", BOXED if boxed else NUMBER)
    return low.settled(found, low.base_values(Call("INDEX", arguments))) if boxed else found


def _own_places(low: Lowering, area: Area) -> str:
    """Return the source of the item in the formula's own row or column, which place 0 gives.

    -1 is none, -2 that the formula would give all of them.
    """
    if low.array:
        return "-2"
    shift, mask = (SHIFT, -1) if area.width == 1 else (0, STRIDE - 1)
    items = {(key >> shift) & mask: item for item, key in enumerate(area.keys[:, 0].tolist())}
    own = [items.get((key >> shift) & mask, -1) for key in low.keys.tolist()]
    if len(set(own)) == 1:
        return str(own[0])
    name = low.constants.add(np.array(own)[:, None])
    return f"{name}[{low.index}, 0]" if low.index else name


def _line(low: Lowering, ref: Ref, arguments: tuple[Expr, ...]) -> tuple[Ref, Expr]:
    """Return the row or column that INDEX looks along, and the place."""
    height, width = low.area(ref).size
    row = arguments[0]
    column = arguments[1] if len(arguments) > 1 else None
    if height == 1 and (width > 1 or column is not None):
        if column is not None and _constant_place(low, row) not in (0.0, 1.0):
            raise Unplanned("INDEX of a row that is not there")
        return ref, row if column is None else column
    if width == 1:
        if column is not None and _constant_place(low, column) not in (0.0, 1.0):
            raise Unplanned("INDEX of a column that is not there")
        return ref, row
    if column is None:
        raise Unplanned("INDEX of a block by one place")
    if (at := _constant_place(low, column)) is not None:
        return strip(ref, int(at), width, "column"), row
    if (at := _constant_place(low, row)) is not None:
        return strip(ref, int(at), height, "row"), column
    raise Unplanned("INDEX by row and column that both vary")


def _constant_place(low: Lowering, expr: Expr) -> float | None:
    if low.varies(expr):
        return None
    places = set(low.base_values(expr))
    only = next(iter(places))
    if len(places) > 1:
        raise Ragged if len(low.keys) > 1 else Unplanned("INDEX at changing places")
    return 0.0 if only is None else only if isinstance(only, float) else None


def strip(ref: Ref, place: int, size: int, along: str) -> Ref:
    """Return one row or column of a range; raise Unplanned where it has none there."""
    if not 1 <= place <= size or ref.last_sheet:
        raise Unplanned("a row or column of a range that is not there")
    ref = bounded(ref)
    first, last = ref.first, ref.last
    if along == "column":
        if first.column_absolute != last.column_absolute or last.column < first.column:
            raise Unplanned("a range with mixed anchors")
        column = first.column + place - 1
        return replace(
            ref,
            first=replace(first, column=column),
            last=replace(last, column=column, column_absolute=first.column_absolute),
        )
    if first.row_absolute != last.row_absolute or last.row < first.row:
        raise Unplanned("a range with mixed anchors")
    row = first.row + place - 1
    return replace(
        ref, first=replace(first, row=row), last=replace(last, row=row, row_absolute=first.row_absolute)
    )


def _picked(low: Lowering, area: Area, place: Expr) -> Piece:
    """Return the cells that INDEX names at constant places."""
    keys = []
    for position, key in enumerate(low.keys.tolist()):
        where = low.reference_value(place, key)
        if not isinstance(where, float) or not 1 <= where < len(area.keys) + 1:
            raise Unplanned("INDEX at a place outside its range")
        keys.append(int(area.keys[int(where) - 1, position if area.keys.shape[1] > 1 else 0]))
    return low.cells(area.sheet, keys)


@rule("ROW", "COLUMN", "ROWS", "COLUMNS")
def placed(low: Lowering, arguments: tuple[Expr, ...], name: str = "ROW") -> Piece:
    """ROW and its like of a reference: where it stands, whatever its cells hold."""
    if len(arguments) != 1 or not isinstance(arguments[0], Ref):
        raise Unplanned(f"{name} of something other than a reference")
    top, left, bottom, right = corners(arguments[0], low.keys)
    if name in ("ROWS", "COLUMNS"):
        numbers = (bottom - top if name == "ROWS" else right - left) + 1
    elif low.array and ((bottom > top).any() or (right > left).any()):
        raise Unplanned(f"{name} of an area")
    else:
        numbers = top if name == "ROW" else left
    return constant(numbers.astype(float).tolist(), low.index, low.constants)


def _placed(name: str) -> Rule:
    return lambda low, arguments: placed(low, arguments, name)


for _name in ("ROW", "COLUMN", "ROWS", "COLUMNS"):
    RULES[_name] = _placed(_name)


@rule("MATCH")
def match(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """MATCH: of numbers among numbers by kernels of their own, else whatever stands there."""
    if not isinstance(arguments[1], Ref):
        raise Unplanned("MATCH in something other than a range")
    kinds = (
        {low.reference_value(arguments[2], key) for key in low.keys.tolist()} if len(arguments) > 2 else {1.0}
    )
    kind_of = 0.0 if kinds == {None} else next(iter(kinds))
    if len(kinds) > 1 or not isinstance(kind_of, float):
        raise Unplanned("MATCH of a kind that differs from cell to cell")
    arguments = (*arguments[:2], Number(kind_of))
    key = low.piece(arguments[0])
    ascending = _among_numbers(low, arguments, key, kind_of)
    return _among_boxes(low, arguments, key, kind_of) if ascending is None else ascending


def _among_numbers(low: Lowering, arguments: tuple[Expr, ...], key: Piece, kind_of: float) -> Piece | None:
    """Return the source of a search among numbers, None where other things may stand among them."""
    searched = arguments[1]
    assert isinstance(searched, Ref)
    area = low.area(searched)
    if kind_of not in (0.0, 1.0) or not all(isinstance(value, float) for value in low.values_of(area)):
        return None
    text, fixed, kind = stack(low, searched)
    if kind == BOXED or key.kind == BOOLEAN or (low.care and not fixed):
        return None
    if kind_of == 1.0 and not _ascends(low, area, surely=fixed, care=low.care or key.kind == BOXED):
        return None
    ladder = ladder_of(low.values_of(area)) if fixed and kind_of == 1.0 and key.kind == NUMBER else None
    if ladder is not None:
        return Piece(f"{_RUNG}{key.text}, {_rungs(low, ladder)})", NUMBER)
    kernel = "match_exact" if kind_of == 0.0 else "match_ascending"
    if key.kind != BOXED:
        return Piece(f"{kernel}({key.text}, {text}, False)", NUMBER)
    return _settled_match(low, Piece(f"{kernel}({key.text}, {text}, True)", BOXED), arguments)


def _ascends(low: Lowering, area: Area, *, surely: bool, care: bool) -> bool:
    """Whether numbers ascend, or the plain program may go on as if they did: it stops where they don't."""
    values = low.values_of(area)
    numbers = [value for value in values if isinstance(value, float)]
    return numbers == sorted(numbers) if surely else not care


def _settled_match(low: Lowering, found: Piece, arguments: tuple[Expr, ...]) -> Piece:
    name = "MATCH" if len(arguments) > 2 else "XMATCH"
    return low.settled(found, low.base_values(Call(name, arguments)))


def _among_boxes(
    low: Lowering, arguments: tuple[Expr, ...], key: Piece, kind_of: float, *, wild: bool = True
) -> Piece:
    """Return the source of a search among what may be texts, errors or conditions; blanks match nothing."""
    if low.scalar:
        raise Unplanned("MATCH among other things than numbers")
    assert isinstance(arguments[1], Ref)
    area = low.area(arguments[1])
    if 1 not in area.size or len(area.keys) > _MOST_SEARCHED:
        raise Unplanned("MATCH in a block, or in a long range of texts or errors")
    text = items_of(low, arguments[1], blank=NA)
    found = Piece(f"match_boxes({low.boxed(key)}, {text}, {kind_of}, {wild})", BOXED)
    return _settled_match(low, found, arguments)


_MOST_SEARCHED = 5000
_RUNG = "rung("


def _rungs(low: Lowering, ladder: Ladder) -> str:
    """Return the source of a ladder; the compiled program knows it as two arrays."""
    if not low.scalar:
        return low.constants.add(ladder, "L")
    return f"{low.constants.add(ladder.rungs, 'C')}, {low.constants.add(ladder.unsure[1:], 'C')}"


def _searched(place: Expr) -> Ref:
    assert isinstance(place, Call)
    assert isinstance(place.arguments[1], Ref)
    return place.arguments[1]


@rule("VLOOKUP", "HLOOKUP")
def table_lookup(low: Lowering, arguments: tuple[Expr, ...], along: str = "column") -> Piece:
    """VLOOKUP and HLOOKUP at a constant column or row: INDEX and MATCH along the table's sides."""
    key, table, place = arguments[:3]
    if not isinstance(table, Ref):
        raise Unplanned("a lookup in something other than a range")
    at = _constant_place(low, place)
    if at is None:
        raise Unplanned("a lookup whose column varies")
    size_along = low.area(table).size[along == "column"]
    approximate = True
    if len(arguments) > 3:
        known = {coerce.boolean(value) for value in low.base_values(arguments[3])}
        approximate = next(iter(known)) is True
        if len(known) > 1 or low.varies(arguments[3]) or not known <= {True, False}:
            raise Unplanned("a lookup whose kind varies")
    sides = [strip(table, n, size_along, along) for n in (1, int(at))]
    found = Call("MATCH", (key, sides[0], Number(float(approximate))))
    return low.strict(Call("INDEX", (sides[1], found)))


RULES["HLOOKUP"] = lambda low, arguments: table_lookup(low, arguments, "row")


@rule("LOOKUP")
def lookup(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """LOOKUP in one vector for the place in another, or in a block's longer side for the opposite one."""
    if len(arguments) == 2 and isinstance(arguments[1], Ref):
        height, width = low.area(arguments[1]).size
        along, count = ("row", height) if width > height else ("column", width)
        arguments = (arguments[0], *(strip(arguments[1], at, count, along) for at in (1, count)))
    if len(arguments) != 3 or not all(_vector(low, argument) for argument in arguments[1:]):
        raise Unplanned("LOOKUP in something other than ranges")
    _same_size(low, arguments[1], arguments[2])
    found = Call("MATCH", (arguments[0], arguments[1], Number(1.0)))
    return low.strict(Call("INDEX", (arguments[2], found)))


@rule("XMATCH")
def xmatch(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """XMATCH of an exact match from the first on: MATCH without wildcards."""
    key, searched, *kinds = arguments
    if not isinstance(searched, Ref) or not _exactly(low, kinds):
        raise Unplanned("XMATCH other than an exact match in a range")
    key_piece = low.piece(key)
    found = _among_numbers(low, (key, searched), key_piece, 0.0)
    return _among_boxes(low, (key, searched), key_piece, 0.0, wild=False) if found is None else found


def _exactly(low: Lowering, kinds: Sequence[Expr]) -> bool:
    """Whether match mode and search mode, where given, are those of an exact match from the first on."""
    return all(
        isinstance(kind, Missing) or _constant_place(low, kind) == wanted
        for kind, wanted in zip(kinds, (0.0, 1.0), strict=False)
    )


@rule("XLOOKUP")
def xlookup(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """XLOOKUP of an exact match among vectors: INDEX and XMATCH, and IFNA for what is missing."""
    if not _exactly(low, arguments[4:]) or not all(_vector(low, argument) for argument in arguments[1:3]):
        raise Unplanned("XLOOKUP other than an exact match in a vector")
    _same_size(low, arguments[1], arguments[2])
    found = Call("XMATCH", arguments[:2])
    if len(arguments) == 3 or isinstance(arguments[3], Missing):
        return low.strict(Call("INDEX", (arguments[2], found)))
    if low.scalar:
        return low.strict(Call("INDEX", (arguments[2], found)))
    care = low.careful()
    place, answer = care.named(care.strict(found).text), care.strict(Call("INDEX", (arguments[2], found)))
    text = f"care_absent({place}, {answer.text}, {care.piece(arguments[3]).text})"
    return low.settled(Piece(text, BOXED), low.base_values(Call("XLOOKUP", arguments)))


def _vector(low: Lowering, expr: Expr) -> bool:
    if not isinstance(expr, Ref) or expr.last_sheet:
        return False
    return 1 in low.area(expr).size


def _same_size(low: Lowering, searched: Expr, answers: Expr) -> None:
    assert isinstance(searched, Ref)
    assert isinstance(answers, Ref)
    a, b = low.area(searched), low.area(answers)
    if a.size != b.size:
        raise Unplanned("a lookup in vectors of different sizes")
