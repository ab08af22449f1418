"""A row per input or figure across scenarios: its values, the difference to base, and that in percent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.analysis.results import InputRow, OutputRow, ScenarioComparison
from engine.core.address import column_letters
from engine.core.values import Value
from engine.report.figures import column_format, headline_format, is_number, kind_of, numbers_of
from engine.report.sketch import FIRST, Groups, Sketch
from engine.report.view import View
from engine.xlsx.tree import Cell

_VALUE, _GAP, _SHARE = 12.0, 1.5, 10.0
NO_DIFFERENCE = (
    "Differences between percentages are percentage points. n/a: one side is no number (a month beyond the "
    "horizon, a text), or the base of a percentage is zero."
)


@dataclass(frozen=True, slots=True)
class Compared:
    """One row by scenario as the reader sees it: in words where a figure lies beyond its limit."""

    name: str
    label: str
    unit: str
    values: tuple[Value, ...]
    better: str = ""
    typed: bool = False


def figure_of(view: View, row: OutputRow) -> Compared:
    """Return a headline figure as a row."""
    values = tuple(view.said(row.name, value) for value in row.values)
    return Compared(row.name, row.label, row.unit, values, row.better)


def input_of(row: InputRow) -> Compared:
    """Return an input as a row."""
    return Compared(row.name, row.label, row.unit, row.values, typed=True)


def base_index(comparison: ScenarioComparison) -> int:
    """Return the place of the base scenario, the first where none has its name."""
    names = [name.casefold() for name in comparison.scenarios]
    wanted = comparison.base_scenario.casefold()
    return names.index(wanted) if wanted in names else 0


@dataclass(frozen=True, slots=True)
class ScenarioTable:
    """Where the columns of a comparison lie. ``three_digits`` rounds figures to three significant digits."""

    scenarios: tuple[str, ...]
    base: int
    three_digits: bool = False

    @property
    def widths(self) -> tuple[float, ...]:
        """The widths of a page that holds the table."""
        others = len(self.scenarios) - 1
        values = [_VALUE] * len(self.scenarios)
        return (2.0, 48.0, 25.0, *values, _GAP, *([_VALUE] * others), _GAP, *([_SHARE] * others))

    @property
    def others(self) -> list[int]:
        """The places of the scenarios that are held against base."""
        return [n for n in range(len(self.scenarios)) if n != self.base]

    def write(self, sketch: Sketch, title: str, groups: Sequence[tuple[str, Sequence[Compared]]]) -> int:
        """Write two rows of heads and a row each, in named groups; return the first row below the heads."""
        parts = ((FIRST, ""), (FIRST + len(self.scenarios) + 1, "Difference to base"))
        shares = parts[1][0] + len(self.others) + 1
        for column, text in (*parts, (shares, "Difference, % of base")):
            wide = len(self.scenarios) if column == FIRST else len(self.others)
            for offset in range(wide if text else 0):
                sketch.put(sketch.row, column + offset, Cell(None if offset else text, "heading"))
        sketch.height(sketch.row, 20)
        sketch.row += 1
        names = [Cell(name, "header_right") for name in self.scenarios]
        others = [names[n] for n in self.others]
        gap = Cell(None)
        headers = [Cell(title, "header"), Cell("Unit", "header"), *names, gap, *others, gap, *others]
        first = sketch.row + 1
        return sketch.grouped(headers, self._groups(groups, first))

    def _groups(self, groups: Sequence[tuple[str, Sequence[Compared]]], row: int) -> Groups:
        found = []
        for name, rows in groups:
            row += 1 if name or len(groups) > 1 else 0
            found.append((name, [self._row(one, row + n) for n, one in enumerate(rows)]))
            row += len(rows)
        return found

    def _row(self, one: Compared, at: int) -> list[Cell]:
        cells = [Cell(one.label, "row_label"), Cell(one.unit, "row_muted"), *self._values(one), Cell(None)]
        cells += [self._difference(one, n, at, relative=False) for n in self.others]
        return [*cells, Cell(None), *(self._difference(one, n, at, relative=True) for n in self.others)]

    def _values(self, one: Compared) -> list[Cell]:
        whole = column_format(one.unit, one.values)
        cells = []
        for n, value in enumerate(one.values):
            shown = headline_format(one.unit, value) if self.three_digits and not one.typed else whole
            plain = n == self.base or value == one.values[self.base]
            style = ("input" if plain else "input_bold") if one.typed else "row"
            cells.append(Cell(value, style, shown))
        return cells

    def _difference(self, one: Compared, n: int, at: int, *, relative: bool) -> Cell:
        value, base = one.values[n], one.values[self.base]
        if not is_number(value) or not is_number(base) or (relative and base == 0 and value):
            return Cell("n/a", "row_muted_right")
        change = value - base
        here, origin = f"{column_letters(FIRST + n)}{at}", f"${column_letters(FIRST + self.base)}{at}"
        formula = f"={here}-{origin}"
        shown = self._difference_format(one, change)
        if relative:
            formula, shown = f"=IF({origin}=0,0,({here}-{origin})/ABS({origin}))", "percent1"
            change = change / abs(base) if base else 0.0
        good = {"higher": change > 0, "lower": change < 0}.get(one.better)
        style = "row" if change == 0 or good is None else ("row_good" if good else "row_bad")
        return Cell(change, style, shown, formula)

    def _difference_format(self, one: Compared, change: float) -> str:
        if kind_of(one.unit) == "percent":
            return "percent1"
        if self.three_digits and not one.typed:
            return headline_format(one.unit, change)
        found = numbers_of(one.values)
        return column_format(one.unit, [v - w for v in found for w in found])


def table_of(comparison: ScenarioComparison, *, three_digits: bool = False) -> ScenarioTable:
    """Return the table of a comparison."""
    return ScenarioTable(comparison.scenarios, base_index(comparison), three_digits)
