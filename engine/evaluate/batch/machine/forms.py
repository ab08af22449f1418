"""A row of the compiled program as a form: one loop over scenarios, without its rows and constants.

Rows of a sheet with like formulas share a form, in this model and in others, so each form is compiled once.
Where two numbers that are compared tie in nearly all their digits, the loop runs a second time, exactly.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.evaluate.batch.passes.accesses import Rows, is_rows
from engine.evaluate.batch.unplanned import Unplanned

Numbers = Sequence[float]

# Comparisons to 15 digits, and how the same numbers compare where none of them tie; powers, and those whose
# exponent is no whole number: what is quick for most scenarios, and what asks whether it does for all.
_QUICK = {
    "equal": ("is0", "tied"),
    "unequal": ("not0", "tied"),
    "less": ("lt0", "tied"),
    "less_equal": ("le0", "tied"),
    "greater": ("gt0", "tied"),
    "greater_equal": ("ge0", "tied"),
    "power": ("broken_power", "is_whole"),
}
_LARGEST_WHOLE = 255
_SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_INLINE = (0.0, 1.0)
_MOST_RUNGS = 12


@dataclass
class Form:
    """What one row's loop over scenarios does: its lines, and the rows and constants behind its names.

    ``operands`` has per name the row of each position, ``constants`` per name the number of each position.
    """

    lines: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    operands: list[tuple[int, ...]] = field(default_factory=list)
    constants: list[tuple[float, ...]] = field(default_factory=list)
    ties: int = 0

    def operand(self, rows: Rows) -> str:
        """Return the source of one number of a row."""
        key = tuple(rows)
        if key not in self.operands:
            self.operands.append(key)
        return f"s[x{self.operands.index(key)} + n]"

    def numbers_of(self, text: str) -> Numbers:
        """Return the numbers of a constant's source; none where it is no constant."""
        if text.startswith("c") and text[1:].isdigit():
            return self.constants[int(text[1:])]
        return (float(text),) if text in map(repr, _INLINE) else ()

    def constant(self, numbers: Numbers) -> str:
        """Return the name of a constant."""
        self.constants.append(tuple(numbers))
        return f"c{len(self.constants) - 1}"

    def table(self, numbers: Numbers) -> str:
        """Return the name of an array of constants."""
        first = len(self.constants)
        self.constants.extend((number,) for number in numbers)
        name = f"t{first}"
        self.before.append(f"{name} = qs[{first}:{first + len(numbers)}]")
        return name

    def scratch(self, items: Sequence[str]) -> str:
        """Return the name of an array that holds some numbers of one scenario."""
        name = f"a{len(self.before)}"
        self.before.append(f"{name} = np.empty({len(items)})")
        self.lines.extend(f"{name}[{place}] = {item}" for place, item in enumerate(items))
        return name

    def named(self, text: str) -> str:
        """Return the name of a number worked out before."""
        name = f"w{len(self.lines)}"
        self.lines.append(f"{name} = {text}")
        return name

    def source(self, result: str) -> str:
        """Return the form as the source of a function of pointers: lanes, rows and constants."""
        head = [f"x{n} = p[{n + 1}] * stride" for n in range(len(self.operands))]
        used = set(_names([*self.lines, result]))
        head += [f"c{n} = q[{n}]" for n in range(len(self.constants)) if f"c{n}" in used]
        if any(line.startswith("t") for line in self.before):
            head.append(f"qs = carray(q, ({len(self.constants)},))")
        exact = [*self.lines, f"s[o + n] = {result}"]
        return "\n    ".join(
            ["o = p[0] * stride", *head, *self.before, *(_twice(exact) if self.ties else _loop(exact))]
        )


def _names(lines: Sequence[str]) -> list[str]:
    return [node.id for node in ast.walk(ast.parse("\n".join(lines))) if isinstance(node, ast.Name)]


def _loop(lines: Sequence[str]) -> list[str]:
    return ["for n in range(N):", *(f"    {line}" for line in lines)]


def _twice(lines: Sequence[str]) -> list[str]:
    """Return a loop that compares quickly, and one that compares exactly where numbers tie."""
    quick: list[str] = []
    for line in lines:
        name, _, text = line.partition(" = ")
        if name.startswith("e"):
            function, _, arguments = text.partition("(")
            quickly, unsure = _QUICK[function]
            quick.append(f"ties |= {unsure}({arguments}")
            text = f"{quickly}({arguments}"
        quick.append(f"{name} = {text}")
    return ["ties = 0", *_loop(quick), "if ties != 0:", *(f"    {line}" for line in _loop(lines))]


