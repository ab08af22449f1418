"""Which lines a line of the shipped model reads, as someone who follows its formulas in Excel would find."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from engine.core.address import row_column
from engine.core.exceptions import TieoutError
from engine.evaluate.model import Model

Line = tuple[str, int]
_TEXT = re.compile(r'"[^"]*"')
_REFERENCE = re.compile(
    r"(?:([A-Za-z]+)!)?\$?[A-Z]{1,3}\$?(\d+)(?::\$?[A-Z]{1,3}\$?(\d+))?(?![\w(])|([a-z_][a-z0-9_]+)"
)


@dataclass(frozen=True)
class Trail:
    """The lines (sheet and row) of a model, what each reads, and the inputs that each names itself."""

    model: Model

    @cached_property
    def inputs(self) -> Mapping[int, str]:
        """The inputs by their row of the Assumptions sheet."""
        targets = self.model.targets
        return {targets.rect(one.name).top: one.name for one in self.model.contract.assumptions}

    @cached_property
    def reads(self) -> tuple[Mapping[Line, set[Line]], Mapping[Line, set[str]]]:
        """Lines that a line reads, and inputs that it names."""
        lines: dict[Line, set[Line]] = defaultdict(set)
        inputs: dict[Line, set[str]] = defaultdict(set)
        for sheet in self.model.workbook.sheets:
            for key, formula in sheet.formulas.items():
                line = (sheet.name, row_column(key)[0])
                for found in self._lines(sheet.name, formula.text):
                    if found[0] != "Assumptions":
                        lines[line].add(found)
                    elif found[1] in self.inputs:
                        inputs[line].add(self.inputs[found[1]])
        return lines, inputs

    def _lines(self, sheet: str, text: str) -> Iterator[Line]:
        for other, first, last, name in _REFERENCE.findall(_TEXT.sub("", text)):
            if name:
                yield from self._named(name)
            else:
                yield from ((other or sheet, row) for row in range(int(first), int(last or first) + 1))

    def _named(self, name: str) -> Iterator[Line]:
        try:
            rect = self.model.targets.rect(name)
        except TieoutError:  # a function written in small letters is no name
            return
        yield from ((rect.sheet, row) for row in range(rect.top, rect.bottom + 1))

    def sheets_to_inputs(self, output: str) -> Mapping[str, int]:
        """Return, for each input behind an output, the fewest sheets that a reader opens to see it."""
        lines, inputs = self.reads
        start = self._start(output)
        steps, found = {start: 1}, dict[str, int]()
        waiting = deque([start])
        while waiting:
            line = waiting.popleft()
            for name in inputs[line]:
                found[name] = min(steps[line], found.get(name, steps[line]))
            for other in lines[line]:
                moved = other[0] != line[0]
                if steps[line] + moved < steps.get(other, 100):
                    steps[other] = steps[line] + moved
                    (waiting.append if moved else waiting.appendleft)(other)
        return found

    def _start(self, output: str) -> Line:
        rect = self.model.targets.rect(output)
        return rect.sheet, rect.top
