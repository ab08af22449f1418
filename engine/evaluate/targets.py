"""What a user names, "Sheet!B7" or a defined name, to cells; and values as their cells take them."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass
from numbers import Real

from engine.core.address import MAX_COLUMN, MAX_ROW, Rect, key_of, parse_rect
from engine.core.exceptions import BadInput, UnknownName, UnsupportedFormula
from engine.core.values import ExcelError, Value
from engine.evaluate.state import CellId
from engine.formula.expr import Error, Name, Ref
from engine.plan.scope import Scope, rectangle
from engine.workbook.book import Workbook


class _NoSuchName(UnknownName):
    """Looks for names that look alike only when it is read: a page asks for many names that may be absent."""

    def __init__(self, targets: Targets, text: str) -> None:
        super().__init__(text)
        self._targets, self._text = targets, text

    def __str__(self) -> str:
        return self._targets.unknown(self._text)

    def __reduce__(self) -> tuple[type[UnknownName], tuple[str]]:
        return UnknownName, (str(self),)


@dataclass(frozen=True)
class Targets:
    """Finds the cells that addresses and defined names stand for in one workbook."""

    workbook: Workbook
    scope: Scope

    def rect(self, text: str) -> Rect:
        """Return the rectangle of an address, a defined name or a sheet-scoped Sheet!name.

        Raises UnknownName where the workbook has no such cell or name, with names that look alike.
        """
        found = self._address(text) if "!" in text else self._name(text)
        if found is None:
            raise _NoSuchName(self, text)
        return found

    def cell(self, text: str) -> CellId:
        """Return sheet number and key of the one cell that a text names; raise UnknownName for a range."""
        rect = self.rect(text)
        if rect.height * rect.width != 1:
            raise UnknownName(f"{text} is the range {rect} of {self.workbook.path.name}; name one cell of it")
        number = self.scope.number(rect.sheet)
        assert number is not None
        return number, key_of(rect.top, rect.left)

    def _address(self, text: str) -> Rect | None:
        try:
            rect = parse_rect(text)
        except ValueError:
            sheet, _, name = text.rpartition("!")
            return self._meaning(Name(name, sheet.strip("'").replace("''", "'")))
        number = self.scope.number(rect.sheet)
        if number is None or number >= len(self.workbook.sheets):
            return None
        return Rect(self.scope.sheets[number], rect.top, rect.left, rect.bottom, rect.right)

    def _name(self, text: str) -> Rect | None:
        return self._meaning(Name(text))

    def _meaning(self, name: Name) -> Rect | None:
        try:
            meaning = self.scope.resolve(name, self.workbook.sheets[0].name)
        except UnsupportedFormula:
            return None  # what another workbook or a damaged table holds is no cell here
        if isinstance(meaning, Error) or not isinstance(meaning, Ref) or meaning.sheet is None:
            return None
        number = self.scope.number(meaning.sheet)
        if number is None or number >= len(self.workbook.sheets):
            return None
        top, left, bottom, right = rectangle(meaning, 1, 1)
        if bottom == MAX_ROW or right == MAX_COLUMN:
            extent = self.workbook.sheets[number].extent
            bottom, right = max(min(bottom, extent[2]), top), max(min(right, extent[3]), left)
        return Rect(self.scope.sheets[number], top, left, bottom, right)

    def unknown(self, text: str) -> str:
        """Return what to tell of a text that names nothing here."""
        book = self.workbook.path.name
        if "!" in text:
            sheets = ", ".join(sheet.name for sheet in self.workbook.sheets)
            return f"{book} has no cell or name {text!r}; its sheets are {sheets}"
        if (named := self.workbook.find_name(text, None)) is not None:
            gone = (
                f"refers to {named.refers_to}, which is no cell of it; correct it in Formulas > Name Manager"
            )
            return f"the name {text!r} of {book} {gone}"
        names = [name.name for name in self.workbook.names if not name.hidden]
        alike = difflib.get_close_matches(text, names, n=3)
        hint = f"did you mean {' or '.join(alike)}?" if alike else "name a cell as Sheet!B7 or a defined name"
        return f"{book} has no defined name {text!r}; {hint}"


def input_value(name: str, given: object, present: Value) -> Value:
    """Return a scenario's value as a cell holds it: float, text, boolean, blank or error.

    Raises BadInput for text where the cell holds a number, and for what no cell can hold.
    """
    value = _plain(name, given)
    if isinstance(value, str) and isinstance(present, float):
        raise BadInput(f"{name} is {value!r}, which is text; its cell holds a number ({present:g})")
    if isinstance(value, float) and isinstance(present, str) and present:
        raise BadInput(f"{name} is {value:g}, which is a number; its cell holds text ({present!r})")
    return value


def _plain(name: str, given: object) -> Value:
    if given is None or isinstance(given, (str, ExcelError)):
        return str(given) if isinstance(given, str) else given
    if isinstance(given, bool) or type(given).__name__ == "bool_" or type(given).__name__ == "bool":
        return bool(given)
    if isinstance(given, Real):
        number = float(given)
        if math.isfinite(number):
            return number
    raise BadInput(f"{name} is {given!r}, which no cell can hold; give a number, text, TRUE or FALSE")


def is_missing(given: object) -> bool:
    """Whether a scenario leaves an input as the workbook has it: None, NaN, NaT or pandas' NA."""
    return given is None or type(given).__name__ in ("NAType", "NaTType") or given != given  # noqa: PLR0124  # true of NaN
