"""What a contract may name: defined names, and addresses such as Sheet!B7."""

from __future__ import annotations

from engine.core.address import Rect, parse_rect, split_sheet
from engine.workbook.book import Workbook
from engine.workbook.contract_tables import Row, did_you_mean

_DEPTH = 16


class Names:
    """Looks up the names of one workbook in any case, as Excel does."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self.known = tuple(name.name for name in workbook.names if not name.name.startswith("_xlnm."))

    def refers_to(self, text: str) -> str | None:
        """Return what a defined name refers to, None where there is no such name."""
        sheet, name = split_sheet(text)
        found = self._workbook.find_name(name, sheet)
        return None if found is None else found.refers_to

    def rect(self, text: str) -> Rect | None:
        """Return the rectangle that an address or a defined name is, None where it is none or unknown."""
        for _ in range(_DEPTH):
            try:
                return self._on_sheet(parse_rect(text))
            except ValueError:
                refers_to = self.refers_to(text)
            if refers_to is None:
                return None
            text = refers_to
        return None

    def exists(self, text: str) -> bool:
        """Tell whether a text is a defined name or an address on one of the worksheets."""
        return self.rect(text) is not None or self.refers_to(text) is not None

    def gone(self, text: str) -> str:
        """Return what a defined name refers to where those cells or their sheet are gone, "" elsewhere."""
        refers_to = self.refers_to(text)
        if refers_to is None or self.rect(text) is not None:
            return ""
        try:
            parse_rect(refers_to)
        except ValueError:
            return refers_to if "#REF!" in refers_to else ""
        return refers_to

    def check_cell(self, row: Row, column: str, text: str, rule: str) -> None:
        """Note where a text in a column names no cell of the workbook, or a whole range."""
        rect = self.rect(text)
        if rect is not None and rect.height * rect.width > 1:
            row.wrong(rule, column, f"{column} names {text!r}, the range {rect}; name one cell of it")
        elif rect is None:
            self.check_known(row, column, text, rule)

    def check_known(self, row: Row, column: str, text: str, rule: str) -> None:
        """Note where a text in a column is no defined name and no address, or a name whose cells are gone."""
        if gone := self.gone(text):
            told = "cells that are gone; correct it in Formulas > Name Manager"
            if split_sheet(gone)[0] in self._workbook.unread_sheets:
                told = "cells of a sheet that can't be read; let Excel repair the file and save it"
            row.wrong(rule, column, f"{column} names {text!r}, which refers to {gone}: {told}")
        elif not self.exists(text):
            near = did_you_mean(text, self.known) or "; name a cell as Sheet!B7, or define the name"
            row.wrong(rule, column, f"{column} names {text!r}, which is no defined name or address{near}")

    def _on_sheet(self, rect: Rect) -> Rect | None:
        sheet = self._workbook.find_sheet(rect.sheet)
        if sheet is None:
            return None
        return Rect(sheet.name, rect.top, rect.left, rect.bottom, rect.right)
