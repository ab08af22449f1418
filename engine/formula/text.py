"""A tree as formula text again, for a cell: as an analyst would have typed it, brackets only where needed.

Precedence is Excel's ("Calculation operators and precedence in Excel", Excel's documentation): reference
operators, signs, ``%``, ``^``, ``* /``, ``+ -``, ``&``, comparisons; equal ones from left to right.
"""

from __future__ import annotations

from typing import Final

from engine.core.address import column_letters, quote_sheet
from engine.formula.expr import (
    Anchor,
    Array,
    Binary,
    Bool,
    Call,
    Error,
    Expr,
    Invoke,
    Missing,
    Name,
    Number,
    Ref,
    Structured,
    Text,
    Unary,
)

_PRECEDENCE: Final = {
    **dict.fromkeys(["=", "<>", "<", "<=", ">", ">="], 0),
    "&": 1,
    "+": 2,
    "-": 2,
    "*": 3,
    "/": 3,
    "^": 4,
    "%": 5,
    "prefix": 6,
    " ": 7,
    ":": 8,
    "#": 9,
}
_ATOM: Final = 10
_COLUMN_LETTERS: Final = 3
_ITEMS: Final = {
    "#all": "#All",
    "#data": "#Data",
    "#headers": "#Headers",
    "#totals": "#Totals",
    "#this row": "#This Row",
}


def text_of(expr: Expr, row: int = 1, column: int = 1) -> str:
    """Return the text (without "=") of a formula that stands at (row, column), both from 1."""
    return _Writer(row, column).of(expr)


class _Writer:
    def __init__(self, row: int, column: int) -> None:
        self.row, self.column = row, column

    def of(self, expr: Expr) -> str:
        match expr:
            case Number(value):
                return _number(value)
            case Text() | Bool() | Error() | Missing():
                return _constant(expr)
            case Ref():
                return self._reference(expr)
            case Name(name, sheet):
                return name if sheet is None else f"{_sheet(sheet)}!{name}"
            case Structured():
                return _structured(expr)
            case Unary() | Binary():
                return self._operation(expr)
            case Array(rows):
                return "{" + ";".join(",".join(map(self.of, items)) for items in rows) + "}"
            case Call(function, arguments):
                return f"{function}({self._arguments(arguments)})"
            case Invoke(target, arguments):
                return f"{self._invoked(target)}({self._arguments(arguments)})"

    def _arguments(self, arguments: tuple[Expr, ...]) -> str:
        return ",".join(map(self.of, arguments))

    def _invoked(self, target: Expr) -> str:
        text = self.of(target)
        return text if isinstance(target, (Call, Invoke)) else f"({text})"

    def _operation(self, expr: Unary | Binary) -> str:
        if isinstance(expr, Unary):
            own = _precedence(expr)
            operand = self._at_least(expr.operand, own)
            return f"{operand}{expr.operator}" if expr.operator in "%#" else f"{expr.operator}{operand}"
        if expr.operator == ",":
            return f"({self.of(expr.left)},{self.of(expr.right)})"
        own = _PRECEDENCE[expr.operator]
        if expr.operator == ":":
            return f"{self._end(expr.left, own)}:{self._end(expr.right, own + 1)}"
        return self._at_least(expr.left, own) + expr.operator + self._at_least(expr.right, own + 1)

    def _end(self, expr: Expr, precedence: int) -> str:
        """Return an end of a range, in brackets where 1:2 or A:B would read as rows or columns."""
        line = isinstance(expr, Number) or (isinstance(expr, Name) and len(expr.name) <= _COLUMN_LETTERS)
        return f"({self.of(expr)})" if line else self._at_least(expr, precedence)

    def _at_least(self, expr: Expr, precedence: int) -> str:
        """Return an operand's text, in brackets where it binds less than it must."""
        text = self.of(expr)
        return f"({text})" if _precedence(expr) < precedence else text

    def _reference(self, ref: Ref) -> str:
        if ref.sheet is None:
            prefix = ""
        elif ref.last_sheet is None:
            prefix = _sheet(ref.sheet) + "!"
        else:
            plain = quote_sheet(ref.sheet) == ref.sheet and quote_sheet(ref.last_sheet) == ref.last_sheet
            both = f"{ref.sheet}:{ref.last_sheet}"
            prefix = f"{both}!" if plain else "'" + both.replace("'", "''") + "'!"
        first = self._corner(ref.first, ref.whole)
        one = ref.first == ref.last and not ref.whole
        return prefix + (first if one else f"{first}:{self._corner(ref.last, ref.whole)}")

    def _corner(self, anchor: Anchor, whole: str) -> str:
        row, column = anchor.at(self.row, self.column)
        across = ("$" if anchor.column_absolute else "") + column_letters(column)
        down = ("$" if anchor.row_absolute else "") + str(row)
        return {"": across + down, "columns": across, "rows": down}[whole]


def _precedence(expr: Expr) -> int:
    match expr:
        case Unary("%" | "#" as operator):
            return _PRECEDENCE[operator]
        case Unary():
            return _PRECEDENCE["prefix"]
        case Number(value) if value < 0:
            return _PRECEDENCE["prefix"]
        case Binary(operator) if operator != ",":
            return _PRECEDENCE[operator]
        case _:
            return _ATOM


def _constant(expr: Text | Bool | Error | Missing) -> str:
    match expr:
        case Text(value):
            return '"' + value.replace('"', '""') + '"'
        case Bool(value):
            return "TRUE" if value else "FALSE"
        case Error(value):
            return value.code
        case Missing():
            return ""


def _sheet(name: str) -> str:
    return name if name.startswith("[") and name.endswith("]") else quote_sheet(name)


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value).upper()


def _structured(expr: Structured) -> str:
    parts = [f"[{_ITEMS.get(item, item)}]" for item in expr.items]
    if expr.first is not None and expr.last is not None:
        first, last = (_escaped(name) for name in (expr.first, expr.last))
        parts.append(f"[{first}]" if first == last else f"[{first}]:[{last}]")
    if len(parts) == 1 and ":" not in parts[0]:
        return expr.table + parts[0]
    return f"{expr.table}[{','.join(parts)}]"


def _escaped(name: str) -> str:
    return "".join(f"'{letter}" if letter in "[]#'@" else letter for letter in name)
