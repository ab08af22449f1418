"""Questions about what a value is, ISERROR and its like, and IFERROR: how each is lowered."""

from __future__ import annotations

from engine.evaluate.batch.lower import RULES, Lowering, Rule
from engine.evaluate.batch.rules import rule
from engine.evaluate.batch.source import BOOLEAN, BOXED, Piece, constant
from engine.evaluate.batch.unplanned import Unplanned
from engine.formula.expr import (
    Call,
    Expr,
    Ref,
)


@rule("IFERROR", "IFNA")
def rescue(low: Lowering, arguments: tuple[Expr, ...], name: str = "IFERROR") -> Piece:
    """IFERROR and IFNA: the first argument is computed with care."""
    if low.scalar:
        return low.piece(arguments[0])
    value, instead = low.careful().piece(arguments[0]), low.careful().piece(arguments[1])
    text = f"care_rescue({value.text}, {instead.text}, {name == 'IFNA'})"
    return low.settled(Piece(text, BOXED), low.base_values(Call(name, arguments)))


RULES["IFNA"] = lambda low, arguments: rescue(low, arguments, "IFNA")


@rule("ISERROR")
def iserror(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """ISERROR: its argument is computed with care."""
    if low.scalar:
        return Piece(f"fails({low.number(low.piece(arguments[0]))})", BOOLEAN)
    return _looked(low, "care_error", arguments[0])


@rule("ISNUMBER")
def isnumber(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """ISNUMBER: its argument is computed with care."""
    if low.scalar:
        piece = low.careful().piece(arguments[0])
        if piece.kind == BOOLEAN:
            return Piece("stop()", BOOLEAN)
        return Piece(f"no(fails({piece.text}))", BOOLEAN)
    return _looked(low, "care_number", arguments[0])


def _looked(low: Lowering, kernel: str, argument: Expr) -> Piece:
    text = low.careful().piece(argument).text
    return Piece(f"care_looked({kernel}, {text})", BOXED) if low.care else Piece(f"{kernel}({text})", BOOLEAN)


def _asked(kernel: str) -> Rule:
    def lowered(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
        if low.scalar:
            raise Unplanned("a question about a value's kind in the compiled program")
        return _looked(low, kernel, arguments[0])

    return lowered


for _name, _question in (
    ("ISNA", "care_na"),
    ("ISERR", "care_other_error"),
    ("ISTEXT", "care_text"),
    ("ISNONTEXT", "care_no_text"),
    ("ISLOGICAL", "care_logical"),
):
    RULES[_name] = _asked(_question)


@rule("ISBLANK")
def isblank(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """ISBLANK of a cell: what varies is never blank."""
    if not isinstance(arguments[0], Ref) or len(low.area(arguments[0]).keys) > 1:
        raise Unplanned("ISBLANK of something other than a cell")
    area = low.area(arguments[0])
    known = low.cone.base.state.cells[area.sheet]
    blank = [
        (area.sheet, key) not in low.cone.varying and known.get(key) is None for key in area.keys[0].tolist()
    ]
    return constant([*blank], low.index, low.constants)
