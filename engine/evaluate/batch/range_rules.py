"""Aggregates of ranges with a batch kernel, item by item."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from engine.core.address import SHIFT
from engine.core.values import ExcelError, Value
from engine.evaluate.batch.apart import STEADY
from engine.evaluate.batch.elements import Elements, relative_cell
from engine.evaluate.batch.grids import GRIDS, SORTED
from engine.evaluate.batch.lower import RULES, Lowering, Rule
from engine.evaluate.batch.reads import Area, Ragged, references
from engine.evaluate.batch.rules import rule
from engine.evaluate.batch.source import BOOLEAN, BOXED, NUMBER, Piece, constant, rows
from engine.evaluate.batch.spread import value_in_base
from engine.evaluate.batch.unplanned import Unplanned
from engine.formula.expr import Array, Binary, Call, Expr, Invoke, Name, Number, Ref, children, walk
from engine.functions.operands import Operand, as_rows
from engine.functions.subtotals import subtotals_of
from engine.plan.spills import BRANCHING
from engine.plan.whole import WHOLE


def items(low: Lowering, arguments: tuple[Expr, ...]) -> list[Piece]:
    """Return what an aggregate adds up, item by item: cells of ranges that hold numbers, and values."""
    found: list[Piece] = []
    for argument in arguments:
        if isinstance(argument, Ref):
            found.extend(_range_items(low, low.area(argument)))
        elif (low.array or _gives_array(argument)) and (parts := _array_items(low, argument)) is not None:
            found.extend(parts)
        elif not single_valued(argument):
            raise Unplanned("an aggregate of what may be a range or an array")
        elif _may_name_cells(argument):
            if low.care and low.varies(argument):
                raise Unplanned("an aggregate of what may be a range")
            found.append(low.strict(argument) if low.varies(argument) else low.piece(argument))
        else:
            piece = low.piece(argument)
            found.append(piece if piece.kind == NUMBER else Piece(low.place(piece), _direct(low, piece)))
    return found


def _may_name_cells(expr: Expr) -> bool:
    """Whether a tree may give a reference, in which what is no number never counts."""
    match expr:
        case Ref() | Call("INDEX" | "CHOOSE", _):
            return True
        case Call("IF", (_, *branches)):
            return any(map(_may_name_cells, branches))
        case _:
            return False


def _array_items(low: Lowering, argument: Expr) -> list[Piece] | None:
    """Return the elements of an array that may count, None where an argument of an array formula is no array.

    What is no number in an array never counts; a blank in it would be told from 0 by some functions.
    """
    sized = elements_in(low)
    height, width = sized.size(argument)
    if (height, width) == (1, 1):
        return None
    if height * width > MOST_TERMS:
        raise Unplanned("an aggregate of a large array")
    if not _computed(argument) and any(
        value is None for ref in references(argument) for value in _known(low, ref)
    ):
        raise Unplanned("an aggregate of an array with blanks")
    trees = [sized.at(argument, row, column) for row in range(height) for column in range(width)]
    pieces = [low.strict(tree) if low.varies(tree) else low.piece(tree) for tree in trees]
    return [piece for piece in pieces if piece.kind != BOOLEAN]


def elements_in(low: Lowering) -> Elements:
    """Return how the references of a formula are taken apart, the same way at every position."""

    def held(expr: Expr) -> Operand | None:
        if low.varies(expr):
            return None
        found = [value_in_base(low.cone.base, expr, (low.sheet, key)) for key in low.keys.tolist()]
        if len({str(as_rows(each)) for each in found}) > 1:
            raise Ragged
        return found[0]

    return Elements(lambda ref: area_size(low, ref), relative_cell, lambda whole: whole, held)


def _gives_array(argument: Expr) -> bool:
    """Whether an argument is computed with whole arrays in any formula."""
    return isinstance(argument, Array) or (
        isinstance(argument, Call) and argument.function in (*GRIDS, WHOLE)
    )


def _computed(argument: Expr) -> bool:
    """Whether an array's elements are results of arithmetic, in which a blank is 0."""
    return isinstance(argument, Binary) and argument.operator in ("+", "-", "*", "/", "^")


