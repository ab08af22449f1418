"""SUMPRODUCT, product by product."""

from __future__ import annotations

from dataclasses import replace

from engine.core.values import ExcelError, Value
from engine.evaluate.batch.lower import Lowering
from engine.evaluate.batch.operators import ORDERED
from engine.evaluate.batch.range_rules import MOST_TERMS, elements_in, single_valued
from engine.evaluate.batch.reads import Area, Ragged, references
from engine.evaluate.batch.rules import rule
from engine.evaluate.batch.source import BOOLEAN, BOXED, NUMBER, Piece, constant
from engine.evaluate.batch.unplanned import Unplanned
from engine.evaluate.compile import Compiler
from engine.formula.expr import Binary, Call, Expr, Ref, Unary
from engine.functions.operands import Pending, as_rows
from engine.functions.table import Fault


@rule("SUMPRODUCT")
def sumproduct(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """SUMPRODUCT, product by product in order; arguments may be expressions over ranges."""
    if low.care:
        return _with_care(low, arguments)
    lines, masks = len(low.lines), list(low.masks)
    try:
        return _of_numbers(low, arguments)
    except Unplanned:
        del low.lines[lines:]
        low.masks[:] = masks
    return low.settled(_with_care(low, arguments), low.base_values(Call("SUMPRODUCT", arguments)))


def _of_numbers(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """Return the source of SUMPRODUCT over numbers and conditions."""
    factors = [_elements(low, argument, counted=True) for argument in arguments]
    size = _size(low, arguments, factors)
    if any(piece.kind == BOXED for factor in factors for piece in factor):
        raise Unplanned("SUMPRODUCT over what may hold errors or text")
    products = []
    for place in range(size):
        product = [_factor(factor[place]) for factor in factors]
        if "0.0" not in product:
            products.append(" * ".join(product))
    return Piece(low.joined(products, "{} + {}"), NUMBER) if products else Piece("0.0", NUMBER, 0.0)


def _size(low: Lowering, arguments: tuple[Expr, ...], factors: list[list[Piece]]) -> int:
    """Return how many products there are; raise Unplanned where factors differ in size, or for very many."""
    size = max(len(factor) for factor in factors)
    shapes = {_shape(low, argument) for argument in arguments} - {None}
    if any(len(factor) != size for factor in factors) or len(shapes) > 1:
        raise Unplanned("SUMPRODUCT over ranges of different sizes")
    if size > MOST_TERMS:
        raise Unplanned("SUMPRODUCT over a large range")
    return size


def _with_care(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """Return the source of SUMPRODUCT over what may be errors, texts or booleans."""
    if low.scalar:
        raise Unplanned("SUMPRODUCT with care")
    care = low.careful()
    factors = [_boxes(care, argument) for argument in arguments]
    size = _size(low, arguments, factors)
    products = [[care.boxed(factor[place]) for factor in factors] for place in range(size)]
    return Piece(f"care_products([{', '.join('(' + ', '.join(p) + ',)' for p in products)}])", BOXED)


def _boxes(low: Lowering, expr: Expr) -> list[Piece]:
    """Return an expression over ranges item by item, as boxes."""
    if not low.varies(expr):
        return [_held(low, values, counted=True) for values in _items_of(low, expr)]
    if isinstance(expr, Ref):
        area = low.area(expr)
        known = low.cone.base.state.cells[area.sheet]
        return [
            low.cells(area.sheet, keys)
            if any((area.sheet, key) in low.cone.varying for key in keys)
            else _held(low, [known.get(key) for key in keys], counted=True)
            for keys in area.keys.tolist()
        ]
    return _taken_apart(low, expr)


def _shape(low: Lowering, expr: Expr) -> tuple[int, int] | None:
    shapes = {(area.height, area.width) for area in map(low.area, references(expr)) if len(area.keys) > 1}
    if len(shapes) > 1:
        raise Unplanned("SUMPRODUCT over ranges of different shapes")
    return next(iter(shapes), None)


def _factor(piece: Piece) -> str:
    return piece.text if piece.kind == NUMBER else "0.0"


def _elements(low: Lowering, expr: Expr, *, counted: bool = False) -> list[Piece]:
    """Return an expression over ranges item by item; where ``counted``, what is no number is 0."""
    if not low.varies(expr):
        return [_held(low, values, counted=counted) for values in _items_of(low, expr)]
    if isinstance(expr, Ref):
        area = low.area(expr)
        return [_element(low, area, keys) for keys in area.keys.tolist()]
    if isinstance(expr, Binary):
        left, right = _elements(low, expr.left), _elements(low, expr.right)
        size = max(len(left), len(right))
        left, right = left * (size if len(left) == 1 else 1), right * (size if len(right) == 1 else 1)
        if len(left) != len(right):
            raise Unplanned("SUMPRODUCT over ranges of different sizes")
        return [_combined(low, expr.operator, a, b) for a, b in zip(left, right, strict=True)]
    if isinstance(expr, Unary) and expr.operator in "-+":
        sign = "-" if expr.operator == "-" else ""
        pieces = _elements(low, expr.operand)
        return [Piece(f"({sign}{low.number(piece)})", NUMBER) if sign else piece for piece in pieces]
    if not any(len(low.area(ref).keys) > 1 for ref in references(expr)) and single_valued(expr):
        return [low.piece(expr)]
    return _taken_apart(low, expr)


def _taken_apart(low: Lowering, expr: Expr) -> list[Piece]:
    """Return a function of ranges element by element; what it takes whole (MAX) stays an array."""
    low = replace(low, array=True)
    sized = elements_in(low)
    height, width = sized.size(expr)
    if height * width > MOST_TERMS:
        raise Unplanned("SUMPRODUCT over a large array")
    trees = [sized.at(expr, row, column) for row in range(height) for column in range(width)]
    return [low.strict(tree) if low.varies(tree) else low.piece(tree) for tree in trees]


def _items_of(low: Lowering, expr: Expr) -> list[list[Value]]:
    """Return the values of an expression that does not vary: per item, one for each position."""
    closure = Compiler(low.cone.base.program.scope, low.sheet, array=True).operand(expr)
    try:
        found = [as_rows(closure(low.cone.base.state, key)) for key in low.keys.tolist()]
    except (Fault, Pending) as problem:
        raise Unplanned("SUMPRODUCT over what has no values") from problem
    flat = [[value for row in rows for value in row] for rows in found]
    if len({len(values) for values in flat}) > 1:
        raise Ragged
    return [list(values) for values in zip(*flat, strict=True)]


def _held(low: Lowering, values: list[Value], *, counted: bool) -> Piece:
    if counted:
        values = [v if isinstance(v, (float, ExcelError)) else 0.0 for v in values]
    elif any(value is None for value in values):
        values = [0.0 if value is None else value for value in values]
    return constant(values, low.index, low.constants)


def _element(low: Lowering, area: Area, keys: list[int]) -> Piece:
    known = low.cone.base.state.cells[area.sheet]
    if not any((area.sheet, key) in low.cone.varying for key in keys):
        values = [known.get(key) for key in keys]
        if all(not isinstance(value, (float, bool, ExcelError)) for value in values):
            if any(isinstance(value, str) for value in values):
                raise Unplanned("SUMPRODUCT over text beside numbers")
            return Piece("0.0", NUMBER, 0.0)
    return low.cells(area.sheet, keys)


def _combined(low: Lowering, operator: str, a: Piece, b: Piece) -> Piece:
    if BOXED in (a.kind, b.kind):
        raise Unplanned("SUMPRODUCT over what may hold errors or text")
    x, y = low.number(a), low.number(b)
    if operator in ("+", "-", "*"):
        return Piece(f"({x} {operator} {y})", NUMBER)
    if operator == "/":
        return Piece(f"divide({x}, {y})", NUMBER)
    if operator in ORDERED and (a.kind == BOOLEAN) == (b.kind == BOOLEAN):
        return Piece(f"{ORDERED[operator]}({x}, {y})", BOOLEAN)
    raise Unplanned(f"SUMPRODUCT over the operator {operator}")
