"""Functions that move, repeat or make the elements of arrays: the tree of every element of what they give.

What only moves elements is asked of the function itself, over marks in place of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from engine.core.values import NA, ExcelError, Value
from engine.evaluate.batch.applied import called
from engine.evaluate.batch.unplanned import Unplanned
from engine.evaluate.calls import answering, parameter_kind
from engine.formula.expr import Array, Binary, Bool, Call, Error, Expr, Missing, Number, Ref, Text, Unary
from engine.functions import families
from engine.functions import operands as op
from engine.functions.operands import Operand, as_rows

if TYPE_CHECKING:
    from engine.evaluate.batch.elements import Elements

Grid = list[list[Expr]]
Build = Callable[["Elements", tuple[Expr, ...]], Grid]
GRIDS: Final[dict[str, Build]] = {}

# The arguments whose elements are moved; the others, which say how, must not vary.
_MOVED: Final[dict[str, tuple[int, ...]]] = {
    "CHOOSECOLS": (0,),
    "CHOOSEROWS": (0,),
    "DROP": (0,),
    "EXPAND": (0, 3),
    "FILTER": (0, 2),
    "SORTBY": (0,),
    "TAKE": (0,),
    "TOCOL": (0,),
    "TOROW": (0,),
    "WRAPCOLS": (0, 2),
    "WRAPROWS": (0, 2),
}
_ALL_MOVED: Final = frozenset(["HSTACK", "VSTACK"])
# Arguments that give a size, which scenarios may leave as it is though it varies.
_SIZES: Final = frozenset(["CHOOSECOLS", "CHOOSEROWS", "DROP", "EXPAND", "TAKE", "WRAPCOLS", "WRAPROWS"])
_MOST = 20_000


def grid_of(elements: Elements, expr: Call) -> Grid:
    """Return the trees of all elements that a call gives; raise Unplanned where they can't be said."""
    found = GRIDS[expr.function](elements, expr.arguments)
    if not found or not found[0]:
        raise Unplanned(f"{expr.function} that gives nothing")
    if len(found) * len(found[0]) > _MOST:
        raise Unplanned(f"{expr.function} that gives a large array")
    return found


def constant(value: Value) -> Expr:
    """Return the tree of a value."""
    if value is None:
        return Missing()
    if isinstance(value, bool):
        return Bool(value)
    if isinstance(value, float):
        return Number(value)
    return Error(value) if isinstance(value, ExcelError) else Text(value)


def constants(operand: Operand) -> Grid:
    """Return the trees of an array's values."""
    return [[constant(value) for value in row] for row in as_rows(operand)]


def _moving(name: str) -> Build:
    def build(elements: Elements, arguments: tuple[Expr, ...]) -> Grid:
        marks = _Marks()
        carried = range(len(arguments)) if name in _ALL_MOVED else _MOVED[name]
        given: list[Operand] = []
        for place, argument in enumerate(arguments):
            if place in carried and not isinstance(argument, Missing):
                given.append(marks.of(elements.grid(argument)))
            else:
                given.append(_fixed(elements, argument, size=name in _SIZES))
        return marks.trees(_answer(name, given))

    return build


class _Marks:
    """Texts that stand for trees in an array."""

    def __init__(self) -> None:
        self.known: list[Expr] = []

    def of(self, grid: Grid) -> Operand:
        rows: list[list[Value]] = []
        for line in grid:
            row: list[Value] = []
            for tree in line:
                row.append(f"\0{len(self.known)}")
                self.known.append(tree)
            rows.append(row)
        return rows[0][0] if len(rows) == len(rows[0]) == 1 else op.Array(rows)

    def trees(self, operand: Operand) -> Grid:
        return [[self._tree(value) for value in row] for row in as_rows(operand)]

    def _tree(self, value: Value) -> Expr:
        if isinstance(value, str) and value.startswith("\0"):
            return self.known[int(value[1:])]
        return constant(value)


def _answer(name: str, given: Sequence[Operand]) -> Operand:
    function = families.find(name)
    if function is None or not function.accepts(len(given)):
        raise Unplanned(f"{name} with other arguments")
    kinds = [parameter_kind(function, place) for place in range(len(given))]
    answer: Operand = answering(function, kinds)(None, list(given))
    if isinstance(answer, ExcelError):
        raise Unplanned(f"{name} that is an error")
    return answer


def _fixed(elements: Elements, argument: Expr, *, size: bool = False) -> Operand:
    """Return an argument's value, the base's where it is a size that scenarios usually leave as it is."""
    if isinstance(argument, Missing):
        return None
    held = elements.held(argument)
    if held is None and size:
        held = elements.size_held(argument)
    if held is None:
        raise Unplanned("an array whose arrangement varies")
    rows = as_rows(held)
    return rows[0][0] if len(rows) == len(rows[0]) == 1 else held


def _count(elements: Elements, arguments: Sequence[Expr], place: int) -> int:
    if place >= len(arguments) or isinstance(arguments[place], Missing):
        return 1
    number = _fixed(elements, arguments[place], size=True)
    number = 0.0 if number is None else number
    if not isinstance(number, float) or not 1 <= number <= _MOST:
        raise Unplanned("an array of no size, or of a very large one")
    return math.floor(number)


