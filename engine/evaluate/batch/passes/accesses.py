"""Which rows of ``S`` an index of generated source names, and the index that names given rows."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field

import numpy as np

Rows = Sequence[int]
Arrays = MutableMapping[str, object]


@dataclass(frozen=True)
class Access:
    """Rows that a place in the program names: all at once, or one after the other with a loop's ``index``."""

    rows: Rows
    index: str | None
    store: bool
    node: ast.Subscript = field(repr=False)


def is_rows(node: ast.AST) -> bool:
    """Whether a node is an index into the lane array."""
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "S"


def accesses(tree: ast.AST, arrays: Mapping[str, object]) -> list[Access]:
    """Return what a statement names, in the order of its source."""
    found: list[Access] = []
    _find(tree, arrays, {}, found)
    return found


_LEAVES = (ast.Name, ast.Constant, ast.expr_context, ast.operator, ast.arguments)


def _find(node: ast.AST, arrays: Mapping[str, object], loops: Mapping[str, int], found: list[Access]) -> None:
    if isinstance(node, ast.For):
        loops = {**loops, **loop_of(node)}
    if is_rows(node):
        assert isinstance(node, ast.Subscript)
        place = _first(node.slice)
        index = _index(place)
        index = index if index in loops else None
        found.append(Access(_rows(place, arrays, loops), index, isinstance(node.ctx, ast.Store), node))
        return
    for name in node._fields:
        value = getattr(node, name, None)
        for child in value if isinstance(value, list) else (value,):
            if isinstance(child, ast.AST) and not isinstance(child, _LEAVES):
                _find(child, arrays, loops, found)


def loop_of(node: ast.For) -> dict[str, int]:
    """Return a loop's index and how many positions it has; nothing for a loop over scenarios."""
    assert isinstance(node.target, ast.Name)
    assert isinstance(node.iter, ast.Call)
    first = node.iter.args[0]
    if not isinstance(first, ast.Constant):
        return {}
    assert isinstance(first.value, int)
    return {node.target.id: first.value + backwards(node)}


def backwards(node: ast.For) -> bool:
    """Whether a loop runs from its last position to its first."""
    assert isinstance(node.iter, ast.Call)
    return len(node.iter.args) > 1


def _index(place: ast.expr) -> str | None:
    """Return the name that a place depends on."""
    match place:
        case ast.Name(name) | ast.Subscript(_, ast.Name(name)):
            return name
        case ast.BinOp(_, _, right):
            return _index(right)
        case _:
            return None


def _first(place: ast.expr) -> ast.expr:
    return place.elts[0] if isinstance(place, ast.Tuple) else place


def _rows(place: ast.expr, arrays: Mapping[str, object], loops: Mapping[str, int]) -> Rows:
    match place:
        case ast.Constant(value=int(row)):
            return range(row, row + 1)
        case ast.Slice(lower, upper, step):
            by = _number(step) if step else 1
            return range(_number(lower) if lower else 0, _number(upper), by)
        case ast.Name(name) if name not in loops:
            return _listed(arrays[name])
        case ast.Subscript(ast.Name(name), ast.Name(_)):
            return _listed(arrays[name])
        case _:
            start, apart, count = _affine(place, loops)
            return range(start, start + apart * count, apart)


def _listed(array: object) -> Rows:
    assert isinstance(array, np.ndarray)
    rows: list[int] = array.tolist()
    return rows


def _number(node: ast.expr | None) -> int:
    assert isinstance(node, ast.Constant)
    assert isinstance(node.value, int)
    return node.value


def _affine(place: ast.expr, loops: Mapping[str, int]) -> tuple[int, int, int]:
    """Return the first row, the step and the number of rows of ``first + step * index``."""
    match place:
        case ast.Name(name):
            return 0, 1, loops[name]
        case ast.BinOp(ast.Constant(value=int(step)), ast.Mult(), ast.Name(name)):
            return 0, step, loops[name]
        case ast.BinOp(ast.Constant(value=int(first)), ast.Add(), right):
            _, step, count = _affine(right, loops)
            return first, step, count
        case _:
            raise ValueError(ast.unparse(place))


def regular(rows: Rows) -> tuple[int, int] | None:
    """Return first row and step where rows are equally far apart, else None."""
    if isinstance(rows, range):
        return rows.start, rows.step
    step = rows[1] - rows[0] if len(rows) > 1 else 1
    if all(row == rows[0] + step * place for place, row in enumerate(rows)):
        return rows[0], step
    return None


def placed(rows: Rows, index: str | None, arrays: Arrays) -> ast.expr:
    """Return the index that names rows, with a loop's ``index`` one of them."""
    known = regular(rows)
    if known is not None and (len(rows) == 1 or (index and known[1] == 0)):
        return ast.Constant(rows[0])
    if index:
        if known is None:
            return ast.Subscript(_named(rows, arrays), ast.Name(index, ast.Load()), ast.Load())
        return _sum(known[0], _product(known[1], index))
    if known is None or known[1] <= 0:
        return _named(rows, arrays)
    stop = rows[-1] + 1
    return ast.Slice(
        ast.Constant(known[0]), ast.Constant(stop), ast.Constant(known[1]) if known[1] != 1 else None
    )


def _sum(first: int, scaled: ast.expr) -> ast.expr:
    return ast.BinOp(ast.Constant(first), ast.Add(), scaled) if first else scaled


def _product(step: int, index: str) -> ast.expr:
    name = ast.Name(index, ast.Load())
    return name if step == 1 else ast.BinOp(ast.Constant(step), ast.Mult(), name)


def _named(rows: Rows, arrays: Arrays) -> ast.expr:
    name = f"J{len(arrays)}"
    while name in arrays:
        name += "x"
    arrays[name] = np.array(rows, dtype=np.int64)
    return ast.Name(name, ast.Load())


def rename(found: Iterable[Access], moved: Callable[[Access], Rows | None], arrays: Arrays) -> None:
    """Let places of the program name other rows, where ``moved`` gives any."""
    for access in found:
        rows = moved(access)
        if rows is None:
            continue
        place = placed(rows, access.index, arrays)
        at = access.node.slice
        access.node.slice = (
            ast.Tuple([place, *at.elts[1:]], ast.Load()) if isinstance(at, ast.Tuple) else place
        )
