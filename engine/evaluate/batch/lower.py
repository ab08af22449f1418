"""Formula trees to NumPy source, for all positions of a run at once or for one position of a loop.

Types are static. In the plain program numbers are numbers: an operation that would give an Excel error
stops it (floating-point traps, ``NeedsCare``), and the careful program runs instead, in which every number
may be a box. Subtrees that don't vary are evaluated by the reference and stand as constants. The value of a
branch of IF that is not taken must not stop the program, so divisions and their like under a branch are
computed under its mask.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.core.values import Value
from engine.evaluate.batch.alone import fresh, part_value
from engine.evaluate.batch.by_lane import by_lane
from engine.evaluate.batch.cone import Cone, Keys, Slots
from engine.evaluate.batch.hoist import hoisted
from engine.evaluate.batch.operators import binary, last
from engine.evaluate.batch.reads import Area, Ragged, area_of, intersected
from engine.evaluate.batch.source import (
    BOOLEAN,
    BOXED,
    NUMBER,
    Constants,
    Piece,
    constant,
    rows,
)
from engine.evaluate.batch.unplanned import Unplanned
from engine.formula.expr import Binary, Call, Expr, Invoke, Name, Ref, Unary, children, walk

# Python's own compiler gives up on expressions nested far deeper.
_DEEPEST = 40

Rule = Callable[["Lowering", tuple[Expr, ...]], Piece]
RULES: dict[str, Rule] = {}
# Functions of a cell's own stream of random numbers.
_RANDOM = frozenset(["RAND", "RANDBETWEEN", "RANDARRAY"])


@dataclass
class Lowering:
    """Lowers the formula of one run (or of its part in a loop) to source.

    ``keys`` are the run's positions, ``index`` the loop variable or None. ``kinds`` has each slot's type,
    ``care`` says that numbers may be boxes. ``lines`` receives statements needed before the expression,
    ``leftover`` the left operand of a last sum or difference, which is 0 where the operands cancel,
    ``hoists`` (None for never) the statements that compute once what several positions share. ``array`` says
    that ranges stand for all of their cells.
    """

    cone: Cone
    slots: Slots
    kinds: Mapping[int, str]
    constants: Constants
    sheet: int
    keys: Keys
    index: str | None
    care: bool
    scalar: bool = False
    lines: list[str] = field(default_factory=list)
    masks: list[str] = field(default_factory=list)
    leftover: str = ""
    hoists: list[str] | None = None
    array: bool = False

    def statement(self, expr: Expr) -> Piece:
        """Return the source of a cell's formula; a last sum or difference that cancels is 0."""
        if self._draws_anew(expr):
            return by_lane(self, expr, whole=True)
        lines = len(self.lines)
        try:
            if isinstance(expr, Binary) and expr.operator in ("+", "-") and self.varies(expr):
                return last(self, expr)
            return self.piece(expr)
        except Unplanned:
            if self.scalar:
                raise
            del self.lines[lines:]
            return by_lane(self, expr, whole=True)

    def _draws_anew(self, expr: Expr) -> bool:
        """Whether which random numbers a formula gets may depend on the scenario.

        A cell's numbers are the same in every scenario, so that a formula's only draw is a constant.
        """
        draws = [node for node in walk(expr) if isinstance(node, Call) and node.function in _RANDOM]
        return len(draws) > 1 or any(map(self.varies, draws))

    def named(self, text: str) -> str:
        """Give a piece of source a variable of its own, unless it is a plain row already."""
        if text.startswith("S[") and text.count("[") == 1:
            return text
        name = f"v{len(self.lines)}_{len(self.masks)}"
        self.lines.append(f"{name} = {text}")
        return name

    def joined(self, texts: Sequence[str], pattern: str) -> str:
        """Return the source of an operation over one item after the other, a line for every few of many."""
        text = texts[0]
        for place, other in enumerate(texts[1:], 1):
            if place % _DEEPEST == 0:
                text = self.named(f"({text})")
            text = pattern.format(text, other)
        return f"({text})"

    def piece(self, expr: Expr) -> Piece:
        """Return the source of a tree as a plain value; what has no kernel goes lane by lane."""
        if not self.varies(expr):
            return self._cared(self._folded(expr))
        lines, masks = len(self.lines), list(self.masks)
        try:
            return self.strict(expr)
        except Unplanned:
            del self.lines[lines:]
            self.masks[:] = masks
            return self._cared(by_lane(self, expr))

    def strict(self, expr: Expr) -> Piece:
        """Return the source of a tree that varies; raise Unplanned where it has no kernel."""
        shared = hoisted(self, expr)
        return self._cared(self._lowered(expr) if shared is None else shared)

    def _cared(self, piece: Piece) -> Piece:
        return Piece(self.boxed(piece), BOXED) if self.care and piece.kind == BOOLEAN else piece

    def _lowered(self, expr: Expr) -> Piece:
        match expr:
            case Ref():
                return self.reference(expr)
            case Binary(operator, left, right):
                rule = RULES.get(operator)
                return rule(self, (left, right)) if rule else binary(self, operator, left, right)
            case Unary("-", operand):
                return self.applied("negative", [operand])
            case Unary("+" | "@", operand):
                return self.piece(operand)
            case Unary("%", operand):
                return self.applied("percent", [operand])
            case Call(function, arguments):
                rule = RULES.get(function)
                if rule is None:
                    raise Unplanned(f"{function} has no kernel")
                return rule(self, arguments)
            case _:
                raise Unplanned(f"a formula with {type(expr).__name__} that varies")

    # What varies, and what doesn't.

    def varies(self, expr: Expr) -> bool:
        """Whether a tree reads a varying cell at any of the positions."""
        return self.cone.once("varies", expr, self.sheet, self.keys, lambda: self._varies(expr))

    def _varies(self, expr: Expr) -> bool:
        if isinstance(expr, Ref):
            area = self.area(expr)
            return any((area.sheet, key) in self.cone.varying for key in set(area.keys.ravel().tolist()))
        return isinstance(expr, (Name, Invoke)) or any(self.varies(child) for child in children(expr))

    def area(self, ref: Ref) -> Area:
        """Return the cells that a reference names at the positions."""
        scope = self.cone.base.program.scope
        return self.cone.once(
            "area", ref, self.sheet, self.keys, lambda: area_of(ref, self.sheet, self.keys, self.cone, scope)
        )

    def _folded(self, expr: Expr) -> Piece:
        return self._unboxed(constant(self.base_values(expr), self.index, self.constants))

    def settled(self, piece: Piece, base: Sequence[Value]) -> Piece:
        """Return boxes as numbers or conditions where the base has such; else the plain program stops."""
        if self.care or self.scalar or piece.kind != BOXED:
            return piece
        mask = f", {self.mask}" if self.mask else ""
        if all(isinstance(value, bool) for value in base):
            return Piece(f"settled_truth({piece.text}{mask})", BOOLEAN)
        if all(isinstance(value, float) for value in base):
            return Piece(f"settled({piece.text}{mask})", NUMBER)
        return piece

    def base_values(self, expr: Expr) -> list[Value]:
        """Return a tree's values in the base case, one per position."""
        return list(
            self.cone.once(
                f"values {self.array}", expr, self.sheet, self.keys, lambda: self._base_values(expr)
            )
        )

    def _base_values(self, expr: Expr) -> list[Value]:
        closure = self.cone.closure(expr, self.sheet, array=self.array)
        state = fresh(self.cone.base.state)
        values = []
        for key in self.keys.tolist():
            state.streams.clear()
            values.append(part_value(closure, state, key))
        return values

    def _unboxed(self, piece: Piece) -> Piece:
        """Return a piece as the compiled program knows it: what is no number is NaN there."""
        if self.scalar and piece.kind == BOXED:
            return Piece(piece.text, NUMBER)
        return piece

    def reference_value(self, expr: Expr, key: int) -> Value:
        """Return what the reference gives for a tree that does not vary, in the cell of a key."""
        state = self.cone.base.state
        closure = self.cone.closure(expr, self.sheet, array=self.array)
        return part_value(closure, fresh(state), key)

    # References.

    def reference(self, ref: Ref) -> Piece:
        """Return the source of a cell; a range gives the cell in the formula's own row or column."""
        area = self.area(ref)
        if area.keys.shape[0] != 1:
            if self.array:
                raise Unplanned("an area stands where one value belongs")
            area = intersected(area, self.keys)
        return self.cells(area.sheet, area.keys[0].tolist())

    def cells(self, sheet: int, keys: Sequence[int]) -> Piece:
        """Return the source of one cell per position."""
        slots = self.slots.of(sheet, keys)
        if all(slot < 0 for slot in slots):
            known = self.cone.base.state.cells[sheet]
            return self._unboxed(constant([known.get(key) for key in keys], self.index, self.constants))
        if any(slot < 0 for slot in slots):
            raise Ragged
        kinds = {self.kinds[slot] for slot in slots}
        if kinds == {BOOLEAN}:
            return Piece(f"not0({rows(slots, self.index, self.constants)}, 0.0)", BOOLEAN)
        if BOOLEAN in kinds:
            raise Ragged
        kind = BOXED if BOXED in kinds or self.care else NUMBER
        return Piece(rows(slots, self.index, self.constants), kind)

    def values_of(self, area: Area) -> list[Value]:
        """Return the base values of the cells of an area's first position."""
        known = self.cone.base.state.cells[area.sheet]
        return [known.get(key) for key in area.keys[:, 0].tolist()]

    # Operators and functions of plain values.

    def number(self, piece: Piece) -> str:
        """Return a piece's source as a number."""
        if piece.kind == BOOLEAN:
            return f"({float(piece.constant)})" if piece.constant is not None else f"one({piece.text})"
        return piece.text

    def boxed(self, piece: Piece) -> str:
        """Return a piece's source as boxes, for what may hold more than numbers."""
        if piece.kind != BOOLEAN:
            return piece.text
        return "stop()" if self.scalar else f"truth({piece.text})"

    def place(self, piece: Piece) -> str:
        """Return the source of a position, as a number even where it is boxed text."""
        if piece.kind == NUMBER or self.scalar:
            return self.number(piece)
        return f"care(positive, None, NUM, {self.boxed(piece)})"

    def condition(self, piece: Piece) -> str:
        """Return a piece's source as a condition, where it is no box."""
        return piece.text if piece.kind == BOOLEAN else f"not0({piece.text}, 0.0)"

    @property
    def mask(self) -> str | None:
        """The condition under which the expression being lowered is used, or None for always."""
        return " & ".join(self.masks) if self.masks else None

    def applied(
        self, function: str, arguments: Sequence[Expr], fails: str = "None", error: str = "NUM"
    ) -> Piece:
        """Return the source of a function of numbers, which answers ``error`` where ``fails`` holds."""
        pieces = [self.piece(argument) for argument in arguments]
        given = ", ".join(self.number(piece) for piece in pieces)
        if self.care or any(piece.kind == BOXED for piece in pieces):
            given = ", ".join(self.boxed(piece) for piece in pieces)
            return Piece(f"care({function}, {fails}, {error}, {given})", BOXED)
        if self.mask and fails != "None" and not self.scalar:
            return Piece(f"quietly({function}, {self.mask}, {given})", NUMBER)
        return Piece(f"{function}({given})", NUMBER)

    def with_arrays(self) -> Lowering:
        """Return this lowering for a part that computes with whole arrays."""
        return replace(self, array=True, hoists=None)

    def careful(self) -> Lowering:
        """Return this lowering for an argument whose errors are looked at (IFERROR, ISERROR)."""
        return replace(self, care=not self.scalar, masks=[], leftover="", hoists=None)
