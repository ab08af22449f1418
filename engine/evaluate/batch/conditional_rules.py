"""SUMIFS, COUNTIFS, AVERAGEIFS and their single-criterion forms: cells chosen now, or in the lanes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.core.values import Value
from engine.evaluate.batch.chosen import Chosen
from engine.evaluate.batch.lower import RULES, Lowering, Rule
from engine.evaluate.batch.reads import Area, Ragged
from engine.evaluate.batch.source import BOOLEAN, BOXED, NUMBER, Piece
from engine.evaluate.batch.unplanned import Unplanned
from engine.formula.expr import Binary, Expr, Ref, Text
from engine.functions import coerce
from engine.functions.criteria import criterion
from engine.plan.criteria import resized

# A bound written into text is compared as it is written; equality is that of 15 digits anyway.
_IN_LANES = {
    "=": "equal",
    "<>": "unequal",
    "<": "sure_less",
    "<=": "sure_less_equal",
    ">": "sure_greater",
    ">=": "sure_greater_equal",
}


@dataclass(frozen=True)
class _Test:
    """One criterion over an area: per item whether it is chosen, None where that is decided in the lanes.

    There ``kernel`` compares numbers with ``bound``; ``want`` is the criterion where it is a constant.
    """

    area: Area
    chosen: tuple[bool | None, ...]
    kernel: str = ""
    operator: str = ""
    bound: str = ""
    want: Value = None
    blanks: bool = False


def conditional(low: Lowering, target: Ref | None, pairs: tuple[Expr, ...], name: str) -> Piece:
    """Lower a conditional aggregate; raise Unplanned for what only the reference can choose."""
    tests = [_test(low, pairs[place], pairs[place + 1]) for place in range(0, len(pairs), 2)]
    area = tests[0].area if target is None else low.area(target)
    if any(
        test.area.keys.shape[0] != area.keys.shape[0] or test.area.height != area.height for test in tests
    ):
        raise Unplanned(f"{name} over ranges of different sizes")
    if target is None and all(test.blanks for test in tests):
        raise Unplanned("COUNTIF of blank cells")
    terms = list(_terms(low, tests, None if target is None else area))
    if name.startswith("COUNT"):
        return _added(low, [condition or "1.0" for condition, _ in terms])
    if name in _EXTREMES:
        return _extreme(low, terms, name)
    if low.care or any(value.kind == BOXED for _, value in terms):
        return _with_care(low, terms, name)
    total = _added(low, [_kept(condition, value.text) for condition, value in terms])
    if name.startswith("SUM"):
        return total
    count = _added(low, [condition or "1.0" for condition, _ in terms])
    if low.mask and not low.scalar:
        return Piece(f"divide_where({total.text}, {count.text}, {low.mask})", NUMBER)
    return Piece(f"divide({total.text}, {count.text})", NUMBER)


_EXTREMES = {"MAXIFS": ("maximum", "-np.inf"), "MINIFS": ("minimum", "np.inf")}


def _extreme(low: Lowering, terms: list[tuple[str, Piece]], name: str) -> Piece:
    """Return the source of MAXIFS or MINIFS of numbers, 0 where none is chosen."""
    if low.scalar or low.care or any(value.kind == BOXED for _, value in terms):
        raise Unplanned(f"{name} of what may hold errors or text, or in the compiled program")
    kernel, least = _EXTREMES[name]
    if not terms:
        return Piece("0.0", NUMBER, 0.0)
    kept = [f"where(not0({c}, 0.0), {v.text}, {least})" if c else v.text for c, v in terms]
    return Piece(f"if_any({low.joined(kept, f'{kernel}({{}}, {{}})')})", NUMBER)


def _with_care(low: Lowering, terms: list[tuple[str, Piece]], name: str) -> Piece:
    """Return the source of an aggregate of what may be errors, texts or booleans."""
    if low.scalar:
        raise Unplanned(f"{name} with care")
    pairs = ", ".join(f"({condition or '1.0'}, {low.boxed(value)})" for condition, value in terms)
    return Piece(f"care_chosen([{pairs}], {name.startswith('AVERAGE')})", BOXED)


def _added(low: Lowering, terms: list[str]) -> Piece:
    return Piece(low.joined(terms, "{} + {}"), NUMBER) if terms else Piece("0.0", NUMBER, 0.0)


def _kept(condition: str, value: str) -> str:
    return f"where(not0({condition}, 0.0), {value}, 0.0)" if condition else value


def _terms(low: Lowering, tests: list[_Test], target: Area | None) -> Iterator[tuple[str, Piece]]:
    """Yield, per item that may count, the condition as 1 or 0 ("" for always) and its value."""
    for item in range(len(tests[0].area.keys)):
        if any(test.chosen[item] is False for test in tests):
            continue
        value = Piece("1.0", NUMBER)
        if target is not None:
            known = _number_at(low, target, item)
            if known is None:
                continue
            value = known
        conditions = [_condition(low, test, item) for test in tests if test.chosen[item] is None]
        if "0.0" not in conditions:
            yield " * ".join(condition for condition in conditions if condition), value


def _condition(low: Lowering, test: _Test, item: int) -> str:
    """Return whether an item is chosen, as 1 or 0, "" for always."""
    piece = low.cells(test.area.sheet, test.area.keys[item].tolist())
    if test.kernel and piece.kind == NUMBER:
        return f"one({test.kernel}({piece.text}, {test.bound}))"
    if not test.kernel and piece.kind == NUMBER:  # a text that no number is alike
        return "" if criterion(test.want)(0.5) else "0.0"
    if low.scalar:
        raise Unplanned("a criterion over what may hold errors, text or booleans")
    if test.kernel:
        return f"care_test({test.operator!r}, {low.boxed(piece)}, {test.bound})"
    return f"{low.constants.add(Chosen(test.want), 'F')}({low.boxed(piece)})"


def _number_at(low: Lowering, area: Area, item: int) -> Piece | None:
    """Return an item's source, None where it is no number and never counts."""
    keys = area.keys[item].tolist()
    if not any((area.sheet, key) in low.cone.varying for key in keys):
        values = [low.cone.base.state.cells[area.sheet].get(key) for key in keys]
        if not any(isinstance(value, float) or hasattr(value, "code") for value in values):
            return None
    piece = low.cells(area.sheet, keys)
    return None if piece.kind == BOOLEAN else piece


