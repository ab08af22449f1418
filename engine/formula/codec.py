"""Trees as JSON lists and back: the node's letter, then its fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from engine.core.values import ExcelError
from engine.formula.expr import (
    Anchor,
    Array,
    Binary,
    Bool,
    Call,
    Error,
    Expr,
    Invoke,
    Missing,
    Name,
    Number,
    Ref,
    Structured,
    Text,
    Unary,
)


def encoded(expr: Expr) -> list[Any]:  # noqa: C901, PLR0912 -- a case per kind of node
    """Return a tree as JSON lists."""
    match expr:
        case Number(value):
            return ["n", value]
        case Text(text):
            return ["t", text]
        case Bool(value):
            return ["b", value]
        case Error(error):
            return ["e", error.code]
        case Missing():
            return ["m"]
        case Ref(sheet, first, last, whole, last_sheet):
            return ["r", sheet, _corner(first), _corner(last), whole, last_sheet]
        case Name(name, sheet):
            return ["d", name, sheet]
        case Structured(table, items, start, end):
            return ["s", table, list(items), start, end]
        case Unary(operator, operand):
            return ["u", operator, encoded(operand)]
        case Binary(operator, left, right):
            return ["o", operator, encoded(left), encoded(right)]
        case Array(rows):
            return ["a", [[encoded(item) for item in row] for row in rows]]
        case Call(function, arguments):
            return ["c", function, [encoded(argument) for argument in arguments]]
        case Invoke(target, arguments):
            return ["i", encoded(target), [encoded(argument) for argument in arguments]]


def decoded(item: list[Any]) -> Expr:
    """Return the tree of JSON lists; LookupError, TypeError or ValueError where they are none."""
    kind, *fields = item
    return _NODES[kind](*fields)


def _corner(anchor: Anchor) -> list[Any]:
    return [anchor.row, anchor.column, anchor.row_absolute, anchor.column_absolute]


def _ref(sheet: str | None, first: list[Any], last: list[Any], whole: str, last_sheet: str | None) -> Ref:
    start = Anchor(*first)
    return Ref(sheet, start, start if first == last else Anchor(*last), whole, last_sheet)


def _each(items: list[list[Any]]) -> tuple[Expr, ...]:
    return tuple([decoded(item) for item in items])


_NODES: Final[dict[str, Callable[..., Expr]]] = {
    "n": lambda value: Number(float(value)),
    "t": Text,
    "b": Bool,
    "e": lambda code: Error(ExcelError(code)),
    "m": Missing,
    "r": _ref,
    "d": Name,
    "s": lambda table, items, first, last: Structured(table, tuple(items), first, last),
    "u": lambda operator, operand: Unary(operator, decoded(operand)),
    "o": lambda operator, left, right: Binary(operator, decoded(left), decoded(right)),
    "a": lambda rows: Array(tuple(_each(row) for row in rows)),
    "c": lambda function, arguments: Call(function, _each(arguments)),
    "i": lambda target, arguments: Invoke(decoded(target), _each(arguments)),
}