def _sequence(elements: Elements, arguments: tuple[Expr, ...]) -> Grid:
    height, width = (_count(elements, arguments, place) for place in (0, 1))
    if height * width > _MOST:
        raise Unplanned("a very large sequence")
    start, step = (
        arguments[place]
        if place < len(arguments) and not isinstance(arguments[place], Missing)
        else Number(1.0)
        for place in (2, 3)
    )
    start, step = (elements.at(each, 0, 0) for each in (start, step))

    def item(place: int) -> Expr:
        if isinstance(start, Number) and isinstance(step, Number):
            return Number(start.value + step.value * place)
        return Binary("+", start, Binary("*", step, Number(float(place))))

    return [[item(row * width + column) for column in range(width)] for row in range(height)]


# An item of values in order of keys: its arguments are its rank from 0, 1 or -1, the keys, and the values.
SORTED = "ITEM IN ORDER"


def _sort(elements: Elements, arguments: tuple[Expr, ...]) -> Grid:
    """Return the trees of rows in order of one column of theirs."""
    array, *how = arguments
    place, sign, across = ([_fixed(elements, each) for each in how] + [None] * 3)[:3]
    grid = elements.grid(array)
    column = 1.0 if place is None else place
    order = 1.0 if sign is None else sign
    if across not in (None, False, 0.0) or order not in (1.0, -1.0) or not isinstance(column, float):
        raise Unplanned("SORT by several columns, or by rows")
    if not 1 <= column < len(grid[0]) + 1:
        raise Unplanned("SORT by a column that is not there")
    if len(grid) == 1:
        return grid
    columns = [Array(tuple((row[at],) for row in grid)) for at in range(len(grid[0]))]
    keys = columns[int(column) - 1]
    if elements.held(keys) is not None:
        return _moving("SORTBY")(elements, (array, keys, Number(order)))
    return [
        [Call(SORTED, (Number(float(rank)), Number(order), keys, values)) for values in columns]
        for rank in range(len(grid))
    ]


def _one(elements: Elements, tree: Expr) -> Expr:
    """Return the one value that a lambda gives for an element."""
    if elements.size(tree) != (1, 1):
        raise Unplanned("a function of one's own that gives an array for an element")
    return elements.at(tree, 0, 0)


def _value(tree: Expr) -> Expr:
    """Return a cell as its value, so that a function does not take it for a range."""
    return Unary("+", tree) if isinstance(tree, Ref) else tree


def _map(elements: Elements, arguments: tuple[Expr, ...]) -> Grid:
    *arrays, function = arguments
    grids = [elements.grid(array) for array in arrays]
    height, width = max(map(len, grids)), max(len(grid[0]) for grid in grids)

    def item(row: int, column: int) -> Expr:
        given = [
            _value(grid[row][column]) if row < len(grid) and column < len(grid[0]) else Error(NA)
            for grid in grids
        ]
        return _one(elements, called(function, given))

    return [[item(row, column) for column in range(width)] for row in range(height)]


def steps(
    elements: Elements, arguments: tuple[Expr, ...], before: Callable[[int], Expr] | None
) -> list[Expr]:
    """Return what SCAN gives element by element; ``before`` is where the one before a place stands."""
    start, array, function = arguments
    found: list[Expr] = []
    for place, item in enumerate(tree for row in elements.grid(array) for tree in row):
        last = start if not place else found[-1] if before is None else before(place)
        found.append(_one(elements, called(function, [_value(last), _value(item)])))
    return found


def _scan(elements: Elements, arguments: tuple[Expr, ...]) -> Grid:
    width = elements.size(arguments[1])[1]
    found = steps(elements, arguments, None)
    return [found[start : start + width] for start in range(0, len(found), width)]


def _reduce(elements: Elements, arguments: tuple[Expr, ...]) -> Grid:
    start, array, function = arguments
    total = start
    for item in (tree for row in elements.grid(array) for tree in row):
        total = called(function, [_value(total), _value(item)])
    return elements.grid(total)


def _by_line(*, rows: bool) -> Build:
    def build(elements: Elements, arguments: tuple[Expr, ...]) -> Grid:
        array, function = arguments
        height, width = elements.size(array)
        lines = [elements.line(array, place, row=rows) for place in range(height if rows else width)]
        found = [_one(elements, called(function, [line])) for line in lines]
        return [[tree] for tree in found] if rows else [found]

    return build


def _makearray(elements: Elements, arguments: tuple[Expr, ...]) -> Grid:
    height, width = (_count(elements, arguments, place) for place in (0, 1))
    return [
        [
            _one(elements, called(arguments[2], [Number(row + 1.0), Number(column + 1.0)]))
            for column in range(width)
        ]
        for row in range(height)
    ]


GRIDS.update({name: _moving(name) for name in (*_MOVED, *_ALL_MOVED)})
GRIDS.update(
    SEQUENCE=_sequence,
    SORT=_sort,
    MAP=_map,
    SCAN=_scan,
    REDUCE=_reduce,
    BYROW=_by_line(rows=True),
    BYCOL=_by_line(rows=False),
    MAKEARRAY=_makearray,
)
