"""A sheet being filled cell by cell, with the title, active scenario and check status that all share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.authoring.layout import PURPOSE_ROW, STATUS_ROW, TITLE_ROW
from engine.xlsx.tree import Area, Block, Cell, ExcelTable, Highlight, Sheet

SCENARIO_SHOWN = '="Scenario: "&active_scenario'
_TITLE_HEIGHTS = ((TITLE_ROW, 26.0), (PURPOSE_ROW, 17.0))
STATUS_SHOWN = '=IF(master_check=0,"Checks: all pass","Checks: "&master_check&" not passed")'


@dataclass
class Draft:
    """The cells of one sheet by (row, column), both from 1."""

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    highlights: list[Highlight] = field(default_factory=list)

    def put(self, row: int, column: int, value: Any = None, style: str = "body", **more: Any) -> None:
        """Place one cell."""
        self.cells[row, column] = Cell(value, style, **more)

    def row(self, row: int, column: int, values: Any, style: str) -> None:
        """Place texts or numbers side by side in one style."""
        for right, value in enumerate(values):
            self.put(row, column + right, value, style)

    def heading(self, title: str, purpose: str) -> None:
        """Place the title, the purpose, and the status line of every sheet."""
        self.put(TITLE_ROW, 1, title, "title")
        self.put(PURPOSE_ROW, 1, purpose, "subtitle")
        self.put(STATUS_ROW, 1, formula=SCENARIO_SHOWN, style="muted")
        self.status(STATUS_ROW, 2)

    def status(self, row: int, column: int) -> None:
        """Place the status of the master check, green or red."""
        self.put(row, column, formula=STATUS_SHOWN, style="small")
        area = Area(self.name, row, column, row, column)
        self.highlights.append(Highlight(area, "master_check=0", "good"))
        self.highlights.append(Highlight(area, "master_check<>0", "bad"))

    def table(
        self, name: str, top: int, columns: tuple[str, ...], rows: int, numeric: tuple[str, ...] = ()
    ) -> ExcelTable:
        """Return an Excel table from column A over rows already placed, and style its header."""
        for right, column in enumerate(columns, start=1):
            self.put(top, right, column, "header_right" if column in numeric else "header")
        return ExcelTable(name, top, 1, top + max(rows, 1), len(columns), columns)

    def block(self) -> Block:
        """Return the cells as one rectangle."""
        last_row = max(row for row, _ in self.cells)
        last_column = max(column for _, column in self.cells)
        rows = tuple(
            tuple(self.cells.get((row, column)) for column in range(1, last_column + 1))
            for row in range(1, last_row + 1)
        )
        return Block(1, 1, rows)

    def sheet(self, **more: Any) -> Sheet:
        """Return the finished sheet."""
        heights = (*_TITLE_HEIGHTS, *more.pop("heights", ()))
        highlights = tuple(self.highlights)
        return Sheet(self.name, blocks=(self.block(),), highlights=highlights, heights=heights, **more)
