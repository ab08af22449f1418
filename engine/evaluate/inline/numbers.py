"""Numbers of inlined forms: expressions that raise, or are no float, where a tree's value is no number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from engine.core.address import SHIFT
from engine.evaluate.inline.cells import COLUMNS, Cells, grows
from engine.evaluate.inline.conditions import ARITHMETIC, Conditions
from engine.evaluate.inline.source import Source
from engine.formula.expr import Binary, Bool, Call, Expr, Missing, Number, Ref, Unary
from engine.functions import families
from engine.functions.coerce import LARGEST
from engine.functions.table import Function

_GATHERING: Final = frozenset(["SUM", "MIN", "MAX", "AVERAGE", "PRODUCT", "SUMSQ"])
_LONGEST = 4096  # cells of a range that is gathered one by one
_KEPT = 64  # ... that other cells read too, or the beginning of: beyond, it is read once for all of them


@dataclass(frozen=True)
class Numbers:
    """Writes what numbers are computed from, in Excel's order."""

    source: Source
    cells: Cells

    @cached_property
    def conditions(self) -> Conditions:
        """Writes the conditions that numbers depend on."""
        return Conditions(self.source, self.cells, self.finite, self.is_written)

    def number(self, expr: Expr) -> str:
        """Return an expression of a tree's number, which raises, or is no float, where it is none."""
        match expr:
            case Number(value) if -LARGEST <= value <= LARGEST:
                return f"({value!r})"
            case Bool(value):
                return str(value)
            case Missing():
                return "0.0"
            case Ref() if expr.is_cell:
                return self.cells.read(expr, "0.0")
            case Unary("-" | "+" | "%" as sign, operand):
                return self._signed(sign, self.number(operand))
            case Binary(operator, left, right) if operator in ARITHMETIC:
                return self._arithmetic(operator, left, right)
            case Call("IF", (test, *branches)) if 1 <= len(branches) <= 2:
                return self._chosen(test, branches)
            case Call("IFERROR", (tried, instead)):
                return self._caught(tried, instead)
            case Call(function, arguments):
                return self._call(expr, function, arguments)
            case _:
                return self.source.closure(expr)

    def _signed(self, sign: str, value: str) -> str:
        if sign == "%":
            return f"({value} / 100)"
        # Python's -False is a whole number, which has no zero below it as -0.0 is.
        return f"(-1.0 * {value})" if sign == "-" else value

    def _arithmetic(self, operator: str, left: Expr, right: Expr) -> str:
        if operator == "^" and right == Number(2.0):
            base = self.source.name(self.number(left))
            return f"({base} * {base})"
        if operator == "^":
            base = self.source.name(self.finite(left))
            exponent = self.source.name(self.finite(right))
            return f"(raised({base}, {exponent}) if {base} > 0.0 else power({base}, {exponent}))"
        first = self.number(left)
        return f"({first} {operator} {self.finite(right) if operator == '/' else self.number(right)})"

    def finite(self, expr: Expr) -> str:
        """Return a number that did not leave Excel's on the way: a division by it would hide that."""
        value = self.number(expr)
        if isinstance(expr, (Number, Bool, Missing, Ref)):
            return value
        name = self.source.name(value)
        self.source.line(f"if not -L <= {name} <= L: raise Unplain")
        return name

    def _chosen(self, test: Expr, branches: list[Expr]) -> str:
        condition = self.conditions.condition(test)
        result = self.source.fresh()
        rest: Expr = branches[1] if len(branches) > 1 else Bool(value=False)
        self.source.within(
            f"if {condition}:", lambda: self.source.line(f"{result} = {self.number(branches[0])}")
        )
        self.source.within("else:", lambda: self.source.line(f"{result} = {self.number(rest)}"))
        return result

    def _caught(self, tried: Expr, instead: Expr) -> str:
        result = self.source.fresh()
        self.tried(
            tried,
            lambda value: self.source.line(f"{result} = {value}"),
            lambda: self.source.line(f"{result} = {self.number(instead)}"),
        )
        return result

    def tried(self, tried: Expr, then: Callable[[str], object], instead: Callable[[], object]) -> None:
        """Write IFERROR: a division by 0 is the one error that plain numbers raise as it is."""
        self.source.within("try:", lambda: then(self.finite(tried)))
        self.source.within("except ZeroDivisionError:", instead)

    def is_number(self, expr: Expr) -> bool:
        """Whether ``number`` writes more of a tree than a closure's answer."""
        match expr:
            case Number() | Bool() | Missing() | Unary("-" | "+" | "%"):
                return True
            case Ref():
                return expr.is_cell
            case Binary(operator):
                return operator in ARITHMETIC
            case Call("IF" | "IFERROR" | "RAND"):
                return True
            case Call():
                return self.is_written(expr)
            case _:
                return False

    def _call(self, expr: Call, name: str, arguments: tuple[Expr, ...]) -> str:
        if name == "RAND" and self.source.draws_once:
            return "chance"
        if name == "RAND" and set(self.source.draws) == {"RAND"}:
            self.source.line(
                f"if stream is None: stream = Stream(state.seed, own, at >> {SHIFT}, at & {COLUMNS})"
            )
            return self.source.name("stream.random()")
        if not self.is_written(expr):
            return self.source.closure(expr)
        function = families.find(name)
        assert function is not None
        if name in _GATHERING:
            return self._gathered(function, arguments)
        given = [self._float(argument) for argument in arguments]
        if function.name in _WRITTEN:
            return _WRITTEN[function.name](self.source, given)
        return f"{self.source.function(function.call)}({', '.join(given)})"

    def is_written(self, call: Call) -> bool:
        """Whether a call has lines of its own: what takes numbers, or gathers those of short ranges."""
        name, arguments = call.function, call.arguments
        function = families.find(name)
        if function is None or function.located or not arguments or not function.accepts(len(arguments)):
            return False
        if name in _GATHERING and all(self._gathers(argument) for argument in arguments):
            return True
        kinds = [p.kind if (p := function.parameter(i)) else "r" for i in range(len(arguments))]
        return all(kind == "n" for kind in kinds)

    def _float(self, expr: Expr) -> str:
        """Return a finite number that is a float: what a function takes without conversion."""
        if isinstance(expr, Number):
            return self.number(expr)
        value = self.source.name(self.finite(expr))
        self.source.line(f"if {value}.__class__ is not float: raise Unplain")
        return value

    def _gathers(self, expr: Expr) -> bool:
        if isinstance(expr, Ref):
            return self.cells.is_inside(expr) and self.cells.largest(expr) <= (
                _KEPT if grows(expr) else _LONGEST
            )
        return isinstance(expr, Number) or (isinstance(expr, Binary) and expr.operator in ARITHMETIC)

    def _added(self, arguments: tuple[Expr, ...]) -> str | None:
        """Return the sum of cells beside one another and of numbers, added in turn; None for other ranges."""
        lines = [self.cells.line(a) if isinstance(a, Ref) else "" for a in arguments]
        if None in lines:
            return None
        result = self.source.name("0.0")
        for argument, line in zip(arguments, lines, strict=True):
            if isinstance(argument, Ref):
                self.source.line(f"for x in map({self.cells.get(argument)}, {line}):")
                self.source.line(f" if x.__class__ is float: {result} += x")
                self.source.line(" elif x.__class__ not in VALUES: raise Unplain")
            else:
                self.source.line(f"{result} += {self._float(argument)}")
        return result

    def _held(self, expr: Expr) -> str:
        """Return a number as ``_float`` does; a blank cell, which functions pass over, is none."""
        if not isinstance(expr, Ref):
            return self._float(expr)
        value = self.source.name(self.cells.read(expr, "None"))
        self.source.line(f"if {value}.__class__ is not float: raise Unplain")
        return value

    def _gathered(self, function: Function, arguments: tuple[Expr, ...]) -> str:
        added = self._added(arguments) if function.name == "SUM" else None
        if added is not None:
            return added
        if function.name in ("MIN", "MAX") and not any(
            isinstance(a, Ref) and not a.is_cell for a in arguments
        ):
            held = [self._held(argument) for argument in arguments]
            return f"{function.name.lower()}({', '.join(held)})" if len(held) > 1 else held[0]
        found = self.source.name("[]")
        for argument in arguments:
            if isinstance(argument, Ref):
                ends = ", ".join(self.cells.ends(argument))
                self.source.line(f"gather({self.cells.get(argument)}, {found}, {ends})")
            else:
                self.source.line(f"{found}.append({self._float(argument)})")
        if function.name == "SUM":
            return f"total({found})"
        return f"{self.source.function(function.call)}(*{found})"


def _normal(source: Source, given: list[str]) -> str:
    chance, mean, spread = given
    source.line(f"if not {spread} > 0.0: raise Unplain")
    return f"({mean} + {spread} * inverse({chance}))"


# Functions of numbers whose lines save a call, or two.
_WRITTEN: Final[dict[str, Callable[[Source, list[str]], str]]] = {
    "NORM.INV": _normal,
    "NORMINV": _normal,
}
