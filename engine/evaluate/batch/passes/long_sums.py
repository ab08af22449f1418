"""A sum of many rows is added up as the rows come, so that none has to be kept until the last is there."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Mapping

from engine.evaluate.batch.passes.accesses import Access, accesses, is_rows

_FEWEST = 6


def as_they_come(body: list[ast.stmt], arrays: Mapping[str, object]) -> list[ast.stmt]:
    """Return a program, each row of which is written once, with long sums spread over it, terms in order."""
    found = [accesses(statement, arrays) for statement in body]
    written = {
        row: n for n, names in enumerate(found) for access in names if access.store for row in access.rows
    }
    after: dict[int, list[ast.stmt]] = defaultdict(list)
    for number, (statement, names) in enumerate(zip(body, found, strict=True)):
        if isinstance(statement, ast.Assign) and len(terms := _terms(statement.value)) >= _FEWEST:
            ready = _ready(terms, names, written)
            if ready is not None and ready[1] < ready[-1]:
                _spread(statement, f"g{number}", terms, ready, after)
    return [part for n, statement in enumerate(body) for part in [statement, *after[n]]]


def _terms(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_terms(node.left), node.right]
    return [node]


def _ready(terms: list[ast.expr], names: list[Access], written: Mapping[int, int]) -> list[int] | None:
    """Return after which statement each term can be added; None where a term is no rows like the others."""
    by_node = {id(access.node): access for access in names}
    ready, last = list[int](), -1
    for term in terms:
        access = by_node.get(id(term)) if is_rows(term) else None
        if access is None or len(access.rows) != len(by_node[id(terms[0])].rows):
            return None
        last = max([last, *(written.get(row, -1) for row in access.rows)])
        ready.append(last)
    return ready


def _spread(
    statement: ast.Assign,
    name: str,
    terms: list[ast.expr],
    ready: list[int],
    after: dict[int, list[ast.stmt]],
) -> None:
    first = ast.BinOp(terms[0], ast.Add(), terms[1])
    after[max(ready[1], 0)].append(ast.Assign([ast.Name(name, ast.Store())], first))
    for term, place in zip(terms[2:], ready[2:], strict=True):
        call = ast.parse(f"np.add({name}, 0, out={name})").body[0]
        assert isinstance(call, ast.Expr)
        assert isinstance(call.value, ast.Call)
        call.value.args[1] = term
        after[max(place, 0)].append(call)
    statement.value = ast.Name(name, ast.Load())
