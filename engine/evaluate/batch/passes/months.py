"""Loops over time keep what they need of this position and the last in variables, not in the lane array.

A line that nothing but its own loop reads, at the same position or the next, is never stored. Sums that may
cancel lie side by side and are looked at once for each position.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from engine.evaluate.batch.passes.accesses import (
    Access,
    Arrays,
    accesses,
    backwards,
    loop_of,
    regular,
)


@dataclass(frozen=True)
class Checks:
    """A loop whose sums in ``lines`` (first slots) are checked together; ``left`` are their left operands.

    ``place`` is where in the loop's body: before its variables are those of the next position.
    """

    loop: ast.For
    lines: list[int]
    left: list[ast.expr]
    place: int


@dataclass(frozen=True)
class Months:
    """The program with loops of fewer stores, and the checks to put at the end of their bodies."""

    body: list[ast.stmt]
    checks: list[Checks] = field(default_factory=list)


def with_variables(body: list[ast.stmt], arrays: Arrays, outputs: Collection[int]) -> Months:
    """Return a program, each row of which is written once, with variables for lines in its loops."""
    found = [accesses(statement, arrays) for statement in body]
    users: dict[int, set[int]] = defaultdict(set)
    for number, names in enumerate(found):
        for access in names:
            for row in access.rows:
                users[row].add(number)
    for row in outputs:
        users[row].add(-1)
    result = Months([])
    for number, (statement, names) in enumerate(zip(body, found, strict=True)):
        if isinstance(statement, ast.For):
            _Loop(statement, names, users, number).rewrite(result)
        else:
            result.body.append(statement)
    return result


@dataclass(frozen=True)
class _Line:
    """A row of the sheet that a loop computes: whether it has to be stored, and what the loop reads of it."""

    stored: bool
    now: bool
    before: bool


class _Loop:
    def __init__(
        self, node: ast.For, names: list[Access], users: Mapping[int, set[int]], number: int
    ) -> None:
        self.node, self.names, self.users, self.number = node, names, users, number
        self.by_node = {id(access.node): access for access in names}
        self.forwards = not backwards(node)
        self.count = next(iter(loop_of(node).values()))
        checked = [self._target(_arguments(s)[0]) for s in node.body if _is_check(s)]
        firsts = [self._target(s.targets[0]) for s in node.body if isinstance(s, ast.Assign)]
        self.woven = [c for c in checked if c is not None] if len(checked) > 1 else []
        self.lines = {c: self._line(c) for c in firsts if c is not None}

    def _target(self, node: ast.expr) -> int | None:
        """Return a line's first slot where a node is its position in the loop."""
        access = self.by_node.get(id(node))
        if access is None or access.index is None:
            return None
        known = regular(access.rows)
        return access.rows[0] if known is not None and known[1] == 1 else None

    def _line(self, first: int) -> _Line:
        stop = first + self.count
        now = before = other = False
        for access in self.names:
            rows = access.rows
            if access.store or (isinstance(rows, range) and (max(rows) < first - 1 or min(rows) >= stop)):
                continue
            if self.at(access, first):
                now = True
            elif self.forwards and self.at(access, first - 1):
                before = True
            elif any(first <= row < stop for row in rows):
                other = True
        elsewhere = any(self.users[row] - {self.number} for row in range(first, stop))
        return _Line(other or elsewhere or first in self.woven, now, before)

    def at(self, access: Access, first: int) -> bool:
        return bool(access.index) and regular(access.rows) == (first, 1) and len(access.rows) == self.count

    def rewrite(self, result: Months) -> None:
        """Add the loop, with what has to come before it."""
        self.new, self.left = list[ast.stmt](), dict[int, ast.expr]()
        row = 0
        for statement in self.node.body:
            first = self._target(statement.targets[0]) if isinstance(statement, ast.Assign) else None
            if first is not None:
                assert isinstance(statement, ast.Assign)
                self._row(statement, first, _Names(self, row))
                row += 1
            elif _is_check(statement):
                self._check(statement, _Names(self, row - 1))
            else:
                self.new.append(_Names(self, row).visit(statement))
        place = len(self.new)
        before = self._carried()
        self.node.body = self.new
        result.body.append(together([*before, self.node]))
        if self.woven:
            operands = [self.left[first] for first in self.woven]
            result.checks.append(Checks(self.node, self.woven, operands, place))

    def _row(self, statement: ast.Assign, first: int, names: _Names) -> None:
        line = self.lines[first]
        statement.value = names.visit(statement.value)
        if isinstance(statement.value, ast.BinOp):
            self.left[first] = statement.value.left
        wanted = line.now or line.before or not line.stored
        variable = [ast.Name(f"s{first}", ast.Store())] if wanted else []
        statement.targets = [*variable, *(statement.targets if line.stored else [])]
        self.new.append(statement)

    def _carried(self) -> list[ast.stmt]:
        """Write what hands a position's numbers on to the next; return what hands the first ones in."""
        before: list[ast.stmt] = []
        for first in (first for first, line in self.lines.items() if line.before):
            opening = ast.Subscript(ast.Name("S", ast.Load()), ast.Constant(first - 1), ast.Load())
            before.append(ast.Assign([ast.Name(f"p{first}", ast.Store())], opening))
            now = ast.Name(f"s{first}", ast.Load())
            self.new.append(ast.Assign([ast.Name(f"p{first}", ast.Store())], now))
        return before

    def _check(self, statement: ast.stmt, names: _Names) -> None:
        """Keep a check where it stands, unless the loop's are made together at its end."""
        target, operand = _arguments(statement)
        first = self._target(target)
        if first in self.woven:
            return
        if first is not None and not self.lines[first].stored:
            target = ast.Name(f"s{first}", ast.Load())
        assert isinstance(statement, ast.Expr)
        assert isinstance(statement.value, ast.Call)
        statement.value.args = [target, names.visit(operand)]
        self.new.append(statement)


def together(statements: list[ast.stmt]) -> ast.stmt:
    """Return statements as one, so that rows named in the first are kept for the last."""
    return statements[0] if len(statements) == 1 else ast.If(ast.Constant(True), statements, [])


def apart(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return statements with those put together as single ones again."""
    return [
        one
        for statement in body
        for one in (
            statement.body
            if isinstance(statement, ast.If) and isinstance(statement.test, ast.Constant)
            else [statement]
        )
    ]


def _arguments(statement: ast.stmt) -> list[ast.expr]:
    assert isinstance(statement, ast.Expr)
    assert isinstance(statement.value, ast.Call)
    return statement.value.args


def _is_check(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and isinstance(statement.value.func, ast.Name)
        and statement.value.func.id == "cancel"
    )


class _Names(ast.NodeTransformer):
    """Puts variables where a loop reads lines of its own; gives the others a name for each row."""

    def __init__(self, loop: _Loop, row: int) -> None:
        self.loop, self.row = loop, row

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        access = self.loop.by_node.get(id(node))
        if access is None or access.store:
            return node
        for first in (access.rows[0], access.rows[0] + 1):
            line = self.loop.lines.get(first)
            if line and line.now and self.loop.at(access, first):
                return ast.Name(f"s{first}", ast.Load())
            if line and line.before and self.loop.at(access, first - 1):
                return ast.Name(f"p{first}", ast.Load())
        return node

    def visit_Name(self, node: ast.Name) -> ast.Name:
        if node.id.startswith("v") and node.id[1:2].isdigit():
            return ast.Name(f"{node.id}_{self.row}", node.ctx)
        return node
