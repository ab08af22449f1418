"""Text: parts, case, searching, replacing, joining, characters.

Source: "Text functions (reference)", Excel's documentation; CHAR and CODE follow the computer's code page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from engine.core.values import NA, VALUE, ExcelError
from engine.functions import coerce
from engine.functions.criteria import wildcard
from engine.functions.operands import Operand, each_value
from engine.functions.references import Here
from engine.functions.table import Fault, excel

LONGEST = 32767


def checked(text: str) -> str:
    """Return a text that a cell can hold; #VALUE! for a longer one."""
    if len(text) > LONGEST:
        raise Fault(VALUE)
    return text


def _count(number: float) -> int:
    if number < 0:
        raise Fault(VALUE)
    return int(min(number, LONGEST + 1))


@excel("LEFT LEFTB", "t n?")
def left(text: str, count: float = 1.0) -> str:
    """Return the first characters of a text."""
    return text[: _count(count)]


@excel("RIGHT RIGHTB", "t n?")
def right(text: str, count: float = 1.0) -> str:
    """Return the last characters of a text."""
    wanted = _count(count)
    return text[-wanted:] if wanted else ""


@excel("MID MIDB", "t n n")
def mid(text: str, start: float, count: float) -> str:
    """Return characters from a position on."""
    if start < 1:
        raise Fault(VALUE)
    first = int(start) - 1
    return text[first : first + _count(count)]


@excel("LEN LENB", "t")
def len_(text: str) -> float:
    """Return how many characters a text has, counted in UTF-16 as Excel does."""
    return float(len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2)


@excel("TRIM", "t", correction="runs of spaces inside a text become one")
def trim(text: str) -> str:
    """Drop outer spaces and make inner runs of spaces one."""
    return " ".join(word for word in text.split(" ") if word)


@excel("CLEAN", "t")
def clean(text: str) -> str:
    """Drop the control characters 0 to 31."""
    return "".join(mark for mark in text if ord(mark) > 31)


@excel("UPPER", "t")
def upper(text: str) -> str:
    """Return a text in capitals."""
    return "".join(mark.upper() if len(mark.upper()) == 1 else mark for mark in text)


@excel("LOWER", "t")
def lower(text: str) -> str:
    """Return a text in small letters."""
    return text.lower()


@excel("PROPER", "t")
def proper(text: str) -> str:
    """Capitalise every letter that follows no letter."""
    out = []
    inside = False
    for mark in text:
        out.append(mark.lower() if inside else mark.upper())
        inside = mark.isalpha()
    return "".join(out)


@excel("SUBSTITUTE", "t t t s?", correction="an empty old text changes nothing")
def substitute(text: str, old: str, new: str, instance: float | None = None) -> str:
    """Replace every occurrence of a text, or one of them."""
    if instance is not None and instance < 1:
        raise Fault(VALUE)
    if not old:
        return text
    if instance is None:
        return checked(text.replace(old, new))
    at = -len(old)
    for _ in range(int(instance)):
        at = text.find(old, at + len(old))
        if at < 0:
            return text
    return checked(text[:at] + new + text[at + len(old) :])


@excel("REPLACE REPLACEB", "t n n t")
def replace(text: str, start: float, count: float, new: str) -> str:
    """Replace characters from a position on."""
    if start < 1:
        raise Fault(VALUE)
    first = int(start) - 1
    return checked(text[:first] + new + text[first + _count(count) :])


def _start(text: str, start: float) -> int:
    if start < 1 or int(start) - 1 > len(text):
        raise Fault(VALUE)
    return int(start) - 1


@excel("FIND FINDB", "t t n?")
def find(wanted: str, text: str, start: float = 1.0) -> float:
    """Return where a text stands in another, with case."""
    found = text.find(wanted, _start(text, start))
    if found < 0:
        raise Fault(VALUE)
    return found + 1.0


