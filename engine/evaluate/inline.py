"""A form's tree as one Python function over plain numbers; whatever is not plain goes the closure's way.

A closure per node costs a call per node and cell. Here a tree becomes a few lines of Python, compiled once
for all sheets that hold the form::

    def inline(state, at):
        try:
            get = state.cells[own].get
            v = get(at - 1, 0.0) + get(at + 65536, 0.0)
            if v.__class__ is float and -L <= v <= L:
                return v
        except _UNPLAIN:
            pass
        return slow(state, at)

A blank is 0.0 where it is read; text, errors and cells not yet computed can't be added to a float, and Python
says so. Then, and where a number leaves Excel's, ``slow`` (the closure) computes the cell anew: it alone
knows conversions, errors and what has to come first. What has no lines here is a closure within them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType
from typing import Any, Final

from engine.core.address import MAX_COLUMN, MAX_ROW, SHIFT, STRIDE
from engine.evaluate import inline_parts as parts
from engine.evaluate.state import Closure, Loop, State
from engine.formula.expr import Binary, Bool, Call, Expr, Missing, Number, Ref, Text, Unary, walk
from engine.functions import families
from engine.functions.coerce import LARGEST
from engine.functions.operands import Operand
from engine.functions.table import Function
from engine.plan.scope import Scope

_ARITHMETIC: Final = frozenset("+-*/^")
_ORDERS: Final = {"=": "==", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_EQUAL: Final = frozenset(["=", "<=", ">="])
_GATHERING: Final = frozenset(["SUM", "MIN", "MAX", "AVERAGE", "PRODUCT", "SUMSQ"])
_LONGEST = 4096  # cells of a range that is gathered one by one
_LEFT_OVER = "1.3e-15"
_GIVE = "\0"  # before the value that the lines end with: no text has it, as its repr escapes it
_GIVEN = re.compile(f"{_GIVE}(.*)")
_MASK = STRIDE - 1


@dataclass(frozen=True)
class Inlined:
    """The code of a tree, and the subtrees that stay closures in it, by name."""

    one: str
    many: str
    closures: dict[str, Expr]
    functions: dict[str, Callable[..., Any]]

    def bind(self, own: int, slow: Closure, value: Callable[[Expr], Closure]) -> tuple[Closure, Loop]:
        """Return the functions for forms on a sheet; ``value`` compiles a subtree.

        The function of one cell is compiled when it is first called: an order of runs has no need of it.
        """
        space = {**parts.SPACE, **self.functions, "own": own, "slow": slow}
        space.update({name: value(expr) for name, expr in self.closures.items()})
        exec(_code(self.many), space)  # noqa: S102 -- the source is ours, made below
        loop: Loop = space["loop"]

        def inline(state: State, at: int) -> Operand:
            if "inline" not in space:
                exec(_code(self.one), space)  # noqa: S102 -- as above
            return space["inline"](state, at)  # type: ignore[no-any-return]  # made above

        return inline, loop


class _Unwritten(Exception):
    """The tree gains nothing from lines of its own."""


Hull = tuple[int, int, int, int]  # top, left, bottom, right


def inlined(expr: Expr, scope: Scope, hull: Hull) -> Inlined | None:
    """Return the code of a tree, or None where its closure is as good.

    ``hull`` is the rectangle around every cell that has the form: a reference that wraps around the sheet's
    edge as seen from one of them has no lines.
    """
    writer = _Writer(scope, hull, draws=_draws(expr))
    try:
        writer.root(expr)
    except _Unwritten:
        return None
    return Inlined(writer.one(), writer.many(), writer.closures, writer.functions)


@lru_cache(maxsize=1 << 12)
def _code(source: str) -> CodeType:
    return compile(source, "<inlined form>", "exec")


@dataclass
class _Writer:
    scope: Scope
    hull: Hull
    lines: list[str] = field(default_factory=list)
    closures: dict[str, Expr] = field(default_factory=dict)
    functions: dict[str, Callable[..., Any]] = field(default_factory=dict)
    sheets: dict[int, str] = field(default_factory=dict)
    depth: int = 2
    names: int = 0
    draws: frozenset[str] = frozenset()

    def one(self) -> str:
        """Return the source of the function that computes one cell."""
        lines = [line.replace(_GIVE, "return ") for line in self._body()]
        tail = [" except UNPLAIN:", "  pass", *self._again("  "), " return slow(state, at)"]
        return "\n".join(["def inline(state, at):", *self._head(" "), " try:", *lines, *tail])

    def many(self) -> str:
        """Return the source of the function that computes cells in turn and returns those that it can't."""
        lines = [_GIVEN.sub(r"store[at] = \1; continue", line) for line in self._body()]
        head = ["def loop(state, cells):", *self._head(" "), " store, left = state.cells[own], []"]
        tail = ["  except Exception:", "   pass", *self._again("  "), "  left.append(at)", " return left"]
        return "\n".join([*head, " for at in cells:", "  try:", *(f" {line}" for line in lines), *tail])

    def _body(self) -> list[str]:
        return ["  stream = None", *self.lines] if self.draws == {"RAND"} else self.lines

    def _head(self, indent: str) -> list[str]:
        gets = [f"{indent}{name} = state.cells[{number}].get" for number, name in self.sheets.items()]
        return [f"{indent}get = state.cells[own].get", *gets]

    def _again(self, indent: str) -> list[str]:
        return [f"{indent}state.streams.pop((own, at), None)"] if self.draws else []

    def line(self, text: str) -> None:
        self.lines.append(" " * self.depth + text)

    def name(self, text: str) -> str:
        """Give an expression a name."""
        self.names += 1
        self.line(f"v{self.names} = {text}")
        return f"v{self.names}"

    def within(self, head: str, write: Callable[[], object]) -> None:
        """Write a block."""
        self.line(head)
        self.depth += 1
        write()
        self.depth -= 1

    # What a formula returns

    def root(self, expr: Expr) -> None:
        """Write the lines that return a formula's value."""
        if not isinstance(expr, (Binary, Unary, Call)):
            raise _Unwritten
        if isinstance(expr, Binary) and expr.operator in "+-":
            left, right = self.name(self.number(expr.left)), self.number(expr.right)
            total = self.name(f"{left} {expr.operator} {right}")
            self.line(f"if abs({total}) < {_LEFT_OVER} * abs({left}): {total} = 0.0")
            self._return_number(total)
        else:
            self.returned(expr)

    def returned(self, expr: Expr) -> None:
        """Write the lines that return a tree's value, of whatever type."""
        match expr:
            case Text(text):
                self.line(f"{_GIVE}{text!r}")
            case Number(value) if -LARGEST <= value <= LARGEST:
                self.line(f"{_GIVE}{value!r}")
            case Ref() if expr.is_cell:
                read = self.name(self._read(expr, "0.0"))
                self.line(f"if {read}.__class__ in PLAIN: {_GIVE}{read}")
            case Call("IF", (test, *branches)) if 1 <= len(branches) <= 2:
                condition = self.condition(test)
                self.within(f"if {condition}:", lambda: self.returned(branches[0]))
                rest: Expr = branches[1] if len(branches) > 1 else Bool(value=False)
                self.within("else:", lambda: self.returned(rest))
            case Call("IFERROR", (tried, instead)):
                self._tried(tried, self._return_number, lambda: self.returned(instead))
            case _ if _is_condition(expr):
                self.line(f"{_GIVE}{self.condition(expr)}")
            case _:
                self._return_number(self.name(self.number(expr)))

    def _return_number(self, value: str) -> None:
        self.line(f"if {value}.__class__ is float and -L <= {value} <= L: {_GIVE}{value}")

    def _tried(self, tried: Expr, then: Callable[[str], object], instead: Callable[[], object]) -> None:
        """Write IFERROR: a division by 0 is the one error that plain numbers raise as it is."""
        self.within("try:", lambda: then(self._finite(tried)))
        self.within("except ZeroDivisionError:", instead)

    # Numbers

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
                return self._read(expr, "0.0")
            case Unary("-", operand):
                return f"(-{self.number(operand)})"
            case Unary("+", operand):
                return self.number(operand)
            case Unary("%", operand):
                return f"({self.number(operand)} / 100)"
            case Binary(operator, left, right) if operator in _ARITHMETIC:
                return self._arithmetic(operator, left, right)
            case Call("IF", (test, *branches)) if 1 <= len(branches) <= 2:
                return self._chosen(test, branches)
            case Call("IFERROR", (tried, instead)):
                self.names += 1
                result = f"v{self.names}"
                self._tried(
                    tried,
                    lambda value: self.line(f"{result} = {value}"),
                    lambda: self.line(f"{result} = {self.number(instead)}"),
                )
                return result
            case Call(function, arguments):
                return self._call(expr, function, arguments)
            case _:
                return self._closure(expr)

    def _arithmetic(self, operator: str, left: Expr, right: Expr) -> str:
        if operator == "^" and right == Number(2.0):
            base = self.name(self.number(left))
            return f"({base} * {base})"
        if operator == "^":
            return f"power({self._finite(left)}, {self._finite(right)})"
        first = self.number(left)
        return f"({first} {operator} {self._finite(right) if operator == '/' else self.number(right)})"

    def _finite(self, expr: Expr) -> str:
        """Return a number that did not leave Excel's on the way: a division by it would hide that."""
        value = self.number(expr)
        if isinstance(expr, (Number, Bool, Missing, Ref)):
            return value
        name = self.name(value)
        self.line(f"if not -L <= {name} <= L: raise Unplain")
        return name

    def _chosen(self, test: Expr, branches: list[Expr]) -> str:
        condition = self.condition(test)
        self.names += 1
        result = f"v{self.names}"
        rest: Expr = branches[1] if len(branches) > 1 else Bool(value=False)
        self.within(f"if {condition}:", lambda: self.line(f"{result} = {self.number(branches[0])}"))
        self.within("else:", lambda: self.line(f"{result} = {self.number(rest)}"))
        return result

    def _call(self, expr: Expr, name: str, arguments: tuple[Expr, ...]) -> str:
        if name == "RAND" and self.draws == {"RAND"}:
            self.line(f"if stream is None: stream = Stream(state.seed, own, at >> {SHIFT}, at & {_MASK})")
            return self.name("stream.random()")
        function = families.find(name)
        if function is None or function.located or not function.accepts(len(arguments)):
            return self._closure(expr)
        if name in _GATHERING and arguments and all(self._gathers(argument) for argument in arguments):
            return self._gathered(function, arguments)
        kinds = [p.kind if (p := function.parameter(i)) else "r" for i in range(len(arguments))]
        if not arguments or any(kind != "n" for kind in kinds):
            return self._closure(expr)
        given = [self._float(argument) for argument in arguments]
        return f"{self._function(function)}({', '.join(given)})"

    def _function(self, function: Function) -> str:
        name = f"f{len(self.functions)}"
        self.functions[name] = function.call
        return name

    def _float(self, expr: Expr) -> str:
        """Return a finite number that is a float: what a function takes without conversion."""
        value = self.name(self._finite(expr))
        if not isinstance(expr, Number):
            self.line(f"if {value}.__class__ is not float: raise Unplain")
        return value

    # Ranges whose numbers count

    def _gathers(self, expr: Expr) -> bool:
        if isinstance(expr, Ref):
            return self._is_inside(expr) and _cells(expr) <= _LONGEST
        return isinstance(expr, Number) or (isinstance(expr, Binary) and expr.operator in _ARITHMETIC)

    def _gathered(self, function: Function, arguments: tuple[Expr, ...]) -> str:
        found = self.name("[]")
        for argument in arguments:
            if isinstance(argument, Ref):
                ends = ", ".join(self._ends(argument))
                self.line(f"gather({self._get(argument)}, {found}, {ends})")
            else:
                self.line(f"{found}.append({self._float(argument)})")
        if function.name == "SUM":
            return f"total({found})"
        return f"{self._function(function)}(*{found})"

    def _ends(self, ref: Ref) -> list[str]:
        """Return a range's first and last row, and first and last column."""
        corners = (ref.first, ref.last)
        rows = [str(a.row) if a.row_absolute else f"(at >> {SHIFT}) + {a.row}" for a in corners]
        columns = [str(a.column) if a.column_absolute else f"(at & {_MASK}) + {a.column}" for a in corners]
        return [*rows, *columns]

    # Conditions

    def condition(self, expr: Expr) -> str:
        """Return an expression that is True or False, or raises."""
        match expr:
            case Bool(value):
                return str(value)
            case Binary(operator, left, right) if operator in _ORDERS:
                return self._ordered(operator, left, right)
            case Call("AND" | "OR" as name, arguments) if arguments and all(map(_is_condition, arguments)):
                terms = [self.name(self.condition(argument)) for argument in arguments]
                return f"({f' {name.lower()} '.join(terms)})"
            case Call("NOT", (argument,)):
                return f"(not {self.condition(argument)})"
            case Ref() if expr.is_cell:
                return self._truth(self._read(expr, "None"))
            case Binary(operator) if operator in _ARITHMETIC:
                return self._truth(self._finite(expr))
            case _:
                return self._truth(self._closure(expr))

    def _truth(self, value: str) -> str:
        name = self.name(value)
        return f"({name} if {name} is True or {name} is False else truth({name}))"

    def _ordered(self, operator: str, left: Expr, right: Expr) -> str:
        first, second = self._compared(left), self._compared(right)
        unsure = [
            f"{name}.__class__ is float"
            for name, expr in ((first, left), (second, right))
            if not isinstance(expr, Number)
        ]
        plain = self._order(operator, first, second, left, right)
        if isinstance(left, Text) or isinstance(right, Text) or not unsure:
            return f"order({operator!r}, {first}, {second})"
        return f"({plain} if {' and '.join(unsure)} else order({operator!r}, {first}, {second}))"

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
                return self.name(self._read(expr, "None"))
            case Binary(operator) if operator in _ARITHMETIC:
                return self._finite(expr)
            case _:
                return self._closure(expr, "cell_value")

    # Cells and closures

    def _closure(self, expr: Expr, settled: str = "settled") -> str:
        """Return what a closure gives, as a value."""
        closure = f"c{len(self.closures)}"
        self.closures[closure] = expr
        name = self.name(f"{closure}(state, at)")
        self.line(f"if {name}.__class__ is not float: {name} = {settled}({name})")
        return name

    def _get(self, ref: Ref) -> str:
        if ref.sheet is None:
            return "get"
        number = self.scope.number(ref.sheet)
        if number is None:
            raise _Unwritten
        return self.sheets.setdefault(number, f"get{number}")

    def _is_inside(self, ref: Ref) -> bool:
        """Whether no cell of the form sees the reference wrap around the edge of the sheet."""
        if ref.last_sheet is not None or ref.whole or (ref.sheet and self.scope.number(ref.sheet) is None):
            return False
        top, left, bottom, right = self.hull
        return all(
            (a.row_absolute or (top + a.row >= 1 and bottom + a.row <= MAX_ROW))
            and (a.column_absolute or (left + a.column >= 1 and right + a.column <= MAX_COLUMN))
            for a in (ref.first, ref.last)
        )

    def _read(self, ref: Ref, blank: str) -> str:
        if not self._is_inside(ref):
            raise _Unwritten
        corner, get = ref.first, self._get(ref)
        tail = "" if blank == "None" else f", {blank}"
        if corner.row_absolute and corner.column_absolute:
            return f"{get}({corner.row << SHIFT | corner.column}{tail})"
        if corner.row_absolute:
            return f"{get}({corner.row << SHIFT} | (at & {_MASK}) + {corner.column}{tail})"
        if corner.column_absolute:
            return f"{get}((at >> {SHIFT}) + {corner.row} << {SHIFT} | {corner.column}{tail})"
        return f"{get}(at + {corner.row * STRIDE + corner.column}{tail})"


def _is_condition(expr: Expr) -> bool:
    """Whether a tree can only be TRUE, FALSE or an error."""
    match expr:
        case Bool() | Call("NOT", (_,)):
            return True
        case Binary(operator) if operator in _ORDERS:
            return True
        case Call("AND" | "OR", arguments):
            return bool(arguments) and all(map(_is_condition, arguments))
        case _:
            return False


def _cells(ref: Ref) -> int:
    """Return how many cells a range has that keeps its size wherever it is copied, else 1."""
    a, b = ref.first, ref.last
    if (a.row_absolute, a.column_absolute) != (b.row_absolute, b.column_absolute):
        return 1
    return (abs(b.row - a.row) + 1) * (abs(b.column - a.column) + 1)


def _draws(expr: Expr) -> frozenset[str]:
    """Return the volatile functions in a tree: random numbers begin anew when the closure computes again."""
    return frozenset(
        node.function
        for node in walk(expr)
        if isinstance(node, Call) and (found := families.find(node.function)) is not None and found.volatile
    )
