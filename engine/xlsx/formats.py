"""Styles and number formats of the theme as xlsxwriter formats, one per combination that a book uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from engine.xlsx.theme import BORDERS, SIDES, Theme

_RENAMED = {"colour": "font_color", "fill": "bg_color", "wrap": "text_wrap"}
_PLAIN = ("bold", "italic", "underline", "align", "valign", "indent")


class Formats:
    """The formats of one workbook being written; equal looks share one format."""

    def __init__(self, workbook: Workbook, theme: Theme) -> None:
        self.workbook, self.theme = workbook, theme
        self._cells: dict[tuple[str, str | None], Format] = {}
        self._conditional: dict[str, Format] = {}

    def cell(self, style: str, number_format: str | None) -> Format:
        """Return the format of a cell: the style's look under the cell's own number format, if it has one."""
        key = style, number_format
        if key not in self._cells:
            look = self.theme.styles[style]
            properties = {"font_name": self.theme.font, "font_size": look.get("size", self.theme.size)}
            properties |= _common(look)
            shown = number_format or look.get("number_format")
            if shown is not None:
                properties["num_format"] = self.theme.number_formats[shown]
            self._cells[key] = self.workbook.add_format(properties)
        return self._cells[key]

    def conditional(self, style: str) -> Format:
        """Return the part of a style that a conditional format may change: colours, weight and borders."""
        if style not in self._conditional:
            look = {
                key: value for key, value in self.theme.styles[style].items() if key not in _NOT_CONDITIONAL
            }
            self._conditional[style] = self.workbook.add_format(_common(look))
        return self._conditional[style]


_NOT_CONDITIONAL = ("size", "align", "valign", "indent", "wrap", "number_format")


def _common(look: Mapping[str, Any]) -> dict[str, Any]:
    properties = {key: look[key] for key in _PLAIN if look.get(key)}
    properties |= {ours: look[key] for key, ours in _RENAMED.items() if look.get(key)}
    for side in SIDES:
        kind = BORDERS[look.get(side, look.get("border", "none"))]
        if kind:
            properties[side] = kind
            colour = look.get(f"{side}_colour", look.get("border_colour"))
            properties |= {f"{side}_color": colour} if colour else {}
    return properties