@dataclass(frozen=True)
class Row:
    """The lowering of one row to a form: what its names are, position by position.

    ``rows_of`` gives the rows of a node that indexes ``S``, ``arrays`` the program's constants; ``index`` is
    the loop's name and ``count`` how many positions it has.
    """

    form: Form
    rows_of: Mapping[int, Rows]
    arrays: Mapping[str, object]
    index: str | None
    count: int
    known: frozenset[str]

    def text(self, node: ast.expr) -> str:
        """Return the source of an expression, noting rows and constants; raise Unplanned without a kernel."""
        match node:
            case ast.Subscript() if is_rows(node):
                return self.form.operand(self.rows_of[id(node)])
            case ast.Subscript(ast.Name(name), place):
                return self._number(name, place)
            case ast.Constant(value=bool() as truth):
                return repr(truth)
            case ast.Constant(value=float() as number):
                return repr(number) if number in _INLINE else self.form.constant((number,))
            case ast.UnaryOp(ast.USub(), ast.Constant(value=float() as number)):
                return self.form.constant((-number,))
            case ast.UnaryOp(ast.USub(), operand):
                return f"(-{self.text(operand)})"
            case ast.BinOp(left, sign, right) if type(sign) in _SIGNS:
                return f"({self.text(left)} {_SIGNS[type(sign)]} {self.text(right)})"
            case ast.Name(name):
                return name
            case ast.Call(ast.Name(name), arguments):
                return self._call(name, arguments)
            case _:
                raise Unplanned(f"the compiled program has no {type(node).__name__}")

    def _number(self, name: str, place: ast.expr) -> str:
        values = np.asarray(self.arrays[name], dtype=float).ravel()
        varies = self.index is not None and any(
            isinstance(node, ast.Name) and node.id == self.index for node in ast.walk(place)
        )
        return self.form.constant(values[: self.count].tolist() if varies else values[:1].tolist())

    def _call(self, name: str, arguments: Sequence[ast.expr]) -> str:
        if name in ("rung", "rung_value"):
            return self._rung(arguments)
        if name not in self.known:
            raise Unplanned(f"{name} has no compiled kernel")
        if name == "power":
            return self._power(arguments[0], self.text(arguments[1]))
        if name in _QUICK:
            return self._quick(name, [self.text(argument) for argument in arguments])
        return f"{name}({', '.join(self._argument(argument) for argument in arguments)})"

    def _power(self, base: ast.expr, exponent: str) -> str:
        """Return a power; most have a constant exponent."""
        numbers = np.asarray(self.form.numbers_of(exponent))
        whole = (numbers == np.floor(numbers)) & (abs(numbers) <= _LARGEST_WHOLE)
        if whole.size and (whole.all() or not (numbers == np.floor(numbers)).any()):
            return f"{'whole' if whole.all() else 'broken'}_power({self.text(base)}, {exponent})"
        return self._quick("power", [self.text(base), exponent])

    def _quick(self, name: str, arguments: Sequence[str]) -> str:
        """Return the name of what is computed quickly first, and exactly where that does not do."""
        self.form.ties += 1
        named = [self.form.named(argument) for argument in arguments]
        compared = f"e{len(self.form.lines)}"
        self.form.lines.append(f"{compared} = {name}({', '.join(named)})")
        return compared

    def _argument(self, node: ast.expr) -> str:
        """Return the source of an argument, which may be several numbers."""
        match node:
            case ast.Subscript(_, ast.Tuple([ast.Slice() | ast.Name(), _])) if is_rows(node):
                return self.form.scratch([self.form.operand((row,)) for row in self.rows_of[id(node)]])
            case ast.Call(ast.Name("stack"), [ast.Tuple(items)]):
                return self.form.scratch([self.text(item) for item in items])
            case ast.Tuple(items):
                return f"({', '.join(self.text(item) for item in items)},)"
            case ast.Name(name) if name in self.arrays:
                return self.form.table(np.asarray(self.arrays[name], dtype=float).ravel().tolist())
            case _:
                return self.text(node)

    def _rung(self, arguments: Sequence[ast.expr]) -> str:
        """Return a lookup among constants as choices, which become vector instructions."""
        key = self.form.named(self.text(arguments[0]))
        rungs, unsure, *values = (
            np.asarray(self.arrays[a.id], dtype=float).ravel().tolist() if isinstance(a, ast.Name) else []
            for a in arguments[1:]
        )
        if len(rungs) > _MOST_RUNGS:
            name = "rung_value" if values else "rung"
            tables = ", ".join(self.form.table(numbers) for numbers in (rungs, unsure, *values))
            return f"{name}({key}, {tables})"
        steps = [self.form.constant((rung,)) for rung in rungs]
        edges = [self.form.constant((edge,)) for edge in unsure[:-1]]
        found = values[0][: len(rungs)] if values else [float(n) for n in range(1, len(rungs) + 1)]
        text = self.form.constant((found[0],))
        sure = f"({key} >= {steps[0]})"
        for step, edge, number in zip(steps[1:], edges, found[1:], strict=True):
            text = self.form.named(f"{self.form.constant((number,))} if {key} >= {step} else {text}")
            sure += f" & (({key} >= {edge}) == ({key} >= {step}))"
        return self.form.named(f"{text} if {sure} else nan")
