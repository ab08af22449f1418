"""Formula texts by cell, a shared formula's written out for each of its cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.core.address import row_column
from engine.core.exceptions import UnsupportedFormula
from engine.formula.parser import parse
from engine.formula.text import text_of
from engine.workbook.book import Workbook

CellId = tuple[int, int]


class FormulaTexts(Mapping[CellId, str]):
    """The text (without "=") of every formula cell, by sheet number and key."""

    def __init__(self, workbook: Workbook) -> None:
        self._sheets = workbook.sheets

    def __getitem__(self, cell: CellId) -> str:
        sheet, key = cell
        if not 0 <= sheet < len(self._sheets):
            raise KeyError(cell)
        formula = self._sheets[sheet].formulas[key]
        if formula.shared_from is None:
            return formula.text
        try:
            tree = parse(formula.text, *row_column(formula.shared_from))
        except UnsupportedFormula:
            return formula.text
        return text_of(tree, *row_column(key))

    def written(self) -> Iterator[tuple[CellId, str]]:
        """Yield formula cells with their texts, a shared formula's as it was written once."""
        for number, sheet in enumerate(self._sheets):
            yield from (((number, key), formula.text) for key, formula in sheet.formulas.items())

    def __contains__(self, cell: object) -> bool:
        """Whether a cell has a formula, which asks for no text."""
        match cell:
            case (int(sheet), int(key)):
                return 0 <= sheet < len(self._sheets) and key in self._sheets[sheet].formulas
            case _:
                return False

    def __iter__(self) -> Iterator[CellId]:
        for number, sheet in enumerate(self._sheets):
            yield from ((number, key) for key in sheet.formulas)

    def __len__(self) -> int:
        return sum(len(sheet.formulas) for sheet in self._sheets)
