"""The door to ``formulas``' function library: its functions, called with our values.

Looks up with ``in``: indexing formulas' table with an unknown name would insert ``not_implemented``.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import numpy as np
import schedula as sh
from formulas.functions import get_functions, not_implemented
from formulas.tokens.operand import Error as ErrorToken
from formulas.tokens.operand import XlError

from engine.core.exceptions import UnsupportedFormula
from engine.core.values import CALC, ERRORS, VALUE, ExcelError, Value
from engine.functions.date_text import calendar_of
from engine.functions.dates import LAST_SERIAL, month_days
from engine.functions.operands import Array, Operand, Reference, Union, as_rows
from engine.functions.table import Function, signature

# The functions taken from formulas as they are, with the arguments they are called with (see ``table``).
ACCEPTED: Final = {
    "AMORDEGRC": "v v v v v v v?",
    "AMORLINC": "v v v v v v v?",
    "COUPDAYBS": "v v v v?",
    "COUPDAYS": "v v v v?",
    "COUPDAYSNC": "v v v v?",
    "COUPNCD": "v v v v?",
    "COUPNUM": "v v v v?",
    "COUPPCD": "v v v v?",
    "ODDFPRICE": "v v v v v v v v v?",
    "ODDFYIELD": "v v v v v v v v v?",
}


# Arguments of those functions, by position, that Excel cuts to whole numbers.
_WHOLE: Final = {
    **dict.fromkeys(("COUPDAYBS", "COUPDAYS", "COUPDAYSNC", "COUPNCD", "COUPNUM", "COUPPCD"), (2, 3)),
    **dict.fromkeys(("ODDFPRICE", "ODDFYIELD"), (7, 8)),
}


@cache
def library_function(name: str) -> Function | None:
    """Return formulas' own function of that name as a row of our table, or None where we don't accept one."""
    known = get_functions()
    if name not in ACCEPTED or name not in known or known[name] is not_implemented:
        return None
    row = known[name]
    inputs = row.get("extra_inputs", {}) if isinstance(row, dict) else {}
    call = row["function"] if isinstance(row, dict) else row
    leading = [False if str(key) == "Run" else None for key in inputs]
    parameters, repeats = signature(ACCEPTED[name])
    run = _checked(name, _adapter(call, leading))
    return Function(name, run, parameters, repeats, origin="formulas")


def _checked(name: str, run: Any) -> Any:
    """Return a function that gives its arguments on as Excel takes them, and holds its results to sense."""

    def checked(*arguments: Operand) -> Value | Array:
        given = list(arguments)
        for place in _WHOLE.get(name, ()):
            value = given[place] if place < len(given) else None
            if isinstance(value, float):
                given[place] = float(int(value))
        if name.startswith("ODDF") and not _off_february(given[:4]):
            raise UnsupportedFormula(f"{name} meets coupons at the end of February, which is not documented")
        result: Value | Array = run(*given)
        if name.startswith("AMOR") and isinstance(result, float) and result < 0:
            raise UnsupportedFormula(f"{name} meets a first period that takes more than the whole cost")
        return result

    return checked


def _off_february(dates: list[Operand]) -> bool:
    """Whether no date given as a number is the last of February."""
    days = [calendar_of(int(date)) for date in dates if isinstance(date, float) and 1 <= date <= LAST_SERIAL]
    return not any(month == 2 and day >= month_days(year, 2) for year, month, day in days)


def _adapter(call: Any, leading: list[Any]) -> Any:
    def run(*arguments: Operand) -> Value | Array:
        try:
            result = call(*leading, *(to_library(argument) for argument in arguments))
        except (ArithmeticError, ValueError, TypeError, LookupError, AttributeError, NotImplementedError):
            # formulas raises these for arguments it can't take, where Excel answers #VALUE!.
            return VALUE
        return from_library(result)

    return run


def to_library(operand: Operand) -> Any:
    """Return an operand in formulas' terms: object arrays, ``sh.EMPTY`` for blank, ``XlError`` for errors."""
    if isinstance(operand, (Array, Reference, Union)):
        rows = [[value_out(value) for value in row] for row in as_rows(operand)]
        array = np.empty((len(rows), len(rows[0])), object)
        for i, row in enumerate(rows):
            array[i, :] = row
        return array
    return value_out(operand)  # type: ignore[arg-type]  # a Lambda can't reach a library function


def value_out(value: Value) -> Any:
    """Return a value in formulas' terms."""
    if value is None:
        return sh.EMPTY
    if isinstance(value, ExcelError):
        return ErrorToken.errors.get(value.code, ErrorToken.errors["#VALUE!"])
    return value


def from_library(result: Any) -> Value | Array:
    """Return what a function of formulas answered in our terms."""
    if isinstance(result, np.ndarray):
        if result.size == 0:
            return CALC
        if result.ndim == 0 or result.size == 1:
            return _value_in(result.ravel()[0] if result.ndim else result.item())
        rows = result if result.ndim == 2 else result.reshape(1, -1)
        return Array([[_value_in(item) for item in row] for row in rows])
    return _value_in(result)


def _value_in(item: Any) -> Value:
    if isinstance(item, np.ndarray) and item.size == 1:  # formulas nests a signed item of an array constant
        item = item.ravel()[0]
    if item is None or item is sh.EMPTY:
        return None
    if isinstance(item, XlError):
        return ERRORS.get(str(item), VALUE)
    if isinstance(item, (bool, np.bool_)):
        return bool(item)
    if isinstance(item, str):
        return str(item)
    if isinstance(item, (int, float, np.number)) and np.isreal(item):
        return _finite(float(item))
    return VALUE


def _finite(value: float) -> Value:
    return value if -1.797693134862315e308 <= value <= 1.797693134862315e308 else ERRORS["#NUM!"]
