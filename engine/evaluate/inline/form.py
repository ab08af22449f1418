"""A form's tree as one Python function over plain numbers; whatever is not plain goes the closure's way.

A closure per node costs a call per node and cell. Here a tree becomes a few lines of Python, compiled once
for all sheets that hold the form::

    def inline(state, at):
        try:
            get = state.cells[own].get
            v = get(at - 1, 0.0) + get(at + 65536, 0.0)
            if v.__class__ is float and -L <= v <= L:
                return v
        except UNPLAIN:
            pass
        return slow(state, at)

A blank is 0.0 where it is read; text, errors and cells not yet computed can't be added to a float, and Python
says so. Then, and where a number leaves Excel's, ``slow`` (the closure) computes the cell anew: it alone
knows conversions, errors and what has to come first. What has no lines here is a closure within them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import Any

from engine.evaluate.inline import parts
from engine.evaluate.inline.cells import Cells, Hull, Unwritten
from engine.evaluate.inline.conditions import is_condition
from engine.evaluate.inline.numbers import Numbers
from engine.evaluate.inline.source import GIVE, Source
from engine.evaluate.state import Closure, Loop, State
from engine.formula.expr import Binary, Bool, Call, Expr, Number, Ref, Text, Unary, walk
from engine.functions import families
from engine.functions.coerce import LARGEST
from engine.functions.operands import Operand
from engine.plan.scope import Scope

_LEFT_OVER = "1.3e-15"


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


def inlined(expr: Expr, scope: Scope, hull: Hull) -> Inlined | None:
    """Return the code of a tree, or None where its closure is as good.

    ``hull`` is the rectangle around every cell that has the form: a reference that wraps around the sheet's
    edge as seen from one of them has no lines.
    """
    source = Source(_draws(expr))
    try:
        _Form(source, Numbers(source, Cells(source, scope, hull))).write(expr)
    except Unwritten:
        return None
    return Inlined(source.one(), source.many(), source.closures, source.functions)


@lru_cache(maxsize=1 << 12)
def _code(source: str) -> CodeType:
    return compile(source, "<inlined form>", "exec")


@dataclass(frozen=True)
class _Form:
    """Writes the lines that return a formula's value."""

    source: Source
    numbers: Numbers

    def write(self, expr: Expr) -> None:
        """Write the lines that return a formula's value."""
        if not isinstance(expr, (Binary, Unary, Call)) or not self._gains(expr):
            raise Unwritten
        if isinstance(expr, Binary) and expr.operator in "+-":
            left, right = self.source.name(self.numbers.number(expr.left)), self.numbers.number(expr.right)
            total = self.source.name(f"{left} {expr.operator} {right}")
            self.source.line(f"if abs({total}) < {_LEFT_OVER} * abs({left}): {total} = 0.0")
            self._return_number(total)
        else:
            self._returned(expr)

    def _gains(self, expr: Expr) -> bool:
        """Whether a tree is more than a closure's answer."""
        chooses = isinstance(expr, Call) and expr.function in ("IF", "IFERROR")
        return chooses or is_condition(expr) or self.numbers.is_number(expr)

    def _returned(self, expr: Expr) -> None:
        """Write the lines that return a tree's value, of whatever type."""
        match expr:
            case Text(text):
                self.source.line(f"{GIVE}{text!r}")
            case Number(value) if -LARGEST <= value <= LARGEST:
                self.source.line(f"{GIVE}{value!r}")
            case Ref() if expr.is_cell:
                read = self.source.name(self.numbers.cells.read(expr, "0.0"))
                self.source.line(f"if {read}.__class__ in PLAIN: {GIVE}{read}")
            case Call("IF", (test, *branches)) if 1 <= len(branches) <= 2:
                condition = self.numbers.conditions.condition(test)
                self.source.within(f"if {condition}:", lambda: self._returned(branches[0]))
                rest: Expr = branches[1] if len(branches) > 1 else Bool(value=False)
                self.source.within("else:", lambda: self._returned(rest))
            case Call("IFERROR", (tried, instead)):
                self.numbers.tried(tried, self._return_number, lambda: self._returned(instead))
            case _ if is_condition(expr):
                self.source.line(f"{GIVE}{self.numbers.conditions.condition(expr)}")
            case Unary("+", operand):
                self._returned(operand)
            case _ if self.numbers.is_number(expr):
                self._return_number(self.source.name(self.numbers.number(expr)))
            case _:
                found = self.source.closure(expr)
                self.source.line(f"if {found}.__class__ in PLAIN: {GIVE}{found}")

    def _return_number(self, value: str) -> None:
        self.source.line(f"if {value}.__class__ is float and -L <= {value} <= L: {GIVE}{value}")


def _draws(expr: Expr) -> tuple[str, ...]:
    """Return the volatile calls in a tree: random numbers begin anew when the closure computes again."""
    return tuple(
        node.function
        for node in walk(expr)
        if isinstance(node, Call) and (found := families.find(node.function)) is not None and found.volatile
    )
