"""How NPV, IRR, XNPV, XIRR and the annuities are lowered to the kernels of ``finance``."""

from __future__ import annotations

import math

import numpy as np

from engine.evaluate.batch.boxes import Floats
from engine.evaluate.batch.called_rules import called, over_lanes
from engine.evaluate.batch.lower import RULES, Lowering, Rule
from engine.evaluate.batch.range_rules import block_of, items
from engine.evaluate.batch.reads import Area
from engine.evaluate.batch.rules import rule
from engine.evaluate.batch.source import BOXED, NUMBER, Piece
from engine.evaluate.batch.unplanned import Unplanned
from engine.formula.expr import Call, Expr, Missing, Number, Ref

# The arguments of each annuity: how many it takes, and whether payments at the beginning have a kernel.
_ANNUITIES = {"PMT": (5, True), "FV": (5, True), "PV": (5, True), "IPMT": (6, False), "PPMT": (6, False)}


def _annuity(name: str) -> Rule:
    most, beginning = _ANNUITIES[name]

    def lowered(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
        given = [*arguments, *[Number(0.0)] * (most - len(arguments))]
        due = _constant(low, given[-1])
        if low.care or due is None or (due and not beginning):
            return _called(low, name, arguments)
        plain = [low.piece(Number(0.0) if isinstance(a, Missing) else a) for a in given[:-1]]
        if any(piece.kind == BOXED for piece in plain):
            return _called(low, name, arguments)
        pieces = [low.number(piece) for piece in plain]
        last = [str(1.0 if due else 0.0)] if beginning else []
        return Piece(f"{name.lower()}({', '.join([*pieces, *last])}{_masked(low)})", NUMBER)

    return lowered


for _name in _ANNUITIES:
    RULES[_name] = _annuity(_name)


def _called(low: Lowering, name: str, arguments: tuple[Expr, ...]) -> Piece:
    """Return the call of the function itself over lanes, empty arguments as 0."""
    return called(low, name, tuple(Number(0.0) if isinstance(a, Missing) else a for a in arguments))


def _masked(low: Lowering) -> str:
    return f", mask={low.mask}" if low.mask and not low.scalar else ""


def _number(low: Lowering, expr: Expr) -> str:
    piece = low.piece(expr)
    if piece.kind == BOXED:
        raise Unplanned("a financial function of what may hold errors or text")
    return low.number(piece)


def _constant(low: Lowering, expr: Expr) -> float | None:
    if isinstance(expr, Missing):
        return 0.0
    if low.varies(expr):
        return None
    values = set(low.base_values(expr))
    only = next(iter(values))
    return only if len(values) == 1 and isinstance(only, float) else None


def _flows(low: Lowering, arguments: tuple[Expr, ...], *, boxed: bool = False) -> str:
    whole = block_of(low, arguments)
    if whole is not None:
        return whole
    found = items(low, arguments)
    if not found or (not boxed and any(piece.kind == BOXED for piece in found)):
        raise Unplanned("flows that may hold errors or text")
    return "(" + ", ".join(low.number(piece) for piece in found) + ",)"


@rule("NPV")
def npv(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """NPV of flows at the ends of periods."""
    try:
        if low.care:
            raise Unplanned("NPV with care")
        return Piece(f"npv({_number(low, arguments[0])}, {_flows(low, arguments[1:])}{_masked(low)})", NUMBER)
    except Unplanned:
        return called(low, "NPV", arguments)


@rule("IRR")
def irr(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """IRR of one range."""
    if not isinstance(arguments[0], Ref) or (low.mask and low.scalar):
        raise Unplanned("IRR of something other than a range")
    guess = low.place(low.piece(arguments[1])) if len(arguments) > 1 else "0.1"
    care = low.care or bool(low.mask) or any(piece.kind == BOXED for piece in items(low, arguments[:1]))
    text = f"irr({_flows(low, arguments[:1], boxed=care)}, {guess}, {care})"
    return (
        low.settled(Piece(text, BOXED), low.base_values(Call("IRR", arguments)))
        if care
        else Piece(text, NUMBER)
    )


def _days(low: Lowering, flows: Expr, dates: Expr) -> Floats:
    """Return constant dates beside flows; raise Unplanned where blanks or mistakes stand among them."""
    if not isinstance(flows, Ref) or not isinstance(dates, Ref) or low.varies(dates):
        raise Unplanned("dates that vary")
    moments, amounts = low.area(dates), low.area(flows)
    if not moments.fixed or len(moments.keys) != len(amounts.keys):
        raise Unplanned("dates beside other flows")
    known = low.cone.base.state.cells
    days = [known[moments.sheet].get(key) for key in moments.keys[:, 0].tolist()]
    constant = [
        known[amounts.sheet].get(key)
        for key in amounts.keys.ravel().tolist()
        if (amounts.sheet, key) not in low.cone.varying
    ]
    numbers = [day for day in days if isinstance(day, float)]
    if len(numbers) < len(days) or not all(isinstance(value, float) for value in constant):
        raise Unplanned("dates or flows that are no numbers")
    if min(map(math.floor, numbers)) < max(0, math.floor(numbers[0])):
        raise Unplanned("dates before the first")
    return np.array(numbers)


@rule("XNPV")
def xnpv(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """XNPV: by one kernel where the dates are constants."""
    rate = low.piece(arguments[0])
    try:
        if low.care or low.scalar or rate.kind == BOXED:
            raise Unplanned("XNPV with care")
        days = np.floor(_days(low, arguments[1], arguments[2]))
        flows = _flows(low, arguments[1:2])
    except Unplanned:
        return _dated(low, Call("XNPV", arguments), 1)
    years = low.constants.add((days - days[0]) / 365, "Y")
    return Piece(f"xnpv({low.number(rate)}, {flows}, {years}{_masked(low)})", NUMBER)


@rule("XIRR")
def xirr(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
    """XIRR: by one kernel where the dates are constants."""
    try:
        if low.care or low.scalar or low.mask:
            raise Unplanned("XIRR with care")
        days = low.constants.add(_days(low, arguments[0], arguments[1]), "Y")
        guess = _number(low, arguments[2]) if len(arguments) > 2 else "0.1"
        return Piece(f"xirr({_flows(low, arguments[:1])}, {days}, {guess}, False)", NUMBER)
    except Unplanned:
        return _dated(low, Call("XIRR", arguments), 0)


def _dated(low: Lowering, call: Call, first: int) -> Piece:
    """Return XNPV or XIRR over lanes; places where flow and date are both blank are left out.

    ``first`` is the place of the flows among the arguments; the dates follow.
    """
    pair = [a for a in call.arguments[first : first + 2] if isinstance(a, Ref)]
    if low.scalar or len(pair) < 2:
        raise Unplanned(f"{call.function} of something other than ranges")
    flows, dates = map(low.area, pair)
    if len(flows.keys) != len(dates.keys):
        raise Unplanned(f"{call.function} of ranges of different sizes")
    places = [n for n in range(len(flows.keys)) if not (_blank(low, flows, n) and _blank(low, dates, n))]
    if not places or (call.function == "XNPV" and len(places) < len(flows.keys)):
        raise Unplanned(f"{call.function} of blanks")
    texts = [low.boxed(low.piece(a)) for a in call.arguments if a not in pair]
    texts[first:first] = [
        "(" + ", ".join(low.boxed(low.cells(area.sheet, area.keys[n].tolist())) for n in places) + ",)"
        for area in (flows, dates)
    ]
    ranges = tuple(first <= place < first + 2 for place in range(len(texts)))
    return over_lanes(low, call.function, ranges, texts, call)


def _blank(low: Lowering, area: Area, place: int) -> bool:
    keys, known = area.keys[place].tolist(), low.cone.base.state.cells[area.sheet]
    return all((area.sheet, key) not in low.cone.varying and known.get(key) is None for key in keys)
