"""Functions of Excel that the engine does not answer, and why: what calls them is reported, never guessed."""

from __future__ import annotations

from typing import Final

_SERVICE = "asks a live service, whose answers are not inputs of the file"
_HOST = "needs Excel itself, running"
_MODEL = "asks the data model or an OLAP cube, which the engine does not open"
_OLD = "belongs to Excel 4 macro sheets"
_EDITION = "answers by the language in which Excel is installed"
_NOT_YET = "is not known to the engine"

BEYOND: Final[dict[str, str]] = {
    **dict.fromkeys(
        ("STOCKHISTORY", "WEBSERVICE", "RTD", "TRANSLATE", "DETECTLANGUAGE", "COPILOT", "IMAGE"), _SERVICE
    ),
    **dict.fromkeys(("IMPORTCSV", "IMPORTTEXT", "FILTERXML", "PY", "SQL.REQUEST", "EUROCONVERT"), _HOST),
    **dict.fromkeys(
        (
            "CUBEKPIMEMBER",
            "CUBEMEMBER",
            "CUBEMEMBERPROPERTY",
            "CUBERANKEDMEMBER",
            "CUBESET",
            "CUBESETCOUNT",
            "CUBEVALUE",
        ),
        _MODEL,
    ),
    **dict.fromkeys(
        (
            "DATESTRING",
            "ISTHAIDIGIT",
            "JIS",
            "NUMBERSTRING",
            "PHONETIC",
            "ROUNDBAHTDOWN",
            "ROUNDBAHTUP",
            "THAIDAYOFWEEK",
            "THAIDIGIT",
            "THAIMONTHOFYEAR",
            "THAINUMSOUND",
            "THAINUMSTRING",
            "THAISTRINGLENGTH",
            "THAIYEAR",
            "YEN",
        ),
        _EDITION,
    ),
    **dict.fromkeys(
        ("CALL", "REGISTER.ID", "REGISTER", "EVALUATE", "GET.CELL", "GET.DOCUMENT", "GET.WORKBOOK", "FILES"),
        _OLD,
    ),
    **dict.fromkeys(
        (
            "FORECAST.ETS",
            "FORECAST.ETS.CONFINT",
            "FORECAST.ETS.SEASONALITY",
            "FORECAST.ETS.STAT",
        ),
        _NOT_YET,
    ),
}
