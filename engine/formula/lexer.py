"""Operands out of a formula's text: what is left for ``formulas`` to parse is operators and functions.

``formulas`` reads operators, precedence, functions and arrays well, and references, numbers and signs less
well (findings: 1E3, structured references, 3-D, ``--``). So every operand becomes a placeholder name here,
and its own tree is kept beside it. The grammar is that of Excel's formula syntax, [MS-XLSX] 2.2.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.core.address import column_number
from engine.core.values import ERRORS
from engine.formula.expr import Anchor, Bool, Error, Expr, Name, Number, Ref, Structured, Text
from engine.formula.forms import CELL, is_on_sheet

UNREADABLE = "={} can't be read as a formula; correct it in the workbook"
PLACEHOLDER = "OPERAND_"
PARAMETER = "_XLPM."  # a call of what a variable of LET or LAMBDA holds, as files mark it

# "!A1" in what a name refers to is the cell of the sheet that asks.
_SHEET = r"(?:'(?:[^']|'')+'|(?:\[\d+\])?[^\W\d][\w.]*(?::[^\W\d][\w.]*)?|\[\d+\])?!"
_ERROR = (
    r"\#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|SPILL!|CALC!|GETTING_DATA"
    r"|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!|BUSY!)"
)
_GONE = rf"\#REF!(?:\#REF!|{CELL}(?::{CELL})?|\$?[A-Za-z]{{1,3}}:\$?[A-Za-z]{{1,3}}|\$?\d+:\$?\d+)"
_TOKEN = re.compile(
    r'(?P<text>"(?:[^"]|"")*")'
    r"|(?P<error>(?:" + _SHEET + r"|\[\d+\])?(?:" + _GONE + "|" + _ERROR + r"))"
    r"|(?P<prefix>" + _SHEET + r")?(?:"
    rf"(?P<area>{CELL}:{CELL}(?![\w.(\[]))"
    rf"|(?P<cell>{CELL}(?![\w.(!\[\\?]))"
    r"|(?P<lines>\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?![\w.(!])|\$?\d{1,7}:\$?\d{1,7}(?![\w.(!]))"
    r"|(?P<function>[^\W\d][\w.]*\()"
    r"|(?P<structured>(?:[^\W\d][\w.\\]*|\\[\w.\\]*)?\[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*\])"
    r"|(?P<name>[^\W\d][\w.\\?]*|\\[\w.\\?]*)"
    r"|(?P<bad>\#REF!))"
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<close>\))(?P<again>\()?"
    r"|(?P<open>\()"
    r"|(?P<space>[ \t\r\n\u00a0]+)"
    r"|(?P<other>[<>]=|<>|.)",
    re.DOTALL,
)
_OTHER_BOOK = re.compile(r"(?s).*(\[[^\[\]]+\])(.*)\Z")
# _xlop marks a parameter that a call may leave out.
_FILE_PREFIX = re.compile(r"(?i)\A(?:_xlfn\.|_xlws\.|_xludf\.|_xlpm\.|_xlop\.)+")


Token = tuple[str, str]  # its kind and its text


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A formula whose operands are placeholders: the tokens, without layout, and the operands by number."""

    tokens: tuple[Token, ...]
    operands: tuple[Expr, ...]

    @property
    def text(self) -> str:
        """The formula as ``formulas``' parser reads it."""
        return "".join(text for _, text in self.tokens)


def skeleton(text: str, row: int, column: int) -> Skeleton:
    """Split a formula (without "=") that stands at (row, column) into operators and operands."""
    operands: list[Expr] = []
    out: list[Token] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "again":
            out.append(("function", f"){INVOKE}("))
        elif kind == "function":
            out.append(("function", _function(match["prefix"] or "", match["function"])))
        elif kind in _STRUCTURE:
            out.append((kind, "~" if match[0] in (INVOKE[0], INTERSECT) else match[0]))
        else:
            out.append(("operand", f"{PLACEHOLDER}{len(operands)};"))
            operands.append(_operand(kind, match, row, column))
    return Skeleton(tuple(_without_layout(out)), tuple(operands))


# No formula can hold these marks outside text: one before a lambda's arguments, one for the operator " ",
# which the pattern of formulas' brackets would swallow.
INVOKE = "\u00a4INVOKE"
INTERSECT = "\u00a6"
_STRUCTURE = frozenset(["close", "open", "space", "other"])
_ENDS = frozenset(["operand", "close"])
_POSTFIX = frozenset(["%", "#"])
_BEGINS = frozenset(["operand", "open", "function"])


