"""The lines of an inlined form as they are written, and the two functions that they become."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from engine.formula.expr import Expr

GIVE = "\0"
"""Before the value that the lines end with: no text has it, as its repr escapes it."""
_NAME = re.compile(r"v\d+\Z")
_GIVEN = re.compile(f"{GIVE}(.*)")


@dataclass
class Source:
    """Lines of Python, and what they name: closures of subtrees, functions, and sheets by number.

    ``draws`` are the volatile calls in the tree, ``fixed`` what is read before the first cell is computed:
    cells that are the same ones as seen from everywhere, by their name.
    """

    draws: tuple[str, ...] = ()
    fixed: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    closures: dict[str, Expr] = field(default_factory=dict)
    functions: dict[str, Callable[..., Any]] = field(default_factory=dict)
    sheets: dict[int, str] = field(default_factory=dict)
    depth: int = 2
    names: int = 0

    def one(self) -> str:
        """Return the source of the function that computes one cell."""
        lines = [line.replace(GIVE, "return ") for line in self._body()]
        if self.draws_once:
            lines.insert(0, "  chance = uniforms(state.seed, own, [at])[0]")
        tail = [" except UNPLAIN:", "  pass", *self._again("  "), " return slow(state, at)"]
        return "\n".join(["def inline(state, at):", *self._head(" "), " try:", *lines, *tail])

    def many(self) -> str:
        """Return the source of the function that computes cells in turn and returns those that it can't."""
        lines = [_GIVEN.sub(r"store[at] = \1; continue", line) for line in self._body()]
        head = ["def loop(state, cells):", *self._head(" "), " store, left = state.cells[own], []"]
        tail = ["  except Exception:", "   pass", *self._again("  "), "  left.append(at)", " return left"]
        drawn = " for at, chance in zip(cells, uniforms(state.seed, own, cells)):"
        each = drawn if self.draws_once else " for at in cells:"
        return "\n".join([*head, each, "  try:", *(f" {line}" for line in lines), *tail])

    @property
    def draws_once(self) -> bool:
        """Whether one random number is all that the tree draws."""
        return self.draws == ("RAND",)

    def _body(self) -> list[str]:
        return ["  stream = None", *self.lines] if len(self.draws) > 1 else self.lines

    def _head(self, indent: str) -> list[str]:
        gets = [f"{indent}{name} = state.cells[{number}].get" for number, name in self.sheets.items()]
        fixed = [f"{indent}{name} = {read}" for name, read in self.fixed.items()]
        return [f"{indent}get = state.cells[own].get", *gets, *fixed]

    def _again(self, indent: str) -> list[str]:
        return [f"{indent}state.streams.pop((own, at), None)"] if self.draws else []

    def line(self, text: str) -> None:
        """Write a line."""
        self.lines.append(" " * self.depth + text)

    def fresh(self) -> str:
        """Return a name that no line has yet."""
        self.names += 1
        return f"v{self.names}"

    def name(self, text: str) -> str:
        """Give an expression a name, unless it is one."""
        if _NAME.match(text):
            return text
        name = self.fresh()
        self.line(f"{name} = {text}")
        return name

    def constant(self, text: str) -> str:
        """Return the name of an expression that is the same in every cell of the form."""
        found = next((name for name, known in self.fixed.items() if known == text), None)
        if found is None:
            found = self.fresh()
            self.fixed[found] = text
        return found

    def within(self, head: str, write: Callable[[], object]) -> None:
        """Write a block."""
        self.line(head)
        self.depth += 1
        write()
        self.depth -= 1

    def closure(self, expr: Expr, settled: str = "settled") -> str:
        """Return what a closure gives, as a value."""
        closure = f"c{len(self.closures)}"
        self.closures[closure] = expr
        name = self.name(f"{closure}(state, at)")
        self.line(f"if {name}.__class__ is not float: {name} = {settled}({name})")
        return name

    def function(self, call: Callable[..., Any]) -> str:
        """Return the name of a function that the lines call."""
        name = f"f{len(self.functions)}"
        self.functions[name] = call
        return name
