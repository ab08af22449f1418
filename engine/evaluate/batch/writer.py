"""Steps to source: a line per row of a sheet, loops over time where rows depend on their past."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from engine.evaluate.batch.alone import Read
from engine.evaluate.batch.boxes import NOTHING, box
from engine.evaluate.batch.by_lane import by_lane
from engine.evaluate.batch.cone import Cone, Run, Slots
from engine.evaluate.batch.iterated import Iterated
from engine.evaluate.batch.lower import Lowering
from engine.evaluate.batch.reads import Area, Ragged, running
from engine.evaluate.batch.schedule import Step, in_base_order
from engine.evaluate.batch.source import BOOLEAN, BOXED, NUMBER, Constants, Piece, rows
from engine.evaluate.batch.tables import Source, Tabled, inner_of, source_of
from engine.evaluate.batch.titles import cause, title
from engine.evaluate.batch.together import Together
from engine.evaluate.batch.unplanned import Unplanned
from engine.evaluate.state import CellId
from engine.formula.expr import Call, Expr, walk
from engine.plan.regions import DATA_TABLE

_NAMED = re.compile(r"\b[A-Z]\d+\b")
_CALL = re.compile(r"\bF\d+(?=\()")


def _hides(expr: Expr) -> bool:
    """Whether a formula may have a value though what it reads has none yet."""
    names = {node.function for node in walk(expr) if isinstance(node, Call)}
    return not names.isdisjoint(_HIDING)


_HIDING = frozenset(["AVERAGEIF", "AVERAGEIFS", "COUNTIF", "COUNTIFS", "SUMIF", "SUMIFS"])


@dataclass(frozen=True)
class Written:
    """The lines of one step, the slots they write, and those they name (their own among them).

    ``slow`` are the functions that the lines call once per lane.
    """

    step: Step
    lines: tuple[str, ...]
    writes: frozenset[int]
    reads: frozenset[int]
    slow: tuple[str, ...]


class Writer:
    """Writes the source of steps, collecting constants and the slots found to hold boxes."""

    def __init__(
        self,
        cone: Cone,
        slots: Slots,
        kinds: Mapping[int, str],
        careful: bool,
        scalar: bool = False,
        may_read: Mapping[Run, Sequence[Area]] | None = None,
    ) -> None:
        self.may_read = may_read or {}
        self.cone, self.slots, self.kinds = cone, slots, kinds
        self.careful, self.scalar = careful, scalar
        self.constants = Constants(lane=", n" if scalar else "", rows=len(slots.numbers))
        self.hoists: list[str] = []
        self.body: list[str] = []
        self.boxed: set[int] = set()
        self.parts: list[Written] = []

    def whole(self, step: Step) -> None:
        """Write one step, noting what it writes and reads."""
        mark, self.constants.seen = len(self.body), set()
        self.step(step)
        written = [slot for run in step.runs for slot in self.slots.of(run.sheet, run.keys.tolist())]
        lines = tuple(self.body[mark:])
        calls = _CALL.findall("\n".join(lines))
        slow = tuple(self.constants.slow[name] for name in calls if name in self.constants.slow)
        self.parts.append(Written(step, lines, frozenset(written), frozenset(self.constants.seen), slow))

    def prune(self) -> None:
        """Leave out what no output asks for.

        Arrays that may grow are computed, for they may fill cells that an output reads.
        """
        numbers = self.slots.numbers
        live = {numbers[cell] for cell in self.cone.asked if cell in numbers}
        kept: list[Written] = []
        for part in reversed(self.parts):
            if not live.isdisjoint(part.writes):
                live |= part.reads
                kept.append(part)
        self.parts = kept[::-1]
        self.body = [line for part in self.parts for line in part.lines]

    def step(self, step: Step, cut: int = 1) -> None:
        """Write one step, cut in two where positions differ in what they read: usually the first does."""
        mark = len(self.body)
        if step.together:
            self._together(step)
            return
        if self._running(step):
            return
        try:
            if (step.loop or self.scalar) and len(step.runs[0].keys) > 1:
                self._loop(step)
            else:
                for run in step.runs:
                    self._line(run, None, "")
        except Ragged as mixture:
            del self.body[mark:]
            self.hoists.clear()
            count = len(step.runs[0].keys)
            if count == 1 and self.scalar:
                raise Unplanned("a cell reads a mixture that has no batch form") from mixture
            if count == 1:
                self._line(step.runs[0], None, "", whole=True)
                return
            parts = [_part(step, 0, cut), _part(step, cut, count)]
            for part in reversed(parts) if step.backwards else parts:
                self.step(part, max(len(part.runs[0].keys) // 2, 1))

    def _running(self, step: Step) -> bool:
        """Write a row of sums from a fixed start to each month as sums so far, where it is one."""
        run, count = step.runs[0], len(step.runs[0].keys)
        if self.careful or step.loop or count < 3:
            return False
        added = running(self.cone, run, self.cone.expr(run))
        if not added:
            return False
        slots = self.slots.of(added[0][0], [key for _, key in added])
        targets = self.slots.of(run.sheet, run.keys.tolist())
        if any(slot < 0 or self.kinds[slot] != NUMBER for slot in (*slots, *targets)):
            return False
        self.step(_part(step, 0, 1))
        source, before, target = (rows(s, "t", self.constants) for s in (slots, targets[:-1], targets[1:]))
        text, lane = f"({before} + {source})", "for n in range(N): " if self.scalar else ""
        self.body += [f"for t in range({count - 1}):", f"    # {title(self.cone, run)}"]
        self.body.append(f"    {lane}{target} = " + (f"sound({text})" if self.scalar else text))
        return True

    def _together(self, step: Step) -> None:
        """Write the call of the reference for cells that it computes."""
        if self.scalar:
            raise Unplanned("cells that only the reference computes")
        cells = tuple(cell for run in step.runs for cell in run.cells)
        inside = frozenset(cells)
        outside = dict.fromkeys(
            (area.sheet, key)
            for run in step.runs
            for area in self.may_read[run]
            for key in np.unique(area.keys).tolist()
        )
        numbers = self.slots.numbers
        reads_ = [
            Read(*cell, numbers[cell], self.kinds[numbers[cell]] == BOOLEAN)
            for cell in outside
            if cell in self.cone.varying and cell not in inside
        ]
        self.constants.seen.update(read.slot for read in reads_)
        slots = [numbers[cell] for cell in cells]
        self.constants.seen.update(slots)
        kinds = None if self.careful else tuple(self.kinds[slot] for slot in slots)
        together = Together(self.cone.base, cells, tuple(reads_), kinds)
        name = self._tabled(step, slots) or self._iterated(step, together, slots)
        if not name:
            name = self.constants.add(together, "F")
            self.constants.slow[name] = cause(self.cone, step)
        self.body.extend(f"# {title(self.cone, run)}" for run in step.runs)
        if self.careful:
            self.boxed.update(slots)
        self.body.append(f"S[{self.constants.add(np.array(slots, dtype=np.int64), 'J')}] = {name}(S)")

    def _tabled(self, step: Step, slots: Sequence[int]) -> str:
        """Name the program of a Data Table; nothing where only the reference computes it."""
        from engine.evaluate.batch.generate import generate  # noqa: PLC0415 -- it writes with this writer

        if len(step.runs) > 1 or step.runs[0].form != DATA_TABLE:
            return ""
        try:
            inner = inner_of(self.cone, step.runs[0])
            plain = generate(inner.cone, careful=inner.careful)
        except Unplanned:
            return ""
        numbers = self.slots.numbers
        headers = {header for one in inner.asked for header in one.inputs.values()}
        outside = {one.formula for one in inner.asked} - inner.cone.varying

        def sources(cells: Iterable[CellId]) -> dict[CellId, Source]:
            return {cell: source_of(self.cone, numbers, self.kinds, cell) for cell in cells}

        from_ = sources(headers), sources(inner.around), sources(outside)
        self.constants.seen.update(one.slot for known in from_ for one in known.values() if one.slot >= 0)
        kinds = tuple(BOXED if self.careful else self.kinds[slot] for slot in slots)
        careful = cache(lambda: generate(inner.cone, careful=True))
        name = self.constants.add(Tabled(inner.asked, *from_, kinds, plain, careful), "F")
        if plain.slow:
            self.constants.slow[name] = plain.slow[0]
        return name

    def _iterated(self, step: Step, together: Together, slots: Sequence[int]) -> str:
        """Name the passes over cells that wait for each other; nothing where only the reference has them."""
        base = self.cone.base
        ordered = in_base_order(self.cone, together.cells)
        known = len(ordered) == len(together.cells) and not any(run.together for run in step.runs)
        circular = base.iterates and not set(together.cells).isdisjoint(base.loop)
        if not known or (circular and not base.converged):
            return ""
        owner = {cell: run for run in step.runs for cell in run.cells}
        ones = [replace(owner[c], keys=np.array([c[1]], dtype=np.int64), together=False) for c in ordered]
        lines = self._circular_lines(ones) if circular else self._open_lines(ones, slots)
        if not lines:
            return ""
        source = "def one_pass(S, N):\n" + "\n".join(f"    {line}" for line in lines) + "\n"
        arrays = self.constants.arrays
        named = {name: arrays[name] for name in _NAMED.findall(source) if name in arrays}
        start = np.full(len(slots), NOTHING)
        if circular:
            start = np.array([self._held(cell) for cell in together.cells])
        passes = Iterated(source, named, tuple(slots), start, not circular, self.careful, together)
        name = self.constants.add(passes, "F")
        slow = [self.constants.slow[called] for called in named if called in self.constants.slow]
        if slow:
            self.constants.slow[name] = slow[0]
        return name

    def _held(self, cell: CellId) -> float:
        value = self.cone.base.state.cells[cell[0]].get(cell[1])
        plain = isinstance(value, bool) and self.kinds[self.slots.numbers[cell]] == BOOLEAN
        return float(value) if plain else box(value)  # type: ignore[arg-type]  # a boolean here

    def _circular_lines(self, ones: Sequence[Run]) -> list[str]:
        """Return one pass over a circle, cell by cell; nothing where a cell has no kernel."""
        mark = len(self.body)
        try:
            for one in ones:
                self.step(Step((one,)))
        except Unplanned:
            del self.body[mark:]
            return []
        lines, self.body = self.body[mark:], self.body[:mark]
        return lines

    def _open_lines(self, ones: Sequence[Run], slots: Sequence[int]) -> list[str]:
        """Return one pass, with care, over cells that are no circle where branches of IF leave it open.

        Nothing where a mark of no value would be lost: in conditions, by criteria in a workbook that does not
        iterate a circle which closes.
        """
        exprs = [self.cone.expr(one) for one in ones]
        hidden = not self.cone.base.iterates and any(map(_hides, exprs))
        if hidden or any(self.kinds[slot] == BOOLEAN for slot in slots):
            return []
        lines: list[str] = []
        try:
            for one, expr in zip(ones, exprs, strict=True):
                low = replace(self._lowering(one, None), care=True, hoists=None)
                text = low.boxed(low.statement(expr))
                target = rows(self.slots.of(one.sheet, one.keys.tolist()), None, self.constants)
                lines += [*low.lines, f"{target} = {text}"]
        except (Unplanned, Ragged):
            return []
        return lines

    def _loop(self, step: Step) -> None:
        count, mark = len(step.runs[0].keys), len(self.body)
        where = f"range({count - 1}, -1, -1)" if step.backwards else f"range({count})"
        self.body.append(f"for t in {where}:")
        for run in step.runs:
            self._line(run, "t", "    ")
        self.body[mark:mark] = self._shared("")

    def _shared(self, indent: str) -> list[str]:
        """Return the statements before a step that compute what its positions share."""
        lines = [f"{indent}{line}" for line in self.hoists]
        self.hoists.clear()
        return lines

    def _lowering(self, run: Run, index: str | None) -> Lowering:
        return Lowering(
            self.cone,
            self.slots,
            self.kinds,
            self.constants,
            run.sheet,
            run.keys,
            index,
            self.careful,
            self.scalar,
            hoists=self.hoists,
            array=run.array,
        )

    def _line(self, run: Run, index: str | None, indent: str, *, whole: bool = False) -> None:
        """Write one run."""
        expr, low = self.cone.expr(run), self._lowering(run, index)
        targets = self.slots.of(run.sheet, run.keys.tolist())
        lowered = by_lane(low, expr, whole=True) if whole else low.statement(expr)
        piece = self._fitting(low, lowered, targets)
        if index is None:
            self.body.extend(self._shared(indent))
        self.body.append(f"{indent}# {title(self.cone, run)}")
        target = rows(targets, index, self.constants)
        if low.leftover and ("J" in target or piece.kind != NUMBER):
            piece = Piece(f"last({piece.text}, {low.leftover})", piece.kind)
            low.leftover = ""
        if self.scalar:
            self.body.append(f"{indent}for n in range(N):")
            indent += "    "
        self.body.extend(f"{indent}{line}" for line in low.lines)
        self.body.append(f"{indent}{target} = " + (f"sound({piece.text})" if self.scalar else piece.text))
        if low.leftover:
            self.body.append(f"{indent}cancel({target}, lambda: {low.leftover})")

    def _fitting(self, low: Lowering, piece: Piece, targets: Sequence[int]) -> Piece:
        """Return a piece as its slots hold it; slots that it does not fit are noted to hold boxes."""
        known = {self.kinds[slot] for slot in targets}
        if known == {piece.kind} or (piece.kind == NUMBER and BOOLEAN not in known):
            return piece
        if not self.scalar:
            self.boxed.update(targets)
        return Piece(low.boxed(piece), BOXED)


def _part(step: Step, start: int, end: int) -> Step:
    runs = tuple(replace(run, keys=run.keys[start:end]) for run in step.runs)
    return Step(runs, step.loop, step.backwards)
