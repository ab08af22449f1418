"""Where every section and line lies: label, unit and opening in columns A to C, the axis from column D.

Sections of one axis begin in the same column on every sheet, so that a column is the same month everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.authoring.combine import Model
from engine.authoring.template import Axis, Line, Section
from engine.core.address import a1, column_letters, quote_sheet

LABEL, UNIT, OPENING, FIRST = 1, 2, 3, 4
TITLE_ROW, PURPOSE_ROW, STATUS_ROW, TOP = 1, 2, 3, 6
NOTES_UP_TO = 14  # a longer axis keeps its notes as comments on the label, where they are seen


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line lies: its row, and the columns of its values; ``axis`` is "" for a single cell."""

    sheet: str
    row: int
    axis: str
    count: int

    @property
    def last(self) -> int:
        """The column of the last value."""
        return FIRST + self.count - 1

    def cell(self, point: int, seen_from: str, fixed: str = "") -> str:
        """Return the address of a point (from 0); ``fixed`` is "$" for an absolute one."""
        text = f"{fixed}{column_letters(FIRST + point)}{fixed}{self.row}"
        return self._on(text, seen_from)

    def whole(self, seen_from: str, fixed: str = "$") -> str:
        """Return the address of all its values; ``fixed`` is "" for a relative one."""
        ends = (f"{fixed}{column_letters(column)}{fixed}{self.row}" for column in (FIRST, self.last))
        return self._on(":".join(ends), seen_from)

    def _on(self, text: str, seen_from: str) -> str:
        return text if self.sheet == seen_from else f"{quote_sheet(self.sheet)}!{text}"


@dataclass(frozen=True, slots=True)
class SectionPlace:
    """A section with the row of its heading; its lines follow below, in order."""

    section: Section
    axis: Axis | None
    heading: int
    lines: tuple[Line, ...]

    @property
    def count(self) -> int:
        """The number of columns of values."""
        return self.axis.count if self.axis else 1


@dataclass(frozen=True, slots=True)
class Layout:
    """All sections by sheet, and the place of every line by name."""

    sections: Mapping[str, tuple[SectionPlace, ...]]
    places: Mapping[str, Place]

    def note_column(self, sheet: str) -> int | None:
        """The column for notes, one beyond the widest axis; None where that would be out of sight."""
        widest = max((one.count for one in self.sections[sheet]), default=1)
        return FIRST + widest + 1 if widest <= NOTES_UP_TO else None

    def last_row(self, sheet: str) -> int:
        """The last row that holds a line."""
        return max((one.heading + len(one.lines) for one in self.sections[sheet]), default=TOP)

    def last_column(self, sheet: str) -> int:
        """The last column that holds a value."""
        return FIRST + max((one.count for one in self.sections[sheet]), default=1) - 1


def lay_out(model: Model) -> Layout:
    """Give every section its rows, sheet by sheet, with one blank row between sections."""
    sections: dict[str, tuple[SectionPlace, ...]] = {}
    places: dict[str, Place] = {}
    for sheet in model.sheets:
        row, found = TOP, list[SectionPlace]()
        for section in model.sections:
            if section.sheet == sheet.name:
                placed = SectionPlace(section, model.axes.get(section.axis), row, model.lines[section.id])
                places |= _places(placed)
                found.append(placed)
                row += len(placed.lines) + 2
        sections[sheet.name] = tuple(found)
    return Layout(sections, places)


def _places(placed: SectionPlace) -> dict[str, Place]:
    section = placed.section
    return {
        line.name: Place(section.sheet, placed.heading + down, section.axis, placed.count)
        for down, line in enumerate(placed.lines, start=1)
    }


def absolute(sheet: str, row: int, column: int) -> str:
    """Return "Sheet!$A$1", as a defined name writes it."""
    return f"{quote_sheet(sheet)}!${column_letters(column)}${row}"


def plain(sheet: str, row: int, column: int) -> str:
    """Return "Sheet!A1", as a value is keyed."""
    return f"{quote_sheet(sheet)}!{a1(row, column)}"
