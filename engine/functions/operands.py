"""What functions receive beside plain values: arrays, and references to cells of the model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

from engine.core.address import MAX_COLUMN, MAX_ROW, SHIFT, STRIDE
from engine.core.values import Value


class Pending(Exception):
    """A cell was read before it was computed; ``keys`` of ``sheet`` are to be computed first."""

    def __init__(self, sheet: int, keys: list[int]) -> None:
        super().__init__(sheet, keys)
        self.sheet = sheet
        self.keys = keys


class _PendingValue:
    """The mark of a formula cell whose value is not known yet."""

    def __repr__(self) -> str:
        return "PENDING"


PENDING: Final[Any] = _PendingValue()


class Kept:
    """What was found out about the values of cells, which holds while they do.

    ``generation`` counts the times at which a cell that had a value lost it or got another one. What is kept
    of a sheet holds for the very same dictionary of cells in the same generation; ``shared`` (what parts of
    formulas gave that read the same cells wherever they stand) for the same list of sheets.
    """

    __slots__ = ("areas", "generation", "held", "lines", "shared", "subtotals", "waited")

    def __init__(self) -> None:
        self.generation = 0
        self.lines: dict[tuple[int, ...], Any] = {}
        self.areas: dict[tuple[int, ...], tuple[Mapping[int, Value], int, Array]] = {}
        self.held: dict[tuple[int, ...], Any] = {}
        self.subtotals: dict[int, frozenset[int]] | None = None
        self.waited: dict[tuple[int, ...], tuple[Mapping[int, Value], int, int]] = {}
        self.shared: dict[int, tuple[list[dict[int, Value]], int, Any]] = {}


class CellStore(Protocol):
    """The values of every sheet's cells, by sheet number and cell key, and where each sheet's cells end.

    ``constants`` are those that no formula computes, ``kept`` what was found out about their values.
    """

    cells: list[dict[int, Value]]
    extents: list[tuple[int, int]]
    constants: Sequence[Mapping[int, Value]]
    kept: Kept


class Array:
    """A rectangle of values, row by row; every row has the same length."""

    __slots__ = ("_rows", "choice", "classes", "height", "known", "numbers", "width")

    def __init__(self, rows: list[list[Value]]) -> None:
        self._rows: list[list[Value]] | None = rows
        self.height = len(rows)
        self.width = len(rows[0]) if rows else 0
        self.known: Any = None
        self.numbers: Any = None
        self.classes: Any = None
        self.choice: Any = None

    @classmethod
    def of(cls, block: Any) -> Array:
        """Return the array of a two-dimensional NumPy array of numbers, or of conditions."""
        array = cls.__new__(cls)
        array._rows = array.numbers = array.classes = array.choice = None  # noqa: SLF001  # its own
        array.known = block
        array.height, array.width = block.shape
        return array

    @classmethod
    def picked(cls, block: Any, holds: Any, otherwise: Value) -> Array:
        """Return the array of the numbers at which conditions hold, and another value where they don't."""
        array = cls.of(block)
        array.known, array.choice = False, (block, holds, otherwise)
        return array

    @property
    def rows(self) -> list[list[Value]]:
        """The values by row."""
        if self._rows is None and self.choice is not None:
            block, holds, otherwise = self.choice
            pairs = zip(block.tolist(), holds.tolist(), strict=True)
            self._rows = [[v if h else otherwise for v, h in zip(*pair, strict=True)] for pair in pairs]
        if self._rows is None:
            self._rows = self.known.tolist()
        return self._rows

    def flat(self) -> list[Value]:
        """Return the values row by row."""
        if self._rows is None and self.choice is None:
            return self.known.ravel().tolist()  # type: ignore[no-any-return]  # numbers or conditions
        return self.rows[0] if self.height == 1 else [value for row in self.rows for value in row]

    def item(self, row: int, column: int) -> Value:
        """Return the value at (row, column), both from 0."""
        return self.rows[row][column]

    def __repr__(self) -> str:
        return f"Array({self.rows!r})"


