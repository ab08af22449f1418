"""Part of a program: what lies between some of its inputs and some of its outputs, the rest at base.

A program made once for all that a workbook's analyses vary and ask for serves each of them. The steps that
no varied input reaches, or that no output asks for, are left out; what they would compute stands at its base
value in ``Program.start``. Powers and exponentials are the reference's to the bit (see libm): a pack has the
same bytes wherever it is built.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.libm import LIBM
from engine.evaluate.batch.program import (
    Program,
    compiled_source,
    listing_of,
    named_kernels,
    places_of,
    slow_of,
    with_rows,
)
from engine.evaluate.batch.writer import Writer, Written
from engine.evaluate.state import CellId

_Compute = Callable[[Floats, int], None]


def in_parts(writer: Writer, start: Floats) -> Program:
    """Return the program of what a writer has written, each step a function of its own."""
    writer.prune()
    parts, cone, slots = tuple(writer.parts), writer.cone, writer.slots
    namespace: dict[str, object] = {**named_kernels(), **LIBM, **writer.constants.arrays}
    source = "".join(_function(_name(number), part) for number, part in enumerate(parts))
    exec(compiled_source(source), namespace)  # noqa: S102 -- the source is ours, made above
    namespace["compute"] = _one_after_the_other(namespace, range(len(parts)))
    start = with_rows(start, writer.constants.rows)
    kinds = tuple(writer.kinds[slot] for slot in range(len(writer.kinds)))
    places = places_of(parts, slots, (*cone.inputs, *cone.outputs))
    listing, slow = listing_of(parts), slow_of(parts)
    return Program(listing, slots, kinds, start, parts, writer.careful, slow, *places, namespace, None)


def _name(number: int) -> str:
    return f"part{number}"


def _function(name: str, part: Written) -> str:
    return "\n    ".join([f"def {name}(S, N):", *part.lines, "return"]) + "\n"


def _one_after_the_other(namespace: Mapping[str, object], numbers: Iterable[int]) -> _Compute:
    functions = [namespace[_name(number)] for number in numbers]

    def compute(lanes: Floats, count: int) -> None:
        for function in functions:
            function(lanes, count)  # type: ignore[operator]  # what the source defines

    return compute


@dataclass(frozen=True)
class Sliceable:
    """A program made ``in_parts``, with what each part reads from others."""

    program: Program

    @cached_property
    def _writer(self) -> dict[int, int]:
        parts = enumerate(self.program.parts)
        return {slot: number for number, part in parts for slot in part.writes}

    @cached_property
    def _reads(self) -> list[frozenset[int]]:
        writer = self._writer
        return [
            frozenset(writer[slot] for slot in part.reads if slot in writer) - {number}
            for number, part in enumerate(self.program.parts)
        ]

    @cached_property
    def _readers(self) -> dict[int, list[int]]:
        """The parts that read a slot which no part writes: an input's."""
        found: dict[int, list[int]] = {}
        writer = self._writer
        for number, part in enumerate(self.program.parts):
            for slot in part.reads:
                if slot not in writer:
                    found.setdefault(slot, []).append(number)
        return found

    def between(
        self, inputs: Sequence[CellId], outputs: Sequence[CellId], asked: Iterable[CellId]
    ) -> Program:
        """Return the part of the program between some of its inputs and what is asked, outputs among it."""
        slots, writer = self.program.slots.numbers, self._writer
        reached = {number for cell in inputs for number in self._readers.get(slots[cell], ())}
        for number, before in enumerate(self._reads):
            if not before.isdisjoint(reached):
                reached.add(number)
        needed = {writer[slot] for slot in map(slots.get, asked) if slot in writer}
        for number in range(len(self._reads) - 1, -1, -1):
            if number in needed:
                needed |= self._reads[number]
        return self._of(sorted(reached & needed), (*inputs, *outputs))

    def _of(self, numbers: Sequence[int], cells: Sequence[CellId]) -> Program:
        program = self.program
        parts = tuple(program.parts[number] for number in numbers)
        computed, held = places_of(parts, program.slots, cells)
        compute = _one_after_the_other(program.namespace, numbers)
        return replace(
            program,
            listing=listing_of(parts),
            parts=parts,
            slow=slow_of(parts),
            computed=computed,
            held=held,
            namespace={**program.namespace, "compute": compute},
        )