def _test(low: Lowering, tested: Expr, wanted: Expr) -> _Test:
    if not isinstance(tested, Ref):
        raise Unplanned("a criterion over something other than a range")
    area = low.area(tested)
    if low.varies(wanted):
        operator, bound = _bound(low, wanted)
        if bound.kind != NUMBER:
            raise Unplanned("a criterion that may be text")
        chosen = tuple(_by_kind(low, area, keys, operator) for keys in area.keys.tolist())
        kernel = _IN_LANES[operator]
        return _Test(area, chosen, kernel, operator, low.named(bound.text), blanks=operator == "<>")
    wants = {low.reference_value(wanted, key) for key in low.keys.tolist()}
    if (not area.fixed or len(wants) > 1) and len(low.keys) > 1:
        raise Ragged
    want = next(iter(wants))
    test = criterion(want)
    known = low.cone.base.state.cells[area.sheet]
    chosen = tuple(
        None if (area.sheet, key) in low.cone.varying else test(known.get(key))
        for key in area.keys[:, 0].tolist()
    )
    if None not in chosen:
        return _Test(area, chosen, blanks=test(None))
    number = _number_wanted(want)
    if number is None:
        return _Test(area, chosen, want=want, blanks=test(None))
    sign, limit = number
    return _Test(area, chosen, _IN_LANES[sign], sign, repr(limit), want, blanks=test(None))


def _by_kind(low: Lowering, area: Area, keys: list[int], operator: str) -> bool | None:
    """Say for what is no number whether a criterion of numbers chooses it; None for numbers."""
    known = low.cone.base.state.cells[area.sheet]
    constants = [known.get(key) for key in keys if (area.sheet, key) not in low.cone.varying]
    if all(isinstance(value, float) for value in constants):
        return None
    if len(constants) < len(keys) or any(isinstance(value, float) for value in constants):
        raise Ragged
    if any(isinstance(v, str) and isinstance(coerce.text_number(v), float) for v in constants):
        raise Unplanned("a criterion that varies over numbers written as text")
    return operator == "<>"


def _number_wanted(want: Value) -> tuple[str, float] | None:
    """Return a constant criterion of numbers as operator and bound, None for another one."""
    if want is None or isinstance(want, float):
        return "=", want or 0.0
    if not isinstance(want, str):
        return None
    operator = next((sign for sign in ("<>", "<=", ">=", "<", ">", "=") if want.startswith(sign)), "")
    number = coerce.text_number(want[len(operator) :])
    return (operator or "=", number) if isinstance(number, float) else None


def _bound(low: Lowering, wanted: Expr) -> tuple[str, Piece]:
    if isinstance(wanted, Binary) and wanted.operator == "&" and isinstance(wanted.left, Text):
        operator = wanted.left.value or "="
        if operator in _IN_LANES:
            return operator, low.piece(wanted.right)
    return "=", low.piece(wanted)


def _single(name: str) -> Rule:
    def lowered(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
        target = arguments[2] if len(arguments) > 2 else arguments[0]
        if not isinstance(target, Ref):
            raise Unplanned(f"{name} over something other than a range")
        if isinstance(arguments[0], Ref) and arguments[0] != target:
            target = resized(target, arguments[0])
        counted = None if name == "COUNTIF" else target
        return conditional(low, counted, arguments[:2], name)

    return lowered


def _several(name: str) -> Rule:
    def lowered(low: Lowering, arguments: tuple[Expr, ...]) -> Piece:
        target = arguments[0]
        if not isinstance(target, Ref):
            raise Unplanned(f"{name} over something other than a range")
        return conditional(low, target, arguments[1:], name)

    return lowered


for _name in ("SUMIF", "COUNTIF", "AVERAGEIF"):
    RULES[_name] = _single(_name)
for _name in ("SUMIFS", "AVERAGEIFS", "MAXIFS", "MINIFS"):
    RULES[_name] = _several(_name)
RULES["COUNTIFS"] = lambda low, arguments: conditional(low, None, arguments, "COUNTIFS")