class Reference:
    """A rectangle of cells of one sheet, read when asked; its bounds are inclusive and from 1."""

    __slots__ = ("bottom", "left", "right", "sheet", "store", "top")

    def __init__(self, store: CellStore, sheet: int, top: int, left: int, bottom: int, right: int) -> None:
        self.store = store
        self.sheet = sheet
        self.top, self.left, self.bottom, self.right = top, left, bottom, right

    @property
    def height(self) -> int:
        """The number of rows, blank ones beyond the sheet's last cell included."""
        return self.bottom - self.top + 1

    @property
    def width(self) -> int:
        """The number of columns, blank ones beyond the sheet's last cell included."""
        return self.right - self.left + 1

    def holds(self, sheet: int, row: int, column: int) -> bool:
        """Whether a cell lies in the rectangle."""
        return sheet == self.sheet and self.top <= row <= self.bottom and self.left <= column <= self.right

    def flat(self) -> list[Value]:
        """Return the values row by row, without what lies beyond the sheet's last row and column."""
        if self.left == self.right:
            return self._column()
        rows = self.rows
        return rows[0] if len(rows) == 1 else [value for row in rows for value in row]

    def _column(self) -> list[Value]:
        """Return the values of a rectangle one cell wide, as ``flat`` does."""
        last_row, last_column = self.store.extents[self.sheet]
        if self.left > last_column:
            return []
        keys = range(
            self.top << SHIFT | self.left, (min(self.bottom, last_row) << SHIFT | self.left) + 1, STRIDE
        )
        values = list(map(self.store.cells[self.sheet].get, keys))
        self._settled(values, [keys])
        return values

    @property
    def rows(self) -> list[list[Value]]:
        """The values by row, without what lies beyond the sheet's last row and column (blank there)."""
        last_row, last_column = self.store.extents[self.sheet]
        bottom, right = min(self.bottom, last_row), min(self.right, last_column)
        get = self.store.cells[self.sheet].get
        if self.left == self.right and bottom >= self.top and right >= self.left:
            return [[value] for value in self._column()]
        spans = [
            range(row << SHIFT | self.left, (row << SHIFT | right) + 1)
            for row in range(self.top, bottom + 1)
            if right >= self.left
        ]
        found = [list(map(get, span)) for span in spans]
        for row, span in zip(found, spans, strict=True):
            self._settled(row, [span])
        return found

    def item(self, row: int, column: int) -> Value:
        """Return the value at (row, column), both from 0 at the top left corner."""
        key = (self.top + row) << SHIFT | (self.left + column)
        value = self.store.cells[self.sheet].get(key)
        if value is PENDING:
            raise Pending(self.sheet, [key])
        return value

    def _settled(self, values: list[Value], spans: list[range]) -> None:
        if PENDING in values:
            keys = [key for span in spans for key in span]
            waiting = [key for key, value in zip(keys, values, strict=True) if value is PENDING]
            raise Pending(self.sheet, waiting)

    def moved(self, top: int, left: int, height: int, width: int) -> Reference | None:
        """Return another rectangle of the same sheet, or None where it would leave the sheet."""
        bottom, right = top + height - 1, left + width - 1
        if top < 1 or left < 1 or bottom > MAX_ROW or right > MAX_COLUMN or height < 1 or width < 1:
            return None
        return Reference(self.store, self.sheet, top, left, bottom, right)

    def __repr__(self) -> str:
        return f"Reference({self.sheet}, {self.top}, {self.left}, {self.bottom}, {self.right})"


class Union:
    """Several references as one argument, as in SUM((A1:A3,C1:C3))."""

    __slots__ = ("parts",)

    def __init__(self, parts: list[Reference]) -> None:
        self.parts = parts

    def flat(self) -> list[Value]:
        """Return the values of every part, in order."""
        return [value for part in self.parts for value in part.flat()]


class Lambda:
    """A LAMBDA as a value: called with operands, gives an operand."""

    __slots__ = ("arity", "call")

    def __init__(self, call: Callable[..., Operand], arity: int) -> None:
        self.call = call
        self.arity = arity


Operand = Value | Array | Reference | Union | Lambda
Variables = Mapping[str, Operand]


def each_value(operand: Operand) -> Iterator[Value]:
    """Yield an operand's values: itself, or every cell of an array or reference."""
    if isinstance(operand, (Array, Reference, Union)):
        yield from operand.flat()
    elif not isinstance(operand, Lambda):
        yield operand


def as_rows(operand: Operand) -> list[list[Value]]:
    """Return an operand as rows at its full size, blank cells as None."""
    if isinstance(operand, Array):
        return operand.rows
    if isinstance(operand, Reference):
        rows = operand.rows
        last_row, last_column = operand.store.extents[operand.sheet]
        height = min(operand.height, max(last_row - operand.top + 1, 1))
        width = min(operand.width, max(last_column - operand.left + 1, 1))
        if rows and len(rows[0]) < width:
            rows = [row + [None] * (width - len(row)) for row in rows]
        return rows + [[None] * width for _ in range(height - len(rows))] if len(rows) < height else rows
    if isinstance(operand, Union):
        return [[value] for value in operand.flat()]
    return [[operand if not isinstance(operand, Lambda) else None]]
