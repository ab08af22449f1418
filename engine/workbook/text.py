"""Text as cells hold it: escapes, rich text, shared strings."""

from __future__ import annotations

import re
from xml.parsers import expat

from engine.core.exceptions import NotAWorkbook
from engine.workbook.package import Package
from engine.workbook.xml_parts import stream

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ENTITY = re.compile(r"&(?:#(\d+)|#[xX]([0-9a-fA-F]+)|(\w+));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def unescape(text: str) -> str:
    """Return text with its _xHHHH_ escapes read, as ECMA-376 Part 1, 22.9.2.19 (ST_Xstring) has it."""
    if "_x" not in text:
        return text
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    # A character beyond U+FFFF is escaped as its two surrogates, which Python keeps apart.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def text_of_xml(raw: bytes) -> str:
    """Return the text that XML between marks or quotes stands for."""
    return unmarked(raw.decode()) if b"&" in raw else raw.decode()


def unmarked(text: str) -> str:
    """Return text with its entities and character references read."""
    return _ENTITY.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name is not None:
        return _NAMED[name]
    return chr(int(decimal) if decimal else int(hexadecimal, 16))


class _Strings:
    """Collects the text of each si element: its t and the t of its runs r, not the phonetic ones in rPh."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._pieces: list[str] = []
        self._taking = False
        self._phonetic = False

    def start(self, name: str, _: dict[str, str]) -> None:
        name = name.rpartition(" ")[2]
        if name == "t":
            self._taking = not self._phonetic
        elif name == "si":
            self._pieces = []
        elif name == "rPh":
            self._phonetic = True

    def end(self, name: str) -> None:
        name = name.rpartition(" ")[2]
        if name == "t":
            self._taking = False
        elif name == "si":
            self.strings.append(unescape("".join(self._pieces)))
        elif name == "rPh":
            self._phonetic = False

    def text(self, text: str) -> None:
        if self._taking:
            self._pieces.append(text)


def read_shared_strings(package: Package, part: str | None) -> tuple[list[str], bool]:
    """Return the shared strings of a workbook, by index, and whether the part is damaged after them."""
    if part is None or part not in package:
        return [], False
    reader = _Strings()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        stream(package, part, parser)
    except NotAWorkbook:
        return reader.strings, True
    return reader.strings, False
