"""Number formats by style id."""

from __future__ import annotations

from engine.workbook.package import Package
from engine.workbook.xml_parts import number, parse

# ECMA-376 Part 1, 18.8.30 (numFmt): the formats that files name by number alone. Dates as en-US shows them;
# currency, accounting formats and 47 as Excel writes them.
_BUILT_IN = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: '"$"#,##0_);("$"#,##0)',
    6: '"$"#,##0_);[Red]("$"#,##0)',
    7: '"$"#,##0.00_);("$"#,##0.00)',
    8: '"$"#,##0.00_);[Red]("$"#,##0.00)',
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "m/d/yyyy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "m/d/yyyy h:mm",
    37: "#,##0_);(#,##0)",
    38: "#,##0_);[Red](#,##0)",
    39: "#,##0.00_);(#,##0.00)",
    40: "#,##0.00_);[Red](#,##0.00)",
    41: '_(* #,##0_);_(* (#,##0);_(* "-"_);_(@_)',
    42: '_("$"* #,##0_);_("$"* (#,##0);_("$"* "-"_);_(@_)',
    43: '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)',
    44: '_("$"* #,##0.00_);_("$"* (#,##0.00);_("$"* "-"??_);_(@_)',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
}


# What Excel calls the built-in style "Percent" where dates are written with the day first.
_DAY_FIRST = frozenset((
    "Per cent", "Prozent", "Pourcentage", "Porcentaje", "Percentuale", "Porcentagem", "Percentagem",
    "Procentowy", "Procenta", "Prosentti", "Процентный", "Yüzde",
))  # fmt: skip


def read_day_first(package: Package, part: str | None) -> bool:
    """Whether the file was saved by an Excel whose language writes the day before the month.

    The file does not tell the region of the computer; the names of its built-in styles tell Excel's language.
    """
    if part is None or part not in package:
        return False
    styles = parse(package, part).iterfind("cellStyles/cellStyle")
    return any(style.get("builtinId") == "5" and style.get("name") in _DAY_FIRST for style in styles)


def read_number_formats(package: Package, part: str | None) -> tuple[str, ...]:
    """Return the number format of each style id (cellXfs); "General" alone where there are no styles."""
    if part is None or part not in package:
        return ("General",)
    root = parse(package, part)
    formats = dict(_BUILT_IN)
    for custom in root.iterfind("numFmts/numFmt"):
        formats[number(custom.get("numFmtId"), 0)] = custom.get("formatCode", "General")
    ids = (number(style.get("numFmtId"), 0) for style in root.iterfind("cellXfs/xf"))
    return tuple(formats.get(identity, "General") for identity in ids) or ("General",)
