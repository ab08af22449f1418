"""Puts our corrections into formulas' own function table, so that stock formulas evaluates rightly too.

``register_corrections`` is never called by the engine, which has its own table: it is for work that goes
through ``formulas`` itself, such as a workbook evaluated by ``formulas.ExcelModel`` for comparison.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from formulas.functions import get_functions
from formulas.tokens.operand import Error as ErrorToken

from engine.core.values import DIV0, NUM, VALUE, ExcelError, Value
from engine.functions import coerce, families
from engine.functions.library import from_library, value_out
from engine.functions.operands import Array, Operand, Reference
from engine.functions.stream import Stream
from engine.functions.table import LIFTED, TABLE, Fault, Function
from engine.workbook.book import Pivot

_CONVERT: dict[str, Callable[[Value], Value]] = {
    "n": coerce.number,
    "s": coerce.strict_number,
    "m": lambda value: None if value is None else coerce.number(value),
    "t": coerce.text,
    "b": coerce.boolean,
}


@dataclass(frozen=True)
class _Run:
    """What located functions may ask of a run, where formulas knows nothing of it."""

    sheets: tuple[str, ...] = ()
    sheet_order: tuple[str, ...] = ()
    file: str = ""
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: tuple[frozenset[int], ...] = ()
    filtered_rows: tuple[frozenset[int], ...] = ()
    pivots: tuple[Pivot, ...] = ()
    macintosh: bool = False
    now: float = 0.0
    date1904: bool = False


@dataclass(frozen=True)
class _Place:
    """A place outside any workbook: formulas does not say which cell asks."""

    state: _Run = _Run()
    sheet: int = 0
    row: int = 1
    column: int = 1

    def reference(self, text: str, *, a1_style: bool) -> Operand:  # noqa: ARG002  # the protocol's signature
        """Return #VALUE!: references as text mean nothing here."""
        return VALUE

    def formula(self, reference: Reference) -> str | None:  # noqa: ARG002  # the protocol's signature
        """Return None: the formulas of cells are not at hand."""
        return None

    def has_formula(self, reference: Reference) -> bool:  # noqa: ARG002  # the protocol's signature
        """Return False: the formulas of cells are not at hand."""
        return False

    def data_type(self, reference: Reference) -> Mapping[str, Value] | None:  # noqa: ARG002  # the protocol's signature
        """Return None: data types are not at hand."""
        return None

    def random(self) -> Stream:
        """Return a stream of random numbers."""
        return Stream(secrets.randbits(64), self.sheet, self.row, self.column)


def register_corrections() -> tuple[str, ...]:
    """Enter every correction into formulas' function table and return their names; for this process only."""
    families.load()
    known = get_functions()
    names = []
    for name, function in TABLE.items():
        if function.origin == "correction" and not function.returns_reference:
            known[name] = _adapter(function)
            names.append(name)
    return tuple(names)


def _adapter(function: Function) -> Callable[..., Any]:
    def corrected(*arguments: Any) -> Any:
        operands = [_operand(argument) for argument in arguments]
        return _answer(_over_arrays(function, operands))

    return corrected


def _operand(argument: Any) -> Operand:
    if isinstance(argument, np.ndarray):
        return from_library(argument) if argument.size != 1 else Array([[_single(argument)]])
    return from_library(argument)


def _single(argument: Any) -> Value:
    value = from_library(argument)
    return value.item(0, 0) if isinstance(value, Array) else value


def _over_arrays(function: Function, operands: list[Operand]) -> Operand:
    """Call a function once, or for each place of arrays in parameters that take one value."""
    lifted = [
        i
        for i, operand in enumerate(operands)
        if isinstance(operand, Array) and (p := function.parameter(i)) is not None and p.kind in LIFTED
    ]
    arrays = [operand for i in lifted if isinstance(operand := operands[i], Array)]
    height, width = (max([1, *sizes]) for sizes in ([a.height for a in arrays], [a.width for a in arrays]))
    if height == width == 1:
        for i, array in zip(lifted, arrays, strict=True):
            operands[i] = array.item(0, 0)
        return _call(function, operands)
    rows: list[list[Value]] = []
    for r in range(height):
        row: list[Value] = []
        for c in range(width):
            given = list(operands)
            for i, array in zip(lifted, arrays, strict=True):
                given[i] = array.item(r if array.height > 1 else 0, c if array.width > 1 else 0)
            result = _call(function, given)
            row.append(result.item(0, 0) if isinstance(result, Array) else result)  # type: ignore[arg-type]  # no reference comes of one item
        rows.append(row)
    return Array(rows)


def _call(function: Function, operands: list[Operand]) -> Operand:
    given: list[Any] = list(operands)
    for i, operand in enumerate(given):
        parameter = function.parameter(i)
        kind = parameter.kind if parameter else "r"
        if kind in LIFTED:
            given[i] = _CONVERT[kind](operand) if kind in _CONVERT else operand
            if isinstance(given[i], ExcelError) and kind != "e":
                return given[i]  # type: ignore[no-any-return]  # converted by kind
    try:
        result = function.call(_Place(), *given) if function.located else function.call(*given)
    except Fault as fault:
        return fault.error
    except ZeroDivisionError:
        return DIV0
    except (OverflowError, ValueError):
        return NUM
    return result  # type: ignore[no-any-return]  # functions differ in what they take


def _answer(operand: Operand) -> Any:
    if isinstance(operand, Array):
        rows = [[value_out(value) for value in row] for row in operand.rows]
        array = np.empty((len(rows), len(rows[0])), object)
        for i, row in enumerate(rows):
            array[i, :] = row
        return array
    if isinstance(operand, (float, str, bool, ExcelError)) or operand is None:
        return value_out(operand)
    return ErrorToken.errors["#VALUE!"]
