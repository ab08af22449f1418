"""Lookups with a batch kernel: MATCH, and what is made of it and INDEX."""

from __future__ import annotations

from collections.abc import Sequence

from engine.core.values import NA
from engine.evaluate.batch.fixed_areas import items_of, stack
from engine.evaluate.batch.index_rules import RUNG, constant_place, strip
from engine.evaluate.batch.ladder import Ladder, ladder_of
from engine.evaluate.batch.lower import RULES, Lowering
from engine.evaluate.batch.reads import Area
from engine.evaluate.batch.rules import rule
from engine.evaluate.batch.source import BOOLEAN, BOXED, NUMBER, Piece
from engine.evaluate.batch.unplanned import Unplanned
from engine.formula.expr import Call, Expr, Missing, Number, Ref
from engine.functions import coerce


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
        return Piece(f"{RUNG}{key.text}, {_rungs(low, ladder)})", NUMBER)
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


def _rungs(low: Lowering, ladder: Ladder) -> str:
    """Return the source of a ladder; the compiled program knows it as two arrays."""
    if not low.scalar:
        return low.constants.add(ladder, "L")
    return f"{low.constants.add(ladder.rungs, 'C')}, {low.constants.add(ladder.unsure[1:], 'C')}"


@rule("VLOOKUP", "HLOOKUP")
def table_lookup(low: Lowering, arguments: tuple[Expr, ...], along: str = "column") -> Piece:
    """VLOOKUP and HLOOKUP at a constant column or row: INDEX and MATCH along the table's sides."""
    key, table, place = arguments[:3]
    if not isinstance(table, Ref):
        raise Unplanned("a lookup in something other than a range")
    at = constant_place(low, place)
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
        isinstance(kind, Missing) or constant_place(low, kind) == wanted
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