def _without_layout(tokens: list[Token]) -> Iterator[Token]:
    """Yield tokens; a space stays only where it is the intersection operator."""
    solid = [i for i, (kind, _) in enumerate(tokens) if kind != "space"]
    previous = None
    for i in solid:
        kind, text = tokens[i]
        spaced = previous is not None and i > previous + 1
        before, mark = tokens[previous or 0]
        ended = before in _ENDS or mark in _POSTFIX or mark == "}"
        if spaced and ended and (kind in _BEGINS or text == "{"):
            yield "intersect", INTERSECT
        yield kind, text
        previous = i


def _function(prefix: str, text: str) -> str:
    name = _FILE_PREFIX.sub("", text[:-1]).upper()
    if text[:6].lower() in ("_xlpm.", "_xlop."):
        return f"{PARAMETER}{name}("
    return f"EXTERNAL.{name}(" if prefix.startswith(("[", "'")) and prefix != "[0]!" else f"{name}("


def _operand(kind: str, match: re.Match[str], row: int, column: int) -> Expr:
    text = match[0]
    if kind == "text":
        return Text(text[1:-1].replace('""', '"'))
    if kind == "number":
        return Number(float(text))
    if kind in ("error", "bad"):
        code = "#REF!" if "#REF!" in text.upper() else "#" + text.rpartition("#")[2].upper()
        return Error(ERRORS.get(code, ERRORS["#VALUE!"]))
    first_sheet, last_sheet = _sheets(match["prefix"])
    if kind == "cell" and not is_on_sheet(match["cell"]):
        return Name(match["cell"], first_sheet)  # XFE1 lies outside every sheet, so it is a name
    if kind in ("area", "cell", "lines"):
        first, last, whole = _corners(match[kind], row, column)
        return Ref(first_sheet, first, last, whole, last_sheet)
    if kind == "structured":
        found = structured(match["structured"])
        other = first_sheet is not None and first_sheet.startswith("[") and first_sheet != "[0]"
        return replace(found, table=f"{first_sheet}!{found.table}") if other else found
    name = _FILE_PREFIX.sub("", match["name"])
    if first_sheet is None and name.upper() in ("TRUE", "FALSE"):
        return Bool(name.upper() == "TRUE")
    return Name(name, first_sheet)


def _sheets(prefix: str | None) -> tuple[str | None, str | None]:
    if prefix is None:
        return None, None
    name = prefix[:-1]
    if not name:
        return None, None
    if name.startswith("'"):
        name = name[1:-1].replace("''", "'")
    other = _OTHER_BOOK.match(name)  # a path may stand before the book, with a colon in it
    book, name = (other[1], other[2]) if other else ("", name)
    first, _, last = name.partition(":")
    return book + first, last or None


def _corner(text: str, row: int, column: int) -> Anchor:
    match = re.match(r"(\$?)([A-Za-z]+)(\$?)(\d+)\Z", text)
    assert match is not None
    r, c = int(match[4]), column_number(match[2])
    return Anchor(r if match[3] else r - row, c if match[1] else c - column, bool(match[3]), bool(match[1]))


def _corners(text: str, row: int, column: int) -> tuple[Anchor, Anchor, str]:
    first, colon, last = text.partition(":")
    if any(mark.isdigit() for mark in first) and any(mark.isalpha() for mark in first):
        start = _corner(first, row, column)
        return start, (_corner(last, row, column) if colon else start), ""
    whole = "rows" if first.lstrip("$").isdigit() else "columns"
    return _line_anchor(first, row, column), _line_anchor(last, row, column), whole


def _line_anchor(text: str, row: int, column: int) -> Anchor:
    absolute, bare = text.startswith("$"), text.lstrip("$")
    if bare.isdigit():
        return Anchor(int(bare) if absolute else int(bare) - row, 1, absolute, True)
    number = column_number(bare)
    return Anchor(1, number if absolute else number - column, True, absolute)


# In brackets, or bare: Table[[#This Row],Price] is Table[[#This Row],[Price]].
_ITEM = re.compile(r"\[((?:[^\[\]']|'.)*)\]|((?:[^\[\]',:]|'.)+)")


def structured(text: str) -> Structured:
    """Read Table[column], Table[[#Totals],[a]:[b]], [@column] and their like.

    Source: "Using structured references with Excel tables", Excel's documentation.
    """
    table, _, inner = text.partition("[")
    inner = inner[:-1]
    items: list[str] = []
    if inner.strip().startswith("@"):
        items.append("#this row")
        inner = inner.strip()[1:]
    if inner.strip() and not inner.strip().startswith("["):
        inner = f"[{inner}]"  # with the spaces that a column's name may begin or end with
    columns: list[str] = []
    for bracketed, bare in _ITEM.findall(inner):
        part = bracketed or bare.strip()
        if part.strip().startswith("#"):
            items.append(part.strip().lower())
        elif part or not bare:
            columns.append(re.sub(r"'(.)", r"\1", part))
    return Structured(table, tuple(items), columns[0] if columns else None, columns[-1] if columns else None)
