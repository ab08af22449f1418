"""Criteria as SUMIFS and its like read them, and wildcards.

Source: "SUMIFS function" and "Using wildcard characters in searches", Excel's documentation.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from functools import lru_cache

from engine.core.values import ERRORS, ExcelError, Value
from engine.functions.coerce import same_number, text_number
from engine.functions.collation import folded, text_order
from engine.functions.places import Key, key_of

Test = Callable[[Value], bool]

_OPERATOR = re.compile(r"(<>|<=|>=|=|<|>)?(.*)\Z", re.DOTALL)
# What a date in text stands for is the workbook's affair: such a criterion is not kept for another one.
_DATED = re.compile(r"\d *[-/.: ] *\w|[A-Za-z]{3}[-/ .]*\d")
_ORDER = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@lru_cache(maxsize=4096)
def wildcard(pattern: str) -> re.Pattern[str]:
    """Return the pattern of a text with ``*``, ``?`` and ``~`` as escape, whole and without case."""
    out = []
    i = 0
    while i < len(pattern):
        mark = pattern[i]
        if mark == "~" and i + 1 < len(pattern) and pattern[i + 1] in "*?~":
            i += 1
            out.append(re.escape(pattern[i]))
        else:
            out.append({"*": ".*", "?": "."}.get(mark) or re.escape(mark))
        i += 1
    return re.compile("".join(out) + r"\Z", re.DOTALL | re.IGNORECASE)


def has_wildcard(text: str) -> bool:
    """Whether a text holds a wildcard or its escape."""
    return any(mark in text for mark in "*?~")


def criterion(value: Value) -> Test:
    """Return the test that a criterion puts a cell to; a blank criterion asks for 0."""
    if isinstance(value, str):
        return _from_text(value) if _DATED.search(value) is None else _from_text.__wrapped__(value)
    if value is None:
        return _equal_number(0.0)
    if isinstance(value, float):
        return _equal_number(value)
    return lambda cell: cell is value


def sought(value: Value) -> Key | None:
    """Return the key of the values that a criterion of plain equality asks for, None for any other one."""
    if not isinstance(value, str):
        return key_of(0.0 if value is None else value)
    return _sought(value) if _DATED.search(value) is None else _sought.__wrapped__(value)


@lru_cache(maxsize=4096)
def _sought(text: str) -> Key | None:
    match = _OPERATOR.match(text)
    assert match is not None
    sign, operand = match[1] or "", match[2]
    if sign not in ("", "=") or operand == "" or operand.upper() in ERRORS or has_wildcard(operand):
        return None
    if operand.upper() in ("TRUE", "FALSE"):
        return (operand.upper() == "TRUE",)
    number = text_number(operand)
    return key_of(operand if isinstance(number, ExcelError) else number)


def limit(value: Value) -> tuple[str, float] | None:
    """Return the sign and the number of a criterion such as ">=5", None for any other one."""
    match = _OPERATOR.match(value) if isinstance(value, str) else None
    if match is None or match[1] not in _ORDER or not match[2]:
        return None
    number = text_number(match[2])
    return None if isinstance(number, ExcelError) else (match[1], number)


@lru_cache(maxsize=4096)
def _from_text(text: str) -> Test:
    match = _OPERATOR.match(text)
    assert match is not None
    sign, operand = match[1] or "", match[2]
    if sign in _ORDER:
        return _ordered(sign, operand)
    if sign == "<>":
        equal = _equal(operand, blank=True)
        if not isinstance(text_number(operand), ExcelError):
            return lambda cell: not (type(cell) is float and equal(cell))
        return lambda cell: not equal(cell)
    return _equal(operand, blank=sign == "=")


def _equal(operand: str, *, blank: bool) -> Test:
    if operand == "":
        return (lambda cell: cell is None) if blank else (lambda cell: cell is None or cell == "")
    if operand.upper() in ERRORS:
        error = ERRORS[operand.upper()]
        return lambda cell: cell is error
    if operand.upper() in ("TRUE", "FALSE"):
        wanted = operand.upper() == "TRUE"
        return lambda cell: cell is wanted
    number = text_number(operand)
    if not isinstance(number, ExcelError):
        return _equal_number(number)
    return _equal_text(operand)


def _equal_number(number: float) -> Test:
    def test(cell: Value) -> bool:
        if type(cell) is float:
            return same_number(cell, number)
        if isinstance(cell, str):
            typed = text_number(cell)
            return not isinstance(typed, ExcelError) and same_number(typed, number)
        return False

    return test


def _equal_text(operand: str) -> Test:
    if has_wildcard(operand):
        pattern = wildcard(operand)
        return lambda cell: isinstance(cell, str) and pattern.match(cell) is not None
    wanted = folded(operand)
    return lambda cell: isinstance(cell, str) and folded(cell) == wanted


def _never(cell: Value) -> bool:  # noqa: ARG001  # a test is given a cell
    return False


def _ordered(sign: str, operand: str) -> Test:
    order = _ORDER[sign]
    if not operand:
        return _never
    if operand.upper() in ("TRUE", "FALSE"):
        truth = operand.upper() == "TRUE"
        return lambda cell: isinstance(cell, bool) and bool(order(cell, truth))
    number = text_number(operand)
    if not isinstance(number, ExcelError):
        limit = number
        return lambda cell: type(cell) is float and order(cell, limit)
    return lambda cell: isinstance(cell, str) and bool(order(text_order(cell, operand), 0))