@lru_cache(maxsize=4096)
def anywhere(pattern: str) -> re.Pattern[str]:
    """Return the pattern of a text with wildcards that may stand anywhere, as SEARCH takes it."""
    return re.compile(
        wildcard(pattern).pattern.removesuffix(r"\Z").replace(".*", ".*?"), re.DOTALL | re.IGNORECASE
    )


@excel("SEARCH SEARCHB", "t t n?", correction="wildcards, and a start beyond the text is #VALUE!")
def search(wanted: str, text: str, start: float = 1.0) -> float:
    """Return where a text stands in another, without case and with wildcards."""
    found = anywhere(wanted).search(text, _start(text, start))
    if found is None:
        raise Fault(VALUE)
    return found.start() + 1.0


@excel("REPT", "t n", correction="a result beyond 32,767 characters is #VALUE!")
def rept(text: str, count: float) -> str:
    """Repeat a text."""
    if count < 0 or len(text) * int(count) > LONGEST:
        raise Fault(VALUE)
    return text * int(count)


@excel("CHAR", "n", located=True, correction="Windows' code page 1252; Mac Roman where Excel for Mac saved")
def char(here: Here, number: float) -> str:
    """Return the character of a code from 1 to 255 in the code page of the computer that saved the file."""
    code = int(number)
    if not 1 <= code <= 255:
        raise Fault(VALUE)
    try:
        return bytes([code]).decode(_code_page(here))
    except UnicodeDecodeError:
        return chr(code)


def _code_page(here: Here) -> str:
    return "mac_roman" if here.state.macintosh else "cp1252"


@excel("CODE", "t", located=True, correction="Windows' code page 1252; Mac Roman where Excel for Mac saved")
def code_(here: Here, text: str) -> float:
    """Return the code of a text's first character; 63 for one that the code page lacks."""
    if not text:
        raise Fault(VALUE)
    if 0x80 <= ord(text[0]) <= 0x9F:
        return float(ord(text[0]))
    return float(text[0].encode(_code_page(here), "replace")[0])


@excel("UNICHAR", "n")
def unichar(number: float) -> str:
    """Return the character of a Unicode number."""
    code = int(number)
    if not 1 <= code <= 0x10FFFF:
        raise Fault(VALUE)
    if 0xD800 <= code <= 0xDFFF:
        raise Fault(NA)
    return chr(code)


@excel("UNICODE", "t")
def unicode_(text: str) -> float:
    """Return the Unicode number of a text's first character."""
    if not text:
        raise Fault(VALUE)
    return float(ord(text[0]))


@excel("EXACT", "t t")
def exact(left_text: str, right_text: str) -> bool:
    """Whether two texts are alike, case included."""
    return left_text == right_text


def texts(operands: tuple[Operand, ...]) -> Iterator[str]:
    """Yield every value of the arguments as text; raise Fault with the first error among them."""
    for operand in operands:
        for value in each_value(operand):
            text = coerce.text(value)
            if isinstance(text, ExcelError):
                raise Fault(text)
            yield text


@excel("CONCAT", "r*")
def concat(*operands: Operand) -> str:
    """Join all values of ranges and arguments."""
    return checked("".join(texts(operands)))


@excel("CONCATENATE", "t*")
def concatenate(*parts: str) -> str:
    """Join texts."""
    return checked("".join(parts))


@excel("TEXTJOIN", "r b r*")
def textjoin(delimiter: Operand, ignore_empty: bool, *operands: Operand) -> str:
    """Join all values with a delimiter between them; several delimiters take turns."""
    marks = list(texts((delimiter,))) or [""]
    parts = [part for part in _full_texts(operands) if part or not ignore_empty]
    out = parts[:1]
    for i, part in enumerate(parts[1:]):
        out += [marks[i % len(marks)], part]
    return checked("".join(out))


def _full_texts(operands: tuple[Operand, ...]) -> Iterator[str]:
    yield from texts(operands)


@excel("ASC DBCS", "t")
def asc(text: str) -> str:
    """Return a text as it stands: half and full width differ only in East Asian editions of Excel."""
    return text
