"""The compiled program as tables: which form to run, on which rows, with which constants, in order.

Loops over time are written out, so that every number has its own place.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.machine.forms import Form, Row
from engine.evaluate.batch.passes.accesses import Arrays, Rows, accesses, backwards, loop_of

Places = npt.NDArray[np.int64]
_FOLDS = {"fold_add": "{} + {}", "fold_multiply": "{} * {}", "fold_minimum": "minimum({}, {})",
          "fold_maximum": "maximum({}, {})"}  # fmt: skip
_FOLD = """o = p[0] * stride
    x0, x1 = p[1] * stride, p[2] * stride
    for n in range(N):
        s[o + n] = {}"""
_LONG = 6


@dataclass(frozen=True)
class Tables:
    """What the compiled program is made of: ``forms`` are sources, and instruction n runs ``forms[code[n]]``.

    ``rows[at[n]:]`` are the row it writes and those it reads, ``numbers[of[n]:]`` its constants. ``start`` is
    the lane array's first column, ``places`` the rows of inputs and outputs. Of each form, ``sizes`` says how
    many constants it has, and ``early`` whether it runs as soon as what it reads is there.
    """

    forms: tuple[str, ...]
    code: Places
    at: Places
    of: Places
    rows: Places
    numbers: Floats
    start: Floats
    places: Mapping[int, int] = field(repr=False)
    sizes: tuple[int, ...] = field(repr=False)
    early: frozenset[int] = field(repr=False)

    @property
    def lengths(self) -> Places:
        """How many rows each instruction writes and reads."""
        return np.diff(np.append(self.at, len(self.rows)))


@dataclass(frozen=True)
class _Line:
    """A form over the positions of a loop: the row written and the rows read at each, and the constants."""

    form: int
    rows: Places  # (positions × 1 + operands)
    numbers: Floats  # (positions or 1 × constants)


class Tabling:
    """Turns the scalar program's statements into tables."""

    def __init__(self, arrays: Arrays, start: Floats, known: frozenset[str]) -> None:
        self.arrays, self.known = arrays, known
        self.count = len(start)
        self.forms: dict[str, int] = {}
        self.sizes: list[int] = []
        self.early: set[int] = set()
        self.code: list[Places] = []
        self.lengths: list[Places] = []
        self.rows: list[Places] = []
        self.of: list[Places] = []
        self.numbers: list[Floats] = []
        self.size = 0
        self.kept: list[ast.expr] = []  # nodes whose identity is a key of ``rows_of``

    def statement(self, statement: ast.stmt) -> None:
        """Add one statement: a loop over scenarios, or one over time with several of these."""
        assert isinstance(statement, ast.For)
        self.rows_of = {id(access.node): access.rows for access in accesses(statement, self.arrays)}
        loop = loop_of(statement)
        if not loop:
            self._add(list(self._lines(statement, None, 1)), forwards=True)
            return
        ((index, count),) = loop.items()
        lines = [
            line
            for inner in statement.body
            if isinstance(inner, ast.For)
            for line in self._lines(inner, index, count)
        ]
        self._add(lines, forwards=not backwards(statement))

    def _lines(self, loop: ast.For, index: str | None, count: int) -> Iterator[_Line]:
        """Yield the lines of one loop over scenarios: parts that are sums of many first, then the row."""
        self.found: list[_Line] = []
        apart = any(self._is_long(node) for statement in loop.body for node in ast.walk(statement))
        known: dict[str, ast.expr] = {}
        named: list[tuple[str, ast.expr]] = []
        for statement in loop.body:
            assert isinstance(statement, ast.Assign)
            (target,) = statement.targets
            value = _Inlined(known).visit(statement.value)
            if apart:
                value = self._short(value, index, count)
            if not isinstance(target, ast.Name):
                self.found.append(self._line(value, self.rows_of[id(target)], index, count, named))
            elif isinstance(value, ast.Constant) or id(value) in self.rows_of:
                known[target.id] = value
            elif apart:
                known[target.id] = self._own(value, index, count)
            else:
                named.append((target.id, value))
        yield from self.found

    def _is_long(self, node: ast.AST) -> bool:
        """Whether a node is better computed by lines of its own: it adds up many terms or a range."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FOLDS:
            return id(node.args[0]) in self.rows_of
        return isinstance(node, ast.expr) and len(_terms(node)) >= _LONG

    def _own(self, value: ast.expr, index: str | None, count: int) -> ast.expr:
        """Compute an expression into rows that no cell has; return their name."""
        rows = self._new(count)
        self.found.append(self._line(value, rows, index, count, []))
        return self._row(rows)

    def _new(self, count: int) -> Rows:
        self.count += count
        return range(self.count - count, self.count)

    def _row(self, rows: Rows) -> ast.expr:
        node = ast.Subscript(ast.Name("S", ast.Load()), ast.Constant(0), ast.Load())
        self.rows_of[id(node)] = rows
        self.kept.append(node)
        return node

    def _line(
        self,
        value: ast.expr,
        rows: Rows,
        index: str | None,
        count: int,
        named: Sequence[tuple[str, ast.expr]],
    ) -> _Line:
        form = Form()
        row = Row(form, self.rows_of, self.arrays, index, count, self.known)
        for name, part in named:
            form.lines.append(f"{name} = {row.text(part)}")
        text = row.text(value)
        numbered = [_spread(r, count) for r in (rows, *form.operands)]
        constants = form.constants
        wide = max((len(numbers) for numbers in constants), default=1)
        numbers = np.array([_spread(c, wide) for c in constants], dtype=float).reshape(len(constants), wide)
        number = self._form(form.source(text), len(constants))
        return _Line(number, np.array(numbered, dtype=np.int64).T, numbers.T)

    def _form(self, source: str, constants: int) -> int:
        if source not in self.forms:
            self.sizes.append(constants)
        return self.forms.setdefault(source, len(self.forms))

    def _short(self, value: ast.expr, index: str | None, count: int) -> ast.expr:
        """Return an expression whose sums of many terms and of whole ranges have rows of their own."""
        if id(value) in self.rows_of:
            return value
        for name, child in ast.iter_fields(value):
            if isinstance(child, ast.expr) and name != "func":
                setattr(value, name, self._short(child, index, count))
            elif isinstance(child, list):
                setattr(
                    value,
                    name,
                    [self._short(c, index, count) if isinstance(c, ast.expr) else c for c in child],
                )
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in _FOLDS:
            argument = value.args[0]
            if id(argument) in self.rows_of:
                return self._folded([(row,) for row in self.rows_of[id(argument)]], value.func.id, count)
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
            return self._added(value, index, count)
        return value

    def _added(self, value: ast.BinOp, index: str | None, count: int) -> ast.expr:
        terms = _terms(value)
        if len(terms) < _LONG:
            return value
        if all(id(term) in self.rows_of for term in terms):
            return self._folded([self.rows_of[id(term)] for term in terms], "fold_add", count)
        total = terms[0]
        for term in terms[1:]:
            total = self._own(ast.BinOp(total, ast.Add(), term), index, count)
        return total

    def _folded(self, items: Sequence[Rows], fold: str, count: int) -> ast.expr:
        """Fold rows one after the other, each as soon as it is there, so that none has to be kept."""
        form = self._form(_FOLD.format(_FOLDS[fold].format("s[x0 + n]", "s[x1 + n]")), 0)
        self.early.add(form)
        before = items[0]
        for item in items[1:]:
            rows = self._new(count)
            table = np.array([_spread(r, count) for r in (rows, before, item)], dtype=np.int64).T
            self.found.append(_Line(form, table, np.empty((1, 0))))
            before = rows
        return self._row(before)

    def _add(self, lines: Sequence[_Line], *, forwards: bool) -> None:
        """Append lines position by position."""
        if not lines:
            return
        count = len(lines[0].rows)
        order = slice(None) if forwards else slice(None, None, -1)
        self.rows.append(np.concatenate([line.rows for line in lines], axis=1)[order].ravel())
        self.lengths.append(np.tile([line.rows.shape[1] for line in lines], count))
        self.code.append(np.tile([line.form for line in lines], count))
        starts = []
        for line in lines:
            wide, size = line.numbers.shape
            starts.append(self.size + np.arange(wide) * size if wide == count else np.full(count, self.size))
            self.numbers.append(line.numbers.ravel())
            self.size += wide * size
        self.of.append(np.stack(starts, axis=1)[order].ravel())


def _spread(values: Sequence[float], count: int) -> list[float]:
    return list(values) if len(values) == count else [values[0]] * count


def _terms(node: ast.expr) -> list[ast.expr]:
    """Return what is added up, first to last."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_terms(node.left), node.right]
    return [node]