def area_size(low: Lowering, ref: Ref) -> tuple[int, int]:
    """Return height and width of a reference."""
    area = low.area(ref)
    return area.height, area.width


def _known(low: Lowering, ref: Ref) -> Iterator[Value]:
    """Yield the values of a reference's cells that do not vary."""
    area = low.area(ref)
    known = low.cone.base.state.cells[area.sheet]
    for key in np.unique(area.keys).tolist():
        if (area.sheet, key) not in low.cone.varying:
            yield known.get(key)


def _direct(low: Lowering, piece: Piece) -> str:
    return NUMBER if piece.kind == BOOLEAN and not low.care else BOXED


def single_valued(expr: Expr) -> bool:
    """Whether a tree gives one value whatever it is asked for."""
    if isinstance(expr, Binary) and expr.operator in ": ,":
        return False
    calls = [node for node in walk(expr) if isinstance(node, Call)]
    branches = [a for call in calls if call.function in _BRANCHING for a in call.arguments]
    if any(isinstance(branch, Ref) and not branch.is_cell for branch in branches):
        return False
    return all(call.function in RULES for call in calls) and not isinstance(expr, (Name, Invoke))


_BRANCHING = BRANCHING | {"LET"}
MOST_TERMS = 2000


def _range_items(low: Lowering, area: Area, passed: Collection[int] = ()) -> list[Piece]:
    """Return a range's cells that hold numbers, without those that are passed over."""
    found = []
    known = low.cone.base.state.cells[area.sheet]
    for keys in area.keys.tolist():
        away = [key in passed for key in keys]
        if all(away):
            continue
        if any(away):
            raise Ragged
        cells = [(area.sheet, key) in low.cone.varying for key in keys]
        if not any(cells):
            numbers = [isinstance(known.get(key), float) for key in keys]
            errors = [isinstance(known.get(key), ExcelError) for key in keys]
            if all(numbers) or all(errors):
                found.append(low.cells(area.sheet, keys))
            elif any(numbers) or any(errors):
                raise Ragged
            continue
        if not all(cells) and any(
            not isinstance(known.get(k), float) for k, v in zip(keys, cells, strict=True) if not v
        ):
            raise Ragged
        piece = low.cells(area.sheet, keys)
        if piece.kind != BOOLEAN:
            found.append(piece)
    return found


def block_of(low: Lowering, arguments: tuple[Expr, ...]) -> str | None:
    """Return one slice for the whole of a fixed range of plain numbers, the fast way to add it up."""
    if len(arguments) != 1 or not isinstance(arguments[0], Ref):
        return None
    area = low.area(arguments[0])
    if not area.fixed:
        return None
    slots = low.slots.of(area.sheet, area.keys[:, 0].tolist())
    if len(slots) < 2 or any(slot < 0 or low.kinds[slot] != NUMBER for slot in slots) or low.care:
        return None
    if any(not isinstance(value, float) for value in low.values_of(area)):
        return None
    return rows(slots, None, low.constants)


_FOLDS = {"SUM": "add", "MIN": "minimum", "MAX": "maximum", "PRODUCT": "multiply"}


@rule("SUM", "MIN", "MAX", "PRODUCT", "AVERAGE", "COUNT")
def aggregate(low: Lowering, arguments: tuple[Expr, ...], name: str = "SUM") -> Piece:
    """SUM and its like: adding one item after the other, as Excel does."""
    block = block_of(low, arguments)
    if block is not None and name in _FOLDS:
        return Piece(f"fold_{_FOLDS[name]}({block})", NUMBER)
    return _of_items(low, items(low, arguments), name)


def _of_items(low: Lowering, found: list[Piece], name: str) -> Piece:
    if not found and name in ("COUNT", "SUM", "MIN", "MAX", "PRODUCT"):
        return Piece("0.0", NUMBER, 0.0)
    texts = [low.number(item) for item in found]
    if low.care or not found or any(item.kind == BOXED for item in found):
        return Piece(f"care_fold([{', '.join(texts)}], {name!r})", BOXED)
    if name == "COUNT":
        return Piece(repr(float(len(found))), NUMBER, float(len(found)))
    if name == "AVERAGE":
        return Piece(f"({low.joined(texts, '{} + {}')} / {float(len(texts))})", NUMBER)
    if name in ("SUM", "PRODUCT"):
        return Piece(low.joined(texts, "{} + {}" if name == "SUM" else "{} * {}"), NUMBER)
    return Piece(low.joined(texts, f"{_FOLDS[name]}({{}}, {{}})"), NUMBER)


