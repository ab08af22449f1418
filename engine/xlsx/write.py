"""The one writer: a Book becomes an .xlsx file, whole or not at all, the same bytes for the same book."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

from engine.xlsx.checking import check
from engine.xlsx.formats import Formats
from engine.xlsx.save import save
from engine.xlsx.sheets import write_sheet
from engine.xlsx.theme import Theme
from engine.xlsx.tree import Book

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "use_future_functions": True,
    "default_format_properties": {},
}


class _Workbook(Workbook):  # type: ignore[misc]  # xlsxwriter ships no types
    """xlsxwriter's workbook, with the one setting that its API lacks: iterative calculation."""

    iterate = False

    def _xml_empty_tag(self, tag: str, attributes: Any = None) -> None:
        if tag == "calcPr" and self.iterate:
            attributes = [*attributes, ("iterate", "1")]
        super()._xml_empty_tag(tag, attributes)


def write(book: Book, path: Path, theme: Theme) -> None:
    """Write a workbook to a file.

    Raises TemplateError where the book uses a style or format that the theme lacks, and OutputError where
    the file can't be written; then whatever was there before is whole.
    """
    save(render(book, theme), path)


def render(book: Book, theme: Theme) -> bytes:
    """Return a workbook's bytes; equal books give equal bytes, since the only date is the book's own."""
    check(book, theme)
    target = io.BytesIO()
    workbook = _Workbook(target, _options(theme))
    workbook.iterate = book.iterate
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # xlsxwriter warns, and drops the thing, where Excel would refuse it
        _fill(workbook, book, theme)
        workbook.close()
    return target.getvalue()


def _options(theme: Theme) -> dict[str, Any]:
    return _OPTIONS | {"default_format_properties": {"font_name": theme.font, "font_size": theme.size}}


def _fill(workbook: Workbook, book: Book, theme: Theme) -> None:
    properties = {
        "title": book.title,
        "subject": book.subject,
        "author": book.author,
        "comments": book.comments,
    }
    workbook.set_properties(properties | {"created": book.created})
    formats = Formats(workbook, theme)
    drawn = [workbook.add_worksheet(sheet.name) for sheet in book.sheets]
    for name in book.names:
        if workbook.define_name(name.name, "=" + name.refers_to.removeprefix("=")) != 0:
            raise ValueError(f"{name.name!r} can't be a defined name in Excel")
    for worksheet, sheet in zip(drawn, book.sheets, strict=True):
        write_sheet(workbook, worksheet, sheet, formats)
