"""What was typed into a sheet, kept under the very bytes of its XML and all else that its values follow from.

Of a sheet that did not change, not even the marks are looked for. What formulas gave is not kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.core.store import Kept, Store, key_of_parts
from engine.core.values import ExcelError, Value
from engine.workbook.layouts import Layout
from engine.workbook.sheet_marks import Integers
from engine.workbook.sheet_source import SheetSource

_KIND = "contents"
_Said = tuple[str, str | float | bool]


@dataclass(frozen=True, slots=True)
class Contents:
    """The constants of a sheet in the order of its layout, whose key is given.

    ``numbers`` are 0 for those that are none; ``others`` are their values, each once, and ``which`` says
    which of them stands at each of the ``positions``.
    """

    layout: str
    numbers: Integers
    positions: Integers
    which: Integers
    others: Sequence[Value]

    @classmethod
    def of(cls, layout: str, constants: Sequence[Value]) -> Contents:
        """Return constants as they are kept."""
        known: dict[tuple[type, Value], int] = {}
        positions = [n for n, value in enumerate(constants) if value.__class__ is not float]
        typed = ((constants[n].__class__, constants[n]) for n in positions)
        which = [known.setdefault(each, len(known)) for each in typed]
        numbers = [value if value.__class__ is float else 0.0 for value in constants]
        return cls(
            layout,
            np.array(numbers, np.float64).view(np.int64),
            np.array(positions, np.int64),
            np.array(which, np.int64),
            [value for _, value in known],
        )

    def constants(self, layout: Layout) -> dict[int, Value] | None:
        """Return the constants by cell; None where they are not as many as the layout has."""
        if len(self.numbers) != len(layout.keys):
            return None
        values: list[Value] = self.numbers.view(np.float64).tolist()
        for position, which in zip(self.positions.tolist(), self.which.tolist(), strict=True):
            values[position] = self.others[which]
        return dict(zip(layout.keys.tolist(), values, strict=True))


def contents_key(part: bytes, source: SheetSource) -> str:
    """Return the key of what was typed into a sheet."""
    return key_of_parts(["contents", source.name, part, source.metadata.digest, source.context])


def kept_contents(store: Store, key: str) -> Contents | None:
    """Return what was kept of a sheet's contents, or None."""
    kept = store.get(_KIND, key)
    if kept is None:
        return None
    try:
        layout, others = kept.json
        numbers, positions, which = kept.arrays
        return Contents(layout, numbers, positions, which, [_value(*each) for each in others])
    except (LookupError, TypeError, ValueError):
        return None


def keep_contents(store: Store, key: str, contents: Contents) -> None:
    """Keep the contents of a sheet."""
    said = [contents.layout, [_said(value) for value in contents.others]]
    store.put(_KIND, key, Kept(said, (contents.numbers, contents.positions, contents.which)))


def _said(value: Value) -> _Said:
    if isinstance(value, ExcelError):
        return "error", value.code
    assert value is not None
    return "plain", value


def _value(kind: str, said: str | float | bool) -> Value:
    return ExcelError(str(said)) if kind == "error" else said
