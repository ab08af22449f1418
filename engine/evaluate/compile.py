"""Formula trees to Python closures, one per form: ``closure(state, at)`` is the operand for the cell ``at``.

A closure serves every cell of its form, because references are offsets from ``at``. ``array`` says whether
ranges are computed whole (array formulas, SUMPRODUCT) or cut to the formula's own row or column.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from engine.core.address import SHIFT, STRIDE
from engine.core.exceptions import UnsupportedFormula
from engine.core.values import NA, NAME, REF, VALUE
from engine.evaluate import operators
from engine.evaluate.calls import call_closure, invoke_closure
from engine.evaluate.cell_closures import area_of, fixed_cell, mixed_cell, moving_cell, spilled
from engine.evaluate.shared import shared
from engine.evaluate.special import SPECIAL
from engine.evaluate.state import Closure, State
from engine.formula.expr import (
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
from engine.formula.forms import is_cell
from engine.functions import families
from engine.functions import operands as op
from engine.functions.beyond import BEYOND
from engine.functions.operands import Operand, Reference, Union
from engine.functions.table import TOOLPAK, Function
from engine.plan.scope import Scope, rectangle
from engine.plan.whole import WHOLE

_MASK = STRIDE - 1
_BINDING = frozenset(["LET", "LAMBDA", "ISOMITTED"])
_REFERENCE_OPERATORS = frozenset([":", " ", ","])


@dataclass(frozen=True)
class Compiler:
    """Compiles trees whose names are resolved, for formulas on one sheet.

    Raises UnsupportedFormula for a function that neither the table nor formulas has.
    """

    scope: Scope
    sheet: int
    array: bool = False
    variables: frozenset[str] = frozenset()

    def within_arrays(self) -> Compiler:
        """Return this compiler for an argument that is computed as a whole array."""
        return self if self.array else replace(self, array=True)

    def binding(self, names: frozenset[str]) -> Compiler:
        """Return this compiler with more variables bound."""
        return replace(self, variables=self.variables | names)

    def value(self, expr: Expr) -> Closure:
        """Return the closure of a tree; a reference to one cell gives that cell's value."""
        match expr:
            case Number(value) | Text(value) | Bool(value) | Error(value):
                return lambda _state, _at: value
            case Missing():
                return lambda _state, _at: None
            case Ref() if expr.is_cell:
                return self._cell(expr)
            case Binary(operator, left, right) if operator not in _REFERENCE_OPERATORS:
                closure = operators.binary(operator, self.value(left), self.value(right), self.array)
                return shared(closure, expr, array=True) if self.array else closure
            case Unary(operator, operand):
                return self._unary(operator, operand)
            case Array(rows):
                return self._array(rows)
            case Call(function, (inner,)) if function == WHOLE:
                return self.within_arrays().value(inner)
            case Call(function, arguments):
                return self._call(function, arguments)
            case Invoke(target, arguments):
                called = [self.operand(argument) for argument in arguments]
                return invoke_closure(self.value(target), called)
            case Name():
                return self._variable(expr)
            case Structured():
                return self.operand(self.scope.structured(expr))
            case _:
                return self.operand(expr)

    def operand(self, expr: Expr) -> Closure:
        """Return the closure of a tree as a range argument takes it: references stay references."""
        match expr:
            case Ref():
                return self._reference(expr)
            case Binary(operator, left, right) if operator in _REFERENCE_OPERATORS:
                first, second = self.operand(left), self.operand(right)
                return lambda state, at: operators.joined(operator, first(state, at), second(state, at))
            case Call(function, (inner,)) if function == WHOLE:
                return self.within_arrays().operand(inner)
            case Call(function, arguments) if function in SPECIAL:
                return SPECIAL[function](self, arguments, True)
            case _:
                return self.value(expr)

    def _sheet(self, ref: Ref) -> int | None:
        return self.sheet if ref.sheet is None else self.scope.number(ref.sheet)

    def _cell(self, ref: Ref) -> Closure:
        sheet = self._sheet(ref)
        if sheet is None:
            return lambda _state, _at: REF
        corner = ref.first
        if corner.row_absolute and corner.column_absolute:
            return fixed_cell(sheet, corner.row << SHIFT | corner.column)
        if not corner.row_absolute and not corner.column_absolute:
            return moving_cell(sheet, corner.row, corner.column)
        return mixed_cell(sheet, ref)

    def _reference(self, ref: Ref) -> Closure:
        sheet = self._sheet(ref)
        if sheet is None:
            return lambda _state, _at: REF
        last = sheet if ref.last_sheet is None else self.scope.number(ref.last_sheet)
        if last is None:
            return lambda _state, _at: REF

        if last == sheet:
            return area_of(sheet, ref)

        def areas(state: State, at: int) -> Operand:
            corners = rectangle(ref, at >> SHIFT, at & _MASK)
            through = range(min(sheet, last), max(sheet, last) + 1)
            return Union([Reference(state, number, *corners) for number in through])

        return areas

    def _unary(self, operator: str, operand: Expr) -> Closure:
        if operator == "#":
            return spilled(self.operand(operand))
        if operator == "@":
            inner = self.operand(operand)
            return lambda state, at: _single(inner(state, at), at)
        closure = self.value(operand)
        if operator == "-":
            return operators.negative(closure, self.array)
        return operators.percent(closure, self.array) if operator == "%" else closure

    def _array(self, rows: tuple[tuple[Expr, ...], ...]) -> Closure:
        closures = [[self.value(item) for item in row] for row in rows]

        def constant(state: State, at: int) -> Operand:
            return op.Array([[operators.plain(c(state, at), at, False) for c in row] for row in closures])  # type: ignore[misc]  # constants are plain

        return constant

    def _variable(self, name: Name) -> Closure:
        folded = name.name.casefold()
        if folded in self.variables:
            return lambda state, _at: state.variables[folded]
        if folded.startswith("_xleta."):
            return self._function_value(folded.removeprefix("_xleta.").upper())
        found = self.scope.found(name, self.scope.sheets[self.sheet])
        if found is None:
            return lambda _state, _at: NAME
        return self._recursive(*found)

    def _function_value(self, name: str) -> Closure:
        """Compile a function named without being called, as in BYROW(A1:B2, SUM)."""
        if name in SPECIAL:
            return self._special_value(name)
        function = families.find(name)
        if function is None:
            return self._unknown(name)

        def made(state: State, at: int) -> Operand:
            def call(*given: Operand) -> Operand:
                arguments: list[Closure] = [lambda _state, _at, operand=operand: operand for operand in given]  # type: ignore[misc]  # the default binds it
                return call_closure(function, arguments, self.sheet, True)(state, at)

            # What a share is of is given as well: GROUPBY(..., PERCENTOF).
            return op.Lambda(call, 2 if name == "PERCENTOF" else 255)

        return made

    def _special_value(self, name: str) -> Closure:
        """Compile a function of the language named without being called, as in MAP(A1:A3, B1:B3, IF)."""
        if name in _BINDING:
            raise UnsupportedFormula(f"{name} named as a function to call is not known to the engine")
        known: dict[int, Closure] = {}

        def compiled(count: int) -> Closure:
            names = tuple(Name(f"{name}.{place}") for place in range(count))
            inner = self.within_arrays().binding(frozenset(each.name.casefold() for each in names))
            try:
                return SPECIAL[name](inner, names, False)
            except UnsupportedFormula:  # a wrong number of arguments
                return lambda _state, _at: VALUE

        def made(state: State, at: int) -> Operand:
            def call(*given: Operand) -> Operand:
                if len(given) not in known:
                    known[len(given)] = compiled(len(given))
                bound = {f"{name}.{place}".casefold(): operand for place, operand in enumerate(given)}
                return known[len(given)](state.binding(bound), at)

            return op.Lambda(call, 255)

        return made

    def _recursive(self, key: str, text: str) -> Closure:
        """Compile a name that calls itself when it is first asked for, once."""
        known: list[Closure] = []

        def named(state: State, at: int) -> Operand:
            if not known:
                sheet = self.scope.sheets[self.sheet]
                tree = self.scope.resolve(self.scope.parsed(text), sheet, frozenset([key]))
                known.append(self.value(tree))
            return known[0](state, at)

        return named

    def _call(self, name: str, arguments: tuple[Expr, ...]) -> Closure:
        if name in SPECIAL:
            return SPECIAL[name](self, arguments, False)
        function = families.find(name)
        if function is None:
            return self._unknown(name)
        if not function.accepts(len(arguments)):
            raise UnsupportedFormula(f"{name} can't take {len(arguments)} arguments")
        if function.name in TOOLPAK and _lacks(function, arguments):
            return lambda _state, _at: NA
        closure = call_closure(function, self._arguments(function, arguments), self.sheet, self.array)
        return shared(closure, Call(name, arguments), array=self.array)

    def _unknown(self, name: str) -> Closure:
        """Compile a call of a function that the engine lacks: #NAME? where Excel has none of that name.

        Excel writes functions of add-ins and of other workbooks with a prefix, so that a bare name which is
        no function of its own can only come from the workbook's macros.
        """
        if name in BEYOND:
            raise UnsupportedFormula(f"the function {name} {BEYOND[name]}")
        if name.startswith(("_XLL.", "EXTERNAL.")):
            raise UnsupportedFormula(f"the function {name} is an add-in's or another workbook's macro")
        if self.scope.has_macros:
            raise UnsupportedFormula(f"the function {name} is not known to the engine; it may be a macro")
        missing = REF if is_cell(name) else NAME
        return lambda _state, _at: missing

    def _arguments(self, function: Function, arguments: tuple[Expr, ...]) -> list[Closure]:
        closures = []
        for position, argument in enumerate(arguments):
            parameter = function.parameter(position)
            kind = parameter.kind if parameter else "r"
            if kind == "a":
                closures.append(self.within_arrays().operand(argument))
            else:
                closure = self.operand(argument) if kind == "r" else self.value(argument)
                read = None if isinstance(argument, Missing) else _OF_BLANK.get(kind)
                closures.append(closure if read is None else read(closure))
        return closures


def _lacks(function: Function, arguments: tuple[Expr, ...]) -> bool:
    """Whether an argument that a function must have is left empty, as in MROUND(,2)."""
    parameters = (function.parameter(position) for position in range(len(arguments)))
    return any(
        isinstance(argument, Missing) and parameter is not None and not parameter.optional
        for argument, parameter in zip(arguments, parameters, strict=True)
    )


def _given(closure: Closure) -> Closure:
    """Read a blank cell as 0, so that it isn't taken for an argument left empty."""

    def read(state: State, at: int) -> Operand:
        value = closure(state, at)
        return 0.0 if value is None else value

    return read


def _never_blank(closure: Closure) -> Closure:
    """Report a blank cell, which Excel may take for 0 or for an argument left empty."""

    def read(state: State, at: int) -> Operand:
        value = closure(state, at)
        if value is None:
            raise UnsupportedFormula("what Excel makes of a blank cell as the weekend is not documented")
        return value

    return read


_OF_BLANK: Final[dict[str, Callable[[Closure], Closure]]] = {"m": _given, "w": _never_blank}


def _single(operand: Operand, at: int) -> Operand:
    value = operators.plain(operand, at, False)
    return value.rows[0][0] if isinstance(value, op.Array) else value
