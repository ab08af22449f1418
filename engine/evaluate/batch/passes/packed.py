"""The plain NumPy program as it runs: no copies, variables in loops, few rows, results straight into them."""

from __future__ import annotations

import ast
import copy
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.passes.accesses import Arrays, regular
from engine.evaluate.batch.passes.copies import without_copies
from engine.evaluate.batch.passes.in_place import in_place
from engine.evaluate.batch.passes.invariants import with_invariants
from engine.evaluate.batch.passes.layout import Layout, laid_out
from engine.evaluate.batch.passes.long_sums import as_they_come
from engine.evaluate.batch.passes.months import Checks, apart, with_variables


@dataclass(frozen=True)
class Packed:
    """A generated function ``compute(S, N)`` over ``rows`` rows; ``places`` has those of the slots."""

    source: str
    rows: int
    places: Mapping[int, int]
    namespace: Mapping[str, object] = field(repr=False)

    def compute(self, lanes: Floats) -> None:
        """Compute the outputs from the inputs, which are in their rows; others need not be set."""
        self.namespace["compute"](lanes, lanes.shape[1])  # type: ignore[operator]  # what the source defines


def packed(
    listing: ast.FunctionDef,
    namespace: Mapping[str, object],
    start: Floats,
    inputs: Collection[int],
    outputs: Collection[int],
) -> Packed:
    """Return a plain program over few rows, which names them all by index."""
    arrays: Arrays = {name: a for name, a in namespace.items() if isinstance(a, np.ndarray)}
    body = as_they_come(without_copies(listing.body, arrays, outputs), arrays)
    months = with_variables(body, arrays, outputs)
    layout = laid_out(months.body, arrays, start, inputs, outputs, [checks.lines for checks in months.checks])
    for checks in months.checks:
        checks.loop.body[checks.place : checks.place] = _checked(checks, layout)
    listing.body = apart(layout.body)
    source = ast.unparse(ast.fix_missing_locations(in_place(with_invariants(listing))))
    places = {slot: layout.places[slot] for slot in {*inputs, *outputs} if slot in layout.places}
    return defined(Packed(source, layout.rows, places, {**namespace, **arrays}))


def defined(program: Packed) -> Packed:
    """Return a program with its function in its namespace."""
    own = dict(program.namespace)
    exec(compile(program.source, "<packed program>", "exec"), own)  # noqa: S102 -- the engine's own source
    return replace(program, namespace=own)


def _checked(checks: Checks, layout: Layout) -> Iterator[ast.stmt]:
    """Yield the check of sums at the end of a loop's body: all at once where they lie side by side."""
    count = len(checks.lines)
    known = [regular([layout.places[first + t] for t in range(2)]) for first in checks.lines]
    firsts = [place[0] for place in known if place is not None]
    woven = all(place == (firsts[0] + n, count) for n, place in enumerate(known))
    each: list[ast.stmt] = [
        _parsed(f"uncancelled(S[{first}+{step}*t], lambda: 0)") for first, step in (p for p in known if p)
    ]
    for statement, left in zip(each, checks.left, strict=True):
        assert isinstance(statement, ast.Expr)
        assert isinstance(statement.value, ast.Call)
        assert isinstance(statement.value.args[1], ast.Lambda)
        statement.value.args[1].body = copy.deepcopy(left)
    if not woven:
        yield from each
        return
    place = f"{firsts[0]}+{count}*t:{firsts[0] + count}+{count}*t"
    test = _parsed(f"if not whole(S[{place}]): pass")
    assert isinstance(test, ast.If)
    test.body = each
    yield test


def _parsed(source: str) -> ast.stmt:
    return ast.parse(source).body[0]
