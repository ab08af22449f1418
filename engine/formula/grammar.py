"""The door to ``formulas``' parser: text in, ``Expr`` out.

Its ``Parser`` keeps the grammar (precedence, functions, arrays, empty arguments); operands come to it as
placeholders (see ``lexer``). ``Parser.filters``, ``Parser.ast_builder`` and the token classes are no
documented interface of formulas: its version is pinned and ``tests/formula`` holds what is relied on here.
A sign is one token and pops no operator, which mends formulas' reading of ``--``.
"""

from __future__ import annotations

import functools
from typing import Any

import regex  # type: ignore[import-untyped]  # formulas' own dependency; ships no types
from formulas.errors import BaseError, TokenError
from formulas.parser import Parser
from formulas.tokens.function import Array as ArrayToken
from formulas.tokens.function import Function
from formulas.tokens.operand import Empty, Operand
from formulas.tokens.operator import Operator, Separator
from formulas.tokens.parenthesis import Parenthesis, _update_n_args

from engine.core.exceptions import UnsupportedFormula
from engine.formula.expr import Array, Binary, Call, Expr, Invoke, Missing, Unary
from engine.formula.lexer import INTERSECT, INVOKE, PLACEHOLDER, UNREADABLE, Skeleton
from engine.formula.plain import signed


class _Placeholder(Operand):  # type: ignore[misc]  # formulas ships no types
    _re = regex.compile(rf"^{PLACEHOLDER}(?P<name>\d+);")


class _Operator(Operator):  # type: ignore[misc]  # formulas has no types
    _precedences = {**Operator._precedences, ":": 10, INTERSECT: 9, "#": 11, INVOKE[0]: 11}
    _n_args = {
        **dict.fromkeys(Operator._precedences, 2),
        "u-": 1,
        "u+": 1,
        "@": 1,
        "%": 1,
        "#": 1,
        INVOKE[0]: 2,
        INTERSECT: 2,
    }


class _Sign(_Operator):
    """A prefix sign or "@": one per token, and it never pops the operators before it."""

    _re = regex.compile(r"^(?P<name>[-+@])")

    def ast(self, tokens: list[Any], stack: list[Any], builder: Any) -> None:
        if tokens and _ends_operand(tokens[-1]):
            raise TokenError
        tokens.append(self)
        self.attr["name"] = self.name if self.name == "@" else f"u{self.name}"
        _update_n_args(stack)
        stack.append(self)


def _ends_operand(token: Any) -> bool:
    closed = isinstance(token, Parenthesis) and token.has_end
    return isinstance(token, Operand) or closed or (isinstance(token, Operator) and token.name in "%#")


class _Infix(_Operator):
    """An operator that stands after an operand."""

    _re = regex.compile(rf"^(?P<name><>|[<>]=|[-+*/^&<>=:%#{INVOKE[0]}{INTERSECT}])")

    def update_name(self, tokens: list[Any], stack: list[Any]) -> None:
        """Keep the name: signs are tokens of their own."""

    def update_input_tokens(self, *tokens: Any) -> None:
        """Accept any operand: what a range operator may join is checked when it is evaluated."""


class _Tree:
    """Postfix tokens in, one ``Expr`` out: an operator or function takes its last ``n_args`` nodes."""

    def __init__(self, operands: tuple[Expr, ...], match: Any = None) -> None:
        self._operands = operands
        self.nodes: list[Expr] = []

    def __len__(self) -> int:
        return len(self.nodes)

    def append(self, token: Any) -> None:
        if isinstance(token, Empty):
            self.nodes.append(Missing())
        elif isinstance(token, Operand):
            self.nodes.append(self._operands[int(token.name)])
        else:
            count = token.get_n_args
            if count > len(self.nodes):
                raise TokenError
            start = len(self.nodes) - count
            arguments = tuple(self.nodes[start:])
            self.nodes[start:] = [_node(token, arguments)]

    def finish(self) -> None:
        """Nothing is left to do: the tree is whole."""


def _node(token: Any, arguments: tuple[Expr, ...]) -> Expr:
    name = token.name
    if isinstance(token, Function):
        return _call(name.upper(), arguments)
    if len(arguments) == 1:
        return signed(name.removeprefix("u"), arguments[0])
    left, right = arguments
    if name == INVOKE[0] and isinstance(right, Call):
        return Invoke(left, right.arguments)
    return Binary(" " if name == INTERSECT else name, left, right)


def _call(name: str, arguments: tuple[Expr, ...]) -> Expr:
    if name == "ARRAY" and all(isinstance(row, Call) and row.function == "ARRAY" for row in arguments):
        return Array(tuple(row.arguments for row in arguments if isinstance(row, Call)))
    if name == "ANCHORARRAY":
        return Unary("#", arguments[0])
    if name == "SINGLE":
        return Unary("@", arguments[0])
    return Call(name, arguments)


class _Parser(Parser):  # type: ignore[misc]  # formulas has no types
    filters = [_Placeholder, _Sign, _Infix, Separator, Function, ArrayToken, Parenthesis]

    def __init__(self, operands: tuple[Expr, ...]) -> None:
        super().__init__()
        self.ast_builder = functools.partial(_Tree, operands)


def tree(text: str, parts: Skeleton) -> Expr:
    """Return the tree of a formula (without "=") whose operands were taken out.

    Raises:
        UnsupportedFormula: the text is no formula that ``formulas`` can read.
    """
    try:
        _, built = _Parser(parts.operands).ast("=" + parts.text)
    except (BaseError, IndexError, KeyError, AttributeError, ValueError) as error:
        raise UnsupportedFormula(UNREADABLE.format(text)) from error
    return built.nodes[0]  # type: ignore[no-any-return]  # the builder keeps its nodes untyped
