"""A row that only repeats another is not computed: who reads it reads the other."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from engine.evaluate.batch.passes.accesses import Access, Arrays, Rows, accesses, is_rows, regular, rename


def without_copies(body: list[ast.stmt], arrays: Arrays, kept: Iterable[int]) -> list[ast.stmt]:
    """Return a program, each row of which is written once, without copies of rows; ``kept`` are outputs."""
    found = [access for statement in body for access in accesses(statement, arrays)]
    by_node = {id(access.node): access for access in found}
    source: dict[int, int] = {}
    for node in (node for statement in body for node in ast.walk(statement)):
        if isinstance(node, ast.Assign) and (copied := _copied(node, by_node)):
            source.update((to, source.get(of, of)) for to, of in zip(*copied, strict=True))
    if not source:
        return body
    rename(found, lambda access: _origin(access, source), arrays)
    known = (access for statement in body for access in accesses(statement, arrays) if not access.store)
    read = set(kept).union(*(access.rows for access in known))
    dead = _Dead({row for row in source if row not in read}, by_node)
    return [kept_one for statement in body if (kept_one := dead.visit(statement)) is not None]


def _copied(node: ast.Assign, by_node: dict[int, Access]) -> tuple[Rows, Rows] | None:
    value = node.value
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "sound":
        value = value.args[0]
    target = node.targets[0]
    if not (is_rows(target) and is_rows(value)):
        return None
    to, of = by_node[id(target)], by_node[id(value)]
    if to.index != of.index and of.index is not None:
        return None
    rows = of.rows if len(of.rows) == len(to.rows) else list(of.rows) * len(to.rows)
    return (to.rows, rows) if len(rows) == len(to.rows) else None


def _origin(access: Access, source: dict[int, int]) -> Rows | None:
    if access.store or not all(row in source for row in access.rows):
        return None
    rows = [source[row] for row in access.rows]
    known = regular(rows)
    whole = access.index is None and len(rows) > 1
    return None if whole and (known is None or known[1] <= 0) else rows


class _Dead(ast.NodeTransformer):
    """Takes out assignments to rows that nothing reads, and the loops that are empty then."""

    def __init__(self, rows: set[int], by_node: dict[int, Access]) -> None:
        self.rows, self.by_node = rows, by_node

    def visit_Assign(self, node: ast.Assign) -> ast.stmt | None:
        access = self.by_node.get(id(node.targets[0]))
        return None if access and all(row in self.rows for row in access.rows) else node

    def visit_For(self, node: ast.For) -> ast.stmt | None:
        self.generic_visit(node)
        return node if node.body else None
