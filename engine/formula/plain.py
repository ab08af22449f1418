"""Plain formulas, read without loading ``formulas``: operands, operators, brackets and function calls.

``formulas``' grammar decides everything else (unions, ranges that a function ends, array constants, called
lambdas, whatever is no formula): this reader then answers None. Where it answers a tree, it is that of
``grammar.tree``; the tests hold the two together.
"""

from __future__ import annotations

import re

from engine.formula.expr import Binary, Call, Expr, Missing, Number, Unary
from engine.formula.lexer import Skeleton, Token

_LEVELS = {
    "^": 5, "*": 4, "/": 4, "+": 3, "-": 3, "&": 2, "=": 1, "<": 1, ">": 1, "<=": 1, ">=": 1, "<>": 1,
}  # fmt: skip
_SIGNS = frozenset("-+@")
_FUNCTION = re.compile(r"[A-Z_][A-Z0-9_.]*\(\Z")
# Calls that stand for something else in the grammar.
_MARKS = frozenset(["ARRAY(", "ARRAYROW(", "ANCHORARRAY(", "SINGLE("])
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
        if kind == "operand":
            self._next()
            return next(self._operands)
        if kind == "open":
            self._next()
            inner = self.expression(0)
            self._close()
            return inner
        if kind == "function" and _FUNCTION.match(text) and text not in _MARKS:
            self._next()
            return Call(text[:-1], self._arguments())
        raise _Unread

    def _close(self) -> None:
        if self.token[0] != "close":
            raise _Unread
        self._next()

    def _arguments(self) -> tuple[Expr, ...]:
        if self.token[0] == "close":
            self._next()
            return ()
        found = [self._argument()]
        while self.token == ("other", ","):
            self._next()
            found.append(self._argument())
        self._close()
        return tuple(found)

    def _argument(self) -> Expr:
        if self.token[0] == "close" or self.token == ("other", ","):
            return Missing()
        return self.expression(0)
