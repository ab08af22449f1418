"""The compiled program as tables: which form to run, on which rows, with which constants, in order.

Loops over time are written out, so that every number has its own place and a row of the lane array is used
again as soon as nothing reads it any more.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

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
    the lane array's first column, ``places`` the rows of inputs and outputs.
    """

    forms: tuple[str, ...]
    code: Places
    at: Places
    of: Places
    rows: Places
    numbers: Floats
    start: Floats
    places: Mapping[int, int] = field(repr=False)


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
        self.early: set[int] = set()  # forms that run as soon as what they read is there
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
        return _Line(self._form(form.source(text)), np.array(numbered, dtype=np.int64).T, numbers.T)

    def _form(self, source: str) -> int:
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
        form = self._form(_FOLD.format(_FOLDS[fold].format("s[x0 + n]", "s[x1 + n]")))
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


def tabled(
    body: list[ast.stmt],
    arrays: Arrays,
    start: Floats,
    inputs: Collection[int],
    outputs: Collection[int],
    known: frozenset[str],
) -> tuple[Tables, Tables]:
    """Return a scalar program as tables, with a row for every number and with few rows.

    Raises Unplanned where a function has no compiled kernel.
    """
    tabling = Tabling(arrays, start, known)
    for statement in body:
        tabling.statement(statement)
    wide = _wide(tabling, start)
    return wide, narrowed(_early(_uncopied(wide, tabling.forms), tabling.early), inputs, outputs)


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
        forms, joined(tabling.code), at, joined(tabling.of), joined(tabling.rows), numbers, whole, places
    )


def _uncopied(wide: Tables, forms: Mapping[str, int]) -> Tables:
    """Return tables without rows that only repeat others: who reads them reads the others."""
    copy = Form()
    copies = wide.code == forms.get(copy.source(f"sound({copy.operand((0,))})"), -1)
    origin = np.arange(len(wide.start))
    for at in wide.at[copies].tolist():
        origin[wide.rows[at]] = origin[wide.rows[at + 1]]
    lengths = np.diff(np.append(wide.at, len(wide.rows)))
    rows = origin[wide.rows[np.repeat(~copies, lengths)]]
    left = lengths[~copies]
    places = {slot: int(origin[row]) for slot, row in wide.places.items()}
    return replace(
        wide,
        code=wide.code[~copies],
        at=np.cumsum(left) - left,
        of=wide.of[~copies],
        rows=rows,
        places=places,
    )


def _early(wide: Tables, forms: Collection[int]) -> Tables:
    """Return tables in which the instructions of some forms stand right after those that they depend on."""
    lengths = np.diff(np.append(wide.at, len(wide.rows)))
    order = np.arange(len(wide.code), dtype=float)
    written = {slot: n for n, slot in enumerate(wide.rows[wide.at].tolist())}
    for step in np.flatnonzero(np.isin(wide.code, list(forms))).tolist():
        read = wide.rows[wide.at[step] + 1 : wide.at[step] + lengths[step]].tolist()
        order[step] = max((order[written[slot]] for slot in read if slot in written), default=-1.0)
    moved = np.argsort(order, kind="stable")
    rows = [wide.rows[wide.at[n] : wide.at[n] + lengths[n]] for n in moved.tolist()]
    at = np.cumsum(lengths[moved]) - lengths[moved]
    joined = np.concatenate([np.empty(0, dtype=np.int64), *rows])
    return replace(wide, code=wide.code[moved], at=at, of=wide.of[moved], rows=joined)


@dataclass(slots=True)
class _Rows:
    """Which row each slot has, the value that each row starts with, and the rows that are free again."""

    start: Floats
    place: dict[int, int]
    values: list[float]
    constants: dict[float, int] = field(default_factory=dict)
    free: list[int] = field(default_factory=list)

    def of(self, slot: int) -> int:
        """Return the row of a slot: a constant where nothing wrote it, shared by equal numbers."""
        if slot not in self.place:
            value = float(self.start[slot])
            if value not in self.constants:
                self.constants[value] = self._new(value)
            self.place[slot] = self.constants[value]
        return self.place[slot]

    def taken(self, slot: int) -> int:
        """Return a row to write a slot in: one that is free again, or a new one."""
        self.place[slot] = self.free.pop() if self.free else self._new(float("nan"))
        return self.place[slot]

    def _new(self, value: float) -> int:
        self.values.append(value)
        return len(self.values) - 1


def narrowed(wide: Tables, inputs: Collection[int], outputs: Collection[int]) -> Tables:
    """Return tables whose rows are used again once nothing reads them.

    Rows that nothing writes keep their number from the start; those of equal numbers are one.
    """
    place = {slot: row for row, slot in enumerate(dict.fromkeys(inputs))}
    table = _Rows(wide.start, place, wide.start[list(place)].tolist())
    rows = _renumbered(wide, outputs, table)
    for slot in outputs:
        table.of(wide.places[slot])
    kept = {slot: place[wide.places[slot]] for slot in {*inputs, *outputs}}
    return replace(wide, rows=np.array(rows, dtype=np.int64), start=np.array(table.values), places=kept)


def _renumbered(wide: Tables, outputs: Collection[int], table: _Rows) -> list[int]:
    ends = np.append(wide.at, len(wide.rows))[1:].tolist()
    last = _last_steps(wide, outputs)
    written = set(wide.rows[wide.at].tolist())
    source, begin = wide.rows.tolist(), 0
    rows: list[int] = []
    for step, end in enumerate(ends):
        target, *read = source[begin:end]
        found = [table.of(slot) for slot in read]
        rows += (table.taken(target), *found)
        table.free.extend(
            table.place[slot] for slot in {target, *read} if last[slot] == step and slot in written
        )
        begin = end
    return rows


def _last_steps(wide: Tables, outputs: Collection[int]) -> list[int]:
    last = np.full(len(wide.start), -1)
    last[wide.rows] = np.repeat(np.arange(len(wide.code)), np.diff(np.append(wide.at, len(wide.rows))))
    last[[wide.places[slot] for slot in outputs]] = len(wide.code)
    found: list[int] = last.tolist()
    return found