def _named_aggregate(name: str) -> Rule:
    return lambda low, arguments: aggregate(low, arguments, name)


for _name in ("SUM", "MIN", "MAX", "PRODUCT", "AVERAGE", "COUNT"):
    RULES[_name] = _named_aggregate(_name)


_SUBTOTALS = {1: "AVERAGE", 2: "COUNT", 4: "MAX", 5: "MIN", 6: "PRODUCT", 9: "SUM"}


@rule("SUBTOTAL")
def subtotal(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """SUBTOTAL of ranges: the aggregate of what is neither a subtotal nor hidden."""
    code, *ranges = arguments
    number = int(code.value) if isinstance(code, Number) else 0
    name, state = _SUBTOTALS.get(number % 100), low.cone.base.state
    if name is None or not 0 < number < 110 or (number < 100 and any(state.filtered_rows)):
        raise Unplanned("SUBTOTAL of a kind that is computed by the reference alone")
    found = []
    for area in (low.area(each) if isinstance(each, Ref) else None for each in ranges):
        if area is None:
            raise Unplanned("SUBTOTAL of what is no plain range")
        passed = set(subtotals_of(state).get(area.sheet, ()))
        if number > 100 and area.sheet < len(state.hidden_rows):
            hidden = state.hidden_rows[area.sheet]
            passed.update(key for key in np.unique(area.keys).tolist() if key >> SHIFT in hidden)
        found.extend(_range_items(low, area, passed))
    return _of_items(low, found, name)


@rule("COUNTA")
def counta(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """COUNTA: what varies is never blank."""
    counts = np.zeros(len(low.keys))
    for argument in arguments:
        if isinstance(argument, Ref):
            area = low.area(argument)
            known = low.cone.base.state.cells[area.sheet]
            filled = [
                [(area.sheet, key) in low.cone.varying or known.get(key) is not None for key in keys]
                for keys in area.keys.tolist()
            ]
            counts = counts + np.sum(filled, axis=0)
        elif single_valued(argument) and not _may_name_cells(argument):
            counts = counts + 1.0
        else:
            raise Unplanned("COUNTA of what may be a range or an array")
    return constant(counts.tolist(), low.index, low.constants)


@rule(WHOLE)
def with_arrays(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """Compute what a name or a function of one's own stands for with whole arrays."""
    return low.strict(arguments[0]) if low.array else low.with_arrays().strict(arguments[0])


@rule(STEADY)
def steady(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """Compute an element of an array whose size scenarios must leave as it is."""
    size, known, element = arguments
    if low.scalar or not isinstance(known, Number):
        raise Unplanned("an array whose size may vary")
    piece = low.piece(element)
    text = f"steady({low.boxed(low.piece(size))}, {known.value!r}, {low.care}, {piece.text})"
    return Piece(text, piece.kind)


@rule(SORTED)
def in_order(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """Return one item of values in order of keys."""
    rank, sign, *arrays = arguments
    if low.scalar or not isinstance(rank, Number) or not isinstance(sign, Number):
        raise Unplanned("SORT in the compiled program")
    stacks = [[low.boxed(low.piece(item)) for item in children(array)] for array in arrays]
    texts = ", ".join(f"stack(({', '.join(stack)},))" for stack in stacks)
    return Piece(f"in_order({texts}, {int(rank.value)}, {sign.value})", BOXED if low.care else NUMBER)


def _element(name: str) -> Rule:
    def lowered(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
        call, elements = Call(name, arguments), elements_in(low)
        if elements.size(call) != (1, 1):
            raise Unplanned(f"{name} of several values where one belongs")
        return low.strict(elements.at(call, 0, 0))

    return lowered


for _name in GRIDS:
    RULES[_name] = _element(_name)
