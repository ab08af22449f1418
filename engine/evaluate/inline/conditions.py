"""Conditions of inlined forms: expressions that are True or False, or raise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from engine.evaluate.inline.cells import Cells
from engine.evaluate.inline.source import Source
from engine.formula.expr import Binary, Bool, Call, Expr, Number, Ref, Text

ARITHMETIC: Final = frozenset("+-*/^")
_ORDERS: Final = {"=": "==", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_EQUAL: Final = frozenset(["=", "<=", ">="])


@dataclass(frozen=True)
class Conditions:
    """Writes conditions; ``finite`` writes a number that did not leave Excel's on the way.

    ``is_written`` tells whether a call has lines of its own.
    """

    source: Source
    cells: Cells
    finite: Callable[[Expr], str]
    is_written: Callable[[Call], bool]

    def condition(self, expr: Expr) -> str:
        """Return an expression that is True or False, or raises."""
        match expr:
            case Bool(value):
                return str(value)
            case Binary(operator, left, right) if operator in _ORDERS:
                return self._ordered(operator, left, right)
            case Call("AND" | "OR" as name, arguments) if arguments and all(map(is_condition, arguments)):
                terms = [self.source.name(self.condition(argument)) for argument in arguments]
                return f"({f' {name.lower()} '.join(terms)})"
            case Call("NOT", (argument,)):
                return f"(not {self.condition(argument)})"
            case Ref() if expr.is_cell:
                return self._truth(self.cells.read(expr, "None"))
            case Binary(operator) if operator in ARITHMETIC:
                return self._truth(self.finite(expr))
            case _:
                return self._truth(self.source.closure(expr))

    def _truth(self, value: str) -> str:
        name = self.source.name(value)
        return f"({name} if {name} is True or {name} is False else truth({name}))"

    def _ordered(self, operator: str, left: Expr, right: Expr) -> str:
        first, second = self._compared(left), self._compared(right)
        unsure = [
            f"{name}.__class__ is float"
            for name, expr in ((first, left), (second, right))
            if not isinstance(expr, Number)
        ]
        plain = self._order(operator, first, second, left, right)
        if operator in ("=", "<>") and isinstance(right, Text) and not isinstance(left, (Text, Number)):
            return self._alike(operator, first, right.value)
        if isinstance(left, Text) or isinstance(right, Text) or not unsure:
            return f"order({operator!r}, {first}, {second})"
        return f"({plain} if {' and '.join(unsure)} else order({operator!r}, {first}, {second}))"

    def _alike(self, operator: str, value: str, text: str) -> str:
        """Return a comparison with a text, which no number equals."""
        general = f"order({operator!r}, {value}, {text!r})"
        if text == "":
            general = f"{value} {_ORDERS[operator]} '' if {value}.__class__ is str else {general}"
        return f"({operator == '<>'} if {value}.__class__ is float else {general})"

    def _order(self, operator: str, first: str, second: str, left: Expr, right: Expr) -> str:
        """Return a comparison of floats; those close to each other are compared by the digits shown."""
        symbol = _ORDERS[operator]
        if Number(0.0) in (left, right):
            return f"{first} {symbol} {second}"
        far = f"abs({first} - {second}) > 1e-14 * (abs({first}) + abs({second}))"
        near = f"{first} {symbol} {second} if {far} else order({operator!r}, {first}, {second})"
        return f"({operator in _EQUAL} if {first} == {second} else {near})"

    def _compared(self, expr: Expr) -> str:
        match expr:
            case Text(text):
                return repr(text)
            case Number(value):
                return f"({value!r})"
            case Ref() if expr.is_cell:
                return self.source.name(self.cells.read(expr, "None"))
            case Binary(operator) if operator in ARITHMETIC:
                return self.finite(expr)
            case Call() if self.is_written(expr):
                return self.finite(expr)
            case _:
                return self.source.closure(expr, "cell_value")


def is_condition(expr: Expr) -> bool:
    """Whether a tree can only be TRUE, FALSE or an error."""
    match expr:
        case Bool() | Call("NOT", (_,)):
            return True
        case Binary(operator) if operator in _ORDERS:
            return True
        case Call("AND" | "OR", arguments):
            return bool(arguments) and all(map(is_condition, arguments))
        case _:
            return False
