"""How functions without source of their own are lowered: to ``called`` with lanes for their arguments."""

from __future__ import annotations

import numpy as np

from engine.core.values import ExcelError
from engine.evaluate.batch import quick_dates as _quick_dates  # noqa: F401 -- enters its kernels
from engine.evaluate.batch import quick_finance as _quick_finance  # noqa: F401 -- enters its kernels
from engine.evaluate.batch import quick_normal as _quick_normal  # noqa: F401 -- enters its kernels
from engine.evaluate.batch import quick_rates as _quick_rates  # noqa: F401 -- enters its kernels
from engine.evaluate.batch import quick_statistics as _quick_statistics  # noqa: F401 -- enters its kernels
from engine.evaluate.batch.called import QUICK, Called, bare
from engine.evaluate.batch.compiled_rules import compiled
from engine.evaluate.batch.fixed_areas import stack
from engine.evaluate.batch.lower import RULES, Lowering, Rule
from engine.evaluate.batch.range_rules import block_of, items
from engine.evaluate.batch.source import BOOLEAN, BOXED, Piece, constant, rows
from engine.evaluate.batch.unplanned import Unplanned
from engine.evaluate.calls import parameter_kind
from engine.formula.expr import Binary, Call, Expr, Missing, Ref
from engine.functions import families
from engine.functions.homes import HOME, HOMES
from engine.functions.table import LIFTED

# Functions of plain values that usually see few distinct ones.
_DISTINCT = frozenset(
    name for family in ("text", "text_format", "dates", "day_counts") for name in HOMES[family].split()
) - {"TODAY", "NOW", "TEXTJOIN", "CONCAT"}
_DISTINCT_BESIDE = frozenset(["VALUE", "FIXED", "DOLLAR", "NETWORKDAYS", "WORKDAY"])
_PAIRED = frozenset([
    "SLOPE", "INTERCEPT", "FORECAST", "FORECAST.LINEAR", "CORREL", "PEARSON", "RSQ", "COVAR",
    "COVARIANCE.P", "COVARIANCE.S",
])  # fmt: skip
_MOST_ITEMS = 4000


def _lifted(name: str) -> bool:
    """Whether every argument of a function of ours is a plain value, but for the holidays of day counts."""
    function = families.find(name) if HOME.get(name) != "library" else None
    if function is None or function.volatile:
        return False
    return all(p.kind in LIFTED for p in function.parameters) or name in ("NETWORKDAYS", "WORKDAY")


def called(low: Lowering, name: str, arguments: tuple[Expr, ...]) -> Piece:
    """Return the source of a call over lanes; raise Unplanned where its arguments have no such form."""
    function = families.find(name)
    if low.scalar:
        return compiled(low, name, arguments)
    if function is None:
        raise Unplanned(f"{name} over lanes")
    if len(function.parameters) == function.repeats == 1 and function.parameters[0].kind == "r":
        texts, ranges = [_range(low, name, arguments)], [True]
    else:
        kinds = [parameter_kind(function, place) for place in range(len(arguments))]
        ranges = [kind not in LIFTED for kind in kinds]
        texts = [
            _range(low, name, (argument,)) if wide else _plain(low, argument, kind)
            for argument, kind, wide in zip(arguments, kinds, ranges, strict=True)
        ]
    return over_lanes(low, name, tuple(ranges), texts, Call(name, arguments))


def over_lanes(low: Lowering, name: str, ranges: tuple[bool, ...], texts: list[str], whole: Expr) -> Piece:
    """Return the source of a function over lanes, its arguments given as source of boxes."""
    kernel = low.constants.add(Called(name, ranges, bare(low.cone.base.state)), "F")
    piece = Piece(f"{kernel}({', '.join(texts)})", BOXED)
    return low.settled(piece, low.base_values(whole))


def joined(low: Lowering, left: Expr, right: Expr) -> Piece:
    """Return the source of ``&``."""
    if low.scalar:
        raise Unplanned("& in the compiled program")
    texts = [_plain(low, side, "t") for side in (left, right)]
    return over_lanes(low, "&", (False, False), texts, Binary("&", left, right))


def _plain(low: Lowering, argument: Expr, kind: str) -> str:
    if isinstance(argument, Missing):
        raise Unplanned("an argument that is left out")
    if isinstance(argument, Ref) and not argument.is_cell and low.array:
        raise Unplanned("a function of an array")
    if low.varies(argument):
        return low.boxed(low.piece(argument))
    values = low.base_values(argument)
    if any(value is None for value in values):
        if kind not in "tnsb":
            raise Unplanned("a function of a blank cell")
        values = [("" if kind == "t" else 0.0) if value is None else value for value in values]
    return low.boxed(constant(values, low.index, low.constants))


def _range(low: Lowering, name: str, arguments: tuple[Expr, ...]) -> str:
    """Return a range's items: of pairs all, of others those that may be numbers."""
    block = block_of(low, arguments)
    if block is not None:
        return block
    if name in _PAIRED:
        return _whole(low, arguments[0])
    if isinstance(arguments[0], Ref) and len(low.area(arguments[0]).keys) > _MOST_ITEMS:
        return _many(low, name, arguments)
    found = items(low, arguments)
    if not found or len(found) > _MOST_ITEMS:
        raise Unplanned(f"{name} of no numbers, or of very many")
    return "(" + ", ".join(low.boxed(piece) for piece in found) + ",)"


def _many(low: Lowering, name: str, arguments: tuple[Expr, ...]) -> str:
    """Return the items of one large fixed range as one array, without source for each of them."""
    area = low.area(arguments[0]) if isinstance(arguments[0], Ref) else None
    if area is None or len(arguments) > 1 or not area.fixed:
        raise Unplanned(f"{name} of very many items that differ from cell to cell")
    slots = low.slots.of(area.sheet, area.keys[:, 0].tolist())
    rows_of, held = list[int](), list[float]()
    for key, slot, value in zip(area.keys[:, 0].tolist(), slots, low.values_of(area), strict=True):
        varies = (area.sheet, key) in low.cone.varying
        if (varies and low.kinds[slot] == BOOLEAN) or isinstance(value, ExcelError):
            raise Unplanned(f"{name} of very many items, of which some are errors or conditions")
        if varies:
            rows_of.append(slot)
        elif isinstance(value, float):
            held.append(value)
    constants = low.constants.add(np.array(held)[:, None], "C") if held or len(rows_of) == 1 else ""
    if not rows_of:
        return constants
    text = rows(rows_of, None, low.constants)
    return f"beside({text}, {constants})" if constants else text


def _whole(low: Lowering, argument: Expr) -> str:
    if not isinstance(argument, Ref):
        raise Unplanned("pairs of something other than ranges")
    area = low.area(argument)
    known = low.cone.base.state.cells[area.sheet]
    for key in area.keys.ravel().tolist():
        if (area.sheet, key) not in low.cone.varying and not isinstance(known.get(key), float):
            raise Unplanned("pairs of which some are no numbers")
    if not area.fixed:
        texts = [low.boxed(low.cells(area.sheet, keys)) for keys in area.keys.tolist()]
        return "(" + ", ".join(texts) + ",)"
    return stack(low, argument)[0]


def _rule(name: str) -> Rule:
    return lambda low, arguments: called(low, name, arguments)


for _name in (*sorted(_DISTINCT), *sorted(_DISTINCT_BESIDE), *sorted(QUICK)):
    if _name not in RULES and (_name in QUICK or _lifted(_name)):
        RULES[_name] = _rule(_name)


RULES["&"] = lambda low, arguments: joined(low, *arguments)
