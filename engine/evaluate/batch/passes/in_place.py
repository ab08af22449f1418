"""The generated program with results computed straight into their rows: ``S[a] = x + y`` is one pass."""

from __future__ import annotations

import ast
from typing import TypeVar

_INTO = {ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply"}
_FUNCTIONS = frozenset(["maximum", "minimum", "sqrt", "divide", "square"])

_T = TypeVar("_T", bound=ast.AST)


def in_place(tree: _T) -> _T:
    """Return a program with results written into their rows."""
    statements = getattr(tree, "body", None)
    if isinstance(statements, list):
        tree.body = [in_place(_into(statement)) for statement in statements]  # type: ignore[attr-defined]  # it has one
    return tree


def _into(node: ast.stmt) -> ast.stmt:
    """Turn an assignment to a slice of the lane array, the last of its targets, into a call with ``out``."""
    if not isinstance(node, ast.Assign):
        return node
    target = node.targets[-1]
    if not isinstance(target, ast.Subscript) or _is_list(target):
        return node
    call = _call(node.value)
    if call is None:
        return node
    name, operands = call
    out = ast.Subscript(target.value, target.slice, ast.Load())
    function = ast.Attribute(ast.Name("np", ast.Load()), name, ast.Load())
    value = ast.Call(function, operands, [ast.keyword("out", out)])
    return ast.Assign(node.targets[:-1], value) if len(node.targets) > 1 else ast.Expr(value)


def _is_list(target: ast.Subscript) -> bool:
    """Whether a target is a list of rows, which is a copy when read."""
    return any(isinstance(node, ast.Name) and node.id.startswith("J") for node in ast.walk(target.slice))


def _call(value: ast.expr) -> tuple[str, list[ast.expr]] | None:
    if isinstance(value, ast.BinOp) and type(value.op) in _INTO:
        return _INTO[type(value.op)], [value.left, value.right]
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in _FUNCTIONS:
        return value.func.id, value.args
    return None
