"""What a loop over time names at every position is named once before it; sums of neighbours are one call."""

from __future__ import annotations

import ast

from engine.evaluate.batch.passes.accesses import is_rows

_FEWEST = 4


def with_invariants(function: ast.FunctionDef) -> ast.FunctionDef:
    """Return a program whose loops read single rows through variables."""
    body: list[ast.stmt] = []
    for statement in function.body:
        if isinstance(statement, ast.For):
            rows = _Loop()
            rows.visit(statement)
            body.extend(rows.before())
        body.append(statement)
    function.body = body
    return function


class _Loop(ast.NodeTransformer):
    def __init__(self) -> None:
        self.rows: dict[int, None] = {}

    def before(self) -> list[ast.stmt]:
        """Return the statements that name the rows."""
        return [ast.parse(f"r{row} = S[{row}]").body[0] for row in self.rows]

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        if is_rows(node) and isinstance(node.ctx, ast.Load) and isinstance(node.slice, ast.Constant):
            assert isinstance(node.slice.value, int)
            self.rows[node.slice.value] = None
            return ast.Name(f"r{node.slice.value}", ast.Load())
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        terms = _terms(node)
        if len(terms) >= _FEWEST and (window := _window(terms)) is not None:
            return window
        self.generic_visit(node)
        return node


def _terms(node: ast.expr) -> list[ast.expr]:
    """Return what is added up, first to last."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_terms(node.left), node.right]
    return [node]


def _window(terms: list[ast.expr]) -> ast.expr | None:
    """Return the sum of rows equally far apart as one call; None where they are not."""
    places = [_place(term) for term in terms]
    firsts = [place[0] for place in places if place is not None]
    if len(firsts) < len(terms) or len({place[1] for place in places if place is not None}) > 1:
        return None
    step = firsts[1] - firsts[0]
    if step < 1 or firsts != list(range(firsts[0], firsts[0] + step * len(terms), step)):
        return None
    assert places[0] is not None
    scaled = places[0][1]
    return ast.parse(f"fold_add(S[{firsts[0]}+{scaled}:{firsts[-1] + 1}+{scaled}:{step}])", mode="eval").body


def _place(term: ast.expr) -> tuple[int, str] | None:
    if not is_rows(term):
        return None
    assert isinstance(term, ast.Subscript)
    match term.slice:
        case ast.BinOp(ast.Constant(value=int(first)), ast.Add(), scaled):
            return first, ast.unparse(scaled)
        case ast.Name() | ast.BinOp(ast.Constant(), ast.Mult(), ast.Name()):
            return 0, ast.unparse(term.slice)
        case _:
            return None