class _Inlined(ast.NodeTransformer):
    """Puts what variables stand for in their places."""

    def __init__(self, known: Mapping[str, ast.expr]) -> None:
        self.known = known

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.known.get(node.id, node)


def tabled(body: list[ast.stmt], arrays: Arrays, start: Floats, known: frozenset[str]) -> Tables:
    """Return a scalar program as tables with a row for every number; ``narrowed`` makes them those that run.

    Raises Unplanned where a function has no compiled kernel.
    """
    tabling = Tabling(arrays, start, known)
    for statement in body:
        tabling.statement(statement)
    return _wide(tabling, start)


def _wide(tabling: Tabling, start: Floats) -> Tables:
    def joined(parts: list[Places]) -> Places:
        return np.concatenate([np.empty(0, dtype=np.int64), *parts]).astype(np.int64)

    lengths = joined(tabling.lengths)
    at = np.cumsum(lengths) - lengths
    whole = np.concatenate([start, np.full(tabling.count - len(start), np.nan)])
    numbers = np.concatenate([np.empty(0), *tabling.numbers])
    forms = tuple(tabling.forms)
    places = {slot: slot for slot in range(len(start))}
    return Tables(
        forms, joined(tabling.code), at, joined(tabling.of), joined(tabling.rows), numbers, whole, places,
        tuple(tabling.sizes), frozenset(tabling.early),
    )  # fmt: skip
