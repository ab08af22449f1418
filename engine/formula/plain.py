"""Plain formulas, read without loading ``formulas``: operands, operators, brackets, arrays and calls.

``formulas``' grammar decides everything else (arrays of other things than constants, whatever is no formula):
this reader then answers None. Where it answers a tree, it is that of ``grammar.tree``; the tests hold the
two together.
"""

from __future__ import annotations

import re

from engine.formula.expr import Array, Binary, Bool, Call, Error, Expr, Invoke, Missing, Number, Text, Unary
from engine.formula.lexer import INTERSECT, INVOKE, Skeleton, Token

_LEVELS = {
    "^": 5, "*": 4, "/": 4, "+": 3, "-": 3, "&": 2, "=": 1, "<": 1, ">": 1, "<=": 1, ">=": 1, "<>": 1,
}  # fmt: skip
_REFERENCES = {":": 2, INTERSECT: 1}
_SIGNS = frozenset("-+@")
_INVOKED = f"{INVOKE}("
_CLOSED_AND_INVOKED: Token = ("function", f"){_INVOKED}")
_FUNCTION = re.compile(r"[A-Z_][A-Z0-9_.]*\(\Z")
# Calls that stand for operators in files, and those that stand for arrays in the grammar.
_OPERATORS = {"ANCHORARRAY(": "#", "SINGLE(": "@"}
_MARKS = frozenset(["ARRAY(", "ARRAYROW("])
_END: Token = ("end", "")


class _Unread(Exception):
    """The formula is not plain."""


def plain(parts: Skeleton) -> Expr | None:
    """Return the tree of a formula that is plain, or None."""
    reader = _Reader(parts)
    try:
        tree = reader.expression(0)
    except (_Unread, RecursionError):
        return None
    return tree if reader.token is _END else None


def signed(operator: str, operand: Expr) -> Expr:
    """Return an operand behind a sign; a number takes its minus in."""
    if operator == "-" and isinstance(operand, Number):
        return Number(-operand.value)
    return Unary(operator, operand)


def _called(name: str, arguments: tuple[Expr, ...]) -> Expr:
    if name not in _OPERATORS:
        return Call(name[:-1], arguments)
    if len(arguments) != 1 or isinstance(arguments[0], Missing):
        raise _Unread
    return Unary(_OPERATORS[name], arguments[0])


class _Reader:
    """Precedence climbing over tokens; ``token`` is the next one."""

    def __init__(self, parts: Skeleton) -> None:
        self._operands = iter(parts.operands)
        self._tokens = iter(parts.tokens)
        self.token: Token = next(self._tokens, _END)

    def _next(self) -> str:
        text = self.token[1]
        self.token = next(self._tokens, _END)
        return text

    def expression(self, least: int) -> Expr:
        """Read operators that bind at least so tightly, and their operands."""
        left = self._postfixed()
        while True:
            level = _LEVELS.get(self.token[1], -1)
            if level <= least:
                return left
            left = Binary(self._next(), left, self.expression(level))

    def _postfixed(self) -> Expr:
        operand = self._prefixed()
        while self.token == ("other", "%"):
            self._next()
            operand = Unary("%", operand)
        return operand

    def _prefixed(self) -> Expr:
        kind, text = self.token
        if kind == "other" and text in _SIGNS:
            self._next()
            return signed(text, self._prefixed())
        return self._joined(0)

    def _joined(self, least: int) -> Expr:
        """Read references joined by ":" and intersections."""
        left = self._primary()
        while True:
            while self.token in {("other", "#"), ("function", _INVOKED)}:
                left = Unary("#", left) if self._next() == "#" else Invoke(left, self._arguments())
            level = _REFERENCES.get(self.token[1], -1)
            if level <= least:
                return left
            operator = " " if self._next() == INTERSECT else ":"
            left = Binary(operator, left, self._joined(level))

    def _primary(self) -> Expr:
        kind, text = self.token
        if kind == "operand":
            self._next()
            return next(self._operands)
        if kind == "open":
            self._next()
            inner = self._union()
            self._close()
            return inner
        if kind == "function" and _FUNCTION.match(text) and text not in _MARKS:
            self._next()
            return _called(text, self._arguments())
        if self.token == ("other", "{"):
            self._next()
            return self._array()
        raise _Unread

    def _union(self) -> Expr:
        left = self.expression(0)
        if self.token != ("other", ","):
            return left
        return Binary(self._next(), left, self._union())

    def _array(self) -> Expr:
        rows = [[self._constant()]]
        while self.token != ("other", "}"):
            mark = self._next()
            if mark == ",":
                rows[-1].append(self._constant())
            elif mark == ";":
                rows.append([self._constant()])
            else:
                raise _Unread
        self._next()
        if len({len(row) for row in rows}) > 1:
            raise _Unread
        return Array(tuple(map(tuple, rows)))

    def _constant(self) -> Expr:
        negative = self.token == ("other", "-")
        if negative:
            self._next()
        if self.token[0] != "operand":
            raise _Unread
        self._next()
        found = next(self._operands)
        if not isinstance(found, Number if negative else (Number, Text, Bool, Error)):
            raise _Unread
        return signed("-", found) if negative else found

    @property
    def _closes(self) -> bool:
        return self.token[0] == "close" or self.token == _CLOSED_AND_INVOKED

    def _close(self) -> None:
        if not self._closes:
            raise _Unread
        if self.token == _CLOSED_AND_INVOKED:
            self.token = ("function", _INVOKED)
        else:
            self._next()

    def _arguments(self) -> tuple[Expr, ...]:
        found = [] if self._closes else [self._argument()]
        while self.token == ("other", ","):
            self._next()
            found.append(self._argument())
        self._close()
        return tuple(found)

    def _argument(self) -> Expr:
        if self._closes or self.token == ("other", ","):
            return Missing()
        return self.expression(0)
